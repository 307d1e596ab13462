//go:build unix

package web

import (
	"net"
	"sync"
	"syscall"
)

// newWriter returns what writes to conn.
func newWriter(conn net.Conn) writer {
	if c, ok := bare(conn).(*net.TCPConn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			return rawWriter{raw}
		}
	}
	return newPatient(conn)
}

// rawWriter asks the kernel to take what it has room for. The socket is
// non-blocking already: Go made it so.
type rawWriter struct{ raw syscall.RawConn }

// attempt is one write. They are used again: there is one for every message and
// listener.
type attempt struct {
	p    []byte
	n    int
	err  error
	call func(fd uintptr) bool // made once, for it would be allocated
}

var attempts = sync.Pool{New: func() any {
	a := &attempt{}
	a.call = a.try
	return a
}}

// try writes to a socket, once. It never asks to be called again: if there is no
// room, we do not wait for it.
func (a *attempt) try(fd uintptr) bool {
	for {
		a.n, a.err = syscall.Write(int(fd), a.p)
		if a.err != syscall.EINTR {
			return true
		}
	}
}

func (w rawWriter) write(p []byte) (n int, err error) {
	a := attempts.Get().(*attempt)
	a.p, a.n, a.err = p, 0, nil
	err = w.raw.Write(a.call)
	if err == nil && a.err != syscall.EAGAIN {
		err = a.err
	}
	n = max(a.n, 0)
	a.p, a.err = nil, nil
	attempts.Put(a)
	return n, err
}

func (w rawWriter) idle() bool { return true }
