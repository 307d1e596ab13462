package score

import (
	"fmt"
	"strings"

	"proscenium/sonify"
)

// Temperament says where the twelve keys of the octave lie. It moves notes of
// scales in semitones; scales with a tuning of their own keep it.
type Temperament struct {
	Name string
	// offset is how far each key lies from the equal temperament, counted from the
	// tonic, or from C if the temperament is fixed.
	offset [12]sonify.Pitch
	fixed  bool
}

// temperaments lists those with names, in cents from the tonic, or from C for
// those that instruments are tuned to once and for all. just is the usual scale
// of small ratios, pythagorean and meantone are chains of fifths (3:2, and a
// quarter of the syntonic comma less), werckmeister is his third of 1691: a
// quarter of the Pythagorean comma off each of the fifths C-G-D-A and B-F#.
var temperaments = map[string]struct {
	fixed bool
	cents [12]float64
}{
	"equal":        {false, [12]float64{0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100}},
	"just":         {false, [12]float64{0, 111.731, 203.910, 315.641, 386.314, 498.045, 590.224, 701.955, 813.686, 884.359, 1017.596, 1088.269}},
	"pythagorean":  {false, [12]float64{0, 90.225, 203.910, 294.135, 407.820, 498.045, 611.730, 701.955, 792.180, 905.865, 996.090, 1109.775}},
	"meantone":     {true, [12]float64{0, 76.049, 193.157, 310.265, 386.314, 503.422, 579.471, 696.578, 772.627, 889.735, 1006.843, 1082.892}},
	"werckmeister": {true, [12]float64{0, 90.225, 192.180, 294.135, 390.225, 498.045, 588.270, 696.090, 792.180, 888.270, 996.090, 1092.180}},
}

// TemperamentNames are the temperaments that have names, as they are taught.
func TemperamentNames() []string {
	return []string{"equal", "just", "pythagorean", "meantone", "werckmeister"}
}

// ParseTemperament reads a temperament: a name; an equal division of the octave
// into which the twelve keys are put by its best fifth ("19 edo"); or a list of
// twelve cents or ratios from the tonic up, such as [ParseScale] reads.
func ParseTemperament(s string) (Temperament, error) {
	n := strings.ToLower(strings.TrimSpace(s))
	if t, ok := temperaments[n]; ok {
		return temperament(n, t.cents, t.fixed), nil
	}
	if parts, ok := equalDivision(strings.ReplaceAll(n, "-", " ")); ok {
		return byFifths(n, parts)
	}
	if strings.Trim(n, "0123456789./ ") != "" || n == "" {
		return Temperament{}, &UnknownTemperament{Name: s}
	}
	sc, err := listed(strings.Fields(n))
	if err != nil {
		return Temperament{}, err
	}
	if len(sc.Steps) != 12 {
		return Temperament{}, fmt.Errorf("a temperament says where the 12 keys of the octave lie, this has %d: for a scale, write them after the tonic of the key", len(sc.Steps))
	}
	t := Temperament{Name: s}
	for i, p := range sc.Steps {
		if t.offset[i] = p - sonify.Key(i); t.offset[i] > sonify.Semitone || t.offset[i] < -sonify.Semitone {
			return Temperament{}, fmt.Errorf("key %d of the temperament lies %.0f cents from its place: at most 100", i, t.offset[i].Cents())
		}
	}
	return t, nil
}

// UnknownTemperament is the error for a temperament that nobody knows.
type UnknownTemperament struct{ Name string }

func (e *UnknownTemperament) Error() string { return fmt.Sprintf("unknown temperament %q", e.Name) }

// Hint names the nearest temperament.
func (e *UnknownTemperament) Hint() string {
	if n := sonify.Nearest(e.Name, TemperamentNames()); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	return "there are: " + strings.Join(TemperamentNames(), ", ") + `, divisions such as "19 edo", and lists of twelve cents`
}

// temperament makes one of cents. A fixed one keeps its A where the tuning has
// it, for A4 is what a piece is tuned by.
func temperament(name string, cents [12]float64, fixed bool) Temperament {
	t := Temperament{Name: name, fixed: fixed}
	a := sonify.Pitch(0)
	if fixed {
		a = FromCents(cents[9] - 900)
	}
	for i, c := range cents {
		t.offset[i] = FromCents(c) - sonify.Key(i) - a
	}
	return t
}

// byFifths puts the twelve keys into an equal division, five fifths down from
// the tonic and six up.
func byFifths(name string, parts int) (Temperament, error) {
	const best = 0.5849625007211562 // log2(3/2)
	fifth := int(float64(float64(parts)*best) + 0.5)
	t := Temperament{Name: name}
	last := sonify.Pitch(-1)
	for i := range 12 {
		k := i * 7 % 12 // how many fifths up key i is
		if k > 6 {
			k -= 12
		}
		step := ((k*fifth)%parts + parts) % parts
		p := sonify.Pitch((2*step*int(sonify.Key(12)) + parts) / (2 * parts))
		if p <= last {
			return t, fmt.Errorf("%s has no twelve keys in their order: its fifth of %d steps is too far from 3:2", name, fifth)
		}
		last = p
		t.offset[i] = p - sonify.Key(i)
	}
	return t, nil
}

// Equal reports whether the temperament moves nothing.
func (t *Temperament) Equal() bool { return t.offset == [12]sonify.Pitch{} }

// Tune returns where the note p of a key with this tonic sounds. Notes that are
// no whole semitones have a tuning of their own and stay.
func (t *Temperament) Tune(p, tonic sonify.Pitch) sonify.Pitch {
	if p%sonify.Semitone != 0 {
		return p
	}
	k := int(p / sonify.Semitone)
	if !t.fixed {
		k -= tonic.Key()
	}
	return p + t.offset[((k%12)+12)%12]
}
