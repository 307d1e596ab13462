// Package tension measures in finished sound what is heard as tension: how much
// happens, how high it lies, how rough it is, how loud. It knows nothing of notes
// or data, so it can say whether what a piece means by tension can be heard.
package tension

import (
	"math"

	"proscenium/sonify"
)

// Curve has a value for each second of a sound, the last second only if it is
// whole.
type Curve struct {
	// Density is the onsets' strength: the mean spectral flux, that is by how much
	// the logarithms of the spectrum's amplitudes rise from one window to the next,
	// summed over the bins.
	Density []float64
	// Register is how high the sound lies: the mean of the frequencies' logarithms,
	// weighted with the amplitudes, in semitones above 60 Hz. What is silent has
	// the value of the second before.
	Register []float64
	// Dissonance is the roughness of the spectrum's peaks, see [roughness]; 0 is
	// none.
	Dissonance []float64
	// Loudness is the K-weighted level (BS.1770-4) in LUFS, not below -70.
	Loudness []float64
	// Tension is the mean of the four as z-scores: each less its mean over the whole
	// sound, divided by its standard deviation. 0 is the piece's usual tension, 1 a
	// standard deviation more in each of them.
	Tension []float64
}

// The sound is looked at with half the sample rate, for what is above 12 kHz says
// no more than what is below.
const (
	fullRate = int(sonify.SampleRate)
	rate     = 24000
	window   = 2048   // 85 ms: of the flux and the register
	hop      = 1536   // 64 ms
	fine     = 4096   // 171 ms: of the roughness, to tell neighbouring partials of the tenor apart
	lowest   = 60.0   // Hz, below which nothing is looked at
	highest  = 5000.0 // Hz, of partials that can be rough: above, they are many and faint
	partial  = 24     // how many peaks are compared
	floor    = 1e-4   // amplitudes below, -80 dB of full scale, are silence
)

// Of measures a sound of one channel at the engine's sample rate, of which full
// scale is 1.
func Of(sound []float32) *Curve {
	seconds := len(sound) / fullRate
	c := &Curve{Loudness: loudness(sound, seconds)}
	half := decimate(sound)
	c.Density, c.Register = fluxAndRegister(half, seconds)
	c.Dissonance = dissonance(half, seconds)
	c.Tension = make([]float64, seconds)
	for _, f := range [][]float64{c.Density, c.Register, c.Dissonance, c.Loudness} {
		for i, z := range ZScores(f) {
			c.Tension[i] += z / 4
		}
	}
	return c
}

// decimate halves the sample rate.
func decimate(x []float32) []float64 {
	out := make([]float64, max(0, len(x)/2-1))
	for i := range out {
		// Binomial weights: -3 dB at 10 kHz, a zero at the new rate.
		out[i] = float64(x[2*i]+x[2*i+3])/8 + float64(x[2*i+1]+x[2*i+2])*3/8
	}
	return out
}

// ZScores returns x less its mean in standard deviations; zeros if it is
// constant.
func ZScores(x []float64) []float64 {
	out := make([]float64, len(x))
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / float64(len(x))
	}
	if sd := math.Sqrt(square); sd > 1e-9*(math.Abs(mean)+1e-9) {
		for i, v := range x {
			out[i] = (v - mean) / sd
		}
	}
	return out
}

// spectra calls f with the amplitude spectrum (sines of full scale are 1) of
// each window of n samples, hop apart, and the second in which its middle lies.
func spectra(x []float64, n, hop, seconds int, f func(second int, amplitude []float64)) {
	t := newTransform(n)
	amp := [2][]float64{make([]float64, n/2), make([]float64, n/2)}
	for at := 0; at+n <= len(x); at += 2 * hop {
		other := x[at:]
		two := at+hop+n <= len(x)
		if two {
			other = x[at+hop:]
		}
		t.pair(x[at:], other, amp[0], amp[1])
		if s := (at + n/2) / rate; s < seconds {
			f(s, amp[0])
		}
		if s := (at + hop + n/2) / rate; two && s < seconds {
			f(s, amp[1])
		}
	}
}

func fluxAndRegister(x []float64, seconds int) (flux, register []float64) {
	flux, register = make([]float64, seconds), make([]float64, seconds)
	count := make([]float64, seconds)
	weight := make([]float64, seconds)
	last := make([]float64, window/2)
	first := int(lowest)*window/rate + 1
	logs := make([]float64, window/2)
	for k := first; k < len(logs); k++ {
		logs[k] = 12 * math.Log2(float64(k)*rate/window/lowest)
	}
	spectra(x, window, hop, seconds, func(s int, amp []float64) {
		rise := 0.0
		for k := first; k < len(amp); k++ {
			a := amp[k]
			l := math.Log1p(a / floor / 10)
			if l > last[k] {
				rise += l - last[k]
			}
			last[k] = l
			if a > floor {
				register[s] += a * logs[k]
				weight[s] += a
			}
		}
		flux[s] += rise
		count[s]++
	})
	for s := range flux {
		flux[s] /= max(1, count[s])
		if weight[s] > 0 {
			register[s] /= weight[s]
		} else if s > 0 {
			register[s] = register[s-1]
		}
	}
	return flux, register
}

func dissonance(x []float64, seconds int) []float64 {
	out, count := make([]float64, seconds), make([]float64, seconds)
	var peaks []peak
	spectra(x, fine, fine, seconds, func(s int, amp []float64) {
		peaks = findPeaks(peaks[:0], amp)
		out[s] += roughness(peaks)
		count[s]++
	})
	for s := range out {
		out[s] /= max(1, count[s])
	}
	return out
}

// loudness returns the level of each second. The filters are those of BS.1770-4,
// tables 1 and 2, for 48 kHz. Both channels carry half of the power of their sum
// in a mono sound, hence the 3 dB.
func loudness(x []float32, seconds int) []float64 {
	out := make([]float64, seconds)
	var a1, a2, b1, b2 float64
	for s := range out {
		sum := 0.0
		for _, v := range x[s*fullRate : (s+1)*fullRate] {
			in := float64(v)
			y := 1.53512485958697*in + a1
			a1 = -2.69169618940638*in + 1.69065929318241*y + a2
			a2 = 1.19839281085285*in - 0.73248077421585*y
			z := y + b1
			b1 = -2*y + 1.99004745483398*z + b2
			b2 = y - 0.99007225036621*z
			sum += z * z
		}
		out[s] = max(-70, -0.691+10*math.Log10(2*sum/float64(fullRate)+1e-12))
	}
	return out
}
