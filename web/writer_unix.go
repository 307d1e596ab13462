//go:build unix

package web

import (
	"net"
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

func (w rawWriter) write(p []byte) (n int, err error) {
	var failed error
	err = w.raw.Write(func(fd uintptr) bool {
		for {
			n, failed = syscall.Write(int(fd), p)
			if failed != syscall.EINTR {
				return true // also if there was no room: do not wait for it
			}
		}
	})
	if n < 0 {
		n = 0
	}
	if failed == syscall.EAGAIN {
		failed = nil
	}
	if err == nil {
		err = failed
	}
	return n, err
}

func (w rawWriter) idle() bool { return true }
