package football

import (
	"slices"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/replay"
)

// Feed is a normaliser for services that answer with matches as they stand, again and
// again. It implements [decode.Normaliser].
type Feed struct {
	tally  *sonify.Tally
	source string
	read   func(body []byte, at time.Time, tally *sonify.Tally) ([]Report, error)
	pacer  *replay.Pacer
	whole  bool
	live   *Live
	told   map[string]bool
	clock  time.Duration // where the telling of whole matches stands
	number int
}

// pause is between two matches that are told whole, one after the other.
const pause = time.Minute

// NewFeed returns a normaliser for the source of that name. Read takes an answer apart;
// at is when it came. In a recording that may be unknown: at is zero then, and the reports
// have the time that the answer has of its own, if any. With whole, for recordings, a match
// that is over when it is met is told from its beginning, otherwise it is not told; and a
// half-time that no answer has seen is told when the second half is met.
func NewFeed(source string, tally *sonify.Tally, whole bool, read func(body []byte, at time.Time, tally *sonify.Tally) ([]Report, error)) *Feed {
	live := NewLive(source, tally)
	live.late = whole
	return &Feed{tally: tally, source: source, read: read, pacer: replay.NewPacer(tally), whole: whole, live: live, told: make(map[string]bool)}
}

// Prospect implements [decode.Normaliser].
func (f *Feed) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: LiveShapes(), Timed: true} }

// Normalise implements [decode.Normaliser].
func (f *Feed) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	reports, err := f.read(m.Body, m.At, f.tally)
	if err != nil {
		return err
	}
	var own time.Time
	for i := range reports {
		if reports[i].At.After(own) {
			own = reports[i].At
		}
	}
	f.pacer.Message(m.Line, m.At, own)
	paced := f.pacer.Emit(emit)
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
		f.live.Hear(r, paced)
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
