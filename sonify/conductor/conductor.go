// Package conductor holds the one loop that makes a performance: it takes
// events from the sources in the order of their arrival, asks the piece what
// they and the moment sound like, and hands the result to the outputs, ahead
// of its time when there is a clock and as fast as it can when there is none.
package conductor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"proscenium/sonify"
)

// A Performer is a piece being played; mapping.Performance is one. See its
// methods for what they promise.
type Performer interface {
	Now() (sonify.Tick, sonify.Frame)
	Hear(ev *sonify.Event, at sonify.Frame)
	Open() (end sonify.Frame)
	Close() *sonify.Passage
	Clear()
	End()
	Over() bool
	Source(name, state string)
	Summary() *sonify.Summary
}

// A Feed gives the events of all sources in the order of their arrival.
// [Sources] makes one of sources.
type Feed interface {
	// Next returns the next event that arrives before or at frame limit, with
	// its arrival. ok is false if no more arrive until then; ended is true if
	// none will ever come. It blocks until it knows.
	Next(ctx context.Context, limit sonify.Frame) (n Arrival, ok, ended bool, err error)
}

// Arrival is an event and the frame of the performance at which it arrived, or
// news about a source.
type Arrival struct {
	Event sonify.Event
	At    sonify.Frame
	// State is "ended" or "failed" if this is news about the source named in
	// Event.Source and no event.
	State string
	Err   error
}

// A Clock is where a live performance gets the time.
type Clock interface {
	Now() time.Time
	// Wait returns once Now is no longer before t, or with the cause of ctx.
	Wait(ctx context.Context, t time.Time) error
}

// Options say how to conduct.
type Options struct {
	// Clock makes the performance live, beginning now; nil renders it as fast as it
	// goes.
	Clock Clock
	// Timeline, together with Clock, says when each frame sounds.
	Timeline *Timeline
	// Ahead is how long before its time a passage is decided and handed to the
	// outputs when there is a clock. Half of it is spent, at most, on waiting for
	// sources that do not know yet what comes next. Default 200 ms.
	Ahead time.Duration
	// AheadNow, if it is set, says what Ahead is, before each stretch. It may move
	// while the performance goes on; it is moved by a part of a stretch at a time, so
	// that nothing stands still or comes in a burst.
	AheadNow func() time.Duration
	// Late is told, from the conductor's goroutine, that the performance fell so far
	// behind its time that it was not caught up: everything sounds later by that
	// much.
	Late func(by time.Duration)
	// Boundary is called before each stretch, from the conductor's goroutine, when
	// it is time to decide what it holds. The performer may stand for another one
	// afterwards, at the same tick.
	Boundary func() error
	// Until ends the performance when it has lasted so long; 0: when the sources
	// end.
	Until sonify.Frame
	// Progress is called now and then, from the conductor's goroutine, with how
	// far the performance has come.
	Progress func(at sonify.Frame, heard uint64)
	// Report is told when a source ends or fails.
	Report func(source, state string, err error)
}

// stretchRoom is how many events are heard in one stretch of the piece. When
// more arrive at once (a file whose rows all have one time stamp), the rest
// waits in its source and is heard with the next stretch, so that a passage has
// an end and memory a limit.
const stretchRoom = 16384

// lateLimit is how late a performance may be before it is no longer caught up by
// playing faster: passages that come after their time are of no use.
const lateLimit = time.Second

// errImpatient ends the wait for sources that do not know yet what comes next.
var errImpatient = errors.New("the music goes on")

// Run conducts pf with the events of feed, until all sources have ended and the
// piece has come to its end, or ctx is done. Outputs must have begun; Run
// finishes none of them. It returns the cause of ctx if that ended it.
func Run(ctx context.Context, pf Performer, feed Feed, outputs []sonify.Output, o Options) error {
	if o.Clock != nil {
		if o.Ahead == 0 {
			o.Ahead = 200 * time.Millisecond
		}
		if o.Timeline == nil {
			o.Timeline = NewTimeline(o.Clock, 0, o.Clock.Now())
		}
	}
	ended := false
	room := 0 // for events in the stretch that is open
	hear := func(patience context.Context, limit sonify.Frame) error {
		for !ended && room > 0 {
			if room&1023 == 0 { // a feed that always has an event never looks
				if err := context.Cause(ctx); err != nil {
					return err
				}
			}
			room--
			a, ok, end, err := feed.Next(patience, limit)
			if err != nil {
				return err
			}
			if end {
				ended = true
				pf.End()
				break
			}
			if !ok {
				break
			}
			if a.State != "" {
				pf.Source(a.Event.Source, a.State)
				if o.Report != nil {
					o.Report(a.Event.Source, a.State, a.Err)
				}
				continue
			}
			pf.Hear(&a.Event, a.At)
		}
		return nil
	}
	for n := 0; !pf.Over(); n++ {
		if n&63 == 0 {
			if err := context.Cause(ctx); err != nil {
				return err
			}
		}
		_, begin := pf.Now()
		if o.Until > 0 && begin >= o.Until {
			ended = true
			break
		}
		if o.Progress != nil && n&255 == 0 {
			o.Progress(begin, pf.Summary().Heard)
		}
		if o.Clock != nil {
			if o.AheadNow != nil {
				o.Ahead = o.AheadNow()
			}
			if err := o.await(ctx, begin); err != nil {
				return err
			}
		}
		if o.Boundary != nil {
			if err := o.Boundary(); err != nil {
				return err
			}
		}
		room = stretchRoom
		patience, done := ctx, func() {}
		if o.Clock != nil {
			patience, done = context.WithTimeoutCause(ctx, o.Ahead/2, errImpatient)
		}
		if err := hear(patience, begin); err != nil {
			done()
			return err
		}
		end := pf.Open()
		if pf.Over() {
			done()
			pf.Clear()
			break
		}
		err := hear(patience, end-1)
		done()
		if err != nil {
			return err
		}
		cue := sonify.Cue{Passage: pf.Close()}
		if o.Clock != nil {
			cue.At = o.Timeline.At(begin)
		}
		for _, out := range outputs {
			if err := out.Play(cue); err != nil {
				return err
			}
		}
		pf.Clear()
	}
	return nil
}

// await waits until the stretch that begins at frame begin is to be decided.
func (o *Options) await(ctx context.Context, begin sonify.Frame) error {
	at := o.Timeline.At(begin).Add(-o.Ahead)
	if err := o.Clock.Wait(ctx, at); err != nil {
		return err
	}
	if late := o.Clock.Now().Sub(at); late > lateLimit {
		o.Timeline.Hold(late)
		if o.Late != nil {
			o.Late(late)
		}
	}
	return nil
}

// Perform is [Run] with the outputs' beginning and end around it: it begins all
// outputs with h, conducts, finishes them with the summary, and closes them in
// any case. If ctx is done before the end, nothing is finished.
func Perform(ctx context.Context, h *sonify.Header, pf Performer, feed Feed, outputs []sonify.Output, o Options) (s *sonify.Summary, err error) {
	defer func() {
		for _, out := range outputs {
			if e := out.Close(); e != nil && err == nil {
				err = e
			}
		}
	}()
	for _, out := range outputs {
		if err := out.Begin(h); err != nil {
			return nil, err
		}
	}
	if err := Run(ctx, pf, feed, outputs, o); err != nil {
		return nil, err
	}
	s = pf.Summary()
	for _, out := range outputs {
		if err := out.Finish(s); err != nil {
			return s, err
		}
	}
	return s, nil
}

// ErrNothing is returned by a feed all of whose sources failed before the first
// event.
var ErrNothing = errors.New("no source reported anything")

func wrap(source string, err error) error { return fmt.Errorf("source %s: %w", source, err) }
