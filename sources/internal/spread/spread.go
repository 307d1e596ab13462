// Package spread gives back its time to what was fetched in one piece. A service that
// is asked once a minute tells sixty seconds at once; heard at once they would be a
// stroke a minute. Here they are told over the minute that follows, in their order and
// with their distances.
package spread

import (
	"sort"
	"time"

	"proscenium/sonify"
)

// Limit is how many events wait at most. What is too much is told at once.
const Limit = 10000

// Spreader holds events back. It is used by one goroutine.
type Spreader struct {
	Over time.Duration // the time over which the events of one batch are told; 0: at once
	wait []waiting
}

type waiting struct {
	ev  sonify.Event
	due time.Time
}

// Add takes a batch that came at now, in the order of its events. Those of a batch
// that is longer than Over move closer together; those of one that is not keep their
// distances.
func (s *Spreader) Add(batch []sonify.Event, now time.Time, emit func(sonify.Event)) {
	if s.Over <= 0 || len(s.wait)+len(batch) > Limit {
		s.Flush(time.Time{}, emit)
		for _, ev := range batch {
			emit(ev)
		}
		return
	}
	if len(batch) == 0 {
		return
	}
	first := batch[0].At
	span := batch[len(batch)-1].At.Sub(first)
	for i := range batch {
		after := time.Duration(0)
		switch at := batch[i].At.Sub(first); {
		case span <= 0 || at < 0: // the times say nothing: evenly
			after = s.Over * time.Duration(i) / time.Duration(len(batch))
		case span > s.Over:
			after = time.Duration(float64(s.Over) * (float64(at) / float64(span)))
		default:
			after = at
		}
		s.wait = append(s.wait, waiting{batch[i], now.Add(after)})
	}
	sort.SliceStable(s.wait, func(i, j int) bool { return s.wait[i].due.Before(s.wait[j].due) })
}

// Flush tells what is due at now, everything if now is zero, and returns when the next
// is: zero if nothing waits.
func (s *Spreader) Flush(now time.Time, emit func(sonify.Event)) time.Time {
	n := 0
	for n < len(s.wait) && (now.IsZero() || !now.Before(s.wait[n].due)) {
		emit(s.wait[n].ev)
		n++
	}
	s.wait = append(s.wait[:0], s.wait[n:]...)
	if len(s.wait) == 0 {
		return time.Time{}
	}
	return s.wait[0].due
}
