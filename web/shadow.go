package web

import (
	"encoding/binary"
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

// wavHeader is that of an endless WAV file of 16 bits: its lengths are the greatest
// that there are, which players take for "until it ends".
func wavHeader() []byte {
	p := []byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00")
	p = binary.LittleEndian.AppendUint16(p, 1) // PCM
	p = binary.LittleEndian.AppendUint16(p, 2)
	p = binary.LittleEndian.AppendUint32(p, chip.Rate)
	p = binary.LittleEndian.AppendUint32(p, chip.Rate*4)
	p = binary.LittleEndian.AppendUint16(p, 4)
	p = binary.LittleEndian.AppendUint16(p, 16)
	return append(p, "data\xff\xff\xff\xff"...)
}

// appendInt16 appends frames as 16-bit samples, rounded half up and clamped, as the
// files of package pcm are.
func appendInt16(p []byte, frames []chip.Frame) []byte {
	for _, f := range frames {
		for _, v := range f {
			p = binary.LittleEndian.AppendUint16(p, uint16(min(max((v+128)>>8, -1<<15), 1<<15-1)))
		}
	}
	return p
}
