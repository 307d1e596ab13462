package football

import (
	"proscenium/sonify/exact"
)

// The model of a match: both sides score as if by chance, at the same rate from
// the first minute to the last. 1.3 goals a side in 90 minutes is what the
// championships since 1990 come to in round figures.
const rate = 1.3 / 90

// ahead is as many goals as the model counts for one side; more than that in what
// is left of a match has a chance below 1e-9.
const ahead = 16

// lead returns the chance that side 1 wins less the chance that side 2 does, in
// [-1, 1], if side 1 is diff goals ahead with so many minutes left. Where a draw
// leads on to extra time and a shoot-out the chances from there are even, so they
// do not change the difference.
func lead(diff int, minutes float64) float64 {
	if minutes <= 0 || diff == 0 {
		return sign(diff)
	}
	if diff < 0 { // the very same number for either side
		return -lead(-diff, minutes)
	}
	mean := rate * minutes
	var p [ahead]float64 // chance of so many goals: Poisson
	p[0] = exact.Exp(-mean)
	for k := 1; k < ahead; k++ {
		p[k] = float64(p[k-1]*mean) / float64(k)
	}
	sum := 0.0
	for a := range ahead {
		for b := range ahead {
			s := sign(diff + a - b)
			sum += float64(float64(p[a]*p[b]) * s)
		}
	}
	return exact.Clamp(sum, -1, 1)
}

func sign(n int) float64 {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

// importance returns by how much the next goal moves the lead at most, as a part
// of the way from losing to winning.
func importance(diff int, minutes float64) float64 {
	now := lead(diff, minutes)
	up, down := lead(diff+1, minutes)-now, now-lead(diff-1, minutes)
	return max(up, down)
}

// tension returns how much is in the air, in [0, 1]: six tenths what a goal would
// change, two tenths how close it is the nearer the end, two tenths what the match
// is about (1 for a final). How these are weighed is taste.
func tension(diff int, left, length, stake float64) float64 {
	now := lead(diff, left)
	closeness := 1 - max(now, -now)
	gone := 1 - exact.Clamp(left/length, 0, 1)
	return exact.Clamp(float64(0.6*importance(diff, left))+float64(0.2*float64(closeness*gone))+float64(0.2*stake), 0, 1)
}
