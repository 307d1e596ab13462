package conductor

import (
	"context"
	"errors"
	"sync"

	"proscenium/sonify"
)

// Intake is one source with the way its time is taken.
type Intake struct {
	Name   string
	Source sonify.Source
	Tally  *sonify.Tally
	Pace   Pace
	// Keep returns ev with only what may pass the door. nil keeps all.
	Keep func(ev *sonify.Event)
}

// Pace turns the time of a source into frames of the performance.
type Pace struct {
	// Clock is "own" (the event's clock), "step" (one after the other) or
	// "arrival" (when it comes; only for live performances).
	Clock  string
	Speed  float64      // own: how many times faster than life, above 0
	Step   sonify.Frame // step: from one event to the next
	MaxGap sonify.Frame // own: longer silences are cut to this many frames; 0: none is
	Delay  sonify.Frame // before the first event
}

// batchSize is how many events travel together from a source to the conductor:
// enough that the hand-over costs nothing beside the decoding.
const batchSize = 128

// Sources is a [Feed] of sources that run at their own pace, in goroutines of
// their own, and are merged by arrival. Events that arrive at one frame come
// in the order of the sources, so a render does not depend on which goroutine
// was faster.
type Sources struct {
	lines []*line
	ctx   context.Context // of the sources
	stop  context.CancelFunc
	wg    sync.WaitGroup
	ended bool
}

type line struct {
	in     Intake
	ch     chan []Arrival
	batch  []Arrival
	next   int
	done   bool
	notice *Arrival
	end    error
	last   sonify.Frame
	heard  uint64
	pacer  pacer
}

// Start runs the sources until ctx is done or Stop is called. After either, Next
// returns the cause.
func Start(ctx context.Context, intakes []Intake) *Sources {
	ctx, cancel := context.WithCancel(ctx)
	s := &Sources{ctx: ctx, stop: cancel}
	for _, in := range intakes {
		l := &line{in: in, ch: make(chan []Arrival, 4), pacer: pacer{pace: in.Pace, tally: in.Tally}}
		s.lines = append(s.lines, l)
		s.wg.Add(1)
		go func() {
			defer s.wg.Done()
			l.run(ctx)
		}()
	}
	return s
}

// Stop ends the sources and waits for their goroutines.
func (s *Sources) Stop() {
	s.stop()
	for _, l := range s.lines {
		for range l.ch { // let a blocked source go
		}
	}
	s.wg.Wait()
}

// run is the goroutine of one source.
func (l *line) run(ctx context.Context) {
	defer close(l.ch)
	batch := make([]Arrival, 0, batchSize)
	send := func() {
		if len(batch) == 0 {
			return
		}
		select {
		case l.ch <- batch:
		case <-ctx.Done():
		}
		batch = make([]Arrival, 0, batchSize)
	}
	err := l.in.Source.Run(ctx, func(ev sonify.Event) {
		if ctx.Err() != nil {
			return
		}
		ev.Source = l.in.Name
		if l.in.Keep != nil {
			l.in.Keep(&ev)
		}
		batch = append(batch, Arrival{Event: ev, At: l.pacer.place(&ev)})
		if len(batch) == batchSize {
			send()
		}
	})
	send()
	if ctx.Err() == nil {
		l.end = err
	}
}

// head returns the next arrival of the line, nil if it has ended. It blocks
// until it knows. A source that was told to stop has not ended: then the cause
// is returned.
func (l *line) head(ctx, running context.Context) (*Arrival, error) {
	for l.next == len(l.batch) && !l.done {
		select {
		case b, ok := <-l.ch:
			if !ok {
				if running.Err() != nil {
					return nil, context.Cause(running)
				}
				l.done = true
				break
			}
			l.batch, l.next = b, 0
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	if l.next < len(l.batch) {
		return &l.batch[l.next], nil
	}
	return nil, nil
}

// Next implements [Feed].
func (s *Sources) Next(ctx context.Context, limit sonify.Frame) (Arrival, bool, bool, error) {
	var best *line
	var at sonify.Frame
	live := false
	for _, l := range s.lines {
		if l.notice != nil {
			continue
		}
		a, err := l.head(ctx, s.ctx)
		if err != nil {
			return Arrival{}, false, false, err
		}
		if a == nil {
			state := "ended"
			if l.end != nil {
				state = "failed"
			}
			n := Arrival{Event: sonify.Event{Source: l.in.Name}, At: l.last, State: state, Err: l.end}
			l.notice = &n
			return n, true, false, nil
		}
		live = true
		if best == nil || a.At < at {
			best, at = l, a.At
		}
	}
	if !live {
		if !s.ended {
			s.ended = true
		}
		return Arrival{}, false, true, s.failure()
	}
	if at > limit {
		return Arrival{}, false, false, nil
	}
	a := best.batch[best.next]
	best.batch[best.next] = Arrival{}
	best.next++
	best.heard++
	best.last = a.At
	return a, true, false, nil
}

// failure is the error of a feed that gave nothing at all: then there is no
// piece to speak of, and the sources' own words are what a person needs.
func (s *Sources) failure() error {
	var errs []error
	for _, l := range s.lines {
		if l.heard > 0 {
			return nil
		}
		if l.end != nil {
			errs = append(errs, wrap(l.in.Name, l.end))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	if len(s.lines) > 0 {
		return ErrNothing
	}
	return nil
}
