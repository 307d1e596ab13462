package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/resp"
	"proscenium/sources/internal/secure"
)

const (
	// patience is how long the server may take for an answer.
	patience = 10 * time.Second
	// heartbeat is how often the server is asked whether it is there, and how long a
	// read of streams waits for an entry.
	heartbeat = 20 * time.Second
	// entries is how many entries of a stream come in one answer.
	entries = 64
)

// client is a connection. Commands are written by several goroutines, answers read by
// one.
type client struct {
	conn net.Conn
	in   *resp.Reader

	mu     sync.Mutex
	closed bool
}

// dial connects to the server at u. No text longer than longest is read.
func dial(ctx context.Context, u *url.URL, conf *tls.Config, longest int) (*client, error) {
	port := u.Port()
	if port == "" {
		port = "6379"
	}
	// What the server sends leads nowhere, so its address may be private.
	conn, err := reach.Policy{Private: true}.Dialer(u)(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if u.Scheme == "rediss" {
		if conn, err = secure.Client(ctx, conn, conf, u.Hostname()); err != nil {
			return nil, err
		}
	}
	return &client{conn: conn, in: resp.NewReader(conn, longest, entries*(longest+4096))}, nil
}

func (c *client) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		c.conn.Close()
	}
}

// send writes a command.
func (c *client) send(words ...string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := c.conn.Write(resp.Append(nil, words...))
	return err
}

// next returns the next answer. A server that says nothing for longer than it may is
// gone.
func (c *client) next() (resp.Value, error) {
	if !c.in.Buffered() {
		c.conn.SetReadDeadline(time.Now().Add(2*heartbeat + patience))
	}
	v, err := c.in.Read()
	if t := net.Error(nil); errors.As(err, &t) && t.Timeout() {
		return v, fmt.Errorf("nothing was heard from the server for %v", 2*heartbeat+patience)
	}
	if err == nil && v.Kind == resp.Error {
		return v, refusal(string(v.Text))
	}
	return v, err
}

// ask sends a command and returns its answer.
func (c *client) ask(words ...string) (resp.Value, error) {
	if err := c.send(words...); err != nil {
		return resp.Value{}, err
	}
	v, err := c.next()
	if err != nil {
		return v, fmt.Errorf("%s: %w", words[0], err)
	}
	return v, nil
}

// refusal is the error about what the server says: for good if the same question gets
// the same answer.
func refusal(text string) error {
	text = strings.ToValidUTF8(text, "\ufffd")
	err := fmt.Errorf("the server says %q", text[:min(len(text), 200)])
	code, _, _ := strings.Cut(text, " ")
	switch code {
	case "NOAUTH", "WRONGPASS", "NOPERM", "WRONGTYPE", "DENIED":
		return &sonify.Permanent{Err: err}
	case "ERR":
		if strings.Contains(text, "AUTH") || strings.Contains(text, "invalid password") || strings.Contains(text, "DB index") || strings.Contains(text, "unknown command") {
			return &sonify.Permanent{Err: err}
		}
	}
	return err // LOADING, MASTERDOWN, max number of clients: it will be well again
}
