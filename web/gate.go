package web

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// gate lets listeners in: so many in all, so many from one address, so many in a
// second.
type gate struct {
	all, each, rate int

	mu     sync.Mutex
	inside int
	from   map[netip.Addr]int
	second time.Time
	taken  int // in that second
}

var (
	errFull     = errors.New("the house is full")
	errAddress  = errors.New("there are too many listeners from your address")
	errTooQuick = errors.New("too many come at once: try again in a few seconds")
)

// enter lets in somebody from a remote address. leave is to be called once, or more
// often, when it is gone.
func (g *gate) enter(remote string, now time.Time) (leave func(), err error) {
	ap, err := netip.ParseAddrPort(remote)
	addr := ap.Addr().Unmap().WithZone("")
	own := err == nil && addr.IsLoopback() // ourselves, or a proxy before us
	if addr.Is6() {
		// A household has a whole network of them.
		p, _ := addr.Prefix(64)
		addr = p.Addr()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.second) >= time.Second {
		g.second, g.taken = now, 0
	}
	switch {
	case g.inside >= g.all:
		return nil, errFull
	case !own && g.from[addr] >= g.each:
		return nil, errAddress
	case g.taken >= g.rate:
		return nil, errTooQuick
	}
	g.taken++
	g.inside++
	g.from[addr]++
	var once sync.Once
	return func() {
		once.Do(func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.inside--
			if g.from[addr]--; g.from[addr] == 0 {
				delete(g.from, addr)
			}
		})
	}, nil
}

// limited is a listener that closes connections beyond a number at once, so that
// those that never ask for anything do not take the place of others.
type limited struct {
	net.Listener
	room    int
	refused *atomic.Uint64
	open    atomic.Int64
}

// Accept implements [net.Listener].
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Load() >= int64(l.room) {
			l.refused.Add(1)
			c.Close()
			continue
		}
		l.open.Add(1)
		return &counted{Conn: c, open: &l.open}, nil
	}
}

// counted is a connection that tells when it is closed.
type counted struct {
	net.Conn
	open *atomic.Int64
	once sync.Once
}

// Close implements [net.Conn].
func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// bare returns the connection itself.
func bare(c net.Conn) net.Conn {
	if k, ok := c.(*counted); ok {
		return k.Conn
	}
	return c
}
