package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"proscenium/web"
)

// How the sources of a station are is for everybody to see; why they fail is told on
// the server's own machine only.
func TestSources_StandInTheListAndTheMetrics(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, base := hooked(t, web.Options{})
	c := web.NewChannel("night", web.ChannelOptions{Program: "test"})
	t.Cleanup(func() { c.Close() })
	info := web.Info{State: "playing", Heard: 9000, Sounded: 1240, Gathered: 7000, Lost: 760, Sources: []web.Source{{Name: "shop", Kind: "http", State: "live", Live: true,
		Heard: 9000, PerMinute: 480, Silent: 1.5, Errors: 2, Late: 3, Repaired: 4, Missing: 5, Skipped: 6, Dropped: 7, KeptOut: 8, Hashed: 9, Withheld: 10,
		Link: "up", Connected: 3, Messages: 9100, Bytes: 12345, Last: 0.5, Why: "the answer broke off"}}}
	if err := s.Add(c, func() web.Info { return info }); err != nil {
		t.Fatal(err)
	}
	get := func(path string, headers ...string) string {
		req, _ := http.NewRequest("GET", base+path, nil)
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		r, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		return string(b)
	}
	var list []struct {
		Heard, Sounded uint64
		Sources        []web.Source
	}
	if err := json.Unmarshal([]byte(get("/api/stations")), &list); err != nil || len(list) != 1 || list[0].Sounded != 1240 || list[0].Heard != 9000 || list[0].Sources[0] != info.Sources[0] {
		t.Errorf("%+v, %v", list, err)
	}
	if text := get("/api/stations", "X-Forwarded-For", "192.0.2.1"); strings.Contains(text, "broke off") || !strings.Contains(text, `"per_minute":480`) {
		t.Errorf("others are told %s", text)
	}
	metrics := get("/metrics")
	for _, want := range []string{
		`proscenium_source_events_total{station="night",source="shop"} 9000`, `proscenium_source_errors_total{station="night",source="shop"} 2`,
		`proscenium_source_dropped_events_total{station="night",source="shop"} 7`, `proscenium_source_kept_out_values_total{station="night",source="shop"} 8`,
		`proscenium_source_up{station="night",source="shop"} 1`, `proscenium_source_live{station="night",source="shop"} 1`, `proscenium_source_silent_seconds{station="night",source="shop"} 1.5`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("no %s in the metrics", want)
		}
	}
}
