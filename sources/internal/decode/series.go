package decode

import (
	"container/list"
	"hash/maphash"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
)

// one is what is known of one series: a sensor, a counter, a record that changes. It is
// as of the events that have left before, in the order of their time; late ones do not
// change it.
type one struct {
	key    string
	newest int64 // the time of its last record
	timed  bool  // newest is one

	totals map[int]float64 // the last total, by column
	held   map[int]held    // the last value that was there
	recent map[int]*recent // the last values, for finding outliers
	wait   []*waiting      // events that wait for a value

	last  int64  // when its last event was, for finding gaps
	heard bool   // last is a time
	kind  string // of the last event that was no edit
	cells []cell // its record

	content, stray uint64 // of the record last taken, and of the last late one
	known, strayed bool   // there was one
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

// unchanged is counted of records that tell nothing new.
const unchanged = "record that is not new (only)"

// compare reports whether a record may be news, and notes what it takes to tell. Without
// a key that is told here: by what was in the message before, and that has nothing to
// do with time. What is missing is the same whether it is null or not there at all.
func (d *Decoder) compare(e *waiting) bool {
	if d.key == "" && d.c.Key != "" {
		d.env.Tally.Add(sonify.Absent, "record without what key names", d.line)
		return false
	}
	h := uint64(14695981039346656037) // FNV-1a: the same as long as the values are
	mix := func(n uint64) {
		for k := 0; k < 8; k++ {
			h = (h ^ n>>(8*k)&0xff) * 1099511628211
		}
	}
	ids := slices.Clone(d.touched)
	slices.Sort(ids)
	for _, id := range ids {
		v := d.row[id]
		if v.IsMissing() {
			continue
		}
		mix(uint64(id)<<8 | uint64(v.Type()))
		if v.Type() == sonify.Text {
			text := v.String()
			mix(uint64(len(text)))
			for _, b := range []byte(text) {
				h = (h ^ uint64(b)) * 1099511628211
			}
			continue
		}
		f, _ := v.Float()
		mix(math.Float64bits(f))
	}
	e.content = h
	e.there = !d.begun && (d.c.First == "skip" || d.c.First == "auto" && d.cut.list)
	if d.c.Key != "" {
		return true
	}
	if d.now == nil {
		d.now = make(map[uint64]bool)
	}
	if len(d.now) < maxSeen {
		d.now[h] = true
	}
	if d.before[h] { // a value that comes back is news
		d.env.Tally.Add(sonify.Unwanted, unchanged, d.line)
		return false
	}
	return d.fresh(e)
}

// fresh reports whether a record of which nothing is known is news. What is there when
// it begins is known, but what happened while we were away.
func (d *Decoder) fresh(e *waiting) bool {
	if !e.there {
		return true
	}
	if !d.since.IsZero() && !e.timeless && e.ev.At.After(d.since) {
		return true
	}
	d.env.Tally.Add(sonify.Unwanted, "record that was there when it began (first)", d.line)
	return false
}

// news reports whether a record of a series is new, or has changed if that counts. One
// that stands apart is compared with the last such, too, or it would be news each time
// that the same is asked for; and what is known stays the last of the series.
func (d *Decoder) news(s *one, e *waiting, apart bool) bool {
	had, was := s.known, s.content
	if apart {
		again := s.strayed && (s.stray == e.content || d.c.Only == "new")
		s.strayed, s.stray = true, e.content
		if again {
			d.env.Tally.Add(sonify.Unwanted, unchanged, d.line)
			return false
		}
	} else {
		s.known, s.content = true, e.content
	}
	switch {
	case !had:
		return d.fresh(e)
	case d.c.Only == "new", was == e.content:
		d.env.Tally.Add(sonify.Unwanted, unchanged, d.line)
		return false
	}
	return true
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
// usual distance from it.
func (r *recent) far(x, times float64) bool {
	if len(r.values) < recentLeast {
		return false
	}
	sorted := slices.Clone(r.values)
	slices.Sort(sorted)
	median := sorted[len(sorted)/2]
	for i, v := range sorted {
		sorted[i] = math.Abs(v - median)
	}
	slices.Sort(sorted)
	spread := sorted[len(sorted)/2]
	if spread == 0 {
		spread = r.least(sorted, median)
	}
	return math.Abs(x-median) > times*spread
}

// least returns what stands for the usual distance from the median where most values
// are alike, and the median distance is 0: how far those are from it that differ (the
// median of them), but a hundredth of the median and the last place in which a value
// was written at least, so that the first step of a thermometer is no spike. distances
// are sorted.
func (r *recent) least(distances []float64, median float64) float64 {
	least := math.Abs(median) / 100
	place := 0
	for _, v := range r.values {
		place = min(place, lastPlace(v))
	}
	least = max(least, math.Pow10(place))
	if i := sort.Search(len(distances), func(i int) bool { return distances[i] > 0 }); i < len(distances) {
		least = max(least, distances[i+(len(distances)-i)/2])
	}
	return least
}

// lastPlace returns the place of the last digit that it takes to write x: -2 for 0.25;
// 0 for whole numbers.
func lastPlace(x float64) int {
	if x == math.Trunc(x) {
		return 0
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], x, 'e', -1, 64)
	digits, exponent, _ := strings.Cut(string(text), "e")
	_, fraction, _ := strings.Cut(digits, ".")
	e, _ := strconv.Atoi(exponent)
	return e - len(fraction)
}

// learn takes x among the last values, unless it is far; of so many far ones in a row
// the last is the new truth, and it returns true.
func (r *recent) learn(x float64, far bool) (truth bool) {
	if far {
		if r.off++; r.off < recentLeast {
			return false
		}
		r.values, r.next = r.values[:0], 0
	}
	r.off = 0
	if len(r.values) < recentValues {
		r.values = append(r.values, x)
	} else {
		r.values[r.next] = x
		r.next = (r.next + 1) % recentValues
	}
	return far
}

// correct puts the values of a record right by what its series knows. It returns false
// if the event is to be left out. Of one that stands apart nothing is learned, and
// nothing is told that would depend on its place in the series; again says that it has
// the same time as the one before it.
func (d *Decoder) correct(s *one, e *waiting, apart, again bool) bool {
	// By number: a mark that is put adds to what was touched.
	for n := 0; n < len(d.touched); n++ {
		id := d.touched[n]
		c := d.columns[id]
		if c.total {
			d.row[id] = d.difference(s, id, d.row[id], apart, again)
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
			r := s.recent[id]
			if r == nil {
				r = &recent{}
				s.recent[id] = r
			}
			far = r.far(f, c.spike)
			if !apart && r.learn(f, far) {
				far = false
			}
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
		switch {
		case apart:
		case c.outlier == "hold":
			d.row[id] = s.held[id].v
		case c.outlier == "interpolate":
			e.gone = append(e.gone, hole{id, s.held[id]})
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
		switch {
		case c.missing == "skip":
			d.env.Tally.Add(sonify.Skipped, "event in which "+c.name+" is missing", d.line)
			return false
		case c.missing == "hold" && !apart:
			if last := s.held[id].v; !last.IsMissing() {
				d.env.Tally.Add(sonify.Repaired, c.name+" was missing, held", d.line)
				d.put(id, last)
			}
		case c.missing == "interpolate" && !apart:
			if !e.lacks(id) {
				e.gone = append(e.gone, hole{id, s.held[id]})
			}
		default:
			d.env.Tally.Add(sonify.Absent, c.name, d.line)
		}
	}
	return true
}

// difference returns by how much a total has grown. One that is lower than before has
// begun again from zero. Of a late one nothing can be told: what it grew by is in the
// difference of the one after it, which has been told. So it is with one that is lower
// than another of the same time: nobody knows whether it came late.
func (d *Decoder) difference(s *one, id int, v sonify.Value, apart, again bool) sonify.Value {
	f, ok := v.Float()
	if !ok {
		return sonify.Value{}
	}
	last, had := s.totals[id]
	if apart || again && had && f < last {
		d.env.Tally.Add(sonify.Absent, "total of "+d.columns[id].name+" that came late", d.line)
		return sonify.Value{}
	}
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
