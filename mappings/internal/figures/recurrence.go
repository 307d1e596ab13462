package figures

import (
	"encoding/binary"
	"slices"

	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// gramSteps is how many steps from note to note a gram has.
const gramSteps = 4

// fewGrams is below what nothing is said about a melody.
const fewGrams = 8

// step is the way from one note of a melody to the next.
type step struct {
	interval int         // in semitones
	time     sonify.Tick // from onset to onset
}

// Melodies returns what each voice plays of themes, as phrases without a step
// longer than two bars. Of notes at one tick the highest counts.
func Melodies(t *take.Take) [][]sonify.Note {
	var out [][]sonify.Note
	gap := 2 * t.Header.Meter.Bar()
	for v := range t.Header.Voices {
		var line []sonify.Note
		for i := range t.Notes {
			n := t.Notes[i]
			if n.Voice != v || !t.Header.Voices[v].Pitched || !slices.Contains(t.Themes, n.Cause.By) {
				continue
			}
			if k := len(line); k > 0 && line[k-1].Tick == n.Tick {
				line[k-1].Pitch = max(line[k-1].Pitch, n.Pitch)
				continue
			}
			if k := len(line); k > 0 && n.Tick-line[k-1].Tick > gap {
				out = append(out, line)
				line = nil
			}
			line = append(line, n)
		}
		if len(line) > 0 {
			out = append(out, line)
		}
	}
	return out
}

// grams returns the 4-grams of a phrase.
func grams(line []sonify.Note) []string {
	if len(line) <= gramSteps {
		return nil
	}
	steps := make([]step, len(line)-1)
	for i := range steps {
		steps[i] = step{line[i+1].Pitch.Key() - line[i].Pitch.Key(), line[i+1].Tick - line[i].Tick}
	}
	var out []string
	for i := gramSteps; i <= len(steps); i++ {
		var b []byte
		for _, s := range steps[i-gramSteps : i] {
			b = binary.AppendVarint(b, int64(s.interval))
			b = binary.AppendVarint(b, int64(s.time))
		}
		out = append(out, string(b))
	}
	return out
}

func (f *Figures) recurrence(t *take.Take) {
	count := map[string]int{}
	for _, line := range Melodies(t) {
		for _, g := range grams(line) {
			count[g]++
			f.Grams++
		}
	}
	if f.Grams < fewGrams {
		return
	}
	again := 0
	for _, c := range count {
		if c > 1 {
			again += c
		}
	}
	f.Recurs = float64(again) / float64(f.Grams)
}
