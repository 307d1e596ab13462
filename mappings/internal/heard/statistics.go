package heard

import (
	"math"
	"slices"
)

// Smooth returns the mean of the width values about each, fewer at the ends. An
// even width is one wider.
func Smooth(x []float64, width int) []float64 {
	out := make([]float64, len(x))
	half := width / 2
	for i := range x {
		a, b := max(0, i-half), min(len(x), i+half+1)
		sum := 0.0
		for _, v := range x[a:b] {
			sum += v
		}
		out[i] = sum / float64(b-a)
	}
	return out
}

// Pearson returns the correlation of x and y, which are as long as each other:
// 1 if one is the other up to a factor and an offset, 0 if they have nothing to
// do with each other. It is NaN if one of them is constant or they are shorter
// than two.
func Pearson(x, y []float64) float64 {
	n := min(len(x), len(y))
	if n < 2 || len(x) != len(y) {
		return math.NaN()
	}
	var mx, my float64
	for i := range n {
		mx += x[i] / float64(n)
		my += y[i] / float64(n)
	}
	var xy, xx, yy float64
	for i := range n {
		dx, dy := x[i]-mx, y[i]-my
		xy += dx * dy
		xx += dx * dx
		yy += dy * dy
	}
	if !(xx > 1e-18*mx*mx*float64(n)) || !(yy > 1e-18*my*my*float64(n)) { // constant, but for rounding
		return math.NaN()
	}
	return xy / math.Sqrt(xx*yy)
}

// Spearman is Pearson of the ranks: whether y rises whenever x does, however
// much. Equal values share the mean of their ranks.
func Spearman(x, y []float64) float64 { return Pearson(ranks(x), ranks(y)) }

func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(x[a], x[b]) })
	out := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return out
}

// Correlations returns Pearson of x with y moved by each lag from 0 to maxLag:
// at index k, of x[i] with y[i+k]. It peaks at k if y says k windows later what
// x said. Lags at which fewer than a quarter of the values meet are NaN.
func Correlations(x, y []float64, maxLag int) []float64 {
	out := make([]float64, maxLag+1)
	n := min(len(x), len(y))
	for k := range out {
		if n-k < max(2, n/4) {
			out[k] = math.NaN()
			continue
		}
		out[k] = Pearson(x[:n-k], y[k:n])
	}
	return out
}

// Peak returns the index of the greatest value, with its place between the
// neighbours by the parabola through the three, and the value there. NaN is no
// value; -1 if there is none.
func Peak(x []float64) (at, value float64) {
	best := -1
	for i, v := range x {
		if !math.IsNaN(v) && (best < 0 || v > x[best]) {
			best = i
		}
	}
	if best < 0 {
		return -1, math.NaN()
	}
	at, value = float64(best), x[best]
	if best > 0 && best < len(x)-1 {
		a, b, c := x[best-1], x[best], x[best+1]
		if d := a - 2*b + c; d < 0 {
			shift := (a - c) / (2 * d)
			at, value = at+shift, b-(a-c)*shift/4
		}
	}
	return at, value
}
