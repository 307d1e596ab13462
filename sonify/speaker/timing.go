package speaker

import (
	"slices"
	"sync"
	"time"

	"proscenium/sonify"
)

// Timing says when a speaker's sound is heard.
type Timing struct {
	// Open is true while there is a device; it may have taken nothing yet.
	Open bool
	// Device counts the devices that were opened: with another one all begins anew.
	Device int64
	// Waits is how many frames were written that the device has not taken.
	Waits int64
	// Next is when the frame that is written next will be heard, if Known is true: a
	// device that Tells needs a moment until it is.
	Next         time.Time
	Tells, Known bool
}

// Timing returns when sound that is written now is heard.
func (s *Speaker) Timing() Timing {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := Timing{Open: s.flow.open, Device: s.status.Opened}
	if s.device == nil || !s.flow.open {
		return t
	}
	written := s.flow.came - s.flow.left
	t.Waits = written - s.device.Taken()
	if d, ok := s.device.(teller); ok {
		t.Tells = true
		if zero, ok := d.zero(); ok {
			t.Next, t.Known = zero.Add(sonify.Frame(written).Duration()), true
		}
	}
	return t
}

// teller is a device that knows when its first frame was heard, or would have been if
// it had played without a break.
type teller interface {
	zero() (t time.Time, ok bool)
}

// hearing learns from what a device says when its sound is heard. What it says comes
// late by the while that a report takes, now more, now less; the middle of the last
// ones is right to a few milliseconds.
type hearing struct {
	mu   sync.Mutex
	last []time.Duration // of its first frame, since began
	from time.Time
}

// heard is so many reports; a device makes some thirty a second.
const heard = 64

// enough is how many reports there have to be.
const enough = 4

// away is by how much, and for how many reports, what is said has to differ from
// what was said before to be believed at once: a device that ran dry is heard later
// from then on.
const (
	away     = 10 * time.Millisecond
	awayMany = 8
)

// told takes note that at t the device had taken so many frames, and that the last of
// them is heard after delay.
func (h *hearing) told(t time.Time, taken int64, delay time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.from.IsZero() {
		h.from = t
	}
	h.last = append(h.last, t.Sub(h.from)+delay-sonify.Frame(taken).Duration())
	if len(h.last) > heard {
		h.last = h.last[1:]
	}
	if n := len(h.last) - awayMany; n > 0 {
		was, early, late := middle(h.last[:n]), true, true
		for _, x := range h.last[n:] {
			early, late = early && x < was-away, late && x > was+away
		}
		if early || late {
			h.last = h.last[n:]
		}
	}
}

// zero returns when the device's first frame was heard.
func (h *hearing) zero() (t time.Time, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.last) < enough {
		return time.Time{}, false
	}
	return h.from.Add(middle(h.last)), true
}

func middle(p []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(p))
	return s[len(s)/2]
}
