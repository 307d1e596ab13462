package station

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
)

// begin opens the log and finds where the station goes on: at the beginning, or
// where the last run stands; edited tells that this run was another piece until there.
func (s *Station) begin(ctx context.Context) (cursors []journal.Cursor, edited bool, err error) {
	now := s.opts.Clock.Now()
	s.run = journal.NextRun(s.opts.Journal, now)
	s.stage = stage{s.program.Piece.Perform(), s.program.Piece}
	if s.journal == nil {
		if s.unopened != nil {
			s.unwritten(s.unopened)
		}
		return nil, false, nil
	}
	if s.opts.ResumeWithin < 0 {
		return nil, false, nil
	}
	cursors, edited, ok, err := s.resume(ctx, now)
	if ctx.Err() != nil {
		return nil, false, context.Cause(ctx)
	}
	if err != nil {
		// A log of another version, or a damaged one, is no reason not to play.
		s.log.Warn("the last run cannot be gone on with, a new one begins", "error", err)
	}
	if !ok {
		s.stage = stage{s.program.Piece.Perform(), s.program.Piece}
		cursors, err := lastPlaces(ctx, s.opts.Journal, now.Add(-s.opts.ResumeWithin))
		if err != nil {
			s.log.Warn("where the sources stood is not known, they begin as if new", "error", err)
		}
		return cursors, false, nil
	}
	return cursors, edited, nil
}

// places are cursors of which only where live sources stood is used: the files of the
// piece begin anew.
func places(cursors []journal.Cursor) []journal.Cursor {
	var out []journal.Cursor
	for _, c := range cursors {
		if c.Place != "" {
			c.Begin, c.Heard = -1, 0
			out = append(out, c)
		}
	}
	return out
}

// lastPlaces returns where the live sources of the last run stood at its end, however it
// ended, if that was not before since.
func lastPlaces(ctx context.Context, dir string, since time.Time) ([]journal.Cursor, error) {
	paths, err := journal.LastRun(dir)
	if err != nil || len(paths) == 0 {
		return nil, err
	}
	for i := len(paths) - 1; i >= 0; i-- {
		cursors, at, err := placesOf(ctx, paths[i])
		if err == nil || i == 0 || ctx.Err() != nil {
			if at.Before(since) {
				return nil, err
			}
			return places(cursors), err
		}
		// The very last may have been torn before it held a whole line.
	}
	return nil, nil
}

// placesOf reads one segment to its end, or to where it is damaged.
func placesOf(ctx context.Context, path string) (cursors []journal.Cursor, at time.Time, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, at, err
	}
	defer f.Close()
	r, err := journal.NewReader(path, f)
	if err != nil {
		return nil, at, err
	}
	h := r.Header()
	cursors = slices.Clone(h.Sources)
	last, said := h.Frame, dated{h.Frame, h.Time}
	for n := 0; ; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return nil, at, context.Cause(ctx)
		}
		rec, err := r.Next()
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return cursors, said.at(last), err
		}
		switch rec := rec.(type) {
		case *journal.Change:
			cursors = slices.Clone(rec.Sources)
		case *journal.Held:
			said = dated{rec.Frame, rec.Time}
		case *journal.Here:
			last = max(last, rec.Frame)
		case *journal.End:
			last = max(last, rec.Frame)
		case *journal.Event:
			last = max(last, rec.At)
			for i := range cursors {
				if cursors[i].Name == rec.Event.Source && rec.Event.Place != "" {
					cursors[i].Place = rec.Event.Place
				}
			}
		}
	}
}

// resume plays the last segment of a run that was stopped or killed, silently, to its
// end, and takes over there; on the next bar line, if the piece was edited meanwhile.
// The rest of that bar, which nobody hears, is in the log as the old piece plays it.
// For the music no time has passed: the next frame is the next one, and only sounds
// later than it would have.
func (s *Station) resume(ctx context.Context, now time.Time) (cursors []journal.Cursor, edited, ok bool, err error) {
	paths, err := journal.LastRun(s.opts.Journal)
	if err != nil || len(paths) == 0 {
		return nil, false, false, err
	}
	// What ended because something went wrong would do so again.
	if why, ended := journal.Ended(paths[len(paths)-1]); ended && why != journal.Stopped {
		return nil, false, false, nil
	}
	var r *Replay
	for len(paths) > 0 {
		// The very last may have been torn before it held a whole line.
		if r, err = NewReplay(s.opts.Env, paths[len(paths)-1]); err == nil {
			break
		}
		paths = paths[:len(paths)-1]
	}
	if r == nil {
		return nil, false, false, err
	}
	defer r.Close()
	var same bool
	r.enough = func() bool {
		s.sameRound(r.program)
		same = r.program.same(s.program)
		return r.stage.OnBar() || same && r.stage.Between()
	}
	if err := r.run(ctx, nil, conductor.Options{}); err != nil {
		return nil, false, false, err
	}
	if !r.stage.Between() {
		return nil, false, false, nil // it had ended
	}
	if ago := now.Sub(r.dated.at(r.until)); ago > s.opts.ResumeWithin {
		s.log.Info(fmt.Sprintf("the last run ended %s ago, which is too long to go on with it: begun anew", roughly(ago)), "run", r.h.Run)
		return nil, false, false, nil
	}
	state, err := r.stage.State()
	if err != nil {
		return nil, false, false, err
	}
	if !same {
		state.Ending = 0
	}
	if err := s.stage.resume(s.program.Piece, state); err != nil {
		return nil, false, false, err
	}
	s.run = r.h.Run
	s.mu.Lock()
	s.status.Resumed = true
	s.mu.Unlock()
	how := "the last run goes on"
	if !same {
		how += " with the piece as it is now"
	}
	s.log.Info(how, "run", s.run, "bar", bar(s.stage.Position().Tick(), s.program.Piece))
	if cursors = r.cursors; !same {
		cursors = places(cursors)
	}
	return cursors, !same, true, nil
}

// dated is what a log says of when its frames sound: one of them, and all after it.
type dated struct {
	frame sonify.Frame
	time  time.Time
}

// at returns when frame f sounds.
func (d dated) at(f sonify.Frame) time.Time { return d.time.Add((f - d.frame).Duration()) }

// clockSet is by how much what the clock of the world says has to differ from what the
// log says before the log says it again.
const clockSet = 2 * time.Second

// sounds returns when frame f sounds, by the clock of the world as it is set now. The
// timeline goes by the one that nobody sets, so all it knows of the date is what that
// was when the station began: on a machine that has no clock, and is told the time by
// the network, the wrong one.
func (s *Station) sounds(f sonify.Frame) time.Time {
	now := s.opts.Clock.Now()
	return now.Add(s.line.At(f).Sub(now)).UTC().Round(0)
}

// date writes to the log that frame f sounds at t.
func (s *Station) date(f sonify.Frame, t time.Time) {
	s.dated = dated{f, t}
	s.write(&journal.Held{Frame: f, Time: t})
}

// roughly says how long something is, for people.
func roughly(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return d.Round(time.Second).String()
}

// sameRound puts the station into the round in which the log stopped, if the piece
// is the same but for the seed.
func (s *Station) sameRound(was *Program) {
	if was.same(s.program) || len(was.Made.Set) == 0 || was.Made.Text != s.program.Made.Text {
		return
	}
	last := was.Made.Set[len(was.Made.Set)-1]
	if !strings.HasPrefix(last, "seed=") {
		return
	}
	if s.opts.Round == nil && !slices.Equal(was.Made.Set, withSeed(s.opts.Set, was.Piece.Header.Seed)) {
		return
	}
	round := (was.Piece.Header.Seed - s.program.Piece.Header.Seed) & (1<<63 - 1)
	if p, _ := s.compile([]byte(was.Made.Text), round); p != nil && p.same(was) {
		s.put(p, round)
	}
}

// newSegment begins a segment where the stage stands.
func (s *Station) newSegment() {
	if s.journal == nil {
		return
	}
	at := s.stage.Position()
	h := &journal.Header{Program: s.opts.Env.Version, Station: s.opts.Name, Run: s.run, Frame: at.Frame(), Tick: at.Tick(),
		Time: s.sounds(at.Frame()), Piece: s.program.Made, Sources: s.intake.cursors()}
	if at.Frame() > 0 {
		var err error
		if h.State, err = s.stage.written(); err != nil {
			s.unwritten(err)
			return
		}
	}
	if err := s.journal.Begin(h); err != nil {
		s.unwritten(err)
		return
	}
	s.dated = dated{h.Frame, h.Time}
	if s.broken { // a warning, as what it ends was worse
		s.log.Warn(fmt.Sprintf("the log is written again, after %s", roughly(s.opts.Clock.Now().Sub(s.failed))))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = false
	s.status.Journal, s.status.JournalError = s.journal.Name(), ""
}

// rotate begins a new segment when one is due, or when the log has failed and
// may work again. The stage stands on a bar line.
func (s *Station) rotate() {
	if s.journal == nil {
		return
	}
	if s.broken && !s.opts.Clock.Now().Before(s.retry) || s.journal.Due() {
		s.newSegment()
	}
}

// hold keeps what was heard in the open stretch until the stretch goes on the air:
// of one that is never played, because the station stops, nothing is written.
func (s *Station) hold(r journal.Record) { s.held = append(s.held, r) }

// commit writes what was heard in the stretch that goes on the air now.
func (s *Station) commit() {
	for i, r := range s.held {
		s.write(r)
		s.held[i] = nil
	}
	s.held = s.held[:0]
	s.flush()
}

// write writes to the log, as long as it can be written.
func (s *Station) write(r journal.Record) {
	if s.journal == nil || s.broken {
		return
	}
	if err := s.journal.Write(r); err != nil {
		s.unwritten(err)
	}
}

func (s *Station) flush() {
	if s.journal == nil || s.broken {
		return
	}
	if err := s.journal.Flush(); err != nil {
		s.unwritten(err)
	}
}

// unwritten notes that the log has failed, which is said once. The music goes on, and
// half a minute later a new segment is tried.
func (s *Station) unwritten(err error) {
	now := s.opts.Clock.Now()
	if !s.broken {
		s.failed = now
		s.log.Error("the log cannot be written, the music goes on without", "error", err)
	}
	s.retry = now.Add(30 * time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = true
	s.status.JournalError = err.Error()
}
