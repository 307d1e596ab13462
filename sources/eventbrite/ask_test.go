package eventbrite

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/hook/goldens"
	"proscenium/sources/internal/hook/hooktest"
	"proscenium/sources/internal/reach"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What is no address of Eventbrite's is never asked, whatever it looks like.
func TestTarget(t *testing.T) {
	for url, want := range map[string]string{
		"https://www.eventbriteapi.com/v3/orders/123/":             "v3/orders/123/",
		"https://www.eventbriteapi.com/v3/orders/123":              "v3/orders/123/",
		"https://www.eventbriteapi.com/v3/events/5/":               "v3/events/5/",
		"https://www.eventbriteapi.com/v3/events/5/attendees/6/":   "v3/events/5/attendees/6/",
		"http://www.eventbriteapi.com/v3/orders/123/":              "",
		"https://www.eventbriteapi.com:443/v3/orders/123/":         "",
		"https://www.eventbriteapi.com.evil.example/v3/orders/1/":  "",
		"https://evil.example/v3/orders/1/":                        "",
		"https://www.eventbriteapi.com@evil.example/v3/orders/1/":  "",
		"https://evil.example#www.eventbriteapi.com/v3/orders/1/":  "",
		"https://evil.example\\@www.eventbriteapi.com/v3/orders/1": "",
		"https://WWW.EVENTBRITEAPI.COM/v3/orders/1/":               "",
		"//www.eventbriteapi.com/v3/orders/1/":                     "",
		"https:www.eventbriteapi.com/v3/orders/1/":                 "",
		"https://169.254.169.254/latest/meta-data/":                "",
		"https://127.0.0.1/v3/orders/1/":                           "",
		"https://[::1]/v3/orders/1/":                               "",
		"https://www.eventbriteapi.com/v3/users/me/":               "",
		"https://www.eventbriteapi.com/v3/orders/1/../../users/me": "",
		"https://www.eventbriteapi.com/v3/orders/1%2f..%2f2/":      "",
		"https://www.eventbriteapi.com/v3/orders/%31/":             "",
		"https://www.eventbriteapi.com/v3/orders/1/?expand=all":    "",
		"https://www.eventbriteapi.com/v3/orders/1/#x":             "",
		"https://www.eventbriteapi.com/v3/orders/-1/":              "",
		"https://www.eventbriteapi.com/v3/orders//":                "",
		"file:///etc/passwd":                                       "",
		"gopher://www.eventbriteapi.com/v3/orders/1/":              "",
		"https://www.eventbriteapi.com/v3/orders/1/\r\nHost: evil": "",
		"":                                  "",
		"https://www.eventbriteapi.com/v3/": "",
		"https://www.eventbriteapi.com/v3/orders/" + strings.Repeat("9", 400) + "/": "",
	} {
		got, _, err := target(url)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q is %q, %v", url, got, err)
		}
	}
}

func FuzzTarget(f *testing.F) {
	f.Add("https://www.eventbriteapi.com/v3/orders/123/")
	f.Fuzz(func(t *testing.T, url string) {
		path, _, err := target(url)
		if err != nil {
			return
		}
		if !strings.HasPrefix(url, "https://www.eventbriteapi.com/v3/") {
			t.Fatalf("%q is asked", url)
		}
		if trim := strings.Trim(path, "v0123456789/"); trim != "orders" && trim != "events" && !(strings.HasPrefix(path, "v3/events/") && strings.Contains(path, "/attendees/")) {
			t.Fatalf("%q becomes %q", url, path)
		}
	})
}

// The source asks the one host, with the token, and believes only what it says.
func TestRun_AsksEventbriteOnly(t *testing.T) {
	t.Setenv("EB_TOKEN", "private-token-of-mine")
	var mu sync.Mutex
	var asked []string
	api := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Header.Get("Authorization")+" "+r.URL.RequestURI())
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/v3/orders/1/":
			fmt.Fprint(w, `{"id":"1","created":"2026-11-28T09:00:00Z","event_id":"900","costs":{"gross":{"value":4500,"currency":"EUR"}},"attendees":[{"quantity":2,"ticket_class_name":"Floor"}]}`)
		case "/v3/orders/2/": // another order than was asked for
			fmt.Fprint(w, `{"id":"1","event_id":"900","costs":{}}`)
		case "/v3/orders/3/":
			http.Redirect(w, r, "https://evil.example/v3/orders/3/", http.StatusFound)
		case "/v3/orders/4/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>")
		default:
			http.NotFound(w, r)
		}
	}))
	defer api.Close()
	roots := x509.NewCertPool()
	roots.AddCert(api.Certificate())
	var board hooktest.Board
	env := sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link), Hooks: &board}
	c := *Info().Config().(*Config)
	c.Token = "env:EB_TOKEN"
	src, err := newSource(env, c, api.URL, reach.Policy{TLS: &tls.Config{RootCAs: roots}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan sonify.Event, 10)
	done := make(chan error)
	go func() { done <- src.Run(ctx, func(ev sonify.Event) { heard <- ev }) }()
	for _, url := range []string{"https://evil.example/v3/orders/9/", "https://www.eventbriteapi.com/v3/orders/2/", "https://www.eventbriteapi.com/v3/orders/4/",
		"https://www.eventbriteapi.com/v3/orders/5/", "https://www.eventbriteapi.com/v3/orders/1/"} {
		if got := board.Post("box", nil, fmt.Sprintf(`{"api_url":%q,"config":{"action":"order.placed"}}`, url)); got.Status != http.StatusOK {
			t.Errorf("%s is answered %+v", url, got)
		}
	}
	if got := board.Post("box", nil, `{"config":{"action":"test"}}`); got.Status != http.StatusOK {
		t.Error(got)
	}
	select {
	case ev := <-heard:
		if got := goldens.Line(&ev); got != `order.paid 2026-11-28T09:00:00Z quantity=2 amount=45 amount_minor=4500 currency="EUR" tier="Floor" order_id=!"1"` {
			t.Error(got)
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing was heard")
	}
	// Being sent elsewhere is a mistake that trying again does not mend.
	board.Post("box", nil, `{"api_url":"https://www.eventbriteapi.com/v3/orders/3/","config":{"action":"order.placed"}}`)
	if err := <-done; err == nil || !strings.Contains(err.Error(), "another host") || strings.Contains(err.Error(), "private-token") {
		t.Error(err)
	}
	cancel()
	mu.Lock()
	defer mu.Unlock()
	for _, a := range asked {
		if !strings.HasPrefix(a, "Bearer private-token-of-mine /v3/orders/") || strings.Contains(a, "/9/") {
			t.Errorf("asked %s", a)
		}
	}
}

// An answer that says the token is wrong ends it; one that says to wait is obeyed.
func TestRun_TokenRefused(t *testing.T) {
	t.Setenv("EB_TOKEN", "private-token-of-mine")
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.Header.Get("Authorization"), http.StatusUnauthorized)
	}))
	defer api.Close()
	var board hooktest.Board
	env := sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Hooks: &board}
	c := *Info().Config().(*Config)
	c.Token = "env:EB_TOKEN"
	src, err := newSource(env, c, api.URL, reach.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- src.Run(t.Context(), func(sonify.Event) {}) }()
	board.Post("box", nil, `{"api_url":"https://www.eventbriteapi.com/v3/orders/3/","config":{"action":"order.placed"}}`)
	err = <-done
	if p, ok := err.(*sonify.Permanent); !ok || strings.Contains(p.Error(), "private-token") || !strings.Contains(p.Error(), "401") {
		t.Error(err)
	}
}
