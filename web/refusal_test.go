package web

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"proscenium/sonify/wire"
)

// In a full house whoever asks is told why, in words that programs know too; who is
// inside has the legend, which takes no place.
func TestRefusal_SaysWhy(t *testing.T) {
	behind := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	for want, o := range map[string]Options{"full": {Listeners: 1}, "address": {PerAddress: 1, Behind: behind}} {
		a := begin(t, o, 0)
		a.channel.opts.Legend = func() (*wire.Legend, error) { return &wire.Legend{}, nil }
		ask := func(path string) *http.Response {
			req, err := http.NewRequest(http.MethodGet, "http://"+a.addr+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if want == "address" {
				// By way of a proxy of ours, for this machine's own are not limited.
				req.Header.Set("X-Forwarded-For", "192.0.2.7")
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			return resp
		}
		if r := ask("/s/court/ws"); r.StatusCode != http.StatusUpgradeRequired || r.Header.Get("Proscenium-Refused") != "" {
			t.Errorf("%s: with room there is %s, %v", want, r.Status, r.Header)
		}
		h := http.Header{}
		if want == "address" {
			h.Set("X-Forwarded-For", "192.0.2.7")
		}
		conn, _, err := websocket.DefaultDialer.Dial("ws://"+a.addr+"/s/court/ws", h)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/s/court/ws", "/s/court/events", "/s/court/stream.opus"} {
			if r := ask(path); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Proscenium-Refused") != want || r.Header.Get("Retry-After") == "" {
				t.Errorf("%s: %s: %s, %v", want, path, r.Status, r.Header)
			}
		}
		if r := ask("/s/court/legend"); r.StatusCode != http.StatusOK {
			t.Errorf("%s: the legend: %s", want, r.Status)
		}
		if r := ask("/s/nobody/ws"); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: a station that is not there: %s", want, r.Status)
		}
		conn.Close()
	}
}

// A site that was named may read what a client begins with.
func TestOrigins_OfOthersReadTheStations(t *testing.T) {
	a := begin(t, Options{Origins: []string{"https://friend.example"}}, 0)
	for origin, want := range map[string]string{"https://friend.example": "https://friend.example", "https://other.example": "", "": ""} {
		for _, path := range []string{"/api/stations", "/s/court/ws"} {
			req, err := http.NewRequest(http.MethodGet, "http://"+a.addr+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if origin != "" {
				req.Header.Set("Origin", origin)
			}
			r, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			if got := r.Header.Get("Access-Control-Allow-Origin"); got != want || want != "" && !strings.Contains(r.Header.Get("Vary"), "Origin") {
				t.Errorf("%s asked for by %q lets %q read it", path, origin, got)
			}
		}
	}
}
