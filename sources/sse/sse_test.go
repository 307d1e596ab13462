package sse

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sources/internal/fault"
	"proscenium/sources/internal/recipetest"
	"proscenium/sources/internal/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config(url string) *Config {
	c := Info().Config().(*Config)
	c.URL = url
	return c
}

func run(t testing.TB, c *Config, env sonify.SourceEnv, emit func(sonify.Event)) error {
	t.Helper()
	src, err := newSource(env, *c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return src.Run(ctx, emit)
}

// A conversation in, exact events out: comments, lines, kinds by the event's name, an id
// that is JSON, and a break from which it goes on.
func TestRun(t *testing.T) {
	t.Setenv("TEST_FEED_TOKEN", "hidden-token")
	kind := "text/event-stream"
	s := fault.Serve(t,
		fault.Cut(kind, ": hi\n\nevent: sale\nid: {\"at\":1}\ndata: {\"amount\":\"12.50\",\ndata: \"city\":\"Köln\",\"email\":\"somebody@example.org\"}\n\ndata: {\"amo", 120),
		fault.Say(kind, "event: sale\nid: {\"at\":2}\ndata: [{\"amount\":3},{\"amount\":null}]\n\ndata: undefined\n\n"))
	c := config(s.URL + "/feed?x=hidden-query")
	c.Token, c.Event, c.EventFrom, c.Labels, c.Numbers, c.Format = "env:TEST_FEED_TOKEN", "other", "topic", []string{"topic"}, []string{"amount"}, "json"
	env := recipetest.Env()
	var got []string
	for range 2 {
		err := run(t, c, env, func(ev sonify.Event) {
			if ev.Source != "x" {
				t.Errorf("of %q", ev.Source)
			}
			got = append(got, ev.Kind()+" "+ev.Value("amount").String()+" "+ev.Value("city").String()+" "+ev.Place)
		})
		if err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%v", err)
		}
	}
	want := `sale 12.5 Köln {"at":1}|sale 3  |sale   {"at":2}`
	if strings.Join(got, "|") != want {
		t.Errorf("heard %s, want %s", strings.Join(got, "|"), want)
	}
	r := s.Requests()
	if r[1].Header.Get("Last-Event-ID") != `{"at":1}` || r[0].Header.Get("Authorization") != "Bearer hidden-token" {
		t.Errorf("%v", r[1].Header)
	}
}

func TestRun_Recording(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "night.jsonl"), []byte("{\"at\":\"2026-11-28T10:00:00Z\",\"topic\":\"sale\",\"body\":{\"amount\":7}}\n{\"amount\":8}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config("https://example.org/feed")
	c.Path = "night.jsonl"
	env := recipetest.Env()
	env.Dir = dir
	var got []string
	if err := run(t, c, env, func(ev sonify.Event) { got = append(got, ev.Value("amount").String()) }); err != nil || fmt.Sprint(got) != "[7 8]" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config("ftp://example.org")
	c.Token, c.Silence, c.Where = "abcdef", -1, "amount >"
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 4 || strings.Contains(err.Error(), "abcdef") {
		t.Errorf("%v", err)
	}
}

// endless says n events of 500 bytes of JSON. However long that takes, it is asked
// once: a stream that ends after a while is opened again.
func endless(n int) fault.Answer {
	block := strings.Builder{}
	for i := range 1000 {
		data := fmt.Sprintf(`{"amount":%d,"city":"Köln","tier":"balcony","at":"2026-11-28T10:00:00Z","note":"`, i)
		fmt.Fprintf(&block, "id: %d\ndata: %s%s\"}\n\n", i, data, strings.Repeat("x", 500-len(data)-2))
	}
	return func(_ *fault.Server, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for range n / 1000 {
			if _, err := w.Write([]byte(block.String())); err != nil {
				return
			}
		}
	}
}

// BenchmarkRun hears events of 500 bytes of JSON over a real connection; none is lost.
func BenchmarkRun(b *testing.B) {
	n := max(b.N/1000, 1) * 1000
	s := fault.Serve(b, endless(n), fault.Status(404))
	c := config(s.URL)
	c.Fields = map[string]string{"amount": "amount", "tier": "tier"}
	heard := 0
	b.ResetTimer()
	cpu := servertest.CPU()
	_ = run(b, c, recipetest.Env(), func(sonify.Event) { heard++ })
	used := servertest.CPU() - cpu
	b.StopTimer()
	if heard != n {
		b.Fatalf("heard %d of %d", heard, n)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	if used > 0 { // the server's time is in it
		b.ReportMetric(float64(n)/used.Seconds(), "events/cpu-s")
	}
}

// Ten times as much does not want more memory.
func TestRun_MemoryIsFlat(t *testing.T) {
	// The least of the looks in the second half counts: what grows is there in all of
	// them, and what only waits to be read is not.
	heap := func(n int) (least uint64) {
		least = math.MaxUint64
		s := fault.Serve(t, endless(n), fault.Status(404))
		heard := 0
		_ = run(t, config(s.URL), recipetest.Env(), func(sonify.Event) {
			if heard++; heard > n/2 && heard%(n/10) == 0 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				least = min(least, m.HeapAlloc)
			}
		})
		if heard != n {
			t.Fatalf("heard %d of %d", heard, n)
		}
		return least
	}
	small, large := heap(10_000), heap(100_000)
	if large > small+small/4+2<<20 {
		t.Errorf("%d bytes for 10,000 events, %d for ten times as many", small, large)
	}
}
