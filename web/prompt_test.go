package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
	"proscenium/sonify/wire"
	"proscenium/web"

	"github.com/gorilla/websocket"
)

// bell is a live source that a test rings.
type bell struct{ ring chan struct{} }

var rung = sonify.NewShape("bell.rung")

func (b *bell) Run(ctx context.Context, emit func(sonify.Event)) error {
	for {
		select {
		case <-b.ring:
			emit(sonify.Event{Shape: rung, At: time.Now()})
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (b *bell) Probe(context.Context) (sonify.Prospect, error) {
	return sonify.Prospect{Shapes: []*sonify.Shape{rung}}, nil
}

// door is a piece on which nothing sounds but the bell, and that at once.
const door = `title = "A bell"
tempo = 112
grid = "off"
news.play = false
[source.door]
type = "bell"
[voice.bell]
volume = "15 15 / 0"
[[rule]]
name = "bell"
on = "bell.rung"
voice = "bell"
pitch = "C5"
length = { from = "0.05", unit = "s" }
`

// decided is an output that notes when each event's note was decided, and when it is
// to sound.
type decided struct {
	mu sync.Mutex
	at map[uint64]time.Time // by event
	in map[uint64]time.Time // when the event came
}

func (d *decided) Begin(*sonify.Header) error   { return nil }
func (d *decided) Finish(*sonify.Summary) error { return nil }
func (d *decided) Close() error                 { return nil }
func (d *decided) Play(c sonify.Cue) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range c.Marks {
		if m.Heard != nil {
			d.in[m.Heard.Number], d.at[m.Heard.Number] = m.Heard.Event.At, time.Now()
		}
	}
	return nil
}

// parts are how long after an event came something happened to it, in milliseconds.
type parts []float64

func (p parts) String() string {
	s := slices.Sorted(slices.Values(p))
	if len(s) == 0 {
		return "never"
	}
	return fmt.Sprintf("p50 %.0f p99 %.0f", s[len(s)/2], s[min(len(s)*99/100, len(s)-1)])
}

func (p parts) median() float64 { return slices.Sorted(slices.Values(p))[len(p)/2] }

// settings are those of "proscenium serve --latency", and how soon an event is to be
// heard with them, in milliseconds.
var settings = []struct {
	name                   string
	ahead, cushion, margin time.Duration
	goal                   float64 // ms
	half                   bool    // it is a goal for half of the events, not for 99 in 100
}{
	{"default", 12 * time.Millisecond, 110 * time.Millisecond, 80 * time.Millisecond, 150, false},
	{"low", 6 * time.Millisecond, 32 * time.Millisecond, 40 * time.Millisecond, 60, true},
}

// belfry is a station whose bell a test rings. modules are scripts for its page.
type belfry struct {
	bell *bell
	when *decided
	url  string
}

func newBelfry(t *testing.T, ahead, cushion, margin time.Duration, modules map[string]string) *belfry {
	t.Helper()
	f := &belfry{bell: &bell{ring: make(chan struct{})}, when: &decided{at: map[uint64]time.Time{}, in: map[uint64]time.Time{}}}
	var reg sonify.Registry
	if err := reg.Add(sonify.SourceInfo{Name: "bell", Doc: "a bell", Live: true, Config: func() any { return &struct{}{} },
		New: func(sonify.SourceEnv, any) (sonify.Source, error) { return f.bell, nil }}); err != nil {
		t.Fatal(err)
	}
	ch := web.NewChannel("court", web.ChannelOptions{Program: "test", Cushion: cushion, Margin: margin})
	st, err := station.New(station.Options{Name: "court", Env: mapping.Env{Sources: &reg, Probe: true, Version: "test"}, File: "door.toml",
		Read: func() ([]byte, error) { return []byte(door), nil }, Ahead: ahead, AheadLeast: ch.Ahead})
	if err != nil {
		t.Fatal(err)
	}
	st.Attach(f.when)
	st.Attach(ch)
	srv := web.NewServer(web.Options{})
	if err := srv.Add(ch, func() web.Info { return web.Info{Title: "A bell", State: "playing", Well: true} }); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for path, text := range modules {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, text)
		})
	}
	mux.Handle("/", srv)
	h := httptest.NewServer(mux)
	f.url = h.URL
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- st.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		ch.Close()
		h.CloseClientConnections()
		h.Close()
	})
	return f
}

// rings rings the bell n times, at odd moments.
func (f *belfry) rings(n int, gap time.Duration) {
	for i := range n {
		f.bell.ring <- struct{}{}
		<-time.After(gap + time.Duration(i*37%190)*time.Millisecond)
	}
}

// parts returns how long after an event its note was decided, a listener was told of
// it, and it is due, chip and all.
func (f *belfry) parts(received func(uint64) (told, bool)) (decision, arrival, due parts) {
	f.when.mu.Lock()
	defer f.when.mu.Unlock()
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	for n, in := range f.when.in {
		decision = append(decision, ms(f.when.at[n].Sub(in)))
		if r, ok := received(n); ok {
			arrival, due = append(arrival, ms(r.at.Sub(in))), append(due, ms(r.due.Sub(in)))
		}
	}
	return decision, arrival, due
}

// From an event's arrival to the moment when its note is due at every listener, and
// what that is made of. Nothing can be late here but the machine: on one that others
// use the last few of a hundred may be.
func TestPrompt_AnEventIsDueAtOnce(t *testing.T) {
	for _, k := range settings {
		t.Run(k.name, func(t *testing.T) {
			f := newBelfry(t, k.ahead, k.cushion, k.margin, nil)
			received := receive(t, f.url)
			<-time.After(500 * time.Millisecond)
			f.rings(30, 20*time.Millisecond)
			<-time.After(300 * time.Millisecond)
			decision, arrival, due := f.parts(received)
			t.Logf("ms after the event: decided %v; a listener is told %v; due %v", decision, arrival, due)
			if len(due) != 30 {
				t.Fatalf("%d of 30 rings came", len(due))
			}
			if due.median() > k.goal {
				t.Errorf("half of the events are heard after %v ms, all are to be within %v", due, k.goal)
			}
			if spare := due.median() - arrival.median(); spare < float64(k.margin/time.Millisecond)/2 {
				t.Errorf("a listener is told %.0f ms before it is due", spare)
			}
		})
	}
}

// told is when a listener was told of an event's note, and when that is due.
type told struct{ at, due time.Time }

// receive is a listener that notes when it was told of each event's note.
func receive(t *testing.T, address string) func(event uint64) (told, bool) {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial(strings.Replace(address, "http", "ws", 1)+"/s/court/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	at := map[uint64]told{}
	var hello *wire.Hello
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			_, p, err := conn.ReadMessage()
			if err != nil {
				return
			}
			now := time.Now()
			m, err := wire.Read(p)
			if err != nil {
				return
			}
			switch m := m.(type) {
			case *wire.Hello:
				hello = m
			case *wire.Score:
				mu.Lock()
				i := 0
				chip.Scan(m.Commands, func(c *chip.Command) {
					if c.Kind == chip.CommandNote {
						after := (sonify.Frame(c.Frame) + chip.Latency).Duration() + time.Duration(hello.Cushion)*time.Millisecond
						at[m.Causes[i].Event] = told{now, time.UnixMicro(hello.Zero).Add(after)}
						i++
					}
				})
				mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-ended
	})
	return func(event uint64) (told, bool) {
		mu.Lock()
		defer mu.Unlock()
		r, ok := at[event]
		return r, ok
	}
}
