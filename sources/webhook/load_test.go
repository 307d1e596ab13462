package webhook

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/hook"
	"proscenium/web"
)

// delivery is one of 500 bytes, signed as Standard Webhooks are.
type delivery struct {
	header http.Header
	body   []byte
}

func deliveries(n int) []delivery {
	s, _ := hook.Preset("standard")
	out := make([]delivery, n)
	for i := range out {
		b := fmt.Sprintf(`{"type":"order.paid","timestamp":"2026-11-28T20:00:00Z","data":{"order":%d,"tickets":2,"total":"90.00","currency":"EUR","tier":"balcony","filler":"`, i)
		b += strings.Repeat("x", 500-len(b)-3) + `"}}`
		h, err := hook.Sign(s, "c2VjcmV0", "", fmt.Sprint("msg_", i), "", time.Now(), []byte(b))
		if err != nil {
			panic(err)
		}
		h.Set("Content-Type", "application/json")
		out[i] = delivery{h, []byte(b)}
	}
	return out
}

// rig is a webhook behind the server's own handler.
type rig struct {
	server *web.Server
	env    sonify.SourceEnv
	stop   func() error
}

func start(t testing.TB, change func(*Config), emit func(sonify.Event)) *rig {
	t.Setenv("BOX_SECRET", "c2VjcmV0")
	r := &rig{server: web.NewServer(web.Options{HookRate: 1 << 30})}
	r.env = sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link), Hooks: r.server.Hooks()}
	src, err := newSource(r.env, config(func(c *Config) {
		c.Preset, c.Secret, c.Event = "standard", "env:BOX_SECRET", "order.paid"
		c.Format, c.Fields = "json", map[string]string{"quantity": "data.tickets", "amount": "data.total", "tier": "data.tier"}
		c.Numbers = []string{"amount"}
		change(c)
	}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- src.Run(ctx, emit) }()
	r.stop = func() error { cancel(); return <-done }
	for r.env.Link.Status().State != sonify.LinkUp {
		runtime.Gosched()
	}
	return r
}

// post calls the handler as the HTTP server does, and returns the status.
func (r *rig) post(d *delivery) int {
	req := &http.Request{Method: http.MethodPost, Host: "127.0.0.1", URL: address, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: "127.0.0.1:9",
		Header: d.header, Body: body{bytes.NewReader(d.body)}, ContentLength: int64(len(d.body))}
	w := httptest.NewRecorder()
	r.server.ServeHTTP(w, req)
	return w.Code
}

type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

var address = httptest.NewRequest(http.MethodPost, "http://127.0.0.1/hooks/box", nil).URL

// BenchmarkDeliveries is the whole way of signed deliveries of 500 bytes: the server's
// handler, the signature, the queue, the decoder, an event with three fields. What is
// turned away because the queue is full is reported, and comes again.
func BenchmarkDeliveries(b *testing.B) {
	var heard atomic.Int64
	r := start(b, func(c *Config) { c.Remember = 0 }, func(sonify.Event) { heard.Add(1) })
	all := deliveries(b.N) // each another: what comes twice is passed over
	var next, away atomic.Int64
	b.SetBytes(500)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			for d := &all[next.Add(1)-1]; ; time.Sleep(time.Millisecond) { // as a service comes again
				code := r.post(d)
				if code == http.StatusOK {
					break
				}
				if code != http.StatusServiceUnavailable {
					b.Error(code)
					break
				}
				away.Add(1)
			}
		}
	})
	for heard.Load() < int64(b.N) {
		time.Sleep(100 * time.Microsecond)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(float64(away.Load())/float64(b.N), "turned-away/op")
	if err := r.stop(); err != context.Canceled {
		b.Error(err)
	}
}

// A hundred thousand deliveries that come while nobody hears them cost what the queue
// holds and no more; all that was taken is heard in the end, and all that was not is
// counted.
func TestFlood_IsBoundedAndCounted(t *testing.T) {
	release := make(chan struct{})
	var once sync.Once
	var heard atomic.Int64
	r := start(t, func(*Config) {}, func(sonify.Event) {
		once.Do(func() { <-release })
		heard.Add(1)
	})
	all := deliveries(100_000)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	var taken, away atomic.Int64
	var wg sync.WaitGroup
	for part := range 4 {
		wg.Go(func() {
			for i := part; i < len(all); i += 4 {
				switch code := r.post(&all[i]); code {
				case http.StatusOK:
					taken.Add(1)
				case http.StatusServiceUnavailable:
					away.Add(1)
				default:
					t.Error(code)
				}
			}
		})
	}
	wg.Wait()
	if grown := int64(heap()) - int64(before); grown > 24<<20 {
		t.Errorf("%d MiB more for %d deliveries of 500 bytes", grown>>20, len(all))
	}
	close(release)
	for late := time.Now().Add(time.Minute); heard.Load() < taken.Load() && time.Now().Before(late); {
		time.Sleep(time.Millisecond)
	}
	if err := r.stop(); err != context.Canceled {
		t.Error(err)
	}
	var counted int64
	for _, c := range r.env.Tally.Counts() {
		if c.Fate == sonify.Dropped {
			counted += c.Count
		}
	}
	if heard.Load() != taken.Load() || away.Load() != counted || taken.Load()+away.Load() != int64(len(all)) || away.Load() == 0 {
		t.Errorf("%d taken, %d heard, %d turned away, %d counted of %d", taken.Load(), heard.Load(), away.Load(), counted, len(all))
	}
}
