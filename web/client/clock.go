package client

import (
	"slices"
	"sync"
	"time"

	"proscenium/sonify/wire"
)

// clock knows when a station's frames are heard, by our own clock.
type clock struct {
	start time.Time // of our microseconds; it has a monotonic reading

	mu      sync.Mutex
	known   bool
	zero    int64 // when frame 0 sounds, by the station's clock, in microseconds since 1970
	cushion time.Duration
	answers []answer // the last
}

// answer is what was learned from asking for the time.
type answer struct {
	trip   int64 // there and back, microseconds
	offset int64 // the station's clock less ours
}

// remembered is how many answers there are to choose from. One is asked for every
// three seconds; clocks do not part by a millisecond in half a minute.
const remembered = 12

// untrue is by how many microseconds two answers may contradict each other: clocks
// that go differently part by that much in half a minute.
const untrue = 10_000

// us returns t in microseconds since 1970, by a clock that nobody sets.
func (c *clock) us(t time.Time) int64 {
	return c.start.UnixMicro() + t.Sub(c.start).Microseconds()
}

// hello takes over what a hello says. Its time may be a second old, so it counts only
// as long as there is no answer.
func (c *clock) hello(h *wire.Hello, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zero, c.cushion, c.known = h.Zero, time.Duration(h.Cushion)*time.Millisecond, true
	if len(c.answers) == 0 {
		c.answers = append(c.answers, answer{trip: 1 << 62, offset: h.Now - c.us(now)})
	}
}

// moved takes over that frame 0 sounds at another time.
func (c *clock) moved(zero int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zero = zero
}

// told takes over an answer to a question that was asked at sent and came back at now.
func (c *clock) told(now int64, sent, back time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, b := c.us(sent), c.us(back)
	x := answer{trip: b - a, offset: now - (a+b)/2}
	// Where two answers cannot both be true a machine slept, or a clock was set: what was
	// said before is of no use any more.
	c.answers = slices.DeleteFunc(c.answers, func(y answer) bool { return max(x.offset-y.offset, y.offset-x.offset) > (x.trip+y.trip)/2+untrue })
	c.answers = append(c.answers, x)
	if len(c.answers) > remembered {
		c.answers = slices.Delete(c.answers, 0, 1)
	}
}

// at returns when the chip's frame 0 is heard, by our clock; ok is false as long as
// nobody has said.
func (c *clock) at() (t time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		return time.Time{}, false
	}
	best := slices.MinFunc(c.answers, func(a, b answer) int { return int(min(max(a.trip-b.trip, -1), 1)) })
	us := c.zero - best.offset - c.start.UnixMicro()
	return c.start.Add(time.Duration(us)*time.Microsecond + c.cushion), true
}
