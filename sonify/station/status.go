package station

import (
	"maps"
	"time"

	"proscenium/sonify"
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

// SourceStatus tells how a source is.
type SourceStatus struct {
	Name   string
	Kind   string
	State  string // live, stale, ended, failed
	Error  string
	Heard  uint64
	Silent time.Duration // since its last event
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

// report tells what became of a source.
func (s *Station) report(source, state string, err error) {
	switch {
	case err != nil:
		s.log.Warn("source", "source", source, "state", state, "error", err)
	default:
		s.log.Info("source", "source", source, "state", state)
	}
}

// observe brings the status up to date. It is called by the conductor's goroutine.
func (s *Station) observe() {
	sum := s.stage.Summary()
	sources := make([]SourceStatus, 0, len(s.intake.states))
	for _, st := range s.intake.states {
		x := SourceStatus{Name: st.name, Kind: st.kind, State: st.state, Heard: st.heard, Silent: max(0, sum.Frames-st.last).Duration()}
		if st.err != nil {
			x.Error = st.err.Error()
		}
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
