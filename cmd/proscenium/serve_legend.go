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
	out := &wire.Legend{Title: l.Title, About: l.About, Lang: p.Header.Language, Idle: l.Idle, IdleAfter: l.IdleAfter, IdleSection: l.IdleSection, Setup: setup, Entries: []wire.LegendEntry{}}
	for i := range l.Entries {
		e := &l.Entries[i]
		if e.Kind == mapping.LegendSignal && hidden[e.Name] {
			continue
		}
		entry := wire.LegendEntry{Kind: string(e.Kind), Name: e.Name, Title: e.Title, Doc: e.Doc, Words: e.Words, Unit: e.Unit, Domain: e.Domain,
			Carrier: e.Carrier, Polarity: e.Polarity, Voices: e.Voices, Values: []wire.LegendValue{}, Low: e.Low, High: e.High, Live: e.Live, Alike: e.Alike}
		for _, f := range e.Effects {
			entry.Effects = append(entry.Effects, wire.LegendEffect(f))
		}
		for _, s := range e.Samples {
			v := wire.LegendValue{Which: s.Which, Say: s.Caption, Word: s.Word, End: s.End, Frames: s.Passage.End}
			if f, ok := s.Value.Float(); ok {
				v.Value = &f
			}
			if v.Silent = len(s.Passage.Notes) == 0; v.Silent {
				v.Commands, v.Frames = []byte{}, 0
				entry.Values = append(entry.Values, v)
				continue
			}
			var c sound.Coder
			if _, err := c.Begin(nil, &h); err != nil {
				return nil, err
			}
			v.Commands = c.Passage(nil, s.Passage)
			entry.Values = append(entry.Values, v)
		}
		out.Entries = append(out.Entries, entry)
	}
	return out, nil
}
