package pcm

import "math"

// truePeak estimates the peak between the samples as BS.1770-4 Annex 2 does,
// by oversampling four times with a filter of 48 taps.
type truePeak struct {
	tail [2][peakTaps - 1]float64 // the last samples of either channel
	line [peakTaps - 1 + peakBlock]float64
	peak float64 // full scale is 1
}

const (
	peakTaps  = 12
	peakBlock = 64 // frames looked at together
)

// peakFilter is the filter's table in BS.1770-4 Annex 2. It is symmetric: phase
// 3 is phase 0 backwards, and phase 2 is phase 1.
var peakFilter = [4][peakTaps]float64{
	{0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875, 0.1373291015625,
		0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500},
	{-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500, 0.4650878906250,
		0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375},
	{-0.0189208984375, 0.0330810546875, -0.0582275390625, 0.1015625000000, -0.2003173828125, 0.7797851562500,
		0.4650878906250, -0.1665039062500, 0.0891113281250, -0.0517578125000, 0.0292968750000, -0.0291748046875},
	{-0.0083007812500, 0.0148925781250, -0.0266113281250, 0.0476074218750, -0.1022949218750, 0.9721679687500,
		0.1373291015625, -0.0594482421875, 0.0332031250000, -0.0196533203125, 0.0109863281250, 0.0017089843750},
}

// peakGain is more than the filter can make of samples of at most 1: the sum of
// the magnitudes of phase 1 is 2.0249. A test re-derives it.
const peakGain = 2.03

// write takes the next frames and returns the greatest magnitude of a sample.
// The filter is run only where its result could be a new peak.
func (t *truePeak) write(block []Frame) (peak int32) {
	for len(block) > 0 {
		n := min(len(block), peakBlock)
		for ch := range 2 {
			line := t.line[:copy(t.line[:], t.tail[ch][:])+n]
			var top int32
			for i, f := range block[:n] {
				x := f[ch]
				line[peakTaps-1+i] = float64(x) * (1.0 / Full)
				top = max(top, x, -x)
			}
			peak = max(peak, top)
			high := float64(top) * (1.0 / Full)
			for _, x := range t.tail[ch] {
				high = max(high, x, -x)
			}
			if high*peakGain > t.peak {
				t.filter(line)
			}
			copy(t.tail[ch][:], line[n:])
		}
		block = block[n:]
	}
	return peak
}

// peakHalves is peakFilter folded at its symmetry: a pair of phases is the sum
// and the difference of two filters of half the length, which costs a quarter
// of the products. The first pair is phases 0 and 3, the second 1 and 2.
var peakHalves = func() (h [2]struct{ even, odd [peakTaps / 2]float64 }) {
	for p := range h {
		for i := range peakTaps / 2 {
			a, b := peakFilter[p][i], peakFilter[p][peakTaps-1-i]
			h[p].even[i], h[p].odd[i] = (a+b)/2, (a-b)/2
		}
	}
	return h
}()

func (t *truePeak) filter(line []float64) {
	peak := t.peak
	for ; len(line) >= peakTaps; line = line[1:] {
		x := (*[peakTaps]float64)(line)
		var even0, odd0, even1, odd1 float64
		for i := range peakTaps / 2 {
			s, d := x[peakTaps-1-i]+x[i], x[peakTaps-1-i]-x[i]
			even0 += float64(peakHalves[0].even[i] * s)
			odd0 += float64(peakHalves[0].odd[i] * d)
			even1 += float64(peakHalves[1].even[i] * s)
			odd1 += float64(peakHalves[1].odd[i] * d)
		}
		// The phases are even+odd and even-odd.
		peak = max(peak, math.Abs(even0)+math.Abs(odd0), math.Abs(even1)+math.Abs(odd1))
	}
	t.peak = peak
}
