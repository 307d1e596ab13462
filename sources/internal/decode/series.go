package decode

import (
	"container/list"
	"hash/maphash"
	"math"
	"slices"
	"time"

	"proscenium/sonify"
)

// one is what is known of one series: a sensor, a counter, a record that changes.
type one struct {
	key     string
	totals  map[int]float64      // the last total, by column
	held    map[int]sonify.Value // the last value that was there
	heldAt  int64                // when, for filling in between
	recent  map[int]*recent      // the last values, for finding outliers
	last    int64                // when its last event was
	lastRow []sonify.Value       // the values of its last event, by column
	timed   bool                 // last is a time
	content uint64               // of the record last taken
	known   bool                 // there was one
	wait    []*waiting           // events that wait for a value
}

// series are the series that are told apart, those heard of last.
type series struct {
	most  int
	byKey map[string]*list.Element
	order *list.List // of *one, the last heard of in front
}

func newSeries(most int) *series {
	return &series{most: most, byKey: map[string]*list.Element{}, order: list.New()}
}

// get returns a series, which may be forgotten only after most others were asked for.
func (s *series) get(key string) *one {
	if e, ok := s.byKey[key]; ok {
		s.order.MoveToFront(e)
		return e.Value.(*one)
	}
	if s.order.Len() >= s.most {
		// One for which events wait is not forgotten, unless all are such.
		e := s.order.Back()
		for k := e; k != nil; k = k.Prev() {
			if len(k.Value.(*one).wait) == 0 {
				e = k
				break
			}
		}
		delete(s.byKey, e.Value.(*one).key)
		s.order.Remove(e)
	}
	o := &one{key: key}
	s.byKey[key] = s.order.PushFront(o)
	return o
}

// maxSeen is how many keys a window remembers.
const maxSeen = 65_536

// window remembers what came within a length of time, by hashes: the ids of people's
// doings are not kept.
type window struct {
	keep  time.Duration
	hash  maphash.Hash
	at    map[uint64]time.Time
	queue []seen // oldest first
}

type seen struct {
	hash uint64
	at   time.Time
}

func newWindow(keep time.Duration) *window {
	return &window{keep: keep, at: map[uint64]time.Time{}}
}

// add reports whether a key of its kind is new in the window, and remembers it.
func (w *window) add(kind, key string, now time.Time) bool {
	drop := 0
	for drop < len(w.queue) && (now.Sub(w.queue[drop].at) > w.keep || len(w.queue)-drop >= maxSeen) {
		if s := w.queue[drop]; w.at[s.hash].Equal(s.at) {
			delete(w.at, s.hash)
		}
		drop++
	}
	if drop > 0 && (drop > len(w.queue)/2 || cap(w.queue) > 2*maxSeen) {
		w.queue = append(w.queue[:0:0], w.queue[drop:]...)
	} else {
		w.queue = w.queue[drop:]
	}
	w.hash.Reset()
	w.hash.WriteString(kind)
	w.hash.WriteByte(0)
	w.hash.WriteString(key)
	h := w.hash.Sum64()
	if _, ok := w.at[h]; ok {
		return false
	}
	w.at[h] = now
	w.queue = append(w.queue, seen{h, now})
	return true
}

// news reports whether a record is new, or has changed if that counts.
func (d *Decoder) news(s *one, at time.Time) bool {
	if d.key == "" && d.c.Key != "" {
		d.env.Tally.Add(sonify.Absent, "record without what key names", d.line)
		return false
	}
	h := uint64(14695981039346656037) // FNV-1a: the same as long as the values are
	mix := func(b byte) { h = (h ^ uint64(b)) * 1099511628211 }
	ids := slices.Clone(d.touched)
	slices.Sort(ids)
	for _, id := range ids {
		v := d.row[id]
		mix(byte(v.Type()))
		if v.Type() == sonify.Text {
			for _, b := range []byte(v.String()) {
				mix(b)
			}
			continue
		}
		f, _ := v.Float()
		for n, k := math.Float64bits(f), 0; k < 8; k++ {
			mix(byte(n >> (8 * k)))
		}
	}
	skip := d.c.First == "skip" || d.c.First == "auto" && d.cut.list
	had, was := s.known, s.content
	if d.c.Key == "" {
		// What was in the message before is known, and nothing else: a value that comes back
		// is news.
		had, was = d.before[h], h
		if d.now == nil {
			d.now = make(map[uint64]bool)
		}
		if len(d.now) < maxSeen {
			d.now[h] = true
		}
	} else {
		s.known, s.content = true, h
	}
	switch {
	case !had && !d.begun && skip:
		// What is there when it begins is known, but what happened while we were away.
		return !d.since.IsZero() && at.After(d.since)
	case !had:
		return true
	case d.c.Only == "new":
		return false
	}
	return was != h
}

// recent are the last values of a column, and how many in a row were too far off.
type recent struct {
	values []float64
	next   int
	off    int
}

const (
	recentValues = 31
	recentLeast  = 8 // so many are needed to judge, and so many outliers in a row are the new truth
)

// far reports whether x is further from the median of the last values than times their
// median deviation, and remembers it if not.
func (r *recent) far(x, times float64) bool {
	if len(r.values) >= recentLeast {
		sorted := slices.Clone(r.values)
		slices.Sort(sorted)
		median := sorted[len(sorted)/2]
		for i, v := range sorted {
			sorted[i] = math.Abs(v - median)
		}
		slices.Sort(sorted)
		if spread := sorted[len(sorted)/2]; spread > 0 && math.Abs(x-median) > times*spread {
			if r.off++; r.off < recentLeast {
				return true
			}
			r.values, r.next = r.values[:0], 0
		}
	}
	r.off = 0
	if len(r.values) < recentValues {
		r.values = append(r.values, x)
	} else {
		r.values[r.next] = x
		r.next = (r.next + 1) % recentValues
	}
	return false
}

// correct puts the values of a record right by what its series knows. It returns false
// if the event is to be left out.
func (d *Decoder) correct(s *one, e *waiting) bool {
	// By number: a mark that is put adds to what was touched.
	for n := 0; n < len(d.touched); n++ {
		id := d.touched[n]
		c := d.columns[id]
		if c.total {
			d.row[id] = d.difference(s, id, d.row[id])
		}
		if c.outlier == "" {
			continue
		}
		f, ok := d.row[id].Float()
		if !ok {
			continue
		}
		far := c.limits != nil && (f < c.limits[0] || f > c.limits[1])
		if !far && c.spike > 0 {
			if s.recent == nil {
				s.recent = map[int]*recent{}
			}
			if s.recent[id] == nil {
				s.recent[id] = &recent{}
			}
			far = s.recent[id].far(f, c.spike)
		}
		if c.outlier == "mark" {
			d.put(c.markFar, sonify.Truth(far))
		}
		if !far {
			continue
		}
		switch c.outlier {
		case "skip":
			d.env.Tally.Add(sonify.Skipped, "outlier of "+c.name, d.line)
			return false
		case "mark":
			d.env.Tally.Add(sonify.Repaired, "outlier of "+c.name+", marked", d.line)
			continue
		}
		d.env.Tally.Add(sonify.Repaired, "outlier of "+c.name+", taken as missing", d.line)
		d.row[id] = sonify.Value{}
		switch c.outlier {
		case "hold":
			d.row[id] = s.held[id]
		case "interpolate":
			e.gone = append(e.gone, id)
		}
	}
	for id, c := range d.columns {
		if c.missing == "" && c.outlier != "hold" && c.outlier != "interpolate" {
			continue
		}
		v := d.row[id]
		if c.missing == "mark" {
			d.put(c.markGone, sonify.Truth(v.IsMissing()))
		}
		if !v.IsMissing() {
			continue
		}
		switch c.missing {
		case "skip":
			d.env.Tally.Add(sonify.Skipped, "event in which "+c.name+" is missing", d.line)
			return false
		case "hold":
			if !s.held[id].IsMissing() {
				d.env.Tally.Add(sonify.Repaired, c.name+" was missing, held", d.line)
				d.put(id, s.held[id])
			}
		case "interpolate":
			if !slices.Contains(e.gone, id) {
				e.gone = append(e.gone, id)
			}
		default:
			d.env.Tally.Add(sonify.Absent, c.name, d.line)
		}
	}
	return true
}

// difference returns by how much a total has grown. One that is lower than before has
// begun again from zero.
func (d *Decoder) difference(s *one, id int, v sonify.Value) sonify.Value {
	f, ok := v.Float()
	if !ok {
		return sonify.Value{}
	}
	last, had := s.totals[id]
	if s.totals == nil {
		s.totals = map[int]float64{}
	}
	s.totals[id] = f
	switch {
	case !had:
		return sonify.Value{}
	case f < last:
		d.env.Tally.Add(sonify.Repaired, "total began again, counted from zero", d.line)
		return sonify.Num(f)
	}
	return sonify.Num(f - last)
}
