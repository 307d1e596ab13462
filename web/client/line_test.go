package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/pcm"
	"proscenium/sonify/wire"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	for address, want := range map[string]string{
		"http://hall.local:8080/s/court":                "http://hall.local:8080/s/court",
		"hall.local:8080/s/court":                       "http://hall.local:8080/s/court",
		" https://example.org/s/court/ ":                "https://example.org/s/court",
		"ws://10.0.0.1/s/court/ws?run=1&seq=2":          "http://10.0.0.1/s/court",
		"wss://example.org/radio/s/court/ws":            "https://example.org/radio/s/court",
		"https://example.org/radio/s/court/stream.opus": "https://example.org/radio/s/court",
		"http://[::1]:8080/s/a-b_1/stream.flac.m3u":     "http://[::1]:8080/s/a-b_1",
		"example.org":                                 "http://example.org/s/",
		"http://127.0.0.1:8080/":                      "http://127.0.0.1:8080/s/",
		"http://127.0.0.1:8080/api/stations":          "http://127.0.0.1:8080/s/",
		"https://somebody:secret@example.org/s/court": "https://somebody:xxxxx@example.org/s/court",
		"":                "the address is empty",
		"gopher://x/s/a":  "gopher:// is not understood",
		"htp://x/s/a":     "expected http",
		"http:///s/court": "names no machine",
		"http://a b/":     "that is no address",
		"http://h:port/":  "that is no address",
	} {
		s, err := Parse(address)
		switch {
		case err != nil && (strings.Contains(want, "://") && !strings.Contains(want, "not") || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, expected %s", address, err, want)
		case err == nil && s.at("").Redacted() != want:
			t.Errorf("%q is %s, expected %s", address, s.at("").Redacted(), want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("http://hall.local:8080/s/court")
	f.Add("wss://x/radio/s/court/ws?a=b")
	f.Fuzz(func(t *testing.T, address string) {
		s, err := Parse(address)
		if err != nil {
			return
		}
		again, err := Parse(s.at("").String())
		if err != nil || s.Name != "" && *again != *s && again.Base.Path == s.Base.Path && again.Name != s.Name {
			t.Errorf("%q is %v, which is %v, %v", address, s, again, err)
		}
	})
}

// house is a server of which a test says what becomes of each who comes.
type house struct {
	*httptest.Server
	names []string

	mu    sync.Mutex
	asked []string // the queries of those who came
	next  []func(c *websocket.Conn)
}

func newHouse(t *testing.T, names ...string) *house {
	t.Helper()
	h := &house{names: names}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/stations", func(w http.ResponseWriter, _ *http.Request) {
		list := []map[string]string{}
		for _, n := range h.names {
			list = append(list, map[string]string{"name": n})
		}
		json.NewEncoder(w).Encode(list)
	})
	up := websocket.Upgrader{}
	mux.HandleFunc("/s/{name}/ws", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r.URL.RawQuery)
		var do func(c *websocket.Conn)
		if len(h.next) > 0 {
			do, h.next = h.next[0], h.next[1:]
		}
		h.mu.Unlock()
		if do == nil {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "the house is full", http.StatusServiceUnavailable)
			return
		}
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		do(c)
	})
	mux.HandleFunc("/page/api/stations", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") })
	mux.Handle("/moved/", http.RedirectHandler("/api/stations", http.StatusFound))
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Server.Close)
	return h
}

func say(c *websocket.Conn, p []byte) { c.WriteMessage(websocket.BinaryMessage, p) }

func told(k wire.Kind, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append([]byte{byte(k)}, text...)
}

func hello(run string) []byte {
	now := time.Now().UnixMicro()
	return told(wire.KindHello, wire.Hello{Type: "hello", Protocol: wire.Version, Run: run, Rate: chip.Rate, Latency: chip.Latency, Zero: now, Now: now, Cushion: 120,
		Piece: wire.Piece{Title: "Test"}})
}

// scores are what a station says from a frame on.
func scores(n int) (keyframe []byte, all [][]byte) {
	var e wire.Encoder
	if _, err := e.Begin(&sonify.Header{Tempo: sonify.BPM(120), Meter: sonify.Meter{Beats: 4, Unit: 4}}); err != nil {
		panic(err)
	}
	keyframe = e.Keyframe(0, chip.New().Snapshot(nil))
	for i := range n {
		e.Add(&sonify.Passage{Begin: sonify.Frame(6000 * i), End: sonify.Frame(6000 * (i + 1))})
		p, _ := e.Flush()
		all = append(all, p)
	}
	return keyframe, all
}

// until closes with the connection.
func until(c *websocket.Conn) {
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			return
		}
	}
}

// heard is a line at work, and what it was told.
type followed struct {
	t    *testing.T
	said []string
	got  chan wire.Message
	err  chan error
	stop context.CancelFunc
	line *Line
}

func follow(t *testing.T, address string) *followed {
	t.Helper()
	s, err := Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	f := &followed{t: t, got: make(chan wire.Message, 100), err: make(chan error, 1)}
	var mu sync.Mutex
	f.line = NewLine(s, Options{Say: func(text string) {
		mu.Lock()
		defer mu.Unlock()
		f.said = append(f.said, text)
	}})
	ctx, cancel := context.WithCancel(context.Background())
	f.stop = cancel
	ended := make(chan struct{})
	t.Cleanup(func() { cancel(); <-ended })
	go func() {
		defer close(ended)
		f.err <- f.line.Run(ctx, func(m wire.Message) error { f.got <- m; return nil })
	}()
	return f
}

func (f *followed) next() string {
	f.t.Helper()
	select {
	case m := <-f.got:
		switch m := m.(type) {
		case *wire.Score:
			return fmt.Sprint("score ", m.Seq)
		case *wire.Keyframe:
			return fmt.Sprint("keyframe ", m.Seq)
		case *wire.Hello:
			return "hello " + m.Run
		}
		return fmt.Sprintf("%T", m)
	case err := <-f.err:
		return fmt.Sprint("ended: ", err)
	case <-time.After(time.Minute):
		f.t.Fatalf("nothing comes; it said %q", f.said)
		return ""
	}
}

func (f *followed) expect(want ...string) {
	f.t.Helper()
	for i, w := range want {
		if got := f.next(); got != w {
			f.t.Fatalf("message %d is %q, expected %q", i+1, got, w)
		}
	}
}

// A line that breaks is taken up where it was, without a message twice or none; where
// one is missing, or nonsense comes, it is asked for again.
func TestLine_ComesBack(t *testing.T) {
	h := newHouse(t, "court")
	k, s := scores(8)
	h.next = []func(c *websocket.Conn){
		func(c *websocket.Conn) { say(c, hello("a")); say(c, k); say(c, s[0]); say(c, s[1]) },
		func(c *websocket.Conn) { say(c, hello("a")); say(c, s[1]); say(c, s[2]); say(c, s[5]); until(c) }, // one twice, two missing
		func(c *websocket.Conn) { say(c, hello("a")); say(c, s[3]); say(c, []byte{99, 1, 2}); until(c) },
		func(c *websocket.Conn) { say(c, hello("b")); say(c, k); say(c, s[0]); until(c) },
	}
	f := follow(t, h.URL)
	f.expect("hello a", "keyframe 1", "score 1", "score 2", "hello a", "score 3", "hello a", "score 4", "hello b", "keyframe 1", "score 1")
	if !f.line.Up() {
		t.Error("the station is there, and the line does not know")
	}
	if zero, ok := f.line.Zero(); !ok || time.Since(zero) > time.Minute || time.Since(zero) < -time.Minute {
		t.Errorf("frame 0 is heard at %v, %v", zero, ok)
	}
	f.stop()
	if err := <-f.err; err != nil {
		t.Error(err)
	}
	want := []string{"", "run=a&seq=3", "run=a&seq=4", ""}
	if fmt.Sprint(h.asked) != fmt.Sprint(want) {
		t.Errorf("it asked for %q, expected %q", h.asked, want)
	}
	// After nonsense it begins anew, and a break that is over at once is not told.
	if len(f.said) != 0 {
		t.Errorf("it said %q", f.said)
	}
}

// A server that is not there, full, or says goodbye for a while is tried again; that
// is told once, and once that it is back.
func TestLine_IsTriedAgain(t *testing.T) {
	h := newHouse(t, "court")
	k, _ := scores(0)
	bye := told(wire.KindGoodbye, wire.Goodbye{Type: "goodbye", Reason: "the station closes", Again: 1})
	h.next = []func(c *websocket.Conn){
		func(c *websocket.Conn) { say(c, hello("a")); say(c, k); say(c, bye); until(c) },
	}
	f := follow(t, h.URL+"/s/court")
	f.expect("hello a", "keyframe 1")
	for h.came() < 3 { // two find the house full
	}
	h.mu.Lock()
	h.next = append(h.next, func(c *websocket.Conn) { say(c, hello("a")); say(c, k); until(c) })
	h.mu.Unlock()
	f.expect("hello a", "keyframe 1")
	f.stop()
	<-f.err
	if len(f.said) != 2 || !strings.HasPrefix(f.said[0], `no station: the server says "503 Service Unavailable": the house is full; it is tried again`) || !strings.HasPrefix(f.said[1], "the station is there again, after ") {
		t.Errorf("it said %q", f.said)
	}
}

func (h *house) came() int {
	time.Sleep(time.Millisecond) // the test waits for the world
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.asked)
}

// What no waiting helps against ends it, and says what is there instead.
func TestLine_WhatIsWrong(t *testing.T) {
	h := newHouse(t, "court", "hall")
	newer := told(wire.KindHello, wire.Hello{Type: "hello", Protocol: 9})
	bye := told(wire.KindGoodbye, wire.Goodbye{Type: "goodbye", Reason: "the house is torn down"})
	for _, c := range []struct {
		path, want string
		do         func(c *websocket.Conn)
	}{
		{"/s/cuort", `there is no station "cuort" at ` + h.URL + ` (did you mean "court"?)`, nil},
		{"", "there are the stations court, hall: name one, as in " + h.URL + "/s/court", nil},
		{"/page/s/court", "there are no stations at " + h.URL + "/page (the server answers something else); expected a server of Proscenium", nil},
		{"/about.html", "there are no stations at " + h.URL + `/about.html (the server says "404 Not Found")`, nil},
		{"/s/court", "the station speaks version 9 of the protocol", func(c *websocket.Conn) { say(c, newer); until(c) }},
		{"/s/hall", "the station said goodbye: the house is torn down", func(c *websocket.Conn) { say(c, bye); until(c) }},
		{"/moved/s/hall", "the station said goodbye: the house is torn down", func(c *websocket.Conn) { say(c, bye); until(c) }},
	} {
		h.mu.Lock()
		h.next = nil
		if c.do != nil {
			h.next = append(h.next, c.do)
		}
		h.mu.Unlock()
		f := follow(t, h.URL+c.path)
		select {
		case err := <-f.err:
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v\nexpected %s", c.path, err, c.want)
			}
		case <-time.After(time.Minute):
			t.Errorf("%s: it goes on; expected %s", c.path, c.want)
			f.stop()
		}
	}
	h.names = nil
	if _, err := Find(t.Context(), h.URL); err == nil || !strings.Contains(err.Error(), "has no station on the air") {
		t.Errorf("%v", err)
	}
	address := h.URL
	h.Close()
	if _, err := Find(t.Context(), address); !errors.Is(err, ErrUnreachable) {
		t.Errorf("%v", err)
	}
}

// The clock is the quickest answer's, and one that contradicts those before, as after
// a machine has slept, is believed at once.
func TestClock(t *testing.T) {
	start := time.Now()
	c := &clock{start: start}
	if _, ok := c.at(); ok {
		t.Error("it knows when nobody has said anything")
	}
	ms := func(n int) time.Time { return start.Add(time.Duration(n) * time.Millisecond) }
	us := func(n int) int64 { return start.UnixMicro() + int64(n)*1000 }
	// The station's clock is 5 s ahead, and its frame 0 sounds now.
	c.hello(&wire.Hello{Zero: us(5000), Now: us(5000 - 700), Cushion: 150}, ms(0)) // the hello is old
	want := func(d time.Duration) {
		t.Helper()
		at, ok := c.at()
		if off := at.Sub(start.Add(150 * time.Millisecond)); !ok || (off-d).Abs() > 10*time.Microsecond {
			t.Errorf("frame 0 is heard %v off, expected %v", off, d)
		}
	}
	want(700 * time.Millisecond)
	c.told(us(5000+100+80), ms(100), ms(200)) // there 80, back 20
	want(-30 * time.Millisecond)
	c.told(us(5000+301), ms(300), ms(302))
	want(0)
	c.told(us(5000+430), ms(400), ms(500)) // slower: not believed
	want(0)
	c.moved(us(5000 + 40))
	want(40 * time.Millisecond)
	c.told(us(9000+601), ms(600), ms(602)) // the station's clock was set
	want(40*time.Millisecond - 4*time.Second)
	for i := range 100 {
		c.told(us(9000+700+i), ms(700+i), ms(700+i))
	}
	if len(c.answers) > remembered {
		t.Errorf("%d answers are remembered", len(c.answers))
	}
}

// Whatever a station sends, a player does not panic, and plays no more than it has.
func FuzzPlayer(f *testing.F) {
	k, s := scores(2)
	f.Add(k, s[0])
	f.Add(s[0], k)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		p := NewPlayer()
		for _, x := range [][]byte{a, b} {
			if m, err := wire.Read(x); err == nil {
				p.Take(m)
			}
		}
		n := min(p.Ready(), 4800)
		if err := p.Render(make([]pcm.Frame, n)); err != nil && n == 0 {
			t.Error(err)
		}
		if p.Render(make([]pcm.Frame, p.Ready()+1)) == nil {
			t.Error("it plays what is not there: " + strconv.Itoa(p.Ready()))
		}
	})
}
