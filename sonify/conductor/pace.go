package conductor

import (
	"math"
	"time"

	"proscenium/sonify"
)

// pacer gives each event of one source the frame at which it arrives.
type pacer struct {
	pace    Pace
	tally   *sonify.Tally
	started bool          // an event has come
	known   bool          // and one with a time
	begun   bool          // the clock was set to where the piece says that it begins
	clock   time.Duration // of the event before
	off     time.Duration // of the event before, since the first, long silences cut
	at      sonify.Frame  // where it arrived
	n       int64
	shift   sonify.Frame        // from the beginning of the performance to that of the source's time
	now     func() sonify.Frame // the frame at which what comes now arrives; nil if it is not live
}

// again makes the next event that of a source that begins anew.
func (p *pacer) again() { p.known = false }

// place returns the frame at which ev arrives. Frames never go back: a clock
// that does is held, and counted.
func (p *pacer) place(ev *sonify.Event) sonify.Frame {
	p.n++
	switch {
	case p.pace.Clock == "arrival" && p.now != nil:
		p.at = max(p.at, p.now())
		return p.at
	case p.pace.Clock == "step":
		p.at = p.shift + p.pace.Delay + sonify.Frame(p.n-1)*p.pace.Step
		return p.at
	}
	if !p.started {
		p.started = true
		p.at = p.shift + p.pace.Delay
	}
	c, ok := clockOf(ev)
	if p.pace.Dated {
		// Clocks of one source's own begin anywhere; the calendar is the same for all.
		c, ok = time.Duration(ev.At.UnixNano()), !ev.At.IsZero()
	}
	if !ok {
		what := "event without a time, taken at the time of the one before"
		if p.pace.Dated && ev.Timed {
			what = "event without a date, taken at the time of the one before: begin is a date, and this clock has none"
		}
		p.count(sonify.Absent, what, ev)
		return p.at
	}
	if !p.known {
		// It may have been away for long: its time goes on from now.
		if p.n > 1 && p.now != nil {
			if d := p.now() - p.at; d > 0 {
				p.shift += d
				p.at += d
			}
		}
		p.known, p.clock = true, c
		if !p.pace.Begins || p.begun {
			return p.at
		}
		p.begun, p.clock = true, p.pace.Begin
	}
	if p.pace.Begins && c < p.pace.Begin {
		p.count(sonify.Repaired, "event before the beginning of the music, taken at it", ev)
		c = max(p.clock, p.pace.Begin)
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
		p.count(sonify.Repaired, sonify.SilenceCut, ev)
		d = time.Duration(float64(g) * 1e9 / float64(sonify.SampleRate) * p.pace.Speed)
	}
	if p.off += d; p.off < 0 {
		p.off = math.MaxInt64 // 292 years
	}
	// From the sum, not step by step: rounding must not pile up.
	p.at = p.shift + p.pace.Delay + min(p.frames(p.off), lastFrame)
	return p.at
}

// lastFrame is as far as a performance goes, about a hundred years: further on
// positions would not fit their integers.
const lastFrame sonify.Frame = 1 << 47

// frames returns how long d of the source's time lasts in the performance,
// rounded to the nearest frame.
func (p *pacer) frames(d time.Duration) sonify.Frame {
	f := float64(d) * float64(sonify.SampleRate) / 1e9 / p.pace.Speed
	return sonify.Frame(min(f, 1<<60) + 0.5)
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
