package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
)

// Replay plays the log of a station again: what it hears and when, and every
// change of the piece, is in the log, so what the outputs get is what they got
// then, to the byte.
type Replay struct {
	// Torn reports, after Play, whether the end of the log was torn off by a crash
	// and left out.
	Torn bool

	env    mapping.Env
	paths  []string // of segments still to be read
	in     *journal.Reader
	file   io.Closer
	number int // of the segment that is read
	ahead  journal.Record
	h      *journal.Header // of the segment that is being played

	stage   stage
	program *Program
	until   sonify.Frame // how far the log says that it was played
	dated   dated        // and when that was
	enough  func() bool  // whether it may stop there; nil: it may
	cursors []journal.Cursor
}

// NewReplay opens the segments of one run, in their order; such as hold no whole line are
// left out, unless none does. env is what the pieces may use: of it only Sample and
// Version matter, the rest is in the log.
func NewReplay(env mapping.Env, paths ...string) (*Replay, error) {
	if len(paths) == 0 {
		return nil, errors.New("there is no log")
	}
	r := &Replay{env: env, paths: paths}
	h, err := r.open()
	if err != nil {
		return nil, err
	}
	r.h, r.number, r.until, r.cursors, r.dated = h, h.Segment, h.Frame, h.Sources, dated{h.Frame, h.Time}
	if r.program, err = recompile(env, &h.Piece); err != nil {
		r.Close()
		return nil, err
	}
	r.stage.piece = r.program.Piece
	if h.State != nil {
		err = r.stage.read(r.program.Piece, h.State)
	} else {
		r.stage.Performance = r.program.Piece.PerformAt(mapping.Position{Now: h.Tick, Exact: int64(h.Frame) * 20000})
	}
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", paths[0], err)
	}
	return r, nil
}

// Header returns the header for outputs of the piece that the log begins with.
func (r *Replay) Header() *sonify.Header { return r.stage.header() }

// Piece returns the piece that the log begins with. It must not be performed.
func (r *Replay) Piece() *mapping.Piece { return r.stage.piece }

// Log returns the header of the segment that is being played.
func (r *Replay) Log() *journal.Header { return r.h }

// Close closes the files.
func (r *Replay) Close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}

// open opens the next segment. Those that hold no whole line are left out, as whoever
// went on with the run did; nil is one at the end of it.
func (r *Replay) open() (*journal.Header, error) {
	for {
		r.Close()
		path := r.paths[0]
		r.paths = r.paths[1:]
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		r.file = f
		in, err := journal.NewReader(path, f)
		if err == nil {
			r.in = in
			return in.Header(), nil
		}
		r.Close()
		switch empty := errors.Is(err, journal.ErrEmpty); {
		case empty && len(r.paths) > 0:
			r.number++
		case empty && r.in != nil:
			return nil, nil
		default:
			return nil, err
		}
	}
}

// Play plays the log to outputs, which it begins, finishes and closes. An output
// that is no [sonify.Changer] is told about a change of the piece by an error,
// which ends the replay. options' clock, boundary and report are its own.
func (r *Replay) Play(ctx context.Context, outputs []sonify.Output, options conductor.Options) (s *sonify.Summary, err error) {
	defer r.Close()
	defer func() {
		for _, out := range outputs {
			if e := out.Close(); e != nil && err == nil {
				err = e
			}
		}
	}()
	h := r.Header()
	for _, out := range outputs {
		if err := out.Begin(h); err != nil {
			return nil, err
		}
	}
	if err := r.run(ctx, outputs, options); err != nil {
		return nil, err
	}
	s = r.stage.Summary()
	for _, out := range outputs {
		if err := out.Finish(s); err != nil {
			return s, err
		}
	}
	return s, nil
}

// errEnd ends the conductor's loop where the log ends, errAgain where another piece
// goes on: what had ended may not have ended for that.
var (
	errEnd   = errors.New("the log ends here")
	errAgain = errors.New("another piece goes on")
)

func (r *Replay) run(ctx context.Context, outputs []sonify.Output, o conductor.Options) error {
	changed := func() error {
		h := r.stage.header()
		for _, out := range outputs {
			c, ok := out.(sonify.Changer)
			if !ok {
				return fmt.Errorf("at %v of the log another piece begins: a %T cannot go on with it", h.Frame.Duration(), out)
			}
			if err := c.Change(h); err != nil {
				return err
			}
		}
		return nil
	}
	o.Clock = nil
	o.Boundary = func() error {
		rec, err := r.peek()
		if err != nil {
			return err
		}
		tick, now := r.stage.Now()
		switch rec := rec.(type) {
		case *journal.Change:
			if rec.Tick > tick || rec.Anew {
				return nil
			}
			if err := r.change(rec); err != nil {
				return err
			}
			if err := changed(); err != nil {
				return err
			}
			return errAgain
		case *journal.Header:
			if rec.Tick > tick {
				return nil
			}
			edited, err := r.segment(rec)
			if err != nil {
				return err
			}
			if edited {
				if err := changed(); err != nil {
					return err
				}
			}
			return errAgain
		case nil:
			if now >= r.until && (r.enough == nil || r.enough()) {
				return errEnd
			}
		}
		return nil
	}
	for {
		err := conductor.Run(ctx, &r.stage, r, outputs, o)
		switch err {
		case errAgain:
			continue
		case errEnd:
			return nil
		}
		if err != nil {
			return err
		}
		// The piece came to its end.
		if _, now := r.stage.Now(); o.Until > 0 && now >= o.Until {
			return nil
		}
		rec, err := r.peek()
		if err != nil {
			return err
		}
		c, ok := rec.(*journal.Change)
		if !ok {
			if rec != nil && !r.stage.Over() {
				continue
			}
			return nil
		}
		if err := r.change(c); err != nil {
			return err
		}
		if err := changed(); err != nil {
			return err
		}
	}
}

// change puts on the piece of a change.
func (r *Replay) change(c *journal.Change) error {
	p, err := recompile(r.env, &c.Piece)
	if err != nil {
		return err
	}
	if tick, _ := r.stage.Now(); c.Tick != tick {
		return fmt.Errorf("the log changes its piece at tick %d, where it cannot be: it stands at tick %d", c.Tick, tick)
	}
	if err := r.stage.change(p.Piece, c.Anew, c.Restarted); err != nil {
		return err
	}
	r.program, r.cursors, r.ahead = p, c.Sources, nil
	return nil
}

// segment goes on with the next segment of the run.
func (r *Replay) segment(h *journal.Header) (edited bool, err error) {
	p := r.program
	if edited = !p.same(&Program{Made: h.Piece}); edited {
		if p, err = recompile(r.env, &h.Piece); err != nil {
			return false, err
		}
	}
	if h.State == nil {
		return false, errors.New("a segment that is not the first of its run does not say what the performance knew")
	}
	if err := r.stage.read(p.Piece, h.State); err != nil {
		return false, err
	}
	if edited {
		r.stage.Announce()
	}
	r.program, r.h, r.cursors, r.ahead = p, h, h.Sources, nil
	return edited, nil
}

// peek returns the next record that matters to the performance, nil at the end.
func (r *Replay) peek() (journal.Record, error) {
	for r.ahead == nil {
		rec, err := r.in.Next()
		if err == io.EOF {
			r.Torn = r.in.Torn()
			if len(r.paths) == 0 {
				return nil, nil
			}
			h, err := r.open()
			if err != nil || h == nil {
				return nil, err
			}
			if h.Run != r.h.Run || h.Segment != r.number+1 {
				return nil, fmt.Errorf("run %s: segment %d should follow on segment %d of run %s: some are missing, those after them can be played alone", h.Run, h.Segment, r.number, r.h.Run)
			}
			r.number = h.Segment
			r.ahead = h
			r.until, r.dated = max(r.until, h.Frame), dated{h.Frame, h.Time}
			continue
		}
		if err != nil {
			return nil, err
		}
		switch rec := rec.(type) {
		case *journal.Here:
			r.until = max(r.until, rec.Frame)
		case *journal.End:
			r.until = max(r.until, rec.Frame)
		case *journal.Held:
			r.dated = dated{rec.Frame, rec.Time}
		default:
			r.ahead = rec
		}
	}
	return r.ahead, nil
}

// Next implements [conductor.Feed].
func (r *Replay) Next(_ context.Context, limit sonify.Frame) (a conductor.Arrival, ok, ended bool, err error) {
	rec, err := r.peek()
	if err != nil {
		return a, false, false, err
	}
	switch rec := rec.(type) {
	case *journal.Event:
		if rec.At > limit {
			return a, false, false, nil
		}
		a = conductor.Arrival{Event: rec.Event, At: rec.At}
		for i := range r.cursors {
			if r.cursors[i].Name == rec.Event.Source {
				r.cursors[i].Heard++
				if rec.Event.Place != "" {
					r.cursors[i].Place = rec.Event.Place
				}
			}
		}
		r.until = max(r.until, rec.At)
	case *journal.News:
		if rec.At > limit {
			return a, false, false, nil
		}
		a = conductor.Arrival{Event: sonify.Event{Source: rec.Source}, At: rec.At, State: rec.State}
	case *journal.Over:
		if rec.At > limit {
			return a, false, false, nil
		}
		r.ahead = nil
		return a, false, true, nil
	default:
		return a, false, false, nil
	}
	r.ahead = nil
	return a, true, false, nil
}
