package score

import (
	"fmt"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// Tone is one word of a line of notes: what a pattern plays at one step.
type Tone struct {
	Rest   bool
	Tie    bool // the note before goes on
	Accent bool
	// Exactly one of the following says the pitch.
	Degree  int  // of the scale, 0 is the tonic
	Chordal bool // Degree counts the notes of the chord instead
	Close   bool // with Chordal: they are counted as they lie within one octave
	Whole   bool // with Chordal: all notes of the chord at once
	role    int  // with Chordal: the role in the chord that Degree stands for
	Octave  int  // octaves to add
	Alter   int  // semitones to add
}

var toneWords = map[string]Tone{
	"root": {Chordal: true}, "third": {Chordal: true, Degree: 1, role: thirdRole}, "fifth": {Chordal: true, Degree: 2, role: fifthRole},
	"seventh": {Chordal: true, Degree: 3, role: seventhRole}, "chord": {Chordal: true, Whole: true}, "octave": {Chordal: true, Octave: 1}, "low": {Chordal: true, Octave: -1},
	"-": {Rest: true}, ".": {Rest: true}, "rest": {Rest: true}, "_": {Tie: true},
}

// ToneWords are the words that stand for notes, sorted as they are taught.
func ToneWords() []string {
	return []string{"root", "third", "fifth", "seventh", "octave", "low", "chord", "rest"}
}

// ParseTone reads one word: "root", "third", "fifth", "seventh", "octave",
// "low" (the root an octave down) of the current chord, "chord" for all its
// notes at once; a number for a degree
// of the scale (0 is the tonic, -1 the step below it); "c2" for the chord's
// note of that number; with ' and , for octaves up and down, # and b for
// altered notes and ! for an accent: "4'", "c1,", "6#!"; "-" or "." rests, "_"
// lets the note before go on.
func ParseTone(w string) (Tone, error) {
	if t, ok := toneWords[w]; ok {
		return t, nil
	}
	rest := w
	var t Tone
	for rest != "" {
		last := rest[len(rest)-1]
		switch last {
		case '\'':
			t.Octave++
		case ',':
			t.Octave--
		case '#':
			t.Alter++
		case 'b':
			t.Alter--
		case '!':
			t.Accent = true
		default:
			last = 0
		}
		if last == 0 {
			break
		}
		rest = rest[:len(rest)-1]
	}
	if t.Octave < -10 || t.Octave > 10 || t.Alter < -12 || t.Alter > 12 {
		return Tone{}, fmt.Errorf("%q goes further than anybody hears: at most 10 octaves and 12 semitones", w[:min(len(w), 40)])
	}
	if base, ok := toneWords[rest]; ok && !base.Rest && !base.Tie {
		base.Octave += t.Octave
		base.Alter += t.Alter
		base.Accent = t.Accent
		return base, nil
	}
	if strings.HasPrefix(rest, "c") {
		t.Chordal = true
		rest = rest[1:]
	}
	d, err := strconv.Atoi(rest)
	if err != nil || d < -50 || d > 50 {
		return Tone{}, fmt.Errorf("%q is no note: write a degree of the scale (0 is the tonic), a word of the chord (root third fifth seventh octave chord), or - for a rest", w)
	}
	t.Degree = d
	return t, nil
}

// ParseTones reads a line of words; bars (|) only help the eye.
func ParseTones(s string) ([]Tone, error) {
	var out []Tone
	for _, w := range strings.Fields(s) {
		if isSpacer(w) {
			continue
		}
		t, err := ParseTone(w)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no notes: write degrees of the scale or words of the chord, such as \"root fifth root octave\"")
	}
	return out, nil
}

// Step is one note or rest of a theme.
type Step struct {
	Tone
	At     sonify.Tick // from the theme's beginning
	Length sonify.Tick
}

// Theme is a melody one can hum, in degrees of whatever key it is played in.
type Theme struct {
	Steps  []Step // no rests; ties are joined
	Length sonify.Tick
}

// ParseTheme reads a melody: words as [ParseTone] has them, each lasting unit,
// or as many units as a colon says ("4:3"). Bars (|) must fall on bar lines of
// the given length, so that a miscounted bar is told and not heard.
func ParseTheme(s string, unit, bar sonify.Tick) (Theme, error) {
	var th Theme
	barStart, bars := sonify.Tick(0), 0
	for _, w := range strings.Fields(s) {
		if isSpacer(w) {
			bars++
			if d := th.Length - barStart; bar > 0 && d%bar != 0 {
				return th, fmt.Errorf("bar %d of the theme lasts %s of the %s a bar has: count its notes again", bars, units(d, unit), units(bar, unit))
			}
			barStart = th.Length
			continue
		}
		word, n := w, 1
		if i := strings.LastIndexByte(w, ':'); i >= 0 {
			var err error
			if n, err = strconv.Atoi(w[i+1:]); err != nil || n < 1 || n > 256 {
				return th, fmt.Errorf("%q: after the colon stands how many units the note lasts, 1 to 256", w)
			}
			word = w[:i]
		}
		t, err := ParseTone(word)
		if err != nil {
			return th, err
		}
		l := sonify.Tick(n) * unit
		switch {
		case t.Rest:
		case t.Tie:
			if k := len(th.Steps) - 1; k >= 0 && th.Steps[k].At+th.Steps[k].Length == th.Length {
				th.Steps[k].Length += l
			}
		default:
			th.Steps = append(th.Steps, Step{Tone: t, At: th.Length, Length: l})
		}
		th.Length += l
		if len(th.Steps) > 1000 {
			return th, fmt.Errorf("a theme of more than 1,000 notes is too long to remember")
		}
	}
	if len(th.Steps) == 0 {
		return th, fmt.Errorf("a theme needs at least one note")
	}
	if bar > 0 && th.Length%bar != 0 {
		return th, fmt.Errorf("the theme lasts %s, which is not a whole number of bars of %s", units(th.Length, unit), units(bar, unit))
	}
	return th, nil
}

func units(t, unit sonify.Tick) string {
	if t == unit {
		return "1 unit"
	}
	if t%unit == 0 {
		return fmt.Sprintf("%d units", t/unit)
	}
	return fmt.Sprintf("%.2f units", float64(t)/float64(unit))
}

// Pitch returns the pitch of t in a key and over a chord, with the note moved
// by shift degrees (or notes of the chord), in the octave in which degree 0 is
// nearest to centre.
func (t Tone) Pitch(k Key, c Sounding, centre sonify.Pitch, shift int) sonify.Pitch {
	const oct = 12 * sonify.Semitone
	var p sonify.Pitch
	if t.Chordal {
		d := t.Degree + shift
		switch {
		case t.Whole:
			p = c.Root
		case t.Close:
			p = c.Close(d)
		case t.role > 0 && d == t.role-1:
			p = c.word(t.role) // a third stays a third in a chord of other notes
		default:
			p = c.Tone(d)
		}
		p += Near(c.Root, centre) - c.Root
	} else {
		p = k.Degree(t.Degree+shift) + Near(k.Tonic, centre) - k.Tonic
	}
	return p + sonify.Pitch(t.Octave)*oct + sonify.Pitch(t.Alter)*sonify.Semitone
}
