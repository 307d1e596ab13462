package speaker

import (
	"time"

	"proscenium/sonify/pcm"
)

// flow is what goes through one device.
type flow struct {
	open bool
	came int64 // frames that came for it
	left int64 // frames left out of them, less those played twice

	since time.Time // of the window
	low   int64     // the least that waited in it
	owes  int64     // frames still to be left out (+) or played twice (-)
	count int       // frames since the last one
}

// Bounds of what waits at the least, as frames: between them nothing is done.
const (
	lowest = 960  // 20 ms: the next hiccup would be heard
	excess = 4800 // 100 ms beyond the cushion
)

// see takes note of how much waits and decides about the clocks once in a window.
func (f *flow) see(now time.Time, waits, cushion int64, playing bool) {
	if !playing {
		return
	}
	if f.since.IsZero() {
		f.since, f.low = now, waits
		return
	}
	f.low = min(f.low, waits)
	if now.Sub(f.since) < window {
		return
	}
	switch {
	case f.low > cushion+excess:
		f.owes = min(f.low-cushion, 900)
	case f.low < lowest:
		f.owes = -min(2*lowest-f.low, 240)
	default:
		f.owes = 0
	}
	f.since, f.low = now, waits
}

// slip leaves a frame out of p or puts one in twice, if the clocks ask for it. p has
// room for one more.
func (f *flow) slip(p []pcm.Frame, status *Status) []pcm.Frame {
	f.count += len(p)
	if f.owes == 0 || f.count < slipEvery || len(p) < 2 {
		return p
	}
	f.count = 0
	status.Slipped++
	if f.owes > 0 {
		f.owes--
		f.left++
		p[len(p)-2] = mean(p[len(p)-2], p[len(p)-1])
		return p[:len(p)-1]
	}
	f.owes++
	f.left--
	last := p[len(p)-1]
	p[len(p)-1] = mean(p[len(p)-2], last)
	return append(p, last)
}

func mean(a, b pcm.Frame) pcm.Frame {
	return pcm.Frame{(a[0] + b[0]) >> 1, (a[1] + b[1]) >> 1}
}
