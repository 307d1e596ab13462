package station

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
)

// sourceState is what a station knows of one source of its piece.
type sourceState struct {
	name  string
	is    string
	kind  string
	live  bool
	begin sonify.Frame
	heard uint64 // since begin: what a restart passes over
	last  sonify.Frame
	state string
	err   error
	ill   bool   // it was told that it is
	late  uint64 // events that came too late for their time
	errs  uint64 // how often it ended or failed and is to be run again
	place string // where it goes on after the last event that was heard
	stale sonify.Frame
	doors []*conductor.Door // the last is the one in use
	tally *sonify.Tally
	link  *sonify.Link
	rate  pulse
}

// intake gives the conductor the events of a station's sources, and writes down
// what it gives. It is used by the conductor's goroutine.
type intake struct {
	*Station
	sources *conductor.Sources
	states  []*sourceState
	floor   sonify.Frame // what arrives earlier is late, and arrives here
	passed  sonify.Frame // of the last that was taken: nothing is taken for earlier than it
	over    bool         // no source will report anything more, and the piece knows it
	news    []conductor.Arrival
	salt    []byte // of the doors' hashes: another for every run, and written nowhere
}

// start runs the sources of a program from frame at on. Of those that are already
// running and the same, nothing changes but the door. It reports whether any
// begins.
func (f *intake) start(p *Program, at sonify.Frame, cursors []journal.Cursor) (began bool) {
	f.floor = max(f.floor, at)
	old := f.states
	f.states = nil
	for i := range p.Piece.Sources {
		s := &p.Piece.Sources[i]
		door := conductor.NewDoor(conductor.DoorRules(s.Door), f.salt)
		if k := slices.IndexFunc(old, func(st *sourceState) bool { return st.name == s.Name }); k >= 0 {
			if s.Is != "" && old[k].is == s.Is {
				f.sources.Keep(s.Name, door.Pass)
				old[k].stale = f.staleAfter(s)
				old[k].doors = append(old[k].doors, door)
				f.states = append(f.states, old[k])
				continue
			}
			f.sources.Remove(s.Name)
		}
		st := &sourceState{name: s.Name, is: s.Is, kind: s.Kind, live: s.Live, begin: at, last: at, state: "live",
			stale: f.staleAfter(s), doors: []*conductor.Door{door}, tally: s.Tally, link: s.Link}
		in := conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace), Keep: door.Pass, Place: s.Place, Live: true, Begin: at,
			Arrive: func() sonify.Frame {
				return f.line.Now() + f.lead.arrival()
			}}
		k := slices.IndexFunc(cursors, func(c journal.Cursor) bool { return c.Name == s.Name })
		switch {
		case k < 0 || !s.Live && cursors[k].Begin < 0:
		case s.Live:
			// Another question may have other answers: a place holds only for the same.
			if cursors[k].Is == s.Is && s.Is != "" {
				st.place = cursors[k].Place
				s.Place.Set(st.place)
			}
		default:
			st.begin, st.heard = cursors[k].Begin, cursors[k].Heard
			in.Begin, in.Skip = st.begin, st.heard
		}
		if s.Live {
			link := s.Link
			in.Again = func(err error, tries int) (time.Duration, bool) {
				why := "it ended"
				if err != nil {
					why = err.Error()
				}
				link.Down(why)
				return Backoff(err, tries)
			}
		}
		f.sources.Add(in)
		f.states = append(f.states, st)
		began = true
	}
	for _, st := range old {
		if !slices.ContainsFunc(p.Piece.Header.Sources, func(name string) bool { return name == st.name }) {
			f.sources.Remove(st.name)
		}
	}
	if began {
		f.over = false
	}
	return began
}

// staleAfter returns after how long without an event a source has fallen silent.
func (f *intake) staleAfter(s *mapping.SourcePlan) sonify.Frame {
	if s.Stale > 0 {
		return sonify.Frames(s.Stale)
	}
	return sonify.Frames(f.opts.Stale)
}

// restarts reports whether start would begin a source.
func (f *intake) restarts(p *Program) bool {
	for i := range p.Piece.Sources {
		s := &p.Piece.Sources[i]
		if st := f.source(s.Name); st == nil || s.Is == "" || st.is != s.Is {
			return true
		}
	}
	return false
}

// stop ends all sources, so that the next start begins them anew.
func (f *intake) stop() {
	for _, st := range f.states {
		f.sources.Remove(st.name)
	}
	f.states = nil
}

// Backoff is when a live source that ended or failed is run again: after half a
// second at first, twice as long each time, a minute at most, give or take a
// quarter so that a thousand stations do not come back at once.
// Tries counts the runs that gave no event, the last included. What is permanent is not
// run again.
func Backoff(err error, tries int) (time.Duration, bool) {
	var p *sonify.Permanent
	if errors.As(err, &p) {
		return 0, false
	}
	wait := min(500*time.Millisecond<<min(tries-1, 10), time.Minute)
	wait = time.Duration(float64(wait) * (0.75 + rand.Float64()/2))
	var r *sonify.RetryAfter
	if errors.As(err, &r) {
		wait = max(wait, r.Wait)
	}
	return wait, true
}

func (f *intake) source(name string) *sourceState {
	for _, st := range f.states {
		if st.name == name {
			return st
		}
	}
	return nil
}

// cursors say how far each source was heard.
func (f *intake) cursors() []journal.Cursor {
	out := make([]journal.Cursor, 0, len(f.states))
	for _, st := range f.states {
		c := journal.Cursor{Name: st.name, Begin: st.begin, Heard: st.heard, Place: st.place}
		if st.live {
			c.Is = st.is
		}
		out = append(out, c)
	}
	return out
}

// watch is called when the stretch that begins at now is about to be decided. It
// finds live sources that have been silent for long.
func (f *intake) watch(now sonify.Frame) {
	for _, st := range f.states {
		if st.live && st.state == "live" && now-st.last > st.stale {
			st.state = "stale"
			f.news = append(f.news, conductor.Arrival{Event: sonify.Event{Source: st.name}, State: "stale"})
		}
	}
}

// Next implements [conductor.Feed].
func (f *intake) Next(ctx context.Context, limit sonify.Frame) (conductor.Arrival, bool, bool, error) {
	none := func() (conductor.Arrival, bool, bool, error) {
		f.floor = max(f.floor, limit+1)
		return conductor.Arrival{}, false, false, nil
	}
	if len(f.news) > 0 {
		a := f.news[0]
		f.news = f.news[1:]
		return f.pass(a)
	}
	if f.over {
		return none()
	}
	for {
		a, ok, ended, err := f.sources.Next(ctx, limit)
		if ended {
			// That nothing was heard at all is told by the sources' states.
			if !f.loops() {
				return none()
			}
			f.over = true
			f.hold(&journal.Over{At: max(f.floor, f.passed)})
			return conductor.Arrival{}, false, true, nil
		}
		if err != nil {
			return a, false, false, err
		}
		if !ok {
			return none()
		}
		st := f.source(a.Event.Source)
		if st == nil {
			continue // of a source that an edit took away
		}
		if a.State != "" {
			if st.state == a.State {
				if a.State == "failed" { // again, and why may be another
					st.err = a.Err
					st.errs++
				}
				continue
			}
			st.state, st.err = a.State, a.Err
			if a.State == "failed" {
				st.errs++
			}
			if a.State == "live" {
				st.last = a.At
			}
			return f.pass(a)
		}
		if st.state != "live" {
			st.state, st.err = "live", nil
			f.news = append(f.news, a)
			return f.pass(conductor.Arrival{Event: sonify.Event{Source: st.name}, At: a.At, State: "live"})
		}
		return f.pass(a)
	}
}

// pass writes an arrival down and hands it on.
func (f *intake) pass(a conductor.Arrival) (conductor.Arrival, bool, bool, error) {
	if a.At < f.floor {
		if a.State == "" {
			f.late(f.floor - a.At)
			if st := f.source(a.Event.Source); st != nil {
				st.late++
			}
		}
		a.At = f.floor
	}
	// Of two sources the one that was heard second may have spoken first, by a hair.
	a.At = max(a.At, f.passed)
	f.passed = a.At
	if a.State != "" {
		n := &journal.News{At: a.At, Source: a.Event.Source, State: a.State}
		if a.Err != nil {
			n.Error = a.Err.Error()
		}
		f.hold(n)
		f.report(a.Event.Source, a.State, a.Err)
		return a, true, false, nil
	}
	journal.Canonical(&a.Event)
	if st := f.source(a.Event.Source); st != nil {
		st.heard++
		st.last = a.At
		if a.Event.Place != "" {
			st.place = a.Event.Place
		}
	}
	f.hold(&journal.Event{At: a.At, Event: a.Event})
	return a, true, false, nil
}
