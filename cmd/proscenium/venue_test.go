package main

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The on-sale night as it happens: serve listens, a shop posts its orders, signed, and
// whoever reads the score hears them. A stranger's order is refused, and nothing of the
// buyers gets out.
func TestVenue_HearsTheShop(t *testing.T) {
	t.Setenv("SHOPIFY_SECRET", "what only the shop and we know")
	t.Setenv("MASTODON_TOKEN", "unused")
	log := t.TempDir()
	w := aired(t, "serve", "../../examples/venue/live.toml", "--addr", "127.0.0.1:0", "--log", log,
		"--set", "source.talk.path=posts.jsonl", "--set", "source.talk.speed=300")
	base := w.until(t, `is on the air: (http://127\.0\.0\.1:\d+)/s/live`)[1]
	hook := base + "/hooks/box"

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/s/live/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()

	// Once the station listens, a stranger's order is refused.
	for status := http.StatusNotFound; status != http.StatusUnauthorized; {
		r, err := http.Post(hook, "application/json", strings.NewReader(`{"id":1,"financial_status":"paid","total_price":"1.00","line_items":[{"quantity":900}]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if status = r.StatusCode; status != http.StatusNotFound && status != http.StatusUnauthorized || ctx.Err() != nil {
			t.Fatalf("a stranger's order is answered %s", r.Status)
		}
		<-time.After(10 * time.Millisecond)
	}
	send := exec.CommandContext(ctx, "go", "run", "./examples/venue/send", "-speed", "3000", "-most", "60", "examples/venue/orders.jsonl", hook)
	send.Dir = "../.."
	if out, err := send.CombinedOutput(); err != nil || !strings.Contains(string(out), "60 deliveries") {
		t.Fatalf("%v\n%s", err, out)
	}

	// The till's coins and the bells of those whom many follow are notes of the data.
	coins, bells := 0, 0
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 16<<20)
	for (coins == 0 || bells == 0) && lines.Scan() {
		coins += strings.Count(lines.Text(), `"voice":"coin"`)
		bells += strings.Count(lines.Text(), `"voice":"bell"`)
		for _, private := range []string{"example.com", "Buyer", "only the shop", "fan1"} {
			if strings.Contains(lines.Text(), private) {
				t.Fatalf("%q is in the score: %.500s", private, lines.Text())
			}
		}
	}
	if coins == 0 || bells == 0 {
		t.Errorf("%d coins and %d bells are in the score (%v)", coins, bells, lines.Err())
	}
	var stations []struct {
		Sources []struct {
			Name, State, Link string
			Live              bool
			Heard             int
		}
	}
	for { // it is brought up to date on every bar line
		stations = nil
		getJSON(t, base+"/api/stations", &stations)
		if len(stations) == 1 && len(stations[0].Sources) == 2 && stations[0].Sources[0].Heard >= 60 || ctx.Err() != nil {
			break
		}
		<-time.After(50 * time.Millisecond)
	}
	if len(stations) != 1 || len(stations[0].Sources) != 2 {
		t.Fatalf("%+v", stations)
	}
	if box, talk := stations[0].Sources[0], stations[0].Sources[1]; box.State != "live" || box.Link != "up" || !box.Live || box.Heard != 60 || talk.Live {
		t.Errorf("%+v", stations)
	}
	if entries, err := os.ReadDir(log); err != nil || len(entries) != 1 {
		t.Errorf("the log: %v, %v", entries, err)
	}
}
