package client

import (
	"errors"
	"fmt"
	"sync"

	"proscenium/sonify/chip"
	"proscenium/sonify/pcm"
	"proscenium/sonify/wire"
)

// Player is a chip that plays what a [Line] brings. Its methods may be called from any
// goroutine.
type Player struct {
	mu    sync.Mutex
	chip  *chip.Chip
	queue []byte // commands that the chip has not taken yet
	begun bool
	known int64 // every command before this frame is here
	anew  bool  // since the last Begun
}

// NewPlayer returns a player that has nothing to play yet.
func NewPlayer() *Player { return &Player{chip: chip.New()} }

// longest is how many frames of commands wait: what a player that nobody asks is told
// is played unheard.
const longest = 20 * chip.Rate

var errNoKeyframe = errors.New("a score without a keyframe before it")

// Take takes a message of the station. After an error the player begins with the next
// keyframe.
func (p *Player) Take(m wire.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m := m.(type) {
	case *wire.Keyframe:
		p.begun, p.queue = false, p.queue[:0]
		if err := p.chip.Restore(m.Snapshot); err != nil {
			return fmt.Errorf("the keyframe cannot be played: %w", err)
		}
		p.known, p.begun, p.anew = max(int64(m.Frame), p.chip.Horizon()), true, true
	case *wire.Score:
		if !p.begun {
			return errNoKeyframe
		}
		p.queue = append(p.queue, m.Commands...)
		p.known = max(p.known, int64(m.Begin+m.Frames))
		if err := p.push(); err != nil {
			return err
		}
		if over := p.known - p.chip.Pos() - longest; over > 0 {
			return p.skip(over + longest/2)
		}
	}
	return nil
}

// push gives the chip what it has room for. mu is held.
func (p *Player) push() error {
	n := p.chip.Push(p.queue)
	if n < 0 {
		p.begun = false
		return fmt.Errorf("the chip refused a command, byte %d", ^n)
	}
	p.queue = p.queue[:copy(p.queue, p.queue[n:])]
	return nil
}

// Begun reports whether there is something to play, and whether it began anew since
// Begun was asked last.
func (p *Player) Begun() (begun, anew bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	anew = p.anew
	p.anew = false
	return p.begun, anew
}

// Pos returns the frame of the chip that comes next.
func (p *Player) Pos() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chip.Pos()
}

// Ready returns how many frames can be made without a command that is not here yet.
func (p *Player) Ready() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ready()
}

func (p *Player) ready() int {
	if !p.begun {
		return 0
	}
	// What is left of the block that was made last, and the blocks that can be.
	left := p.chip.Horizon() - p.chip.Pos()
	more := max(p.known-p.chip.Horizon(), 0) / chip.Block * chip.Block
	return int(left + more)
}

// Render makes the next frames, as many as dst holds, which are at most those that are
// ready.
func (p *Player) Render(dst []pcm.Frame) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.render(dst)
}

func (p *Player) render(dst []pcm.Frame) error {
	if len(dst) > p.ready() {
		return fmt.Errorf("%d frames were asked for, %d are ready", len(dst), p.ready())
	}
	for len(dst) > 0 {
		n := len(dst)
		if len(p.queue) > 0 {
			n = min(n, chip.Block) // so that there is room again before it is needed
		}
		chip.Fill(p.chip, dst[:n])
		dst = dst[n:]
		if err := p.push(); err != nil {
			return err
		}
	}
	return nil
}

// Skip goes n frames on without a sound, or as many as are ready, and returns how many.
func (p *Player) Skip(n int64) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = min(n, int64(p.ready()))
	return n, p.skip(n)
}

func (p *Player) skip(n int64) error {
	var unheard [4 * chip.Block]pcm.Frame
	for n > 0 {
		k := min(n, int64(len(unheard)))
		if err := p.render(unheard[:k]); err != nil {
			return err
		}
		n -= k
	}
	return nil
}
