package speaker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"proscenium/sonify/pcm"
)

// Null returns what opens a device that takes everything and plays nothing.
func Null() func() (Device, error) {
	return func() (Device, error) { return &file{sink: &pcm.Null{}}, nil }
}

// File returns what opens a file: a WAV of 24 bits if it is called .wav, which gets
// its name when the sound ends; otherwise bare samples as a [Plain] program reads
// them. A pipe with a name that is there already is written at the pace of who reads
// it.
func File(path string) func() (Device, error) {
	return func() (Device, error) {
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
			return nil, err
		}
		return &file{sink: s}, nil
	}
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
	closed bool
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
		return err
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
	return f.sink.Finish()
}

// Close implements [Device].
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return f.sink.Close()
}
