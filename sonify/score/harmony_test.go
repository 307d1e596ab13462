package score_test

import (
	"fmt"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/score"
)

func chordIn(t *testing.T, numeral, in string) (score.Sounding, score.Key) {
	t.Helper()
	c, err := score.ParseChord(numeral)
	if err != nil {
		t.Fatal(err)
	}
	k := key(t, in)
	return c.In(k), k
}

func names(s score.Sounding) string {
	out := ""
	for i := range s.Tones {
		out += fmt.Sprint(s.Root+s.Tones[i]) + " "
	}
	return out
}

func TestRich_AddsNotesOfTheKey(t *testing.T) {
	s, k := chordIn(t, "i", "A minor")
	for rich, want := range []string{"A4 E5 ", "A4 C5 E5 ", "A4 C5 E5 G5 ", "A4 C5 E5 G5 B5 ", "A4 C5 E5 G5 B5 D6 ", "A4 C5 E5 G5 B5 D6 F6 "} {
		if got := names(s.Rich(k, rich)); got != want {
			t.Errorf("richness %d: %s, want %s", rich, got, want)
		}
	}
	for _, in := range []string{"C slendro", "D rast", "E hirajoshi", "F minor pentatonic", "G bohlen pierce", "A whole tone"} {
		s, k := chordIn(t, "i", in)
		for rich := 2; rich <= score.MaxRichness; rich++ {
			r := s.Rich(k, rich)
			for _, tone := range r.Tones[len(s.Tones):] {
				if !k.Has(s.Root + tone) {
					t.Errorf("%s: richness %d adds %v, which is not in the scale", in, rich, s.Root+tone)
				}
			}
		}
	}
}

func TestSuspended_PutsOffTheThird(t *testing.T) {
	for _, c := range [][3]string{{"i", "A minor", "A4 D5 E5 "}, {"VI", "A minor", "F4 G4 C5 "}} {
		s, k := chordIn(t, c[0], c[1])
		if got := names(s.Suspended(k)); got != c[2] {
			t.Errorf("%s in %s suspended is %s, want %s", c[0], c[1], got, c[2])
		}
	}
	s, k := chordIn(t, "i5", "A minor")
	if got := s.Suspended(k); names(got) != names(s) {
		t.Errorf("a chord without a third becomes %s", names(got))
	}
}

func TestModal_ReadsNumeralsInAnotherMode(t *testing.T) {
	for _, c := range [][3]string{{"i", "A major", "I A"}, {"VI", "A major", "vi F#m"}, {"VII", "A major", "V E"}, {"bVII", "A mixolydian", "VII G"},
		{"iv", "A dorian", "IV D"}, {"iidim", "A dorian", "ii Bm"}, {"V7", "A minor", "v7 Em7"}, {"isus4", "A major", "isus4 Asus"}} {
		ch, err := score.ParseChord(c[0])
		if err != nil {
			t.Fatal(err)
		}
		k := key(t, c[1])
		s := ch.Modal(k)
		if got := s.Name + " " + s.String(); got != c[2] {
			t.Errorf("%s in %s is %s, want %s", c[0], c[1], got, c[2])
		}
		for _, tone := range s.Tones {
			if !k.Has(s.Root + tone) {
				t.Errorf("%s in %s has %v, which is not in it", c[0], c[1], s.Root+tone)
			}
		}
	}
}

func TestBorrowed_HasOneForeignNote(t *testing.T) {
	for in, want := range map[string]string{"A minor": "IV", "C major": "iv", "D dorian": "iv", "C minor pentatonic": ""} {
		k := key(t, in)
		s, ok := k.Borrowed()
		if ok != (want != "") || s.Name != want {
			t.Errorf("%s borrows %q, want %q", in, s.Name, want)
		}
		foreign := 0
		for _, tone := range s.Tones {
			if !k.Has(s.Root + tone) {
				foreign++
			}
		}
		if ok && foreign != 1 {
			t.Errorf("%s: %s has %d foreign notes", in, s.Name, foreign)
		}
	}
}

func TestVoicing_TellsTheChord(t *testing.T) {
	s, k := chordIn(t, "i", "A minor")
	nine := s.Rich(k, 3)
	for n, want := range map[int]string{1: "[C5]", 2: "[C5 G5]", 3: "[B4 C5 G5]", 4: "[A4 B4 C5 G5]", 5: "[A4 B4 C5 E5 G5]", 9: "[A4 B4 C5 E5 G5]"} {
		if got := fmt.Sprint(nine.Voicing(n)); got != want {
			t.Errorf("%d notes of a ninth chord: %s, want %s", n, got, want)
		}
	}
}

// What an arpeggio plays rises, whatever the chord.
func TestClose_Rises(t *testing.T) {
	for _, in := range []string{"A minor", "D rast", "E hirajoshi", "C slendro"} {
		for _, numeral := range []string{"i", "i9", "isus2", "iadd9", "i5"} {
			s, k := chordIn(t, numeral, in)
			for rich := 0; rich <= score.MaxRichness; rich++ {
				r := s.Rich(k, rich)
				for i := -9; i < 12; i++ {
					if r.Close(i+1) <= r.Close(i) {
						t.Fatalf("%s in %s, richness %d: note %d is %v after %v", numeral, in, rich, i+1, r.Close(i+1), r.Close(i))
					}
				}
				if rich == 1 && numeral == "i" && in == "A minor" && r.Close(7) != r.Tone(7) {
					t.Errorf("a triad lies as it does in its notes: %v, want %v", r.Close(7), r.Tone(7))
				}
			}
		}
	}
}

func TestTones_WordsKeepTheirRole(t *testing.T) {
	bare, k := chordIn(t, "i5", "A minor")
	add9, _ := chordIn(t, "iadd9", "A minor")
	for _, c := range []struct {
		word string
		in   score.Sounding
		want sonify.Pitch
	}{{"fifth", bare, sonify.Key(76)}, {"third", bare, sonify.Key(76)}, {"seventh", bare, sonify.Key(81)}, {"fifth", add9, sonify.Key(76)}, {"third", add9, sonify.Key(72)}, {"chord", add9, sonify.Key(69)}} {
		tone, err := score.ParseTone(c.word)
		if err != nil {
			t.Fatal(err)
		}
		if got := tone.Pitch(k, c.in, sonify.Key(69), 0); got != c.want {
			t.Errorf("the %s of %s is %v, want %v", c.word, c.in.Name, got, c.want)
		}
	}
}
