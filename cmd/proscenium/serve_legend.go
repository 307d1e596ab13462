package main

import (
	"sync"

	"proscenium/sonify/mapping"
	"proscenium/sonify/sound"
	"proscenium/sonify/station"
	"proscenium/sonify/wire"
)

// onAirLegend is the legend of the piece that a station plays, made when somebody
// first asks for it, and again once another piece is on.
type onAirLegend struct {
	station *station.Station

	mu   sync.Mutex
	of   *mapping.Piece
	made *wire.Legend
}

// get returns the legend. Whoever gets it must not change it.
func (l *onAirLegend) get() (*wire.Legend, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	on := l.station.Piece()
	if l.of == on {
		return l.made, nil
	}
	// The station's goroutine performs its piece: this one has one of its own.
	p, err := l.station.Copy()
	if err != nil {
		return nil, err
	}
	made, err := playableLegend(p)
	if err != nil {
		return nil, err
	}
	l.of, l.made = on, made
	return made, nil
}

// playableLegend is what a listener is told of a piece: the rules, the signals that
// are shown and the sections that can be heard, the most important first, each with
// the commands that play it.
func playableLegend(p *mapping.Piece) (*wire.Legend, error) {
	l, _ := p.Legend(nil).Chosen(&p.Header, []mapping.LegendKind{mapping.LegendRule, mapping.LegendSignal, mapping.LegendSection}, 0)
	hidden := map[string]bool{}
	for _, s := range p.Header.Signals {
		hidden[s.Name] = s.Hidden
	}
	h := p.Header
	h.Frame = 0
	var first sound.Coder
	setup, err := first.Begin(nil, &h)
	if err != nil {
		return nil, err
	}
	out := &wire.Legend{Title: l.Title, About: l.About, Idle: l.Idle, Setup: setup, Entries: []wire.LegendEntry{}}
	for i := range l.Entries {
		e := &l.Entries[i]
		if e.Kind == mapping.LegendSignal && hidden[e.Name] {
			continue
		}
		entry := wire.LegendEntry{Kind: string(e.Kind), Name: e.Name, Doc: e.Doc, Words: e.Words, Unit: e.Unit, Domain: e.Domain,
			Carrier: e.Carrier, Polarity: e.Polarity, Voices: e.Voices, Values: []wire.LegendValue{}}
		for _, s := range e.Samples {
			if len(s.Passage.Notes) == 0 {
				continue // it is told in words
			}
			var c sound.Coder
			if _, err := c.Begin(nil, &h); err != nil {
				return nil, err
			}
			entry.Values = append(entry.Values, wire.LegendValue{Which: s.Which, Say: s.Caption, Commands: c.Passage(nil, s.Passage), Frames: s.Passage.End})
		}
		out.Entries = append(out.Entries, entry)
	}
	return out, nil
}
