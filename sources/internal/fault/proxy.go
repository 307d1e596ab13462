package fault

import (
	"net"
	"sync"
	"testing"
)

// Proxy stands between a client and a server of any protocol over TCP, and breaks
// what passes. Its methods may be used by several goroutines.
type Proxy struct {
	// Addr is 127.0.0.1:PORT: where the client connects.
	Addr string

	upstream string
	listener net.Listener
	wait     sync.WaitGroup

	mu      sync.Mutex
	conns   map[net.Conn]bool
	refuse  bool
	stalled chan struct{} // closed when bytes may pass again; nil if they may
	left    int           // bytes from the server that still pass; negative: all
	closed  bool
}

// Between starts a proxy before the server at upstream. It is closed when the test
// ends.
func Between(t testing.TB, upstream string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), upstream: upstream, listener: l, conns: make(map[net.Conn]bool), left: -1}
	p.wait.Add(1)
	go p.accept()
	t.Cleanup(p.Close)
	return p
}

func (p *Proxy) accept() {
	defer p.wait.Done()
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		upstream, refuse := p.upstream, p.refuse
		p.mu.Unlock()
		if refuse {
			reset(c)
			continue
		}
		s, err := net.Dial("tcp", upstream)
		if err != nil {
			reset(c)
			continue
		}
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			c.Close()
			s.Close()
			continue
		}
		p.conns[c], p.conns[s] = true, true
		p.wait.Add(2)
		p.mu.Unlock()
		go p.pass(s, c, false)
		go p.pass(c, s, true)
	}
}

// pass copies from one side to the other until either breaks.
func (p *Proxy) pass(to, from net.Conn, server bool) {
	defer p.wait.Done()
	defer p.drop(to, from)
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			p.mu.Lock()
			stalled := p.stalled
			cut := false
			if server && p.left >= 0 {
				if n >= p.left {
					n, cut = p.left, true
				}
				p.left -= n
			}
			p.mu.Unlock()
			if stalled != nil {
				<-stalled
			}
			if _, werr := to.Write(buf[:n]); werr != nil || cut {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		c.Close()
		delete(p.conns, c)
	}
}

func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	c.Close()
}

// Reset breaks all connections that there are, as a router does that forgot them.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		reset(c)
	}
}

// CutAfter lets n more bytes of the server pass and then closes the connection
// over which the last of them came; the ones after it are whole again.
func (p *Proxy) CutAfter(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = n
}

// Heal ends what CutAfter and Refuse began.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left, p.refuse = -1, false
}

// Refuse resets everybody who comes from now on.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = true
}

// Move sends new connections to another server.
func (p *Proxy) Move(upstream string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.upstream = upstream
}

// Stall holds back all bytes, both ways, and keeps the connections: a cable that
// was pulled.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled == nil {
		p.stalled = make(chan struct{})
	}
}

// Flow lets the bytes pass again.
func (p *Proxy) Flow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}

// Close ends the proxy and waits for its goroutines.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	for c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.Flow()
	p.listener.Close()
	p.wait.Wait()
}
