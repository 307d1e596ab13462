package conductor

import (
	"time"

	"proscenium/sonify"
)

// pacer gives each event of one source the frame at which it arrives.
type pacer struct {
	pace    Pace
	tally   *sonify.Tally
	started bool
	clock   time.Duration // of the event before
	off     time.Duration // of the event before, since the first, long silences cut
	at      sonify.Frame  // where it arrived
	n       int64
}

// place returns the frame at which ev arrives. Frames never go back: a clock
// that does is held, and counted.
func (p *pacer) place(ev *sonify.Event) sonify.Frame {
	p.n++
	if !p.started {
		p.started = true
		p.clock, _ = clockOf(ev)
		p.at = p.pace.Delay
		return p.at
	}
	if p.pace.Clock == "step" {
		return p.pace.Delay + sonify.Frame(p.n-1)*p.pace.Step
	}
	c, ok := clockOf(ev)
	if !ok {
		p.count(sonify.Absent, "event without a time, taken at the time of the one before", ev)
		return p.at
	}
	d := c - p.clock
	if d < 0 {
		p.count(sonify.Repaired, "clock ran backwards, held", ev)
		d = 0
		// The clock goes on from where it jumped to: what follows keeps its
		// distances.
	}
	p.clock = c
	if g := p.pace.MaxGap; g > 0 && p.frames(d) > g {
		p.count(sonify.Repaired, "silence longer than max_gap, cut", ev)
		d = time.Duration(float64(g) * 1e9 / float64(sonify.SampleRate) * p.pace.Speed)
	}
	p.off += d
	// From the sum, not step by step: rounding must not pile up.
	p.at = p.pace.Delay + p.frames(p.off)
	return p.at
}

// frames returns how long d of the source's time lasts in the performance,
// rounded to the nearest frame.
func (p *pacer) frames(d time.Duration) sonify.Frame {
	return sonify.Frame(float64(d)*float64(sonify.SampleRate)/1e9/p.pace.Speed + 0.5)
}

func (p *pacer) count(f sonify.Fate, what string, ev *sonify.Event) {
	if p.tally != nil {
		p.tally.Add(f, what, ev.Line)
	}
}

// clockOf returns the event's own clock, or its calendar time as a clock.
func clockOf(ev *sonify.Event) (time.Duration, bool) {
	if ev.Timed {
		return ev.Clock, true
	}
	if !ev.At.IsZero() {
		return time.Duration(ev.At.UnixNano()), true
	}
	return 0, false
}
