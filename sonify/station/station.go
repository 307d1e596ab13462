package station

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
)

// AtEnd says what happens when all sources of a piece have come to their end.
type AtEnd string

const (
	Auto  AtEnd = ""      // Again, unless a source of the piece is live
	Again AtEnd = "again" // the piece ends, and begins again with the next seed
	Wait  AtEnd = "wait"  // it plays on by its idle
)

// Options are what a station is made of. File and Env are required; the zero value
// of the rest is a sensible one.
type Options struct {
	Name string // of the station; default the file's
	Env  mapping.Env
	File string   // the piece
	Set  []string // overrides, "key.path=value"
	// Round returns overrides for the n-th time that the piece is played, from 0; those
	// of Set go before them. h is what the piece says of itself without them. The same
	// round has the same overrides. nil: rounds differ by their seeds alone.
	Round func(h *sonify.Header, n uint64) []string
	// Read reads the piece; default: the file.
	Read func() ([]byte, error)
	// Check may refuse a piece that compiles but cannot be played by those who are to
	// play it.
	Check func(h *sonify.Header) error

	// Journal is the folder of the station's log; none is written without it. From New
	// on it is held until Run has returned: two stations cannot have one.
	Journal        string
	JournalOptions journal.Options
	// ResumeWithin is how long after it stopped, asked to or killed, a run is gone on
	// with that had more to play. Default 24 h; negative: never.
	ResumeWithin time.Duration

	Clock conductor.Clock // default conductor.Wall
	// Ahead is how long before its time the music of a piece with a live source is
	// decided (see conductor.Options), and so how much later an event of it is heard.
	// Default 200 ms.
	Ahead time.Duration
	// AheadKnown is the same for pieces whose sources all know what comes next: it costs
	// them nothing to be told early. Default: as Ahead.
	AheadKnown time.Duration
	// AheadLeast, if it is set, is asked all the time for what either is to be at least:
	// who carries the music to very many has to know it earlier. It is called from the
	// station's goroutine.
	AheadLeast func() time.Duration
	Stale      time.Duration // after so long without an event a live source is stale; default 5 min
	AtEnd      AtEnd
	Watch      bool         // take edits of the piece's files while it plays
	Log        *slog.Logger // default: nothing is logged
}

// Station is a piece on the air. Its methods may be called from any goroutine.
type Station struct {
	opts Options
	line *conductor.Timeline
	log  *slog.Logger

	lead   lead
	fan    *fanout
	stage  stage
	intake *intake

	mu      sync.Mutex
	status  Status
	program *Program
	pending *Program
	round   uint64
	started bool

	journal  *journal.Writer
	unopened error     // why there is none although there should be
	run      string    // its name
	broken   bool      // the journal has failed
	failed   time.Time // since when
	still    struct {
		said  time.Time     // when it was said last that the music stood still
		times int           // that it did since then
		by    time.Duration // for how long
	}
	retry time.Time
	told  sonify.Tick // the bar of the last word about how far it is
	dated dated       // what the log says of when it sounds
	held  []journal.Record
}

// New compiles the piece and takes the journal's folder. What is wrong with the piece is
// a [sonify.Problems]; a folder in which another station writes is a [*journal.Busy].
func New(o Options) (*Station, error) {
	if o.Read == nil {
		o.Read = func() ([]byte, error) { return os.ReadFile(o.File) }
	}
	if o.Clock == nil {
		o.Clock = conductor.Wall{}
	}
	if o.Ahead <= 0 {
		o.Ahead = 200 * time.Millisecond
	}
	if o.AheadKnown <= 0 {
		o.AheadKnown = o.Ahead
	}
	if o.Stale <= 0 {
		o.Stale = 5 * time.Minute
	}
	if o.ResumeWithin == 0 {
		o.ResumeWithin = 24 * time.Hour
	}
	if o.Name == "" {
		o.Name = o.File
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Station{opts: o, log: o.Log.With("station", o.Name)}
	if o.Env.Say == nil {
		s.opts.Env.Say = func(source, text string) { s.log.Info("source says", "source", source, "text", text) }
	}
	src, err := o.Read()
	if err != nil {
		return nil, fmt.Errorf("station %s: %w", o.Name, err)
	}
	p, problems := s.compile(src, 0)
	if p == nil {
		return nil, problems
	}
	s.program = p
	s.fan = &fanout{stage: &s.stage, before: s.commit}
	s.intake = &intake{Station: s, salt: make([]byte, 32)}
	rand.Read(s.intake.salt)
	if o.Journal != "" {
		var busy *journal.Busy
		s.journal, s.unopened = journal.New(o.Journal, o.JournalOptions)
		if errors.As(s.unopened, &busy) {
			return nil, s.unopened
		}
	}
	s.stage = stage{p.Piece.Perform(), p.Piece}
	s.status = Status{Name: o.Name, State: Starting, Problems: problems}
	s.describe()
	return s, nil
}

// compile compiles a text of the piece for the given round.
func (s *Station) compile(src []byte, round uint64) (*Program, sonify.Problems) {
	p, problems := Compile(s.opts.Env, s.opts.File, src, s.opts.Set)
	if p != nil && (round > 0 || s.opts.Round != nil) {
		h := p.Piece.Header
		p, problems = Compile(s.opts.Env, s.opts.File, src, s.sets(&h, round))
	}
	if p != nil && s.opts.Check != nil {
		h := p.Piece.Header
		if err := s.opts.Check(&h); err != nil {
			return nil, append(problems, &sonify.Problem{File: s.opts.File, Msg: err.Error()})
		}
	}
	return p, problems
}

// sets returns the overrides of a round of the piece that has the header h without
// any.
func (s *Station) sets(h *sonify.Header, round uint64) []string {
	set := s.opts.Set
	if s.opts.Round != nil {
		set = append(s.opts.Round(h, round), set...)
	}
	return withSeed(set, (h.Seed+round)&(1<<63-1))
}

// Attach gives out all passages from the next one on; Begin is called first, with
// the header of the moment. All calls come from the station's goroutine and must
// return quickly. When it is over, Finish and Close are called.
func (s *Station) Attach(out sonify.Output) *Attachment { return s.fan.attach(out) }

// Header returns the header of the piece that is on.
func (s *Station) Header() sonify.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.program.Piece.Header
}

// Piece returns the piece that is on. It must not be performed.
func (s *Station) Piece() *mapping.Piece {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.program.Piece
}

// Edit takes a new text of the piece. If it can be played it takes over on the
// next bar line, and the problems are warnings; if not, nothing changes but the
// Status.
func (s *Station) Edit(src []byte) sonify.Problems {
	s.mu.Lock()
	round := s.round
	s.mu.Unlock()
	p, problems := s.compile(src, round)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Problems, s.status.Broken = problems, p == nil
	if p == nil {
		s.log.Warn("the edited piece cannot be played, the one before plays on", "problems", problems.Error())
		return problems
	}
	s.pending = nil
	if !p.same(s.program) {
		s.pending = p
	}
	return problems
}

// loops reports whether the piece begins again after its end.
func (s *Station) loops() bool {
	switch s.opts.AtEnd {
	case Again:
		return true
	case Wait:
		return false
	}
	for i := range s.program.Piece.Sources {
		if s.program.Piece.Sources[i].Live {
			return false
		}
	}
	return true
}

// stopWait is how long the sources may take to stop; one that does not is left
// behind.
const stopWait = 2 * time.Second

// pulseWait is how long a station that is asked to stop plays on at most, to where it
// can be gone on with: to the end of its pulse, which lasts a sixteenth.
const pulseWait = 2 * time.Second

var errTwice = errors.New("a station runs once")

// Run puts the station on the air until ctx is done, and takes it off properly:
// outputs are finished, and the log says that it was stopped, so that another station
// with this journal goes on there. The error is nil then.
func (s *Station) Run(ctx context.Context) error {
	s.mu.Lock()
	twice := s.started
	s.started = true
	s.mu.Unlock()
	if twice {
		return errTwice
	}
	cursors, edited, err := s.begin(ctx)
	if err != nil {
		s.fan.Close()
		if s.journal != nil {
			s.journal.Close()
		}
		s.set(Stopped)
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("station %s: %w", s.opts.Name, err)
	}
	s.lead.begin(s.wanted())
	s.line = conductor.NewTimeline(s.opts.Clock, s.stage.Position().Frame(), s.opts.Clock.Now().Add(s.lead.now()))
	asked := ctx
	ctx, off := s.lasting(ctx)
	defer off()
	s.intake.sources = conductor.Start(ctx, nil)
	s.intake.start(s.program, s.stage.Position().Frame(), cursors)
	s.newSegment()
	if edited {
		s.stage.Announce() // after the segment has begun, as whoever reads it does
	}

	watching := make(chan struct{})
	wctx, unwatch := context.WithCancel(ctx)
	go func() {
		defer close(watching)
		if s.opts.Watch {
			s.watch(wctx)
		}
	}()
	s.set(Playing)
	s.log.Info("on the air", "title", s.program.Piece.Header.Title)
	err = s.perform(asked, ctx)
	unwatch()
	<-watching
	s.end(asked, err)
	if asked.Err() != nil {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("station %s: %w", s.opts.Name, err)
	}
	return nil
}

// lasting returns a context that is done when asked is; if the station has a journal,
// so much later that the performance comes to the end of its pulse. Only there it can
// be gone on with: what a pulse holds is decided in one go.
func (s *Station) lasting(asked context.Context) (context.Context, context.CancelFunc) {
	if s.journal == nil {
		return context.WithCancel(asked)
	}
	ctx, off := context.WithCancelCause(context.WithoutCancel(asked))
	unhook := context.AfterFunc(asked, func() {
		t := time.NewTimer(pulseWait)
		defer t.Stop()
		select {
		case <-ctx.Done():
		case <-t.C:
			off(context.Cause(asked))
		}
	})
	return ctx, func() { unhook(); off(nil) }
}

// perform conducts one piece after the other, until asked is done and the performance
// can be gone on with, or ctx is done.
func (s *Station) perform(asked, ctx context.Context) error {
	boundary := func() error {
		if asked.Err() != nil && s.stage.Between() {
			return context.Cause(asked)
		}
		return s.boundary()
	}
	o := conductor.Options{Clock: s.opts.Clock, Timeline: s.line, AheadNow: s.lead.now, Boundary: boundary,
		Late: func(by time.Duration) {
			_, at := s.stage.Now()
			s.date(at, s.sounds(at))
			s.stood(by)
			s.mu.Lock()
			s.status.Held += by
			s.mu.Unlock()
		}}
	outputs := []sonify.Output{s.fan}
	for {
		err := conductor.Run(ctx, &s.stage, s.intake, outputs, o)
		if err == errAgain {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.nextRound(); err != nil {
			return err
		}
	}
}

// nextRound begins the piece again after its end.
func (s *Station) nextRound() error {
	s.mu.Lock()
	next, round := s.pending, s.round+1
	s.pending = nil
	text := []byte(s.program.Made.Text)
	s.mu.Unlock()
	if next != nil {
		text = []byte(next.Made.Text)
	}
	p, problems := s.compile(text, round)
	if p == nil {
		// What it is made of is gone: what was on is played once more.
		s.log.Warn("the piece cannot be begun with the next seed, it is repeated", "problems", problems.Error())
		p = s.program
	}
	s.commit()
	if err := s.stage.change(p.Piece, true, false); err != nil {
		return err
	}
	s.put(p, round)
	s.intake.stop()
	at := s.stage.Position()
	s.intake.start(p, at.Frame(), nil)
	s.write(&journal.Change{Frame: at.Frame(), Tick: at.Tick(), Why: "it came to its end", Anew: true, Piece: p.Made, Sources: s.intake.cursors()})
	s.fan.change()
	s.log.Info("the piece begins again", "title", p.Piece.Header.Title)
	return nil
}

func (s *Station) put(p *Program, round uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.program, s.round = p, round
	s.describe()
}

// boundary is what the station does between two passages.
func (s *Station) boundary() error {
	tick, frame := s.stage.Now()
	if s.stage.OnBar() {
		s.mu.Lock()
		next := s.pending
		s.pending = nil
		s.mu.Unlock()
		if next != nil {
			if err := s.takeOver(next); err != nil {
				s.log.Error("the edited piece could not take over", "error", err)
			} else {
				return errAgain
			}
		}
		s.rotate()
	}
	if bar := s.stage.piece.Header.Meter.Bar(); tick-s.told >= bar {
		s.told = tick
		if at := s.sounds(frame); s.dated.at(frame).Sub(at).Abs() > clockSet {
			s.date(frame, at) // a machine without a clock has been told the time
		}
		s.write(&journal.Here{Frame: frame, Tick: tick})
		s.observe()
	}
	s.intake.watch(frame)
	s.lead.move(s.wanted(), s.stage.stretch())
	s.fan.settle()
	return nil
}

// stoodEvery is how often it is said that the music stood still.
const stoodEvery = time.Minute

// stood says that the music stood still: the first time at once, then, of a machine that
// is too slow, once in a while for how long in all.
func (s *Station) stood(by time.Duration) {
	s.still.by += by
	s.still.times++
	now := s.opts.Clock.Now()
	if !s.still.said.IsZero() && now.Sub(s.still.said) < stoodEvery {
		return
	}
	if s.still.times > 1 {
		s.log.Warn(fmt.Sprintf("the music stood still %d times, for %s in all", s.still.times, s.still.by.Round(100*time.Millisecond)))
	} else {
		s.log.Warn(fmt.Sprintf("the music stood still for %s", s.still.by.Round(100*time.Millisecond)))
	}
	s.still.said, s.still.times, s.still.by = now, 0, 0
}

// bar returns the number of the bar of a piece in which a tick is, from 1.
func bar(at sonify.Tick, p *mapping.Piece) int64 { return int64(at/p.Header.Meter.Bar()) + 1 }

// takeOver puts an edited piece on.
func (s *Station) takeOver(next *Program) error {
	restarted := s.intake.restarts(next)
	if err := s.stage.change(next.Piece, false, restarted); err != nil {
		return err
	}
	s.put(next, s.round)
	at := s.stage.Position()
	s.intake.start(next, at.Frame(), nil)
	s.write(&journal.Change{Frame: at.Frame(), Tick: at.Tick(), Why: "it was edited", Restarted: restarted, Piece: next.Made, Sources: s.intake.cursors()})
	s.fan.change()
	s.log.Info("the edited piece has taken over", "bar", bar(at.Tick(), next.Piece))
	return nil
}

// end takes the station off the air.
func (s *Station) end(ctx context.Context, err error) {
	why := journal.Stopped
	if ctx.Err() == nil && err != nil {
		why = err.Error()
	}
	tick, frame := s.stage.Now()
	s.write(&journal.End{Frame: frame, Tick: tick, Why: why})
	s.fan.Close()
	if s.journal != nil {
		if err := s.journal.Close(); err != nil {
			s.log.Error("the log is not whole", "error", err)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.intake.sources.Stop()
	}()
	select {
	case <-done:
	case <-time.After(stopWait):
		s.log.Warn("a source does not stop, it is left behind")
	}
	s.observe()
	s.set(Stopped)
	s.log.Info("off the air", "why", why)
}
