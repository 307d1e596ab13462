package irc

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/ws"
)

// wire carries lines. read is used by one goroutine, the others by any.
type wire interface {
	// read returns the next line, good until the next call. A line that is too long is
	// errLong, after which reading goes on.
	read() ([]byte, error)
	write(line string) error
	close()
}

// writeTime is how long sending a line may take.
const writeTime = 10 * time.Second

// dial connects by the scheme of the address: ircs and irc are TLS and plain TCP,
// wss and ws WebSocket.
func dial(ctx context.Context, env sonify.SourceEnv, o Options) (wire, error) {
	switch o.URL.Scheme {
	case "wss", "ws":
		c, err := ws.Dial(ctx, env, ws.Options{
			Name: o.Name, URL: o.URL, Policy: o.Policy, Secrets: o.Secrets, Silence: o.Silence,
			Protocols: []string{"text.ircv3.net"}, Limit: 256 << 10,
		})
		if err != nil {
			return nil, err
		}
		return &socket{c: c}, nil
	}
	addr := net.JoinHostPort(o.URL.Hostname(), port(o.URL))
	c, err := o.Policy.Dialer(o.URL)(ctx, "tcp", addr)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, o.fail(fmt.Errorf("%s: %w", reach.Redact(o.URL.String()), err))
	}
	if o.URL.Scheme == "ircs" {
		conf := o.Policy.TLS.Clone()
		if conf == nil {
			conf = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		if conf.ServerName == "" {
			conf.ServerName = o.URL.Hostname()
		}
		t := tls.Client(c, conf)
		hand, cancel := context.WithTimeout(ctx, 30*time.Second)
		err := t.HandshakeContext(hand)
		cancel()
		if err != nil {
			c.Close()
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return nil, o.fail(fmt.Errorf("%s: %w", reach.Redact(o.URL.String()), err))
		}
		c = t
	}
	env.Link.Up()
	p := &plain{c: c, o: o, env: env, ctx: ctx, r: bufio.NewReaderSize(c, lineLimit)}
	p.stop = context.AfterFunc(ctx, func() { c.Close() })
	return p, nil
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "ircs":
		return "6697"
	}
	return "6667"
}

// plain is a line of bytes over TCP, with or without TLS.
type plain struct {
	c    net.Conn
	o    Options
	env  sonify.SourceEnv
	ctx  context.Context
	r    *bufio.Reader
	mu   sync.Mutex
	stop func() bool
}

func (p *plain) read() ([]byte, error) {
	p.hear()
	line, err := p.r.ReadSlice('\n')
	long := false
	for err == bufio.ErrBufferFull {
		long = true
		p.hear()
		_, err = p.r.ReadSlice('\n')
	}
	if err != nil {
		return nil, p.broke(err)
	}
	p.env.Link.Count(1, len(line))
	if long {
		return nil, errLong
	}
	return line, nil
}

func (p *plain) hear() {
	if p.o.Silence > 0 {
		_ = p.c.SetReadDeadline(time.Now().Add(p.o.Silence))
	}
}

func (p *plain) broke(err error) error {
	if p.ctx.Err() != nil {
		return context.Cause(p.ctx)
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		err = fmt.Errorf("silent for %v, taken for dead", p.o.Silence)
	}
	return p.o.fail(err)
}

func (p *plain) write(line string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.c.SetWriteDeadline(time.Now().Add(writeTime))
	if _, err := p.c.Write([]byte(line + "\r\n")); err != nil {
		return p.broke(err)
	}
	return nil
}

func (p *plain) close() {
	p.stop()
	p.c.Close()
}

// socket has several lines in one message, as Twitch sends them, or one without its
// end, as IRCv3 has it.
type socket struct {
	c    *ws.Conn
	rest []byte
}

func (s *socket) read() ([]byte, error) {
	for len(s.rest) == 0 {
		body, err := s.c.Read()
		if err != nil {
			return nil, err
		}
		s.rest = body
	}
	line := s.rest
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line, s.rest = line[:i+1], line[i+1:]
	} else {
		s.rest = nil
	}
	return line, nil
}

func (s *socket) write(line string) error { return s.c.Write([]byte(line)) }
func (s *socket) close()                  { s.c.Close() }
