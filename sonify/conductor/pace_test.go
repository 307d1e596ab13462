package conductor

import (
	"testing"
	"time"

	"proscenium/sonify"
)

var bare = sonify.NewShape("r")

func timed(d time.Duration) *sonify.Event { return &sonify.Event{Shape: bare, Timed: true, Clock: d} }

// The clock starts with the first event that has a time, wherever that clock
// stands by then.
func TestPace_StartsWithTheFirstTime(t *testing.T) {
	var tally sonify.Tally
	p := pacer{pace: Pace{Clock: "own", Speed: 1, Delay: 100}, tally: &tally}
	day := 24 * time.Hour
	for i, c := range []struct {
		ev   *sonify.Event
		want sonify.Frame
	}{
		{&sonify.Event{Shape: bare}, 100},
		{timed(900 * day), 100},
		{&sonify.Event{Shape: bare}, 100},
		{timed(900*day + time.Second), 48100},
	} {
		if got := p.place(c.ev); got != c.want {
			t.Errorf("event %d arrives at %d, want %d", i, got, c.want)
		}
	}
	if c := tally.Counts(); len(c) != 1 || c[0].Count != 2 {
		t.Errorf("counted %+v", c)
	}
}

// However far a clock jumps, frames go forward and fit.
func TestPace_SurvivesWildClocks(t *testing.T) {
	p := pacer{pace: Pace{Clock: "own", Speed: 0.001}}
	last := sonify.Frame(0)
	for _, d := range []time.Duration{-1 << 63, 1<<63 - 1, 0, 1<<63 - 1, -1 << 63, 1 << 62, 1<<63 - 1} {
		at := p.place(timed(d))
		if at < last || at > lastFrame {
			t.Errorf("clock %d: frame %d after %d", d, at, last)
		}
		last = at
	}
}
