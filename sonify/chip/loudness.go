package chip

import "math/bits"

// The chip measures its own loudness the way ITU-R BS.1770-4 and EBU Tech 3341 do,
// but K-weighted by energies and not by filtering every frame: sums and
// differences of neighbours (Haar's) split the sound into octaves exactly, without
// a filter's memory, so one group of eight is enough for the upper four. Below
// 1.5 kHz every group of 16 counts, and a high-pass stands for the standard's. With
// the weights below the sum is within 0.37 dB of the standard's curve at every
// frequency from 35 Hz to 20 kHz, and within 0.1 dB on music; the filters of the
// standard would cost more than the chip.
//
// The weights were fitted by least squares on a logarithmic frequency axis;
// TestWeighting holds them against the standard's curve.
const (
	group     = 16
	weightOct = 1024
	weight1   = 2629 // 12 to 24 kHz
	weight2   = 2502
	weight3   = 2990
	weight4   = 1674 // 1.5 to 3 kHz
	weightLow = 1150
	highPass  = 4886 // of 65536: 37 Hz at 3 kHz, twice

	meterShift = 6  // bits dropped before squaring
	stretch100 = 20 // blocks in 100 ms
)

// meter measures K-weighted power.
type meter struct {
	low    [2][2]int64 // high-pass memories of left and right
	groups uint32
	power  uint64 // since the last 100 ms
}

// measure adds one block.
func (m *meter) measure(mix *[Block]Frame) {
	var upper, lower uint64
	for g := 0; g < Block; g += group {
		f := (*[group]Frame)(mix[g : g+group])
		m.groups++
		// One group of eight, at no regular distance.
		if (m.groups*2654435761)>>29 == 0 {
			upper += octaves(f)
		}
		// Every other frame will do: there is nothing above 22 kHz to fold down here.
		l := f[0][0] + f[2][0] + f[4][0] + f[6][0] + f[8][0] + f[10][0] + f[12][0] + f[14][0]
		r := f[0][1] + f[2][1] + f[4][1] + f[6][1] + f[8][1] + f[10][1] + f[12][1] + f[14][1]
		for ch, x := range [2]int64{int64(l >> (meterShift - 1)), int64(r >> (meterShift - 1))} {
			s := &m.low[ch]
			s[0] += (x<<12 - s[0]) * highPass >> 16
			y := x<<12 - s[0]
			s[1] += (y - s[1]) * highPass >> 16
			y = (y - s[1]) >> 12
			lower += uint64(y * y)
		}
	}
	m.power += upper*8 + lower/group*weightLow
}

// octaves returns the weighted energy of a group above 1.5 kHz.
func octaves(f *[group]Frame) uint64 {
	var e1, e2, e3, e4 int64
	for ch := range 2 {
		var s [group / 2]int64
		for i := range s {
			a, b := int64(f[2*i][ch]>>meterShift), int64(f[2*i+1][ch]>>meterShift)
			s[i] = a + b
			e1 += (a - b) * (a - b)
		}
		for i := range 4 {
			a, b := s[2*i], s[2*i+1]
			s[i] = a + b
			e2 += (a - b) * (a - b)
		}
		for i := range 2 {
			a, b := s[2*i], s[2*i+1]
			s[i] = a + b
			e3 += (a - b) * (a - b)
		}
		e4 += (s[0] - s[1]) * (s[0] - s[1])
	}
	return uint64(e1)/2*weight1 + uint64(e2)/4*weight2 + uint64(e3)/8*weight3 + uint64(e4)/16*weight4
}

// powerZero is the centibels of a power of 0 LUFS over 100 ms:
// 1000·log10(4800·1024·(2^23/64)^2), plus the 0.691 dB of BS.1770.
const powerZero = 16927 + 69

// The bins of a history: a quarter of a dB each, from -70 LUFS (EBU's absolute
// gate) to +18.
const (
	binWidth = 25
	binLow   = -7000
	binCount = 352
)

// history is a gated mean of loudness: a histogram of the 400 ms stretches, one
// every 100 ms.
type history struct {
	count [binCount]uint32 // times 256, so that it can fade
	power [binCount]uint64
}

// add counts one stretch of the given power, the sum of four of 100 ms.
func (h *history) add(power uint64) {
	if power == 0 {
		return
	}
	b := (centibels(power) - 602 - powerZero - binLow) / binWidth
	if centibels(power)-602-powerZero < binLow {
		return
	}
	b = min(b, binCount-1)
	h.count[b] += 256
	h.power[b] += power
}

// fade makes the past count less: what was added n fades ago counts (1-1/part)^n.
func (h *history) fade(part uint32) {
	for i := range h.count {
		if h.count[i] != 0 {
			h.count[i] -= h.count[i] / part
			h.power[i] -= h.power[i] / uint64(part)
		}
	}
}

// loudness returns the gated mean in hundredths of LUFS, and over how many
// stretches (times 256). Without any it returns 0, 0.
func (h *history) loudness() (centi int32, n uint32) {
	mean := func(from int32) (int32, uint32) {
		var count uint32
		var power uint64
		for i := max(from, 0); i < binCount; i++ {
			count += h.count[i]
			power += h.power[i] >> 8 // count is times 256
		}
		if count == 0 || power == 0 {
			return 0, 0
		}
		// The mean power is power/count, times 256 to undo its shift and 256 for the
		// count's.
		return centibels(power) - centibels(uint64(count)) + 4816 - 602 - powerZero, count
	}
	all, n := mean(0)
	if n == 0 {
		return 0, 0
	}
	return mean((all - 1000 - binLow) / binWidth)
}

// leveller moves one gain so that the integrated loudness is what is wanted,
// without hearing the sound twice.
type leveller struct {
	meter
	heard   uint64 // power that the guard let through, since the last 100 ms
	blocks  uint32 // since the last 100 ms
	tenths  uint32 // of a second since something was first heard, at most 2^31
	last    [4]uint64
	lastOut [4]uint64
	raw     history // what the voices do, of the last half minute or so
	out     history // what was heard, of the last minutes

	wanted int32 // gain to go to, in hundredths of a dB
	gain   int32 // as it is, times 256
	factor int64 // at the end of the last block, times 2^32
}

// How the gain moves. In its first seconds nobody knows yet how loud the piece is,
// so it moves fast; later so slowly that it is not heard as a change of volume.
const (
	startGain  = -100 // hundredths of a dB: about right for three voices
	gainLimit  = 2400
	correctMax = 400 // how far the gain goes off to make up for the past
	horizon    = 45  // tenths of a second in which it wants to have made up for it
	rawFade    = 160 // tenths: half of it is 11 s ago
	eager      = 70  // how far too loud it has to be to be turned down fast
	alarm      = 300 // how far beyond that for it to be a mishap, which is put right within seconds
	outFade    = 2400
)

// rate returns how far the gain may move within 100 ms towards what is d away, in
// hundredths of a dB times 256.
func (l *leveller) rate(d int32) int32 {
	switch {
	case l.tenths < 20:
		return 60 * 256 // 6 dB/s
	case l.tenths < 60:
		return 12 * 256 // 1.2 dB/s
	case d < -eager<<8:
		// Much too loud: the band came in after a thin beginning. Waiting would leave
		// it too loud for half a minute.
		over := -d - eager<<8
		return 5*256 + min(over/8, 15*256) + min(max(over-alarm<<8, 0)/10, 60*256)
	}
	return 5 * 256 // 0.5 dB/s
}

// glide returns the gain at the beginning and at the end of the next block, times
// 2^32.
func (l *leveller) glide(c *Config) (from, to int64) {
	gain := c.Gain
	if c.Loudness != 0 {
		if l.tenths == 0 { // nothing was heard yet: no gain is known to be better
			l.wanted = startGain - c.Gain
			l.gain = l.wanted << 8
		}
		gain += l.gain >> 8
	}
	from = l.factor
	l.factor = decibel(gain) << 8
	if from == 0 {
		from = l.factor
	}
	return from, l.factor
}

// listen measures a block after the gain, and moves the gain every 100 ms. guard is
// what the guard makes of the block, times 2^24: what it takes away is not heard.
// A few plucked notes, as loud as a band, have peaks that it takes half their power.
func (l *leveller) listen(c *Config, out *[Block]Frame, guard int64) {
	was := l.power
	l.measure(out)
	f := uint64(guard >> 8)
	hi, lo := bits.Mul64(l.power-was, f*f)
	l.heard += hi<<32 | lo>>32
	l.blocks++
	if l.blocks == stretch100 {
		l.blocks = 0
		l.decide(c)
	}
}

// decide takes stock every 100 ms.
func (l *leveller) decide(c *Config) {
	p := l.power
	l.power = 0
	heard := l.heard
	l.heard = 0
	copy(l.last[:3], l.last[1:])
	copy(l.lastOut[:3], l.lastOut[1:])
	l.lastOut[3] = heard
	// Without the gain, that is divided by its square, it is what the voices do.
	f := uint64(l.factor >> 16)
	l.last[3] = 0
	if f *= f; p>>32 < f {
		l.last[3], _ = bits.Div64(p>>32, p<<32, f)
	}
	if l.tenths == 0 && p == 0 {
		return
	}
	if l.tenths < 1<<31 {
		l.tenths++
	}
	l.raw.add(l.last[0] + l.last[1] + l.last[2] + l.last[3])
	l.out.add(l.lastOut[0] + l.lastOut[1] + l.lastOut[2] + l.lastOut[3])
	if l.tenths&7 == 0 {
		l.raw.fade(rawFade / 8)
		l.out.fade(outFade / 8)
	}
	if l.tenths > 40 && l.tenths%5 != 0 {
		l.move()
		return
	}
	raw, n := l.raw.loudness()
	if n == 0 {
		return
	}
	l.wanted = c.Loudness - raw - c.Gain
	if out, n := l.out.loudness(); n != 0 {
		l.wanted -= min(max((out-c.Loudness)*int32(n>>8)/horizon, -correctMax), correctMax)
	}
	l.wanted = min(max(l.wanted, -2*gainLimit-c.Gain), gainLimit-c.Gain)
	l.move()
}

// move brings the gain nearer to what is wanted.
func (l *leveller) move() {
	d := l.wanted<<8 - l.gain
	l.gain += min(max(d, -l.rate(d)), l.rate(d))
}
