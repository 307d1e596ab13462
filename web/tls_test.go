package web

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Over TLS, which has no socket of its own to ask, the same is heard: the score, the
// events and the sound; and the plain protocol gets no answer.
func TestTLS_CarriesEverything(t *testing.T) {
	cert, key, trust := certificate(t, t.TempDir(), "localhost")
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	a := begin(t, Options{TLS: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}}, 0)
	browser, sockets := through("localhost", a.addr, trust)
	a.play(4)
	conn, _, err := sockets.Dial("wss://localhost/s/court/ws", http.Header{"Origin": {"https://localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	c := &client{t: t, a: a, conn: conn}
	stream := func(path string) *bufio.Reader {
		t.Helper()
		resp, err := browser.Get("https://localhost" + path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		if resp.StatusCode != 200 {
			t.Fatalf("%s: %s", path, resp.Status)
		}
		return bufio.NewReader(resp.Body)
	}
	events, opus, wav := stream("/s/court/events"), stream("/s/court/stream.opus"), stream("/s/court/stream.wav")
	a.play(30)
	c.until(a.at - 3*passage)
	c.same()
	if line, err := events.ReadString('\n'); err != nil || !strings.HasPrefix(line, `data: {"type":"hello"`) {
		t.Errorf("%q, %v", line, err)
	}
	if head, err := opus.Peek(4); err != nil || string(head) != "OggS" {
		t.Errorf("%q, %v", head, err)
	}
	if n, err := wav.Discard(400_000); err != nil { // two seconds
		t.Errorf("%d bytes of sound, %v", n, err)
	}
	resp, err := browser.Get("https://localhost/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(b), "<html") {
		t.Errorf("the page: %q, %v", b, err)
	}
	if resp, err := http.Get("http://" + a.addr + "/"); err == nil {
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("plain HTTP is answered with %s", resp.Status)
		}
	}
	old := &tls.Config{RootCAs: trust, ServerName: "localhost", MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	if conn, err := tls.Dial("tcp", a.addr, old); err == nil {
		conn.Close()
		t.Error("it speaks TLS 1.1")
	}
}
