package grammar

import (
	"fmt"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// Fraction is a length in musical time: a part of a whole note ("1/16", "3/8",
// dotted "1/8.", triplet "1/8t") or a number of bars or beats ("2 bars",
// "1/2 bar", "3 beats"), whose length the meter decides. The zero value is no
// length.
type Fraction struct {
	Num, Den int // lowest terms, Den at least 1 unless the value is zero
	Of       FractionOf
}

// FractionOf says what a [Fraction] is a part of.
type FractionOf uint8

const (
	OfWhole FractionOf = iota // of a whole note
	OfBar
	OfBeat
)

// Ticks returns the length in a meter, rounded down to a tick where a bar does
// not divide evenly. Parts of a whole note are always exact.
func (f Fraction) Ticks(m sonify.Meter) sonify.Tick {
	if f.Den == 0 {
		return 0
	}
	unit := 4 * sonify.PPQ
	switch f.Of {
	case OfBar:
		unit = m.Bar()
	case OfBeat:
		unit = m.Beat()
	}
	return unit * sonify.Tick(f.Num) / sonify.Tick(f.Den)
}

// IsZero reports whether f says nothing.
func (f Fraction) IsZero() bool { return f.Den == 0 }

func (f Fraction) String() string {
	if f.Den == 0 {
		return ""
	}
	s := strconv.Itoa(f.Num)
	if f.Den != 1 {
		s += "/" + strconv.Itoa(f.Den)
	}
	name := [...]string{"", " bar", " beat"}[f.Of%3]
	if name != "" && (f.Den != 1 || f.Num != 1) && f.Num > f.Den {
		name += "s"
	}
	return s + name
}

// maxFraction is the greatest numerator: 10,000 bars are hours.
const maxFraction = 10_000

const fractionIs = `a length such as "1/16", "3/8", "1/8." (dotted), "1/8t" (triplet), "2 bars" or "1 beat"`

// ParseFraction reads a length in musical time.
func ParseFraction(s string) (Fraction, error) {
	bad := fmt.Errorf("%s is no length in musical time", shorten(s))
	rest := strings.TrimSpace(s)
	f := Fraction{Den: 1}
	number, word, _ := strings.Cut(rest, " ")
	switch strings.TrimSpace(word) {
	case "":
	case "bar", "bars":
		f.Of = OfBar
	case "beat", "beats":
		f.Of = OfBeat
	default:
		return Fraction{}, bad
	}
	dots, triplet := 0, false
	if f.Of == OfWhole {
		for strings.HasSuffix(number, ".") && dots < 2 {
			number, dots = number[:len(number)-1], dots+1
		}
		if dots == 0 && strings.HasSuffix(number, "t") {
			number, triplet = number[:len(number)-1], true
		}
	}
	num, den, divided := strings.Cut(number, "/")
	var ok1, ok2 bool
	f.Num, ok1 = whole(num)
	if ok2 = true; divided {
		f.Den, ok2 = whole(den)
	}
	if !ok1 || !ok2 {
		return Fraction{}, bad
	}
	switch {
	case dots == 1:
		f.Num, f.Den = f.Num*3, f.Den*2
	case dots == 2:
		f.Num, f.Den = f.Num*7, f.Den*4
	case triplet:
		f.Num, f.Den = f.Num*2, f.Den*3
	}
	d := gcd(f.Num, f.Den)
	f.Num, f.Den = f.Num/d, f.Den/d
	if f.Of == OfWhole && int(4*sonify.PPQ)*f.Num%f.Den != 0 {
		return Fraction{}, fmt.Errorf("%s is no whole number of ticks: a quarter note has %d", shorten(s), sonify.PPQ)
	}
	return f, nil
}

// whole reads a number from 1 to maxFraction, digits only.
func whole(s string) (int, bool) {
	i, err := strconv.ParseUint(s, 10, 31)
	return int(i), err == nil && i >= 1 && i <= maxFraction
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// FromTOML implements [Value].
func (f *Fraction) FromTOML(n *Node, r *Reporter) {
	if n.Kind() != String {
		hint := ""
		switch i, ok := n.Int(); {
		case ok && i == 1:
			hint = `write "1 bar" or "1 beat"`
		case ok && i > 1 && i <= 64 && i&(i-1) == 0:
			hint = fmt.Sprintf(`write "%d bars" or "1/%d"`, i, i)
		case ok && i > 1 && i < 1000:
			hint = fmt.Sprintf(`write "%d bars" or "%d beats"`, i, i)
		}
		r.Expected(n, fractionIs, hint)
		return
	}
	x, err := ParseFraction(n.str)
	if err != nil {
		r.Error(n, `write a note's part of a whole such as "1/16", "1/8." or "1/8t", or "2 bars"`, "%v", err)
		return
	}
	*f = x
}

// Describe implements [Value].
func (f *Fraction) Describe() Type {
	return Type{Name: "length", Doc: fractionIs, Kind: String, Pattern: `^ *[0-9]+(/[0-9]+)?(\.{0,2}|t| +(bars?|beats?)) *$`, Examples: []string{"1/16", "1/8.", "1/8t", "2 bars"}}
}
