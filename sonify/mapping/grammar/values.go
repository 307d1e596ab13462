package grammar

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
)

// Duration is a stretch of the world's time: "45s", "250ms", "1m30s", "2h", or
// a number of seconds. Fields of type [time.Duration] are read the same way.
type Duration time.Duration

// Std returns d as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// Seconds returns d in seconds.
func (d Duration) Seconds() float64 { return time.Duration(d).Seconds() }

func (d Duration) String() string { return time.Duration(d).String() }

// longest is the longest stretch of time that is read: a hundred years.
const longest = 100 * 365 * 24 * time.Hour

// units are the units of time, in nanoseconds.
var units = []struct {
	name string
	ns   int64
}{
	{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 24 * 3600e9},
}

// ParseDuration reads a stretch of time: numbers with the units ns, us, ms, s,
// m or min, h and d, or one bare number of seconds.
func ParseDuration(s string) (time.Duration, error) {
	bad := fmt.Errorf("%s is no stretch of time", shorten(s))
	rest := strings.TrimSpace(s)
	sign := 1.0
	if strings.HasPrefix(rest, "-") {
		sign, rest = -1, rest[1:]
	}
	if rest == "" {
		return 0, bad
	}
	total := 0.0
	for rest != "" {
		i := 0
		for i < len(rest) && (rest[i] >= '0' && rest[i] <= '9' || rest[i] == '.') {
			i++
		}
		x, err := strconv.ParseFloat(rest[:i], 64)
		if err != nil {
			return 0, bad
		}
		rest = strings.TrimLeft(rest[i:], " ")
		ns := int64(1e9)
		if rest != "" {
			j := strings.IndexFunc(rest, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' || r == ' ' })
			if j < 0 {
				j = len(rest)
			}
			if ns = unit(rest[:j]); ns == 0 {
				return 0, fmt.Errorf("%s is no stretch of time: there is no unit %q", shorten(s), cut(rest[:j]))
			}
			rest = strings.TrimLeft(rest[j:], " ")
		} else if total != 0 {
			return 0, bad
		}
		total += float64(x * float64(ns))
	}
	if total > float64(longest) {
		return 0, fmt.Errorf("%s is longer than a hundred years", shorten(s))
	}
	return time.Duration(math.Round(sign * total)), nil
}

func unit(name string) int64 {
	for _, u := range units {
		if u.name == name {
			return u.ns
		}
	}
	return 0
}

const durationIs = `a stretch of time such as "45s", "250ms" or "1m30s", or a number of seconds`

// FromTOML implements [Value].
func (d *Duration) FromTOML(n *Node, r *Reporter) {
	if x, ok := readDuration(n, r); ok {
		*d = Duration(x)
	}
}

// Describe implements [Value].
func (d *Duration) Describe() Type {
	return Type{Name: "duration", Doc: durationIs, OneOf: []Type{
		{Kind: Float, Name: "seconds"},
		{Kind: String, Pattern: `^-?[ ]*[0-9.]+`, Name: "duration"},
	}}
}

func (r *Reporter) duration(n *Node, v reflect.Value, f *field) {
	if x, ok := readDuration(n, r); ok && r.within(n, x.Seconds(), f) {
		v.SetInt(int64(x))
	}
}

func readDuration(n *Node, r *Reporter) (time.Duration, bool) {
	if n.Kind() == String {
		x, err := ParseDuration(n.str)
		if err != nil {
			r.Error(n, `write "45s", "250ms", "1m30s" or a number of seconds`, "%v", err)
		}
		return x, err == nil
	}
	s, ok := n.Number()
	if !ok {
		r.Expected(n, durationIs, "")
		return 0, false
	}
	if math.Abs(s) > longest.Seconds() {
		r.Error(n, "", "%v seconds are longer than a hundred years", s)
		return 0, false
	}
	return time.Duration(math.Round(s * 1e9)), true
}

// Pitch is a note name with its octave ("A4", "C#3", "Bb2"; C4 is middle C) or a
// MIDI key number. Fields of type [sonify.Pitch] are read the same way.
type Pitch sonify.Pitch

// Std returns p as the engine has it.
func (p Pitch) Std() sonify.Pitch { return sonify.Pitch(p) }

func (p Pitch) String() string { return sonify.Pitch(p).String() }

const pitchIs = `a note name with its octave such as "A4", "C#3" or "Bb2" (C4 is middle C), or a MIDI key from 0 to 127`

// FromTOML implements [Value].
func (p *Pitch) FromTOML(n *Node, r *Reporter) {
	if x, ok := readPitch(n, r); ok {
		*p = Pitch(x)
	}
}

// Describe implements [Value].
func (p *Pitch) Describe() Type { return pitchDescription() }

func pitchDescription() Type {
	low, high := 0.0, 127.0
	return Type{Name: "pitch", Doc: pitchIs, OneOf: []Type{
		{Kind: String, Pattern: `^([A-Ga-g][#b♯♭]*-?[0-9]|[0-9.]+)$`, Name: "note name", Examples: []string{"A4", "C#3", "Bb2"}},
		{Kind: Float, Min: &low, Max: &high, Name: "MIDI key"},
	}}
}

func (r *Reporter) pitch(n *Node, v reflect.Value, f *field) {
	if x, ok := readPitch(n, r); ok && r.within(n, x.Semitones(), f) {
		v.SetInt(int64(x))
	}
}

func readPitch(n *Node, r *Reporter) (sonify.Pitch, bool) {
	text := n.Text()
	if x, ok := n.Number(); ok {
		text = strconv.FormatFloat(x, 'f', -1, 64)
	} else if n.Kind() != String {
		r.Expected(n, pitchIs, "")
		return 0, false
	}
	p, err := sonify.ParsePitch(text)
	if err != nil {
		r.Error(n, "", "%v", err)
		return 0, false
	}
	return p, true
}
