package chip

// A command is an operation, the number of frames since the command before it as
// an unsigned varint (7 bits a byte, low ones first), and what the operation
// needs. Signed numbers are zigzag varints (0, -1, 1, -2, ... as 0, 1, 2, 3, ...).
//
//	0x01 at       frame: the following count from this frame (absolute; no delta)
//	0x02 config   tuning, A4, loudness ±, gain ±, guard, ceiling ±
//	0x03 voice    voice, then the fields of Voice in their order
//	0x04 note     voice, key, velocity, pan ±, frames
//	0x05 note     voice, pitch (16.16), velocity, pan ±, frames
//	0x06 control  voice, parameter, value ±
//	0x07 off      voice (255: all): what sounds is released, its echoes are dropped
//	0x09 lane     lane: what follows is pushed to lane 0 or 1 (no delta)
//	0x08 sample   offset, number, that many ± differences of 16-bit samples: fills the
//	              sample memory at once, not at a frame (no delta)
//
// A macro is the number of its values, loop ±, the number of release values, and
// all the values ±. Commands may be cut anywhere: Push takes whole ones only.
const (
	opAt byte = 1 + iota
	opConfig
	opVoice
	opKey
	opPitch
	opControl
	opOff
	opSample
	opLane
)

// MaxFrame is the last frame that a command may have.
const MaxFrame = 1 << 53

// AppendAt appends a command that makes the commands after it count from frame.
func AppendAt(p []byte, frame int64) []byte {
	return appendUint(append(p, opAt), uint64(max(frame, 0)))
}

// AppendLane appends a switch to the lane (0 or 1) that the commands after it are
// pushed to. Each lane counts its own frames. A chip begins with lane 0.
func AppendLane(p []byte, n uint8) []byte { return append(p, opLane, n) }

// AppendConfig appends the mix, in force from delta frames after the command before.
func AppendConfig(p []byte, delta int64, c *Config) []byte {
	p = appendUint(append(p, opConfig), uint64(max(delta, 0)))
	p = appendUint(append(p, c.Tuning), uint64(c.A4))
	p = appendInt(p, int64(c.Loudness))
	p = appendInt(p, int64(c.Gain))
	g := byte(0)
	if c.Guard {
		g = 1
	}
	return appendInt(append(p, g), int64(c.Ceiling))
}

// AppendVoice appends what voice number n is to sound like.
func AppendVoice(p []byte, delta int64, n uint8, v *Voice) []byte {
	p = appendUint(append(p, opVoice), uint64(max(delta, 0)))
	p = append(p, n, byte(v.Wave), v.Polyphony)
	p = appendInt(p, int64(v.Gain))
	p = appendInt(p, int64(v.Pan))
	for _, m := range [...]*Macro{&v.Volume, &v.Duty, &v.Arpeggio, &v.Bend, &v.Mode} {
		p = appendUint(p, uint64(len(m.Values)))
		p = appendInt(p, int64(m.Loop))
		p = appendUint(p, uint64(len(m.Release)))
		for _, x := range m.Values {
			p = appendInt(p, int64(x))
		}
		for _, x := range m.Release {
			p = appendInt(p, int64(x))
		}
	}
	p = appendInt(p, int64(v.VibratoDepth))
	p = appendUint(p, uint64(v.VibratoRate))
	p = appendUint(p, uint64(v.VibratoDelay))
	p = appendUint(p, uint64(v.Slide))
	p = appendInt(p, int64(v.Drop))
	p = appendUint(p, uint64(v.DropTime))
	p = appendUint(p, uint64(v.EchoLevel))
	p = appendUint(p, uint64(v.EchoDelay))
	for i := 0; i < 32; i += 2 {
		p = append(p, v.Steps[i]<<4|v.Steps[i+1]&15)
	}
	p = appendUint(p, uint64(v.SampleStart))
	p = appendUint(p, uint64(v.SampleLen))
	p = appendInt(p, int64(v.SampleLoop))
	p = appendUint(p, uint64(v.SampleRate))
	p = appendInt(p, int64(v.SampleRoot))
	return appendUint(p, uint64(v.SampleLevel))
}

// AppendNote appends a note that starts delta frames after the command before.
func AppendNote(p []byte, delta int64, n *Note) []byte {
	d := uint64(max(delta, 0))
	if n.Pitch&0xffff == 0 && n.Pitch >= 0 && n.Pitch < 128<<16 {
		p = append(appendUint(append(p, opKey), d), n.Voice, byte(n.Pitch>>16))
	} else {
		p = appendUint(append(appendUint(append(p, opPitch), d), n.Voice), uint64(uint32(max(n.Pitch, 0))))
	}
	p = appendInt(append(p, n.Velocity), int64(n.Pan))
	return appendUint(p, uint64(max(n.Frames, 1)))
}

// AppendControl appends a change of one parameter of a voice.
func AppendControl(p []byte, delta int64, voice uint8, param Param, value int32) []byte {
	p = append(appendUint(append(p, opControl), uint64(max(delta, 0))), voice, byte(param))
	return appendInt(p, int64(value))
}

// AppendOff appends the release of all notes of a voice, or of all voices if voice
// is 255.
func AppendOff(p []byte, delta int64, voice uint8) []byte {
	return append(appendUint(append(p, opOff), uint64(max(delta, 0))), voice)
}

// maxSampleRun is how many samples one command carries.
const maxSampleRun = 1024

// AppendSamples appends commands that put pcm into the sample memory from offset
// on. They take effect when they are pushed: the memory must not be in use then.
func AppendSamples(p []byte, offset uint32, pcm []int16) []byte {
	for len(pcm) > 0 {
		n := min(len(pcm), maxSampleRun)
		p = appendUint(appendUint(append(p, opSample), uint64(offset)), uint64(n))
		last := int16(0)
		for _, x := range pcm[:n] {
			p = appendInt(p, int64(x)-int64(last))
			last = x
		}
		pcm, offset = pcm[n:], offset+uint32(n)
	}
	return p
}

func appendUint(p []byte, v uint64) []byte {
	for v >= 0x80 {
		p = append(p, byte(v)|0x80)
		v >>= 7
	}
	return append(p, byte(v))
}

func appendInt(p []byte, v int64) []byte { return appendUint(p, uint64(v<<1)^uint64(v>>63)) }

// reader reads the parts of commands. Once something is missing or wrong it says
// so and gives zeros.
type reader struct {
	p     []byte
	short bool // the bytes ended
	bad   bool // they cannot be right
}

func (r *reader) byte() byte {
	if len(r.p) == 0 {
		r.short = true
		return 0
	}
	b := r.p[0]
	r.p = r.p[1:]
	return b
}

// uint reads a number up to limit.
func (r *reader) uint(limit uint64) uint64 {
	var v uint64
	for s := uint32(0); s < 63; s += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << s
		if b < 0x80 {
			if v > limit {
				r.bad = !r.short
				return 0
			}
			return v
		}
	}
	r.bad = true
	return 0
}

// int reads a number from lo to hi.
func (r *reader) int(lo, hi int64) int64 {
	u := r.uint(1 << 40)
	v := int64(u>>1) ^ -int64(u&1)
	if v < lo || v > hi {
		r.bad = r.bad || !r.short
		return min(max(0, lo), hi)
	}
	return v
}

// small reads one byte below limit.
func (r *reader) small(limit byte) byte {
	b := r.byte()
	if b >= limit {
		r.bad = r.bad || !r.short
		return 0
	}
	return b
}

func (r *reader) ok() bool { return !r.bad && !r.short }

func (r *reader) config(c *Config) {
	c.Tuning = r.small(2)
	c.A4 = uint32(r.uint(880000))
	if c.A4 < 220000 {
		r.bad = r.bad || !r.short
		c.A4 = 440000
	}
	c.Loudness = int32(r.int(-4000, 0))
	if c.Loudness > -500 {
		r.bad = r.bad || c.Loudness != 0
	}
	c.Gain = int32(r.int(-6000, 2400))
	c.Guard = r.small(2) == 1
	c.Ceiling = int32(r.int(-1200, 0))
}

func (r *reader) macro(m *macro, lo, hi int64) {
	n := r.uint(MaxMacro)
	m.loop = int16(r.int(-1, MaxMacro))
	rel := r.uint(MaxMacro)
	if n+rel > MaxMacro || n > 0 && m.loop >= int16(n) {
		r.bad = r.bad || !r.short
		return
	}
	m.n, m.end = uint16(n), uint16(n+rel)
	for i := range m.values[:n+rel] {
		m.values[i] = int16(r.int(lo, hi))
	}
}

func (r *reader) voice(v *voice) {
	v.wave = Wave(r.small(byte(waveCount)))
	v.polyphony = r.small(MaxPolyphony + 1)
	if v.polyphony == 0 {
		r.bad = r.bad || !r.short
	}
	v.gain = int32(r.int(0, 4000))
	v.pan = int32(r.int(-100, 100))
	for i := range v.macros {
		r.macro(&v.macros[i], int64(macroLimits[i][0]), int64(macroLimits[i][1]))
	}
	v.vibratoDepth = int32(r.int(0, 1200))
	v.vibratoRate = uint32(r.uint(6000))
	v.vibratoDelay = uint32(r.uint(65535))
	v.slide = uint32(r.uint(65535))
	v.drop = int32(r.int(-128, 128))
	v.dropTime = uint32(r.uint(65535))
	v.echoLevel = int32(r.uint(1000))
	v.echoDelay = int32(r.uint(1 << 22))
	for i := 0; i < 32; i += 2 {
		b := r.byte()
		v.steps[i], v.steps[i+1] = b>>4, b&15
	}
	v.sampleStart = uint32(r.uint(MaxSamples))
	v.sampleLen = uint32(r.uint(MaxSamples))
	v.sampleLoop = int32(r.int(-1, MaxSamples))
	v.sampleRate = uint32(r.uint(384000))
	v.sampleRoot = int32(r.int(0, 127<<16))
	v.sampleLevel = int32(r.uint(4000))
	if v.sampleStart+v.sampleLen > MaxSamples || v.sampleLoop >= max(1, int32(v.sampleLen)) ||
		v.wave == Sample && (v.sampleRate < 1000 || v.sampleLen == 0) {
		r.bad = r.bad || !r.short
	}
}

func (r *reader) note(op byte, n *Note) {
	n.Voice = r.small(MaxVoices)
	if op == opKey {
		n.Pitch = int32(r.small(128)) << 16
	} else {
		n.Pitch = int32(r.uint(127 << 16))
	}
	n.Velocity = r.small(128)
	n.Pan = int8(r.int(-100, 100))
	n.Frames = int64(r.uint(1 << 40))
	if n.Velocity == 0 || n.Frames == 0 {
		r.bad = r.bad || !r.short
	}
}

// The limits of what macros and controls may say.
var macroLimits = [macroCount][2]int16{{0, 15}, {0, 3}, {-128, 128}, {-12800, 12800}, {0, 1}}

var paramLimits = [paramCount][2]int32{{0, 1000}, {-1, 3}, {-100, 100}, {-2400, 2400}, {-1, 200}, {-1, 1000}, {0, 1 << 22}}

func (r *reader) control() (voice uint8, param Param, value int32) {
	voice = r.small(MaxVoices)
	param = Param(r.small(byte(paramCount)))
	l := paramLimits[param]
	return voice, param, int32(r.int(int64(l[0]), int64(l[1])))
}
