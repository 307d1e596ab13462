package chip

import "math/bits"

// A snapshot is the bytes "chip", its version, and every number of the chip as a
// zigzag varint in the order of the visit functions below, then a checksum. The
// same functions read it, so the two cannot disagree.
const snapshotVersion = 4

// Error is why something was refused.
type Error string

func (e Error) Error() string { return string(e) }

// The ways in which a snapshot can be wrong.
const (
	ErrNoSnapshot Error = "chip: this is no snapshot of a chip"
	ErrVersion    Error = "chip: this snapshot is of another version of the chip"
	ErrDamaged    Error = "chip: this snapshot is damaged"
	ErrStems      Error = "chip: there are no snapshots while stems are rendered"
)

// Snapshot appends to p everything that c is: after Restore, another chip goes on
// with the very same samples. It takes 5 to 15 kB, and what the sample memory
// holds. A chip that renders stems has none: p comes back as it was.
func (c *Chip) Snapshot(p []byte) []byte {
	if c.stems != nil {
		return p
	}
	start := len(p)
	a := archive{p: append(p, "chip"...)}
	v := int32(snapshotVersion)
	num(&a, &v)
	a.chip(c)
	sum := checksum(a.p[start:])
	return append(a.p, byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
}

// Restore makes c what another chip was when it made the snapshot. If the snapshot
// is refused, c stays as it is.
func (c *Chip) Restore(p []byte) error {
	if c.stems != nil {
		return ErrStems
	}
	if len(p) < 9 || string(p[:4]) != "chip" {
		return ErrNoSnapshot
	}
	end := len(p) - 4
	a := archive{p: p[4:end], reading: true}
	var v int32
	num(&a, &v)
	if a.bad || v != snapshotVersion {
		return ErrVersion
	}
	sum := uint32(p[end]) | uint32(p[end+1])<<8 | uint32(p[end+2])<<16 | uint32(p[end+3])<<24
	if sum != checksum(p[:end]) {
		return ErrDamaged
	}
	n := New()
	a.chip(n)
	if a.bad || len(a.p) != 0 || !n.sane() {
		return ErrDamaged
	}
	*c = *n
	return nil
}

// checksum is FNV-1a, 32 bits: against damage, not against malice.
func checksum(p []byte) uint32 {
	h := uint32(2166136261)
	for _, b := range p {
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}

// archive writes numbers behind p, or reads them from its front.
type archive struct {
	p       []byte
	reading bool
	bad     bool
}

type integer interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64
}

func num[T integer](a *archive, x *T) {
	if !a.reading {
		a.p = appendInt64(a.p, int64(*x))
		return
	}
	var u uint64
	for s := uint32(0); ; s += 7 {
		if len(a.p) == 0 || s > 63 {
			a.bad, a.p = true, nil
			return
		}
		b := a.p[0]
		a.p = a.p[1:]
		u |= uint64(b&0x7f) << s
		if b < 0x80 {
			break
		}
	}
	v := int64(u>>1) ^ -int64(u&1)
	*x = T(v)
	if int64(*x) != v {
		a.bad = true
	}
}

func appendInt64(p []byte, v int64) []byte { return appendUint(p, uint64(v<<1)^uint64(v>>63)) }

func nums[T integer](a *archive, xs []T) {
	for i := range xs {
		if a.bad {
			return
		}
		num(a, &xs[i])
	}
}

func (a *archive) bool(b *bool) {
	var x uint8
	if *b {
		x = 1
	}
	num(a, &x)
	if x > 1 {
		a.bad = true
	}
	*b = x == 1
}

func (a *archive) frames(f []Frame) {
	for i := range f {
		if a.bad {
			return
		}
		num(a, &f[i][0])
		num(a, &f[i][1])
	}
}

// size writes or reads the length of something, at most limit.
func (a *archive) size(n, limit uint32) uint32 {
	num(a, &n)
	if n > limit {
		a.bad = true
		return 0
	}
	return n
}

func (a *archive) chip(c *Chip) {
	a.config(&c.config)
	for i := range c.voices {
		a.voice(&c.voices[i])
	}
	num(a, &c.busy)
	num(a, &c.serial)
	for b := c.busy; b != 0 && !a.bad; b &= b - 1 {
		i := bits.TrailingZeros64(b)
		a.channel(&c.channels[i])
		c.channels[i].slot = uint8(i)
	}
	c.echoCount = a.size(c.echoCount, maxEchoes)
	for i := range c.echoes[:c.echoCount] {
		e := &c.echoes[i]
		num(a, &e.at)
		num(a, &e.level)
		num(a, &e.note.Voice)
		num(a, &e.note.Velocity)
		num(a, &e.note.Pan)
		num(a, &e.note.Pitch)
		num(a, &e.note.Frames)
	}
	n := a.size(uint32(len(c.samples)), MaxSamples)
	if a.reading {
		c.samples = nil
		if int(n) > len(a.p) { // a number takes a byte at least
			a.bad = true
			return
		}
		c.samples = make([]int16, n)
	}
	nums(a, c.samples)
	num(a, &c.stats.Late)
	num(a, &c.stats.Stolen)
	num(a, &c.stats.Dropped)

	for i := range c.lanes {
		l := &c.lanes[i]
		n = a.size(uint32(len(l.queue))-l.head, queueSize)
		if a.reading {
			l.queue, l.head = l.queue[:n], 0
		}
		nums(a, l.queue[l.head:])
		num(a, &l.queueFrame)
		num(a, &l.pushFrame)
	}
	num(a, &c.pushLane)

	num(a, &c.blockStart)
	nums(a, c.master.mid[:taps])
	nums(a, c.master.side[:taps])
	num(a, &c.master.midSum)
	num(a, &c.master.sideSum)
	a.bool(&c.master.sideUsed)
	a.lane(&c.master.grid[0])
	a.lane(&c.master.grid[1])
	a.bool(&c.master.toneUsed)
	a.bool(&c.master.toneSide)
	if c.master.toneUsed {
		nums(a, c.master.tones[0][:latencyTone])
	}
	if c.master.toneSide {
		nums(a, c.master.tones[1][:latencyTone])
	}
	num(a, &c.centre.mid)
	num(a, &c.centre.side)
	num(a, &c.centre.midWas)
	num(a, &c.centre.sideWas)
	num(a, &c.centre.still)
	a.leveller(&c.level)
	a.guard(&c.guard)
	c.taken = a.size(c.taken, Block)
	a.frames(c.out[c.taken:])
}

func (a *archive) lane(l *lane) {
	a.bool(&l.used)
	a.bool(&l.awake)
	if l.used {
		nums(a, l.jumps[:gridTaps])
	}
	if l.awake {
		nums(a, l.level[:sieveTaps-2])
		num(a, &l.last)
	}
}

func (a *archive) config(c *Config) {
	num(a, &c.Tuning)
	num(a, &c.A4)
	num(a, &c.Loudness)
	num(a, &c.Gain)
	a.bool(&c.Guard)
	num(a, &c.Ceiling)
}

func (a *archive) voice(v *voice) {
	num(a, &v.wave)
	num(a, &v.polyphony)
	num(a, &v.gain)
	num(a, &v.pan)
	for i := range v.macros {
		m := &v.macros[i]
		m.end = uint16(a.size(uint32(m.end), MaxMacro))
		num(a, &m.n)
		num(a, &m.loop)
		nums(a, m.values[:m.end])
	}
	num(a, &v.vibratoDepth)
	num(a, &v.vibratoRate)
	num(a, &v.vibratoDelay)
	num(a, &v.slide)
	num(a, &v.drop)
	num(a, &v.dropTime)
	num(a, &v.echoLevel)
	num(a, &v.echoDelay)
	nums(a, v.steps[:])
	num(a, &v.sampleStart)
	num(a, &v.sampleLen)
	num(a, &v.sampleLoop)
	num(a, &v.sampleRate)
	num(a, &v.sampleRoot)
	num(a, &v.sampleLevel)
	nums(a, v.params[:])
	num(a, &v.lastPitch)
}

func (a *archive) channel(ch *channel) {
	num(a, &ch.voice)
	num(a, &ch.wave)
	num(a, &ch.state)
	a.bool(&ch.isEcho)
	a.bool(&ch.short)
	num(a, &ch.duty)
	num(a, &ch.index)
	num(a, &ch.serial)
	num(a, &ch.start)
	num(a, &ch.end)
	num(a, &ch.now)
	num(a, &ch.nextTick)
	num(a, &ch.nextFade)
	num(a, &ch.fadeStep)
	num(a, &ch.fadeLeft)
	num(a, &ch.quarters)
	nums(a, ch.places[:])
	num(a, &ch.pitch)
	num(a, &ch.slideFrom)
	num(a, &ch.pan)
	num(a, &ch.volume)
	num(a, &ch.arpeggio)
	num(a, &ch.level)
	num(a, &ch.lfsr)
	num(a, &ch.sub)
	num(a, &ch.wait)
	num(a, &ch.period)
	if ch.wave == Table {
		nums(a, ch.table[:])
	}
	num(a, &ch.unitMid)
	num(a, &ch.unitSide)
	num(a, &ch.mid)
	num(a, &ch.side)
	num(a, &ch.position)
	num(a, &ch.speed)
	num(a, &ch.heldMid)
	num(a, &ch.heldSide)
	a.bool(&ch.gone)
	a.bool(&ch.toned)
	a.bool(&ch.rising)
	num(a, &ch.harmonics)
	num(a, &ch.swell)
}

func (a *archive) leveller(l *leveller) {
	for i := range l.low {
		nums(a, l.low[i][:])
	}
	num(a, &l.groups)
	num(a, &l.power)
	num(a, &l.heard)
	num(a, &l.blocks)
	num(a, &l.tenths)
	nums(a, l.last[:])
	nums(a, l.lastOut[:])
	for _, h := range [...]*history{&l.raw, &l.out} {
		nums(a, h.count[:])
		for i := range h.power {
			if h.count[i] != 0 {
				num(a, &h.power[i])
			}
		}
	}
	num(a, &l.wanted)
	num(a, &l.gain)
	num(a, &l.factor)
}

func (a *archive) guard(g *guard) {
	a.frames(g.held[:])
	num(a, &g.bound)
	num(a, &g.need)
	num(a, &g.at)
	num(a, &g.acted)
	a.bool(&g.looking)
}
