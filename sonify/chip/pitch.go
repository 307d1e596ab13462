package chip

import "math/bits"

// octave is one octave in steps of a pitch, 1/65536 of a semitone. It is 768
// times 1024, so exp2Table has an entry every 1024 steps; the straight line
// between two is off by less than 0.0002 cent.
const octave = 12 << 16

const (
	lowest  = 0
	highest = 136 << 16 // 21.1 kHz: above it nothing of a wave is left to hear
)

// exp2 returns 2 to the power x/octave as m times 2 to the power e-60, with m in
// [2^60, 2^61).
func exp2(x int32) (m uint64, e int32) {
	e = x / octave
	x -= e * octave
	if x < 0 {
		x += octave
		e--
	}
	i, f := x>>10, uint64(x&1023)
	m = exp2Table[i]
	return m + (exp2Table[i+1]-m)>>10*f, e
}

// scale returns v times m times 2 to the power e-60.
func scale(v uint64, m uint64, e int32) uint64 {
	hi, lo := bits.Mul64(v, m)
	s := 60 - e
	switch {
	case s >= 128 || s < 0:
		return 0
	case s >= 64:
		return hi >> uint32(s-64)
	}
	return hi<<uint32(64-s) | lo>>uint32(s)
}

// cycle returns the length of one cycle at pitch p, in 1/2^32 of a frame, with A4
// at a4 thousandths of a hertz.
func cycle(p int32, a4 uint32) int64 {
	p = min(max(p, lowest), highest)
	m, e := exp2(69<<16 - p)
	return int64(scale((Rate*1000<<32)/uint64(a4), m, e))
}

// decibel returns the factor that v hundredths of a dB stand for, times 2^24.
func decibel(v int32) int64 {
	// One hundredth of a dB is 786432/(2000·log10(2)) = 1306.2353 steps of exp2.
	m, e := exp2(int32(int64(v) * 13062353 / 10000))
	return int64(scale(1<<24, m, e))
}

// centibels returns 1000·log10(v) for v > 0, the hundredths of a dB of a power.
func centibels(v uint64) int32 {
	n := int32(bits.Len64(v))
	m := v << uint32(64-n) >> 3 // in [2^60, 2^61)
	lo, hi := int32(0), int32(768)
	for hi-lo > 1 {
		mid := (lo + hi) / 2
		if exp2Table[mid] <= m {
			lo = mid
		} else {
			hi = mid
		}
	}
	// 1000·log10(2)/768 = 0.391966
	return int32((int64(n-1)*768 + int64(lo)) * 391966 / 1000000)
}

// The NTSC clock of the 2A03 is 39375000/22 Hz: one of its cycles is exactly
// 352/13125 of a frame. Source: NESdev wiki, "Cycle reference chart".
const (
	clockNum = 352
	clockDen = 13125
)

// noisePeriods are the NTSC noise periods in cycles of that clock. Source: NESdev
// wiki, "APU Noise".
var noisePeriods = [16]uint16{4, 8, 16, 32, 64, 96, 128, 160, 202, 254, 380, 508, 762, 1016, 2034, 4068}

// clocks returns how long n cycles of the clock are, in 1/2^32 of a frame.
func clocks(n int64) int64 { return (n*clockNum<<32 + clockDen/2) / clockDen }

// count returns how many times a timer counts in a period of p/2^32 frames, if one
// count is unit cycles of the clock, rounded, from lo to hi.
func count(p int64, unit, lo, hi int64) int64 {
	// p·13125/(352·unit) in whole frames and a rest, to stay within 64 bits.
	d := clockNum * unit
	n := ((p>>16)*clockDen/d + 1<<15) >> 16
	return min(max(n, lo), hi)
}

// authentic returns the period nearest to p that the chip of that wave can make:
// the 2A03's for pulse and triangle (11 bits, 16 and 32 cycles of the clock), the
// DMG's for the wave table (2^21 Hz, 32 steps). The DMG's numbers are from Pan
// Docs, "Audio Registers".
func authentic(w Wave, p int64) int64 {
	switch w {
	case Pulse:
		return clocks(16 * count(p, 16, 9, 2048)) // below 9 the chip is mute
	case Triangle:
		return clocks(32 * count(p, 32, 3, 2048))
	case Table:
		n := min(max((p*512/375+1<<31)>>32, 1), 2048)
		return (n << 32) * 375 / 512
	}
	return p
}

// shortCycle is the number of steps after which short noise repeats, if its
// register starts at 1.
const shortCycle = 93

// NoiseKey tells how a noise voice takes its pitch: keys 0 to 15 are the 2A03's
// period indices from 15 (lowest) to 0 (brightest); from key 16 on the shift
// register is clocked 93 times as fast as the key's own frequency, so that short
// noise, which repeats after 93 steps, has the key's pitch. It returns the time
// between two clocks in 1/2^32 of a frame.
func NoiseKey(pitch int32, a4 uint32, tuning uint8) int64 {
	if k := (pitch + 1<<15) >> 16; k < 16 {
		return clocks(int64(noisePeriods[15-max(k, 0)]))
	}
	p := cycle(pitch, a4) / shortCycle
	fastest := clocks(4)
	if tuning != Authentic {
		return max(p, fastest)
	}
	best := clocks(int64(noisePeriods[0]))
	for _, n := range noisePeriods[1:] {
		q := clocks(int64(n))
		// q is nearer than best in pitch if p is above their geometric mean.
		hi, lo := bits.Mul64(uint64(p), uint64(p))
		mh, ml := bits.Mul64(uint64(best), uint64(q))
		if hi > mh || hi == mh && lo > ml {
			best = q
		}
	}
	return best
}

// ratio returns a·b/c for numbers that are not negative, 0 if it is out of range.
func ratio(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return 0
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	return int64(q & (1<<62 - 1))
}
