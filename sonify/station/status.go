package station

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
)

// State is what a station does.
type State string

const (
	Starting State = "starting"
	Playing  State = "playing"
	Stopped  State = "stopped"
)

// Status tells how a station is. It is brought up to date on every bar line.
type Status struct {
	Name  string
	State State
	Title string
	About string
	Piece string // its file, without folders
	Round uint64 // how often the piece has begun again
	Frame sonify.Frame
	Heard uint64 // events
	// Sounded are the events that made a note of their own, Gathered those that
	// sounded together with others, because there were too many.
	Sounded, Gathered uint64
	Notes             uint64            // that sounded
	Lost              map[string]uint64 // events and notes that did not, by reason
	Late              uint64            // events that came too late for their time, and were heard at once
	MaxLate           time.Duration     // the latest of them
	Held              time.Duration     // how long the music stood still because the machine did
	Outputs           int
	Sources           []SourceStatus

	// Problems are those of the last text of the piece; if it is Broken they are why
	// the one before plays on.
	Problems sonify.Problems
	Broken   bool
	// Journal is the segment that is written now, JournalError why none is.
	Journal      string
	JournalError string
	Resumed      bool // it goes on with a run that was not ended properly
}

// SourceStatus tells how a source is. Nothing in it is of the data itself.
type SourceStatus struct {
	Name   string
	Kind   string
	Live   bool   // its events come when they happen
	State  string // live, stale, ended, failed
	Error  string
	Heard  uint64
	Silent time.Duration // since its last event
	Rate   float64       // events heard a minute, over the last minute
	Errors uint64        // how often it failed
	Late   uint64        // events that came too late for their time, and were heard at once
	// Link is how the connection of a live source is.
	Link sonify.LinkStatus
	// Tally is what it repaired, skipped, missed and dropped.
	Tally []sonify.TallyCount
	// Door is what the door has kept out, hashed and withheld.
	Door conductor.DoorCounts
}

// Fate returns how many oddities of a kind a source has met.
func (s *SourceStatus) Fate(f sonify.Fate) int64 {
	n := int64(0)
	for _, c := range s.Tally {
		if c.Fate == f {
			n += c.Count
		}
	}
	return n
}

// pulse reckons how much a count has grown within the last minute.
type pulse struct {
	at    [64]sonify.Frame
	count [64]uint64
	next  int
	full  bool
}

// minute is how far back a rate looks.
const minute = 60 * sonify.SampleRate

// rate returns by how much the count has grown, as if it went on so for a minute.
func (p *pulse) rate(now sonify.Frame, count uint64) float64 {
	if last := (p.next + 63) % 64; !p.full && p.next == 0 || now-p.at[last] >= minute/60 {
		p.at[p.next], p.count[p.next] = now, count
		if p.next = (p.next + 1) % 64; p.next == 0 {
			p.full = true
		}
	}
	n := p.next
	if p.full {
		n = 64
	}
	for i := range n { // oldest first
		k := (p.next - n + i + 64) % 64
		if now-p.at[k] <= minute && now > p.at[k] {
			return float64(count-p.count[k]) * float64(minute) / float64(now-p.at[k])
		}
	}
	return 0
}

// Status returns how the station is. The caller may keep it.
func (s *Station) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.status
	st.Lost = maps.Clone(st.Lost)
	return st
}

func (s *Station) set(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.State = state
}

// describe takes over what the piece says of itself. mu is held.
func (s *Station) describe() {
	h := &s.program.Piece.Header
	s.status.Title, s.status.About, s.status.Piece, s.status.Round = h.Title, h.About, h.Piece, s.round
}

// late counts an event that came too late.
func (s *Station) late(by sonify.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Late++
	s.status.MaxLate = max(s.status.MaxLate, by.Duration())
}

// report tells what became of a source, and of a live one how it has been so far. That
// one is not well is a warning, and so is what ends it.
func (s *Station) report(source, state string, err error) {
	var args []any
	if err != nil {
		args = append(args, "error", err)
	}
	ill := state == "failed" || state == "stale"
	level := slog.LevelInfo
	if ill {
		level = slog.LevelWarn
	}
	if st := s.intake.source(source); st != nil {
		if st.ill {
			level = slog.LevelWarn
		}
		st.ill = ill
		if st.live {
			x := st.status()
			for _, c := range []struct {
				what string
				n    uint64
			}{
				{"heard", x.Heard}, {"messages", x.Link.Messages}, {"skipped", uint64(x.Fate(sonify.Skipped))},
				{"dropped", uint64(x.Fate(sonify.Dropped))}, {"late", x.Late}, {"kept_out", x.Door.KeptOut},
			} {
				if c.n > 0 {
					args = append(args, c.what, c.n)
				}
			}
		}
	}
	s.log.Log(context.Background(), level, fmt.Sprintf("source %s is %s", source, state), args...)
}

// status returns how a source is, but for what the music's time says of it.
func (st *sourceState) status() SourceStatus {
	x := SourceStatus{Name: st.name, Kind: st.kind, Live: st.live, State: st.state, Heard: st.heard, Errors: st.errs, Late: st.late,
		Link: st.link.Status(), Tally: st.tally.Counts()}
	for _, d := range st.doors {
		c := d.Counts()
		x.Door.KeptOut += c.KeptOut
		x.Door.Hashed += c.Hashed
		x.Door.Withheld += c.Withheld
	}
	if st.err != nil {
		x.Error = st.err.Error()
	}
	return x
}

// observe brings the status up to date. It is called by the conductor's goroutine.
func (s *Station) observe() {
	sum := s.stage.Summary()
	sources := make([]SourceStatus, 0, len(s.intake.states))
	for _, st := range s.intake.states {
		x := st.status()
		x.Silent, x.Rate = max(0, sum.Frames-st.last).Duration(), st.rate.rate(sum.Frames, st.heard)
		sources = append(sources, x)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Frame, s.status.Heard, s.status.Notes = sum.Frames, sum.Heard, sum.Notes
	s.status.Sounded, s.status.Gathered = sum.Sounded, sum.Gathered
	s.status.Lost = maps.Clone(sum.Lost)
	s.status.Outputs = s.fan.outputs()
	s.status.Sources = sources
}
