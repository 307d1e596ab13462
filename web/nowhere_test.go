package web

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Whoever comes to a station that there is none of has a way to those that there are; a
// program is told so in a line. A slash too many leads to the station.
func TestPlayer_NoSuchStation(t *testing.T) {
	Alone(t)
	a := begin(t, Options{}, 0)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path, accept string) (*http.Response, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.addr+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", accept)
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	const page = "text/html,application/xhtml+xml,*/*;q=0.8"
	if resp, body := get("/s/nope", page); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, `href="/"`) || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a person gets %s, %q", resp.Status, body)
	}
	if resp, body := get("/s/nope", "*/*"); resp.StatusCode != http.StatusNotFound || body != "there is no such station\n" {
		t.Errorf("a program gets %s, %q", resp.Status, body)
	}
	if resp, _ := get("/s/court/?wall", page); resp.StatusCode != http.StatusMovedPermanently || resp.Header.Get("Location") != "/s/court?wall" {
		t.Errorf("with a slash: %s to %q", resp.Status, resp.Header.Get("Location"))
	}
}
