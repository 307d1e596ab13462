package decode

import (
	"time"

	"proscenium/sonify"
)

// maxFilled is how many events may stand in one gap.
const maxFilled = 1000

// gapTooLong is counted where events have waited for a value that did not come.
const gapTooLong = "gap too long to be filled"

// held is a value that was there, and when.
type held struct {
	v     sonify.Value
	at    int64
	timed bool
}

// hole is a value that is missing in an event, to be filled in between.
type hole struct {
	id   int
	from held // what the series had before
}

// lacks reports whether the event waits for a value of column id.
func (e *waiting) lacks(id int) bool {
	for _, h := range e.gone {
		if h.id == id {
			return true
		}
	}
	return false
}

// remember notes what a series knows after an event.
func (d *Decoder) remember(s *one, e *waiting) {
	t, timed := e.time()
	for slot, id := range e.kind.columns {
		c := d.columns[id]
		if c.missing != "hold" && c.missing != "interpolate" && c.outlier != "hold" && c.outlier != "interpolate" {
			continue
		}
		if v := e.ev.Values[slot]; !v.IsMissing() {
			if s.held == nil {
				s.held = map[int]held{}
			}
			s.held[id] = held{v, t, timed}
		}
	}
}

// interpolate fills the holes of events of one series, in their order, the last of
// which has none: between what the series had before and the next that is there, by
// their times, or by their number.
func (d *Decoder) interpolate(events []*waiting) {
	for i, w := range events {
		for _, h := range w.gone {
			before, after := i, i
			for before > 0 && events[before-1].lacks(h.id) {
				before--
			}
			for events[after].lacks(h.id) {
				after++
			}
			d.fillIn(w, events[after], h, i-before+1, after-before+1)
		}
	}
}

// fillIn fills one hole of w, the i-th of n steps from what was to what e has.
func (d *Decoder) fillIn(w, e *waiting, h hole, i, n int) {
	name := d.columns[h.id].name
	from, ok := h.from.v.Float()
	into, fits := w.kind.slots[h.id]
	slot, has := e.kind.slots[h.id]
	if !ok || !fits || !has || slot >= len(e.ev.Values) {
		d.env.Tally.Add(sonify.Absent, name, w.ev.Line)
		return
	}
	to, ok := e.ev.Values[slot].Float()
	if !ok {
		d.env.Tally.Add(sonify.Absent, name, w.ev.Line)
		return
	}
	part := float64(i) / float64(n)
	at, timed := w.time()
	if end, ok := e.time(); ok && timed && h.from.timed && end > h.from.at && at >= h.from.at && at <= end {
		part = float64(at-h.from.at) / float64(end-h.from.at)
	}
	w.ev.Values[into] = sonify.Num(from + float64((to-from)*part))
	d.env.Tally.Add(sonify.Repaired, name+" was missing, filled in between", w.ev.Line)
}

// between looks for a gap before the event that is being made, and fills it if that is
// the policy. What corrects an earlier event or takes it back ends a silence, but it is
// no reading: nothing leads up to it, and nothing is held from it.
func (d *Decoder) between(s *one, e *waiting, apart bool) {
	if d.c.Gap <= 0 {
		return
	}
	if d.fills >= 0 {
		d.put(d.fills, sonify.Truth(false))
	}
	t, ok := e.time()
	if !ok || apart {
		return
	}
	had, last := s.heard, s.last
	s.heard, s.last = true, t
	if had && t-last > int64(d.c.Gap) {
		d.env.Tally.Add(sonify.Absent, "gap in the data", d.line)
		switch {
		case d.gap >= 0:
			d.put(d.gap, sonify.Num(time.Duration(t-last).Seconds()))
		case d.fills >= 0 && !e.edit && s.kind != "":
			d.fill(s, e, last, t, int(min((t-last-1)/int64(d.c.Gap), maxFilled)))
		}
	}
	if d.fills >= 0 && !e.edit {
		s.kind, s.cells = e.name, d.cells(s.cells[:0])
	}
}

// fill adds n events between the last one of a series and the one that is being made,
// of the kind that the series had: what comes after a silence may be something else.
func (d *Decoder) fill(s *one, e *waiting, from, to int64, n int) {
	now := d.cells(nil)
	next := make(map[int]float64, len(now))
	for _, c := range now {
		if f, ok := c.v.Float(); ok {
			next[c.id] = f
		}
	}
	for i := range n {
		part := float64(i+1) / float64(n+1)
		at := from + int64(float64(to-from)*part)
		f := &waiting{ev: sonify.Event{Source: d.env.Name, Line: d.line, Timed: e.ev.Timed}, name: s.kind, key: e.key, series: s, came: e.came}
		if e.ev.Timed {
			f.ev.Clock = time.Duration(at)
		} else {
			f.ev.At = time.Unix(0, at).UTC()
		}
		d.load(s.cells)
		for _, c := range s.cells {
			a, ok := c.v.Float()
			b, has := next[c.id]
			switch {
			case d.columns[c.id].total:
				d.row[c.id] = sonify.Value{}
			case ok && has && c.v.Type() == sonify.Number && d.c.OnGap == "interpolate":
				d.row[c.id] = sonify.Num(a + float64((b-a)*part))
			}
		}
		d.row[d.fills] = sonify.Truth(true)
		if d.late >= 0 {
			d.row[d.late] = sonify.Truth(false)
		}
		d.shape(f, f.name)
		d.order.board(f, e.flight)
		d.order.depart(f)
		d.env.Tally.Add(sonify.Repaired, "event that stands in a gap", d.line)
	}
	d.load(now)
}
