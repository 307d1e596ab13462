package score

import (
	"fmt"
	"strings"

	"proscenium/sonify"
)

// Chord is a chord of a progression before it is given a key: a step of the
// scale, written as a Roman numeral, and what stands on it.
type Chord struct {
	Name  string
	step  int   // 0 to 6
	accid int   // semitones from accidentals before the numeral
	tones []int // semitones above the root, ascending
}

var numerals = []string{"i", "ii", "iii", "iv", "v", "vi", "vii"}

var majorSteps = [7]int{0, 2, 4, 5, 7, 9, 11}
var minorSteps = [7]int{0, 2, 3, 5, 7, 8, 10}

// ParseChord reads a Roman numeral with its quality: upper case is major, lower
// case minor; "b" or "#" before it lowers or raises the root; after it come
// "7", "maj7", "6", "9", "add9", "sus2", "sus4", "dim" (or "°"), "aug" (or "+"),
// "5" (no third) or "m7b5".
func ParseChord(s string) (Chord, error) {
	c := Chord{Name: s}
	rest := s
	for rest != "" && (rest[0] == 'b' || rest[0] == '#') {
		if rest[0] == 'b' {
			c.accid--
		} else {
			c.accid++
		}
		rest = rest[1:]
	}
	i := 0
	for i < len(rest) && strings.IndexByte("iIvV", rest[i]) >= 0 {
		i++
	}
	num, q := rest[:i], rest[i:]
	c.step = -1
	for k, n := range numerals {
		if strings.ToLower(num) == n && (num == strings.ToUpper(num) || num == n) {
			c.step = k
		}
	}
	if c.step < 0 {
		return c, fmt.Errorf("%q is no chord: write a Roman numeral, upper case for major and lower case for minor, such as i, VI, bVII or V7", s)
	}
	third := 4
	if num == strings.ToLower(num) {
		third = 3
	}
	switch q {
	case "":
		c.tones = []int{0, third, 7}
	case "7":
		c.tones = []int{0, third, 7, 10}
	case "maj7", "M7":
		c.tones = []int{0, third, 7, 11}
	case "6":
		c.tones = []int{0, third, 7, 9}
	case "9":
		c.tones = []int{0, third, 7, 10, 14}
	case "add9":
		c.tones = []int{0, third, 7, 14}
	case "sus2":
		c.tones = []int{0, 2, 7}
	case "sus4", "sus":
		c.tones = []int{0, 5, 7}
	case "7sus4":
		c.tones = []int{0, 5, 7, 10}
	case "dim", "°", "o":
		c.tones = []int{0, 3, 6}
	case "dim7", "°7":
		c.tones = []int{0, 3, 6, 9}
	case "m7b5", "ø":
		c.tones = []int{0, 3, 6, 10}
	case "aug", "+":
		c.tones = []int{0, 4, 8}
	case "5":
		c.tones = []int{0, 7}
	default:
		return c, fmt.Errorf("%q is no chord: %q after the numeral is none of 7, maj7, 6, 9, add9, sus2, sus4, dim, aug, 5, m7b5", s, q)
	}
	return c, nil
}

// In gives c a key: a chord that sounds. Where the scale of the key is strange
// to seven-step harmony (pentatonic, slendro), the numerals count the major or
// minor scale on its tonic, and the tones go to the nearest of the key's own.
func (c Chord) In(k Key) Sounding {
	steps := majorSteps
	if k.Minor() {
		steps = minorSteps
	}
	own := len(k.Scale.Steps) == 7
	root := sonify.Pitch(steps[c.step]) * sonify.Semitone
	if own {
		root = k.Scale.Steps[c.step]
	}
	root += sonify.Pitch(c.accid) * sonify.Semitone
	s := Sounding{Name: c.Name, Root: k.Tonic + root, Flats: c.accid < 0 || c.accid == 0 && k.spellsFlat()}
	for s.Root >= sonify.Key(72) {
		s.Root -= 12 * sonify.Semitone
	}
	for _, t := range c.tones {
		p := s.Root + sonify.Pitch(t)*sonify.Semitone
		if !k.Scale.Semitones() {
			p = k.Snap(p)
		}
		s.Tones = append(s.Tones, p-s.Root)
	}
	return s
}

// Sounding is a chord in a key.
type Sounding struct {
	Name  string         // its numeral
	Root  sonify.Pitch   // in the octave from C4 up
	Tones []sonify.Pitch // above the root, ascending; the first is 0
	Flats bool           // its name is written with flats
}

// Tone returns the i-th note of the chord from its root up, going on in the
// next octaves (and, for negative i, down).
func (s Sounding) Tone(i int) sonify.Pitch {
	n := len(s.Tones)
	o := floorDiv(i, n)
	return s.Root + s.Tones[i-o*n] + sonify.Pitch(o)*12*sonify.Semitone
}

// Has reports whether p is a note of the chord in any octave.
func (s Sounding) Has(p sonify.Pitch) bool {
	const oct = 12 * sonify.Semitone
	for _, t := range s.Tones {
		d := (p - s.Root - t) % oct
		if d < 0 {
			d += oct
		}
		if d < 20*656 || d > oct-20*656 {
			return true
		}
	}
	return false
}

// String writes the chord by its notes' names: "F", "Am7", "Bdim", "Dsus".
func (s Sounding) String() string {
	n := strings.TrimRight(sonify.Key(s.Root.Key()).String(), "-0123456789")
	if s.Flats {
		n = flatNames[s.Root.Key()%12]
	}
	var has [24]bool // semitones above the root
	for _, t := range s.Tones {
		if k := (t + sonify.Semitone/2) / sonify.Semitone; k >= 0 && k < 24 {
			has[k] = true
		}
	}
	minor, major := has[3], has[4] && !has[3]
	dim := minor && has[6] && !has[7]
	switch {
	case dim && has[9] && !has[10]:
		return n + "dim7"
	case dim && has[10]:
		return n + "m7b5"
	case dim:
		n += "dim"
	case major && has[8] && !has[7]:
		n += "aug"
	case minor:
		n += "m"
	}
	high := ""
	switch ninth := has[13] || has[14]; {
	case has[20] || has[21]:
		high = "13"
	case has[17] || has[18]:
		high = "11"
	case ninth:
		high = "9"
	}
	switch seventh := has[10] || has[11]; {
	case seventh && has[11] && !has[10]:
		n += "maj"
		fallthrough
	case seventh:
		if high == "" {
			high = "7"
		}
		n += high
	case high != "":
		n += "add" + high
	case has[9] && (minor || major):
		n += "6"
	}
	switch {
	case minor || major:
	case len(s.Tones) == 2:
		n += "5"
	default:
		n += "sus"
	}
	return n
}

// Near returns the octave of p that is nearest to centre, the lower of two.
func Near(p, centre sonify.Pitch) sonify.Pitch {
	const oct = 12 * sonify.Semitone
	d := (p - centre) % oct
	if d < 0 {
		d += oct
	}
	if d > oct/2 {
		d -= oct
	}
	return centre + d
}
