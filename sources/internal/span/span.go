// Package span checks durations that a piece says.
package span

import (
	"time"

	"proscenium/sonify"
)

// Check adds a mistake about key if d is not from lo to hi.
func Check(ps *sonify.Problems, key string, d, lo, hi time.Duration) {
	if d < lo || d > hi {
		ps.Add(key, "", "%v, between %v and %v were expected", d, lo, hi)
	}
}
