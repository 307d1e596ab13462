package main

import (
	"fmt"

	"proscenium/sonify"
)

// stretch is an output that passes a stretch of the performance on to others, as
// if it were all there is: it begins at tick and frame 0, with the tempo, the
// key, the section and the controls that hold there. Notes that began before it
// are left out, and notes that would sound past its end stop there.
//
// The others begin when the stretch does, for only then its tempo is known.
type stretch struct {
	outs     []sonify.Output
	from, to sonify.Frame // to is 0 for the end of the performance

	header   sonify.Header
	tempo    *sonify.TempoMap
	last     sonify.Frame // end of the last passage
	begun    bool
	over     bool
	tick     sonify.Tick // where the stretch begins: the first tick at or after from
	frame    sonify.Frame
	state    []sonify.Mark // what holds, one mark of each kind and subject
	controls []sonify.Control
	heard    uint64
	notes    uint64
	ticks    sonify.Tick  // length so far
	frames   sonify.Frame // length so far
	buf      sonify.Passage
}

// Begin implements [sonify.Output].
func (s *stretch) Begin(h *sonify.Header) error {
	s.header = *h
	s.tempo = sonify.NewTempoMap(h.Tempo)
	return nil
}

// Play implements [sonify.Output].
func (s *stretch) Play(c sonify.Cue) error {
	s.last = c.End
	if s.over {
		return nil
	}
	for i := range c.Marks {
		if m := &c.Marks[i]; m.Kind == sonify.MarkTempo && m.Tempo > 0 {
			s.tempo.Set(m.Tick, m.Tempo)
		}
	}
	defer s.tempo.Forget(c.Span.End)
	if !s.begun {
		if s.tick = max(s.tempo.Tick(s.from), c.Span.Begin); s.tick >= c.Span.End {
			s.remember(c.Passage, c.End)
			return nil
		}
		s.frame = max(s.tempo.Frame(s.tick), c.Begin)
		s.remember(c.Passage, s.frame)
		if err := s.begin(); err != nil {
			return err
		}
	}
	p := s.cut(c.Passage)
	for _, out := range s.outs {
		if err := out.Play(sonify.Cue{Passage: p}); err != nil {
			return err
		}
	}
	return nil
}

func (s *stretch) begin() error {
	s.begun = true
	s.header.Tempo = s.tempo.At(s.tick)
	for _, m := range s.state {
		switch m.Kind {
		case sonify.MarkKey:
			s.header.Key = m.Name
		case sonify.MarkMeter:
			s.header.Meter = m.Meter
		}
	}
	for _, out := range s.outs {
		if err := out.Begin(&s.header); err != nil {
			return err
		}
	}
	return nil
}

// remember keeps what p sets before frame and what therefore holds when the
// stretch begins.
func (s *stretch) remember(p *sonify.Passage, frame sonify.Frame) {
marks:
	for _, m := range p.Marks {
		if m.Frame >= frame || !lasts(m.Kind) {
			continue
		}
		for i := range s.state {
			if sameSubject(&s.state[i], &m) {
				s.state[i] = m
				continue marks
			}
		}
		s.state = append(s.state, m)
	}
controls:
	for _, c := range p.Controls {
		if c.Frame >= frame {
			continue
		}
		for i := range s.controls {
			if s.controls[i].Voice == c.Voice && s.controls[i].Param == c.Param {
				s.controls[i] = c
				continue controls
			}
		}
		s.controls = append(s.controls, c)
	}
}

// lasts reports whether marks of the kind say what holds until the next one.
func lasts(k sonify.MarkKind) bool {
	switch k {
	case sonify.MarkCaption, sonify.MarkEvent:
		return false
	}
	return true
}

// sameSubject reports whether b takes the place of a.
func sameSubject(a, b *sonify.Mark) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case sonify.MarkSignal, sonify.MarkBoard:
		return a.Index == b.Index
	case sonify.MarkState:
		return a.Name == b.Name
	}
	return true
}

// cut returns the part of p that lies in the stretch, in the stretch's own time.
// It is used again at the next call.
func (s *stretch) cut(p *sonify.Passage) *sonify.Passage {
	first := s.frames == 0 && s.ticks == 0
	endTick, endFrame := p.Span.End, p.End
	if s.to > 0 && p.End >= s.to {
		if t := s.tempo.Tick(s.to); t < endTick {
			endTick, endFrame = t, s.tempo.Frame(t)
		}
		s.over = true
	}
	out := &s.buf
	out.Span = sonify.Span{Begin: max(p.Span.Begin, s.tick) - s.tick, End: endTick - s.tick}
	out.Begin, out.End = max(p.Begin, s.frame)-s.frame, endFrame-s.frame
	out.Notes, out.Controls, out.Marks = out.Notes[:0], out.Controls[:0], out.Marks[:0]

	inside := func(f sonify.Frame) bool { return f >= s.frame && f < endFrame }
	if first {
		for _, m := range s.state {
			if !setAgain(&m, p.Marks, s.frame) {
				m.Tick, m.Frame = 0, 0
				out.Marks = append(out.Marks, m)
			}
		}
		for _, c := range s.controls {
			c.Tick, c.Frame = 0, 0
			out.Controls = append(out.Controls, c)
		}
	}
	for _, m := range p.Marks {
		if inside(m.Frame) {
			m.Tick, m.Frame = max(0, m.Tick-s.tick), m.Frame-s.frame
			if m.Heard != nil {
				h := *m.Heard
				h.Frame = max(0, h.Frame-s.frame)
				m.Heard = &h
				s.heard++
			}
			out.Marks = append(out.Marks, m)
		}
	}
	for _, c := range p.Controls {
		if inside(c.Frame) {
			c.Tick, c.Frame = max(0, c.Tick-s.tick), c.Frame-s.frame
			out.Controls = append(out.Controls, c)
		}
	}
	for _, n := range p.Notes {
		if inside(n.Frame) {
			if s.to > 0 {
				n.Length, n.Frames = s.shorten(n)
			}
			n.Tick, n.Frame = max(0, n.Tick-s.tick), n.Frame-s.frame
			out.Notes = append(out.Notes, n)
			s.notes++
		}
	}
	s.ticks, s.frames = out.Span.End, out.End
	return out
}

// shorten returns the lengths of n, cut at the end of the stretch.
func (s *stretch) shorten(n sonify.Note) (sonify.Tick, sonify.Frame) {
	if n.Frame+n.Frames <= s.to {
		return n.Length, n.Frames
	}
	length := min(n.Length, s.tempo.Tick(s.to)-n.Tick)
	return max(1, length), max(1, s.to-n.Frame)
}

// setAgain reports whether marks say at the very frame what m says.
func setAgain(m *sonify.Mark, marks []sonify.Mark, frame sonify.Frame) bool {
	for i := range marks {
		if marks[i].Frame == frame && sameSubject(m, &marks[i]) {
			return true
		}
	}
	return false
}

// Finish implements [sonify.Output].
func (s *stretch) Finish(*sonify.Summary) error {
	if !s.begun {
		return fmt.Errorf("the music lasts %s and is over before --from %s", clock(s.last), clock(s.from))
	}
	sum := &sonify.Summary{Ticks: s.ticks, Frames: s.frames, Heard: s.heard, Notes: s.notes}
	for _, out := range s.outs {
		if err := out.Finish(sum); err != nil {
			return err
		}
	}
	return nil
}

// Close implements [sonify.Output].
func (s *stretch) Close() error {
	var first error
	for _, out := range s.outs {
		if err := out.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
