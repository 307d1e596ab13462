package web

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"proscenium/sonify/wire"

	"github.com/gorilla/websocket"
)

// certificate writes a certificate for names to dir, and returns who trusts it.
func certificate(t *testing.T, dir string, names ...string) (cert, key string, trust *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(cert, public, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600); err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AppendCertsFromPEM(public)
	return cert, key, trust
}

// free returns an address on this machine on which nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// startNginx runs nginx with the configuration of PROXY.md, in which nothing is changed
// but addresses and files, and returns its address.
func startNginx(t *testing.T, upstream string) (address string, trust *x509.CertPool) {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal("there is no nginx to stand in front")
			}
			t.Skip("there is no nginx to stand in front")
		}
	}
	note, err := os.ReadFile("PROXY.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindSubmatch(note)
	if block == nil {
		t.Fatal("PROXY.md has no configuration for nginx")
	}
	dir := t.TempDir()
	cert, key, trust := certificate(t, dir, "music.example.org")
	address = free(t)
	conf := string(block[1])
	for _, r := range [][2]string{
		{"listen      443 ssl;", "listen " + address + " ssl;"}, {"    listen      [::]:443 ssl;\n", ""},
		{"/etc/letsencrypt/live/music.example.org/fullchain.pem", cert}, {"/etc/letsencrypt/live/music.example.org/privkey.pem", key},
		{"127.0.0.1:8080", upstream},
	} {
		if !strings.Contains(conf, r[0]) {
			t.Fatalf("the configuration has no %q", r[0])
		}
		conf = strings.Replace(conf, r[0], r[1], 1)
	}
	file := filepath.Join(dir, "nginx.conf")
	all := fmt.Sprintf("daemon off;\npid %[1]s/pid;\nerror_log %[1]s/error.log;\nevents { worker_connections 256; }\nhttp {\naccess_log off;\n"+
		"client_body_temp_path %[1]s/body;\nproxy_temp_path %[1]s/proxy;\nfastcgi_temp_path %[1]s/f;\nuwsgi_temp_path %[1]s/u;\nscgi_temp_path %[1]s/s;\n%[2]s}\n", dir, conf)
	if os.Getuid() == 0 {
		all = "user root;\n" + all // its folder is ours alone
	}
	if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-e", filepath.Join(dir, "error.log"), "-c", file, "-p", dir)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt) // at once, listeners or not
		cmd.Wait()
		if t.Failed() {
			b, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Logf("nginx says: %s%s", said.String(), b)
		}
	})
	for late := time.Now().Add(20 * time.Second); ; <-time.After(20 * time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return address, trust
		}
		if time.Now().After(late) {
			t.Fatalf("nginx does not start: %v\n%s", err, said.String())
		}
	}
}

// through is a client that reaches a name at an address, whatever the name says.
func through(name, address string, trust *x509.CertPool) (*http.Client, *websocket.Dialer) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", address)
	}
	conf := &tls.Config{RootCAs: trust, ServerName: name}
	return &http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: conf, DisableKeepAlives: true}, Timeout: 20 * time.Second},
		&websocket.Dialer{NetDialContext: dial, TLSClientConfig: conf, HandshakeTimeout: 10 * time.Second}
}

// Behind nginx, as PROXY.md sets it up, everything works: the page, the API, the score
// to our own page and to no other, events and sound as they come; and limits count who
// is behind the proxy.
func TestNginx_AsTheNoteHasIt(t *testing.T) {
	a := begin(t, Options{Behind: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, PerAddress: 1}, 0)
	address, trust := startNginx(t, a.addr)
	browser, sockets := through("music.example.org", address, trust)
	a.play(4)

	get := func(path string) (*http.Response, string) {
		t.Helper()
		resp, err := browser.Get("https://music.example.org" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(b)
	}
	if resp, body := get("/"); resp.StatusCode != 200 || !strings.Contains(body, "<html") || resp.Header.Get("Content-Security-Policy") != policy {
		t.Errorf("the page: %v %q", resp.Status, body)
	}
	if resp, body := get("/static/chip.wasm"); resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/wasm" || len(body) < 1000 {
		t.Errorf("the synth: %v, %d bytes", resp.Status, len(body))
	}
	if _, body := get("/api/stations"); !strings.Contains(body, `"name":"court"`) {
		t.Errorf("the API says %q", body)
	}
	if _, body := get("/s/court/stream.m3u"); !strings.Contains(body, "https://music.example.org/s/court/stream.opus") {
		t.Errorf("the list leads to %q", body)
	}

	// The score, to our own page; it asks for the time and is answered.
	origin := func(o string) http.Header { return http.Header{"Origin": {o}} }
	conn, _, err := sockets.Dial("wss://music.example.org/s/court/ws", origin("https://music.example.org"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	c := &client{t: t, a: a, conn: conn}
	c.read()
	c.read()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"clock","token":"17"}`)); err != nil {
		t.Fatal(err)
	}
	for {
		if k, ok := c.read().(*wire.Clock); ok {
			if k.Token != 17 {
				t.Errorf("the clock is told to %d", k.Token)
			}
			break
		}
	}
	a.play(20)
	c.until(a.at - 3*passage)
	c.same()
	if _, resp, err := sockets.Dial("wss://music.example.org/s/court/ws", origin("https://evil.example")); err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page: %v", err)
	}

	// Events and sound, as they come.
	stream := func(path string) *bufio.Reader {
		t.Helper()
		resp, err := browser.Get("https://music.example.org" + path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		if resp.StatusCode != 200 {
			t.Fatalf("%s: %s", path, resp.Status)
		}
		return bufio.NewReader(resp.Body)
	}
	events := stream("/s/court/events")
	for _, want := range []string{`data: {"type":"hello"`, `data: {"type":"keyframe"`} {
		if line, err := events.ReadString('\n'); err != nil || !strings.HasPrefix(line, want) {
			t.Fatalf("%q, %v", line, err)
		}
		events.ReadString('\n')
	}
	sound := stream("/s/court/stream.opus")
	head, err := sound.Peek(4)
	if err != nil || string(head) != "OggS" {
		t.Fatalf("%q, %v", head, err)
	}
	a.play(20)
	if line, err := events.ReadString('\n'); err != nil || !strings.HasPrefix(line, `data: {"type":"score"`) {
		t.Errorf("%q, %v", line, err)
	}
	if n, err := sound.Discard(8000); err != nil {
		t.Errorf("%d bytes of sound, %v", n, err)
	}

	// Who asks is whom the proxies name: the one that is not ours and nearest to us.
	from := func(who string) int {
		t.Helper()
		conn, resp, err := sockets.Dial("wss://music.example.org/s/court/ws", http.Header{"X-Forwarded-For": {who}})
		if err != nil {
			if resp == nil {
				t.Fatal(err)
			}
			return resp.StatusCode
		}
		t.Cleanup(func() { conn.Close() })
		return resp.StatusCode
	}
	got := []int{from("198.51.100.7, 203.0.113.9"), from("198.51.100.8, 203.0.113.9"), from("203.0.113.9, 198.51.100.7")}
	if want := []int{101, 503, 101}; !slices.Equal(got, want) {
		t.Errorf("listeners of two addresses are answered with %v, not %v", got, want)
	}
}
