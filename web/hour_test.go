package web_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
	"proscenium/sonify/wire"
	"proscenium/web"

	"github.com/gorilla/websocket"
)

// pipes is a network without sockets, for a bubble in which time does not pass by
// itself.
type pipes struct {
	calls chan net.Conn
	once  sync.Once
	gone  chan struct{}
}

func newPipes() *pipes { return &pipes{calls: make(chan net.Conn), gone: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.gone:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.gone) }); return nil }
func (p *pipes) Addr() net.Addr { return here }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.calls <- named{theirs}:
		return ours, nil
	case <-p.gone:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// named is a pipe that says it comes from this machine.
type named struct{ net.Conn }

var here = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}

func (named) RemoteAddr() net.Addr { return here }
func (named) LocalAddr() net.Addr  { return here }

// flaky is a live source that breaks now and then, and is silent for a while.
type flaky struct{ runs uint64 }

func (f *flaky) Run(ctx context.Context, emit func(sonify.Event)) error {
	f.runs++
	r := rand.New(rand.NewPCG(f.runs, 1))
	for range 40 + r.IntN(40) {
		if err := (conductor.Wall{}).Wait(ctx, time.Now().Add(time.Duration(r.ExpFloat64()*float64(400*time.Millisecond)))); err != nil {
			return err
		}
		emit(sonify.Event{Shape: rung, At: time.Now()})
	}
	if err := (conductor.Wall{}).Wait(ctx, time.Now().Add(time.Duration(r.IntN(20))*time.Second)); err != nil {
		return err
	}
	return errors.New("connection reset by peer")
}

func (f *flaky) Probe(context.Context) (sonify.Prospect, error) {
	return sonify.Prospect{Shapes: []*sonify.Shape{rung}}, nil
}

const tower = `title = "A tower"
tempo = 120
seed = 3
[source.a]
type = "flaky"
[source.b]
type = "flaky"
[voice.bell]
volume = "15 12 9 6 3 1 / 0"
[voice.bass]
wave = "triangle"
[[rule]]
name = "bell"
on = "bell.rung"
voice = "bell"
pitch = "C5"
motif = [0, 2]
every = "1/16"
grid = "off"
[[pattern]]
name = "bass"
voice = "bass"
rhythm = { steps = 16, hits = 5 }
notes = "root fifth"
[idle]
after = "5s"
`

// sums adds up what a chip plays, second by second.
type sums struct {
	chip  *chip.Chip
	block [20 * chip.Block]chip.Frame
	at    int64
	sum   uint64
	whole bool // the second was heard from its beginning
	tell  func(second int64, sum uint64)
}

func (s *sums) push(commands []byte) error {
	for len(commands) > 0 {
		n := s.chip.Push(commands)
		if n <= 0 {
			return fmt.Errorf("the chip takes %d of %d bytes", n, len(commands))
		}
		commands = commands[n:]
	}
	return nil
}

// until renders what is complete before frame end.
func (s *sums) until(end int64) {
	for {
		n := min((end-s.chip.Horizon())/chip.Block, 20)
		if n <= 0 {
			return
		}
		b := s.block[:n*chip.Block]
		s.chip.Render(b)
		for _, f := range b {
			if s.at%chip.Rate == 0 {
				if s.whole {
					s.tell(s.at/chip.Rate-1, s.sum)
				}
				s.whole, s.sum = true, 14695981039346656037
			}
			for _, x := range f {
				s.sum = (s.sum ^ uint64(uint32(x))) * 1099511628211
			}
			s.at++
		}
	}
}

// own is the station's own sound, second by second.
type own struct {
	sums
	enc wire.Encoder
}

func (o *own) Begin(h *sonify.Header) error {
	o.chip = chip.New()
	setup, err := o.enc.Begin(h)
	return errors.Join(err, o.push(setup))
}

func (o *own) Change(h *sonify.Header) error { return o.enc.Change(h) }

func (o *own) Play(c sonify.Cue) error {
	o.enc.Add(c.Passage)
	p, _ := o.enc.Flush()
	m, err := wire.Read(p)
	if err != nil {
		return err
	}
	if err := o.push(m.(*wire.Score).Commands); err != nil {
		return err
	}
	o.until(int64(c.End))
	return nil
}

func (o *own) Finish(*sonify.Summary) error { return nil }
func (o *own) Close() error                 { return nil }

// An hour of a whole station, or ten minutes without PROSCENIUM_LONG: listeners come, hear, and go without a word, some take
// nothing; sources fail and return; the piece is edited. Whoever listens hears every
// sample; and memory and goroutines stay what they are. The clock is not the world's.
func TestHour_OnTheAir(t *testing.T) {
	length := 10 * time.Minute
	if os.Getenv("PROSCENIUM_LONG") != "" {
		length = time.Hour
	}
	synctest.Test(t, func(t *testing.T) {
		var reg sonify.Registry
		if err := reg.Add(sonify.SourceInfo{Name: "flaky", Doc: "a source that breaks", Live: true, Config: func() any { return &struct{}{} },
			New: func(sonify.SourceEnv, any) (sonify.Source, error) { return &flaky{}, nil }}); err != nil {
			t.Fatal(err)
		}
		ch := web.NewChannel("court", web.ChannelOptions{Program: "test", Keep: 5 * time.Second})
		st, err := station.New(station.Options{Name: "court", Env: mapping.Env{Sources: &reg, Probe: true, Version: "test"}, File: "tower.toml", Stale: 10 * time.Second,
			Read: func() ([]byte, error) { return []byte(tower), nil }, Ahead: 12 * time.Millisecond, AheadLeast: ch.Ahead})
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		want := map[int64]uint64{}
		compared, differ := 0, 0
		o := &own{sums: sums{tell: func(second int64, sum uint64) {
			mu.Lock()
			defer mu.Unlock()
			want[second] = sum
			delete(want, second-30)
		}}}
		st.Attach(o)
		st.Attach(ch)
		srv := web.NewServer(web.Options{})
		if err := srv.Add(ch, func() web.Info { return web.Info{Title: "A tower", State: "playing", Well: true} }); err != nil {
			t.Fatal(err)
		}
		network := newPipes()
		ctx, stop := context.WithTimeout(t.Context(), length)
		defer stop()
		var all sync.WaitGroup
		all.Go(func() {
			if err := st.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := srv.Serve(ctx, network); err != nil {
				t.Error(err)
			}
		})
		dialer := &websocket.Dialer{NetDialContext: network.dial}
		// listen hears the station for so long, and every sample of it.
		listen := func(d time.Duration) {
			conn, _, err := dialer.DialContext(ctx, "ws://localhost/s/court/ws", nil)
			if err != nil {
				if ctx.Err() == nil {
					t.Error(err)
				}
				return
			}
			defer conn.Close()
			end := time.Now().Add(d)
			var next uint64
			s := &sums{tell: func(second int64, sum uint64) {
				mu.Lock()
				defer mu.Unlock()
				w, ok := want[second]
				if !ok {
					return
				}
				if compared++; w != sum {
					differ++
				}
			}}
			for time.Now().Before(end) {
				conn.SetReadDeadline(end)
				_, p, err := conn.ReadMessage()
				if err != nil {
					return
				}
				m, err := wire.Read(p)
				if err != nil {
					t.Error(err)
					return
				}
				switch m := m.(type) {
				case *wire.Keyframe:
					if next != 0 {
						t.Error("a listener who reads everything is caught up")
					}
					s.chip = chip.New()
					if err := s.chip.Restore(m.Snapshot); err != nil {
						t.Error(err)
						return
					}
					s.at, next = s.chip.Pos(), m.Seq
				case *wire.Score:
					if m.Seq != next {
						t.Errorf("score %d comes when %d is due", m.Seq, next)
						return
					}
					next++
					if err := s.push(m.Commands); err != nil {
						t.Error(err)
						return
					}
					s.until(int64(m.Begin + m.Frames))
				}
			}
		}
		all.Go(func() { listen(2 * length) })
		// Who takes nothing is let go; who reads events comes and goes like the others.
		deaf := func() {
			conn, _, err := dialer.DialContext(ctx, "ws://localhost/s/court/ws", nil)
			if err != nil {
				return
			}
			defer conn.Close()
			conductor.Wall{}.Wait(ctx, time.Now().Add(2*time.Minute))
		}
		client := &http.Client{Transport: &http.Transport{DialContext: network.dial, DisableKeepAlives: true}}
		events := func() {
			rctx, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()
			req, _ := http.NewRequestWithContext(rctx, "GET", "http://localhost/s/court/events", nil)
			resp, err := client.Do(req)
			if err != nil {
				return
			}
			defer resp.Body.Close()
			for b := make([]byte, 4096); err == nil; {
				_, err = resp.Body.Read(b)
			}
		}
		type usage struct {
			heap       uint64
			goroutines int
		}
		var first, last usage
		look := func() (u usage) {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return usage{m.HeapAlloc, runtime.NumGoroutine()}
		}
		minutes := int(length / time.Minute)
		for minute := range minutes - 1 {
			for range 4 {
				all.Go(func() { listen(25 * time.Second) })
				conductor.Wall{}.Wait(ctx, time.Now().Add(15*time.Second))
			}
			all.Go(deaf)
			all.Go(events)
			if minute%10 == 4 {
				text := tower
				if minute%20 == 4 {
					text = strings.Replace(tower, "hits = 5", "hits = 9", 1)
				}
				if ps := st.Edit([]byte(text)); ps.Err() != nil {
					t.Error(ps)
				}
			}
			switch minute {
			case minutes / 3:
				first = look()
			case minutes - 3:
				last = look()
			}
		}
		all.Wait()
		heard := st.Status()
		t.Logf("%d seconds compared; %d events; at first %+v, at last %+v", compared, heard.Heard, first, last)
		if differ > 0 || compared < 60*minutes {
			t.Errorf("%d of %d seconds were heard otherwise", differ, compared)
		}
		if last.goroutines > first.goroutines+4 || last.heap > first.heap+first.heap/4+1<<20 {
			t.Errorf("after a third of the time %+v, at the end %+v", first, last)
		}
		if heard.Late > 0 || heard.Held > 0 || heard.Heard < uint64(30*minutes) {
			t.Errorf("%+v", heard)
		}
	})
}
