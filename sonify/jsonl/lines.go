package jsonl

import (
	"errors"
	"io"

	"proscenium/sonify/safefile"
)

// lines collects lines and writes them in large pieces.
type lines struct {
	w    io.Writer
	file *safefile.File // nil if the caller owns w
	buf  []byte
	err  error
	done bool
}

const flushAt = 60 << 10

// end takes the buffer back with a line of JSON that lacks its closing brace.
func (l *lines) end(b []byte) { l.take(append(b, '}', '\n')) }

// take takes the buffer back with whole lines at its end.
func (l *lines) take(b []byte) {
	l.buf = b
	if len(b) >= flushAt {
		l.flush()
	}
}

// add adds one whole line.
func (l *lines) add(line []byte) { l.take(append(append(l.buf, line...), '\n')) }

func (l *lines) flush() {
	if l.err == nil && len(l.buf) > 0 {
		_, l.err = l.w.Write(l.buf)
	}
	l.buf = l.buf[:0]
}

func (l *lines) error() error {
	if l.err == nil && l.done {
		return errors.New("jsonl: written to after its end")
	}
	return l.err
}

func (l *lines) finish() error {
	if err := l.error(); err != nil {
		return err
	}
	l.flush()
	l.done = true
	if l.err == nil && l.file != nil {
		l.err = l.file.Finish()
	}
	return l.err
}

// Close implements [sonify.Output].
func (l *lines) Close() error {
	l.done = true
	if l.file != nil {
		return l.file.Close()
	}
	return nil
}
