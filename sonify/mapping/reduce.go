package mapping

import (
	"math"
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// Reducers are the ways to make one number of many events, in the order in
// which they are taught.
var reducers = []string{"last", "count", "rate", "sum", "mean", "min", "max", "median", "ema", "stddev", "distinct", "entropy", "ordinal", "share", "trend"}

// windowLimit bounds how many observations a window remembers. A window of time
// that meets more forgets its oldest first, and says so in its count of lost
// ones; what is only counted or added up is put together instead, once half of
// that is there, so that a flood is counted in full.
const windowLimit = 4096

// categoryLength is how many bytes of a word tell it from others.
const categoryLength = 256

// window is how far back a signal looks: so many events, so many frames, or
// (both zero) to the beginning.
type window struct {
	events int
	frames sonify.Frame
}

// observation is one value in a window, or several that were added up.
type observation struct {
	at   sonify.Frame // of the first of them
	num  float64
	cat  int32 // index in categories, for distinct, entropy, ordinal and share
	many int32 // how many there are
}

// reducer folds the observations of one signal into its value. Everything it
// does is + - * / and square roots, in the order of the events.
type reducer struct {
	how string
	win window
	// perSecond is how many seconds of data one frame stands for: a replay at
	// speed 30 counts rates by the data's seconds, not the listener's.
	perFrame float64

	ring []observation // oldest first from head
	head int
	n    int
	held int // how many values the observations of the window stand for

	// Without a window, running figures are enough.
	count    float64
	mean, m2 float64
	sum      float64
	low, top float64
	first    sonify.Frame
	ema      float64
	before   float64 // over a window of time: the ema before the newest frame,
	gap      float64 // how many frames that is after the one before,
	same     float64 // how many values came at it,
	mid      float64 // and their mean
	last     float64

	cats   map[string]int32
	counts []int64 // by category
	free   []int32 // categories that no observation in the window has any more
	newest int32   // the category of the last observation
	names  []string
	sorted []float64 // scratch for median

	lost uint64
}

func newReducer(how string, w window, secondsPerFrame float64) *reducer {
	if (how == "median" || how == "trend") && w == (window{}) {
		w.events = 64 // neither has a running form; the newest 64 tell the same
	}
	return &reducer{how: how, win: w, perFrame: secondsPerFrame}
}

// ofWords reports whether it minds what is said and not how much.
func (r *reducer) ofWords() bool {
	switch r.how {
	case "distinct", "entropy", "ordinal", "share":
		return true
	}
	return false
}

func (r *reducer) windowed() bool { return r.win.events > 0 || r.win.frames > 0 }

// at returns the i-th observation of the window, 0 the oldest.
func (r *reducer) at(i int) *observation { return &r.ring[(r.head+i)%len(r.ring)] }

func (r *reducer) push(o observation) {
	if r.win.events > 0 && r.n == r.win.events {
		r.pop()
	}
	if r.n >= windowLimit/2 && r.adds() && r.win.frames > 0 {
		// What comes within so small a part of the window leaves it together.
		if last := r.at(r.n - 1); o.at-last.at <= r.win.frames/(windowLimit/2) {
			switch r.how {
			case "min":
				last.num = min(last.num, o.num)
			case "max":
				last.num = max(last.num, o.num)
			default:
				last.num += o.num
			}
			last.many += o.many
			r.held += int(o.many)
			return
		}
	}
	if r.n == windowLimit {
		r.pop()
		r.lost++
	}
	if r.n == len(r.ring) {
		grown := make([]observation, min(windowLimit, max(16, 2*len(r.ring))))
		for i := range r.n {
			grown[i] = *r.at(i)
		}
		r.ring, r.head = grown, 0
	}
	r.ring[(r.head+r.n)%len(r.ring)] = o
	r.n++
	r.held += int(o.many)
}

// adds reports whether it only counts its values, adds them up or looks for the
// greatest: one observation may then stand for several.
func (r *reducer) adds() bool {
	switch r.how {
	case "count", "rate", "sum", "mean", "min", "max":
		return true
	}
	return false
}

func (r *reducer) pop() {
	o := r.at(0)
	if r.cats != nil {
		if r.counts[o.cat]--; r.counts[o.cat] == 0 {
			delete(r.cats, r.names[o.cat])
			r.free = append(r.free, o.cat)
		}
	}
	r.head = (r.head + 1) % len(r.ring)
	r.n--
	r.held -= int(o.many)
}

// category returns the index of a word among those in the window.
func (r *reducer) category(v sonify.Value) int32 {
	if r.cats == nil {
		r.cats = make(map[string]int32)
	}
	s := v.String()
	s = s[:min(len(s), categoryLength)]
	if c, ok := r.cats[s]; ok {
		r.counts[c]++
		return c
	}
	s = strings.Clone(s) // not to keep the line it came from
	var c int32
	switch {
	case len(r.free) > 0:
		c = r.free[len(r.free)-1]
		r.free = r.free[:len(r.free)-1]
		r.names[c] = s
	case len(r.counts) >= windowLimit:
		r.lost++
		c = int32(len(r.counts) - 1) // the last stands for all others
		r.counts[c]++
		return c
	default:
		c = int32(len(r.counts))
		r.counts = append(r.counts, 0)
		r.names = append(r.names, s)
	}
	r.cats[s] = c
	r.counts[c]++
	return c
}

// add takes one event's value at its frame. A missing value is no observation;
// only count and rate do without a value.
func (r *reducer) add(at sonify.Frame, v sonify.Value) {
	var f float64
	switch r.how {
	case "count", "rate":
		if v.IsMissing() {
			return
		}
		if b, _ := v.Bool(); v.Type() == sonify.Bool && !b {
			return // value = "ace" counts the aces
		}
		f = 1
	case "distinct", "entropy", "ordinal", "share": // ofWords
		if v.IsMissing() {
			return
		}
		c := r.category(v)
		r.newest = c
		if r.windowed() {
			r.push(observation{at: at, cat: c, many: 1})
		}
		r.count++
		return
	default:
		var ok bool
		if f, ok = v.Float(); !ok {
			return
		}
		f = bounded(f)
	}
	if r.count == 0 {
		r.first, r.low, r.top, r.ema = at, f, f, f
		r.before, r.same, r.mid = f, 1, f
	} else if r.how == "ema" {
		// The weight of the new value: 2/(n+1) of a window of n events, or
		// dt/(dt+w) of a window of time, which a discrete filter of time constant
		// w has, without an exponential.
		var w float64
		switch {
		case r.win.events > 0:
			w = 2 / (float64(r.win.events) + 1)
		case r.win.frames > 0:
			// What comes at one frame counts once, with its mean: no time passed
			// between, and the last of them may not stand for all.
			if at == r.ring[0].at {
				r.same++
			} else {
				r.before, r.gap, r.same, r.mid = r.ema, float64(at-r.ring[0].at), 1, 0
			}
			r.mid += (f - r.mid) / r.same
			w = r.gap / (r.gap + float64(r.win.frames))
			if r.gap == 0 {
				w = 1 // the very first frame
			}
			r.ema, f = r.before, r.mid
		default:
			w = 0.2
		}
		r.ema += float64(w * (f - r.ema))
	}
	r.count++
	r.last = f
	r.sum += f
	d := f - r.mean
	r.mean += d / r.count
	r.m2 += float64(d * (f - r.mean))
	r.low, r.top = min(r.low, f), max(r.top, f)
	switch {
	case r.how == "ema":
		if len(r.ring) == 0 {
			r.ring = make([]observation, 1)
		}
		r.ring[0].at = at // the time of the last value; not a window
	case r.how == "last":
	case r.windowed():
		r.push(observation{at: at, num: f, many: 1})
	}
}

// expire forgets what a window of time no longer holds at now. It reports
// whether the value may have changed by it.
func (r *reducer) expire(now sonify.Frame) bool {
	if r.win.frames == 0 || r.how == "ema" || r.how == "last" {
		return r.how == "rate" && r.count > 0
	}
	changed := r.how == "rate" && r.n > 0
	for r.n > 0 && r.at(0).at <= now-r.win.frames {
		r.pop()
		changed = true
	}
	return changed
}

// value returns the signal's value at now; ok is false as long as there is
// nothing to tell.
func (r *reducer) value(now sonify.Frame) (float64, bool) {
	if r.how == "count" || r.how == "sum" || r.how == "distinct" || r.how == "rate" {
		// These are 0 before the first event: nothing was counted.
		if r.count == 0 {
			return 0, r.how != "sum"
		}
	} else if r.count == 0 {
		return 0, false
	}
	if !r.windowed() || r.how == "ema" || r.how == "last" {
		switch r.how {
		case "last":
			return r.last, true
		case "ema":
			return r.ema, true
		case "count":
			return r.count, true
		case "rate":
			sec := float64(now-r.first) * r.perFrame
			if sec < 1 {
				sec = 1 // one event in no time is no infinite rate
			}
			return r.count / sec, true
		case "sum":
			return r.sum, true
		case "mean":
			return r.mean, true
		case "min":
			return r.low, true
		case "max":
			return r.top, true
		case "stddev":
			return exact.Sqrt(max(0, r.m2/r.count)), true
		case "distinct":
			return float64(len(r.cats)), true
		case "entropy":
			return r.entropyBits(r.count), true
		case "ordinal":
			return float64(r.newest) + 1, true
		case "share":
			return float64(r.counts[r.newest]) / r.count, true
		}
		// median and trend without a window keep the newest events.
	}
	if r.n == 0 {
		switch r.how {
		case "count", "rate", "sum", "distinct", "entropy":
			return 0, true
		}
		return 0, false
	}
	n := float64(r.held)
	switch r.how {
	case "count":
		return n, true
	case "rate":
		frames := r.win.frames
		if frames == 0 {
			frames = max(1, now-r.at(0).at)
		}
		sec := float64(frames) * r.perFrame
		if r.win.frames == 0 && sec < 1 {
			sec = 1
		}
		return n / sec, true
	case "sum", "mean":
		s := 0.0
		for i := range r.n {
			s += r.at(i).num
		}
		if r.how == "mean" {
			s /= n
		}
		return s, true
	case "min", "max":
		m := r.at(0).num
		for i := 1; i < r.n; i++ {
			if r.how == "min" {
				m = min(m, r.at(i).num)
			} else {
				m = max(m, r.at(i).num)
			}
		}
		return m, true
	case "stddev":
		mean := 0.0
		for i := range r.n {
			mean += r.at(i).num
		}
		mean /= n
		v := 0.0
		for i := range r.n {
			d := r.at(i).num - mean
			v += float64(d * d)
		}
		return exact.Sqrt(v / n), true
	case "median":
		r.sorted = r.sorted[:0]
		for i := range r.n {
			r.sorted = append(r.sorted, r.at(i).num)
		}
		slices.Sort(r.sorted)
		m := r.sorted[r.n/2]
		if r.n%2 == 0 {
			m = (m + r.sorted[r.n/2-1]) / 2
		}
		return m, true
	case "distinct":
		return float64(len(r.cats)), true
	case "entropy":
		return r.entropyBits(n), true
	case "ordinal":
		// Numbers of categories that the window has forgotten are given again.
		return float64(r.newest) + 1, true
	case "share":
		return float64(r.counts[r.newest]) / n, true
	case "trend":
		return r.trend(), true
	}
	return 0, false
}

// entropyBits is the entropy of the categories in the window, in bits.
func (r *reducer) entropyBits(total float64) float64 {
	h := 0.0
	for _, c := range r.counts { // in the order of first appearance, not of a map
		if c > 0 {
			p := float64(c) / total
			h -= float64(p * exact.Log2(p))
		}
	}
	return max(0, h)
}

// trend is the slope of the straight line of least squares through the window,
// per second of data; with fewer than two moments it is 0.
func (r *reducer) trend() float64 {
	n := float64(r.n)
	t0 := r.at(0).at
	mt, mv := 0.0, 0.0
	for i := range r.n {
		mt += float64(r.at(i).at - t0)
		mv += r.at(i).num
	}
	mt, mv = mt/n, mv/n
	sxy, sxx := 0.0, 0.0
	for i := range r.n {
		dt := float64(r.at(i).at-t0) - mt
		sxy += float64(dt * (r.at(i).num - mv))
		sxx += float64(dt * dt)
	}
	if sxx == 0 || r.perFrame == 0 {
		return 0
	}
	s := sxy / sxx / r.perFrame
	if math.IsNaN(s) || math.IsInf(s, 0) {
		return 0
	}
	return s
}
