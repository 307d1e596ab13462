package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/web"
)

// hooked serves a server without stations until the test ends.
func hooked(t *testing.T, o web.Options) (*web.Server, string) {
	t.Helper()
	s := web.NewServer(o)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, "http://" + l.Addr().String()
}

func post(t *testing.T, url string, body io.Reader, headers ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequest("POST", url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	r, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, _ := io.ReadAll(r.Body)
	return r.StatusCode, strings.TrimSpace(string(b)), r.Header
}

func TestHooks_AnswerOnlyWhenOpen(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, base := hooked(t, web.Options{Behind: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if code, _, _ := post(t, base+"/hooks/shop", strings.NewReader("{}")); code != 404 {
		t.Errorf("a hook that nobody opened answers %d", code)
	}
	if code, _, _ := post(t, base+"/api/stations", strings.NewReader("{}")); code != 413 {
		t.Errorf("a body elsewhere is answered %d", code)
	}
	var got *sonify.Call
	closes, err := s.Hooks().Open("shop/orders", func(c *sonify.Call) sonify.Reply {
		got = c
		return sonify.Reply{Status: 202, Text: "taken", Header: map[string]string{"X-Echo": c.Get("X-Shopify-Topic")}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hooks().Open("shop/orders", nil); err == nil {
		t.Error("opened twice")
	}
	for _, path := range []string{"", "/a", "a/", "A", "a//b", "../a", "a?b", strings.Repeat("a", 300)} {
		_, err := s.Hooks().Open(path, nil)
		if p := new(sonify.Permanent); !errors.As(err, &p) {
			t.Errorf("%q: %v", path, err)
		}
	}
	code, text, h := post(t, base+"/hooks/shop/orders?x=1", strings.NewReader(`{"a":1}`), "X-Shopify-Topic", "orders/paid", "X-Forwarded-Proto", "https", "X-Forwarded-For", "192.0.2.9")
	if code != 202 || text != "taken" || h.Get("X-Echo") != "orders/paid" {
		t.Errorf("%d %q %v", code, text, h)
	}
	if got == nil || got.Method != "POST" || got.Path != "shop/orders" || got.Query != "x=1" || string(got.Body) != `{"a":1}` || got.From != "192.0.2.9" || !got.Secure || got.Get("X-Shopify-Topic") != "orders/paid" {
		t.Errorf("%+v", got)
	}
	if r, err := http.Get(base + "/hooks/shop/orders"); err != nil || r.StatusCode != 202 {
		t.Errorf("%v", err)
	} else {
		r.Body.Close()
	}
	req, _ := http.NewRequest("DELETE", base+"/hooks/shop/orders", nil)
	if r, err := http.DefaultClient.Do(req); err != nil || r.StatusCode != 405 {
		t.Errorf("%v", err)
	} else {
		r.Body.Close()
	}
	// As long as a call may be, and one byte longer, with its length told and not.
	big := make([]byte, sonify.CallLimit+1)
	rand.Read(big)
	if code, _, _ := post(t, base+"/hooks/shop/orders", bytes.NewReader(big[1:])); code != 202 || !bytes.Equal(got.Body, big[1:]) {
		t.Errorf("the longest: %d", code)
	}
	for _, body := range []io.Reader{bytes.NewReader(big), io.MultiReader(bytes.NewReader(big))} {
		if code, _, _ := post(t, base+"/hooks/shop/orders", body); code != 413 {
			t.Errorf("too long: %d", code)
		}
	}
	closes()
	closes()
	if code, _, _ := post(t, base+"/hooks/shop/orders", strings.NewReader("{}")); code != 404 {
		t.Errorf("after it was closed: %d", code)
	}
	if r, err := http.Get(base + "/metrics"); err == nil {
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		for _, want := range []string{"proscenium_hook_calls_total 3\n", "proscenium_hook_refused_total 5\n"} {
			if !strings.Contains(string(b), want) {
				t.Errorf("no %q in\n%.2000s", want, b)
			}
		}
	}
}

// Close waits for those who are being answered, and nobody is called after it.
func TestHooks_CloseIsTheEnd(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, base := hooked(t, web.Options{})
	var mu sync.Mutex
	closed, after := false, 0
	closes, err := s.Hooks().Open("a", func(*sonify.Call) sonify.Reply {
		mu.Lock()
		defer mu.Unlock()
		if closed {
			after++
		}
		return sonify.Reply{}
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 20 {
				code, _, _ := post(t, base+"/hooks/a", strings.NewReader("x"))
				if code != 204 && code != 404 && code != 503 {
					t.Errorf("answered %d", code)
				}
			}
		})
	}
	closes()
	mu.Lock()
	closed = true
	mu.Unlock()
	wg.Wait()
	if after > 0 {
		t.Errorf("called %d times after it was closed", after)
	}
}

// A caller that sends nothing holds its place for a while and no more, and others
// are answered meanwhile.
func TestHooks_SlowCallersAreCutOff(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, base := hooked(t, web.Options{})
	closes, _ := s.Hooks().Open("a", func(*sonify.Call) sonify.Reply { return sonify.Reply{} })
	defer closes()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /hooks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nab")
	if code, _, _ := post(t, base+"/hooks/a", strings.NewReader("x")); code != 204 {
		t.Errorf("meanwhile: %d", code)
	}
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	b, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(b), "HTTP/1.1 400") {
		t.Errorf("it is told %.60q", b)
	}
}
