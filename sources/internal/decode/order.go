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
)

// tooLate is counted of events that the policy leaves out.
const tooLate = "event that came too late"

// waiting is an event that has not been emitted.
type waiting struct {
	ev       sonify.Event
	name     string // of its kind
	edit     bool   // it corrects an earlier one or takes it back
	key      string // of its series
	timeless bool   // it has no time of its own

	cells   []cell // the record, while it waits for earlier ones
	content uint64 // its hash, where it has to be news
	there   bool   // it was there when it began, if nothing is known of its series

	kind    *kind
	series  *one
	gone    []hole // what the next values of the series will fill
	patient bool   // it has waited for a value
	late    bool   // later ones of its series, or of all, had gone before it
	dropped bool   // it will not be emitted

	came   time.Time // by the world's clock
	flight *flight
	at     int64  // the time by which it is put into order
	number uint64 // in the order in which they came
}

// time returns the time by which the event is ordered; ok is false without one.
func (e *waiting) time() (t int64, ok bool) {
	switch {
	case e.timeless:
		return 0, false
	case e.ev.Timed:
		return int64(e.ev.Clock), true
	}
	return e.ev.At.UnixNano(), true
}

// flight is a message some of whose events have not been emitted.
type flight struct {
	place  string
	left   int
	closed bool
}

// orderer leads events from their records to where they are emitted:
//
//	arrive   a record has come; it waits in early for earlier ones
//	leave    in the order of time: what depends on what the series knows
//	depart   to late, which takes back into order what was made or held by leave
//	settle   the clock that never runs back; then it is ready
//
// and it knows after which event a source may go on where. Only leave touches what is
// known of a series, so that this is always as of the events before.
type orderer struct {
	d       *Decoder
	flights []*flight // oldest first
	early   sorter
	late    sorter
	patient []*waiting // of all series, in the order in which they left
	ready   []*waiting
	safe    string // everything up to here has been emitted
	told    string

	started bool
	first   time.Time
	last    int64 // the time of the event that was last made ready
	lastAt  time.Time
}

func newOrderer(d *Decoder) *orderer {
	o := &orderer{d: d, early: newSorter(d.c.Reorder), late: newSorter(0)}
	if d.inserts() {
		o.late = newSorter(d.c.Reorder)
	}
	return o
}

// inserts reports whether a policy of the piece makes events between others, or lets
// them wait for a value while others pass.
func (d *Decoder) inserts() bool {
	for _, policies := range []map[string]string{d.c.OnMissing, d.c.OnOutlier} {
		for _, p := range policies {
			if p == "interpolate" {
				return true
			}
		}
	}
	return d.c.OnGap == "hold" || d.c.OnGap == "interpolate"
}

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

// arrive takes over the record that has been read.
func (o *orderer) arrive(e *waiting) {
	o.board(e, o.flights[len(o.flights)-1])
	if !o.early.holds(e) {
		o.leave(e)
		return
	}
	e.cells = o.d.cells(nil)
	o.early.push(e, o.unload)
}

// board counts an event among those of a message.
func (o *orderer) board(e *waiting, f *flight) {
	e.flight = f
	f.left++
}

// unload lets an event leave that has waited for earlier ones.
func (o *orderer) unload(e *waiting) {
	o.d.load(e.cells)
	e.cells = nil
	line := o.d.line
	o.d.line = e.ev.Line
	o.leave(e)
	o.d.line = line
}

// leave makes the record an event by what its series knows, and the series know of it.
// One that is older than what the series has had, and one that is left out as too late,
// stands apart: it is judged by what is known, takes nothing from what came after it,
// and the series does not learn of it.
func (o *orderer) leave(e *waiting) {
	d := o.d
	s := d.series.get(e.key)
	e.series = s
	t, timed := e.time()
	older := timed && s.timed && t < s.newest
	again := timed && s.timed && t == s.newest
	e.late = older || timed && o.started && t < o.last
	skipped := e.late && d.c.Late == "skip"
	apart := older || skipped
	if timed && !apart {
		s.timed, s.newest = true, t
	}
	if d.c.Only != "all" && d.c.Key != "" && !d.news(s, e, apart) {
		o.drop(e)
		return
	}
	if skipped {
		d.env.Tally.Add(sonify.Skipped, tooLate, d.line)
		o.drop(e)
		return
	}
	if !d.correct(s, e, apart, again) {
		o.drop(e)
		return
	}
	if d.late >= 0 {
		d.put(d.late, sonify.Truth(e.late))
	}
	d.between(s, e, apart)
	d.shape(e, e.name)
	if apart {
		o.depart(e)
		return
	}
	d.remember(s, e)
	switch {
	case len(e.gone) > 0:
		e.patient = true
		s.wait = append(s.wait, e)
		o.patient = append(o.patient, e)
		if len(s.wait) > maxInterpolated {
			d.env.Tally.Add(sonify.Absent, gapTooLong, d.line)
			o.release(s, nil)
		}
		return
	case len(s.wait) > 0:
		o.release(s, e)
	}
	o.depart(e)
}

// release lets go the events of a series that wait for a value, filled between what
// was known before them and what e and those among them have; nil: as they are.
func (o *orderer) release(s *one, e *waiting) {
	wait := s.wait
	s.wait = nil
	if e != nil {
		o.d.interpolate(append(wait, e))
	}
	for _, w := range wait {
		w.gone = nil
		o.depart(w)
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

// drop lets an event go that will not be emitted.
func (o *orderer) drop(e *waiting) {
	e.dropped = true
	o.ready = append(o.ready, e)
}

// depart takes an event over that needs nothing more than its place among the others.
func (o *orderer) depart(e *waiting) {
	if !o.late.holds(e) {
		o.settle(e)
		return
	}
	o.late.push(e, o.settle)
}

// settle gives an event the clock it is heard by, one that never runs back.
func (o *orderer) settle(e *waiting) {
	ev := &e.ev
	t, ok := e.time()
	if !ok {
		if o.started && o.d.c.Time != "" {
			ev.At, ev.Timed = o.lastAt, true
			ev.Clock = o.clockOf(o.last, o.lastAt)
		}
		o.ready = append(o.ready, e)
		return
	}
	if !o.started {
		o.started, o.first = true, ev.At
		o.last = t
	}
	if e.late = e.late || t < o.last; e.late {
		switch {
		case o.d.c.Late == "skip":
			o.d.env.Tally.Add(sonify.Skipped, tooLate, ev.Line)
			o.drop(e)
			return
		case e.patient:
			o.d.env.Tally.Add(sonify.Repaired, "event that waited for a value, heard late", ev.Line)
		default:
			o.d.env.Tally.Add(sonify.Repaired, "event that came late, heard at once", ev.Line)
		}
		if slot, ok := e.kind.slots[o.d.late]; ok && slot < len(ev.Values) {
			ev.Values[slot] = sonify.Truth(true)
		}
		if t < o.last {
			ev.At, t = o.lastAt, o.last
		}
	}
	o.last, o.lastAt = t, ev.At
	ev.Clock, ev.Timed = o.clockOf(t, ev.At), true
	o.ready = append(o.ready, e)
}

// clockOf returns the clock of a time: what the data's own says, or since its first
// date.
func (o *orderer) clockOf(t int64, at time.Time) time.Duration {
	if at.IsZero() || o.first.IsZero() || t != at.UnixNano() {
		return time.Duration(t)
	}
	return at.Sub(o.first)
}

// drain emits what is ready.
func (o *orderer) drain(emit func(sonify.Event)) {
	for i := 0; i < len(o.ready); i++ {
		e := o.ready[i]
		o.ready[i] = nil
		e.flight.left--
		o.landed()
		if e.dropped {
			continue
		}
		if o.safe != o.told {
			e.ev.Place, o.told = o.safe, o.safe
		}
		emit(e.ev)
	}
	o.ready = o.ready[:0]
}

// flush emits what has waited long enough at now; everything if now is zero.
func (o *orderer) flush(now time.Time, emit func(sonify.Event)) time.Time {
	var next time.Time
	soon := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	soon(o.early.flush(now, o.d.c.Reorder, o.unload))
	for len(o.patient) > 0 {
		due := o.patient[0].came.Add(maxPatience)
		if !now.IsZero() && now.Before(due) {
			soon(due)
			break
		}
		o.d.env.Tally.Add(sonify.Absent, gapTooLong, o.patient[0].ev.Line)
		o.release(o.patient[0].series, nil)
	}
	soon(o.late.flush(now, 2*o.d.c.Reorder, o.settle))
	o.drain(emit)
	return next
}

// sorter puts events into the order of their time: each waits until one has come that
// is later by the length of the sorter. One without a time waits as the latest that
// came before it.
type sorter struct {
	length time.Duration // 0: none waits
	heap   byTime
	newest int64 // the latest time that came
	number uint64
}

func newSorter(length time.Duration) sorter { return sorter{length: length, newest: math.MinInt64} }

// holds reports whether e has to wait.
func (s *sorter) holds(e *waiting) bool {
	return s.length > 0 && (!e.timeless || len(s.heap) > 0)
}

// push takes an event over and gives out those that have waited long enough, in order.
func (s *sorter) push(e *waiting, out func(*waiting)) {
	t, ok := e.time()
	if !ok {
		t = s.newest
	}
	s.number++
	e.at, e.number = t, s.number
	heap.Push(&s.heap, e)
	s.newest = max(s.newest, t)
	for len(s.heap) > 0 && (len(s.heap) > maxWaiting || s.heap[0].at <= s.newest-int64(s.length)) {
		out(heap.Pop(&s.heap).(*waiting))
	}
}

// flush gives out what came so long before now by the world's clock, everything if now
// is zero, and returns when the next is due: zero if nothing waits.
func (s *sorter) flush(now time.Time, long time.Duration, out func(*waiting)) (next time.Time) {
	for len(s.heap) > 0 {
		due := s.heap[0].came.Add(long)
		if !now.IsZero() && now.Before(due) {
			return due
		}
		out(heap.Pop(&s.heap).(*waiting))
	}
	return time.Time{}
}

// byTime is a heap: the earliest event first, of two at one time the one that came
// first.
type byTime []*waiting

func (h byTime) Len() int { return len(h) }
func (h byTime) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
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
