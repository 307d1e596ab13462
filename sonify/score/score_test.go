package score_test

import (
	"fmt"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/score"
)

func key(t *testing.T, s string) score.Key {
	t.Helper()
	k, err := score.ParseKey(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestScales_RiseWithinTheirPeriod(t *testing.T) {
	for _, n := range score.ScaleNames() {
		s, ok := score.ScaleByName(n)
		if !ok || len(s.Steps) == 0 || s.Steps[0] != 0 {
			t.Errorf("scale %q: %v %v", n, s, ok)
			continue
		}
		for i := 1; i < len(s.Steps); i++ {
			if s.Steps[i] <= s.Steps[i-1] {
				t.Errorf("scale %q does not rise at step %d", n, i)
			}
		}
		if s.Steps[len(s.Steps)-1] >= s.Period {
			t.Errorf("scale %q goes past its period", n)
		}
	}
}

func TestSnap_NeverTurnsRound(t *testing.T) {
	for _, name := range []string{"A minor", "C# pelog", "F minor pentatonic", "D slendro", "Eb rast", "G bohlen pierce", "B chromatic"} {
		k := key(t, name)
		last := sonify.Pitch(-1 << 30)
		for p := sonify.Key(20); p < sonify.Key(110); p += sonify.Semitone / 7 {
			got := k.Snap(p)
			if got < last {
				t.Fatalf("%s: %v snaps to %v, below the one before (%v)", name, p, got, last)
			}
			if !k.Has(got) {
				t.Fatalf("%s: %v is not in the scale", name, got)
			}
			last = got
		}
	}
}

func TestSignature(t *testing.T) {
	for name, want := range map[string]int{"C major": 0, "A minor": 0, "G major": 1, "E minor": 1, "F major": -1, "D minor": -1, "F# major": 6, "Eb major": -3, "C minor": -3, "B minor": 2} {
		if got := key(t, name).Signature(); got != want {
			t.Errorf("%s has %d sharps, want %d", name, got, want)
		}
	}
}

func TestChords(t *testing.T) {
	a := key(t, "A minor")
	for numeral, want := range map[string]string{"i": "Am", "VI": "F", "III": "C", "VII": "G", "iv": "Dm", "v": "Em", "V": "E", "iidim": "Bdim", "bII": "Bb", "V7": "E7", "imaj7": "Ammaj7", "i9": "Am9", "iadd9": "Amadd9", "III6": "C6", "VIM7": "Fmaj7", "V7sus4": "E7sus", "iim7b5": "Bm7b5", "vdim7": "Edim7", "V+": "Eaug", "i5": "A5"} {
		c, err := score.ParseChord(numeral)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.In(a).String(); got != want {
			t.Errorf("%s in A minor is %s, want %s", numeral, got, want)
		}
	}
	for _, bad := range []string{"", "H", "iI", "viii", "i13"} {
		if _, err := score.ParseChord(bad); err == nil {
			t.Errorf("%q is taken for a chord", bad)
		}
	}
}

func TestEuclid_SpreadsEvenly(t *testing.T) {
	buf := make([]bool, 64)
	for steps := 1; steps <= 24; steps++ {
		for hits := 0; hits <= steps; hits++ {
			n, first, last, least, most := 0, -1, -1, steps, 0
			e := score.Euclid(buf, hits, steps, 0)
			for i, h := range e {
				if !h {
					continue
				}
				n++
				if first < 0 {
					first = i
				} else {
					least, most = min(least, i-last), max(most, i-last)
				}
				last = i
			}
			if n != hits {
				t.Fatalf("%d of %d: %d hits", hits, steps, n)
			}
			if hits > 0 && first != 0 {
				t.Fatalf("%d of %d does not begin with a hit", hits, steps)
			}
			if hits > 1 {
				gap := steps - last + first
				least, most = min(least, gap), max(most, gap)
				if most-least > 1 {
					t.Fatalf("%d of %d: gaps from %d to %d", hits, steps, least, most)
				}
			}
		}
	}
}

func TestParseTheme_TellsMiscountedBars(t *testing.T) {
	th, err := score.ParseTheme("0:3 4 3:2 2:2 | 1:3 0 -:4", 480, 3840)
	if err != nil || th.Length != 7680 || len(th.Steps) != 6 {
		t.Fatalf("%+v, %v", th, err)
	}
	for _, bad := range []string{"0:3 4 | 1", "", "-:8", "0:0", "q", "0:8 | 0:7"} {
		if th, err := score.ParseTheme(bad, 480, 3840); err == nil {
			t.Errorf("%q is taken for a theme: %+v", bad, th)
		}
	}
}

func FuzzParseTheme(f *testing.F) {
	f.Add("0:3 4 3:2 2:2 | 1:3 0 -:4")
	f.Add("root c2' 4#! _ -")
	f.Fuzz(func(t *testing.T, s string) {
		th, err := score.ParseTheme(s, 480, 3840)
		if err == nil && th.Length%3840 != 0 {
			t.Errorf("%q lasts %d ticks, which is no whole number of bars", s, th.Length)
		}
		_, _ = score.ParseRhythm(s)
	})
}

// FuzzHarmony tries whatever anybody may write as a key, a chord and a
// temperament: what is taken for one can be played.
func FuzzHarmony(f *testing.F) {
	f.Add("A minor", "VI", "just")
	f.Add("D 0 150 300 500 700 850 1000", "bVII7", "19 edo")
	f.Add("C# 1/1 9/8 5/4 3/1", "iidim", "0 100 200 300 400 500 600 700 800 900 1000 1100")
	f.Add("Bb 2 edo", "i5", "werckmeister")
	f.Add("G bohlen pierce", "iv", "meantone")
	f.Fuzz(func(t *testing.T, key, chord, temper string) {
		k, err := score.ParseKey(key)
		if err != nil {
			return
		}
		if again, err := score.ParseKey(k.String()); err != nil || again.String() != k.String() {
			t.Errorf("%q is called %q, which is read as %v, %v", key, k.String(), again, err)
		}
		for p := sonify.Key(30); p < sonify.Key(100); p += sonify.Semitone * 3 / 7 {
			if k.Snap(p) > k.Snap(p+sonify.Semitone*3/7) {
				t.Errorf("%q turns round at %v", key, p)
			}
		}
		_, _ = k.Borrowed()
		_, _, _ = k.Dominant(), k.Home(), k.Relative()
		c, err := score.ParseChord(chord)
		if err != nil {
			return
		}
		for _, s := range []score.Sounding{c.In(k), c.Modal(k)} {
			for rich := 0; rich <= score.MaxRichness; rich++ {
				r := s.Rich(k, rich)
				_ = r.Suspended(k).String()
				if r.Close(1) <= r.Close(0) && len(r.Voicing(9)) > 1 || len(r.Tones) == 0 || len(r.Voicing(1)) != 1 {
					t.Errorf("%q in %q, richness %d: %+v", chord, key, rich, r)
				}
			}
		}
		tm, err := score.ParseTemperament(temper)
		if err != nil {
			return
		}
		for p := sonify.Key(0); p < sonify.Key(127); p += sonify.Semitone {
			if d := tm.Tune(p, k.Tonic) - p; d > 2*sonify.Semitone || d < -2*sonify.Semitone {
				t.Errorf("%q moves %v by %v", temper, p, d)
			}
		}
	})
}

func ExampleKey_Degree() {
	k, _ := score.ParseKey("D dorian")
	for d := 0; d < 8; d++ {
		fmt.Print(k.Degree(d), " ")
	}
	fmt.Println()
	// Output: D4 E4 F4 G4 A4 B4 C5 D5
}
