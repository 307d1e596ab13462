package conductor

import (
	"context"
	"sync"
	"time"

	"proscenium/sonify"
)

// Wall is the clock of the world.
type Wall struct{}

// Now implements [Clock].
func (Wall) Now() time.Time { return time.Now() }

// Wait implements [Clock].
func (Wall) Wait(ctx context.Context, t time.Time) error {
	d := time.Until(t)
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Timeline ties the frames of a live performance to the world's time. It may be
// used by several goroutines.
type Timeline struct {
	clock Clock
	mu    sync.Mutex
	frame sonify.Frame
	at    time.Time // when frame sounds
}

// NewTimeline returns a timeline on which frame f sounds at time at.
func NewTimeline(c Clock, f sonify.Frame, at time.Time) *Timeline {
	return &Timeline{clock: c, frame: f, at: at}
}

// At returns when frame f sounds.
func (t *Timeline) At(f sonify.Frame) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at.Add((f - t.frame).Duration())
}

// Now returns the frame that sounds now; before the performance it is negative.
func (t *Timeline) Now() sonify.Frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.frame + sonify.Frames(t.clock.Now().Sub(t.at))
}

// Hold makes every frame sound later by d: the machine was asleep, or too slow.
func (t *Timeline) Hold(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at = t.at.Add(d)
}
