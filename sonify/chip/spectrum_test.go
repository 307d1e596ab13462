package chip

import (
	"math"
	"math/cmplx"
	"slices"
	"testing"
)

// fft transforms x in place; its length is a power of two.
func fft(x []complex128) {
	n := len(x)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j |= bit
		if i < j {
			x[i], x[j] = x[j], x[i]
		}
	}
	roots := make([]complex128, n/2)
	for i := range roots {
		roots[i] = cmplx.Rect(1, -2*math.Pi*float64(i)/float64(n))
	}
	for size := 2; size <= n; size *= 2 {
		half, step := size/2, n/size
		for i := 0; i < n; i += size {
			for k := range half {
				a, b := x[i+k], x[i+k+half]*roots[k*step]
				x[i+k], x[i+k+half] = a+b, a-b
			}
		}
	}
}

// spectrum returns the amplitudes of x, through a Kaiser window whose side lobes
// are below -200 dB. Its length is a power of two.
func spectrum(x []float64) []float64 {
	n := len(x)
	y := make([]complex128, n)
	sum := 0.0
	for i, v := range x {
		w := kaiser(float64(i)-float64(n-1)/2, float64(n)/2, 22)
		sum += w
		y[i] = complex(v*w, 0)
	}
	fft(y)
	s := make([]float64, n/2)
	for i := range s {
		s[i] = 2 * cmplx.Abs(y[i]) / sum
	}
	return s
}

// voiceOf returns a plain voice of the given wave.
func voiceOf(w Wave) *Voice {
	v := &Voice{Wave: w, Polyphony: 4, Gain: 1000}
	for i := range v.Steps { // an octave and its fifth, and a corner
		v.Steps[i] = uint8(i)
		if i > 15 {
			v.Steps[i] = uint8(31-i) / 2
		}
	}
	return v
}

func constant(x int16) Macro { return Macro{Values: []int16{x}, Loop: -1} }

// play renders frames frames of one long note, after skipping the first skip.
func play(t testing.TB, cfg *Config, v *Voice, pitch int32, skip, frames int) []Frame {
	t.Helper()
	c := New()
	var p []byte
	if cfg != nil {
		p = AppendConfig(p, 0, cfg)
	}
	p = AppendVoice(p, 0, 0, v)
	p = AppendNote(p, 0, &Note{Pitch: pitch, Velocity: 127, Frames: 1 << 40})
	if n := c.Push(p); n != len(p) {
		t.Fatalf("Push took %d of %d bytes", n, len(p))
	}
	out := make([]Frame, skip+frames)
	c.Render(out)
	return out[skip:]
}

func left(f []Frame) []float64 {
	x := make([]float64, len(f))
	for i := range f {
		x[i] = float64(f[i][0]) / full
	}
	return x
}

// alias returns the strongest component below 20 kHz that is no harmonic of f,
// in dB relative to the fundamental.
func alias(s []float64, f float64) (db, at float64) {
	n := 2 * len(s)
	bin := Rate / float64(n)
	const wide = 14 // bins of the window's main lobe
	harmonic := make([]bool, len(s))
	for k := 0.0; k*f < Rate/2+wide*bin; k++ {
		b := int(math.Round(k * f / bin))
		for i := max(0, b-wide); i <= b+wide && i < len(s); i++ {
			harmonic[i] = true
		}
	}
	top, where := 0.0, 0
	for i := int(20 / bin); i < int(20000/bin); i++ {
		if !harmonic[i] && s[i] > top {
			top, where = s[i], i
		}
	}
	return 20 * math.Log10(top/peakNear(s, f/bin)), float64(where) * bin
}

// peakNear returns the largest amplitude within three bins of b.
func peakNear(s []float64, b float64) float64 {
	top := 0.0
	for i := max(0, int(b)-2); i <= int(b)+3 && i < len(s); i++ {
		top = max(top, s[i])
	}
	return top
}

func keyFrequency(k float64) float64 { return 440 * math.Exp2((k-69)/12) }

// TestAlias is the promise of the sound: for every wave and every note from C2 to
// C8, nothing that is not a harmonic reaches -100 dB of the fundamental below
// 20 kHz.
func TestAlias(t *testing.T) {
	tests := []struct {
		name string
		v    *Voice
	}{
		{"pulse 12.5", voiceOf(Pulse)}, {"pulse 25", voiceOf(Pulse)}, {"pulse 50", voiceOf(Pulse)}, {"pulse 75", voiceOf(Pulse)},
		{"triangle", voiceOf(Triangle)}, {"wave", voiceOf(Table)},
	}
	for i := range 4 {
		tests[i].v.Duty = constant(int16(i))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			worst, worstKey := -999.0, 0
			for key := 36; key <= 108; key++ {
				x := left(play(t, nil, tt.v, int32(key)<<16, 4000, 1<<15))
				db, at := alias(spectrum(x), keyFrequency(float64(key)))
				if db > worst {
					worst, worstKey = db, key
				}
				if db > -100 {
					t.Errorf("key %d: %.1f dB at %.0f Hz", key, db, at)
				}
			}
			t.Logf("worst %.1f dB at key %d", worst, worstKey)
		})
	}
}

// TestFlat holds the harmonics of a pulse against those of an ideal one.
func TestFlat(t *testing.T) {
	v := voiceOf(Pulse)
	v.Duty = constant(0)
	for _, key := range []int{36, 41, 48, 57, 60} {
		f := keyFrequency(float64(key))
		s := spectrum(left(play(t, nil, v, int32(key)<<16, 4000, 1<<16)))
		bin := Rate / float64(2*len(s))
		ideal := func(k float64) float64 { return math.Abs(math.Sin(math.Pi*k/8)) / k }
		level := func(k float64) float64 {
			// The window's scallop: a parabola through the logarithms.
			b := int(math.Round(k * f / bin))
			x, y, z := math.Log(s[b-1]), math.Log(s[b]), math.Log(s[b+1])
			o := (x - z) / (2 * (x - 2*y + z))
			return math.Exp(y - (x-z)*o/4)
		}
		var to15, to20 float64
		for k := 1.0; k*f < 20000; k++ {
			if int(k)%8 == 0 {
				continue
			}
			d := 20 * math.Log10(level(k)/level(1)*ideal(1)/ideal(k))
			if k*f < 15000 && math.Abs(d) > math.Abs(to15) {
				to15 = d
			}
			if math.Abs(d) > math.Abs(to20) {
				to20 = d
			}
		}
		if math.Abs(to15) > 0.1 || math.Abs(to20) > 0.5 {
			t.Errorf("key %d: %+.3f dB to 15 kHz, %+.3f dB to 20 kHz", key, to15, to20)
		}
		t.Logf("key %d: %+.3f dB to 15 kHz, %+.3f dB to 20 kHz", key, to15, to20)
	}
}

// bands returns the power density of x in the bands between the given frequencies,
// in dB relative to the first, from many short spectra.
func bands(x []float64, edges []float64) []float64 {
	const n = 4096
	sums := make([]float64, len(edges)-1)
	for i := 0; i+n <= len(x); i += n / 2 {
		s := spectrum(x[i : i+n])
		for b := range sums {
			lo, hi := int(edges[b]/Rate*n), int(edges[b+1]/Rate*n)
			for _, a := range s[lo:hi] {
				sums[b] += a * a / float64(hi-lo)
			}
		}
	}
	for b := len(sums) - 1; b >= 0; b-- {
		sums[b] = 10 * math.Log10(sums[b]/sums[0])
	}
	return sums
}

// TestNoise_Spectrum holds long noise against what a shift register held from clock
// to clock must have: the square of a sinc with its first zero at the clock. Above
// the frames' own rate it is white.
func TestNoise_Spectrum(t *testing.T) {
	edges := []float64{300, 1000, 2000, 4000, 7000, 9000, 12000, 15000, 18000}
	for _, key := range []int32{55, 60, 66, 71, 73, 80, 90, 15} {
		x := left(play(t, nil, voiceOf(Noise), key<<16, 4000, 1<<18))
		clock := Rate * float64(1<<32) / float64(NoiseKey(key<<16, 440000, Exact))
		got := bands(x, edges)
		law := func(f float64) float64 {
			if clock > Rate {
				return 1
			}
			return math.Pow(sinc(f/clock), 2)
		}
		mean := func(lo, hi float64) float64 {
			s := 0.0
			for i := range 50 {
				s += law(lo+(hi-lo)*(float64(i)+0.5)/50) / 50
			}
			return s
		}
		for b := range got {
			want := 10 * math.Log10(mean(edges[b], edges[b+1])/mean(edges[0], edges[1]))
			if want > -15 && math.Abs(got[b]-want) > 0.8 {
				t.Errorf("key %d, clocked at %.0f Hz: %.0f to %.0f Hz has %.2f dB, want %.2f", key, clock, edges[b], edges[b+1], got[b], want)
			}
		}
	}
}

// TestNoise_ShortIsATone measures short noise as the tone that it is, against its
// strongest harmonic, for its fundamental is weak. Clocked eight times a frame it is
// the small rest of large steps, and their errors are not as small.
func TestNoise_ShortIsATone(t *testing.T) {
	v := voiceOf(Noise)
	v.Mode = constant(1)
	worst := -999.0
	for key := 36; key <= 108; key += 3 {
		f := Rate * float64(1<<32) / float64(NoiseKey(int32(key)<<16, 440000, Exact)) / shortCycle
		if c := 1200 * math.Log2(f/keyFrequency(float64(key))); math.Abs(c) > 0.01 {
			t.Errorf("key %d is off by %.3f cent", key, c)
		}
		s := spectrum(left(play(t, nil, v, int32(key)<<16, 4000, 1<<16)))
		db, at := alias(s, f)
		db += 20 * math.Log10(peakNear(s, f/Rate*(1<<16))/slices.Max(s))
		worst = max(worst, db)
		if db > -75 {
			t.Errorf("key %d: %.1f dB at %.0f Hz", key, db, at)
		}
	}
	t.Logf("worst %.1f dB", worst)
}
