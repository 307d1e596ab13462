package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/wire"

	"github.com/gorilla/websocket"
)

const (
	dialWait    = 5 * time.Second
	silence     = 8 * time.Second // a line on which nothing comes for so long is dead
	clockEvery  = 3 * time.Second
	firstClocks = 6 // so many quickly, one after the other
	clockQuick  = 150 * time.Millisecond
	firstWait   = 500 * time.Millisecond // at most, before it is tried again
	longestWait = 30 * time.Second
	margins     = 24 // of the last messages, how much time there was
)

// Options are what a [Line] is made of. The zero value is a sensible one.
type Options struct {
	// Say is told, once each, that the station is gone and that it is back. It is called
	// from the line's goroutine.
	Say func(text string)
	// Program is who listens, for the server's eyes: "proscenium 1.0".
	Program string
}

// Line is the way to a station, for as long as somebody listens.
type Line struct {
	station Station
	opts    Options
	clock   clock

	// Of the goroutine of Run.
	run      string
	seq      uint64 // of the next score message; 0: none is known
	failures int
	since    time.Time // when it was lost, zero while it is not
	told     bool      // that it is lost
	end      sonify.Frame
	known    bool // end is known

	mu    sync.Mutex
	up    bool
	slack []time.Duration
}

// NewLine returns a line to a station, which need not be found yet: its name may be
// missing, and its server may not answer.
func NewLine(s *Station, o Options) *Line {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	return &Line{station: *s, opts: o, clock: clock{start: time.Now()}}
}

// Zero returns when the chip's frame 0 is heard by everybody, by this machine's clock;
// ok is false as long as the station has not said. It may be called from any goroutine.
func (l *Line) Zero() (t time.Time, ok bool) { return l.clock.at() }

// Up reports whether the station is there. It may be called from any goroutine.
func (l *Line) Up() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.up
}

// Slack returns how much time there was at the least, of late, between the arrival of
// a message and the moment at which its first frame is to be heard; ok is false if none
// came. It may be called from any goroutine.
func (l *Line) Slack() (d time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, s := range l.slack {
		if i == 0 || s < d {
			d = s
		}
	}
	return d, len(l.slack) > 0
}

// errOver ends a line for good.
type errOver struct{ error }

// Run keeps the line until ctx is done, and gives take every message, in order and
// none twice; it returns nil then. If take returns an error, the line begins anew with
// a keyframe. Run ends with an error if the station cannot be listened to at all: there
// is none of that name, it speaks a newer protocol, it says goodbye for ever.
func (l *Line) Run(ctx context.Context, take func(wire.Message) error) error {
	for {
		wait, err := l.once(ctx, take)
		l.mu.Lock()
		l.up = false
		l.mu.Unlock()
		var over errOver
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &over):
			return over.error
		}
		if l.since.IsZero() {
			l.since = time.Now()
		}
		// A break that nobody hears is none that anybody is told of.
		if l.failures++; l.failures > 1 && !l.told {
			l.told = true
			l.opts.Say(fmt.Sprintf("no station: %v; it is tried again", err))
		}
		if wait < 0 {
			// Full jitter: those who were lost together do not come back together.
			most := min(firstWait<<min(l.failures-1, 10), longestWait)
			wait = 100*time.Millisecond + rand.N(most)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// once connects and listens until the line breaks. wait is how long to wait before the
// next time, negative if that is for the caller to say.
func (l *Line) once(ctx context.Context, take func(wire.Message) error) (wait time.Duration, err error) {
	if l.run == "" || l.station.Name == "" {
		if err := l.station.find(ctx); errors.Is(err, ErrUnreachable) {
			return -1, err
		} else if err != nil {
			return -1, errOver{err}
		}
	}
	conn, wait, err := l.dial(ctx)
	if err != nil {
		return wait, err
	}
	c := &call{Line: l, conn: conn, take: take}
	return c.listen(ctx)
}

// dial opens the WebSocket.
func (l *Line) dial(ctx context.Context) (conn *websocket.Conn, wait time.Duration, err error) {
	u := l.station.at("/ws")
	u.Scheme = "ws" + strings.TrimPrefix(u.Scheme, "http")
	if l.run != "" && l.seq > 0 {
		u.RawQuery = url.Values{"run": {l.run}, "seq": {strconv.FormatUint(l.seq, 10)}}.Encode()
	}
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialWait, ReadBufferSize: 4 << 10, WriteBufferSize: 256}
	h := http.Header{}
	if l.opts.Program != "" {
		h.Set("User-Agent", l.opts.Program)
	}
	if u.User != nil {
		pass, _ := u.User.Password()
		r := http.Request{Header: h}
		r.SetBasicAuth(u.User.Username(), pass)
		u.User = nil
	}
	conn, resp, err := d.DialContext(ctx, u.String(), h)
	if err == nil {
		conn.SetReadLimit(wire.MaxMessage)
		return conn, 0, nil
	}
	if resp == nil {
		return nil, -1, plain(err)
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
	err = fmt.Errorf("the server says %q: %s", resp.Status, strings.TrimSpace(string(text)))
	if resp.StatusCode == http.StatusNotFound {
		l.run, l.seq = "", 0 // it is looked for anew, and may be called otherwise now
	}
	if s, bad := strconv.Atoi(resp.Header.Get("Retry-After")); bad == nil && s > 0 {
		return nil, time.Duration(float64(min(s, 600)) * (1 + rand.Float64()) * float64(time.Second)), err
	}
	return nil, -1, err
}

// call is one connection.
type call struct {
	*Line
	conn *websocket.Conn
	take func(wire.Message) error

	began time.Time // when hello came

	mu    sync.Mutex
	asked map[uint64]time.Time
}

// settled is how long after a hello messages come that were missed: they say nothing
// of how early others will.
const settled = 500 * time.Millisecond

// listen reads messages until the line breaks.
func (c *call) listen(ctx context.Context) (wait time.Duration, err error) {
	c.asked = map[uint64]time.Time{}
	stop := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() { c.ask(ctx, stop) })
	defer func() {
		close(stop)
		c.conn.Close()
		asking.Wait()
	}()
	for {
		c.conn.SetReadDeadline(time.Now().Add(silence))
		kind, p, err := c.conn.ReadMessage()
		now := time.Now()
		if err != nil {
			return -1, fmt.Errorf("the line broke: %w", plain(err))
		}
		if kind != websocket.BinaryMessage {
			continue
		}
		m, err := wire.Read(p)
		if err != nil {
			c.seq = 0
			return -1, err
		}
		if g, ok := m.(*wire.Goodbye); ok {
			if g.Again == 0 {
				return 0, errOver{fmt.Errorf("the station said goodbye: %s", g.Reason)}
			}
			return time.Duration(float64(g.Again) * (1 + rand.Float64()) * float64(time.Second)), errors.New(g.Reason)
		}
		if err := c.hear(m, now); err != nil {
			return -1, err
		}
	}
}

// errMissed is that of a line on which a message is missing.
var errMissed = errors.New("messages are missing")

// hear takes a message. An error ends this call, and but for errOver another begins.
func (c *call) hear(m wire.Message, now time.Time) error {
	switch m := m.(type) {
	case *wire.Hello:
		if m.Protocol > wire.Version {
			return errOver{fmt.Errorf("the station speaks version %d of the protocol, this program knows %d: it wants a newer one", m.Protocol, wire.Version)}
		}
		if m.Run != c.run {
			c.run, c.seq, c.known = m.Run, 0, false
		}
		c.began = now
		c.clock.hello(m, now)
	case *wire.Clock:
		c.clock.moved(m.Zero)
		c.mu.Lock()
		sent, ok := c.asked[m.Token]
		delete(c.asked, m.Token)
		c.mu.Unlock()
		if ok {
			c.clock.told(m.Now, sent, now)
		}
	case *wire.Keyframe:
		c.seq, c.end, c.known = m.Seq, m.Frame, true
		c.there()
	case *wire.Score:
		if c.seq > 0 && m.Seq < c.seq {
			return nil // it is here already
		}
		if m.Seq != c.seq {
			return errMissed
		}
		c.seq++
		c.margin(m, now)
		c.there()
	}
	if err := c.take(m); err != nil {
		c.seq = 0
		return err
	}
	return nil
}

// margin takes note of how much time there was when a message came.
func (c *call) margin(m *wire.Score, now time.Time) {
	if zero, ok := c.Zero(); ok && c.known && now.Sub(c.began) > settled {
		slack := zero.Add(c.end.Duration()).Sub(now)
		c.Line.mu.Lock()
		if len(c.slack) == margins {
			copy(c.slack, c.slack[1:])
			c.slack = c.slack[:margins-1]
		}
		c.slack = append(c.slack, slack)
		c.Line.mu.Unlock()
	}
	c.end, c.known = m.Begin+m.Frames, true
}

// there takes note that the station is there.
func (c *call) there() {
	if c.told {
		c.opts.Say(fmt.Sprintf("the station is there again, after %s", time.Since(c.since).Round(time.Second)))
	}
	c.failures, c.told, c.since = 0, false, time.Time{}
	c.Line.mu.Lock()
	c.up = true
	c.Line.mu.Unlock()
}

// ask asks for the station's time, quickly at first, until stop is closed or ctx is
// done, which also ends the call.
func (c *call) ask(ctx context.Context, stop <-chan struct{}) {
	for n := 1; ; n++ {
		token := rand.Uint64N(1<<31) + 1
		c.mu.Lock()
		if len(c.asked) >= 4 {
			clear(c.asked) // they will not be answered any more
		}
		c.asked[token] = time.Now()
		c.mu.Unlock()
		text, _ := json.Marshal(map[string]string{"type": "clock", "token": strconv.FormatUint(token, 10)}) // of two texts: never fails
		c.conn.SetWriteDeadline(time.Now().Add(dialWait))
		if c.conn.WriteMessage(websocket.TextMessage, text) != nil {
			c.conn.Close()
			return
		}
		wait := clockEvery
		if n < firstClocks {
			wait = clockQuick
		}
		select {
		case <-stop:
			return
		case <-ctx.Done():
			c.conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
			c.conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""))
			c.conn.Close()
			return
		case <-time.After(wait):
		}
	}
}
