package web_test

import (
	"cmp"
	"slices"
	"testing"

	"proscenium/sonify/chip"
)

// breach is a stretch of the output that is not the station's.
type breach struct {
	at     int64 // frame of the output
	frames int
	loud   int // how many of them are not silence
}

// verdict is what came of holding what was heard against what was rendered.
type verdict struct {
	exact    int // frames that are the station's
	breaches []breach
	bases    []base // in order
}

// base says that from frame at of the output on, what is heard is the station's
// frame at + less.
type base struct{ at, less int64 }

// same is how many frames have to be the station's for a place to be known again.
const same = 480

// held holds what left a player against the render, frame by frame. Where they
// part, it looks where they meet again: near one of the places that the player
// itself named.
func held(k *take, want []chip.Frame, named []report) verdict {
	var v verdict
	less, known := int64(0), false
	at := func(i int, less int64) (chip.Frame, bool) {
		j := k.at + int64(i) + less
		if j < 0 || j >= int64(len(want)) {
			return chip.Frame{}, false
		}
		return want[j], true
	}
	// meets says whether same frames from i on are the station's, and are sound.
	meets := func(i int, less int64) bool {
		loud := false
		for n := range same {
			if i+n >= len(k.frames) {
				return false
			}
			w, ok := at(i+n, less)
			if !ok || w != k.frames[i+n] {
				return false
			}
			loud = loud || w != chip.Frame{}
		}
		return loud
	}
	find := func(i int) (int64, bool) {
		if known && meets(i, less) {
			return less, true
		}
		if k.frames[i] == (chip.Frame{}) {
			return 0, false // where silence ends shows where it is
		}
		seen := map[int64]bool{}
		for _, r := range named {
			near := r.Pos - r.At
			if seen[near] {
				continue
			}
			seen[near] = true
			for d := int64(-512); d <= 512; d++ {
				if meets(i, near+d) {
					return near + d, true
				}
			}
		}
		return 0, false
	}
	for i := 0; i < len(k.frames); {
		if known {
			if w, ok := at(i, less); ok && w == k.frames[i] {
				v.exact++
				i++
				continue
			} else if !ok {
				break // the station was stopped before this was heard
			}
		}
		b := breach{at: k.at + int64(i)}
		for i < len(k.frames) {
			if l, ok := find(i); ok {
				if !known || l != less {
					v.bases = append(v.bases, base{k.at + int64(i), l})
				}
				less, known = l, true
				break
			}
			b.frames++
			if k.frames[i] != (chip.Frame{}) {
				b.loud++
			}
			i++
		}
		v.breaches = append(v.breaches, b)
	}
	return v
}

// report is what a page's player says of itself.
type report struct {
	At    int64   `json:"at"`
	Pos   int64   `json:"pos"`
	Dry   int     `json:"dry"`
	Jumps int     `json:"jumps"`
	Delay float64 `json:"delay"`
}

// recording is what a browser heard up to a moment.
type recording struct {
	who     string
	take    take
	reports []report
	times   [][2]float64 // frame of the output, and when it is heard, in ms since 1970
	slipped []float64    // see slips
}

// recorded takes down what a browser heard so far.
func (a *onAir) recorded(t *testing.T, b tab) *recording {
	t.Helper()
	run[any](t, b, `ear.sent()`)
	r := &recording{who: b.name(), reports: run[[]report](t, b, `ear.reports`), times: run[[][2]float64](t, b, `ear.times`)}
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.heard[b.name()]
	if k == nil || len(r.reports) == 0 || len(r.times) == 0 {
		t.Fatalf("%s: nothing was heard", b.name())
	}
	r.take = take{at: k.at, frames: slices.Clone(k.frames), missing: k.missing}
	return r
}

// How many frames of a place where the sound begins or ends may be other than the
// station's, because they are faded: the player fades in over 240, and out over as
// many, but no more than it makes at once. Some of the fade may round to what it was.
const (
	fadedExact  = 240 + 128
	fadedBlocks = 240 + 240
)

// judge fails the test if what a browser heard is not what was rendered, but for
// the places where the player says that it had nothing to play or was put right, each
// with so many frames that are faded.
func (r *recording) judge(t *testing.T, want []chip.Frame, faded int) *verdict {
	t.Helper()
	v := held(&r.take, want, r.reports)
	last := r.reports[len(r.reports)-1]
	t.Logf("%s: %d of %d frames are the render's, sample for sample; %d places are not; the player counts %d dry, %d jumps, and plays %.0f ms late",
		r.who, v.exact, len(r.take.frames), len(v.breaches), last.Dry, last.Jumps, last.Delay)
	if r.take.missing > 0 {
		t.Errorf("%s: %d frames of the output did not reach the test", r.who, r.take.missing)
	}
	for i, b := range v.breaches {
		t.Logf("%s: not the station's from frame %d of the output on: %d frames, %d of them sound", r.who, b.at, b.frames, b.loud)
		if b.loud > faded {
			t.Errorf("%s: from frame %d of the output on %d frames of sound are not the station's", r.who, b.at, b.loud)
		}
		if i == 20 {
			break
		}
	}
	// The first is that before the first sound.
	if n := len(v.breaches) - 1; n > last.Dry+last.Jumps {
		t.Errorf("%s: %d places are not the station's, but the player knows of %d", r.who, n, last.Dry+last.Jumps)
	}
	return &v
}

// heardAt tells when frame f of the station is heard, in milliseconds since 1970.
func (r *recording) heardAt(v *verdict, f int64) (float64, bool) {
	for i := len(v.bases) - 1; i >= 0; i-- {
		out := f - v.bases[i].less
		if out < v.bases[i].at || i+1 < len(v.bases) && out >= v.bases[i+1].at {
			continue
		}
		n, _ := slices.BinarySearchFunc(r.times, float64(out), func(t [2]float64, out float64) int { return cmp.Compare(t[0], out) })
		if n == 0 || n == len(r.times) {
			return 0, false
		}
		// What an output says of itself goes up and down by some milliseconds, Firefox's
		// by what it makes at once; what is heard does not. It is the middle of a second.
		var zero []float64
		for _, t := range r.times[max(0, n-5):min(len(r.times), n+6)] {
			zero = append(zero, t[1]-t[0]/48)
		}
		slices.Sort(zero)
		return zero[len(zero)/2] + float64(out)/48, true
	}
	return 0, false
}

// slips are the times, in milliseconds since 1970, at which the output stood still or
// ran ahead, by more than 8 ms: sound cards that are none do on a busy machine. What it
// says of itself goes up and down by less.
func (r *recording) slips() []float64 {
	if r.slipped != nil {
		return r.slipped
	}
	out := []float64{}
	var near []float64 // when frame 0 would have been heard, by the last readings
	for _, t := range r.times {
		zero := t[1] - t[0]/48
		if len(near) >= 5 {
			sorted := slices.Sorted(slices.Values(near))
			if d := zero - sorted[len(sorted)/2]; d > 8 || d < -8 {
				out = append(out, t[1])
			}
		}
		near = append(near, zero)
		if len(near) > 11 {
			near = near[1:]
		}
	}
	r.slipped = out
	return out
}

// settled says whether the output ran evenly for so long before a time, in milliseconds
// since 1970, that the player has put right what there was to be put right: it looks at
// its clock for four seconds and waits for a soft moment for seven.
func (r *recording) settled(at float64) bool {
	for _, s := range r.slips() {
		if s > at-11000 && s < at+1000 {
			return false
		}
	}
	return true
}

// delay is how late, in milliseconds, the player says that it plays at a time.
func (r *recording) delay(at float64) float64 {
	n, _ := slices.BinarySearchFunc(r.times, at, func(t [2]float64, at float64) int { return cmp.Compare(t[1], at) })
	if n == len(r.times) {
		n--
	}
	i, _ := slices.BinarySearchFunc(r.reports, r.times[n][0], func(p report, frame float64) int { return cmp.Compare(float64(p.At), frame) })
	return r.reports[min(i, len(r.reports)-1)].Delay
}
