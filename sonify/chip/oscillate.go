package chip

import "math/bits"

// pulseHigh is how many eighths of a cycle a pulse of each duty is high.
var pulseHigh = [4]int64{1, 2, 4, 6}

// highShort is how many of the 93 steps of short noise are high; the test counts
// them again.
const highShort = 77

// height returns the level of the wave as it stands, in the wave's units. The
// levels of every wave average to zero over its cycle, so a note brings no offset.
func (ch *channel) height() int64 {
	switch ch.wave {
	case Pulse:
		n := pulseHigh[ch.duty&3]
		if ch.index&1 == 0 {
			return 8 - n
		}
		return -n
	case Triangle:
		return triangle(ch.index)
	case Noise:
		return ch.noiseHeight()
	case Table:
		return int64(ch.table[ch.index&31])
	}
	return 0
}

// triangle is the level of step i: 15, 13, ... -15, -15, ... 15.
func triangle(i uint8) int64 {
	i &= 31
	if i < 16 {
		return 15 - 2*int64(i)
	}
	return 2*int64(i) - 47
}

func (ch *channel) noiseHeight() int64 {
	high := int64(shortCycle)
	if ch.short {
		high = 2 * (shortCycle - highShort)
	}
	if ch.lfsr&1 != 0 { // a 1 is low: NESdev wiki, "APU Noise"
		high -= 2 * shortCycle
	}
	return high
}

// turn changes duty and mode, if they are others. The place in the cycle stays.
func (ch *channel) turn(duty uint8, short bool) {
	switch ch.wave {
	case Pulse:
		n := pulseHigh[duty&3] * ch.sub
		var place int64 // in the cycle
		switch {
		case ch.quarters == 0:
			place = 0
		case ch.index == 0:
			place = pulseHigh[ch.duty&3]*ch.sub - ch.wait
		default:
			place = 8*ch.sub - ch.wait
		}
		if duty == ch.duty && ch.quarters != 0 {
			return
		}
		ch.duty = duty & 3
		if place < n {
			ch.index, ch.wait = 0, n-place
		} else {
			ch.index, ch.wait = 1, 8*ch.sub-place
		}
	case Noise:
		if short != ch.short {
			// From 1 the short mode always runs through the same 93 steps, never the 31
			// that one state in 1057 leads to.
			ch.short, ch.lfsr = short, 1
			if ch.toned {
				ch.toned, ch.wait = false, 0
			}
		}
	}
}

// oscillate makes the steps of n frames from frame at of the block on.
func (ch *channel) oscillate(c *Chip, acc *accumulator, at, n int32) {
	if ch.toned {
		ch.play(acc, c.table(ch), at, n)
		return
	}
	t := int64(at)<<32 + ch.wait
	end := int64(at+n) << 32
	switch ch.wave {
	case Pulse:
		t = ch.pulse(acc, t, end)
	case Triangle:
		t = ch.triangle(acc, t, end)
	case Table:
		t = ch.steps(acc, t, end)
	case Noise:
		if ch.sub < 1<<32 && !ch.short {
			ch.wait = ch.hiss(acc, at, n)
			return
		}
		t = ch.noise(acc, t, end)
	case Sample:
		ch.sample(c, acc, at, n)
		return
	}
	ch.wait = t - end
}

func (ch *channel) pulse(acc *accumulator, t, end int64) int64 {
	high := pulseHigh[ch.duty&3] * ch.sub
	low := 8*ch.sub - high
	um, us := ch.unitMid<<3, ch.unitSide<<3
	for t < end {
		if ch.index == 0 {
			acc.step(t, -um, -us)
			ch.mid -= um
			ch.side -= us
			ch.index = 1
			t += low
		} else {
			acc.step(t, um, us)
			ch.mid += um
			ch.side += us
			ch.index = 0
			t += high
		}
	}
	return t
}

func (ch *channel) triangle(acc *accumulator, t, end int64) int64 {
	um, us := 2*ch.unitMid, 2*ch.unitSide
	for t < end {
		ch.index = (ch.index + 1) & 31
		switch {
		case ch.index&15 == 0: // the level at both ends is held twice as long
		case ch.index < 16:
			acc.step(t, -um, -us)
			ch.mid -= um
			ch.side -= us
		default:
			acc.step(t, um, us)
			ch.mid += um
			ch.side += us
		}
		t += ch.sub
	}
	return t
}

func (ch *channel) steps(acc *accumulator, t, end int64) int64 {
	for t < end {
		ch.index = (ch.index + 1) & 31
		k := int64(ch.table[ch.index])
		mid, side := ch.unitMid*k, ch.unitSide*k
		if mid != ch.mid || side != ch.side {
			acc.step(t, mid-ch.mid, side-ch.side)
			ch.mid, ch.side = mid, side
		}
		t += ch.sub
	}
	return t
}

// shift clocks the register n times: up to 14 in long mode, 9 in short mode, for
// so many new bits depend on old ones only.
func (ch *channel) shift(n uint32) {
	r := ch.lfsr
	fb := r ^ r>>1
	if ch.short {
		fb = r ^ r>>6
	}
	ch.lfsr = r>>n | fb&(1<<n-1)<<(15-n)
}

// noise makes the steps of noise. Only a change of the register's last bit is a
// step, so it looks ahead for the next one instead of clocking one by one.
func (ch *channel) noise(acc *accumulator, t, end int64) int64 {
	ahead := uint32(14)
	if ch.short {
		ahead = 9
	}
	near := !ch.short
	for t < end {
		change := (ch.lfsr ^ ch.lfsr>>1) & (1<<ahead - 1)
		n := ahead // clocks until the change, that one included
		if change != 0 {
			n = uint32(bits.TrailingZeros32(change)) + 1
		}
		at := t + int64(n-1)*ch.sub
		if at >= end {
			n = uint32((end-1-t)/ch.sub) + 1
			ch.shift(n)
			return t + int64(n)*ch.sub
		}
		ch.shift(n)
		t = at + ch.sub
		if change == 0 {
			continue
		}
		k := ch.noiseHeight()
		mid, side := ch.unitMid*k, ch.unitSide*k
		if near {
			acc.stepNear(at, mid-ch.mid, side-ch.side)
		} else {
			acc.step(at, mid-ch.mid, side-ch.side)
		}
		ch.mid, ch.side = mid, side
	}
	return t
}

// hiss makes long noise that is clocked faster than the frames, which would cost a step
// for every other clock: each frame gets the sum of its clocks, over their mean
// number. What that folds down is noise again; of short noise, a tone, it
// would not be. It returns the wait for the next clock.
func (ch *channel) hiss(acc *accumulator, at, n int32) int64 {
	clocks := uint32((1 << 32) / ch.sub)
	um, us := ch.unitMid*ch.sub>>32*shortCycle, ch.unitSide*ch.sub>>32*shortCycle
	first := at + latencyStep
	dm := acc.mid[first : first+n]
	ds := acc.side[first : first+n]
	both := us != 0 || ch.side != 0
	if both {
		acc.sideUsed = true
	}
	t, r := ch.wait, ch.lfsr
	mid, side := ch.mid, ch.side
	for i := range dm {
		k := clocks
		if t+int64(k)*ch.sub < 1<<32 {
			k++
		} else if k > 0 && t+int64(k-1)*ch.sub >= 1<<32 {
			k--
		}
		mask := uint32(1)<<k - 1
		h := int64(k) - 2*int64(bits.OnesCount32(r>>1&mask)) // a 0 is high
		r = r>>k | (r^r>>1)&mask<<(15-k)
		m := um * h
		dm[i] += (m - mid) << levelShift
		mid = m
		if both {
			s := us * h
			ds[i] += (s - side) << levelShift
			side = s
		}
		t += int64(k)*ch.sub - 1<<32
	}
	ch.mid, ch.side, ch.lfsr = mid, side, r
	return t
}
