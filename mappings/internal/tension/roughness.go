package tension

import (
	"math"
	"slices"
)

// peak is a partial of a sound.
type peak struct{ hz, amplitude float64 }

// findPeaks appends the strongest partials of a spectrum, by frequency, their
// frequencies between the bins by the parabola through the logarithms.
func findPeaks(dst []peak, amp []float64) []peak {
	width := float64(rate) / float64(2*len(amp))
	for k := max(2, int(lowest/width)); k < min(len(amp)-1, int(highest/width)); k++ {
		a, b, c := amp[k-1], amp[k], amp[k+1]
		if b < floor || b <= a || b < c {
			continue
		}
		la, lb, lc := math.Log(a+1e-12), math.Log(b), math.Log(c+1e-12)
		shift := 0.0
		if d := la - 2*lb + lc; d < 0 {
			shift = (la - lc) / (2 * d)
		}
		dst = append(dst, peak{(float64(k) + shift) * width, b})
	}
	slices.SortFunc(dst, func(a, b peak) int {
		switch {
		case a.amplitude > b.amplitude:
			return -1
		case a.amplitude < b.amplitude:
			return 1
		}
		return 0
	})
	dst = dst[:min(len(dst), partial)]
	slices.SortFunc(dst, func(a, b peak) int {
		switch {
		case a.hz < b.hz:
			return -1
		case a.hz > b.hz:
			return 1
		}
		return 0
	})
	return dst
}

// roughness is how rough partials sound together: the curve that Plomp and
// Levelt measured for two sines (J. Acoust. Soc. Am. 38, 548, 1965) in the form
// and with the constants of Sethares (Local consonance and the relationship
// between timbre and scale, J. Acoust. Soc. Am. 94, 1218, 1993), for every pair,
// weighted with the lesser amplitude of the two (his later form, for it is that
// of the beating). It is divided by the sum of the amplitudes, so that a sound is
// not rougher for being louder.
func roughness(p []peak) float64 {
	const (
		dStar  = 0.24 // where two sines are roughest, in critical bands
		s1, s2 = 0.0207, 18.96
		b1, b2 = 3.51, 5.75
	)
	sum, all := 0.0, 0.0
	for i, low := range p {
		all += low.amplitude
		s := dStar / (s1*low.hz + s2)
		for _, high := range p[i+1:] {
			d := s * (high.hz - low.hz)
			if d > 3 { // past there, less than a thousandth of the greatest is left
				break
			}
			sum += min(low.amplitude, high.amplitude) * (math.Exp(-b1*d) - math.Exp(-b2*d))
		}
	}
	if all == 0 {
		return 0
	}
	return sum / all
}
