package exact

import "math"

// ln2Hi has 33 bits, so that a product with an exponent is exact; ln2Lo is what
// it lacks. Their sum is ln 2 to 86 bits. ln2Tail is what float64 lacks of ln 2.
// The tests derive all such constants again.
const (
	ln2Hi   = 0x162e42fefp-33
	ln2Lo   = 0x1.473de6af278edp-34
	ln2Tail = 0x1.abc9e3b39803fp-56
)

// expTerms are 1/2!, 1/3!, … of the series of e^r. For |r| <= ln(2)/2 the first
// one left out is below 2⁻⁵⁸ of the result.
var expTerms = [...]float64{
	1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880,
	1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800,
}

// expm1Small returns e^(r+lo) - 1 for |r| <= ln(2)/2 and a tiny lo.
func expm1Small(r, lo float64) float64 {
	p := 0.0
	for i := len(expTerms) - 1; i >= 0; i-- {
		p = float64(p*r) + expTerms[i]
	}
	// e^(r+lo) - 1 = r + r²p + lo·e^r; the small things are added up first.
	p = float64(float64(r*r) * p)
	return r + (p + float64(lo*(1+r+p)))
}

// Exp returns e to the power of x, within 1 ulp; 0 below -745.2 and +Inf above
// 709.79.
func Exp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 709.8:
		return math.Inf(1)
	case x < -745.2:
		return 0
	}
	k := math.Floor(float64(x*(1/math.Ln2)) + 0.5)
	hi := x - float64(k*ln2Hi)
	lo := float64(k * ln2Lo)
	r := hi - lo
	return math.Ldexp(1+expm1Small(r, (hi-r)-lo), int(k))
}

// Exp2 returns 2 to the power of x, within 1 ulp; exactly if x is whole. It is 0
// below -1075 and +Inf from 1024 on.
func Exp2(x float64) float64 {
	switch {
	case x != x:
		return x
	case x >= 1024:
		return math.Inf(1)
	case x < -1075.5:
		return 0
	}
	k := math.Floor(x + 0.5)
	return exp2(x-k, 0, int(k))
}

// exp2 returns 2^(f + lo + k) for |f| <= 1/2.
func exp2(f, lo float64, k int) float64 {
	r, tail := multiply(f, math.Ln2)
	tail += float64(f*ln2Tail) + float64(lo*math.Ln2)
	return math.Ldexp(1+expm1Small(r, tail), k)
}

// multiply returns a·b as a rounded product and the error of it, exactly
// (T. J. Dekker, A floating-point technique for extending the available
// precision, 1971). It holds for numbers between 2⁻⁴⁰⁰ and 2⁴⁰⁰.
func multiply(a, b float64) (p, e float64) {
	p = float64(a * b)
	a1, a2 := split(a)
	b1, b2 := split(b)
	e = float64(a1*b1) - p
	e += float64(a1 * b2)
	e += float64(a2 * b1)
	e += float64(a2 * b2)
	return p, e
}

// split cuts a into two halves of at most 26 bits.
func split(a float64) (high, low float64) {
	c := float64(134217729 * a) // 2²⁷ + 1
	high = c - (c - a)
	return high, a - high
}

// Logistic returns 1/(1 + e^-x), within 3 ulp.
func Logistic(x float64) float64 {
	if x < 0 {
		e := Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + Exp(-x))
}

// Tanh returns the hyperbolic tangent of x, within 4 ulp.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	var y float64
	switch {
	case x != x:
		return x
	case a > 22:
		y = 1
	case a > 0.17:
		e := Exp(float64(-2 * a))
		y = (1 - e) / (1 + e)
	default: // Lambert's continued fraction
		z := float64(a * a)
		d := 15.0
		for k := 13.0; k >= 1; k -= 2 {
			d = k + z/d
		}
		y = a / d
	}
	return math.Copysign(y, x)
}
