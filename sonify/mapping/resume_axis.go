package mapping

import (
	"time"

	"proscenium/sonify"
)

// ticksMemory and referenceMemory are what a State knows of the ticks and the
// reference tones.
type ticksMemory struct {
	Is     string        `json:"is"`
	Known  bool          `json:"known"`
	Clock  time.Duration `json:"clock"`
	At     sonify.Frame  `json:"at"`
	Next   int64         `json:"next"`
	OfDay  bool          `json:"of_day,omitempty"`
	Events int64         `json:"events,omitempty"`
	Count  int64         `json:"count"`
	Last   sonify.Frame  `json:"last"`
	Ended  bool          `json:"ended,omitempty"`
}

type referenceMemory struct {
	Is   string  `json:"is"`
	N    int64   `json:"n"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Mean float64 `json:"mean"`
}

// fingerprint is about whose time it is, and how it is divided.
func (t *ticksPlan) fingerprint() string {
	return fingerprint(t.source, t.every, t.events, t.bars, t.speed)
}

func (p *Piece) referenceFingerprint(r *referencePlan) string {
	return fingerprint(r.name, p.rules[r.rule].name, p.rules[r.rule].pitch)
}

func (p *Performance) axisMemory() (*ticksMemory, []referenceMemory) {
	var refs []referenceMemory
	for i := range p.refs {
		r := &p.refs[i]
		refs = append(refs, referenceMemory{p.piece.referenceFingerprint(&p.piece.reference[i]), r.n, r.low, r.high, r.mean})
	}
	if p.piece.ticks == nil {
		return nil, refs
	}
	t := &p.ticks
	return &ticksMemory{p.piece.ticks.fingerprint(), t.known, t.clock, t.at, t.next, t.ofDay, t.events, t.count, t.last, t.ended}, refs
}

// axis takes over what the ticks and the reference tones know.
func (r *resumption) axis() {
	if m, pl := r.s.Ticks, r.piece.ticks; m != nil && pl != nil && m.Is == pl.fingerprint() {
		r.ticks = ticksState{m.Known, m.Clock, m.At, m.Next, m.OfDay, m.Events, m.Count, m.Last, m.Ended}
		// A next tick that is not the first after the clock would sound for ever, or
		// never.
		if pl.every > 0 && (m.Next < int64(m.Clock/pl.every)-1 || m.Next > int64((1<<62)/pl.every)) {
			r.ticks = ticksState{}
		}
	}
	for i := range r.piece.reference {
		is := r.piece.referenceFingerprint(&r.piece.reference[i])
		for _, m := range r.s.References {
			if m.Is == is && m.N >= 0 {
				r.refs[i] = referenceState{m.N, bounded(m.Low), bounded(m.High), bounded(m.Mean)}
			}
		}
	}
}
