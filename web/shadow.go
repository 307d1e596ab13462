package web

import (
	"fmt"

	"proscenium/sonify/chip"
)

// shadow is a chip that plays what listeners are sent.
type shadow struct {
	chip  *chip.Chip
	queue []byte // commands that the chip has not taken yet
	block [20 * chip.Block]chip.Frame
}

// begin makes the chip what setup says.
func (s *shadow) begin(setup []byte) error {
	s.chip = chip.New()
	s.queue = append(s.queue[:0], setup...)
	return s.push()
}

// push gives the chip what it has room for.
func (s *shadow) push() error {
	n := s.chip.Push(s.queue)
	if n < 0 {
		return fmt.Errorf("the chip refused a command, byte %d: % x", ^n, s.queue[^n:min(len(s.queue), ^n+16)])
	}
	s.queue = s.queue[:copy(s.queue, s.queue[n:])]
	return nil
}

// play takes the commands of a message that is complete up to frame end, renders
// what they determine and gives it to pour, 50 ms or less at a time.
func (s *shadow) play(commands []byte, end int64, pour func([]chip.Frame)) error {
	s.queue = append(s.queue, commands...)
	for {
		if err := s.push(); err != nil {
			return err
		}
		blocks := min((end-s.chip.Horizon())/chip.Block, int64(len(s.block)/chip.Block))
		if blocks <= 0 {
			return nil
		}
		b := s.block[:blocks*chip.Block]
		if len(s.queue) > 0 {
			b = b[:chip.Block] // so that there is room again before it is needed
		}
		s.chip.Render(b)
		pour(b)
	}
}
