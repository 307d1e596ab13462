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
	from   map[netip.Addr]*guests
	second time.Time
	taken  int // in that second
}

// guests are those from one address.
type guests struct{ inside, taken int }

var (
	errFull     = errors.New("the house is full")
	errAddress  = errors.New("there are too many listeners from your address")
	errTooQuick = errors.New("too many come at once: try again in a few seconds")
)

// refusals are the words for programs.
var refusals = map[error]string{errFull: "full", errAddress: "address", errTooQuick: "often"}

// room says why somebody would not be let in for want of room; nil: they would.
func (g *gate) room(w who) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch f := g.from[w.addr]; {
	case g.inside >= g.all:
		return errFull
	case f != nil && !w.own && f.inside >= g.each:
		return errAddress
	}
	return nil
}

// eachRate is how many from one address are let in within a second, so that one
// that comes again and again leaves room for others.
func (g *gate) eachRate() int { return g.each/5 + 1 }

// enter lets in somebody. leave is to be called once, or more often, when it is
// gone.
func (g *gate) enter(w who, now time.Time) (leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.second) >= time.Second {
		g.second, g.taken = now, 0
		for a, f := range g.from {
			if f.taken = 0; f.inside == 0 {
				delete(g.from, a)
			}
		}
	}
	f := g.from[w.addr]
	switch {
	case g.inside >= g.all:
		return nil, errFull
	case f != nil && !w.own && f.inside >= g.each:
		return nil, errAddress
	case f != nil && !w.own && f.taken >= g.eachRate(), g.taken >= g.rate:
		return nil, errTooQuick
	}
	if f == nil {
		f = &guests{}
		g.from[w.addr] = f
	}
	f.inside++
	f.taken++
	g.taken++
	g.inside++
	var once sync.Once
	return func() {
		once.Do(func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.inside--
			if f.inside--; f.inside == 0 && f.taken == 0 {
				delete(g.from, w.addr)
			}
		})
	}, nil
}

// limited is a listener that closes connections beyond a number at once, in all and
// from one address, so that those that never ask for anything do not take the place
// of others.
type limited struct {
	net.Listener
	room, each int
	// unlimited reports whether the number from one address does not hold for one.
	unlimited func(netip.Addr) bool
	refused   *atomic.Uint64

	mu   sync.Mutex
	open int
	from map[netip.Addr]int
}

// Accept implements [net.Listener].
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		var w who
		if ap, err := netip.ParseAddrPort(c.RemoteAddr().String()); err == nil {
			w = from(ap.Addr())
			w.own = w.own || l.unlimited(ap.Addr().Unmap())
		}
		if !l.take(w) {
			l.refused.Add(1)
			c.Close()
			continue
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			// What somebody does not read is the kernel's, up to this.
			tcp.SetWriteBuffer(socketBuffer)
		}
		return &counted{Conn: c, closed: func() { l.give(w) }}, nil
	}
}

func (l *limited) take(w who) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.room || !w.own && l.from[w.addr] >= l.each {
		return false
	}
	l.open++
	l.from[w.addr]++
	return true
}

func (l *limited) give(w who) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.from[w.addr]--; l.from[w.addr] == 0 {
		delete(l.from, w.addr)
	}
}

// counted is a connection that tells when it is closed. It may be told that who is
// at the other end is a listener now, and has little to say.
type counted struct {
	net.Conn
	once   sync.Once
	closed func()

	// Touched by whoever reads.
	listening bool
	second    time.Time
	said      int // bytes in that second
}

// maxSaid is how many bytes a listener may say in a second. It is more than any
// message that is allowed, as often as it is allowed; but not all that one may say
// is a message: a frame may be empty, and not the last of its message.
const maxSaid = 16 << 10

var errSays = errors.New("a listener says too much")

// Read implements [net.Conn].
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.listening {
		if now := time.Now(); now.Sub(c.second) >= time.Second {
			c.second, c.said = now, 0
		}
		if c.said += n; c.said > maxSaid {
			return 0, errSays
		}
	}
	return n, err
}

// Close implements [net.Conn].
func (c *counted) Close() error {
	c.once.Do(c.closed)
	return c.Conn.Close()
}

// bare returns the connection itself.
func bare(c net.Conn) net.Conn {
	if k, ok := c.(*counted); ok {
		return k.Conn
	}
	return c
}

// listens makes what comes from a connection that of a listener. Nobody reads from
// it yet.
func listens(c net.Conn) {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
		c = t.NetConn()
	}
	if k, ok := c.(*counted); ok {
		k.listening = true
	}
}
