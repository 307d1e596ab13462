package web

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"proscenium/sonify/wire"

	"github.com/gorilla/websocket"
)

// Limits of what a listener may send.
const (
	maxRequest     = 256              // bytes of one message
	maxRequestRate = 20               // messages and pings in a second
	silence        = 75 * time.Second // three pings unanswered
)

// accept makes a WebSocket a listener of c: it is told the state of things, or, if
// it was here before, what it missed. run and seq are what it last had to do with.
func (c *Channel) accept(conn *websocket.Conn, json bool, run string, seq uint64, release func()) error {
	raw := conn.NetConn()
	l := &listener{conn: raw, out: newWriter(raw), json: json, again: c.again, release: release}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	var first [][]byte
	if c.begun {
		j, err := c.joining()
		if err != nil {
			return err
		}
		first = j.frames(json)
		if missed, ok := c.missed(run, seq); ok {
			c.counts.resumes++
			first = first[:1] // the hello
			for _, m := range missed {
				first = append(first, m.frame(json))
			}
		}
	}
	c.counts.joins++
	c.hub.add(l, first...)
	go l.read(conn, c)
	return nil
}

// missed returns the messages from seq on, if they are still there. mu is held.
func (c *Channel) missed(run string, seq uint64) ([]kept, bool) {
	if run != c.run || len(c.ring) == 0 {
		return nil, false
	}
	first := c.ring[0].seq
	if seq < first || seq > first+uint64(len(c.ring)) {
		return nil, false
	}
	return c.ring[seq-first:], true
}

// again gives a listener who fell behind what it needs to go on.
func (c *Channel) again(l *listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j, err := c.joining()
	if err != nil || c.closed {
		l.shard.put(job{to: l, leave: true})
		return
	}
	c.hub.catchUp(l, j.frames(l.json)...)
}

// tell answers a request for the clock.
func (c *Channel) tell(l *listener, token uint64) {
	c.mu.Lock()
	m := c.clock(token)
	begun := c.begun
	c.mu.Unlock()
	if !begun {
		return
	}
	if l.json {
		var tr wire.Translator
		if j, err := tr.JSON(m); err == nil {
			l.shard.put(job{to: l, frame: framed(opText, j)})
		}
		return
	}
	if p, err := wire.Append(nil, m); err == nil {
		l.shard.put(job{to: l, frame: framed(opBinary, p)})
	}
}

var errRequest = errors.New("a listener may ask for the clock, and for nothing else")

// read reads what a listener sends, until it is gone.
func (l *listener) read(conn *websocket.Conn, c *Channel) {
	refused := l.requests(conn, c)
	if refused {
		c.hub.count(func(n *hubCounts) { n.refused++ })
	}
	l.shard.put(job{to: l, leave: true})
}

// requests answers requests until the connection ends. It reports whether that was
// because of what was sent.
func (l *listener) requests(conn *websocket.Conn, c *Channel) (refused bool) {
	second, count := time.Now(), 0
	allowed := func() bool {
		now := time.Now()
		conn.SetReadDeadline(now.Add(silence))
		if now.Sub(second) >= time.Second {
			second, count = now, 0
		}
		count++
		return count <= maxRequestRate
	}
	allowed()
	conn.SetReadLimit(maxRequest)
	// gorilla/websocket must not write: it could come between the halves of a frame.
	conn.SetPingHandler(func(data string) error {
		if !allowed() {
			return errRequest
		}
		l.shard.put(job{to: l, frame: framed(opPong, []byte(data))})
		return nil
	})
	conn.SetPongHandler(func(string) error {
		if !allowed() {
			return errRequest
		}
		return nil
	})
	conn.SetCloseHandler(func(int, string) error { return nil })
	for {
		kind, p, err := conn.ReadMessage()
		if err != nil {
			var closed *websocket.CloseError
			var network net.Error
			gone := errors.As(err, &closed) && closed.Code != websocket.CloseProtocolError || errors.As(err, &network) || errors.Is(err, net.ErrClosed)
			return !gone
		}
		token, ok := clockRequest(kind, p)
		if !ok || !allowed() {
			return true
		}
		c.tell(l, token)
	}
}

// clockRequest reads a listener's message.
func clockRequest(kind int, p []byte) (token uint64, ok bool) {
	if kind == websocket.TextMessage {
		var r struct {
			Type  string `json:"type"`
			Token string `json:"token"`
		}
		if json.Unmarshal(p, &r) != nil || r.Type != "clock" {
			return 0, false
		}
		if r.Token == "" {
			return 0, true
		}
		token, err := strconv.ParseUint(r.Token, 10, 64)
		return token, err == nil
	}
	m, err := wire.Read(p)
	k, isClock := m.(*wire.Clock)
	if err != nil || !isClock {
		return 0, false
	}
	return k.Token, true
}

// upgrader answers the handshake. It keeps little: the server writes to the socket
// itself.
func (s *Server) upgrader() *websocket.Upgrader {
	return &websocket.Upgrader{
		HandshakeTimeout: 5 * time.Second,
		ReadBufferSize:   256,
		WriteBufferSize:  1024,
		WriteBufferPool:  &sync.Pool{},
		CheckOrigin:      func(r *http.Request) bool { return s.sameOrigin(r) },
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			s.refuse(w, r, status, reason.Error())
		},
	}
}
