package web

import (
	"net"
	"sync"
	"time"
)

// patient is a writer for connections that have no socket of their own to ask (TLS)
// and for systems that we cannot ask: what it takes is written by a goroutine.
type patient struct {
	conn net.Conn

	mu   sync.Mutex
	buf  []byte // taken, not written
	busy bool   // the goroutine is there
	err  error
}

// patientRoom is how many bytes a patient writer takes beyond what is being written.
const patientRoom = 32 << 10

func newPatient(conn net.Conn) *patient { return &patient{conn: conn} }

func (w *patient) write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return 0, w.err
	}
	n := max(min(len(p), patientRoom-len(w.buf)), 0)
	w.buf = append(w.buf, p[:n]...)
	if !w.busy && n > 0 {
		w.busy = true
		go w.run()
	}
	return n, nil
}

func (w *patient) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.busy
}

// run writes what was taken.
func (w *patient) run() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.buf) > 0 && w.err == nil {
		p := w.buf
		w.buf = nil
		w.mu.Unlock()
		w.conn.SetWriteDeadline(time.Now().Add(maxStuck))
		_, err := w.conn.Write(p)
		w.mu.Lock()
		w.err = err
	}
	w.busy = false
}
