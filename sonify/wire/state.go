package wire

import (
	"slices"

	"proscenium/sonify"
)

// captionsKept is how many captions a listener who joins is shown.
const captionsKept = 8

// State is what a page shows at a moment: the marks that hold.
type State struct {
	holds    [sonify.MarkEvent]sonify.Mark // section, key, chord, meter and tempo, by kind
	has      [sonify.MarkEvent]bool
	signals  []sonify.Mark // by signal
	known    []bool
	board    []sonify.Mark // by place; those without a text are empty
	sources  []sonify.Mark // each named once
	captions []sonify.Mark // the newest last
}

// Begin forgets everything.
func (s *State) Begin(h *sonify.Header) {
	*s = State{signals: make([]sonify.Mark, len(h.Signals)), known: make([]bool, len(h.Signals)), board: make([]sonify.Mark, h.Board.Places())}
}

// change forgets what another piece may have given other numbers or names.
func (s *State) change(h *sonify.Header) {
	was := *s
	s.Begin(h)
	s.holds, s.has = was.holds, was.has
	s.has[sonify.MarkSection] = false
}

// Mark takes a mark over.
func (s *State) Mark(m *sonify.Mark) {
	switch m.Kind {
	case sonify.MarkSection, sonify.MarkKey, sonify.MarkChord, sonify.MarkMeter, sonify.MarkTempo:
		s.holds[m.Kind], s.has[m.Kind] = *m, true
	case sonify.MarkSignal:
		if m.Index >= 0 && m.Index < len(s.signals) {
			s.signals[m.Index], s.known[m.Index] = *m, true
		}
	case sonify.MarkState:
		i := slices.IndexFunc(s.sources, func(o sonify.Mark) bool { return o.Name == m.Name })
		if i < 0 {
			s.sources = append(s.sources, *m)
		} else {
			s.sources[i] = *m
		}
	case sonify.MarkBoard:
		if m.Index >= 0 && m.Index < len(s.board) {
			s.board[m.Index] = *m
		}
	case sonify.MarkCaption:
		if len(s.captions) == captionsKept {
			s.captions = slices.Delete(s.captions, 0, 1)
		}
		s.captions = append(s.captions, *m)
	}
}

// Marks returns the marks that hold, by frame. They are copies, each with the time
// at which it came.
func (s *State) Marks() []sonify.Mark {
	var out []sonify.Mark
	for k, m := range s.holds {
		if s.has[k] {
			out = append(out, m)
		}
	}
	for i := range s.signals {
		if s.known[i] {
			out = append(out, s.signals[i])
		}
	}
	for i := range s.board {
		if s.board[i].Text != "" {
			out = append(out, s.board[i])
		}
	}
	out = append(out, s.sources...)
	out = append(out, s.captions...)
	slices.SortStableFunc(out, func(a, b sonify.Mark) int {
		switch {
		case a.Frame < b.Frame:
			return -1
		case a.Frame > b.Frame:
			return 1
		}
		return 0
	})
	return out
}
