package exact

import "math"

// logTerms are 1/3, 1/5, … of the series of atanh(s)/s in s². For |s| <= 0.1716
// the first one left out is below 2⁻⁵⁸ of the result.
var logTerms = [...]float64{
	1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23,
}

// logParts returns e and ln(m) as hi + lo so that x = m·2^e and m lies within
// √2/2 and √2. hi + lo is good to about 2⁻⁶⁴ of the result.
func logParts(x float64) (e int, hi, lo float64) {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = float64(m*2), e-1
	}
	if m == 1 {
		return e, 0, 0
	}
	// s = (m-1)/(m+1) in two parts; m-1 is exact.
	num := m - 1
	den := m + 1
	denLo := 1 - (den - m) // what the sum lost, if 1 <= m
	if m < 1 {
		denLo = m - (den - 1)
	}
	s := num / den
	p, pe := multiply(s, den)
	sLo := ((num - p) - pe - float64(s*denLo)) / den

	z := float64(s * s)
	q := 0.0
	for i := len(logTerms) - 1; i >= 1; i-- {
		q = float64(q*z) + logTerms[i]
	}
	// ln m = 2s + 2s³(1/3 + z·q). The third is kept in two parts: it is what
	// decides about the last bits that Pow needs.
	zh, zl := multiply(s, s)
	zl += float64(float64(2*s) * sLo)
	th, tl := multiply(zh, 1.0/3)
	tl += float64(zl*(1.0/3)) + float64(zh*thirdTail)
	u := float64(float64(zh*zh) * q)
	ch := th + u
	cl := (th - ch) + u + tl // |th| > |u|
	// 2s·(ch + cl)
	s2 := float64(2 * s)
	gh, gl := multiply(s2, ch)
	gl += float64(s2*cl) + float64(float64(2*sLo)*ch)
	hi = s2 + gh
	lo = (s2 - hi) + gh + (gl + float64(2*sLo))
	hi, lo = hi+lo, (hi-(hi+lo))+lo
	return e, hi, lo
}

// What float64 lacks of 1/3, log₂ e and log₁₀ 2.
const (
	thirdTail    = 0x1.5555555555555p-56
	log2eTail    = 0x1.777d0ffda0d24p-56
	log10of2Tail = -0x1.9dc1da994fd21p-59
)

// special returns the logarithm of numbers that have none of their own.
func special(x float64) (y float64, ok bool) {
	switch {
	case x != x || x < 0:
		return math.NaN(), true
	case x == 0:
		return math.Inf(-1), true
	case x > math.MaxFloat64:
		return x, true
	}
	return 0, false
}

// Log returns the natural logarithm of x, within 1 ulp: NaN if x is negative,
// -Inf if it is 0.
func Log(x float64) float64 {
	if y, ok := special(x); ok {
		return y
	}
	e, hi, lo := logParts(x)
	k := float64(e)
	a := float64(k * ln2Hi)
	sum := a + hi
	var lost float64
	if e != 0 {
		lost = (a - sum) + hi // |a| > |hi|
	} else {
		lost = hi - sum
	}
	return sum + (lost + lo + float64(k*ln2Lo))
}

// Log2 returns the logarithm of x to the base 2, within 1 ulp; exactly for
// powers of 2. NaN if x is negative, -Inf if it is 0.
func Log2(x float64) float64 {
	if y, ok := special(x); ok {
		return y
	}
	hi, lo := log2Parts(x)
	return hi + lo
}

// log2Parts returns the logarithm of x to the base 2 in two parts.
func log2Parts(x float64) (hi, lo float64) {
	e, h, l := logParts(x)
	ph, pl := multiply(h, math.Log2E)
	pl += float64(l*math.Log2E) + float64(h*log2eTail)
	if e == 0 {
		return ph, pl
	}
	hi = float64(e) + ph
	lo = (float64(e) - hi) + ph + pl // |e| >= 1 > |ph|
	return hi, lo
}

// Log10 returns the logarithm of x to the base 10, within 2 ulp; exactly for
// 1, 10, 100 and on to 10²². NaN if x is negative, -Inf if it is 0.
func Log10(x float64) float64 {
	if y, ok := special(x); ok {
		return y
	}
	hi, lo := log2Parts(x)
	const log10of2 = math.Ln2 / math.Ln10
	ph, pl := multiply(hi, log10of2)
	pl += float64(lo*log10of2) + float64(hi*log10of2Tail)
	y := ph + pl
	if k := math.Round(y); k >= 0 && k <= 22 && powersOf10[int(k)] == x {
		return k
	}
	return y
}

// powersOf10 are those that float64 holds exactly.
var powersOf10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}
