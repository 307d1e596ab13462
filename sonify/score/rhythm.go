package score

import (
	"fmt"
	"strings"
)

// Euclid spreads hits as evenly as can be over steps, beginning with a hit, and
// turns the result by rotate steps to the right. It writes into dst, which has
// room for steps, and returns it. Hits below 0 count as 0, above steps as
// steps.
//
// It is the pattern of Bjorklund's algorithm as Toussaint described it for
// rhythms, computed as the digitised line i·hits mod steps < hits, which gives
// the same necklace.
func Euclid(dst []bool, hits, steps, rotate int) []bool {
	dst = dst[:steps]
	hits = min(max(hits, 0), steps)
	for i := range dst {
		j := i - rotate
		j = ((j % steps) + steps) % steps
		dst[i] = hits > 0 && (j*hits)%steps < hits
	}
	return dst
}

// ParseRhythm reads a rhythm as drummers type it: "x..x..x." with x for a hit,
// X for an accent, . (or -) for none; spaces and bars (|) only help the eye.
// Values are 0, 1 and 2 for none, hit and accent.
func ParseRhythm(s string) ([]uint8, error) {
	var out []uint8
	for i, r := range s {
		switch r {
		case 'x', 'o':
			out = append(out, 1)
		case 'X', 'O':
			out = append(out, 2)
		case '.', '-', '_':
			out = append(out, 0)
		case ' ', '|', '\t', '\n':
		default:
			return nil, fmt.Errorf("%q at character %d is no part of a rhythm: write x for a hit, X for an accent, . for none", r, i+1)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("an empty rhythm: write x for a hit, X for an accent, . for none, such as \"x..x..x.\"")
	}
	if len(out) > 256 {
		return nil, fmt.Errorf("a rhythm of %d steps is too long: at most 256", len(out))
	}
	return out, nil
}

// isSpacer reports whether the word only helps the eye.
func isSpacer(w string) bool { return strings.Trim(w, "|") == "" }
