package score

import (
	"strings"

	"proscenium/sonify"
)

const octave = 12 * sonify.Semitone

// MaxRichness is the richest a chord can be made.
const MaxRichness = 5

// richNames are what a richness adds to a chord's name.
var richNames = [MaxRichness + 1]string{"5", "", "7", "9", "11", "13"}

// Rich returns the chord as rich as asked: 0 bare fifths, 1 as it is written,
// 2 with its seventh, 3 with its ninth, 4 with its eleventh, 5 with its
// thirteenth, which is every note of a scale of seven. What is added are notes
// of the key. Other numbers count as the nearest of these.
func (s Sounding) Rich(k Key, richness int) Sounding {
	richness = min(max(richness, 0), MaxRichness)
	if richness == 1 {
		return s
	}
	out := s
	out.Tones = append([]sonify.Pitch(nil), s.Tones...)
	if richness == 0 {
		out.Tones = []sonify.Pitch{0, s.Tones[s.role(fifthRole)]}
		out.Name = strings.TrimRight(s.Name, "0123456789") + richNames[0]
		return out
	}
	added := false
	for i := 2; i <= richness; i++ {
		t := s.Above(k, 2*i+2) // the sixth step above is the seventh
		if !out.Has(s.Root + t) {
			out.Tones = append(out.Tones, t)
			added = true
		}
	}
	if added {
		out.Name = s.Name + richNames[richness]
	}
	return out
}

// semitonesOf are the steps above a root, seconds to thirteenths, where the
// scale does not have seven: the widths they have most often.
var semitonesOf = [7]int{0, 2, 4, 5, 7, 9, 10}

// Above returns how far a note so many steps above the root lies, in the key: 2
// the third, 6 the seventh, 8 the ninth.
func (s Sounding) Above(k Key, steps int) sonify.Pitch {
	if len(k.Scale.Steps) == 7 && k.Has(s.Root) {
		return k.Degree(k.Nearest(s.Root)+steps) - s.Root
	}
	wide := sonify.Pitch(semitonesOf[steps%7]+12*(steps/7)) * sonify.Semitone
	return k.Snap(s.Root+wide) - s.Root
}

// Suspended returns the chord with its third put off: the fourth sounds in its
// place, or the second where the fourth of the key is not perfect. A chord
// without a third stays as it is.
func (s Sounding) Suspended(k Key) Sounding {
	i := s.role(thirdRole)
	if t := s.Tones[i]; t < 250*656 || t > 450*656 {
		return s
	}
	out := s
	out.Tones = append([]sonify.Pitch(nil), s.Tones...)
	out.Name = s.Name + "sus4"
	if out.Tones[i] = s.Above(k, 3); out.Tones[i] > 530*656 {
		out.Tones[i] = s.Above(k, 1)
		out.Name = s.Name + "sus2"
	}
	return out
}

// Dominant returns the chord that leads home: the fifth degree with the leading
// note and the seventh. In scales that have not seven steps its notes are those
// of the scale.
func (k Key) Dominant() Sounding {
	c, _ := ParseChord("V7")
	s := c.In(k)
	if len(k.Scale.Steps) != 7 {
		return s.snapped(k)
	}
	return s
}

// Home returns the chord of the tonic, in notes of the key.
func (k Key) Home() Sounding {
	name := "I"
	if k.Minor() {
		name = "i"
	}
	c, _ := ParseChord(name)
	return c.In(k).snapped(k)
}

// Borrowed returns a chord that the key lends from its neighbours: its root is
// in the key, and exactly one of its notes is not. ok is false if there is none.
func (k Key) Borrowed() (s Sounding, ok bool) {
	if len(k.Scale.Steps) != 7 {
		return s, false
	}
	for _, name := range []string{"iv", "IV", "II", "v"} {
		c, _ := ParseChord(name)
		s := c.In(k)
		foreign := 0
		for _, t := range s.Tones {
			if !k.Has(s.Root + t) {
				foreign++
			}
		}
		if foreign == 1 && k.Has(s.Root) {
			s.Tones = append(s.Tones, s.Above(k, 6))
			return s, true
		}
	}
	return s, false
}

// snapped returns the chord with each note at the nearest of the key.
func (s Sounding) snapped(k Key) Sounding {
	out := s
	out.Root = k.Snap(s.Root)
	out.Tones = nil
	for _, t := range s.Tones {
		d := k.Snap(s.Root+t) - out.Root
		if n := len(out.Tones); n == 0 || d > out.Tones[n-1] {
			out.Tones = append(out.Tones, d)
		}
	}
	return out
}

// Modal gives c a key of another mode than it was written for: on the same step
// of the scale stands the same kind of chord (a triad, a seventh), made of the
// notes of the key. A step on which that would be diminished gives way to the
// one a third below, which shares two of its notes. Where the scale has not
// seven steps the chord is as [Chord.In] has it, in the notes of the key.
func (c Chord) Modal(k Key) Sounding {
	if len(k.Scale.Steps) != 7 {
		return c.In(k).snapped(k)
	}
	step := c.step
	if fifth := k.Degree(step+4) - k.Degree(step); fifth < 650*656 {
		step = (step + 5) % 7
	}
	s := Sounding{Root: k.Degree(step), Flats: k.spellsFlat()}
	for s.Root >= sonify.Key(72) {
		s.Root -= octave
	}
	d := k.Nearest(s.Root)
	for _, t := range c.tones {
		s.Tones = append(s.Tones, k.Degree(d+stepsOf(t))-s.Root)
	}
	s.Name = numerals[step]
	if s.third() == 4 {
		s.Name = strings.ToUpper(s.Name)
	}
	switch q := strings.TrimLeft(c.Name, "b#iIvV"); q {
	case "dim", "°", "o", "aug", "+": // the key decides
	default:
		s.Name += q
	}
	return s
}

// stepsOf returns how many steps of a scale of seven so many semitones are.
func stepsOf(semitones int) int {
	return semitones/12*7 + [12]int{0, 1, 1, 2, 2, 3, 4, 4, 4, 5, 6, 6}[semitones%12]
}

// third returns the third in semitones, 0 if the chord has none.
func (s Sounding) third() int {
	if t := int((s.Tones[s.role(thirdRole)] + sonify.Semitone/2) / sonify.Semitone); t == 3 || t == 4 {
		return t
	}
	return 0
}

// The roles that notes play in a chord, as words name them.
const (
	rootRole = 1 + iota
	thirdRole
	fifthRole
	seventhRole
)

// roles are the semitones a note of each role may be above the root.
var roles = [...][2]int{thirdRole: {3, 4}, fifthRole: {6, 8}, seventhRole: {9, 11}}

// role returns the index in Tones of the note that plays a role: the third, the
// fifth, the seventh. In a chord without it that is the note which stands in its
// place: the second or fourth for the third of a suspended chord, the fifth for
// that of a bare one, and past the last note the root again.
func (s Sounding) role(r int) int {
	if r == rootRole {
		return 0
	}
	for i := range s.Tones {
		if s.plays(i, r) {
			return i
		}
	}
	return min(r-1, len(s.Tones)-1)
}

// word returns the note of the chord that plays a role, as the words of a line
// name it: the root an octave up for a seventh that is not there.
func (s Sounding) word(r int) sonify.Pitch {
	if i := s.role(r); r == rootRole || r-1 < len(s.Tones) || s.plays(i, r) {
		return s.Root + s.Tones[i]
	}
	return s.Root + octave
}

// plays reports whether the i-th note plays the role.
func (s Sounding) plays(i, r int) bool {
	n := int((s.Tones[i] + sonify.Semitone/2) / sonify.Semitone)
	return n >= roles[r][0] && n <= roles[r][1]
}

// Voicing returns at most n notes of the chord within one octave from its root
// up, ascending. Of a chord with more the fifth is left out first, then the
// root, then the highest: what is left still tells the chord.
func (s Sounding) Voicing(n int) []sonify.Pitch {
	keep := make([]bool, len(s.Tones))
	for i := range keep {
		keep[i] = true
	}
	many := len(keep)
	drop := func(i int) {
		if many > n && i < len(keep) && keep[i] {
			keep[i] = false
			many--
		}
	}
	if many > 3 {
		drop(s.role(fifthRole))
		drop(0)
	}
	for i := len(keep) - 1; i >= 0; i-- {
		drop(i)
	}
	few := Sounding{Root: s.Root}
	for i, t := range s.Tones {
		if keep[i] {
			few.Tones = append(few.Tones, t)
		}
	}
	out := make([]sonify.Pitch, 0, many)
	for i := range few.Tones {
		if p := few.Close(i); p < s.Root+octave {
			out = append(out, p)
		}
	}
	return out
}

// Close returns the i-th note of the chord from its root up when all its notes
// are put within one octave: a richer chord lies closer. For triads it is what
// [Sounding.Tone] says.
func (s Sounding) Close(i int) sonify.Pitch {
	var room [16]sonify.Pitch
	folded := room[:0]
	for _, t := range s.Tones {
		if t %= octave; t < 0 {
			t += octave
		}
		at := len(folded)
		for at > 0 && folded[at-1] > t {
			at--
		}
		if at > 0 && folded[at-1] == t || len(folded) == cap(folded) {
			continue
		}
		folded = append(folded, 0)
		copy(folded[at+1:], folded[at:])
		folded[at] = t
	}
	n := len(folded)
	o := floorDiv(i, n)
	return s.Root + folded[i-o*n] + sonify.Pitch(o)*octave
}
