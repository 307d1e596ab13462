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

// Sources that begin at the same reading of their clocks keep step, whichever is
// heard first; what lies before is heard at the beginning, and counted.
func TestPace_BeginsWhereThePieceSays(t *testing.T) {
	const second = sonify.Frame(sonify.SampleRate)
	pace := Pace{Clock: "own", Speed: 60, Delay: second, Begin: 9 * time.Hour, Begins: true}
	var tally sonify.Tally
	early, late := pacer{pace: pace, tally: &tally}, pacer{pace: pace, tally: &tally}
	for i, c := range []struct {
		p    *pacer
		at   time.Duration
		want sonify.Frame
	}{
		{&early, 8 * time.Hour, second},
		{&early, 8*time.Hour + time.Minute, second},
		{&early, 9*time.Hour + time.Minute, 2 * second},
		{&late, 9*time.Hour + 3*time.Minute, 4 * second},
		{&late, 9*time.Hour + 4*time.Minute, 5 * second},
		{&early, 8 * time.Hour, 2 * second}, // it ran backwards
		{&early, 9*time.Hour + 2*time.Minute, 3 * second},
		{&early, 9*time.Hour + 5*time.Minute, 6 * second},
	} {
		if got := c.p.place(timed(c.at)); got != c.want {
			t.Errorf("event %d arrives at %d, want %d", i, got, c.want)
		}
	}
	n := int64(0)
	for _, c := range tally.Counts() {
		n += c.Count
	}
	if n != 3 {
		t.Errorf("counted %d: %+v", n, tally.Counts())
	}
	// Run again, it goes on as any other.
	late.again()
	if got := late.place(timed(0)); got != 5*second {
		t.Errorf("run again, it arrives at %d", got)
	}
}

// A beginning that is a date is compared with dates, whatever the source's own clock
// counts from.
func TestPace_BeginsOnADate(t *testing.T) {
	day := time.Date(2014, 8, 25, 0, 0, 0, 0, time.UTC)
	var tally sonify.Tally
	p := pacer{pace: Pace{Clock: "own", Speed: 3600, Begin: time.Duration(day.UnixNano()), Begins: true, Dated: true}, tally: &tally}
	for i, h := range []float64{9, 10.5, 12} {
		ev := &sonify.Event{Shape: bare, Timed: true, Clock: time.Duration((h - 9) * 3.6e12), At: day.Add(time.Duration(h * 3.6e12))}
		if got, want := p.place(ev), sonify.Frame(h*48000); got != want {
			t.Errorf("event %d arrives at %d, want %d", i, got, want)
		}
	}
	if got := p.place(timed(time.Hour)); got != 12*sonify.SampleRate || len(tally.Counts()) != 1 {
		t.Errorf("an event without a date arrives at %d, counted %+v", got, tally.Counts())
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
