package chip

// The sizes of the interpolation between samples of a recorded sound.
const (
	sincTaps  = 32
	sincSteps = 256
	sincShift = 7 // the table has 22 bits, a sample times 32768 wants 15
)

// MaxSamples is the size of the sample memory, in 16-bit samples.
const MaxSamples = 1 << 20

// sampleSpeed returns how far a recorded sound moves in one frame at that pitch,
// in 1/2^32 of a sample.
func sampleSpeed(v *voice, pitch int32) int64 {
	m, e := exp2(pitch - v.sampleRoot)
	s := scale(uint64(v.sampleRate)<<32/Rate, m, e)
	return int64(min(s, 64<<32))
}

// sample plays n frames of a recorded sound: a windowed sinc between its samples.
// If it moves more than a sample a frame the sinc is stretched with it, up to
// four times, so that what lies above the frames' own range does not fold back.
func (ch *channel) sample(c *Chip, acc *accumulator, at, n int32) {
	v := &c.voices[ch.voice]
	first, size := int64(v.sampleStart), int64(v.sampleLen)
	if ch.gone || first+size > int64(len(c.samples)) {
		ch.gone = true
		ch.set(acc, at, 0, 0)
		return
	}
	pcm := c.samples[first : first+size]
	loop := int64(v.sampleLoop)
	if loop >= size { // the voice is another by now
		loop = -1
	}
	if ch.position == 0 {
		ch.heldMid, ch.heldSide = ch.unitMid, ch.unitSide
	}
	for ; n > 0; n-- {
		ch.heldMid += (ch.unitMid - ch.heldMid) >> 3
		ch.heldSide += (ch.unitSide - ch.heldSide) >> 3
		i := ch.position >> 32
		if loop >= 0 && i >= size+sincTaps {
			// Back by whole loops, but past the loop's beginning, so that what the sinc
			// sees before it is the loop's end.
			k := size - loop
			i -= (i - size - sincTaps + k) / k * k
			if i < loop {
				i += k
			}
			ch.position = i<<32 | ch.position&(1<<32-1)
		} else if loop < 0 && i >= size+sincTaps/2*4 {
			ch.gone = true
			ch.set(acc, at, 0, 0)
			return
		}
		var x int64
		if ch.speed <= 1<<32 && i >= sincTaps/2 && i < size-sincTaps/2 {
			x = between((*[sincTaps]int16)(pcm[i-sincTaps/2+1:]), ch.position)
		} else {
			x = around(pcm, loop, ch.position, ch.speed)
		}
		mid, side := ch.heldMid*x>>15, ch.heldSide*x>>15
		acc.set(at, mid-ch.mid, side-ch.side)
		ch.mid, ch.side = mid, side
		ch.position += ch.speed
		at++
	}
}

// between interpolates within samples that are all there.
func between(s *[sincTaps]int16, position int64) int64 {
	p := uint32(position>>24) & (sincSteps - 1)
	f := int64(uint32(position<<8) >> 16)
	a, b := &sincTable[p], &sincTable[p+1]
	var x, y int64
	for i := range s {
		v := int64(s[i])
		x += v * int64(a[i])
		y += v * int64(b[i])
	}
	return (x + (y-x)*f>>16) >> sincShift
}

// around interpolates at the ends of a sound, across its loop, and stretched.
// It returns a sample times 32768.
func around(pcm []int16, loop, position, speed int64) int64 {
	size := int64(len(pcm))
	stretch := min(max(speed, 1<<32), 4<<32)
	reach := stretch * (sincTaps / 2) >> 32
	narrow := (1 << 48) / stretch // 1 over the stretch, times 2^16
	centre := position >> 32
	var x int64
	for i := centre - reach + 1; i <= centre+reach; i++ {
		j := i
		if j >= size && loop >= 0 {
			j = loop + (j-loop)%(size-loop)
		}
		if j < 0 || j >= size {
			continue
		}
		d := i<<32 - position
		if d < 0 {
			d = -d
		}
		d = d >> 16 * narrow >> 8 // distance in 1/2^24 of a sample's length, stretched
		k, p, f := d>>24, d>>16&(sincSteps-1), d&(1<<16-1)
		if k > sincTaps/2-1 {
			continue
		}
		a, b := int64(sincTable[p][sincTaps/2-1-k]), int64(sincTable[p+1][sincTaps/2-1-k])
		x += int64(pcm[j]) * (a + (b-a)*f>>16)
	}
	return x * narrow >> (16 + sincShift)
}
