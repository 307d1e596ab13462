package chip

import "math/bits"

func within[T integer](x, lo, hi T) bool { return x >= lo && x <= hi }

// sane tells whether what a snapshot said can be: everything that is an index, a
// divisor, or the time of something that must come, so that no snapshot makes the
// chip panic or run for ever.
func (c *Chip) sane() bool {
	k := &c.config
	if !within(k.Tuning, Exact, Authentic) || !within(k.A4, 220000, 880000) || !within(k.Loudness, -4000, 0) ||
		!within(k.Gain, -6000, 2400) || !within(k.Ceiling, -1200, 0) {
		return false
	}
	for i := range c.voices {
		if !c.voices[i].sane() {
			return false
		}
	}
	if !within(c.blockStart, 0, 2*MaxFrame) || c.blockStart%Block != 0 || int(c.pushLane) >= len(c.lanes) {
		return false
	}
	for b := c.busy; b != 0; b &= b - 1 {
		ch := &c.channels[bits.TrailingZeros64(b)]
		if ch.now != c.blockStart || !ch.sane() {
			return false
		}
	}
	for i := range c.echoes[:c.echoCount] {
		e := &c.echoes[i]
		if !within(e.at, 0, 2*MaxFrame) || !within(e.level, 0, 1<<16) || e.note.Voice >= MaxVoices || e.note.Velocity > 127 ||
			!within(e.note.Pan, -100, 100) || !within(e.note.Pitch, 0, 127<<16) || !within(e.note.Frames, 1, 1<<40) {
			return false
		}
	}
	t := &c.centre
	for _, x := range [...]int64{t.mid, t.side, t.midWas, t.sideWas} {
		if !within(x, -1<<45, 1<<45) {
			return false
		}
	}
	if t.still > stillBlocks {
		return false
	}
	l, g := &c.level, &c.guard
	if l.blocks >= stretch100 || !within(l.wanted, -4*gainLimit, 4*gainLimit) || !within(l.gain, -4*gainLimit<<8, 4*gainLimit<<8) ||
		!within(l.factor, 0, 1<<40) || !within(g.at, 0, unity) || !within(g.need, 0, unity) {
		return false
	}
	for i := range l.low {
		for _, x := range l.low[i] {
			if !within(x, -1<<46, 1<<46) {
				return false
			}
		}
	}
	for i := range c.lanes {
		if l := &c.lanes[i]; !within(l.queueFrame, 0, MaxFrame) || !c.saneQueue(l) {
			return false
		}
	}
	return true
}

// saneQueue takes the commands that wait as if they were pushed.
func (c *Chip) saneQueue(l *commandLane) bool {
	last := l.pushFrame
	r := reader{p: l.queue}
	frame := l.queueFrame
	for len(r.p) > 0 {
		op := r.byte()
		if op < opAt || op >= opSample {
			return false
		}
		if op == opAt {
			frame = int64(r.uint(MaxFrame))
		} else {
			frame += int64(r.uint(MaxFrame))
			c.check(&r, op)
		}
		if !r.ok() || frame > MaxFrame {
			return false
		}
	}
	return frame == last
}

func (v *voice) sane() bool {
	if v.wave >= waveCount || !within(v.polyphony, 1, MaxPolyphony) || !within(v.gain, 0, 4000) || !within(v.pan, -100, 100) {
		return false
	}
	for i := range v.macros {
		m := &v.macros[i]
		if m.n > m.end || m.loop < -1 || m.n > 0 && m.loop >= int16(m.n) {
			return false
		}
		l := macroLimits[i]
		for _, x := range m.values[:m.end] {
			if !within(x, l[0], l[1]) {
				return false
			}
		}
	}
	for i, x := range v.params {
		if !within(x, paramLimits[i][0], paramLimits[i][1]) {
			return false
		}
	}
	for _, s := range v.steps {
		if s > 15 {
			return false
		}
	}
	return within(v.vibratoDepth, 0, 1200) && v.vibratoRate <= 6000 && v.vibratoDelay <= 65535 &&
		v.slide <= 65535 && within(v.drop, -128, 128) && v.dropTime <= 65535 &&
		within(v.echoLevel, 0, 1000) && within(v.echoDelay, 0, 1<<22) &&
		v.sampleStart <= MaxSamples && v.sampleLen <= MaxSamples && v.sampleStart+v.sampleLen <= MaxSamples &&
		within(v.sampleLoop, -1, max(0, int32(v.sampleLen)-1)) && v.sampleRate <= 384000 &&
		within(v.sampleRoot, 0, 127<<16) && within(v.sampleLevel, 0, 4000) && within(v.lastPitch, -1, 127<<16)
}

func (ch *channel) sane() bool {
	if ch.voice >= MaxVoices || ch.wave >= waveCount || ch.state >= stateCount || ch.duty > 3 || ch.index > 31 ||
		ch.lfsr == 0 || ch.lfsr >= 1<<15 {
		return false
	}
	if !within(ch.start, 0, ch.now) || !within(ch.nextTick, ch.now, ch.now+Tick) || ch.nextFade < ch.now ||
		ch.state == sounding && ch.end < ch.now || ch.end > 1<<60 {
		return false
	}
	if ch.nextFade != never && (ch.nextFade > 1<<60 || !within(ch.fadeLeft, 1, fadeSteps) || !within(ch.fadeStep, 1, fadeFrames)) {
		return false
	}
	if ch.wave != Sample {
		// A hundredth of a frame would keep it busy, a wait without end silent.
		if !within(ch.sub, 1<<28, 1<<47) || !within(ch.wait, 0, 8*ch.sub) || !within(ch.period, 1<<28, 1<<52) {
			return false
		}
	}
	if ch.toned && (!ch.canTone() || !within(ch.position, 0, toneOne-1) || !within(ch.speed, 1<<32, toneOne/2)) ||
		ch.harmonics > toneHarmonics || ch.swell > swellFrames || ch.rising && (ch.nextFade == never || ch.state == dying) {
		return false
	}
	return within(ch.pitch, 0, 127<<16) && within(ch.slideFrom, 0, 127<<16) && within(ch.pan, -100, 100) &&
		within(ch.volume, 0, 15) && within(ch.arpeggio, -512<<16, 512<<16) && within(ch.level, 0, 1<<16) &&
		within(ch.position, 0, 1<<60) && within(ch.speed, 0, toneOne/2)
}
