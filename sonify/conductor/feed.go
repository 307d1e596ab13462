package conductor

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"proscenium/sonify"
)

// Intake is one source with the way its time is taken.
type Intake struct {
	Name   string
	Source sonify.Source
	Tally  *sonify.Tally
	Pace   Pace
	// Keep returns ev with only what may pass the door. nil keeps all. It is called
	// from the source's goroutine.
	Keep func(ev *sonify.Event)
	// Place is where the source goes on when it is run again: it is set to the place of
	// every event that is taken over. It may be nil.
	Place *sonify.Place

	// What follows is for performances that are live.

	// Live sends each event on as it comes, where otherwise they travel in batches.
	Live bool
	// Arrive returns the frame at which an event that comes now arrives, for
	// clock = "arrival" and for sources that come back. It is called from the
	// source's goroutine.
	Arrive func() sonify.Frame
	// Begin is the frame of the performance from which the source's time counts.
	Begin sonify.Frame
	// Skip is how many of its first events were heard already, in the part of the
	// performance that another program played. They are passed over.
	Skip uint64
	// Again is asked, from the source's goroutine, when the source has ended (err is
	// nil) or failed, whether and after which time to run it again. tries counts the
	// runs that gave no event, the last included. nil never runs one again.
	Again func(err error, tries int) (wait time.Duration, again bool)
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
	// Begin is what the source's clock shows when the music begins, if Begins is
	// set: sources that begin at the same keep step. Otherwise it is what its first
	// event says. own.
	Begin  time.Duration
	Begins bool
	Dated  bool // Begin is a date, since 1970, and is compared with those of the events
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
}

type line struct {
	in     Intake
	keep   atomic.Pointer[func(*sonify.Event)]
	stop   context.CancelFunc
	ch     chan []Arrival
	batch  []Arrival
	next   int
	done   bool
	slow   bool // it let the music wait in vain: until it speaks, nobody waits for it
	notice *Arrival
	end    error
	last   sonify.Frame
	heard  uint64
	pacer  pacer

	mu      sync.Mutex
	filling []Arrival // what a live source said and ch had no room for
}

// Start runs the sources until ctx is done or Stop is called. After either, Next
// returns the cause.
func Start(ctx context.Context, intakes []Intake) *Sources {
	ctx, cancel := context.WithCancel(ctx)
	s := &Sources{ctx: ctx, stop: cancel}
	for _, in := range intakes {
		s.Add(in)
	}
	return s
}

// Add starts one more source. It is called from the goroutine that calls Next.
func (s *Sources) Add(in Intake) {
	ctx, stop := context.WithCancel(s.ctx)
	l := &line{in: in, stop: stop, ch: make(chan []Arrival, 4),
		pacer: pacer{pace: in.Pace, tally: in.Tally, shift: in.Begin, now: in.Arrive}}
	l.keep.Store(&l.in.Keep)
	s.lines = append(s.lines, l)
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		l.run(ctx)
	}()
}

// Remove stops the source of that name and forgets what it said and nobody heard
// yet. It does not wait for it. It is called from the goroutine that calls Next.
func (s *Sources) Remove(name string) {
	s.lines = slices.DeleteFunc(s.lines, func(l *line) bool {
		if l.in.Name != name {
			return false
		}
		l.stop()
		go l.drain()
		return true
	})
}

// Keep changes what passes the door of the source of that name, from its next
// event on.
func (s *Sources) Keep(name string, keep func(*sonify.Event)) {
	for _, l := range s.lines {
		if l.in.Name == name {
			l.keep.Store(&keep)
		}
	}
}

// Stop ends the sources and waits for their goroutines.
func (s *Sources) Stop() {
	s.stop()
	for _, l := range s.lines {
		l.drain()
	}
	s.wg.Wait()
}

// drain lets a source go that is blocked.
func (l *line) drain() {
	for range l.ch {
	}
}

// run is the goroutine of one source.
func (l *line) run(ctx context.Context) {
	defer close(l.ch)
	b := &batcher{line: l, ctx: ctx, skip: l.in.Skip}
	for tries := 0; ; {
		had := b.count
		err := l.in.Source.Run(ctx, b.emit)
		if ctx.Err() != nil {
			return
		}
		if tries++; b.count > had {
			tries = 1
		}
		again := false
		var wait time.Duration
		if l.in.Again != nil {
			wait, again = l.in.Again(err, tries)
		}
		if !again {
			b.send()
			l.end = err
			return
		}
		b.tell(stateOf(err), err)
		if (Wall{}).Wait(ctx, time.Now().Add(wait)) != nil {
			return
		}
		b.away = true
		l.pacer.again()
	}
}

func stateOf(err error) string {
	if err != nil {
		return "failed"
	}
	return "ended"
}

// batcher takes over the events of one source in its goroutine.
type batcher struct {
	*line
	ctx   context.Context
	skip  uint64
	count uint64
	away  bool // it failed, and has not spoken since
}

func (b *batcher) emit(ev sonify.Event) {
	if b.ctx.Err() != nil {
		return
	}
	b.count++
	ev.Source = b.in.Name
	if keep := *b.keep.Load(); keep != nil {
		keep(&ev)
	}
	if ev.Place != "" {
		b.in.Place.Set(ev.Place)
	}
	at := b.pacer.place(&ev)
	if b.skip > 0 {
		b.skip--
		return
	}
	if b.away {
		b.away = false
		b.say(Arrival{Event: sonify.Event{Source: b.in.Name}, At: at, State: "live"})
	}
	b.say(Arrival{Event: ev, At: at})
}

// say sends a on: of a live source at once if there is room; one that is faster than
// the music fills batches.
func (b *batcher) say(a Arrival) {
	if !b.in.Live {
		if b.filling == nil {
			b.filling = make([]Arrival, 0, batchSize)
		}
		if b.filling = append(b.filling, a); len(b.filling) >= batchSize {
			b.send()
		}
		return
	}
	b.mu.Lock()
	b.filling = append(b.filling, a)
	full := len(b.filling) >= batchSize
	if !full {
		select {
		case b.ch <- b.filling:
			b.filling = nil
		default: // it is fetched when what is before it was
		}
	}
	b.mu.Unlock()
	if full {
		b.send()
	}
}

// tell sends news about the source.
func (b *batcher) tell(state string, err error) {
	at := b.pacer.at
	if b.in.Arrive != nil {
		at = max(at, b.in.Arrive())
	}
	b.say(Arrival{Event: sonify.Event{Source: b.in.Name}, At: at, State: state, Err: err})
	b.send()
}

// send sends the batch on, and waits until there is room.
func (b *batcher) send() {
	b.mu.Lock()
	batch := b.filling
	b.filling = nil
	b.mu.Unlock()
	if len(batch) == 0 {
		return
	}
	select {
	case b.ch <- batch:
	case <-b.ctx.Done():
	}
}

// fetch returns what a live source said last and ch had no room for. Nothing of it is
// in ch, nor on the way there.
func (l *line) fetch() (b []Arrival, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case b, ok = <-l.ch:
		return b, ok
	default:
	}
	b, l.filling = l.filling, nil
	return b, true
}

// head returns the next arrival of the line, nil if it has ended (done) or does
// not know yet. Where it is worth it, it blocks until it knows. A source that was
// told to stop has not ended: then the cause is returned.
func (l *line) head(ctx, running context.Context) (*Arrival, error) {
	for l.next == len(l.batch) && !l.done {
		b, ok, err := l.receive(ctx)
		if err != nil {
			return nil, err
		}
		switch {
		case b != nil:
			l.batch, l.next, l.slow = b, 0, false
		case ok:
			return nil, nil
		case running.Err() != nil:
			return nil, context.Cause(running)
		default:
			l.done = true
		}
	}
	if l.next < len(l.batch) {
		return &l.batch[l.next], nil
	}
	return nil, nil
}

// receive returns the next batch, nil if there is none yet; ok is false if there
// will be none.
func (l *line) receive(ctx context.Context) (b []Arrival, ok bool, err error) {
	select {
	case b, ok = <-l.ch: // what is there comes first, whatever ctx says
		return b, ok, nil
	default:
	}
	if l.in.Live {
		if b, ok = l.fetch(); b != nil || !ok {
			return b, ok, nil
		}
	}
	if l.slow || l.in.Live && l.in.Pace.Clock == "arrival" {
		return nil, true, nil
	}
	select {
	case b, ok = <-l.ch:
		return b, ok, nil
	case <-ctx.Done():
		if err := context.Cause(ctx); err != errImpatient {
			return nil, false, err
		}
		l.slow = true
		return nil, true, nil
	}
}

// Next implements [Feed]. Of sources that let it wait longer than the music can,
// it knows nothing yet: what they say then is late.
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
		if a == nil && l.done {
			n := Arrival{Event: sonify.Event{Source: l.in.Name}, At: l.last, State: stateOf(l.end), Err: l.end}
			l.notice = &n
			return n, true, false, nil
		}
		live = true
		if a != nil && (best == nil || a.At < at) {
			best, at = l, a.At
		}
	}
	if !live {
		return Arrival{}, false, true, s.failure()
	}
	if best == nil || at > limit {
		return Arrival{}, false, false, nil
	}
	a := best.batch[best.next]
	best.batch[best.next] = Arrival{}
	best.next++
	if a.State == "" {
		best.heard++
		best.last = a.At
	}
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
