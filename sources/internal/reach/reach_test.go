package reach_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
)

func at(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestClient_FollowsOnlyToTheSameHost(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Error("another host was asked") }))
	defer other.Close()
	var agent string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/away":
			http.Redirect(w, r, other.URL+"/?token=s3cret", http.StatusFound)
		case "/meta":
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		case "/user":
			http.Redirect(w, r, strings.Replace("http://"+r.Host+"/there", "http://", "http://a:b@", 1), http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/there":
			agent = r.UserAgent()
		}
	}))
	defer s.Close()
	c := reach.Policy{}.Client(at(t, s.URL))
	defer c.CloseIdleConnections()
	r, err := c.Get(s.URL + "/here?key=s3cret")
	if err != nil || r.StatusCode != 200 || agent != reach.Agent {
		t.Fatalf("%v, agent %q", err, agent)
	}
	r.Body.Close()
	for _, path := range []string{"/away", "/meta", "/user", "/round", "/file"} {
		_, err := c.Get(s.URL + path + "?key=s3cret")
		var p *sonify.Permanent
		if err == nil || !errors.As(err, &p) {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if text := reach.Error(err).Error(); strings.Contains(text, "s3cret") || strings.Contains(text, "?") {
			t.Errorf("%s: the query is told: %s", path, text)
		}
	}
}

func TestSame_IsHostAndPort(t *testing.T) {
	p := reach.Policy{Hosts: []string{"raw.example.org"}}
	for _, c := range []struct {
		from, to string
		same     bool
	}{
		{"https://a.example/x", "https://a.example/y?z", true},
		{"https://a.example", "https://A.example:443/", true},
		{"http://a.example", "https://a.example/", true},
		{"https://a.example", "https://b.a.example/", false},
		{"https://a.example", "https://a.example:8443/", false},
		{"https://a.example", "https://a.example@evil.example/", false},
		{"https://a.example", "https://u:p@a.example/", false},
		{"https://a.example", "https://raw.example.org/x", true},
		{"https://a.example", "https://raw.example.org:99/x", false},
	} {
		if got := p.Same(at(t, c.from), at(t, c.to)); got != c.same {
			t.Errorf("%s to %s: %v", c.from, c.to, got)
		}
	}
}

func TestPublic_KnowsTheNetworksThatAreNot(t *testing.T) {
	for a, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "127.0.0.1": false, "10.1.2.3": false, "192.168.0.1": false, "172.16.9.9": false, "172.32.0.1": true,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "::": false, "fe80::1": false,
		"fd00::1": false, "::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "192.0.2.5": false, "ff02::1": false,
	} {
		if got := reach.Public(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}

func TestPrivate_IsAskedForInSoManyWords(t *testing.T) {
	for h, want := range map[string]bool{"127.0.0.1": true, "localhost": true, "broker": true, "pi.local": true, "nas.lan": true, "::1": true, "10.0.0.7": true,
		"192.168.0.1": true, "169.254.169.254": true, "fe80::1": true, "fe80::1%eth0": true, "::ffff:169.254.1.1": true,
		"example.org": false, "localhost.example.org": false, "8.8.8.8": false, "": false, "local.example": false} {
		if got := reach.Private(h); got != want {
			t.Errorf("%s: %v", h, got)
		}
	}
}

// A public name that leads to this machine leads nowhere. The check stands behind the
// look-up, so what is dialled here as an address stands for what a name gave.
func TestDialer_RefusesPrivateAddressesOfPublicNames(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().String()
	for _, c := range []struct {
		p    reach.Policy
		url  string
		open bool
	}{
		{reach.Policy{}, "mqtts://broker.example.org", false},
		{reach.Policy{Private: true}, "mqtts://broker.example.org", true},
		{reach.Policy{}, "mqtt://127.0.0.1:1883", true},
		{reach.Policy{}, "mqtt://localhost:1883", true},
	} {
		conn, err := c.p.Dialer(at(t, c.url))(t.Context(), "tcp", addr)
		if (err == nil) != c.open {
			t.Errorf("%s: %v", c.url, err)
		}
		if err == nil {
			conn.Close()
		} else if !errors.Is(err, reach.ErrPrivate) {
			t.Errorf("%s: %v", c.url, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := (reach.Policy{Private: true}).Dialer(at(t, "tcp://a.example"))(ctx, "tcp", addr); err == nil {
		t.Error("dialled after it was stopped")
	}
}

func TestRedact_ShowsNoSecret(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@a.example:8443/x/y?key=s3cret#f": "https://a.example:8443/x/y", "wss://a.example": "wss://a.example", "s3cret": "[address]", "http://[::1": "[address]", "": "[address]",
	} {
		if got := reach.Redact(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestParse_RefusesPasswords(t *testing.T) {
	for _, text := range []string{"https://u:s3cret@a.example/", "ftp://a.example/s3cret", "https://", "a.example/s3cret", "https://a b/%zzs3cret"} {
		if _, err := reach.Parse(text, "http", "https"); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if u, err := reach.Parse(" https://a.example/x?y=1 ", "https"); err != nil || u.Host != "a.example" {
		t.Errorf("%v, %v", u, err)
	}
}

func TestWait_ReadsWhatServicesSay(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	h := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	for _, c := range []struct {
		h    http.Header
		want time.Duration
		ok   bool
	}{
		{h("Retry-After", "7"), 7 * time.Second, true},
		{h("Retry-After", "Sat, 28 Nov 2026 12:01:00 GMT"), time.Minute, true},
		{h("Retry-After", "Sat, 28 Nov 2026 11:00:00 GMT"), 0, true},
		{h("Retry-After", "1e30"), 24 * time.Hour, true},
		{h("Retry-After", "-3"), 0, false},
		{h("Retry-After", "soon"), 0, false},
		{h("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", fmt.Sprint(now.Add(time.Minute).Unix())), time.Minute, true},
		{h("X-RateLimit-Remaining", "3", "X-RateLimit-Reset", fmt.Sprint(now.Add(time.Minute).Unix())), 0, false},
		{h("Rate-Limit-Available", "0", "Rate-Limit-Reset", fmt.Sprint(now.Add(time.Minute).UnixMilli())), time.Minute, true},
		{h("RateLimit-Remaining", "0", "RateLimit-Reset", "30"), 30 * time.Second, true},
		{h(), 0, false},
	} {
		if got, ok := reach.Wait(c.h, now); got != c.want || ok != c.ok {
			t.Errorf("%v: %v, %v; want %v", c.h, got, ok, c.want)
		}
	}
}

func TestStatus_TellsWhetherWaitingHelps(t *testing.T) {
	now := time.Now()
	req := &http.Request{URL: at(t, "https://a.example/x?key=s3cret")}
	for _, c := range []struct {
		code int
		wait string
		want string
	}{{200, "", "fine"}, {304, "", "fine"}, {401, "", "permanent"}, {404, "", "permanent"}, {429, "", "retry"}, {429, "9", "retry"}, {403, "9", "retry"}, {403, "", "permanent"}, {500, "", "again"}, {503, "9", "retry"}, {302, "", "permanent"}} {
		r := &http.Response{StatusCode: c.code, Header: http.Header{}, Request: req}
		if c.wait != "" {
			r.Header.Set("Retry-After", c.wait)
		}
		err := reach.Status(r, now)
		var p *sonify.Permanent
		var a *sonify.RetryAfter
		got := "again"
		switch {
		case err == nil:
			got = "fine"
		case errors.As(err, &p):
			got = "permanent"
		case errors.As(err, &a):
			got = "retry"
		}
		if got != c.want || err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%d %q: %s, %v", c.code, c.wait, got, err)
		}
	}
}

func ExampleRedact() {
	fmt.Println(reach.Redact("https://api.example.org/v2/events.json?apikey=abc"))
	// Output: https://api.example.org/v2/events.json
}
