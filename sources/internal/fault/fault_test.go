package fault_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sources/internal/fault"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// get returns what came and how it ended.
func get(t *testing.T, url string) (code int, body string, err error) {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

// Every fault breaks what it says it breaks; a test double that does not would make
// all tests that stand on it pass.
func TestServe_EveryFault(t *testing.T) {
	s := fault.Serve(t,
		fault.Status(429, "Retry-After", "7"),
		fault.Cut("text/plain", "0123456789", 4),
		fault.Reset("text/plain", "0123456789", 3),
		fault.Reset("text/plain", "", -1),
		fault.Drip("text/plain", "0123456789", 3, time.Millisecond),
		fault.Redirect("/elsewhere"),
		fault.Say("text/plain", "found"),
		fault.Say("text/plain", fault.Long("a", 10<<20, "b")),
	)
	if code, _, err := get(t, s.URL); code != 429 || err != nil {
		t.Errorf("status: %d, %v", code, err)
	}
	if _, body, err := get(t, s.URL); body != "0123" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut: %q, %v", body, err)
	}
	if _, body, err := get(t, s.URL); !strings.HasPrefix("012", body) || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: %q, %v", body, err)
	}
	if _, _, err := get(t, s.URL); err == nil {
		t.Error("reset before the headers: no error")
	}
	if _, body, err := get(t, s.URL); body != "0123456789" || err != nil {
		t.Errorf("drip: %q, %v", body, err)
	}
	if _, body, err := get(t, s.URL); body != "found" || err != nil {
		t.Errorf("redirect: %q, %v", body, err)
	}
	if _, body, err := get(t, s.URL+"/long"); len(body) != 10<<20+2 || err != nil {
		t.Errorf("long: %d bytes, %v", len(body), err)
	}
	s.Wait(8)
	if r := s.Requests(); len(r) != 8 || r[7].URL.Path != "/long" {
		t.Errorf("%d requests", len(r))
	}
}

func TestServe_SilenceEndsWithTheServer(t *testing.T) {
	s := fault.Serve(t, fault.Then(fault.Say("text/plain", "one"), fault.Silence()))
	resp, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	buf := make([]byte, 3)
	if _, err := io.ReadFull(resp.Body, buf); err != nil || string(buf) != "one" {
		t.Fatalf("%q, %v", buf, err)
	}
	s.Close()
	if n, err := resp.Body.Read(buf); n != 0 || err == nil {
		t.Errorf("%d bytes after it was closed, %v", n, err)
	}
}

// echo answers every byte with itself.
func echo(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

func TestBetween(t *testing.T) {
	p := fault.Between(t, echo(t))
	dial := func() net.Conn {
		c, err := net.Dial("tcp", p.Addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	say := func(c net.Conn, text string) (string, error) {
		if _, err := c.Write([]byte(text)); err != nil {
			return "", err
		}
		buf := make([]byte, len(text))
		n, err := io.ReadFull(c, buf)
		return string(buf[:n]), err
	}
	c := dial()
	if got, err := say(c, "hello"); got != "hello" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	p.Stall()
	if _, err := c.Write([]byte("late")); err != nil {
		t.Fatal(err)
	}
	p.Flow()
	buf := make([]byte, 4)
	if _, err := io.ReadFull(c, buf); err != nil || string(buf) != "late" {
		t.Fatalf("%q, %v", buf, err)
	}
	p.CutAfter(3)
	if got, err := say(c, "hello"); got != "hel" || err == nil {
		t.Errorf("cut: %q, %v", got, err)
	}
	p.Heal()
	c = dial()
	if got, err := say(c, "again"); got != "again" || err != nil {
		t.Errorf("healed: %q, %v", got, err)
	}
	p.Reset()
	if _, err := say(c, "x"); err == nil {
		t.Error("reset: no error")
	}
	p.Refuse()
	if c, err := net.Dial("tcp", p.Addr); err == nil { // the reset may come before or after
		if _, err := say(c, "x"); err == nil {
			t.Error("refused: no error")
		}
		c.Close()
	}
	p.Heal()
	if got, err := say(dial(), "y"); got != "y" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
