// Package input opens what a source reads: a file, or the program's standard
// input. What it returns stops when the context does, even where the operating
// system would block for ever (a pipe nobody writes to), and is never more than
// a few buffers of memory.
package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"proscenium/sonify"
)

// chunk is how much is read at once.
const chunk = 64 << 10

// Resolve returns the path that a piece means by path: relative ones start in
// the piece's folder.
func Resolve(env sonify.SourceEnv, path string) string {
	if path == "-" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(env.Dir, path)
}

// Once reports whether path, "-" being env.Stdin, names what can be read only once, a
// named pipe or the like; who opens one and goes away takes its data, or its writer, along.
// The errors are those of [Open] for what cannot be opened at all.
func Once(env sonify.SourceEnv, path string) (bool, error) {
	if path == "-" {
		return true, nil
	}
	st, err := look(Resolve(env, path))
	if err != nil {
		return false, err
	}
	return !st.Mode().IsRegular(), nil
}

// look says what a file is, if it can be read.
func look(name string) (fs.FileInfo, error) {
	st, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, permanent("there is no file %s%s", name, neighbour(name))
	case err != nil:
		return nil, &sonify.Permanent{Err: err}
	case st.IsDir():
		return nil, permanent("%s is a folder, a file was expected", name)
	}
	return st, nil
}

// Open opens path, "-" being env.Stdin. Its errors are sonify.Permanent, except
// those of reading. Reading returns the cause of ctx once it is done.
func Open(ctx context.Context, env sonify.SourceEnv, path string) (io.ReadCloser, error) {
	if path == "-" {
		if env.Stdin == nil {
			return nil, permanent(`path "-" is the standard input, and there is none here`)
		}
		return pump(ctx, func() (io.Reader, error) { return env.Stdin, nil }), nil
	}
	name := Resolve(env, path)
	st, err := look(name)
	switch {
	case err != nil:
		return nil, err
	case st.Mode().IsRegular():
		f, err := os.Open(name)
		if err != nil {
			return nil, &sonify.Permanent{Err: err}
		}
		return &file{ctx, f}, nil
	}
	// Opening a named pipe waits for somebody to write to it.
	return pump(ctx, func() (io.Reader, error) { return os.Open(name) }), nil
}

func permanent(format string, args ...any) error {
	return &sonify.Permanent{Err: fmt.Errorf(format, args...)}
}

// neighbour returns a hint that names a file of a similar name.
func neighbour(name string) string {
	d, err := os.Open(filepath.Dir(name))
	if err != nil {
		return fmt.Sprintf(" (nor a folder %s)", filepath.Dir(name))
	}
	defer d.Close()
	known, _ := d.Readdirnames(1000)
	if n := sonify.Nearest(filepath.Base(name), known); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

// file is a regular file: its reads never block for long.
type file struct {
	ctx context.Context
	f   *os.File
}

func (f *file) Read(p []byte) (int, error) {
	if f.ctx.Err() != nil {
		return 0, context.Cause(f.ctx)
	}
	return f.f.Read(p)
}

func (f *file) Close() error { return f.f.Close() }

// pumped reads in a goroutine of its own, so that waiting for it can be given
// up.
type pumped struct {
	ctx    context.Context
	stop   context.CancelFunc
	blocks chan block
	spare  chan []byte
	now    block
	rest   []byte
}

type block struct {
	data []byte
	err  error
}

// pump starts a goroutine that opens and reads. It ends when the reading does or
// the result is closed; a read that blocks for ever (a terminal) keeps it until
// then, with one buffer.
func pump(ctx context.Context, open func() (io.Reader, error)) *pumped {
	ctx, stop := context.WithCancel(ctx)
	p := &pumped{ctx: ctx, stop: stop, blocks: make(chan block), spare: make(chan []byte, 2)}
	p.spare <- make([]byte, chunk)
	p.spare <- make([]byte, chunk)
	go p.run(open)
	return p
}

func (p *pumped) run(open func() (io.Reader, error)) {
	r, err := open()
	if err != nil {
		p.send(block{err: &sonify.Permanent{Err: err}})
		return
	}
	if f, ok := r.(*os.File); ok && f != os.Stdin {
		// Closing unblocks a read of a pipe. It happens when the reader is done
		// with it or the file is at its end.
		context.AfterFunc(p.ctx, func() { f.Close() })
	}
	for {
		var buf []byte
		select {
		case buf = <-p.spare:
		case <-p.ctx.Done():
			return
		}
		n, err := r.Read(buf[:cap(buf)])
		if !p.send(block{buf[:n], err}) || err != nil {
			return
		}
	}
}

func (p *pumped) send(b block) bool {
	select {
	case p.blocks <- b:
		return true
	case <-p.ctx.Done():
		return false
	}
}

func (p *pumped) Read(dst []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.now.err != nil {
			return 0, p.now.err
		}
		if p.now.data != nil {
			p.spare <- p.now.data // there is always room: two buffers, two places
			p.now.data = nil
		}
		select {
		case p.now = <-p.blocks:
			p.rest = p.now.data
		case <-p.ctx.Done():
			return 0, context.Cause(p.ctx)
		}
	}
	n := copy(dst, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *pumped) Close() error {
	p.stop()
	return nil
}

// Short returns name for messages: standard input by its name.
func Short(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// Fail wraps err, met while reading path at line (0 if there are no lines), for
// the engine: what the context asked for stays as it is, everything else says
// where it happened.
func Fail(ctx context.Context, source, path string, line int64, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	where := Short(path)
	if line > 0 {
		where = fmt.Sprintf("%s:%d", where, line)
	}
	var p *sonify.Permanent
	if errors.As(err, &p) {
		msg := p.Err
		if line == 0 && strings.Contains(msg.Error(), path) {
			return &sonify.Permanent{Err: fmt.Errorf("%s: %w", source, msg)}
		}
		return &sonify.Permanent{Err: fmt.Errorf("%s: %s: %w", source, where, msg)}
	}
	if path == "-" { // what was read of it cannot be read again
		return &sonify.Permanent{Err: fmt.Errorf("%s: %s: %w", source, where, err)}
	}
	return fmt.Errorf("%s: %s: %w", source, where, err)
}
