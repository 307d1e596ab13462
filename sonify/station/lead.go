package station

import (
	"sync/atomic"
	"time"

	"proscenium/sonify"
)

// lead is how long before its time the music is decided. It moves slowly to where it
// is wanted. The station's goroutine moves it; sources read it.
type lead struct {
	ahead atomic.Int64 // in nanoseconds
	reach atomic.Int64 // of a stretch, in frames
}

// slack is how much later than it must an event arrives, so that neither rounding
// nor a tempo that falls makes it late.
const slack sonify.Frame = sonify.SampleRate / 1000

// leastReach is how far what arrives from a source is from what is being decided, at
// least, where stretches are sixteenths: one at 100 quarter notes a minute. So the
// distances are kept between events that come between two moments of decision.
const leastReach sonify.Frame = 150 * sonify.SampleRate / 1000

// longStretch is above what a stretch of a piece with a live source lasts.
const longStretch sonify.Frame = 30 * sonify.SampleRate / 1000

func (l *lead) begin(d time.Duration) {
	l.ahead.Store(int64(d))
	l.reach.Store(int64(leastReach))
}

// now returns how long before its time a stretch is decided now.
func (l *lead) now() time.Duration { return time.Duration(l.ahead.Load()) }

// arrival returns how many frames after now an event that comes now is taken to
// arrive: in the first stretch that is surely not decided yet.
func (l *lead) arrival() sonify.Frame {
	return sonify.Frames(l.now()) + sonify.Frame(l.reach.Load())
}

// move is called when a stretch of so many frames is about to be decided. The lead
// goes a sixteenth of it towards d.
func (l *lead) move(d time.Duration, stretch sonify.Frame) {
	reach := stretch + stretch/16 + slack
	if stretch > longStretch {
		reach = max(reach, leastReach)
	}
	l.reach.Store(int64(reach))
	step, is := (stretch / 16).Duration(), l.now()
	switch {
	case is < d:
		is = min(is+step, d)
	case is > d:
		is = max(is-step, d)
	}
	l.ahead.Store(int64(is))
}

// wanted returns how long before its time the piece that is on is to be decided.
func (s *Station) wanted() time.Duration {
	d := s.opts.AheadKnown
	for i := range s.stage.piece.Sources {
		if s.stage.piece.Sources[i].Live {
			d = s.opts.Ahead
		}
	}
	if s.opts.AheadLeast != nil {
		d = max(d, s.opts.AheadLeast())
	}
	return d
}
