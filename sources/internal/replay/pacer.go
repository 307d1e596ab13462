package replay

import (
	"time"

	"proscenium/sonify"
)

// A Pacer is the clock of a source whose events have one, for messages that may come
// from a recording: what is known of a message's time moves it, and a message of which
// nothing is known, or nothing new, comes a [Pace] after the one before. No recording is
// so ever played by the clock on the wall. It is used by one goroutine.
type Pacer struct {
	tally *sonify.Tally
	first time.Time // where the clock was nought
	since time.Duration
	line  int64
	waits bool // the message has no time: its first event moves the clock
	begun bool // an event was emitted
}

// NewPacer returns a clock that has not begun. Tally takes the messages without a time.
func NewPacer(tally *sonify.Tally) *Pacer { return &Pacer{tally: tally} }

// Message begins a message. At is when it came; where that is not known, own is what the
// message says of itself, which moves the clock only if it is later than all before. Both
// may be zero.
func (p *Pacer) Message(line int64, at, own time.Time) {
	p.line, p.waits = line, false
	if at.IsZero() {
		if own.IsZero() || !p.first.IsZero() && own.Sub(p.first) <= p.since {
			p.waits = true
			return
		}
		at = own
	}
	if p.first.IsZero() {
		p.first = at.Add(-p.since)
	}
	p.since = max(p.since, at.Sub(p.first))
}

// Emit returns emit for events of the message that was begun: they get the clock.
func (p *Pacer) Emit(emit func(sonify.Event)) func(sonify.Event) {
	return func(ev sonify.Event) {
		if p.waits {
			p.waits = false
			if p.begun {
				p.since += Pace
			}
			p.tally.Add(sonify.Absent, paced, p.line)
		}
		p.begun = true
		ev.Clock, ev.Timed = p.since, true
		emit(ev)
	}
}
