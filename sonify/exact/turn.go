package exact

import "math"

// sinTerms and cosTerms are the series of sin(r)/r - 1 and cos(r) - 1 in r²; for
// |r| <= π/4 what is left out is below 2⁻⁵⁷.
var (
	sinTerms = [...]float64{-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000}
	cosTerms = [...]float64{-1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000}
)

func series(terms []float64, z float64) float64 {
	p := 0.0
	for i := len(terms) - 1; i >= 0; i-- {
		p = float64(p*z) + terms[i]
	}
	return float64(p * z)
}

// Sin returns the sine of an angle in whole turns, within 2 ulp: Sin(0.25) is 1
// and Sin(0.5) is 0, exactly. NaN if turns is not finite.
func Sin(turns float64) float64 {
	s, _ := sinCos(turns)
	return s
}

// Cos returns the cosine of an angle in whole turns, within 2 ulp.
func Cos(turns float64) float64 {
	_, c := sinCos(turns)
	return c
}

func sinCos(turns float64) (sin, cos float64) {
	if turns-turns != 0 {
		return math.NaN(), math.NaN()
	}
	// All steps are exact: the turn, the quarter of it, and what is left.
	t := turns - math.Round(turns)
	q := math.Round(float64(t * 4))
	t -= q / 4
	r, e := multiply(t, 2*math.Pi)
	e += float64(t * twoPiTail)
	z := float64(r * r)
	c := 1 + (series(cosTerms[:], z) - float64(r*e))
	s := r + (float64(r*series(sinTerms[:], z)) + e)
	switch int(q) & 3 { // 0 - s and not -s: there is no -0
	case 1:
		return c, 0 - s
	case 2:
		return 0 - s, -c
	case 3:
		return -c, s
	}
	return s, c
}

// twoPiTail is what float64 lacks of 2π.
const twoPiTail = 0x1.1a62633145c07p-52
