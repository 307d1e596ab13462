package main

import (
	"proscenium/sonify"
	"proscenium/sonify/mapping"
)

// legendJSON is a legend as explain --json prints it: the legend with its
// samples as notes.
type legendJSON struct {
	*mapping.Legend
	Piece   string      `json:"piece"`
	Entries []entryJSON `json:"entries"` // in place of the legend's own
}

type entryJSON struct {
	mapping.LegendEntry
	Samples []sampleJSON `json:"samples"`
}

type sampleJSON struct {
	mapping.LegendSample
	Ticks sonify.Tick `json:"ticks"` // its length, 960 to a quarter note
	BPM   float64     `json:"bpm"`
	Notes []noteJSON  `json:"notes"`
}

type noteJSON struct {
	Tick     sonify.Tick `json:"tick"`
	Length   sonify.Tick `json:"length"` // ticks
	Voice    string      `json:"voice"`
	Pitch    float64     `json:"pitch"` // MIDI key
	Name     string      `json:"name"`
	Velocity float64     `json:"velocity"` // 0 to 1
	Pan      float64     `json:"pan"`      // -1 to 1
}

func legendData(p *mapping.Piece, l *mapping.Legend) legendJSON {
	out := legendJSON{Legend: l, Piece: p.Header.Piece, Entries: []entryJSON{}}
	for _, e := range l.Entries {
		je := entryJSON{LegendEntry: e, Samples: []sampleJSON{}}
		for _, s := range e.Samples {
			js := sampleJSON{LegendSample: s, Ticks: s.Passage.Span.End, BPM: round(p.Header.Tempo.BPM(), 3), Notes: []noteJSON{}}
			for _, m := range s.Passage.Marks {
				if m.Kind == sonify.MarkTempo && m.Tick == 0 {
					js.BPM = round(m.Number, 3)
				}
			}
			for _, n := range s.Passage.Notes {
				js.Notes = append(js.Notes, noteJSON{n.Tick, n.Length, p.Header.Voices[n.Voice].Name, round(n.Pitch.Semitones(), 5), n.Pitch.String(),
					round(float64(n.Velocity)/float64(sonify.MaxVelocity), 4), float64(n.Pan) / 100})
			}
			je.Samples = append(je.Samples, js)
		}
		out.Entries = append(out.Entries, je)
	}
	return out
}
