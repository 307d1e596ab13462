package score

import (
	"fmt"
	"sort"
	"strings"

	"proscenium/sonify"
)

// Scale is the steps of a scale or tuning within one period, which is nearly
// always an octave.
type Scale struct {
	Name    string
	Steps   []sonify.Pitch // ascending from 0, below Period
	Period  sonify.Pitch
	ByNotes bool // given as a list of notes, by which it is called; Name is empty
}

// Semitones reports whether all steps are whole semitones.
func (s Scale) Semitones() bool {
	for _, st := range s.Steps {
		if st%sonify.Semitone != 0 {
			return false
		}
	}
	return s.Period%sonify.Semitone == 0
}

// tempered lists scales in semitones. The church modes, the minor scales and
// the pentatonics are common knowledge; the others are given as tempered
// approximations that usual textbooks give.
var tempered = map[string][]int{
	"major":             {0, 2, 4, 5, 7, 9, 11},
	"minor":             {0, 2, 3, 5, 7, 8, 10},
	"harmonic minor":    {0, 2, 3, 5, 7, 8, 11},
	"melodic minor":     {0, 2, 3, 5, 7, 9, 11},
	"dorian":            {0, 2, 3, 5, 7, 9, 10},
	"phrygian":          {0, 1, 3, 5, 7, 8, 10},
	"lydian":            {0, 2, 4, 6, 7, 9, 11},
	"mixolydian":        {0, 2, 4, 5, 7, 9, 10},
	"locrian":           {0, 1, 3, 5, 6, 8, 10},
	"major pentatonic":  {0, 2, 4, 7, 9},
	"minor pentatonic":  {0, 3, 5, 7, 10},
	"blues":             {0, 3, 5, 6, 7, 10},
	"whole tone":        {0, 2, 4, 6, 8, 10},
	"diminished":        {0, 2, 3, 5, 6, 8, 9, 11},
	"chromatic":         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
	"phrygian dominant": {0, 1, 4, 5, 7, 8, 10}, // also hijaz, freygish
	"double harmonic":   {0, 1, 4, 5, 7, 8, 11}, // also byzantine, bhairav
	"hungarian minor":   {0, 2, 3, 6, 7, 8, 11},
	"neapolitan minor":  {0, 1, 3, 5, 7, 8, 11},
	"acoustic":          {0, 2, 4, 6, 7, 9, 10},
	"hirajoshi":         {0, 2, 3, 7, 8},
	"in sen":            {0, 1, 5, 7, 10},
	"yo":                {0, 2, 5, 7, 9},
	"kumoi":             {0, 2, 3, 7, 9},
	"egyptian":          {0, 2, 5, 7, 10},
	"kafi":              {0, 2, 3, 5, 7, 9, 10},
	"bhairavi":          {0, 1, 3, 5, 7, 8, 10},
	"todi":              {0, 1, 3, 6, 7, 8, 11},
	"marwa":             {0, 1, 4, 6, 7, 9, 11},
	"purvi":             {0, 1, 4, 6, 7, 8, 11},
	"enigmatic":         {0, 1, 4, 6, 8, 10, 11},
	"prometheus":        {0, 2, 4, 6, 9, 10},
	"major blues":       {0, 2, 3, 4, 7, 9},
	"ukrainian dorian":  {0, 2, 3, 6, 7, 9, 10},
}

var aliases = map[string]string{
	"ionian": "major", "aeolian": "minor", "natural minor": "minor", "hijaz": "phrygian dominant",
	"freygish": "phrygian dominant", "byzantine": "double harmonic", "bhairav": "double harmonic",
	"pentatonic": "major pentatonic", "octatonic": "diminished", "insen": "in sen", "maj": "major", "min": "minor",
	"ritusen": "yo", "overtone": "acoustic", "lydian dominant": "acoustic",
	"just": "just major", "kurd": "phrygian", "nahawand": "minor", "ajam": "major", "nikriz": "ukrainian dorian", "thai": "seven equal",
}

// ScaleNames returns the names of all scales, sorted, other names included.
func ScaleNames() []string {
	var out []string
	for n := range tempered {
		out = append(out, n)
	}
	for n := range tuned {
		out = append(out, n)
	}
	for n := range equalNames {
		out = append(out, n)
	}
	for n := range aliases {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// ScaleByName returns the scale of that name; case, hyphens and underscores do
// not count.
func ScaleByName(name string) (Scale, bool) {
	if strings.HasPrefix(name, "-") {
		return Scale{}, false
	}
	n := strings.Join(strings.Fields(strings.NewReplacer("_", " ", "-", " ").Replace(strings.ToLower(name))), " ")
	if a, ok := aliases[n]; ok {
		n = a
	}
	if st, ok := tempered[n]; ok {
		s := Scale{Name: n, Period: 12 * sonify.Semitone}
		for _, k := range st {
			s.Steps = append(s.Steps, sonify.Pitch(k)*sonify.Semitone)
		}
		return s, true
	}
	if k, ok := equalDivision(n); ok {
		s := Scale{Name: n, Period: 12 * sonify.Semitone}
		for i := range k {
			s.Steps = append(s.Steps, (2*sonify.Pitch(i)*s.Period+sonify.Pitch(k))/(2*sonify.Pitch(k)))
		}
		return s, true
	}
	if t, ok := tuned[n]; ok {
		s := Scale{Name: n, Period: 12 * sonify.Semitone}
		if n == "bohlen pierce" {
			s.Period = FromCents(1901.955) // the twelfth, 3:1
		}
		for _, c := range t {
			s.Steps = append(s.Steps, FromCents(c))
		}
		return s, true
	}
	return Scale{}, false
}

// FromCents returns the pitch distance of c cents, rounded to the nearest step
// of [sonify.Pitch]. c is between -100000 and 100000.
func FromCents(c float64) sonify.Pitch {
	x := c * 65536 / 100
	if x < 0 {
		return -sonify.Pitch(-x + 0.5)
	}
	return sonify.Pitch(x + 0.5)
}

// Key is a scale on a tonic.
type Key struct {
	Tonic sonify.Pitch // the tonic in the octave from C4 up: C4 to B4
	Scale Scale
	Flats bool // written with flats, which decides between F# and Gb
}

// NewKey returns the key of scale s on the pitch class tonic (0 = C).
func NewKey(tonic int, s Scale) Key {
	return Key{Tonic: sonify.Key(60 + ((tonic%12)+12)%12), Scale: s}
}

// ParseKey reads a key by name: "A minor", "D dorian", "C# pelog", "F" (major).
// The scale may be anything that [ParseScale] reads, or notes: "C Eb G".
func ParseKey(s string) (Key, error) {
	f := strings.Fields(s)
	if len(f) == 0 {
		return Key{}, fmt.Errorf("a key is a note name and a scale, such as \"A minor\" or \"D dorian\"")
	}
	pc, err := sonify.ParsePitchClass(f[0])
	if _, bad := ParseScale(s); err != nil && bad == nil {
		return Key{}, fmt.Errorf("%q is a scale, and a key begins with a note name: write \"A %s\", say", s, strings.TrimSpace(s))
	}
	if err != nil {
		return Key{}, fmt.Errorf("a key begins with a note name, such as \"A minor\" or \"D dorian\": %w", err)
	}
	byNotes := len(f) > 1
	for _, n := range f {
		_, err := sonify.ParsePitchClass(n)
		byNotes = byNotes && err == nil
	}
	if byNotes {
		return KeyOf(f)
	}
	name := strings.Join(f[1:], " ")
	if name == "" {
		name = "major"
	}
	sc, err := ParseScale(name)
	if err != nil {
		return Key{}, err
	}
	k := NewKey(pc, sc)
	k.Flats = strings.ContainsAny(f[0][1:], "b♭")
	return k, nil
}

// UnknownScale is the error for a scale name that nobody knows.
type UnknownScale struct{ Name string }

func (e *UnknownScale) Error() string { return fmt.Sprintf("unknown scale %q", e.Name) }

// Hint names the nearest scale.
func (e *UnknownScale) Hint() string {
	if n := sonify.Nearest(e.Name, ScaleNames()); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return "such as major, minor, dorian, minor pentatonic, hirajoshi, rast, pelog"
}

// KeyOf returns the key whose scale is the given note names, the first of
// which is the tonic.
func KeyOf(notes []string) (Key, error) {
	if len(notes) < 2 {
		return Key{}, fmt.Errorf("a scale by notes needs at least two, such as [\"C\", \"Eb\", \"G\"]")
	}
	first, err := sonify.ParsePitchClass(notes[0])
	if err != nil {
		return Key{}, err
	}
	seen := map[int]bool{}
	var steps []int
	for _, n := range notes {
		pc, err := sonify.ParsePitchClass(n)
		if err != nil {
			return Key{}, err
		}
		d := ((pc-first)%12 + 12) % 12
		if !seen[d] {
			seen[d] = true
			steps = append(steps, d)
		}
	}
	sort.Ints(steps)
	s := Scale{ByNotes: true, Period: 12 * sonify.Semitone}
	flats := false
	for _, n := range notes {
		flats = flats || strings.ContainsAny(n[1:], "b♭")
	}
	for _, d := range steps {
		s.Steps = append(s.Steps, sonify.Pitch(d)*sonify.Semitone)
	}
	k := NewKey(first, s)
	k.Flats = flats
	return k, nil
}

// String writes k as a person does: "A minor", and a key by notes as those:
// "C Eb G".
func (k Key) String() string {
	if !k.Scale.ByNotes {
		return k.Spell(k.Tonic) + " " + k.Scale.Name
	}
	notes := make([]string, len(k.Scale.Steps))
	for i, s := range k.Scale.Steps {
		notes[i] = k.Spell(k.Tonic + s)
	}
	return strings.Join(notes, " ")
}

var flatNames = [12]string{"C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"}

// Spell returns the name of the key nearest to p, without its octave, as the
// key writes it: with flats where its signature has flats.
func (k Key) Spell(p sonify.Pitch) string {
	n := ((p.Key() % 12) + 12) % 12
	if k.spellsFlat() {
		return flatNames[n]
	}
	return strings.TrimRight(sonify.Key(n+12).String(), "0123456789")
}

func (k Key) spellsFlat() bool {
	return k.Scale.ByNotes && k.Flats || !k.Scale.ByNotes && k.Signature() < 0
}

// Degree returns the pitch d steps above the tonic in the octave from C4 up;
// d may be negative and go past the period.
func (k Key) Degree(d int) sonify.Pitch {
	n := len(k.Scale.Steps)
	o := floorDiv(d, n)
	return k.Tonic + sonify.Pitch(o)*k.Scale.Period + k.Scale.Steps[d-o*n]
}

// Nearest returns the degree whose pitch is nearest to p, the lower of two.
func (k Key) Nearest(p sonify.Pitch) int {
	n := len(k.Scale.Steps)
	o := int((p - k.Tonic) / k.Scale.Period)
	best, dist := 0, sonify.Pitch(1<<30)
	for d := (o - 2) * n; d <= (o+2)*n; d++ {
		x := k.Degree(d) - p
		if x < 0 {
			x = -x
		}
		if x < dist {
			best, dist = d, x
		}
	}
	return best
}

// Snap returns the pitch of the scale nearest to p, the lower of two. It rises
// with p: a higher p never gives a lower pitch.
func (k Key) Snap(p sonify.Pitch) sonify.Pitch { return k.Degree(k.Nearest(p)) }

// Has reports whether p is in the scale, give or take 5 cents.
func (k Key) Has(p sonify.Pitch) bool {
	d := k.Snap(p) - p
	return d < 5*656 && d > -5*656
}

// Up returns the key n semitones higher.
func (k Key) Up(n int) Key {
	up := NewKey(k.Tonic.Key()+n, k.Scale)
	up.Flats = k.Flats
	return up
}

// Relative returns the key of the other gender with the same notes: C major for
// A minor, and the other way round. What has no minor third counts as major.
func (k Key) Relative() Key {
	name, up := "minor", 9
	if k.Minor() {
		name, up = "major", 3
	}
	s, _ := ScaleByName(name)
	return NewKey(k.Tonic.Key()+up, s)
}

// Minor reports whether the scale has a minor third and no major one above the
// tonic.
func (k Key) Minor() bool {
	minor, major := false, false
	for _, s := range k.Scale.Steps {
		switch {
		case s > 260*656 && s < 340*656:
			minor = true
		case s > 360*656 && s < 420*656:
			major = true
		}
	}
	return minor && !major
}

// Signature returns the number of sharps (positive) or flats (negative) of the
// key as a MIDI file or a sheet of music writes it. Modes are written as
// the major or minor scale on the same tonic.
func (k Key) Signature() int {
	pc := k.Tonic.Key() % 12
	if k.Minor() {
		pc = (pc + 3) % 12
	}
	// Steps along the circle of fifths from C, F# as six sharps.
	s := (pc * 7) % 12
	if s > 6 || s == 6 && k.Flats {
		s -= 12
	}
	return s
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
