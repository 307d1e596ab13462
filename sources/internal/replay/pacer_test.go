package replay_test

import (
	"fmt"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/replay"
)

func TestPacer(t *testing.T) {
	type message struct {
		at, own int // minutes; 0: not known
		events  int
	}
	noon := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	when := func(minutes int) time.Time {
		if minutes == 0 {
			return time.Time{}
		}
		return noon.Add(time.Duration(minutes) * time.Minute)
	}
	for name, c := range map[string]struct {
		messages []message
		want     string
		paced    int64
	}{
		"none has a time":                {[]message{{0, 0, 1}, {0, 0, 2}, {0, 0, 0}, {0, 0, 1}}, "[0s 500ms 500ms 1s]", 3},
		"times of the recording":         {[]message{{1, 9, 1}, {3, 0, 2}, {3, 0, 1}, {2, 0, 1}}, "[0s 2m0s 2m0s 2m0s 2m0s]", 0},
		"times of the messages":          {[]message{{0, 1, 1}, {0, 3, 1}}, "[0s 2m0s]", 0},
		"times that stand still":         {[]message{{0, 1, 1}, {0, 1, 1}, {0, 1, 1}, {0, 3, 1}, {0, 2, 1}}, "[0s 500ms 1s 2m0s 2m0.5s]", 3},
		"times that come later":          {[]message{{0, 0, 1}, {0, 0, 1}, {5, 0, 1}, {6, 0, 1}}, "[0s 500ms 500ms 1m0.5s]", 2},
		"the first tells nothing":        {[]message{{0, 0, 0}, {0, 0, 1}}, "[0s]", 1},
		"the first that has a time, too": {[]message{{1, 0, 0}, {2, 0, 1}}, "[1m0s]", 0},
	} {
		tally := new(sonify.Tally)
		p := replay.NewPacer(tally)
		var got []time.Duration
		for i, m := range c.messages {
			p.Message(int64(i+1), when(m.at), when(m.own))
			emit := p.Emit(func(ev sonify.Event) {
				if !ev.Timed {
					t.Errorf("%s: an event without a clock", name)
				}
				got = append(got, ev.Clock)
			})
			for range m.events {
				emit(sonify.Event{Shape: said})
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, not %s", name, got, c.want)
		}
		paced := int64(0)
		for _, n := range tally.Counts() {
			paced += n.Count
		}
		if paced != c.paced {
			t.Errorf("%s: %d were counted as paced, not %d", name, paced, c.paced)
		}
	}
}
