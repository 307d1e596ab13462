package decode

import (
	"container/heap"
	"math"
	"time"

	"proscenium/sonify"
)

const (
	maxReorder = 10 * time.Minute
	// maxWaiting is how many events may wait for earlier ones; the earliest goes then.
	maxWaiting = 10_000
	// maxInterpolated is how many events of a series may wait for a value, and
	// maxPatience for how long by the world's clock.
	maxInterpolated = 64
	maxPatience     = 10 * time.Minute
	// maxFilled is how many events may stand in one gap.
	maxFilled = 1000
)

// waiting is an event that has not been emitted.
type waiting struct {
	ev     sonify.Event
	kind   *kind
	series *one
	gone   []int     // columns that the next value of the series will fill
	came   time.Time // by the world's clock
	flight *flight
	number uint64 // in the order in which they came
}

// flight is a message some of whose events have not been emitted.
type flight struct {
	place  string
	left   int
	closed bool
}

// orderer puts events into the order of their time, holds clocks that run back, and
// knows after which event a source may go on where.
type orderer struct {
	d       *Decoder
	flights []*flight // oldest first
	ready   []*waiting
	heap    byTime
	patient []*waiting // of all series, in the order in which they came
	number  uint64
	safe    string // everything up to here has been emitted
	told    string

	started bool
	first   time.Time
	last    int64 // the time of the event last emitted
	lastAt  time.Time
	calm    int64 // the greatest time that came
}

func newOrderer(d *Decoder) *orderer { return &orderer{d: d, calm: math.MinInt64} }

// message begins a message.
func (o *orderer) message(place string) {
	o.flights = append(o.flights, &flight{place: place})
}

// close ends the message: what is ready is emitted.
func (o *orderer) close(emit func(sonify.Event)) {
	f := o.flights[len(o.flights)-1]
	f.closed = true
	if n := len(o.flights); f.left == 0 && n > 1 { // nothing of it waits: the one before stands for it
		if f.place != "" {
			o.flights[n-2].place = f.place
		}
		o.flights = o.flights[:n-1]
	}
	o.landed()
	o.drain(emit)
}

// landed takes the messages away all of whose events have been emitted.
func (o *orderer) landed() {
	n := 0
	for n < len(o.flights) && o.flights[n].closed && o.flights[n].left == 0 {
		if o.flights[n].place != "" {
			o.safe = o.flights[n].place
		}
		n++
	}
	o.flights = o.flights[n:]
	if len(o.flights) == 0 {
		o.flights = nil
	}
}

// timeOf returns the time by which events are ordered; ok is false without one.
func timeOf(ev *sonify.Event) (t int64, ok bool) {
	switch {
	case ev.Timed:
		return int64(ev.Clock), true
	case !ev.At.IsZero():
		return ev.At.UnixNano(), true
	}
	return 0, false
}

// add takes an event over.
func (o *orderer) add(e *waiting) {
	o.number++
	e.number, e.flight = o.number, o.flights[len(o.flights)-1]
	e.flight.left++
	s := e.series
	switch {
	case len(e.gone) > 0:
		s.wait = append(s.wait, e)
		o.patient = append(o.patient, e)
		if len(s.wait) > maxInterpolated {
			o.d.env.Tally.Add(sonify.Absent, "gap too long to be filled", o.d.line)
			o.release(s, nil)
		}
		return
	case len(s.wait) > 0:
		o.release(s, e)
	}
	o.d.remember(s, e)
	o.queue(e)
}

// release lets go the events of a series that wait for a value, filled between the last
// known one and that of e; nil: as they are.
func (o *orderer) release(s *one, e *waiting) {
	waiting := s.wait
	s.wait = nil
	for i, w := range waiting {
		if e != nil {
			for _, id := range w.gone {
				o.d.interpolate(s, w, e, id, i+1, len(waiting)+1)
			}
		}
		w.gone = nil
		o.queue(w)
	}
	keep := o.patient[:0]
	for _, w := range o.patient {
		if w.gone != nil {
			keep = append(keep, w)
		}
	}
	clear(o.patient[len(keep):])
	o.patient = keep
}

// queue puts an event where it waits for earlier ones.
func (o *orderer) queue(e *waiting) {
	t, ok := timeOf(&e.ev)
	if o.d.c.Reorder <= 0 || !ok {
		o.ready = append(o.ready, e)
		return
	}
	heap.Push(&o.heap, e)
	o.calm = max(o.calm, t)
	for len(o.heap) > 0 && (len(o.heap) > maxWaiting || o.heap[0].time() <= o.calm-int64(o.d.c.Reorder)) {
		o.ready = append(o.ready, heap.Pop(&o.heap).(*waiting))
	}
}

// drain emits what is ready.
func (o *orderer) drain(emit func(sonify.Event)) {
	for i := 0; i < len(o.ready); i++ {
		e := o.ready[i]
		o.ready[i] = nil
		ok := o.settle(&e.ev, e.kind)
		if e.flight != nil {
			e.flight.left--
			o.landed()
		}
		if !ok {
			continue
		}
		if o.safe != o.told {
			e.ev.Place, o.told = o.safe, o.safe
		}
		emit(e.ev)
	}
	o.ready = o.ready[:0]
}

// settle gives an event the clock it is heard by, one that never runs back.
func (o *orderer) settle(ev *sonify.Event, k *kind) bool {
	t, ok := timeOf(ev)
	mark := func(late bool) {
		if id := o.d.late; id >= 0 {
			if slot, ok := k.slots[id]; ok {
				ev.Values[slot] = sonify.Truth(late)
			}
		}
	}
	if !ok {
		if o.started && o.d.c.Time != "" {
			ev.At, ev.Timed = o.lastAt, true
			ev.Clock = o.clockOf(o.last, o.lastAt)
		}
		mark(false)
		return true
	}
	if !o.started {
		o.started, o.first = true, ev.At
		o.last = t
	}
	late := t < o.last
	mark(late)
	if late {
		switch o.d.c.Late {
		case "skip":
			o.d.env.Tally.Add(sonify.Skipped, "event that came too late", ev.Line)
			return false
		default:
			o.d.env.Tally.Add(sonify.Repaired, "event that came late, heard at once", ev.Line)
		}
		ev.At, t = o.lastAt, o.last
	}
	o.last, o.lastAt = t, ev.At
	ev.Clock, ev.Timed = o.clockOf(t, ev.At), true
	return true
}

// clockOf returns the clock of a time: what the data's own says, or since its first
// date.
func (o *orderer) clockOf(t int64, at time.Time) time.Duration {
	if at.IsZero() || o.first.IsZero() || t != at.UnixNano() {
		return time.Duration(t)
	}
	return at.Sub(o.first)
}

// flush emits what has waited long enough at now; everything if now is zero.
func (o *orderer) flush(now time.Time, emit func(sonify.Event)) time.Time {
	var next time.Time
	soon := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for len(o.patient) > 0 {
		due := o.patient[0].came.Add(maxPatience)
		if !now.IsZero() && now.Before(due) {
			soon(due)
			break
		}
		o.d.env.Tally.Add(sonify.Absent, "gap too long to be filled", 0)
		o.release(o.patient[0].series, nil)
	}
	for len(o.heap) > 0 {
		due := o.heap[0].came.Add(o.d.c.Reorder)
		if !now.IsZero() && now.Before(due) {
			soon(due)
			break
		}
		o.ready = append(o.ready, heap.Pop(&o.heap).(*waiting))
	}
	o.drain(emit)
	return next
}

// byTime is a heap: the earliest event first, of two at one time the one that came
// first.
type byTime []*waiting

func (e *waiting) time() int64 { t, _ := timeOf(&e.ev); return t }

func (h byTime) Len() int { return len(h) }
func (h byTime) Less(i, j int) bool {
	if a, b := h[i].time(), h[j].time(); a != b {
		return a < b
	}
	return h[i].number < h[j].number
}
func (h byTime) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *byTime) Push(x any)   { *h = append(*h, x.(*waiting)) }
func (h *byTime) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return e
}

// remember notes what a series knows after an event whose values are all there.
func (d *Decoder) remember(s *one, e *waiting) {
	if t, ok := timeOf(&e.ev); ok {
		s.heldAt = t
	}
	for slot, id := range e.kind.columns {
		c := d.columns[id]
		if c.missing != "hold" && c.missing != "interpolate" && c.outlier != "hold" && c.outlier != "interpolate" {
			continue
		}
		if v := e.ev.Values[slot]; !v.IsMissing() {
			if s.held == nil {
				s.held = map[int]sonify.Value{}
			}
			s.held[id] = v
		}
	}
}

// interpolate fills column id of w between what s held and what e has: by their times,
// or by their number (the i-th of n steps).
func (d *Decoder) interpolate(s *one, w, e *waiting, id, i, n int) {
	from, ok1 := s.held[id].Float()
	slot, ok := e.kind.slots[id]
	if !ok {
		return
	}
	to, ok2 := e.ev.Values[slot].Float()
	into, ok3 := w.kind.slots[id]
	if !ok1 || !ok2 || !ok3 {
		d.env.Tally.Add(sonify.Absent, d.columns[id].name, w.ev.Line)
		return
	}
	part := float64(i) / float64(n)
	at, timed := timeOf(&w.ev)
	if end, ok := timeOf(&e.ev); ok && timed && end > s.heldAt && at >= s.heldAt && at <= end {
		part = float64(at-s.heldAt) / float64(end-s.heldAt)
	}
	w.ev.Values[into] = sonify.Num(from + float64((to-from)*part))
	d.env.Tally.Add(sonify.Repaired, d.columns[id].name+" was missing, filled in between", w.ev.Line)
}

// between looks for a gap before the event that is being made, and fills it if that is
// the policy.
func (d *Decoder) between(s *one, e *waiting) {
	t, ok := timeOf(&e.ev)
	if d.c.Gap <= 0 || !ok {
		return
	}
	had, last := s.timed, s.last
	before := s.lastRow
	if !had || t > last {
		s.timed, s.last = true, t
	}
	if d.fills >= 0 {
		d.put(d.fills, sonify.Truth(false))
		s.lastRow = append([]sonify.Value(nil), d.row...)
	}
	if !had || t-last <= int64(d.c.Gap) {
		return
	}
	d.env.Tally.Add(sonify.Absent, "gap in the data", d.line)
	switch {
	case d.gap >= 0:
		d.put(d.gap, sonify.Num(time.Duration(t-last).Seconds()))
	case d.fills >= 0:
		n := min((t-last-1)/int64(d.c.Gap), maxFilled)
		d.fill(s, e, before, last, t, int(n))
	}
}

// fill adds n events between the last one of a series and the one that is being made.
func (d *Decoder) fill(s *one, e *waiting, before []sonify.Value, from, to int64, n int) {
	name := d.named()
	now := append([]sonify.Value(nil), d.row...)
	for i := range n {
		part := float64(i+1) / float64(n+1)
		at := from + int64(float64(to-from)*part)
		f := &waiting{ev: sonify.Event{Source: d.env.Name, Line: d.line, Timed: e.ev.Timed}, series: s, came: e.came}
		if e.ev.Timed {
			f.ev.Clock = time.Duration(at)
		} else {
			f.ev.At = time.Unix(0, at).UTC()
		}
		for id := range d.row {
			v := sonify.Value{}
			if id < len(before) {
				v = before[id]
			}
			if a, ok := v.Float(); ok && v.Type() == sonify.Number && d.c.OnGap == "interpolate" && !d.columns[id].total {
				if b, ok := now[id].Float(); ok {
					v = sonify.Num(a + float64((b-a)*part))
				}
			}
			if d.columns[id].total {
				v = sonify.Value{}
			}
			d.row[id] = v
		}
		d.row[d.fills] = sonify.Truth(true)
		d.shape(f, name)
		d.order.add(f)
		d.env.Tally.Add(sonify.Repaired, "event that stands in a gap", d.line)
	}
	copy(d.row, now)
}
