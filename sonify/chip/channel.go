package chip

import "math/bits"

// The states of a channel that is in use.
const (
	sounding uint8 = iota
	released       // its note has ended, its volume macro goes on
	dying          // fading out for good
	stateCount
)

const (
	never = int64(1) << 62
	// fadeFrames is how long a note fades that would end in a jump: 64 frames, 1.3 ms,
	// in 16 steps. Shorter clicks on low notes, longer softens drums.
	fadeFrames = 64
	fadeSteps  = 16
	// glideFrames is how often a pitch moves that slides or drops: four times a tick,
	// for at 60 Hz a kick of two octaves is a scale and not a fall.
	glideFrames = Tick / 4
)

// channel is one note while it sounds. Its times are frames of the chip's own
// clock, its levels are in 1/16 of a 24-bit step.
type channel struct {
	voice    uint8
	wave     Wave
	state    uint8
	isEcho   bool
	short    bool // noise: the mode
	duty     uint8
	index    uint8 // step of the wave that sounds now
	serial   uint64
	start    int64
	end      int64 // where the note ends; when released, where the sound does
	now      int64 // it has been run up to here
	nextTick int64 // of the macros, or of a glide between them
	nextFade int64

	fadeStep, fadeLeft int32
	quarters           uint32 // of a tick since the start
	places             [macroCount]uint16

	pitch, slideFrom int32
	pan              int32
	volume           int32 // what the macros said last
	arpeggio         int32 // with the bend, as a pitch
	level            int32 // velocity, times 65536
	lfsr             uint32

	sub    int64 // time between two steps of the wave, in 1/2^32 of a frame
	wait   int64 // from now to the next of them
	period int64 // one cycle
	table  [32]int16

	unitMid, unitSide int64 // what one unit of the wave's levels is worth
	mid, side         int64 // the level as it stands

	position, speed   int64 // sample: where it is, and how far a frame goes, in 1/2^32
	heldMid, heldSide int64 // sample: the units, as they come after themselves without corners
	gone              bool  // the sample has ended

	// Of a toned channel; it has position and speed too, in 1/2^48 of a cycle, and
	// heldMid and heldSide, which are on their way to the units.
	slot      uint8 // its place among the channels
	toned     bool
	rising    bool  // its fade is one that fades in
	harmonics uint8 // of its table, 0 if it has none yet
	swell     uint8 // frames until the units are reached
}

// before tells whether ch has to go sooner than other if room is needed.
func (ch *channel) before(other *channel) bool {
	if (ch.state == released) != (other.state == released) {
		return ch.state == released
	}
	return ch.serial < other.serial
}

// die makes ch fade out from frame at on.
func (ch *channel) die(at int64) {
	ch.state = dying
	if ch.rising { // back from where it is
		ch.rising = false
		ch.fadeLeft = max(fadeSteps-ch.fadeLeft, 1)
		return
	}
	if ch.nextFade != never && ch.fadeLeft < fadeSteps {
		return // it is fading already
	}
	ch.fadeLeft, ch.fadeStep, ch.nextFade = fadeSteps, fadeFrames/fadeSteps, at
}

// fadeWithin makes ch fade so as to be silent at frame to, and not before from.
func (ch *channel) fadeWithin(from, to int64) {
	ch.fadeLeft = fadeSteps
	ch.fadeStep = int32(to-from) / fadeSteps
	if ch.fadeStep < 1 { // too short to fade: it is cut
		ch.fadeLeft, ch.fadeStep, ch.nextFade = 1, 1, to
		return
	}
	ch.nextFade = to - int64(fadeSteps-1)*int64(ch.fadeStep)
}

// begin sets up what a new note starts with.
func (ch *channel) begin(v *voice) {
	switch ch.wave {
	case Triangle:
		ch.index = 23 // the step before the middle, on the way up
	case Table:
		sum := int16(0)
		for _, s := range v.steps {
			sum += int16(s)
		}
		for i, s := range v.steps {
			ch.table[i] = 32*int16(s) - sum
		}
		ch.index = 31
	case Sample:
		if int64(v.sampleStart)+int64(v.sampleLen) > MaxSamples || v.sampleLen == 0 {
			ch.gone = true
		}
	}
}

// run brings ch up to frame until, within the block that begins at c.blockStart.
// What is due at until itself is done only if inclusive. It reports whether the
// channel is still in use.
func (c *Chip) run(ch *channel, until int64, inclusive bool) bool {
	v := &c.voices[ch.voice]
	acc := c.accumulator(ch.voice)
	limit := until
	if inclusive {
		limit++
	}
	for {
		if ch.gone && ch.mid == 0 && ch.side == 0 {
			return false
		}
		if ch.now < limit {
			at := int32(ch.now - c.blockStart)
			if ch.now >= ch.end && ch.state == sounding {
				ch.release(v)
			}
			for ch.now >= ch.nextFade {
				ch.fadeLeft--
				ch.nextFade += int64(ch.fadeStep)
				if ch.fadeLeft <= 0 && ch.rising {
					ch.risen(v)
					c.amplitude(ch, v, acc, at)
					continue
				}
				if ch.fadeLeft <= 0 {
					ch.slope(acc, at, ch.fadeStep, 0, 0)
					return false
				}
				c.loud(ch, v)
				if ch.toned {
					ch.swell = swellFrames
				} else if ch.wave != Sample && ch.sub != 0 {
					k := ch.height()
					ch.slope(acc, at, ch.fadeStep, ch.unitMid*k, ch.unitSide*k)
				}
			}
			if ch.now >= ch.nextTick {
				c.tick(ch, v, acc, at)
				if ch.toned != ch.wantsTone() {
					if other := c.change(ch); other != nil && !c.run(other, until, inclusive) {
						c.busy &^= 1 << other.slot
					}
				}
			}
		}
		if ch.now >= until {
			return true
		}
		to := min(until, ch.nextTick, ch.nextFade)
		if ch.state == sounding {
			to = min(to, ch.end)
		}
		ch.oscillate(c, acc, int32(ch.now-c.blockStart), int32(to-ch.now))
		ch.now = to
	}
}

// release ends the note: the macros go on with their releases, and the volume's
// tells how long the sound lasts.
func (ch *channel) release(v *voice) {
	ch.state = released
	for i := range ch.places {
		if m := &v.macros[i]; m.end > m.n {
			ch.places[i] = m.n
		}
	}
	// The release starts with the macros' next step.
	m := &v.macros[macroVolume]
	next := ch.nextTick
	if q := ch.quarters & 3; q != 0 {
		next += int64(4-q) * glideFrames
	}
	ch.end = next + int64(m.end-m.n)*Tick
	if ch.nextFade == never {
		ch.fadeWithin(ch.end-fadeFrames, ch.end)
	}
}

// value steps one macro and returns what it says, or without if it is empty.
func (ch *channel) value(v *voice, i uint32, without int32) int32 {
	m := &v.macros[i]
	at := ch.places[i]
	end := m.n
	if at >= m.n && m.end > m.n {
		end = m.end
	}
	if end == 0 {
		return without
	}
	if at >= end { // it stays on its last
		return int32(m.values[end-1])
	}
	x := int32(m.values[at])
	at++
	if at == m.n && end == m.n { // the values are over
		switch {
		case m.loop >= 0:
			at = uint16(m.loop)
		default:
			at--
		}
	} else if at == m.end {
		at--
	}
	ch.places[i] = at
	return x
}

// tick does what happens 60 times a second: macros, vibrato, slide and drop.
func (c *Chip) tick(ch *channel, v *voice, acc *accumulator, at int32) {
	gliding := ch.slideFrom != ch.pitch && ch.quarters < 4*v.slide || v.drop != 0 && ch.quarters < 4*v.dropTime
	if ch.quarters&3 == 0 {
		ch.volume = ch.value(v, macroVolume, 15)
		ch.arpeggio = ch.value(v, macroArpeggio, 0) << 16
		ch.arpeggio += ch.value(v, macroBend, 0) * 65536 / 100
		duty := ch.value(v, macroDuty, 2)
		short := ch.value(v, macroMode, 0) == 1
		if p := v.params[ParamDuty]; p >= 0 {
			duty = p
		}
		if ch.wave == Noise { // its pitch depends on its mode
			ch.turn(0, short)
		}
		c.tune(ch, v)
		ch.turn(uint8(duty), short)
		c.amplitude(ch, v, acc, at)
	} else {
		c.tune(ch, v)
	}
	if gliding {
		ch.nextTick += glideFrames
		ch.quarters++
		return
	}
	n := 4 - ch.quarters&3
	ch.nextTick += int64(n) * glideFrames
	ch.quarters += n
}

// tune works out the pitch of this moment and sets the wave's period.
func (c *Chip) tune(ch *channel, v *voice) {
	p := int64(ch.pitch) + int64(ch.arpeggio) + int64(v.params[ParamBend])*65536/100
	if q, n := int64(ch.quarters), 4*int64(v.slide); q < n {
		p += (int64(ch.slideFrom) - int64(ch.pitch)) * (n - q) / n
	}
	if v.drop != 0 {
		q, n := int64(ch.quarters), 4*int64(v.dropTime)
		if q < n {
			p -= int64(v.drop) << 16 * q / n
		} else {
			p -= int64(v.drop) << 16
		}
	}
	depth := v.vibratoDepth
	if d := v.params[ParamVibrato]; d >= 0 {
		depth = d
	}
	if t := ch.quarters / 4; depth > 0 && t >= v.vibratoDelay {
		p += int64(depth) * vibrato(uint64(t-v.vibratoDelay)*uint64(v.vibratoRate)) / 100
	}
	pitch := int32(min(max(p, lowest), highest))
	if ch.wave == Sample {
		ch.speed = sampleSpeed(v, pitch)
		return
	}
	period := int64(0)
	sub := int64(0)
	switch ch.wave {
	case Noise:
		sub = NoiseKey(pitch, c.config.A4, c.config.Tuning)
		period = sub
	default:
		period = cycle(pitch, c.config.A4)
		if c.config.Tuning == Authentic {
			period = authentic(ch.wave, period)
		}
		sub = period >> 5
		if ch.wave == Pulse {
			sub = period >> 3
		}
	}
	fresh := ch.sub == 0
	if fresh {
		if ch.wave != Pulse {
			ch.wait = 0
		}
	} else if period != ch.period {
		// What is left of the step shrinks or grows with it.
		ch.wait = ratio(ch.wait, period, ch.period)
	}
	ch.period, ch.sub = period, sub
	if ch.canTone() {
		if ch.wave == Noise {
			period *= shortCycle
		}
		speed, _ := bits.Div64(1<<16, 0, uint64(period)) // 2^48 cycles in 2^32 frames
		ch.speed = int64(speed & (1<<62 - 1))
		if fresh && ch.wantsTone() {
			ch.toTone()
		}
	}
}

// vibrato is the shape of a vibrato, times 65536: half waves of a parabola, within
// 6 % of a sine. phase counts 6000 to a cycle: hundredths of a hertz at 60 Hz.
func vibrato(phase uint64) int64 {
	x := int64(phase % 6000)
	sign := int64(1)
	if x >= 3000 {
		x, sign = x-3000, -1
	}
	return sign * x * (3000 - x) * 65536 / (1500 * 1500)
}

// The height of one unit of each wave's levels at full volume, in 1/16 of a
// 24-bit step. The balance is taste: a pulse is 0.375 of full scale from its
// lowest to its highest, the triangle, which is softer, 0.5, noise 0.25.
var units = [waveCount]int64{
	Pulse:    3 << 27 / 64,       // levels 8-n and -n
	Triangle: 1 << 27 / 60,       // levels -15 to 15
	Noise:    1 << 25 / 186,      // levels 93 and -93
	Table:    7 << 27 / 16 / 480, // levels up to 15·32 apart
	Sample:   3 << 27 / 8 / 32768,
}

// loud works out how loud the channel is at this moment.
func (c *Chip) loud(ch *channel, v *voice) {
	f := int64(ch.level) * int64(ch.volume) / 15
	f = f * int64(v.params[ParamVolume]) / 1000
	f = f * int64(v.gain) / 1000
	if ch.wave == Sample {
		f = f * int64(v.sampleLevel) / 1000
	}
	if ch.nextFade != never && (ch.fadeLeft < fadeSteps || ch.rising) {
		// 3x²-2x³: a fade without corners.
		x := int64(ch.fadeLeft)
		x = x * x * (3*fadeSteps - 2*x)
		if ch.rising {
			x = fadeSteps*fadeSteps*fadeSteps - x
		}
		f = f * x / (fadeSteps * fadeSteps * fadeSteps)
	}
	u := units[ch.wave] * f >> 16
	pan := min(max(ch.pan+v.pan+v.params[ParamPan], -100), 100)
	t := &panTable[max(pan, -pan)]
	ch.unitMid = u * int64(t[0]) >> 15
	side := u * int64(t[1]) >> 15
	if pan < 0 {
		side = -side
	}
	ch.unitSide = side
}

// amplitude works out how loud the channel is at this moment and jumps there.
func (c *Chip) amplitude(ch *channel, v *voice, acc *accumulator, at int32) {
	c.loud(ch, v)
	if ch.toned {
		ch.swell = swellFrames
		if ch.now == ch.start {
			ch.swell = 0
			ch.heldMid, ch.heldSide = ch.unitMid, ch.unitSide
		}
	} else if ch.wave != Sample && ch.sub != 0 {
		k := ch.height()
		ch.set(acc, at, ch.unitMid*k, ch.unitSide*k)
	}
}

// set makes the level jump to mid and side at a frame of the block.
func (ch *channel) set(acc *accumulator, at int32, mid, side int64) {
	if mid != ch.mid || side != ch.side {
		acc.step(int64(at)<<32, mid-ch.mid, side-ch.side)
		ch.mid, ch.side = mid, side
	}
}

// slope makes the level go to mid and side in a straight line over n frames.
func (ch *channel) slope(acc *accumulator, at, n int32, mid, side int64) {
	n = min(max(n, 1), fadeFrames)
	dm, ds := mid-ch.mid, side-ch.side
	var m, s int64
	for i := range n {
		x, y := dm*int64(i+1)/int64(n), ds*int64(i+1)/int64(n)
		acc.set(at+i, x-m, y-s)
		m, s = x, y
	}
	ch.mid, ch.side = mid, side
}
