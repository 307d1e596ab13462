// Package picture draws a performance as an SVG, to be looked at before it is
// listened to: whether there is form, where the data speaks, what it says.
//
// From top to bottom a picture has the title, the captions, the sections, the
// signals with the ends of their ranges, a piano roll with one lane per voice,
// the time of the music and, where the events tell one, the time of the data.
// Notes that stand for a datum are outlined, and say on hovering what they stand
// for. A long performance goes on in further systems, like the lines of a score;
// past twenty minutes, or 12,000 notes, the lanes show how much sounds instead of
// single notes.
//
// All coordinates are integers in tenths of a pixel, so a performance has the
// same picture, to the byte, on every machine. The file refers to nothing
// outside and has no scripts.
package picture

import (
	"errors"
	"io"
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/safefile"
)

// What a picture holds at most; memory and file stay bounded by them however
// long the performance is.
const (
	maxNotes    = 12000                       // drawn one by one
	maxExact    = 20 * 60 * sonify.SampleRate // and within that time
	maxTitles   = 3000                        // notes that say what they stand for
	maxVoices   = 24                          // lanes
	maxSignals  = 6                           // curves
	maxMarks    = 1024                        // sections, keys, captions, clock readings: each
	maxRuns     = 40000                       // bars of a picture of densities
	rollBins    = 1920                        // columns of one
	signalBins  = 8192                        // columns of a curve
	rollStart   = sonify.SampleRate / 10      // width of a column at first, in frames
	signalStart = sonify.SampleRate / 100     // likewise
	second      = sonify.SampleRate
)

// Output is a sonify.Output that draws. The picture is written in Finish.
type Output struct {
	w    io.Writer
	file *safefile.File // nil if the caller owns w
	h    *sonify.Header
	err  error
	done bool

	lanes    []lane
	notes    []dot // nil once there are too many
	exact    bool
	titles   []string
	curves   []curve
	curve    []int // which curve a signal has, -1 none
	sections thinned[label]
	keys     thinned[label]
	captions thinned[label]
	clock    thinned[reading]
	timed    bool        // clock readings are of Event.Clock, not of Event.At
	makers   map[int]int // captions by maker: rare ones matter more
	last     sonify.Frame
	unseen   int // notes of voices that have no lane
	recent   sonify.Recent
}

// lane collects the notes of one voice.
type lane struct {
	lo, hi sonify.Pitch
	notes  int
	data   int // notes that stand for a datum
	keys   [128]*bins[uint32]
	spoken bins[uint32] // data notes per column
}

// dot is a note drawn by itself.
type dot struct {
	frame, frames sonify.Frame
	pitch         sonify.Pitch
	voice         int16
	velocity      sonify.Velocity
	data          bool
	title         int32 // index in titles, or -1
}

// label is a text at a moment.
type label struct {
	at   sonify.Frame
	text string
	by   int // maker
}

// reading says what the clock of the data was, in milliseconds.
type reading struct {
	at sonify.Frame
	ms int64
}

// Create begins a picture that gets its name in Finish. The caller closes it.
func Create(path string) (*Output, error) {
	f, err := safefile.Create(path)
	if err != nil {
		return nil, err
	}
	o := NewWriter(f)
	o.file = f
	return o, nil
}

// NewWriter draws to w, which the caller owns, in Finish.
func NewWriter(w io.Writer) *Output {
	return &Output{w: w, exact: true, makers: make(map[int]int)}
}

// Begin implements [sonify.Output].
func (o *Output) Begin(h *sonify.Header) error {
	o.h = h
	o.lanes = make([]lane, min(len(h.Voices), maxVoices))
	o.curve = make([]int, len(h.Signals))
	for i, s := range h.Signals {
		o.curve[i] = -1
		if !s.Hidden && len(o.curves) < maxSignals {
			o.curve[i] = len(o.curves)
			o.curves = append(o.curves, curve{signal: i, bins: bins[column]{width: signalStart}})
		}
	}
	for i := range o.lanes {
		o.lanes[i].spoken.width = rollStart
	}
	return o.err
}

// Play implements [sonify.Output].
func (o *Output) Play(c sonify.Cue) error {
	if o.done {
		return errors.New("picture: written to after its end")
	}
	for i := range c.Marks {
		o.mark(&c.Marks[i])
	}
	for i := range c.Notes {
		o.note(&c.Notes[i])
	}
	o.last = max(o.last, c.End)
	return o.err
}

func (o *Output) note(n *sonify.Note) {
	o.last = max(o.last, n.Frame+n.Frames)
	if n.Voice < 0 || n.Voice >= len(o.lanes) || n.Frame < 0 {
		o.unseen++
		return
	}
	l := &o.lanes[n.Voice]
	if l.notes == 0 {
		l.lo, l.hi = n.Pitch, n.Pitch
	}
	l.lo, l.hi = min(l.lo, n.Pitch), max(l.hi, n.Pitch)
	l.notes++
	c := &n.Cause
	data := c.Event > 0 && c.Step == 0 && c.By >= 0 && c.By < len(o.h.Makers) && o.h.Makers[c.By].Data
	if data {
		l.data++
		l.spoken.add(n.Frame, rollBins, merge, func(v *uint32) { *v++ })
	}
	key := min(max(n.Pitch.Key(), 0), 127)
	if l.keys[key] == nil {
		l.keys[key] = &bins[uint32]{width: rollStart}
	}
	fill(l.keys[key], n.Frame, n.Frame+n.Frames)
	if !o.exact {
		return
	}
	if len(o.notes) == maxNotes || n.Frame > maxExact {
		o.exact, o.notes, o.titles = false, nil, nil
		return
	}
	d := dot{n.Frame, n.Frames, n.Pitch, int16(n.Voice), n.Velocity, data, -1}
	if data && len(o.titles) < maxTitles {
		d.title = int32(len(o.titles))
		o.titles = append(o.titles, o.says(n))
	}
	o.notes = append(o.notes, d)
}

// says tells what note n stands for.
func (o *Output) says(n *sonify.Note) string {
	c := &n.Cause
	s := o.h.Voices[n.Voice].Name
	if o.h.Voices[n.Voice].Pitched {
		s += " " + n.Pitch.String()
	}
	s += ": "
	if h := o.recent.Find(c.Event); h != nil {
		s += h.Event.Source + " " + h.Event.Kind() + ", "
	}
	s += o.h.Makers[c.By].Name
	if c.From != "" {
		v := "missing"
		if !c.Value.IsMissing() {
			v = c.Value.String()
		}
		s += ", " + c.From + " = " + v
	}
	return clip(s, 160)
}

func (o *Output) mark(m *sonify.Mark) {
	o.recent.Hear(m)
	at := max(m.Frame, 0)
	switch m.Kind {
	case sonify.MarkSection:
		o.sections.add(label{at, clip(m.Name, 60), m.Cause.By})
	case sonify.MarkKey:
		o.keys.add(label{at, clip(m.Name, 30), 0})
	case sonify.MarkCaption:
		by := -1
		if m.Cause.Event > 0 {
			by = m.Cause.By
		}
		if len(o.makers) < 1000 || o.makers[by] > 0 {
			o.makers[by]++
		}
		o.captions.add(label{at, clip(m.Text, 48), by})
	case sonify.MarkSignal:
		if m.Index >= 0 && m.Index < len(o.curve) && o.curve[m.Index] >= 0 {
			o.curves[o.curve[m.Index]].set(at, m.Number)
		}
	case sonify.MarkEvent:
		o.hear(at, m.Heard)
	}
}

// hear notes what time it is for the data. The clocks of several sources may
// disagree; the one that speaks first counts, and only as long as it goes on.
func (o *Output) hear(at sonify.Frame, h *sonify.Heard) {
	if h == nil || h.Event == nil {
		return
	}
	ms := h.Event.Clock.Milliseconds()
	if !h.Event.Timed {
		if h.Event.At.IsZero() {
			return
		}
		ms = h.Event.At.UnixMilli()
	}
	if o.clock.given == 0 {
		o.timed = h.Event.Timed
	}
	if h.Event.Timed == o.timed {
		o.clock.add(reading{at, ms})
	}
}

// Finish implements [sonify.Output].
func (o *Output) Finish(s *sonify.Summary) error {
	if o.done {
		return errors.New("picture: finished twice")
	}
	o.done = true
	// A mapping may have signals for more sources than there were: no curve.
	o.curves = slices.DeleteFunc(o.curves, func(c curve) bool { return !c.known })
	if o.err == nil {
		_, o.err = o.w.Write(o.draw(s))
	}
	if o.err == nil && o.file != nil {
		o.err = o.file.Finish()
	}
	return o.err
}

// Close implements [sonify.Output].
func (o *Output) Close() error {
	o.done = true
	o.notes, o.lanes, o.curves, o.titles = nil, nil, nil, nil
	if o.file != nil {
		return o.file.Close()
	}
	return nil
}
