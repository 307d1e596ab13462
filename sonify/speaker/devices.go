package speaker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"proscenium/sonify"
	"proscenium/sonify/pcm"
	"proscenium/sonify/safefile"
)

// Null returns what opens a device that takes everything and plays nothing.
func Null() func() (Device, error) {
	return func() (Device, error) { return &file{sink: &pcm.Null{}}, nil }
}

// File returns what opens a file: a WAV of 24 bits if it is called .wav, which gets
// its name when the sound ends; otherwise bare samples as a [Plain] program reads
// them. A pipe with a name that is there already is written at the pace of who reads
// it.
//
// When the disk is full, or fails, what was written until then is kept as a file that can
// be played, and never one that was there before written over; what follows goes to
// another one ("take-2.wav") when there is room.
func File(path string) func() (Device, error) {
	first := path
	kept := false
	return func() (Device, error) {
		if path = first; kept {
			path = safefile.Free(first)
		}
		if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
			// For reading too: to open it does not wait for a reader then.
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return nil, err
			}
			return &pipe{f: f}, nil
		}
		var s pcm.Sink
		var err error
		if strings.EqualFold(filepath.Ext(path), ".wav") {
			s, err = pcm.CreateWAV(path, pcm.WAVOptions{Format: pcm.Int24})
		} else {
			s, err = pcm.CreateRaw(path, pcm.Int16)
		}
		if err != nil {
			return nil, plainly(err)
		}
		return &file{sink: s, keep: func(k keeper, why error) error {
			path, n, err := k.Keep()
			if err != nil {
				return why
			}
			text := "%w: %s holds the first %s, what follows goes to %s"
			if kept {
				text = "%w: %s holds %s of what followed, the rest goes to %s"
			}
			kept = true
			return fmt.Errorf(text, why, path, long(n), safefile.Free(first))
		}}, nil
	}
}

// keeper is a sink that can make a file of what it could write before it failed.
type keeper interface {
	Keep() (path string, kept sonify.Frame, err error)
}

// leastKept is how much has to be there to be kept: each try on a full disk may find room
// for a little.
const leastKept = sonify.SampleRate

// plainly says of a disk that is full just that.
func plainly(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return errFull
	}
	return err
}

var errFull = errors.New("the disk is full")

// long says how long so many frames last: "3 min 20 s".
func long(n sonify.Frame) string {
	s := n / sonify.SampleRate
	switch {
	case s >= 3600:
		return fmt.Sprintf("%d h %d min", s/3600, s/60%60)
	case s >= 60:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	return fmt.Sprintf("%d s", s)
}

// pipe is a device that is a pipe with a name.
type pipe struct {
	f     *os.File
	taken atomic.Int64
	buf   []byte
}

// Write implements [Device].
func (p *pipe) Write(frames []pcm.Frame) error {
	p.buf = appendInt16(p.buf[:0], frames)
	if _, err := p.f.Write(p.buf); err != nil {
		return err
	}
	p.taken.Add(int64(len(frames)))
	return nil
}

// Taken implements [Device].
func (p *pipe) Taken() int64 { return p.taken.Load() }

// Close implements [Device].
func (p *pipe) Close() error { return p.f.Close() }

// file is a device that is a sink.
type file struct {
	taken atomic.Int64

	mu     sync.Mutex
	sink   pcm.Sink
	keep   func(k keeper, why error) error // nil: it keeps nothing
	closed bool
}

// failed keeps what could be written before err, and returns what there is to say of it.
// mu is held.
func (f *file) failed(err error) error {
	if err == nil {
		return nil
	}
	err = plainly(err)
	if k, ok := f.sink.(keeper); ok && f.keep != nil && sonify.Frame(f.taken.Load()) >= leastKept {
		err = f.keep(k, err)
	}
	return err
}

var errClosed = errors.New("it was closed")

// Write implements [Device].
func (f *file) Write(frames []pcm.Frame) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return errClosed
	}
	if err := f.sink.Write(frames); err != nil {
		return f.failed(err)
	}
	f.taken.Add(int64(len(frames)))
	return nil
}

// Taken implements [Device].
func (f *file) Taken() int64 { return f.taken.Load() }

// Finish implements [Finisher].
func (f *file) Finish() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed(f.sink.Finish())
}

// Close implements [Device].
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return f.sink.Close()
}
