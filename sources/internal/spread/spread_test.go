package spread_test

import (
	"fmt"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/spread"
)

func TestSpreader(t *testing.T) {
	base := time.Unix(1795000000, 0)
	for name, c := range map[string]struct {
		over time.Duration
		at   []int // seconds
		want string
	}{
		"keeps distances":     {time.Minute, []int{0, 10, 30}, "0:0 10:1 30:2 "},
		"moves closer":        {time.Minute, []int{0, 60, 120}, "0:0 30:1 60:2 "},
		"without times":       {time.Minute, []int{5, 5, 5}, "0:0 20:1 40:2 "},
		"backwards":           {time.Minute, []int{5, 0, 10}, "0:0 5:2 20:1 "},
		"at once":             {0, []int{0, 10, 30}, "-1:0 -1:1 -1:2 "},
		"one":                 {time.Minute, []int{7}, "0:0 "},
		"none":                {time.Minute, nil, ""},
		"far more than a day": {time.Minute, []int{0, 1 << 40}, "0:0 60:1 "},
	} {
		s := spread.Spreader{Over: c.over}
		var batch []sonify.Event
		for i, at := range c.at {
			batch = append(batch, sonify.Event{Line: int64(i), At: base.Add(time.Duration(min(at, 1<<32)) * time.Second)})
		}
		now, got := base, ""
		tell := func(ev sonify.Event) { got += fmt.Sprintf("%d:%d ", int(now.Sub(base).Seconds()), ev.Line) }
		now = base.Add(-time.Second)
		s.Add(batch, base, tell)
		now = base
		for next := s.Flush(now, tell); !next.IsZero(); next = s.Flush(now, tell) {
			now = next
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestSpreader_IsBounded(t *testing.T) {
	s := spread.Spreader{Over: time.Hour}
	n := 0
	for range 100 {
		s.Add(make([]sonify.Event, spread.Limit/3), time.Now(), func(sonify.Event) { n++ })
	}
	if left := 100*(spread.Limit/3) - n; left > spread.Limit {
		t.Errorf("%d wait", left)
	}
	s.Flush(time.Time{}, func(sonify.Event) { n++ })
	if n != 100*(spread.Limit/3) {
		t.Errorf("told %d", n)
	}
}
