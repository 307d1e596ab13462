package exact

import "math"

// Pow returns x to the power of y, within 2 ulp where the result lies between
// 1e-30 and 1e30 and within 4 ulp elsewhere; exactly where x and the result are
// whole and below 2⁵³, and correctly rounded if y is 0.5. Its special cases are those of [math.Pow].
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case y == 1:
		return x
	case x != x || y != y:
		return math.NaN()
	case y == 2: // what people write most
		return float64(x * x)
	}
	ax := math.Abs(x)
	whole := y == math.Trunc(y)
	odd := whole && math.Abs(y) < 1<<53 && math.Mod(y, 2) != 0
	switch {
	case math.IsInf(y, 0):
		switch {
		case x == -1:
			return 1
		case (ax > 1) == (y > 0):
			return math.Inf(1)
		}
		return 0
	case x == 0 || ax > math.MaxFloat64:
		r := 0.0
		if (x == 0) == (y < 0) {
			r = math.Inf(1)
		}
		if odd {
			return math.Copysign(r, x)
		}
		return r
	case x < 0 && !whole:
		return math.NaN()
	}
	r, ok := wholePow(ax, y)
	switch {
	case ok:
	case y == 0.5:
		r = math.Sqrt(ax)
	default:
		r = pow(ax, y)
	}
	if x < 0 && odd {
		return -r
	}
	return r
}

// wholePow returns x^y if both are whole and nothing is lost.
func wholePow(x, y float64) (r float64, ok bool) {
	if y != math.Trunc(y) || y < 0 || y > 64 || x != math.Trunc(x) || x >= 1<<32 {
		return 0, false
	}
	r = 1
	for range int(y) {
		if r = float64(r * x); r >= 1<<53 {
			return 0, false
		}
	}
	return r, true
}

// pow returns x^y for finite x > 0 and finite y.
func pow(x, y float64) float64 {
	hi, lo := log2Parts(x)
	rough := float64(y * hi)
	switch {
	case rough >= 1025:
		return math.Inf(1)
	case rough <= -1080:
		return 0
	case math.Abs(y) > 0x1p300: // then hi is tiny, and so is what multiply would lose
		return exp2(rough-math.Floor(rough+0.5), 0, int(math.Floor(rough+0.5)))
	case math.Abs(y) < 0x1p-300:
		return 1
	}
	p, e := multiply(y, hi)
	e += float64(y * lo)
	k := math.Floor(p + 0.5)
	return exp2(p-k, e, int(k))
}
