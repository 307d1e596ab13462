package web

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sound"
	"proscenium/sonify/wire"

	"github.com/gorilla/websocket"
)

// air is a station for tests: it plays a passage whenever it is told to, by a clock
// of its own, into a channel that is served and into a sound that listeners are to
// have too.
type air struct {
	t       *testing.T
	channel *Channel
	server  *Server
	addr    string
	stop    func()
	sound   *sound.Output
	want    *kept24

	mu   sync.Mutex
	now  time.Time
	h    sonify.Header
	at   sonify.Frame
	zero time.Time
	n    int
}

// kept24 is a sink that keeps what it is given.
type kept24 struct{ frames []pcm.Frame }

func (k *kept24) Write(b []pcm.Frame) error       { k.frames = append(k.frames, b...); return nil }
func (k *kept24) Mark(sonify.Frame, string) error { return nil }
func (k *kept24) Finish() error                   { return nil }
func (k *kept24) Close() error                    { return nil }

const passage = 6000 // frames: 125 ms

func header(names ...string) sonify.Header {
	h := sonify.Header{Title: "Test", Key: "A minor", Tempo: sonify.BPM(120), Meter: sonify.Meter{Beats: 4, Unit: 4},
		Makers:  []sonify.Maker{{Kind: sonify.MakerRule, Name: "serve", Says: "faster is higher", Data: true}},
		Signals: []sonify.Signal{{Name: "tension", Low: 0, High: 1}}, Sources: []string{"court"},
		Mix: sonify.Mix{A4: 440, Loudness: -16, Guard: true, Ceiling: -1}}
	for i, n := range names {
		h.Voices = append(h.Voices, sonify.Voice{Name: n, Gain: 700, Polyphony: 3, Pitched: true, Instrument: sonify.Instrument{
			Wave: []sonify.Wave{sonify.Pulse, sonify.Triangle, sonify.Noise}[i%3], Volume: sonify.Macro{Values: []int{15, 12, 9, 6 + i}, Loop: -1}, EchoLevel: 300, EchoDelay: 9000}})
	}
	return h
}

// begin puts a station on the air. The station's frames count from base.
func begin(t *testing.T, o Options, base sonify.Frame) *air {
	t.Helper()
	a := &air{t: t, now: time.UnixMicro(1_700_000_000_000_000), h: header("lead", "bass"), at: base, want: &kept24{}}
	a.zero = a.now.Add(200*time.Millisecond - base.Duration())
	a.h.Frame = base
	a.channel = NewChannel("court", ChannelOptions{Program: "test", Now: a.clock})
	a.sound = sound.New([]pcm.Sink{a.want}, sound.Options{})
	for _, out := range []sonify.Output{a.channel, a.sound} {
		h := a.h
		if err := out.Begin(&h); err != nil {
			t.Fatal(err)
		}
	}
	a.server = NewServer(o)
	if err := a.server.Add(a.channel, func() Info { return Info{Title: "Test", State: "playing", Well: true} }); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.addr = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.server.Serve(ctx, l) }()
	a.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(a.stop)
	return a
}

func (a *air) clock() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

// play plays n passages.
func (a *air) play(n int) {
	a.t.Helper()
	for range n {
		p := &sonify.Passage{Begin: a.at, End: a.at + passage, Span: sonify.Span{Begin: sonify.Tick(a.n) * 240, End: sonify.Tick(a.n+1) * 240}}
		for i := range 3 {
			p.Notes = append(p.Notes, sonify.Note{Frame: a.at + sonify.Frame(i*700), Frames: 5000, Voice: i % len(a.h.Voices),
				Pitch: sonify.Key(50 + (a.n*5+i*7)%30), Velocity: 90, Cause: sonify.Cause{Event: uint64(a.n + 1), From: "speed_kmh", Value: sonify.Num(float64(180 + a.n%40))}})
		}
		p.Marks = []sonify.Mark{
			{Kind: sonify.MarkCaption, Frame: a.at, Text: fmt.Sprintf("Ace number %d", a.n), Cause: sonify.Cause{Event: uint64(a.n + 1)}},
			{Kind: sonify.MarkSignal, Frame: a.at, Number: float64(a.n) / 1000}}
		cue := sonify.Cue{Passage: p, At: a.zero.Add(a.at.Duration())}
		for _, out := range []sonify.Output{a.channel, a.sound} {
			if err := out.Play(cue); err != nil {
				a.t.Fatal(err)
			}
		}
		a.at += passage
		a.n++
		a.mu.Lock()
		a.now = a.now.Add(sonify.Frame(passage).Duration())
		a.mu.Unlock()
	}
}

// change changes the piece.
func (a *air) change(h sonify.Header) {
	a.t.Helper()
	h.Frame, h.Tick = a.at, sonify.Tick(a.n)*240
	a.h = h
	for _, out := range []sonify.Changer{a.channel, a.sound} {
		own := h
		if err := out.Change(&own); err != nil {
			a.t.Fatal(err)
		}
	}
}

// client is a listener as it should be: what it hears has to be the station's sound.
type client struct {
	t     *testing.T
	a     *air
	conn  *websocket.Conn
	hello *wire.Hello
	piece *wire.Piece
	chip  *chip.Chip
	next  uint64
	from  int64 // frame of the keyframe
	end   int64 // everything before it is known
	heard []chip.Frame
	keys  int // keyframes
	marks []sonify.Mark
}

func (a *air) dial(query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	d := websocket.Dialer{HandshakeTimeout: time.Minute}
	return d.Dial("ws://"+a.addr+"/s/court/ws"+query, header)
}

func (a *air) listen(query string) *client {
	a.t.Helper()
	conn, _, err := a.dial(query, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { conn.Close() })
	return &client{t: a.t, a: a, conn: conn}
}

// wait waits until something holds that another goroutine is about to do.
func (a *air) wait(holds func() bool) {
	a.t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); runtime.Gosched() {
		if time.Now().After(end) {
			a.t.Fatal("it does not come to that")
		}
	}
}

// read reads one message and does what it says.
func (c *client) read() wire.Message {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(time.Minute)) // each message is waited for anew
	kind, p, err := c.conn.ReadMessage()
	if err != nil {
		c.t.Fatalf("the line is gone: %v", err)
	}
	if kind != websocket.BinaryMessage {
		c.t.Fatalf("a message of type %d", kind)
	}
	m, err := wire.Read(p)
	if err != nil {
		c.t.Fatal(err)
	}
	switch m := m.(type) {
	case *wire.Hello:
		c.hello, c.piece = m, &m.Piece
	case *wire.Piece:
		c.piece = m
	case *wire.Keyframe:
		c.keys++
		c.chip = chip.New()
		if err := c.chip.Restore(m.Snapshot); err != nil {
			c.t.Fatal(err)
		}
		if c.chip.Pos() != int64(m.Frame) {
			c.t.Fatalf("a keyframe of frame %d has a chip at %d", m.Frame, c.chip.Pos())
		}
		c.next, c.from, c.heard = m.Seq, int64(m.Frame), nil
	case *wire.Score:
		if m.Seq != c.next {
			c.t.Fatalf("score %d comes when %d is due", m.Seq, c.next)
		}
		c.next++
		c.marks = append(c.marks, m.Marks...)
		for q := m.Commands; len(q) > 0; {
			n := c.chip.Push(q)
			if n <= 0 {
				c.t.Fatalf("the chip takes %d bytes of % x", n, q)
			}
			q = q[n:]
		}
		c.end = int64(m.Begin + m.Frames)
		for c.chip.Horizon()+chip.Block <= c.end {
			block := make([]chip.Frame, chip.Block)
			c.chip.Render(block)
			c.heard = append(c.heard, block...)
		}
	}
	return m
}

// until reads until everything before frame end is known, frames counted as the
// channel does.
func (c *client) until(end sonify.Frame) {
	c.t.Helper()
	for c.end < int64(end) {
		c.read()
	}
}

// same compares what was heard since the last keyframe with the station's sound.
func (c *client) same() {
	c.t.Helper()
	if len(c.heard) < 4800 {
		c.t.Fatalf("only %d frames were heard", len(c.heard))
	}
	for i, f := range c.heard {
		k := c.from + int64(i) - chip.Latency
		if k < 0 {
			continue
		}
		if k >= int64(len(c.a.want.frames)) {
			return
		}
		if want := c.a.want.frames[k]; pcm.Frame(f) != want {
			c.t.Fatalf("frame %d (%d of the chip, keyframe %d) is %v, the station's is %v", k, i, c.from, f, want)
		}
	}
}

// Whoever is there from the beginning, comes late, loses the line, or hears the
// piece change, hears the station's samples.
func TestListeners_HearTheStation(t *testing.T) {
	for _, base := range []sonify.Frame{0, 1 << 40} {
		a := begin(t, Options{}, base)
		early := a.listen("")
		a.wait(func() bool { return a.channel.listeners() == 1 })
		a.play(9)
		late := a.listen("")
		late.read()
		late.read()
		a.play(10)
		a.change(header("bass", "hat", "lead"))
		a.play(10)
		early.until(a.at - base - 2*passage)
		run, next := early.hello.Run, early.next
		early.conn.Close()
		a.play(12)
		back := a.listen(fmt.Sprintf("?run=%s&seq=%d", run, next))
		early.conn = back.conn
		if _, ok := early.read().(*wire.Hello); !ok {
			t.Fatal("the first message is no hello")
		}
		after := a.listen("")
		a.play(12)
		if err := a.channel.Finish(nil); err != nil {
			t.Fatal(err)
		}
		for _, c := range []*client{early, late, after} {
			c.until(a.at - base)
			c.same()
			if c.keys != 1 {
				t.Errorf("a listener was sent %d keyframes", c.keys)
			}
			if c.piece.Voices[1].Name != "hat" {
				t.Errorf("a listener knows of voices %v", c.piece.Voices)
			}
		}
		texts := 0
		for _, m := range early.marks {
			if m.Kind == sonify.MarkCaption {
				if m.Text != fmt.Sprintf("Ace number %d", texts) {
					t.Fatalf("caption %d is %q", texts, m.Text)
				}
				texts++
			}
		}
		if texts != a.n {
			t.Errorf("%d captions of %d arrived", texts, a.n)
		}
		a.stop()
		if _, ok := late.read().(*wire.Goodbye); !ok {
			t.Error("the station ends without a goodbye")
		}
	}
}

// At the default cushion there are about four messages a second, and none is late.
func TestChannel_SendsFewMessagesInTime(t *testing.T) {
	a := begin(t, Options{}, 0)
	a.play(80) // ten seconds
	a.channel.mu.Lock()
	defer a.channel.mu.Unlock()
	if n := len(a.channel.ring); n < 20 || n > 45 || a.channel.counts.late > 0 {
		t.Errorf("%d messages in ten seconds, %d of them late", n, a.channel.counts.late)
	}
}

// JSON says the same in words, on both ways.
func TestJSON_OnBothWays(t *testing.T) {
	a := begin(t, Options{}, 0)
	a.play(4)
	resp, err := http.Get("http://" + a.addr + "/s/court/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	conn, _, err := a.dial("?format=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	a.wait(func() bool { return a.channel.listeners() == 2 })
	a.play(10)
	a.stop()
	var events bytes.Buffer
	events.ReadFrom(resp.Body)
	var socket []string
	for {
		_, p, err := conn.ReadMessage()
		if err != nil {
			break
		}
		socket = append(socket, string(p))
	}
	var lines []string
	for _, l := range strings.Split(strings.TrimSpace(events.String()), "\n\n") {
		lines = append(lines, strings.TrimPrefix(l, "data: "))
	}
	if !slices.Equal(lines, socket) || len(lines) < 6 {
		t.Fatalf("by events %d messages, by socket %d", len(lines), len(socket))
	}
	for i, want := range []string{`{"type":"hello"`, `{"type":"keyframe"`, `{"type":"score"`} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("message %d is %.80s", i, lines[i])
		}
	}
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, `{"type":"goodbye"`) {
		t.Errorf("the last is %s", last)
	}
}

// hubs are those of the channel and its streams.
func (a *air) hubs() []*hub {
	out := []*hub{a.channel.hub}
	r := a.channel.radio
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.feeds {
		out = append(out, f.hub)
	}
	return out
}

// backlog is how many bytes wait for listeners.
func (a *air) backlog() (bytes int) {
	for _, h := range a.hubs() {
		for _, sh := range h.shards {
			done := make(chan int)
			sh.put(job{look: func() {
				n := 0
				for l := range sh.members {
					n += l.backlog
				}
				done <- n
			}})
			bytes += <-done
		}
	}
	return bytes
}
