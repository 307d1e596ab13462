package chip

import "math/bits"

// A high note of a wave with many steps would cost more steps than frames, and has
// few harmonics that are heard. It is played from a table of one cycle that holds
// just these, by cubic B-splines: four numbers a frame. Such a channel is toned.
const (
	toneHarmonics = 48
	toneMax       = 1024 // points of the table; it is 21 times the highest harmonic at least
	toneOne       = 1 << 48

	// latencyTone is how late the low-pass behind the tables is, twice.
	latencyTone = 2 * latencyStep

	// A note begins toned from 520 Hz on and stays so down to 470 Hz, so that a
	// vibrato at the border does not change it for ever.
	toneBegin = (Rate << 32) / 520
	toneEnd   = (Rate << 32) / 470

	// The highest harmonic is below 24 kHz, and what is left out above 20 kHz.
	toneFull  = toneOne / 20 * 9    // 21.6 kHz
	toneAbove = toneOne / 2         // 24 kHz
	toneBelow = toneOne / 480 * 202 // 20.2 kHz

	swellFrames = 4 // in which a toned note goes to another level
)

// tone is the table of a channel.
type tone struct {
	points    [toneMax + 3]int32 // from the last point on: what a spline begins with
	harmonics uint8              // 0: there is none yet
	bits      uint8              // of the number of points
}

// toneScale is how many bits finer than 1/2^16 of a level a table is: triangle and
// noise have smaller levels.
var toneScale = [waveCount]uint8{Triangle: 4, Noise: 1}

// canTone tells whether the wave of ch can be played from a table.
func (ch *channel) canTone() bool {
	return ch.wave == Triangle || ch.wave == Table || ch.wave == Noise && ch.short
}

// cycleSteps returns the number of steps of the wave's cycle.
func (ch *channel) cycleSteps() int64 {
	if ch.wave == Noise {
		return shortCycle
	}
	return 32
}

// toTone makes the phase of the place that ch has among its steps.
func (ch *channel) toTone() {
	i := int64(ch.index) + 1
	if ch.wave == Noise {
		i = 0
		for r := (channel{lfsr: 1, short: true}); r.lfsr != ch.lfsr && i < shortCycle; i++ {
			r.shift(1)
		}
		i++
	}
	n := ch.cycleSteps()
	place := i*ch.sub - ch.wait
	for place < 0 {
		place += n * ch.sub
	}
	place %= n * ch.sub
	ch.position = ratio(toneOne, place, n*ch.sub)
	ch.toned = true
}

// fromTone makes the place among its steps of the phase that ch has.
func (ch *channel) fromTone() {
	n := ch.cycleSteps()
	hi, lo := bits.Mul64(uint64(ch.position), uint64(n*ch.sub))
	place := int64(hi<<16 | lo>>48)
	i := min(place/ch.sub, n-1)
	ch.wait = (i+1)*ch.sub - place
	if ch.wave == Noise {
		ch.lfsr = 1
		for range i {
			ch.shift(1)
		}
	} else {
		ch.index = uint8(i)
	}
	ch.toned = false
}

// play makes n frames of a toned channel.
func (ch *channel) play(acc *accumulator, t *tone, at, n int32) {
	speed := ch.speed
	phase := uint64(ch.position) + uint64(speed)/2 // a frame is heard in its middle
	shift, down := uint32(48-t.bits), 16+toneScale[ch.wave]
	out := acc.tones[0][latencyTone+at:][:n]
	side := acc.tones[1][latencyTone+at:][:n]
	both := ch.heldSide != 0 || ch.unitSide != 0 || ch.side != 0
	if both {
		acc.toneSide = true
	}
	acc.toneUsed = true
	um, us := ch.heldMid, ch.heldSide
	mid, sid := ch.mid, ch.side
	for i := range out {
		if ch.swell > 0 {
			um += (ch.unitMid - um) / int64(ch.swell)
			us += (ch.unitSide - us) / int64(ch.swell)
			ch.swell--
		}
		phase &= toneOne - 1
		k := uint32(phase>>shift) & (toneMax - 1)
		f := int64(phase << t.bits >> 24 & (1<<24 - 1))
		y := (*[4]int32)(t.points[k : k+4])
		a, b, c, d := int64(y[0]), int64(y[1]), int64(y[2]), int64(y[3])
		x := (d-a+3*(b-c))*f>>24 + 3*(a-2*b+c)
		x = x*f>>24 + 3*(c-a)
		x = x*f>>24 + a + 4*b + c
		v := um * x >> down
		out[i] += v - mid
		mid = v
		if both {
			v = us * x >> down
			side[i] += v - sid
			sid = v
		}
		phase += uint64(speed)
	}
	ch.heldMid, ch.heldSide = um, us
	ch.mid, ch.side = mid, sid
	ch.position = int64((uint64(ch.position) + uint64(n)*uint64(speed)) & (toneOne - 1))
}

// table returns the table of a channel, made anew if it does not fit the pitch.
func (c *Chip) table(ch *channel) *tone {
	t := &c.tones[ch.slot]
	k := int64(ch.harmonics)
	if k == 0 || k*ch.speed > toneAbove || k < toneHarmonics && (k+1)*ch.speed < toneBelow {
		ch.harmonics = uint8(min(max(toneFull/ch.speed, 1), toneHarmonics))
	}
	if t.harmonics != ch.harmonics {
		ch.fill(t)
	}
	return t
}

// fill makes the table of a cycle with the channel's harmonics.
func (ch *channel) fill(t *tone) {
	t.harmonics = ch.harmonics
	harmonics := int64(ch.harmonics)
	t.bits = 8
	for 21*harmonics > 1<<t.bits {
		t.bits++
	}
	points := int64(1) << t.bits
	wide := toneMax / points
	// The harmonics: those of the levels, held for a step, less what the splines
	// will take away.
	var re, im [toneHarmonics + 1]int64
	var which [toneHarmonics + 1]int64
	n := 0
	for k := int64(1); k <= harmonics; k++ {
		var a, b int64
		if ch.wave == Noise {
			a, b = int64(shortTable[k-1][0]), int64(shortTable[k-1][1])
		} else {
			for j := range int64(32) {
				l := triangle(uint8(j))
				if ch.wave == Table {
					l = int64(ch.table[j])
				} else {
					l <<= toneScale[Triangle]
				}
				at := k * (2*j + 1) * (toneMax / 64)
				a += l * cosine(at)
				b += l * cosine(at-toneMax/4)
			}
			h := int64(holdTable[k-1])
			a, b = a>>6*h>>27, b>>6*h>>27
		}
		s := int64(splineTable[k*wide-1])
		a, b = a*s>>22, b*s>>22
		if a != 0 || b != 0 {
			re[n], im[n], which[n] = a, b, k
			n++
		}
	}
	p := t.points[1 : points+1]
	for i := range points/4 + 1 {
		// Of cosines and sines, those of even and of odd harmonics: a quarter of
		// the cycle has all four.
		var c, s [2]int64
		for j := range n {
			at := which[j] * i * wide
			c[which[j]&1] += re[j] * cosine(at)
			s[which[j]&1] += im[j] * cosine(at-toneMax/4)
		}
		const half = 1 << 21
		p[i] = int32((c[0] + c[1] + s[0] + s[1] + half) >> 22)
		p[points/2-i] = int32((c[0] - c[1] - s[0] + s[1] + half) >> 22)
		p[points/2+i] = int32((c[0] - c[1] + s[0] - s[1] + half) >> 22)
		p[(points-i)&(points-1)] = int32((c[0] + c[1] - s[0] - s[1] + half) >> 22)
	}
	t.points[0] = p[points-1]
	t.points[points+1], t.points[points+2] = p[0], p[1]
}

// cosine returns the cosine of x/1024 of a turn, times 2^22.
func cosine(x int64) int64 {
	return int64(cosineTable[uint64(x)&(toneMax-1)])
}

// change makes a note that sounds go over between steps and table: the channel fades
// out, and another begins where it is and fades in to the same measure. It returns
// the other, nil if the note stays as it is, which sounds as well.
func (c *Chip) change(ch *channel) *channel {
	if ch.state == dying || ch.rising || ch.now+fadeFrames >= ch.nextFade || ^c.busy == 0 {
		return nil
	}
	i := uint32(bits.TrailingZeros64(^c.busy))
	c.busy |= 1 << i
	other := &c.channels[i]
	*other = *ch
	other.slot, other.harmonics = uint8(i), 0
	c.tones[i].harmonics = 0
	other.mid, other.side, other.heldMid, other.heldSide, other.swell = 0, 0, 0, 0, 0
	if ch.toned {
		other.fromTone()
	} else {
		other.toTone()
	}
	other.rising = true
	other.fadeLeft, other.fadeStep, other.nextFade = fadeSteps, fadeFrames/fadeSteps, ch.now
	ch.die(ch.now)
	return other
}

// risen ends the fading in of a channel.
func (ch *channel) risen(v *voice) {
	ch.rising = false
	ch.nextFade = never
	if m := &v.macros[macroVolume]; ch.state == released || m.end == m.n {
		ch.fadeWithin(max(ch.now, ch.end-fadeFrames), ch.end)
	}
}

// wantsTone tells whether the channel's note is high enough to be toned.
func (ch *channel) wantsTone() bool {
	if !ch.canTone() {
		return false
	}
	cycle := ch.period
	if ch.wave == Noise {
		cycle *= shortCycle
	}
	return cycle < toneBegin || ch.toned && cycle < toneEnd
}

// smooth adds to d what passes the low-pass of the band-limited step, so that toned
// notes have the treble that others have. It reports whether anything is left for
// the next block.
func smooth(x *[latencyTone + Block]int64, d *[Block + taps]int64) bool {
	for n := range Block {
		w := (*[latencyTone + 1]int64)(x[n : n+latencyTone+1])
		y := w[latencyStep] * int64(smoothTable[latencyStep])
		for i := 0; i < latencyStep; i += 5 {
			t := (*[5]int32)(smoothTable[i : i+5])
			a, b := (*[5]int64)(w[i:i+5]), (*[5]int64)(w[latencyTone-4-i:latencyTone+1-i])
			y += (a[0]+b[4])*int64(t[0]) + (a[1]+b[3])*int64(t[1]) + (a[2]+b[2])*int64(t[2]) +
				(a[3]+b[1])*int64(t[3]) + (a[4]+b[0])*int64(t[4])
		}
		d[n] += y
	}
	copy(x[:latencyTone], x[Block:])
	clear(x[latencyTone:])
	for _, v := range x[:latencyTone] {
		if v != 0 {
			return true
		}
	}
	return false
}
