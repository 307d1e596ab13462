package chip

import "math"

// gridKernel is the kernel that a step has on the grid, x cells from its middle:
// Kaiser and Bessel's, the best there is for so few taps.
func gridKernel(x float64) float64 { return kaiser(x, gridTaps/2, 14.7) }

// gridRows returns the weights of a step at n places within a cell, each row summing
// to one.
func gridRows(n int) [][gridTaps]float64 {
	rows := make([][gridTaps]float64, n)
	for p := range rows {
		sum := 0.0
		for i := range rows[p] {
			rows[p][i] = gridKernel(float64(i-2) - float64(p)/float64(n))
			sum += rows[p][i]
		}
		for i := range rows[p] {
			rows[p][i] /= sum
		}
	}
	return rows
}

func deriveGrid() (v [gridPhases + 1][gridTaps]int32) {
	for p, row := range gridRows(gridPhases) {
		for i, x := range row {
			v[p][i] = int32(math.Round(x * (1 << 22)))
		}
	}
	// The last row is the first, one cell later.
	copy(v[gridPhases][1:], v[0][:gridTaps-1])
	return v
}

// deriveSieve fits the low-pass: with the grid's kernel it is to be the band-limited
// step's own, at every frequency of the cells. Least squares, by the normal
// equations; then the rounded taps are moved by single steps as long as that makes
// the largest deviation smaller.
func deriveSieve() (v [sieveTaps / 2]int32) {
	const points, half = 600, sieveTaps / 2
	rows := gridRows(64)
	var want [points + 1]float64
	var a [points + 1][half]float64
	// The band-limited step's low-pass, by Simpson's rule.
	const n = 31 * 128
	var h [n + 1]float64
	sum := 0.0
	for i := range h {
		x := -15.5 + float64(i)*31/n
		h[i] = sinc(2*cutoff*x) * kaiser(x, 15.5, kaiserBeta)
		sum += h[i]
	}
	for p := range want {
		nu := 0.5 * float64(p) / points // in cycles per cell
		for i, y := range h {
			want[p] += y / sum * math.Cos(2*math.Pi*2*nu*(-15.5+float64(i)*31/n))
		}
		kernel := 0.0
		for r := range rows {
			for i, y := range rows[r] {
				kernel += y / 64 * math.Cos(2*math.Pi*nu*(float64(i-2)-float64(r)/64))
			}
		}
		kernel /= sinc(nu) // for the cells are summed and not integrated
		for j := range half {
			a[p][j] = 2 * kernel * math.Cos(2*math.Pi*nu*(float64(half-1-j)+0.5))
		}
	}
	var m [half][half + 1]float64
	for p := range a {
		for i := range half {
			for j := range half {
				m[i][j] += a[p][i] * a[p][j]
			}
			m[i][half] += a[p][i] * want[p]
		}
	}
	for i := range half {
		m[i][i] += 1e-12
		for k := i + 1; k < half; k++ {
			f := m[k][i] / m[i][i]
			for j := i; j <= half; j++ {
				m[k][j] -= f * m[i][j]
			}
		}
	}
	var x [half]float64
	for i := half - 1; i >= 0; i-- {
		s := m[i][half]
		for j := i + 1; j < half; j++ {
			s -= m[i][j] * x[j]
		}
		x[i] = s / m[i][i]
	}
	left := int32(1 << (sieveBits - 1))
	for i := range v {
		v[i] = int32(math.Round(x[i] * (1 << sieveBits)))
		left -= v[i]
	}
	v[half-1] += left // on the largest tap
	worst := func() float64 {
		top := 0.0
		for p := range a {
			e := -want[p]
			for j := range half {
				e += a[p][j] * float64(v[j]) / (1 << sieveBits)
			}
			top = max(top, math.Abs(e))
		}
		return top
	}
	// A tap goes up and another down, so that the sum stays.
	for best, better := worst(), true; better; {
		better = false
		for i := range v {
			for j := range v {
				if i == j {
					continue
				}
				v[i]++
				v[j]--
				if w := worst(); w < best-1e-12 {
					best, better = w, true
				} else {
					v[i]--
					v[j]++
				}
			}
		}
	}
	return v
}
