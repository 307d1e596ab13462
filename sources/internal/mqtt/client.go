package mqtt

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/secure"
)

// patience is how long a broker may take for each answer while the connection is
// being made.
const patience = 10 * time.Second

// client is one connection to a broker. Reading is done by one goroutine; writing
// by several.
type client struct {
	conn    net.Conn
	in      reader
	version byte
	alive   time.Duration
	present bool   // the broker knew the session
	name    string // what the broker calls the client

	mu  sync.Mutex
	out []byte
}

// errVersion is the error about a broker that does not speak MQTT 5.
var errVersion = errors.New("the broker does not speak this version of MQTT")

// greet makes a connection of MQTT out of one of the network.
func greet(conn net.Conn, g *greeting, longest int) (*client, error) {
	c := &client{conn: conn, version: g.version, in: reader{src: bufio.NewReaderSize(conn, 64<<10), max: longest}, alive: time.Duration(g.alive) * time.Second, name: g.client}
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write(g.append(nil)); err != nil {
		return nil, err
	}
	if head, err := c.in.src.Peek(1); err == nil && head[0] != connack<<4 {
		return nil, fmt.Errorf("%w: is it a broker of another kind, or a port of another service?", errMalformed)
	}
	p, err := c.in.read()
	if err != nil {
		if p := new(sonify.Permanent); g.version == 5 && !errors.Is(err, errMalformed) && !errors.As(err, &p) {
			var t net.Error
			if !errors.As(err, &t) || !t.Timeout() {
				return nil, fmt.Errorf("%w: it hung up", errVersion) // as brokers do that know nothing later than 3.1.1
			}
		}
		return nil, err
	}
	a, err := p.answer(g.version)
	if err != nil {
		if g.version == 5 && len(p.body) == 2 && p.body[1] == 1 {
			return nil, errVersion
		}
		return nil, err
	}
	code := a.codes[0]
	// A broker of 3.1.1 answers in its own codes, whatever it was asked in.
	if g.version == 5 && (code == 1 || code == 0x84) {
		return nil, errVersion
	}
	if g.version == 4 && code != 0 {
		if as5, ok := returns[code]; ok {
			code = as5
		}
	}
	if code != 0 {
		return nil, refusal("the broker refuses the connection", code, a.why)
	}
	c.present = a.present
	if a.alive >= 0 {
		c.alive = time.Duration(a.alive) * time.Second
	}
	if a.client != "" {
		c.name = a.client
	}
	return c, nil
}

// subscribe asks for what the filters match. Messages that come before the broker
// has answered are given to early.
func (c *client) subscribe(filters []string, qos byte, early func(*packet) error) error {
	const id = 1
	c.conn.SetDeadline(time.Now().Add(patience))
	if err := c.write(appendSubscribe(nil, c.version, id, filters, qos)); err != nil {
		return err
	}
	for {
		p, err := c.in.read()
		if err != nil {
			return err
		}
		switch p.kind {
		case publish:
			if err := early(&p); err != nil {
				return err
			}
			continue
		case disconnect:
			return c.left(&p)
		case suback:
		default:
			continue
		}
		a, err := p.answer(c.version)
		if err != nil {
			return err
		}
		if a.id != id || len(a.codes) != len(filters) {
			return fmt.Errorf("%w: an answer to another subscription", errMalformed)
		}
		for i, code := range a.codes {
			if code >= 0x80 {
				return refusal(fmt.Sprintf("the broker refuses topic %q", filters[i]), code, a.why)
			}
		}
		return c.conn.SetDeadline(time.Time{})
	}
}

// next returns the next packet. A broker from which nothing comes for half as long
// again as it is asked is gone.
func (c *client) next() (packet, error) {
	if c.alive > 0 && c.in.src.Buffered() == 0 {
		if err := c.conn.SetReadDeadline(time.Now().Add(c.alive + c.alive/2)); err != nil {
			return packet{}, err
		}
	}
	p, err := c.in.read()
	if t := net.Error(nil); errors.As(err, &t) && t.Timeout() {
		return p, fmt.Errorf("nothing was heard from the broker for %v", c.alive+c.alive/2)
	}
	return p, err
}

// left is the error about a broker that says good-bye.
func (c *client) left(p *packet) error {
	if c.version != 5 {
		return fmt.Errorf("%w: a good-bye", errMalformed)
	}
	a, err := p.answer(c.version)
	if err != nil {
		return err
	}
	return refusal("the broker ended the connection", a.codes[0], a.why)
}

func (c *client) write(b []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.conn.Write(b)
	return err
}

// ack tells the broker that the message is in good hands. It is sent with the next
// flush.
func (c *client) ack(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = appendAck(c.out, id)
}

// flush sends what ack has gathered.
func (c *client) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.out) == 0 {
		return nil
	}
	c.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := c.conn.Write(c.out)
	c.out = c.out[:0]
	return err
}

// ping keeps the connection alive until ctx is done. It sends even while nobody
// reads, because the music is slower than the feed.
func (c *client) ping(ctx context.Context) {
	if c.alive <= 0 {
		return
	}
	t := time.NewTicker(max(c.alive/2, time.Second/2))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			c.conn.SetWriteDeadline(time.Now().Add(patience))
			if c.write([]byte{pingreq << 4, 0}) != nil {
				c.conn.Close() // the reader finds out
				return
			}
		}
	}
}

// close says good-bye, so that the broker neither waits nor takes it for a loss.
func (c *client) close() {
	c.conn.SetDeadline(time.Now().Add(200 * time.Millisecond))
	c.write([]byte{disconnect << 4, 0})
	c.conn.Close()
}

// dialer makes a connection of the network.
type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// open dials the broker at u.
func open(ctx context.Context, u *url.URL, dial dialer, conf *tls.Config) (net.Conn, error) {
	addr := net.JoinHostPort(u.Hostname(), port(u))
	switch u.Scheme {
	case "ws", "wss":
		return openWeb(ctx, u, dial, conf)
	}
	conn, err := dial(ctx, "tcp", addr)
	if err != nil || u.Scheme != "mqtts" {
		return conn, err
	}
	return secure.Client(ctx, conn, conf, u.Hostname())
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"mqtt": "1883", "mqtts": "8883", "ws": "80", "wss": "443"}[u.Scheme]
}
