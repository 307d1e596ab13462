package pcm

import (
	"fmt"
	"math"

	"proscenium/sonify"
)

// Meter is a sink that measures how loud the sound is, by ITU-R BS.1770-4 and
// EBU R 128, in the same memory for an hour as for a second. Its readings may
// differ in their last bits from one CPU to another, so nothing that is heard
// may be made of them.
type Meter struct {
	n         sonify.Frame
	k         [2]kFilter
	step      int         // frames in the hop that is being summed
	sum       float64     // of squares, of that hop, both channels
	hops      [30]float64 // the last 3 seconds of hops, a ring
	count     int64       // hops complete
	blocks    [hist]bin   // 400 ms blocks by loudness
	shorts    [hist]bin   // 3 s windows by loudness
	momentary float64     // greatest mean square of a block
	short     float64     // greatest mean square of a 3 s window
	peak      int32       // greatest sample
	true      truePeak
}

// Blocks last 400 ms and begin every 100 ms (BS.1770-4, gating).
const hop = int(sonify.SampleRate) / 10

// The histograms reach from the absolute gate, -70 LUFS, in steps of 0.01 LU to
// +20, more than full-scale squares reach. A block's energy is kept as it is;
// only which side of the relative gate it is on is rounded to a step.
const (
	gate     = -70
	hist     = 9000
	perLU    = 100
	softGate = -10 // relative gate of the integrated loudness, LU
	lraGate  = -20 // of the loudness range, LU; EBU Tech 3342
)

type bin struct {
	count int64
	power float64 // sum of mean squares
}

// NewMeter returns a meter that has heard nothing.
func NewMeter() *Meter { return &Meter{} }

// kFilter is the K-weighting of one channel: a shelf for the head, then a
// high-pass. Its state is that of a transposed direct form II.
type kFilter struct{ a1, a2, b1, b2 float64 }

// next filters one sample. The numbers are those of BS.1770-4, tables 1 and 2,
// for 48 kHz.
func (k *kFilter) next(x float64) float64 {
	y := float64(1.53512485958697*x) + k.a1
	k.a1 = float64(-2.69169618940638*x) - float64(-1.69065929318241*y) + k.a2
	k.a2 = float64(1.19839281085285*x) - float64(0.73248077421585*y)
	z := y + k.b1
	k.b1 = float64(-2*y) - float64(-1.99004745483398*z) + k.b2
	k.b2 = y - float64(0.99007225036621*z)
	return z
}

// Write implements [Sink].
func (m *Meter) Write(block []Frame) error {
	m.n += sonify.Frame(len(block))
	m.peak = max(m.peak, m.true.write(block))
	for len(block) > 0 {
		n := min(len(block), hop-m.step)
		sum := m.sum
		for _, f := range block[:n] {
			l := m.k[0].next(float64(f[0]) * (1.0 / Full))
			r := m.k[1].next(float64(f[1]) * (1.0 / Full))
			sum += float64(l*l) + float64(r*r)
		}
		m.sum = sum
		m.step += n
		block = block[n:]
		if m.step == hop {
			m.endHop()
		}
	}
	return nil
}

func (m *Meter) endHop() {
	m.hops[m.count%30] = m.sum
	m.count++
	m.sum, m.step = 0, 0
	if m.count >= 4 {
		p := m.mean(4)
		m.momentary = max(m.momentary, p)
		tally(&m.blocks, p)
	}
	if m.count >= 30 {
		p := m.mean(30)
		m.short = max(m.short, p)
		tally(&m.shorts, p)
	}
}

// mean returns the mean square of the last n hops.
func (m *Meter) mean(n int64) float64 {
	var sum float64
	for i := range n {
		sum += m.hops[(m.count-n+i)%30]
	}
	return sum / float64(n*int64(hop))
}

func tally(h *[hist]bin, power float64) {
	l := lufs(power)
	if !(l >= gate) {
		return
	}
	b := &h[min(int((l-gate)*perLU), hist-1)]
	b.count++
	b.power += power
}

// lufs is the loudness of a K-weighted mean square, both channels summed
// (BS.1770-4, equation 2).
func lufs(power float64) float64 { return -0.691 + float64(10*math.Log10(power)) }

// Mark implements [Sink].
func (m *Meter) Mark(sonify.Frame, string) error { return nil }

// Finish implements [Sink].
func (m *Meter) Finish() error { return nil }

// Close implements [Sink].
func (m *Meter) Close() error { return nil }

// Loudness is what a [Meter] read. Silence, and a sound too short for a
// reading, is minus infinity.
type Loudness struct {
	Integrated   float64 // LUFS, of the whole, gated
	MaxMomentary float64 // LUFS, loudest 400 ms
	MaxShortTerm float64 // LUFS, loudest 3 s
	Range        float64 // LU, EBU Tech 3342; 0 if shorter than 3 s
	SamplePeak   float64 // dBFS
	TruePeak     float64 // dBTP, oversampled four times
	Frames       sonify.Frame
}

// Loudness returns the readings of everything written so far.
func (m *Meter) Loudness() Loudness {
	return Loudness{
		Integrated:   integrated(&m.blocks),
		MaxMomentary: lufs(m.momentary),
		MaxShortTerm: lufs(m.short),
		Range:        loudnessRange(&m.shorts),
		SamplePeak:   20 * math.Log10(float64(m.peak)/Full),
		TruePeak:     20 * math.Log10(max(m.true.peak, float64(m.peak)/Full)),
		Frames:       m.n,
	}
}

// String writes what people ask for first.
func (l Loudness) String() string {
	return fmt.Sprintf("%.1f LUFS, range %.1f LU, true peak %.1f dBTP", l.Integrated, l.Range, l.TruePeak)
}

// above returns the sum of the bins at or above the given loudness.
func above(h *[hist]bin, l float64) (sum bin) {
	for i := max(0, int(math.Round((l-gate)*perLU))); i < hist; i++ {
		sum.count += h[i].count
		sum.power += h[i].power
	}
	return sum
}

func integrated(h *[hist]bin) float64 {
	all := above(h, gate)
	if all.count == 0 {
		return math.Inf(-1)
	}
	loud := above(h, lufs(all.power/float64(all.count))+softGate)
	if loud.count == 0 {
		return math.Inf(-1)
	}
	return lufs(loud.power / float64(loud.count))
}

func loudnessRange(h *[hist]bin) float64 {
	all := above(h, gate)
	if all.count == 0 {
		return 0
	}
	from := max(0, int(math.Round((lufs(all.power/float64(all.count))+lraGate-gate)*perLU)))
	var n int64
	for _, b := range h[from:] {
		n += b.count
	}
	at := func(share float64) int {
		rank := int64(float64(share*float64(n-1)) + 0.5)
		for i, b := range h[from:] {
			if rank < b.count {
				return i
			}
			rank -= b.count
		}
		return 0
	}
	return float64(at(0.95)-at(0.10)) / perLU
}
