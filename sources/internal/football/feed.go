package football

import (
	"slices"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
)

// Feed is a normaliser for services that answer with matches as they stand, again and
// again. It implements [decode.Normaliser].
type Feed struct {
	tally  *sonify.Tally
	source string
	read   func(body []byte, at time.Time, tally *sonify.Tally) ([]Report, error)
	whole  bool
	live   *Live
	told   map[string]bool
	clock  time.Duration // where the telling of whole matches stands
	number int
}

// pause is between two matches that are told whole, one after the other.
const pause = time.Minute

// NewFeed returns a normaliser for the source of that name. Read takes an answer apart;
// at is when it came. With whole, for recordings, a match that is over when it is met
// is told from its beginning; otherwise it is not told.
func NewFeed(source string, tally *sonify.Tally, whole bool, read func(body []byte, at time.Time, tally *sonify.Tally) ([]Report, error)) *Feed {
	return &Feed{tally: tally, source: source, read: read, whole: whole, live: NewLive(source, tally), told: make(map[string]bool)}
}

// Prospect implements [decode.Normaliser].
func (f *Feed) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: LiveShapes(), Timed: true} }

// Normalise implements [decode.Normaliser].
func (f *Feed) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	at := m.At
	if at.IsZero() {
		at = time.Now()
	}
	reports, err := f.read(m.Body, at, f.tally)
	if err != nil {
		return err
	}
	slices.SortStableFunc(reports, func(a, b Report) int { return a.Kick.Compare(b.Kick) })
	for i := range reports {
		r := &reports[i]
		r.Line = m.Line
		if f.whole && r.Phase == Over && f.live.known[r.ID] == nil {
			if !f.told[r.ID] && len(f.told) < mostMatches {
				f.told[r.ID] = true
				f.tell(r, emit)
			}
			continue
		}
		f.live.Hear(r, emit)
	}
	return nil
}

// tell tells a match that has been played.
func (f *Feed) tell(r *Report, emit func(sonify.Event)) {
	m := r.Match
	m.Line, m.Winner = r.Line, r.Winner
	if r.Awarded {
		f.tally.Add(sonify.Skipped, "match that was decided at a table", r.Line)
		return
	}
	if !m.Played() {
		f.tally.Add(sonify.Skipped, "match without a result", r.Line)
		return
	}
	m.Settle(f.tally)
	f.number++
	f.clock = m.Tell(f.source, emit, f.clock, f.number) + pause
}
