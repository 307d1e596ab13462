package station

import (
	"encoding/json"
	"errors"
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/mapping"
)

// stage is the performer that the conductor sees: the performance of whichever
// piece is on. Live and from a log, pieces come and go by the same two methods.
type stage struct {
	*mapping.Performance
	piece *mapping.Piece
}

// resume goes on with piece where the stage stands, or a log left it.
func (s *stage) resume(piece *mapping.Piece, state *mapping.State) error {
	pf, err := piece.Resume(state)
	if err != nil {
		return err
	}
	s.Performance, s.piece = pf, piece
	return nil
}

// change puts piece on: anew, or going on from what is on now.
func (s *stage) change(piece *mapping.Piece, anew, restarted bool) error {
	if anew {
		s.Performance, s.piece = piece.PerformAt(s.Position()), piece
		return nil
	}
	state, err := s.State()
	if err != nil {
		return err
	}
	if restarted {
		state.Ending = 0 // there are new events to come
	}
	if err := s.resume(piece, state); err != nil {
		return err
	}
	s.Announce()
	return nil
}

// stretch returns how long the stretch is that begins where the stage stands.
func (s *stage) stretch() sonify.Frame {
	// A tick lasts tempo/20000 frames.
	return sonify.Frame((int64(s.piece.Stretch())*int64(s.Position().Tempo) + 19_999) / 20_000)
}

// header returns what an output is told that joins where the stage stands.
func (s *stage) header() *sonify.Header {
	h := s.piece.Header
	at := s.Position()
	h.Tick, h.Frame, h.Tempo = at.Tick(), at.Frame(), at.Tempo
	return &h
}

// written returns the state as a log holds it, and goes on from what was written,
// as whoever reads the log does: were anything lost on the way, it would be lost
// for both.
func (s *stage) written() (json.RawMessage, error) {
	state, err := s.State()
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(state)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return b, s.read(s.piece, b)
}

// read goes on with piece from a state in a log.
func (s *stage) read(piece *mapping.Piece, b json.RawMessage) error {
	var state mapping.State
	if err := json.Unmarshal(b, &state); err != nil {
		return fmt.Errorf("state: %w", errors.Join(errNotState, err))
	}
	return s.resume(piece, &state)
}

var errNotState = errors.New("this is not the state of a performance")
