package chip

import "math/bits"

const allVoices = 255

// queueSize is how many bytes of commands wait inside: several seconds of the
// densest music, and room for all instruments.
const queueSize = 1 << 16

// Stats counts what did not go as it was asked for.
type Stats struct {
	Late    uint64 // commands that came after their frame and were carried out at once
	Stolen  uint64 // notes that were cut because their voice, or the chip, was full
	Dropped uint64 // echoes for which there was no room
	Limited uint64 // blocks of 5 ms that the true-peak guard turned down
}

// Chip is a sound chip. It is to be used by one goroutine at a time.
type Chip struct {
	voices    [MaxVoices]voice
	channels  [MaxChannels]channel
	busy      uint64 // a bit for each channel in use
	serial    uint64
	tones     *[MaxChannels]tone // tables of channels, made when they are needed
	echoes    [maxEchoes]echo    // by time
	echoCount uint32
	config    Config
	samples   []int16
	stats     Stats

	lanes    [2]commandLane // commands that wait
	pushLane uint8          // the one that Push fills

	blockStart int64 // frame at which the next block begins
	master     accumulator
	stems      []accumulator // if stems are wanted: one a voice, and one for the rest
	centre     centre
	level      leveller
	guard      guard
	mix        [Block]Frame
	premaster  [2][Block]Frame // with stems: this block and the one before
	stemFrames [][2][Block]Frame
	out        [Block]Frame
	taken      uint32 // frames of out that were handed out

	scratch voice
}

// New returns a chip that is silent, with exact tuning, A4 at 440 Hz, and neither
// loudness nor guard.
func New() *Chip {
	c := &Chip{tones: new([MaxChannels]tone)}
	for i := range c.lanes {
		c.lanes[i].queue = make([]byte, 0, queueSize)
	}
	c.Reset()
	return c
}

// Reset makes c as New returned it, and keeps its memory.
func (c *Chip) Reset() {
	lanes, tones, samples, stems, frames := c.lanes, c.tones, c.samples[:0], c.stems, c.stemFrames
	*c = Chip{tones: tones, samples: samples, stems: stems, stemFrames: frames}
	for i := range lanes {
		c.lanes[i].queue = lanes[i].queue[:0]
	}
	clear(stems)
	clear(frames)
	c.config = Config{A4: 440000, Ceiling: -100}
	c.level.gain = startGain << 8
	c.level.wanted = startGain
	c.guard.at, c.guard.need = unity, unity
	c.taken = Block
	for i := range c.voices {
		c.voices[i] = voice{wave: Pulse, polyphony: 1, gain: 1000}
		c.voices[i].free()
	}
}

// free takes a voice's controls back to where they do nothing.
func (v *voice) free() {
	v.params = [paramCount]int32{ParamVolume: 1000, ParamDuty: -1, ParamVibrato: -1, ParamEcho: -1}
	v.lastPitch = -1
}

// Pos returns how many frames were rendered. They are [Latency] late: what was to
// sound at frame f is heard in frame f+Latency.
func (c *Chip) Pos() int64 { return c.blockStart - Block + int64(c.taken) }

// Horizon returns the first frame for which a command is still in time.
func (c *Chip) Horizon() int64 { return c.blockStart }

// Stats returns the counts so far.
func (c *Chip) Stats() Stats {
	s := c.stats
	s.Limited = c.guard.acted
	return s
}

// Render fills dst with the next frames. It allocates nothing.
func (c *Chip) Render(dst []Frame) {
	for len(dst) > 0 {
		if c.taken == Block && len(dst) >= Block {
			c.block((*[Block]Frame)(dst))
			dst = dst[Block:]
			continue
		}
		n := copy(dst, c.ready())
		dst = dst[n:]
		c.taken += uint32(n)
	}
}

// ready returns frames that are not handed out yet, at least one.
func (c *Chip) ready() []Frame {
	if c.taken == Block {
		c.block(&c.out)
		c.taken = 0
	}
	return c.out[c.taken:]
}

// Fill is Render for a caller with a frame type of its own.
func Fill[F ~[2]int32](c *Chip, dst []F) {
	for len(dst) > 0 {
		src := c.ready()
		n := min(len(dst), len(src))
		src = src[:n]
		to := dst[:n]
		for i := range to {
			to[i] = F(src[i])
		}
		dst = dst[n:]
		c.taken += uint32(n)
	}
}

// Idle tells whether nothing sounds and nothing waits, so that only silence would
// follow.
func (c *Chip) Idle() bool {
	if c.busy != 0 || c.echoCount != 0 || c.lanes[0].waits() || c.lanes[1].waits() ||
		c.centre.mid|c.centre.side|c.centre.midWas|c.centre.sideWas != 0 || c.guard.held != [Block]Frame{} {
		return false
	}
	for _, f := range c.out[c.taken:] {
		if f != (Frame{}) {
			return false
		}
	}
	for i := range c.stems {
		if !c.stems[i].quiet() {
			return false
		}
	}
	return c.master.quiet()
}

// accumulator returns where a voice's steps go.
func (c *Chip) accumulator(v uint8) *accumulator {
	if c.stems != nil {
		return &c.stems[min(int(v), len(c.stems)-1)]
	}
	return &c.master
}

// block makes the next block.
func (c *Chip) block(out *[Block]Frame) {
	end := c.blockStart + Block
	dense := c.crowd() >= crowded
	c.master.crowded = dense
	for i := range c.stems {
		c.stems[i].crowded = dense
	}
	for {
		// What comes next: an echo or a command, the echo first if both.
		at, isEcho := end, false
		if c.echoCount > 0 && c.echoes[0].at < at {
			at, isEcho = c.echoes[0].at, true
		}
		var from *commandLane
		for i := range c.lanes {
			l := &c.lanes[i]
			if !l.waits() {
				continue
			}
			if f := l.nextFrame(); f < at {
				at, isEcho, from = f, false, l
			}
		}
		if at >= end {
			break
		}
		if isEcho {
			e := c.echoes[0]
			c.echoCount--
			copy(c.echoes[:c.echoCount], c.echoes[1:])
			at = max(at, c.blockStart)
			c.catchUp(at, e.note.Voice)
			if e.at+e.note.Frames > at {
				c.noteOn(at, &e.note, e.level, true)
			}
			continue
		}
		c.command(from, at)
	}
	for b := c.busy; b != 0; b &= b - 1 {
		i := uint32(bits.TrailingZeros64(b))
		if !c.run(&c.channels[i], end, false) {
			c.busy &^= 1 << i
		}
	}
	c.blockStart = end
	if c.busy != 0 {
		c.centre.still = 0
	} else {
		c.centre.still = min(c.centre.still+1, stillBlocks)
	}
	from, to := c.level.glide(&c.config)
	var peak int64
	if c.stems != nil {
		c.mixStems()
		peak = c.centre.amplify(&c.config, &c.mix, from, to)
	} else {
		peak = c.master.integrate(&c.config, &c.centre, &c.mix, from, to)
	}
	c.guard.pass(&c.config, peak, &c.mix, out)
	if c.config.Loudness != 0 {
		c.level.listen(&c.config, &c.mix, c.guard.at)
	}
}

// catchUp runs the channels of a voice up to frame at, so that a change there finds
// them as they are then.
func (c *Chip) catchUp(at int64, n uint8) {
	for b := c.busy; b != 0; b &= b - 1 {
		i := uint32(bits.TrailingZeros64(b))
		if ch := &c.channels[i]; (ch.voice == n || n == allVoices) && !c.run(ch, at, true) {
			c.busy &^= 1 << i
		}
	}
}

// command carries out the command at the head of a lane.
func (c *Chip) command(l *commandLane, frame int64) {
	r := reader{p: l.queue[l.head:]}
	size := len(r.p)
	op := r.byte()
	if op == opAt {
		l.queueFrame = int64(r.uint(MaxFrame))
		l.advance(size - len(r.p))
		return
	}
	r.uint(MaxFrame)
	l.queueFrame = frame
	at := frame
	if at < c.blockStart {
		at = c.blockStart
		c.stats.Late++
	}
	switch op {
	case opConfig:
		r.config(&c.config)
	case opVoice:
		n := r.small(MaxVoices)
		c.catchUp(at, n)
		for b := c.busy; b != 0; b &= b - 1 {
			if ch := &c.channels[bits.TrailingZeros64(b)]; ch.voice == n {
				ch.die(at)
			}
		}
		// What sounds is fading now; it does so with the new voice's macros, but with
		// the wave it has.
		v := &c.voices[n]
		r.voice(v)
		v.free()
	case opKey, opPitch:
		var n Note
		r.note(op, &n)
		n.Frames += frame
		if n.Frames > at {
			n.Frames -= at
			c.catchUp(at, n.Voice)
			c.noteOn(at, &n, 1<<16, false)
		}
	case opControl:
		n, p, x := r.control()
		c.catchUp(at, n)
		c.control(at, n, p, x)
	case opOff:
		n := r.byte()
		c.catchUp(at, n)
		c.off(at, n)
	}
	l.advance(size - len(r.p))
}

// control sets a parameter, for what sounds too.
func (c *Chip) control(at int64, n uint8, p Param, x int32) {
	v := &c.voices[n]
	v.params[p] = x
	acc := c.accumulator(n)
	for b := c.busy; b != 0; b &= b - 1 {
		ch := &c.channels[bits.TrailingZeros64(b)]
		if ch.voice != n {
			continue
		}
		switch p {
		case ParamBend, ParamVibrato:
			c.tune(ch, v)
		case ParamDuty:
			if x >= 0 {
				ch.turn(uint8(x), ch.short)
			}
			c.amplitude(ch, v, acc, int32(at-c.blockStart))
		case ParamVolume, ParamPan:
			c.amplitude(ch, v, acc, int32(at-c.blockStart))
		}
	}
}
