package exact

import (
	"math"
	"math/big"
	"testing"
)

const prec = 220 // bits of the reference

func bf(x float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(x) }

func add(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Add(a, b) }
func mul(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Mul(a, b) }
func quo(a, b *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Quo(a, b) }

// bigExp sums the series of e^(x/2^k) and squares it k times.
func bigExp(x *big.Float) *big.Float {
	k := max(0, x.MantExp(nil)+20)
	r := new(big.Float).SetPrec(prec).SetMantExp(x, -k)
	sum, term := bf(1), bf(1)
	for i := 1; i < 14; i++ {
		term = quo(mul(term, r), bf(float64(i)))
		sum = add(sum, term)
	}
	for range k {
		sum = mul(sum, sum)
	}
	return sum
}

// bigLn sums the series 2·atanh((m-1)/(m+1)).
func bigLn(x *big.Float) *big.Float {
	m := new(big.Float).SetPrec(prec)
	e := x.MantExp(m)
	if m.Cmp(bf(0.7)) < 0 {
		m, e = mul(m, bf(2)), e-1
	}
	return add(atanh2(quo(add(m, bf(-1)), add(m, bf(1)))), mul(bigLn2(), bf(float64(e))))
}

func bigLn2() *big.Float { return atanh2(quo(bf(1), bf(3))) }

func atanh2(s *big.Float) *big.Float {
	sum, power, z := bf(0), mul(s, bf(2)), mul(s, s)
	for i := 1; i < 160; i += 2 {
		sum = add(sum, quo(power, bf(float64(i))))
		power = mul(power, z)
	}
	return sum
}

// bigPi is Machin's: 16 atan(1/5) - 4 atan(1/239).
func bigPi() *big.Float {
	atan := func(n float64) *big.Float {
		sum, power := bf(0), quo(bf(1), bf(n))
		for i := 1; i < 200; i += 2 {
			sign := 1.0
			if i%4 == 3 {
				sign = -1
			}
			sum = add(sum, quo(power, bf(sign*float64(i))))
			power = quo(power, bf(n*n))
		}
		return sum
	}
	return add(mul(bf(16), atan(5)), mul(bf(-4), atan(239)))
}

func bigSin(turns float64, cos bool) *big.Float {
	x := mul(mul(bf(turns-math.Round(turns)), bf(2)), bigPi())
	sum, term, from := bf(0), x, 1.0
	if cos {
		term, from = bf(1), 0
	}
	for i := from; i < 60; i += 2 {
		sum = add(sum, term)
		term = quo(mul(mul(term, x), mul(x, bf(-1))), bf((i+1)*(i+2)))
	}
	return sum
}

// ulps returns how far got is from want in units of the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if got == w {
		return 0
	}
	unit := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	d, _ := add(bf(got), new(big.Float).Neg(want)).Float64()
	return math.Abs(d) / unit
}

// numbers calls f with n numbers spread over [low, high], and with as many near
// 0 or 1 if those lie within.
func numbers(n int, low, high float64, f func(x float64)) {
	s := Rand(1, "numbers")
	for i := range uint64(n) {
		f(Lerp(low, high, s.Float(i)))
		for _, near := range []float64{0, 1} {
			if x := near + math.Ldexp(s.Float(i+1<<32)-0.5, -int(s.At(i)%40)); x >= low && x <= high {
				f(x)
			}
		}
	}
}

func TestAccuracy(t *testing.T) {
	ln2 := bigLn2()
	one := func(f func(x *big.Float) *big.Float) func(float64) *big.Float {
		return func(x float64) *big.Float { return f(bf(x)) }
	}
	for _, c := range []struct {
		name      string
		got       func(float64) float64
		want      func(float64) *big.Float
		low, high float64
		ulp       float64 // as the comments promise
	}{
		{"Exp", Exp, one(bigExp), -700, 700, 1},
		{"Exp", Exp, one(bigExp), -3, 3, 1},
		{"Exp2", Exp2, func(x float64) *big.Float { return bigExp(mul(bf(x), ln2)) }, -1000, 1000, 1},
		{"Exp2", Exp2, func(x float64) *big.Float { return bigExp(mul(bf(x), ln2)) }, -3, 3, 1},
		{"Log", Log, one(bigLn), 1e-9, 4, 1},
		{"Log", Log, one(bigLn), 1, 1e12, 1},
		{"Log2", Log2, func(x float64) *big.Float { return quo(bigLn(bf(x)), ln2) }, 1e-9, 4, 1},
		{"Log2", Log2, func(x float64) *big.Float { return quo(bigLn(bf(x)), ln2) }, 1, 1e12, 1},
		{"Log10", Log10, func(x float64) *big.Float { return quo(bigLn(bf(x)), bigLn(bf(10))) }, 1e-9, 4, 2},
		{"Log10", Log10, func(x float64) *big.Float { return quo(bigLn(bf(x)), bigLn(bf(10))) }, 1, 1e12, 2},
		{"Sin", Sin, func(x float64) *big.Float { return bigSin(x, false) }, -2, 2, 2},
		{"Cos", Cos, func(x float64) *big.Float { return bigSin(x, true) }, -2, 2, 2},
		{"Logistic", Logistic, func(x float64) *big.Float { return quo(bf(1), add(bf(1), bigExp(bf(-x)))) }, -40, 40, 3},
		{"Tanh", Tanh, func(x float64) *big.Float {
			e := bigExp(bf(2 * x))
			return quo(add(e, bf(-1)), add(e, bf(1)))
		}, -10, 10, 4},
	} {
		worst, at := 0.0, 0.0
		numbers(400, c.low, c.high, func(x float64) {
			if x <= 0 && c.low >= 0 || math.Abs(x) < 1e-12 {
				return
			}
			if d := ulps(c.got(x), c.want(x)); d > worst {
				worst, at = d, x
			}
		})
		t.Logf("%-8s %6g..%g: %.3f ulp at %v", c.name, c.low, c.high, worst, at)
		if !(worst <= c.ulp) {
			t.Errorf("%s(%v) is %.2f ulp off, at most %v promised", c.name, at, worst, c.ulp)
		}
	}
}

func TestAccuracy_Pow(t *testing.T) {
	s := Rand(2, "pow")
	worst := map[float64]float64{}
	for i := range uint64(3000) {
		x := math.Exp2(Lerp(-20, 20, s.Float(2*i)))
		y := Lerp(-40, 40, s.Float(2*i+1))
		want := bigExp(mul(bf(y), bigLn(bf(x))))
		w, _ := want.Float64()
		limit := 4.0
		if w > 1e-30 && w < 1e30 {
			limit = 2
		}
		d := ulps(Pow(x, y), want)
		worst[limit] = max(worst[limit], d)
		if d > limit {
			t.Errorf("Pow(%v, %v) is %.2f ulp off, at most %v promised", x, y, d, limit)
		}
	}
	t.Logf("Pow: %.3f ulp between 1e-30 and 1e30, %.3f elsewhere", worst[2], worst[4])
}

// What people check by hand must come out as they expect.
func TestExactResults(t *testing.T) {
	for k := -1074; k <= 1023; k++ {
		if x := math.Ldexp(1, k); Exp2(float64(k)) != x || Log2(x) != float64(k) {
			t.Errorf("2^%d: Exp2 %v, Log2 %v", k, Exp2(float64(k)), Log2(x))
		}
	}
	for k, x := range powersOf10 {
		if Log10(x) != float64(k) {
			t.Errorf("Log10(%v) = %v", x, Log10(x))
		}
		if k <= 15 && Pow(10, float64(k)) != x {
			t.Errorf("Pow(10, %d) = %v", k, Pow(10, float64(k)))
		}
	}
	for _, c := range [][2]float64{
		{Sin(0), 0}, {Sin(0.25), 1}, {Sin(0.5), 0}, {Sin(0.75), -1}, {Sin(1e6), 0}, {Cos(0), 1}, {Cos(0.25), 0}, {Cos(0.5), -1},
		{Exp(0), 1}, {Log(1), 0}, {Tanh(0), 0}, {Logistic(0), 0.5}, {Pow(3, 2), 9}, {Pow(-2, 3), -8}, {Pow(-2, 10), 1024}, {Pow(4, 0.5), 2},
	} {
		if c[0] != c[1] || math.Signbit(c[0]) != math.Signbit(c[1]) {
			t.Errorf("got %v, want %v", c[0], c[1])
		}
	}
}

// The special cases are those of package math.
func TestSpecialCases(t *testing.T) {
	odd := []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1e300, -1e300, 1e-300, 5e-324, math.MaxFloat64, 1e20, 1e17 + 1, math.Inf(1), math.Inf(-1), math.NaN(), 709.7, 710, -745, -746, 1023.5, 1024, -1074, -1076}
	same := func(what string, got, want float64) {
		if got != want && !(got != got && want != want) && !(math.Abs(got-want) <= 4e-16*math.Abs(want)) && !(math.Abs(got-want) <= 1e-323) {
			t.Errorf("%s = %v, package math says %v", what, got, want)
		}
	}
	for _, x := range odd {
		same("Exp", Exp(x), math.Exp(x))
		same("Exp2", Exp2(x), math.Exp2(x))
		if x != 5e-324 { // Log of package math is wrong there on amd64: -709.09
			same("Log", Log(x), math.Log(x))
			same("Log2", Log2(x), math.Log2(x))
			same("Log10", Log10(x), math.Log10(x))
		}
		same("Tanh", Tanh(x), math.Tanh(x))
		for _, y := range odd {
			if got, want := Pow(x, y), math.Pow(x, y); !(got == want && math.Signbit(got) == math.Signbit(want)) {
				same("Pow", got, want)
			}
		}
	}
	if x := Sin(math.Inf(1)); x == x {
		t.Error("Sin(+Inf) must be NaN")
	}
}

func TestConstants(t *testing.T) {
	tail := func(name string, whole float64, tail float64, want *big.Float) {
		if d := ulps(tail, add(want, bf(-whole))); d > 0.5 {
			t.Errorf("%s is %x, off by %.1f ulp", name, tail, d)
		}
	}
	tail("ln2Lo", ln2Hi, ln2Lo, bigLn2())
	tail("ln2Tail", math.Ln2, ln2Tail, bigLn2())
	tail("log2eTail", math.Log2E, log2eTail, quo(bf(1), bigLn2()))
	tail("log10of2Tail", math.Ln2/math.Ln10, log10of2Tail, quo(bigLn2(), bigLn(bf(10))))
	tail("thirdTail", 1.0/3, thirdTail, quo(bf(1), bf(3)))
	tail("twoPiTail", 2*math.Pi, twoPiTail, mul(bf(2), bigPi()))
}

func TestRounding(t *testing.T) {
	numbers(2000, -1e3, 1e3, func(x float64) {
		if i := Int(x, -50, 50); i < -50 || i > 50 || x > -50 && x < 50 && math.Abs(float64(i)-x) > 0.5 {
			t.Errorf("Int(%v) = %d", x, i)
		}
		if y := Lerp(3, x, 1); y != x {
			t.Errorf("Lerp(3, %v, 1) = %v", x, y)
		}
		if y := Lerp(3, x, 0.999999999999); (y > x) == (x > 3) && y != x {
			t.Errorf("Lerp(3, %v) overshot to %v", x, y)
		}
	})
	for _, x := range []float64{math.NaN(), math.Inf(-1), -1e300} {
		if Int(x, 3, 9) != 3 || Clamp(x, 3, 9) != 3 {
			t.Errorf("%v must become the lower end", x)
		}
	}
	if Int(1e300, 3, 9) != 9 || Int(math.Inf(1), math.MinInt64, math.MaxInt64) != math.MaxInt64 || Int(2.5, 0, 9) != 3 {
		t.Error("Int at its ends")
	}
	if Scale(5, 2, 2, 7, 9) != 7 || Scale(3, 2, 4, 10, 20) != 15 {
		t.Error("Scale")
	}
}
