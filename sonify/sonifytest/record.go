package sonifytest

import (
	"errors"
	"sort"

	"proscenium/sonify"
)

// order sorts each list of ps by frame, keeping the order of what stands at one.
func order(ps *sonify.Passage) {
	sort.SliceStable(ps.Notes, func(i, j int) bool { return ps.Notes[i].Frame < ps.Notes[j].Frame })
	sort.SliceStable(ps.Controls, func(i, j int) bool { return ps.Controls[i].Frame < ps.Controls[j].Frame })
	sort.SliceStable(ps.Marks, func(i, j int) bool { return ps.Marks[i].Frame < ps.Marks[j].Frame })
}

// Recorder is an output that keeps all it is given. Its zero value is ready.
type Recorder struct {
	Header   sonify.Header
	Notes    []sonify.Note
	Controls []sonify.Control
	Marks    []sonify.Mark
	Spans    []sonify.Span
	Summary  *sonify.Summary // nil until Finish
	Closed   int             // how often Close was called
	// Err, if not nil, is what Play returns after PlaysLeft calls.
	Err       error
	PlaysLeft int
}

// Begin implements [sonify.Output].
func (r *Recorder) Begin(h *sonify.Header) error { r.Header = *h; return nil }

// Play implements [sonify.Output]. It checks that passages follow each other
// without gaps and that what they hold is in order.
func (r *Recorder) Play(c sonify.Cue) error {
	if r.Err != nil && r.PlaysLeft <= 0 {
		return r.Err
	}
	r.PlaysLeft--
	if n := len(r.Spans); n > 0 && r.Spans[n-1].End != c.Span.Begin {
		return errors.New("sonifytest: a passage does not begin where the one before ends")
	}
	in := func(i, n int, f func(int) sonify.Frame) bool { return i+1 >= n || f(i) <= f(i+1) }
	for i := range c.Notes {
		if n := c.Notes[i]; n.Length < 1 || n.Frames < 1 || !in(i, len(c.Notes), func(i int) sonify.Frame { return c.Notes[i].Frame }) {
			return errors.New("sonifytest: a note has no length or is out of order")
		}
	}
	for i := range c.Controls {
		if !in(i, len(c.Controls), func(i int) sonify.Frame { return c.Controls[i].Frame }) {
			return errors.New("sonifytest: a control is out of order")
		}
	}
	for i := range c.Marks {
		if !in(i, len(c.Marks), func(i int) sonify.Frame { return c.Marks[i].Frame }) {
			return errors.New("sonifytest: a mark is out of order")
		}
	}
	r.Spans = append(r.Spans, c.Span)
	r.Notes = append(r.Notes, c.Notes...)
	r.Controls = append(r.Controls, c.Controls...)
	r.Marks = append(r.Marks, c.Marks...)
	return nil
}

// Finish implements [sonify.Output].
func (r *Recorder) Finish(s *sonify.Summary) error { r.Summary = s; return nil }

// Close implements [sonify.Output].
func (r *Recorder) Close() error { r.Closed++; return nil }
