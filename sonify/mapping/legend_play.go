package mapping

import (
	"cmp"
	"slices"
	"strings"

	"proscenium/sonify"
)

// Chosen returns what of the legend is worth hearing before a piece, in the
// order of its importance: entries of the given kinds that have samples and that
// the survey met, values before mere signals of events, decisive sections before
// the others. It fits into room of music (0: there is no limit) at the meter
// and tempo of h: first passages of patterns are cut to a bar, then entries are
// left out, the least important first; left is how many.
func (l *Legend) Chosen(h *sonify.Header, kinds []LegendKind, room sonify.Frame) (chosen *Legend, left int) {
	out := *l
	out.Entries = nil
	for i := range l.Entries {
		if e := &l.Entries[i]; slices.Contains(kinds, e.Kind) && e.rank() < ranks && e.Times != 0 {
			out.Entries = append(out.Entries, e.worth())
		}
	}
	slices.SortStableFunc(out.Entries, func(a, b LegendEntry) int {
		if a.rank() == b.rank() && a.decisive {
			return cmp.Compare(b.Times, a.Times) // what comes often is worth knowing
		}
		return cmp.Compare(a.rank(), b.rank())
	})
	if room <= 0 {
		return &out, 0
	}
	if _, end := newPrelude(&out, h).layout(); end > room {
		for i := range out.Entries {
			if e := &out.Entries[i]; e.Kind != LegendRule {
				e.cut(h.Meter.Bar())
			}
		}
	}
	for len(out.Entries) > 0 {
		if _, end := newPrelude(&out, h).layout(); end <= room {
			break
		}
		out.Entries = out.Entries[:len(out.Entries)-1]
		left++
	}
	return &out, left
}

// ranks is how many ranks of importance there are.
const ranks = 7

// rank returns how important it is to hear an entry, 0 first; ranks for one that
// there is nothing to hear of.
func (e *LegendEntry) rank() int {
	silent := !slices.ContainsFunc(e.Samples, func(s LegendSample) bool { return len(s.Passage.Notes) > 0 })
	switch {
	case silent:
		return ranks
	case e.Kind == LegendRule && e.From != "":
		return 0
	case e.Kind == LegendSignal && !e.inner:
		return 1
	case e.Kind == LegendSection && e.decisive:
		return 2
	case e.Kind == LegendRule:
		return 3
	case e.Kind == LegendPattern && e.From != "":
		return 4
	case e.Kind == LegendSignal:
		return 5
	case e.Kind == LegendSection:
		return 6
	}
	return ranks // it says nothing of the data
}

// worth returns e without a typical value that sounds as one of the ends does:
// of a signal with two values there is none.
func (e LegendEntry) worth() LegendEntry {
	e.Samples = slices.Clone(e.Samples)
	if len(e.Samples) == 3 && (e.Samples[1].same(&e.Samples[0]) || e.Samples[1].same(&e.Samples[2])) {
		if e.Alike = whichHigh; e.Samples[1].same(&e.Samples[0]) {
			e.Alike = whichLow
		}
		e.Samples = slices.Delete(e.Samples, 1, 2)
	}
	return e
}

// same reports whether two samples are played alike.
func (s *LegendSample) same(t *LegendSample) bool {
	return s.Passage.Span == t.Passage.Span && tempoOf(s.Passage) == tempoOf(t.Passage) &&
		slices.EqualFunc(s.Passage.Notes, t.Passage.Notes, func(a, b sonify.Note) bool {
			return a.Tick == b.Tick && a.Length == b.Length && a.Voice == b.Voice && a.Pitch == b.Pitch && a.Velocity == b.Velocity && a.Pan == b.Pan
		})
}

// cut keeps no more than length of each sample.
func (e *LegendEntry) cut(length sonify.Tick) {
	for i := range e.Samples {
		ps := *e.Samples[i].Passage
		if ps.Span.End <= length {
			continue
		}
		ps.Span.End, ps.End = length, sonify.NewTempoMap(tempoOf(&ps)).Frame(length)
		ps.Notes = slices.DeleteFunc(slices.Clone(ps.Notes), func(n sonify.Note) bool { return n.Tick >= length })
		ps.Marks = slices.DeleteFunc(slices.Clone(ps.Marks), func(m sonify.Mark) bool { return m.Tick >= length })
		ps.Controls = slices.DeleteFunc(slices.Clone(ps.Controls), func(c sonify.Control) bool { return c.Tick >= length })
		e.Samples[i].Passage = &ps
	}
}

// tempoOf returns the tempo at which a sample is played.
func tempoOf(ps *sonify.Passage) sonify.Tempo {
	t := sonify.Tempo(0)
	for _, m := range ps.Marks {
		if m.Kind == sonify.MarkTempo && m.Tick == 0 {
			t = m.Tempo
		}
	}
	return t
}

// Prelude is an output that plays a legend, and after a bar of rest what it is
// given, into others: the same performance, later. It is made for renders: it
// knows no clock.
type Prelude struct {
	outs   []sonify.Output
	legend *Legend
	header *sonify.Header
	tick   sonify.Tick  // where the piece begins
	frame  sonify.Frame // and in the sound
	notes  uint64
	played bool
	buf    sonify.Passage
	heard  []sonify.Heard
}

// NewPrelude returns an output that plays l before the performance into outs,
// which it owns from then on.
func NewPrelude(l *Legend, outs []sonify.Output) *Prelude { return &Prelude{outs: outs, legend: l} }

func newPrelude(l *Legend, h *sonify.Header) *Prelude { return &Prelude{legend: l, header: h} }

var _ sonify.Output = (*Prelude)(nil)

// Length returns how long the legend and the rest after it are; 0 before Begin.
func (p *Prelude) Length() sonify.Frame { return p.frame }

// Begin implements [sonify.Output].
func (p *Prelude) Begin(h *sonify.Header) error {
	p.header = h
	p.tick, p.frame = p.layout()
	for _, out := range p.outs {
		if err := out.Begin(h); err != nil {
			return err
		}
	}
	return nil
}

// Times of the legend's own: a sample gets at least sampleTime, so that its
// caption can be read or spoken.
const sampleTime = 3 * sonify.SampleRate / 2

// layout returns where the piece begins.
func (p *Prelude) layout() (sonify.Tick, sonify.Frame) {
	return p.each(nil)
}

// each calls play for every sample with the passage of its place, and returns
// where the piece begins. Samples begin on beats. A rule's gets a beat of rest
// after its notes, a pattern's goes on to the next; after each entry comes half a
// bar to breathe, after the last one a bar of rest, up to a bar line.
func (p *Prelude) each(play func(e *LegendEntry, s *LegendSample, at, end sonify.Tick, tempo *sonify.TempoMap)) (sonify.Tick, sonify.Frame) {
	beat, bar := p.header.Meter.Beat(), p.header.Meter.Bar()
	up := func(t, to sonify.Tick) sonify.Tick { return (t + to - 1) / to * to }
	tempo := sonify.NewTempoMap(p.header.Tempo)
	t, last := sonify.Tick(0), sonify.Tick(0)
	for i := range p.legend.Entries {
		e := &p.legend.Entries[i]
		for k := range e.Samples {
			s := &e.Samples[k]
			if to := tempoOf(s.Passage); to > 0 && to != tempo.At(t) {
				tempo.Set(t, to)
			}
			length := up(s.Passage.Span.End, beat)
			if e.Kind == LegendRule {
				length += beat
			}
			for tempo.Frame(t+length)-tempo.Frame(t) < sampleTime {
				length += beat
			}
			if play != nil {
				play(e, s, t, t+length, tempo)
			}
			t += length
			last = t
		}
		t += up(bar/2, beat)
	}
	if tempo.At(last) != p.header.Tempo {
		tempo.Set(last, p.header.Tempo)
	}
	if t > 0 {
		t = up(t, bar) + bar
	}
	return t, tempo.Frame(t)
}

// Play implements [sonify.Output].
func (p *Prelude) Play(c sonify.Cue) error {
	if !p.played {
		p.played = true
		if err := p.play(); err != nil {
			return err
		}
	}
	ps := &p.buf
	ps.Span = sonify.Span{Begin: c.Span.Begin + p.tick, End: c.Span.End + p.tick}
	ps.Begin, ps.End = c.Begin+p.frame, c.End+p.frame
	ps.Notes, ps.Controls, ps.Marks = append(ps.Notes[:0], c.Notes...), append(ps.Controls[:0], c.Controls...), append(ps.Marks[:0], c.Marks...)
	for i := range ps.Notes {
		ps.Notes[i].Tick += p.tick
		ps.Notes[i].Frame += p.frame
	}
	for i := range ps.Controls {
		ps.Controls[i].Tick += p.tick
		ps.Controls[i].Frame += p.frame
	}
	p.heard = p.heard[:0]
	for i := range ps.Marks {
		m := &ps.Marks[i]
		m.Tick += p.tick
		m.Frame += p.frame
		if m.Heard != nil {
			p.heard = append(p.heard, *m.Heard)
			p.heard[len(p.heard)-1].Frame += p.frame
		}
	}
	k := 0 // only now do they stay where they are
	for i := range ps.Marks {
		if ps.Marks[i].Heard != nil {
			ps.Marks[i].Heard = &p.heard[k]
			k++
		}
	}
	return p.pass(ps)
}

func (p *Prelude) pass(ps *sonify.Passage) error {
	for _, out := range p.outs {
		if err := out.Play(sonify.Cue{Passage: ps}); err != nil {
			return err
		}
	}
	return nil
}

// play plays the legend, one passage a sample.
func (p *Prelude) play() error {
	var failed error
	var at sonify.Tick
	var frame sonify.Frame
	var touched []sonify.Control // parameters that a sample moved
	key, chord := "", ""         // that hold
	tempo := sonify.Tempo(0)
	reset := func(ps *sonify.Passage) {
		for _, c := range touched {
			ps.Controls = append(ps.Controls, sonify.Control{Tick: ps.Span.Begin, Frame: ps.Begin, Voice: c.Voice, Param: c.Param, Value: neutral(c.Param), Cause: c.Cause})
		}
		touched = touched[:0]
	}
	p.each(func(e *LegendEntry, s *LegendSample, begin, end sonify.Tick, tm *sonify.TempoMap) {
		ps := sonify.Passage{Span: sonify.Span{Begin: at, End: end}, Begin: frame, End: tm.Frame(end)}
		start := tm.Frame(begin)
		mark := func(m sonify.Mark) {
			m.Tick, m.Frame = begin, start
			ps.Marks = append(ps.Marks, m)
		}
		if frame == 0 {
			mark(sonify.Mark{Kind: sonify.MarkMeter, Name: p.header.Meter.String(), Meter: p.header.Meter})
		}
		if t := tm.At(begin); t != tempo {
			mark(sonify.Mark{Kind: sonify.MarkTempo, Number: t.BPM(), Tempo: t})
			tempo = t
		}
		cause := sonify.Cause{By: max(0, e.Maker)}
		if len(s.Passage.Notes) > 0 {
			cause.By = s.Passage.Notes[0].Cause.By
		}
		if frame == 0 {
			mark(sonify.Mark{Kind: sonify.MarkSection, Name: "legend", Index: -1, Cause: cause})
		}
		caption := s.Caption
		if rest, ok := strings.CutPrefix(caption, spoken(e.Name)+": "); ok && e.Doc != "" && s == &e.Samples[0] && e.From != "" {
			caption = spoken(e.Name) + ", " + e.Doc + ": " + rest
		}
		mark(sonify.Mark{Kind: sonify.MarkCaption, Text: caption, Cause: cause})
		for _, m := range s.Passage.Marks {
			switch {
			case m.Kind == sonify.MarkTempo, m.Kind == sonify.MarkKey && m.Name == key, m.Kind == sonify.MarkChord && m.Text == chord:
				continue
			case m.Kind == sonify.MarkKey:
				key = m.Name
			case m.Kind == sonify.MarkChord:
				chord = m.Text
			}
			m.Tick += begin
			m.Frame = tm.Frame(m.Tick)
			ps.Marks = append(ps.Marks, m)
		}
		reset(&ps)
		for _, c := range s.Passage.Controls {
			c.Tick += begin
			c.Frame = tm.Frame(c.Tick)
			ps.Controls = append(ps.Controls, c)
			if !slices.ContainsFunc(touched, func(t sonify.Control) bool { return t.Voice == c.Voice && t.Param == c.Param }) {
				touched = append(touched, c)
			}
		}
		for _, n := range s.Passage.Notes {
			n.Tick += begin
			n.Frame = tm.Frame(n.Tick)
			ps.Notes = append(ps.Notes, n)
		}
		p.notes += uint64(len(ps.Notes))
		at, frame = end, ps.End
		if failed == nil {
			failed = p.pass(&ps)
		}
	})
	if failed != nil || p.tick == 0 {
		return failed
	}
	rest := sonify.Passage{Span: sonify.Span{Begin: at, End: p.tick}, Begin: frame, End: p.frame}
	if tempo != p.header.Tempo {
		rest.Marks = append(rest.Marks, sonify.Mark{Kind: sonify.MarkTempo, Tick: at, Frame: frame, Number: p.header.Tempo.BPM(), Tempo: p.header.Tempo})
	}
	reset(&rest)
	return p.pass(&rest)
}

// neutral returns where a parameter stands when nothing moves it.
func neutral(p sonify.Param) int32 {
	switch p {
	case sonify.ParamVolume:
		return 1000
	case sonify.ParamDuty, sonify.ParamVibrato, sonify.ParamEcho:
		return -1
	}
	return 0
}

// Finish implements [sonify.Output].
func (p *Prelude) Finish(s *sonify.Summary) error {
	sum := *s
	sum.Ticks += p.tick
	sum.Frames += p.frame
	sum.Notes += p.notes
	for _, out := range p.outs {
		if err := out.Finish(&sum); err != nil {
			return err
		}
	}
	return nil
}

// Close implements [sonify.Output].
func (p *Prelude) Close() error {
	var first error
	for _, out := range p.outs {
		if err := out.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
