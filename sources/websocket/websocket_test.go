package websocket

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

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sources/internal/fault"
	"proscenium/sources/internal/recipetest"
	"proscenium/sources/internal/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config(url string) *Config {
	c := Info().Config().(*Config)
	c.URL = "ws" + strings.TrimPrefix(url, "http")
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

// A conversation in, exact events out: subscriptions with a secret, several records in a
// message, binary ones, and a break from which it goes on.
func TestRun(t *testing.T) {
	t.Setenv("TEST_FEED_KEY", "hidden-key")
	s := fault.Serve(t,
		fault.Speaks([]string{"v1"}, fault.Expect(`{"login":"hidden-key"}`), fault.Expect("go"),
			fault.Send(`{"time_us":1,"kind":"a","v":"1.5"}`+"\n"+`{"time_us":2,"kind":"b","v":2}`), fault.SendBinary([]byte(`{"time_us":17950000000000003,"kind":"a","v":null}`)), fault.Send("nonsense"), fault.Half("{}")),
		fault.Socket(fault.Expect("login"), fault.Expect("go"), fault.Send(`{"time_us":"4","kind":"a","v":4}`), fault.CloseWith(1000, "hidden-key")))
	c := config(s.URL + "/feed?wanted=x")
	c.Subscribe, c.Protocols = []string{`{"login":"${env:TEST_FEED_KEY}"}`, "go"}, []string{"v1"}
	c.ResumeField, c.ResumeParam, c.EventFrom, c.Format, c.Numbers = "time_us", "cursor", "kind", "jsonl", []string{"v"}
	c.SecretQuery = map[string]string{"key": "env:TEST_FEED_KEY"}
	env := recipetest.Env()
	var got []string
	for range 2 {
		err := run(t, c, env, func(ev sonify.Event) { got = append(got, ev.Kind()+" "+ev.Value("v").String()) })
		if err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%v", err)
		}
	}
	if want := "a 1.5|b 2|a |a 4"; strings.Join(got, "|") != want {
		t.Errorf("heard %s, want %s; counted %v", strings.Join(got, "|"), want, env.Tally.Counts())
	}
	r := s.Requests()
	if r[0].URL.RawQuery != "key=hidden-key&wanted=x" || r[1].URL.RawQuery != "cursor=17950000000000003&key=hidden-key&wanted=x" || env.Place.Get() != "4" {
		t.Errorf("asked %s and %s, stands at %s", r[0].URL, r[1].URL, env.Place.Get())
	}
}

func TestRun_Recording(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "night.jsonl"), []byte("{\"v\":7}\n{\"v\":8}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config("https://example.org/feed")
	c.URL, c.Path = "wss://example.org", "night.jsonl"
	env := recipetest.Env()
	env.Dir = dir
	var got []string
	if err := run(t, c, env, func(ev sonify.Event) { got = append(got, ev.Value("v").String()) }); err != nil || fmt.Sprint(got) != "[7 8]" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config("https://example.org")
	c.URL, c.Silence, c.Subscribe, c.Protocols, c.ResumeField, c.Token = "https://example.org", -1, []string{"${env:a b}", strings.Repeat("x", 20000)}, []string{"a b"}, "x", "abcdef"
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 7 || strings.Contains(err.Error(), "abcdef") {
		t.Errorf("%v", err)
	}
}

// endless says n messages of 500 bytes of JSON.
func endless(n int) fault.Answer {
	var blocks []string
	for i := range 1000 {
		data := fmt.Sprintf(`{"amount":%d,"city":"Köln","tier":"balcony","at":"2026-11-28T10:00:00Z","note":"`, i)
		blocks = append(blocks, data+strings.Repeat("x", 500-len(data)-2)+`"}`)
	}
	return fault.Socket(func(_ *fault.Server, c *websocket.Conn, _ *http.Request) bool {
		for i := range n {
			if c.WriteMessage(websocket.TextMessage, []byte(blocks[i%1000])) != nil {
				return false
			}
		}
		return true
	}, fault.CloseWith(1000, ""))
}

// BenchmarkRun hears messages of 500 bytes of JSON over a real connection; none is
// lost.
func BenchmarkRun(b *testing.B) {
	n := max(b.N/1000, 1) * 1000
	s := fault.Serve(b, endless(n))
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
		s := fault.Serve(t, endless(n))
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
