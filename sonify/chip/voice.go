package chip

import "math/bits"

// The macros of a voice, in the order of the wire.
const (
	macroVolume = iota
	macroDuty
	macroArpeggio
	macroBend
	macroMode
	macroCount
)

// macro is a Macro as the chip holds it: the values, and behind them those of the
// release.
type macro struct {
	values [MaxMacro]int16
	n, end uint16 // values[:n], values[n:end]
	loop   int16
}

// voice is what a voice sounds like, and how its controls stand.
type voice struct {
	wave      Wave
	polyphony uint8
	gain, pan int32
	macros    [macroCount]macro

	vibratoDepth              int32
	vibratoRate, vibratoDelay uint32
	slide                     uint32
	drop                      int32
	dropTime                  uint32
	echoLevel, echoDelay      int32
	steps                     [32]uint8
	sampleStart, sampleLen    uint32
	sampleLoop                int32
	sampleRate                uint32
	sampleRoot, sampleLevel   int32

	params    [paramCount]int32
	lastPitch int32 // of the note before, -1 if there was none: where a slide starts
}

// echo is a note that will sound again.
type echo struct {
	at    int64
	note  Note
	level int32 // of the note, times 65536
}

const maxEchoes = 64

// noteOn starts n at frame at. level is how loud, times 65536: less than 65536 for
// an echo. Every channel of the voice has been run up to at.
func (c *Chip) noteOn(at int64, n *Note, level int32, isEcho bool) {
	v := &c.voices[n.Voice]
	c.makeRoom(at, n.Voice, isEcho)
	i := uint32(bits.TrailingZeros64(^c.busy))
	ch := &c.channels[i]
	c.busy |= 1 << i
	c.serial++
	*ch = channel{
		voice: n.Voice, isEcho: isEcho, serial: c.serial, state: sounding,
		wave: v.wave, start: at, now: at, end: at + n.Frames, nextTick: at, nextFade: never,
		pitch: n.Pitch, slideFrom: n.Pitch, pan: int32(n.Pan),
		level: int32(int64(n.Velocity) * int64(level) / 127),
		duty:  2, lfsr: 1, slot: uint8(i),
	}
	c.tones[i].harmonics = 0
	if v.slide > 0 && v.lastPitch >= 0 {
		ch.slideFrom = v.lastPitch
	}
	if !isEcho {
		v.lastPitch = n.Pitch
		c.scheduleEcho(at, n, v)
	}
	if v.macros[macroVolume].end == v.macros[macroVolume].n {
		// Nothing follows the note's end: it fades so as to be gone there.
		ch.fadeWithin(max(at, ch.end-fadeFrames), ch.end)
	}
	ch.begin(v)
}

// scheduleEcho notes down the echo of n, if the voice has one.
func (c *Chip) scheduleEcho(at int64, n *Note, v *voice) {
	level, delay := v.echoLevel, v.echoDelay
	if p := v.params[ParamEcho]; p >= 0 {
		level = p
	}
	if p := v.params[ParamEchoDelay]; p > 0 {
		delay = p
	}
	if level == 0 || delay == 0 {
		return
	}
	if c.echoCount == maxEchoes {
		c.stats.Dropped++
		return
	}
	e := echo{at: at + int64(delay), note: *n, level: level * 65536 / 1000}
	i := c.echoCount
	for i > 0 && c.echoes[i-1].at > e.at {
		c.echoes[i] = c.echoes[i-1]
		i--
	}
	c.echoes[i] = e
	c.echoCount++
}

// makeRoom sees to it that the voice has at most polyphony notes after one more,
// and that a channel is free. What has to go is the oldest note that was released,
// else the oldest. It fades in 64 frames on its channel while the new note sounds
// on another.
func (c *Chip) makeRoom(at int64, n uint8, isEcho bool) {
	count := uint8(0)
	var victim *channel
	for b := c.busy; b != 0; b &= b - 1 {
		ch := &c.channels[bits.TrailingZeros64(b)]
		if ch.voice != n || ch.isEcho != isEcho || ch.state == dying {
			continue
		}
		count++
		if victim == nil || ch.before(victim) {
			victim = ch
		}
	}
	if victim != nil && count >= c.voices[n].polyphony {
		victim.die(at)
		victim.gone = victim.start == at // it was never heard
		c.stats.Stolen++
	}
	if ^c.busy != 0 {
		return
	}
	// The whole chip is full: cut off what fades soonest, else the oldest.
	worst := uint32(0)
	for i := uint32(1); i < MaxChannels; i++ {
		a, b := &c.channels[i], &c.channels[worst]
		if a.state == dying && (b.state != dying || a.nextFade+int64(a.fadeLeft)*int64(a.fadeStep) < b.nextFade+int64(b.fadeLeft)*int64(b.fadeStep)) ||
			a.state != dying && b.state != dying && a.before(b) {
			worst = i
		}
	}
	ch := &c.channels[worst]
	c.stats.Stolen++
	ch.set(c.accumulator(ch.voice), int32(at-c.blockStart), 0, 0)
	c.busy &^= 1 << worst
}

// off releases the notes of a voice.
func (c *Chip) off(at int64, n uint8) {
	for b := c.busy; b != 0; b &= b - 1 {
		ch := &c.channels[bits.TrailingZeros64(b)]
		if (ch.voice == n || n == allVoices) && ch.state == sounding && ch.end > at {
			ch.end = at
			if v := &c.voices[ch.voice]; v.macros[macroVolume].end == v.macros[macroVolume].n {
				ch.die(at)
			}
		}
	}
	k := uint32(0)
	for i := range c.echoCount {
		if e := c.echoes[i]; e.note.Voice != n && n != allVoices {
			c.echoes[k] = e
			k++
		}
	}
	c.echoCount = k
}
