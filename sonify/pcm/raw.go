package pcm

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"proscenium/sonify"
	"proscenium/sonify/safefile"
)

// Raw is a sink that writes samples and nothing else, interleaved and
// little-endian, for programs that read a pipe.
type Raw struct {
	w    io.Writer
	file *safefile.File
	f    Format
	buf  []byte
	n    sonify.Frame
	err  error
}

// CreateRaw begins a file of bare samples. The caller closes it.
func CreateRaw(path string, f Format) (*Raw, error) {
	file, err := safefile.Create(path)
	if err != nil {
		return nil, err
	}
	r := NewRaw(file, f)
	r.file = file
	return r, nil
}

// NewRaw writes bare samples to w, which the caller owns. Every Write of frames
// is a Write on w before it returns.
func NewRaw(w io.Writer, f Format) *Raw {
	return &Raw{w: w, f: min(f, Float32), buf: make([]byte, 0, 64<<10)}
}

// Write implements [Sink].
func (r *Raw) Write(block []Frame) error {
	for len(block) > 0 && r.err == nil {
		n := min(len(block), cap(r.buf)/r.f.Bytes())
		_, r.err = r.w.Write(appendFrames(r.buf[:0], block[:n], r.f))
		r.n += sonify.Frame(n)
		block = block[n:]
	}
	return r.err
}

// Mark implements [Sink]; bare samples have no marks.
func (r *Raw) Mark(sonify.Frame, string) error { return r.err }

// Frames returns how many frames were written.
func (r *Raw) Frames() sonify.Frame { return r.n }

// Finish implements [Sink].
func (r *Raw) Finish() error {
	if r.err == nil && r.file != nil {
		r.err = r.file.Finish()
	}
	return r.err
}

// Keep is for a file that could not be written to its end; see [WAV.Keep].
func (r *Raw) Keep() (path string, kept sonify.Frame, err error) {
	if r.file == nil {
		return "", 0, errors.Join(r.err, errNotKept)
	}
	size, err := r.file.Salvage()
	if err != nil {
		return "", 0, err
	}
	kept = sonify.Frame(size / int64(r.f.Bytes()))
	if kept <= 0 {
		return "", 0, errors.Join(r.err, errNotKept)
	}
	r.file.Truncate(int64(kept) * int64(r.f.Bytes()))
	if path, err = r.file.FinishBeside(); err == nil {
		r.err = errors.New("raw: written to after its end")
	}
	return path, kept, err
}

// Close implements [Sink].
func (r *Raw) Close() error {
	if r.file != nil {
		return r.file.Close()
	}
	return nil
}

// Null is a sink that only counts. Its zero value is ready.
type Null struct{ n sonify.Frame }

// Write implements [Sink].
func (s *Null) Write(block []Frame) error { s.n += sonify.Frame(len(block)); return nil }

// Mark implements [Sink].
func (s *Null) Mark(sonify.Frame, string) error { return nil }

// Frames returns how many frames were written.
func (s *Null) Frames() sonify.Frame { return s.n }

// Finish implements [Sink].
func (s *Null) Finish() error { return nil }

// Close implements [Sink].
func (s *Null) Close() error { return nil }

// Hash is a sink that takes the SHA-256 of the samples: for each frame three
// bytes of the left and three of the right sample, little-endian. Two renders
// that have one Sum are the same sound.
type Hash struct {
	h   hash.Hash
	buf []byte
	n   sonify.Frame
}

// NewHash returns a Hash that has seen nothing.
func NewHash() *Hash { return &Hash{h: sha256.New(), buf: make([]byte, 0, 24<<10)} }

// Write implements [Sink].
func (s *Hash) Write(block []Frame) error {
	s.n += sonify.Frame(len(block))
	for len(block) > 0 {
		n := min(len(block), cap(s.buf)/6)
		s.h.Write(appendFrames(s.buf[:0], block[:n], Int24))
		block = block[n:]
	}
	return nil
}

// Mark implements [Sink].
func (s *Hash) Mark(sonify.Frame, string) error { return nil }

// Sum returns the hash of everything written so far.
func (s *Hash) Sum() (sum [sha256.Size]byte) { return [sha256.Size]byte(s.h.Sum(nil)) }

// String returns Sum in hexadecimal digits.
func (s *Hash) String() string { return fmt.Sprintf("%x", s.Sum()) }

// Frames returns how many frames were written.
func (s *Hash) Frames() sonify.Frame { return s.n }

// Finish implements [Sink].
func (s *Hash) Finish() error { return nil }

// Close implements [Sink].
func (s *Hash) Close() error { return nil }

// tee is several sinks as one.
type tee []Sink

// Tee returns a sink that gives everything to each of sinks, in order. It stops
// at the first error; Close closes all.
func Tee(sinks ...Sink) Sink {
	if len(sinks) == 1 {
		return sinks[0]
	}
	return tee(sinks)
}

func (t tee) Write(block []Frame) error {
	for _, s := range t {
		if err := s.Write(block); err != nil {
			return err
		}
	}
	return nil
}

func (t tee) Mark(at sonify.Frame, label string) error {
	for _, s := range t {
		if err := s.Mark(at, label); err != nil {
			return err
		}
	}
	return nil
}

func (t tee) Finish() error {
	for _, s := range t {
		if err := s.Finish(); err != nil {
			return err
		}
	}
	return nil
}

func (t tee) Close() error {
	var errs []error
	for _, s := range t {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
