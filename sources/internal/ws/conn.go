// Package ws reads messages from WebSocket servers (RFC 6455): the engine of the
// source websocket and of the recipes for services that speak it.
package ws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
)

const (
	// DefaultLimit is how long a message may be.
	DefaultLimit = 1 << 20
	// writeTime is how long sending something may take.
	writeTime = 10 * time.Second
)

// Options say where a server is and how it is spoken to.
type Options struct {
	Name      string   // of the source's kind, for its errors: "bluesky"
	URL       *url.URL // ws or wss
	Header    http.Header
	Protocols []string // offered as Sec-WebSocket-Protocol
	Policy    reach.Policy
	// Secrets are values in URL, Header or Subscribe that no error may hold.
	Secrets []string
	// Subscribe are sent, as text, once the connection is there.
	Subscribe []string
	// Silence is how long nothing may come, neither message nor ping nor pong, before
	// the connection is taken for dead. Pings are sent at a third of it, so a server
	// that has nothing to say lives. 0: for ever, and without pings.
	Silence time.Duration
	// NoPings is for servers that take a ping for an impertinence; only messages are
	// signs of life then.
	NoPings bool
	// Limit is how long a message may be, in bytes; 0: DefaultLimit. A longer one is
	// passed over and counted.
	Limit int
}

// Conn is a connection. Read is used by one goroutine; Write and Close by any.
type Conn struct {
	o    Options
	env  sonify.SourceEnv
	c    *websocket.Conn
	buf  []byte
	mu   sync.Mutex // of writing
	done chan struct{}
	once sync.Once
	stop func() bool // of the watch over the context
	ping sync.WaitGroup
	ctx  context.Context
	// silence is how long nothing may come; pongs are heard in Read, too.
	silence time.Duration
}

// Dial connects and subscribes. Its errors are those of [reach.Status] where the
// server refuses. When ctx is done the connection ends.
func Dial(ctx context.Context, env sonify.SourceEnv, o Options) (*Conn, error) {
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	// The library looks at the context while it dials, not while it waits for the
	// server's answer.
	var watch []func() bool
	defer func() {
		for _, stop := range watch {
			stop()
		}
	}()
	dial := o.Policy.Dialer(asHTTP(o.URL))
	d := websocket.Dialer{
		Proxy: http.ProxyFromEnvironment,
		NetDialContext: func(dialing context.Context, network, addr string) (net.Conn, error) {
			c, err := dial(dialing, network, addr)
			if err == nil {
				watch = append(watch, context.AfterFunc(ctx, func() { c.Close() }))
			}
			return c, err
		},
		TLSClientConfig:  o.Policy.TLS.Clone(),
		HandshakeTimeout: 30 * time.Second,
		Subprotocols:     o.Protocols,
		ReadBufferSize:   32 << 10,
		WriteBufferSize:  4 << 10,
	}
	head := o.Header.Clone()
	if head == nil {
		head = make(http.Header)
	}
	if head.Get("User-Agent") == "" {
		agent := o.Policy.Agent
		if agent == "" {
			agent = reach.Agent
		}
		head.Set("User-Agent", agent)
	}
	c, resp, err := d.DialContext(ctx, o.URL.String(), head)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, o.refused(resp, err)
	}
	conn := &Conn{o: o, env: env, c: c, done: make(chan struct{}), ctx: ctx}
	conn.stop = context.AfterFunc(ctx, conn.hangUp)
	c.SetReadLimit(0) // Read passes over what is too long
	conn.SetSilence(o.Silence)
	c.SetPongHandler(func(string) error { conn.hear(); return nil })
	answer := c.PingHandler()
	c.SetPingHandler(func(data string) error { conn.hear(); return answer(data) })
	for _, text := range o.Subscribe {
		if err := conn.Write([]byte(text)); err != nil {
			conn.Close()
			return nil, err
		}
	}
	if o.Silence > 0 && !o.NoPings {
		conn.ping.Add(1)
		go conn.pings(max(o.Silence/3, time.Millisecond))
	}
	env.Link.Up()
	return conn, nil
}

// asHTTP is u by the scheme by which the connection begins.
func asHTTP(u *url.URL) *url.URL {
	h := *u
	h.Scheme = map[string]string{"ws": "http", "wss": "https"}[u.Scheme]
	return &h
}

// refused says why there is no connection.
func (o Options) refused(resp *http.Response, err error) error {
	if resp != nil {
		resp.Body.Close()
		if resp.StatusCode != http.StatusSwitchingProtocols {
			if serr := reach.Status(resp, time.Now()); serr != nil {
				return o.fail(&Refused{resp.StatusCode, serr})
			}
			return o.fail(fmt.Errorf("%s is no WebSocket: it answers %d", reach.Redact(o.URL.String()), resp.StatusCode))
		}
	}
	return o.fail(fmt.Errorf("%s: %w", reach.Redact(o.URL.String()), reach.Error(err)))
}

func (o Options) fail(err error) error {
	return fmt.Errorf("%s: %w", o.Name, secret.Scrub(err, o.Secrets...))
}

// Refused is in the error about a server that answered with another status than that
// of a WebSocket.
type Refused struct {
	Status int
	Err    error
}

func (e *Refused) Error() string { return e.Err.Error() }
func (e *Refused) Unwrap() error { return e.Err }

// SetSilence changes for how long nothing may come. It is used by the goroutine that
// reads.
func (c *Conn) SetSilence(d time.Duration) {
	c.silence = d
	c.hear()
}

// hear notes that the server lives.
func (c *Conn) hear() {
	if c.silence > 0 {
		_ = c.c.SetReadDeadline(time.Now().Add(c.silence))
	}
}

// pings asks the server whether it lives, until the connection ends.
func (c *Conn) pings(every time.Duration) {
	defer c.ping.Done()
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if c.c.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime)) != nil {
				return // Read meets the reason
			}
		case <-c.done:
			return
		}
	}
}

// Read returns the next message, text or binary. It is the connection's own and good
// until the next call. An error ends the connection.
func (c *Conn) Read() ([]byte, error) {
	for {
		c.hear() // what the piece took its time for is no silence of the server's
		_, r, err := c.c.NextReader()
		if err != nil {
			return nil, c.broke(err)
		}
		body, err := c.take(r)
		switch {
		case err == errLong:
			c.env.Tally.Add(sonify.Skipped, "message longer than the limit", 0)
			continue
		case err != nil:
			return nil, c.broke(err)
		}
		c.env.Link.Count(1, len(body))
		return body, nil
	}
}

var errLong = errors.New("longer than the limit")

// take reads a message, and all of one that is too long without keeping it.
func (c *Conn) take(r io.Reader) ([]byte, error) {
	b := c.buf[:0]
	if cap(b) > 256<<10 {
		b = nil // a long one has passed
	}
	if cap(b) == 0 {
		b = make([]byte, 0, 4<<10)
	}
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if len(b) > c.o.Limit {
			c.buf = nil
			if _, err := io.Copy(io.Discard, &living{r, c}); err != nil {
				return nil, err
			}
			return nil, errLong
		}
		if err == io.EOF {
			c.buf = b
			return b, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// living is a long message: while it comes, the server lives.
type living struct {
	io.Reader
	c *Conn
}

func (h *living) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if n > 0 {
		h.c.hear()
	}
	return n, err
}

// broke says why the connection ended.
func (c *Conn) broke(err error) error {
	if c.ctx.Err() != nil {
		return context.Cause(c.ctx)
	}
	var closed *websocket.CloseError
	var late interface{ Timeout() bool }
	switch {
	case errors.As(err, &closed):
		err = &Closed{Code: closed.Code, Reason: printable(closed.Text)}
	case errors.As(err, &late) && late.Timeout():
		err = fmt.Errorf("silent for %v, taken for dead", c.silence)
	}
	return c.o.fail(err)
}

// Closed is the error about a connection that the server closed in the way of the
// protocol.
type Closed struct {
	Code   int // RFC 6455 section 7.4; 1006: it did not say so, it was just gone
	Reason string
}

func (e *Closed) Error() string {
	if e.Code == websocket.CloseAbnormalClosure {
		return "the connection was cut"
	}
	if e.Reason == "" {
		return fmt.Sprintf("the server closed the connection (%d)", e.Code)
	}
	return fmt.Sprintf("the server closed the connection (%d %s)", e.Code, e.Reason)
}

// printable is what a server says, fit to be shown.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == '\ufffd' {
			return -1
		}
		return r
	}, text)
}

// Write sends a text.
func (c *Conn) Write(text []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.c.SetWriteDeadline(time.Now().Add(writeTime))
	if err := c.c.WriteMessage(websocket.TextMessage, text); err != nil {
		return c.broke(err)
	}
	return nil
}

// Protocol is the one of Options.Protocols on which the server agreed, "" if none.
func (c *Conn) Protocol() string { return c.c.Subprotocol() }

// hangUp ends the connection at once: whoever reads is woken.
func (c *Conn) hangUp() {
	c.once.Do(func() {
		close(c.done)
		_ = c.c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(100*time.Millisecond))
		c.c.Close()
	})
}

// Close says good-bye and ends the connection. It may be called more than once.
func (c *Conn) Close() {
	c.stop()
	c.hangUp()
	c.ping.Wait()
}
