package mapping_test

import (
	"fmt"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/score"
)

// keyed counts the notes of a performance that lie in the key of their moment.
type keyed struct {
	t        *testing.T
	key      score.Key
	in, all  int
	chords   map[string]bool
	keyMarks int
}

func (k *keyed) Begin(*sonify.Header) error   { k.chords = map[string]bool{}; return nil }
func (k *keyed) Finish(*sonify.Summary) error { return nil }
func (k *keyed) Close() error                 { return nil }
func (k *keyed) Play(c sonify.Cue) error {
	m := c.Marks
	for _, n := range c.Notes {
		for len(m) > 0 && m[0].Frame <= n.Frame {
			k.mark(&m[0])
			m = m[1:]
		}
		k.all++
		if k.key.Has(n.Pitch) {
			k.in++
		}
	}
	for i := range m {
		k.mark(&m[i])
	}
	return nil
}

func (k *keyed) mark(m *sonify.Mark) {
	switch m.Kind {
	case sonify.MarkKey:
		key, err := score.ParseKey(m.Name)
		if err != nil {
			k.t.Fatal(err)
		}
		k.key = key
		k.keyMarks++
	case sonify.MarkChord:
		k.chords[m.Name] = true
	}
}

// However tense and rich the harmony is, the piece stays in its key as its
// figures count it: 95 notes of 100.
func TestTension_StaysInKey(t *testing.T) {
	const piece = `
tempo = 300
key = "%s"
[source.s]
type = "script"
[signal.x]
on = "r"
value = "v"
[voice.arp]
[voice.bass]
[[pattern]]
voice = "arp"
notes = { arpeggio = "up", span = %d }
[[pattern]]
voice = "bass"
step = "1/4"
notes = "root fifth third seventh"
centre = "A2"
[form]
progression = [%s]
every = "1 bar"
tension = %v
richness = %d
`
	// Progressions of the keys' own notes: what else a composer writes is his.
	for _, c := range [][2]string{
		{"A minor", `"i", "VI", "III", "VII"`}, {"A minor", `"i"`}, {"A minor", `"i", "VI"`}, {"A minor", `"i", "iv", "v"`},
		{"C major", `"I", "V", "vi", "IV"`}, {"C major", `"I", "IV"`}, {"D dorian", `"i", "IV", "VII", "ii"`},
		{"E phrygian", `"i", "II", "vii"`}, {"G mixolydian", `"I", "VII", "IV", "v"`}, {"F lydian", `"I", "II", "vi"`}, {"A harmonic minor", `"i", "iv", "V"`},
	} {
		for _, tension := range []float64{0, 0.3, 0.6, 0.8, 1} {
			for rich := 0; rich <= 5; rich++ {
				k := &keyed{t: t}
				perform(t, compile(t, fmt.Sprintf(piece, c[0], 5, c[1], tension, rich), "0 r v=1\n30 r v=2\n"), k)
				share := float64(k.in) / float64(k.all)
				if share < 0.95 || tension < 0.75 && share < 1 {
					t.Errorf("%v, tension %v, richness %d: %.3f of the notes are in the key", c, tension, rich, share)
				}
				if lead := tension >= 0.75; lead && !k.chords["V7"] || !lead && k.chords["V7"] && c[0] == "A minor" {
					t.Errorf("%v, tension %v: chords %v", c, tension, k.chords)
				}
			}
		}
	}
}
