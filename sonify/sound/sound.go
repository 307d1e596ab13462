// Package sound plays passages on the chip and delivers the frames to sinks:
// files, a stream, a speaker. Live and offline it is the same loop; only what the
// sinks do with a block, and whether they wait, differs.
package sound

import (
	"errors"
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/pcm"
)

// block is how many frames a sink gets at most at a time: 50 ms.
const block = 20 * chip.Block

// Rings are how long a sound may last after the last passage: notes are released
// after ringNotes, and what still sounds ends after ringAll.
const (
	ringNotes = 8 * sonify.SampleRate
	ringAll   = 12 * sonify.SampleRate
)

// Options are what an [Output] may be asked for besides its sinks.
type Options struct {
	// Stems, if not nil, makes the sink for one voice, by the voice's name, and one
	// named "mix" for the sum of all voices before loudness and guard. At every frame
	// the voices' numbers sum exactly to those of "mix".
	Stems func(name string) (pcm.Sink, error)
}

// Output is a [sonify.Output] that makes sound. Its methods are called from one
// goroutine.
type Output struct {
	sinks []pcm.Sink
	opts  Options

	chip  *chip.Chip
	coder Coder
	queue []byte // commands that the chip has not taken yet
	skip  int64  // frames of the chip's latency still to drop
	sent  sonify.Frame
	wait  []pcm.Frame // what was rendered and is not yet a block

	stems  []pcm.Sink // one a voice, then the mix
	frames [][]chip.Frame
	master []chip.Frame
	stem   []pcm.Frame
}

// New returns an output that writes to the given sinks, which it finishes and
// closes.
func New(sinks []pcm.Sink, opts Options) *Output {
	return &Output{sinks: sinks, opts: opts, wait: make([]pcm.Frame, 0, block)}
}

var _ interface {
	sonify.Output
	sonify.Changer
} = (*Output)(nil)

// Begin sets the chip up for the piece. The sound begins at h.Frame.
func (o *Output) Begin(h *sonify.Header) error {
	o.chip = chip.New()
	o.skip = chip.Latency
	o.coder.Origin = h.Frame
	var err error
	if o.queue, err = o.coder.Begin(nil, h); err != nil {
		return fmt.Errorf("sound: %w", err)
	}
	if o.opts.Stems == nil {
		return nil
	}
	o.chip.SetStems(uint8(len(h.Voices)))
	names := make([]string, 0, len(h.Voices)+1)
	for i := range h.Voices {
		names = append(names, h.Voices[i].Name)
	}
	for _, n := range append(names, "mix") {
		s, err := o.opts.Stems(n)
		if err != nil {
			return fmt.Errorf("sound: stem %q: %w", n, err)
		}
		o.stems = append(o.stems, s)
		o.frames = append(o.frames, make([]chip.Frame, chip.Block))
	}
	o.master = make([]chip.Frame, chip.Block)
	o.stem = make([]pcm.Frame, chip.Block)
	return nil
}

// Change implements [sonify.Changer]: what sounds rings out under the new piece.
// Stems cannot go on: they are files of the voices that there were.
func (o *Output) Change(h *sonify.Header) error {
	if o.stems != nil {
		return errors.New("sound: there are no stems of a performance in which the piece changes")
	}
	var err error
	if o.queue, err = o.coder.Change(o.queue, h); err != nil {
		return fmt.Errorf("sound: %w", err)
	}
	return nil
}

// horizon returns the first frame of the performance that can still be told.
func (o *Output) horizon() int64 { return o.chip.Horizon() + int64(o.coder.Origin) }

// Play renders what the passage determines: up to its end, less the chip's
// latency.
func (o *Output) Play(c sonify.Cue) error {
	o.queue = o.coder.Passage(o.queue, c.Passage)
	for i := range c.Marks {
		if err := o.mark(&c.Marks[i]); err != nil {
			return err
		}
	}
	for o.horizon()+chip.Block <= int64(c.End) {
		if err := o.render(); err != nil {
			return err
		}
	}
	return nil
}

// mark hands sections and captions on to the sinks.
func (o *Output) mark(m *sonify.Mark) error {
	label := m.Text
	switch m.Kind {
	case sonify.MarkSection:
		label = m.Name
	case sonify.MarkCaption:
	default:
		return nil
	}
	for _, s := range o.sinks {
		if err := s.Mark(m.Frame-o.coder.Origin, label); err != nil {
			return fmt.Errorf("sound: %w", err)
		}
	}
	for _, s := range o.stems {
		if err := s.Mark(m.Frame-o.coder.Origin, label); err != nil {
			return fmt.Errorf("sound: %w", err)
		}
	}
	return nil
}

// render makes one block of the chip.
func (o *Output) render() error {
	if len(o.queue) > 0 {
		n := o.chip.Push(o.queue)
		if n < 0 {
			return fmt.Errorf("sound: the chip refused a command, byte %d: % x", ^n, o.queue[^n:min(len(o.queue), ^n+16)])
		}
		o.queue = o.queue[:copy(o.queue, o.queue[n:])]
	}
	at := len(o.wait)
	o.wait = o.wait[:at+chip.Block]
	fresh := o.wait[at:]
	if o.stems == nil {
		chip.Fill(o.chip, fresh)
	} else {
		last := len(o.frames) - 1
		o.chip.RenderStems(o.master, o.frames[last], o.frames[:last])
		for i, f := range o.master {
			fresh[i] = f
		}
	}
	drop := min(o.skip, chip.Block)
	o.skip -= drop
	if drop > 0 {
		o.wait = o.wait[:at+copy(fresh, fresh[drop:])]
	}
	for i, s := range o.stems {
		for k, f := range o.frames[i][drop:] {
			o.stem[k] = f
		}
		if err := s.Write(o.stem[:chip.Block-drop]); err != nil {
			return fmt.Errorf("sound: %w", err)
		}
	}
	if cap(o.wait)-len(o.wait) < chip.Block {
		return o.flush()
	}
	return nil
}

// flush writes what waits.
func (o *Output) flush() error {
	for _, s := range o.sinks {
		if err := s.Write(o.wait); err != nil {
			return fmt.Errorf("sound: %w", err)
		}
	}
	o.sent += sonify.Frame(len(o.wait))
	o.wait = o.wait[:0]
	return nil
}

// Finish lets the last notes and their echoes ring out and finishes the sinks. It
// renders at least to s.Frames.
func (o *Output) Finish(s *sonify.Summary) error {
	end := int64(0)
	if s != nil {
		end = int64(s.Frames)
	}
	start := max(o.horizon(), end)
	for released := false; ; {
		at := o.horizon()
		done := o.coder.Origin + o.sent + sonify.Frame(len(o.wait))
		if int64(done) >= end && len(o.queue) == 0 && o.chip.Idle() || at >= start+int64(ringAll) {
			break
		}
		if !released && at >= start+int64(ringNotes) {
			o.queue = o.coder.Off(o.queue, sonify.Frame(at))
			released = true
		}
		if err := o.render(); err != nil {
			return err
		}
	}
	if err := o.flush(); err != nil {
		return err
	}
	for _, s := range o.all() {
		if err := s.Finish(); err != nil {
			return fmt.Errorf("sound: %w", err)
		}
	}
	return nil
}

// Close closes the sinks.
func (o *Output) Close() error {
	var errs []error
	for _, s := range o.all() {
		errs = append(errs, s.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("sound: %w", err)
	}
	return nil
}

func (o *Output) all() []pcm.Sink {
	return append(append([]pcm.Sink(nil), o.sinks...), o.stems...)
}

// Frames returns how many frames the sinks have been given. After Finish it is the
// length of the sound.
func (o *Output) Frames() sonify.Frame { return o.sent }

// Stats returns what the chip could not do as asked.
func (o *Output) Stats() chip.Stats {
	if o.chip == nil {
		return chip.Stats{}
	}
	return o.chip.Stats()
}
