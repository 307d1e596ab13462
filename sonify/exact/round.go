package exact

import "math"

// The functions of package math that are exact on every CPU by what they are
// defined to be, under this package's name so that one import is enough.

// Sqrt returns the square root of x, correctly rounded; NaN if x is negative.
func Sqrt(x float64) float64 { return math.Sqrt(x) }

// Floor returns the greatest whole number not above x.
func Floor(x float64) float64 { return math.Floor(x) }

// Ceil returns the least whole number not below x.
func Ceil(x float64) float64 { return math.Ceil(x) }

// Trunc returns x without its fraction.
func Trunc(x float64) float64 { return math.Trunc(x) }

// Round returns the whole number nearest to x, halves away from zero.
func Round(x float64) float64 { return math.Round(x) }

// Int returns x rounded to the nearest whole number, halves away from zero, kept
// within low and high; low if x is NaN. What a plain conversion makes of a number
// that does not fit differs between CPUs.
func Int(x float64, low, high int64) int64 {
	switch x = math.Round(x); {
	case !(x > float64(low)):
		return low
	case x >= float64(high):
		return high
	}
	return int64(x)
}

// Clamp returns x kept within low and high; low if x is NaN.
func Clamp(x, low, high float64) float64 {
	switch {
	case !(x > low):
		return low
	case x > high:
		return high
	}
	return x
}

// Lerp returns the number that lies between a and b as t lies between 0 and 1.
// It is a at 0 and b at 1, exactly, and never runs backwards in between.
func Lerp(a, b, t float64) float64 {
	if t == 1 {
		return b
	}
	x := a + float64((b-a)*t)
	if t > 0 && t < 1 && (x > b) == (b > a) { // the last rounding overshot
		return b
	}
	return x
}

// Scale returns the number that lies between c and d as x lies between a and b:
// c if a and b are the same.
func Scale(x, a, b, c, d float64) float64 {
	if a == b {
		return c
	}
	return Lerp(c, d, (x-a)/(b-a))
}
