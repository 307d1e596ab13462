package web

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// configured returns the configuration of PROXY.md in a block of that language, in
// which the given addresses and files are put in the place of the note's.
func configured(t *testing.T, language string, replace ...[2]string) string {
	t.Helper()
	note, err := os.ReadFile("PROXY.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(note)
	if block == nil {
		t.Fatalf("PROXY.md has no configuration for %s", language)
	}
	conf := string(block[1])
	for _, r := range replace {
		if !strings.Contains(conf, r[0]) {
			t.Fatalf("the configuration has no %q", r[0])
		}
		conf = strings.Replace(conf, r[0], r[1], 1)
	}
	return conf
}

// front runs a server that stands in front, until the test ends, and waits until it
// answers at address. Its own words are logged if the test fails.
func front(t *testing.T, cmd *exec.Cmd, address, log string) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// nginx goes at once, listeners or not; Caddy waits for them.
		cmd.Process.Signal(os.Interrupt)
		last := time.AfterFunc(3*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		last.Stop()
		if t.Failed() {
			b, _ := os.ReadFile(log)
			t.Logf("%s says: %s%s", filepath.Base(cmd.Path), said.String(), b)
		}
	})
	for late := time.Now().Add(time.Minute); ; <-time.After(20 * time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(late) {
			t.Fatalf("%s does not start: %v", filepath.Base(cmd.Path), err)
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
	return &http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: conf, DisableKeepAlives: true}, Timeout: time.Minute},
		&websocket.Dialer{NetDialContext: dial, TLSClientConfig: conf, HandshakeTimeout: time.Minute}
}

// Behind a server as PROXY.md sets it up everything works: the page, the API, the score
// to our own page and to no other, events and sound as they come.
func works(t *testing.T, a *air, address string, trust *x509.CertPool) (sockets *websocket.Dialer) {
	t.Helper()
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
	if resp, body := get("/metrics"); resp.StatusCode != 403 {
		t.Errorf("the figures are open to everybody: %v %q", resp.Status, body)
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
	conn.SetReadDeadline(time.Now().Add(time.Minute))
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
	return sockets
}
