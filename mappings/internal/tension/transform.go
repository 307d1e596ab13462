package tension

import (
	"math"
	"math/bits"
)

// transform is a Fourier transform of n samples, n a power of two, under a Hann
// window. It is used by one goroutine.
type transform struct {
	n      int
	window []float64
	turn   []complex128 // exp(-2πik/n)
	order  []int
	buf    []complex128
}

func newTransform(n int) *transform {
	t := &transform{n: n, window: make([]float64, n), turn: make([]complex128, n/2), order: make([]int, n), buf: make([]complex128, n)}
	shift := 64 - bits.TrailingZeros(uint(n))
	for i := range n {
		t.window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(n))
		t.order[i] = int(bits.Reverse64(uint64(i)) >> shift)
	}
	for k := range t.turn {
		s, c := math.Sincos(-2 * math.Pi * float64(k) / float64(n))
		t.turn[k] = complex(c, s)
	}
	return t
}

// pair writes the amplitudes of the first n samples of x and of y, of which a
// sine of amplitude 1 has 1 at its peak. One complex transform gives both.
func (t *transform) pair(x, y, ax, ay []float64) {
	for i, k := range t.order {
		t.buf[i] = complex(x[k]*t.window[k], y[k]*t.window[k])
	}
	b := t.buf
	for size := 2; size <= t.n; size *= 2 {
		half, stride := size/2, t.n/size
		for at := 0; at < t.n; at += size {
			lo, hi := b[at:at+half], b[at+half:at+size]
			for k := range lo {
				w := hi[k] * t.turn[k*stride]
				lo[k], hi[k] = lo[k]+w, lo[k]-w
			}
		}
	}
	// A sine has half its amplitude at its frequency and half at the negative one,
	// the window's mean is a half, and the sums below are twice the spectra.
	scale := 2 / float64(t.n)
	for k := range ax {
		p, q := b[k], b[(t.n-k)&(t.n-1)]
		// x is the even part of the spectrum, y the odd one.
		xr, xi := real(p)+real(q), imag(p)-imag(q)
		yr, yi := imag(p)+imag(q), real(q)-real(p)
		ax[k] = math.Sqrt(xr*xr+xi*xi) * scale
		ay[k] = math.Sqrt(yr*yr+yi*yi) * scale
	}
}
