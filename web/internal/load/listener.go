//go:build linux

package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"proscenium/sonify/wire"
)

// told is what is known of the messages that come: read once, whoever gets them.
type told struct {
	mu       sync.RWMutex
	messages map[string]*message // by how they begin
	zero     atomic.Int64        // when frame 0 sounds, us since 1970; 0: not known yet
	cushion  atomic.Int64        // us
	clock    []int32             // us from the server to us, of answers
}

// message is a score message.
type message struct {
	seq   uint64
	begin int64 // frame
	first time.Time
}

// head is how much of a message tells it from the others.
const head = 32

// look finds a score message that arrived at now.
func (t *told) look(p []byte, now time.Time) (*message, error) {
	key := p[:min(len(p), head)]
	t.mu.RLock()
	m := t.messages[string(key)]
	t.mu.RUnlock()
	if m != nil {
		return m, nil
	}
	read, err := wire.Read(p)
	if err != nil {
		return nil, err
	}
	s := read.(*wire.Score)
	t.mu.Lock()
	defer t.mu.Unlock()
	if m := t.messages[string(key)]; m != nil {
		return m, nil
	}
	if t.messages == nil {
		t.messages = make(map[string]*message)
	}
	m = &message{seq: s.Seq, begin: int64(s.Begin), first: now}
	t.messages[string(key)] = m
	return m, nil
}

// due returns when a frame is to be heard.
func (t *told) due(frame int64) time.Time {
	return time.UnixMicro(t.zero.Load() + t.cushion.Load() + frame*1000/48)
}

func (t *told) answers() []int32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock
}

// listener is one who reads, as it should.
type listener struct {
	bytes, messages int64
	lost, again     int64
	cut             bool
	late, spread    []int32 // us, of each message
	next            uint64  // score; 0: none came yet
	keyframes       int
}

// listen returns what a listener does.
func (l *listener) listen(a *audience) func(net.Conn, *bufio.Reader) {
	return func(conn net.Conn, r *bufio.Reader) {
		defer conn.Close()
		var err error
		for err == nil {
			if a.score {
				err = l.frame(a, conn, r)
			} else {
				err = l.sound(a, r)
			}
		}
		l.cut = !a.over.Load()
	}
}

// sound reads what there is of a stream.
func (l *listener) sound(a *audience, r *bufio.Reader) error {
	if _, err := r.Peek(1); err != nil {
		return err
	}
	n, err := r.Discard(r.Buffered())
	if a.measuring.Load() {
		l.bytes += int64(n)
		l.messages++
	}
	return err
}

// frame reads one frame of a WebSocket.
func (l *listener) frame(a *audience, conn net.Conn, r *bufio.Reader) error {
	var h [10]byte
	if _, err := io.ReadFull(r, h[:2]); err != nil {
		return err
	}
	now := time.Now()
	n, long := int(h[1]&0x7f), 0
	switch n {
	case 126:
		long = 2
	case 127:
		long = 8
	}
	if _, err := io.ReadFull(r, h[2:2+long]); err != nil {
		return err
	}
	switch n {
	case 126:
		n = int(binary.BigEndian.Uint16(h[2:]))
	case 127:
		n = int(binary.BigEndian.Uint64(h[2:]))
	}
	measuring := a.measuring.Load()
	if measuring {
		l.bytes += int64(2 + long + n)
	}
	if h[0] == 0x89 { // ping
		if _, err := r.Discard(n); err != nil {
			return err
		}
		_, err := conn.Write([]byte{0x8a, 0x80, 0, 0, 0, 0})
		return err
	}
	// Most are known: whoever got it first has read it.
	p, err := r.Peek(min(n, head))
	if err != nil {
		return err
	}
	if len(p) > 0 && p[0] == byte(wire.KindScore) {
		a.told.mu.RLock()
		m := a.told.messages[string(p)]
		a.told.mu.RUnlock()
		if m != nil {
			l.score(a, m, now, measuring)
			_, err := r.Discard(n)
			return err
		}
	}
	p = make([]byte, n)
	if _, err := io.ReadFull(r, p); err != nil || n == 0 {
		return err
	}
	switch wire.Kind(p[0]) {
	case wire.KindScore:
		m, err := a.told.look(p, now)
		if err != nil {
			return err
		}
		l.score(a, m, now, measuring)
	case wire.KindKeyframe:
		if l.keyframes++; l.keyframes > 1 {
			l.again++
			l.next = 0
		}
	case wire.KindHello:
		if a.told.zero.Load() == 0 {
			var hello wire.Hello
			if err := json.Unmarshal(p[1:], &hello); err != nil {
				return err
			}
			a.told.cushion.Store(int64(hello.Cushion) * 1000)
			a.told.zero.Store(hello.Zero)
		}
	case wire.KindClock:
		m, err := wire.Read(p)
		if err != nil {
			return err
		}
		a.told.zero.Store(m.(*wire.Clock).Zero)
	}
	return nil
}

// score takes a score message.
func (l *listener) score(a *audience, m *message, now time.Time, measuring bool) {
	if l.next != 0 && m.seq != l.next {
		l.lost++
	}
	l.next = m.seq + 1
	if !measuring {
		return
	}
	l.messages++
	l.late = append(l.late, int32(now.Sub(a.told.due(m.begin))/time.Microsecond))
	l.spread = append(l.spread, int32(now.Sub(m.first)/time.Microsecond))
}
