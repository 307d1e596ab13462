package sound

import (
	"fmt"
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/chip"
)

// Coder writes a performance as commands of the chip: what this package plays
// itself, and what a wire carries to a chip elsewhere. It holds what depends on
// what came before; use one for each performance, from one goroutine.
type Coder struct {
	// Origin is the frame of the performance that is the chip's frame 0. It is set
	// before Begin.
	Origin sonify.Frame

	frame  sonify.Frame // of the last command
	tempo  sonify.Tempo
	voices []sonify.Voice
	slots  []uint8 // the chip's number of each voice
	mix    chip.Config
	chip   [chip.MaxVoices]slot
	sounds []place
	change int // how often the piece was changed
}

// slot is what a voice of the chip is told to be.
type slot struct {
	voice *sonify.Voice // nil: nothing yet
	last  int           // the change after which it was last in use
}

// place is a stretch of the sample memory.
type place struct {
	at, n uint32
	pcm   []int16
	last  int
}

// Begin appends what a chip has to know before the first note: the mix, and every
// voice with its recorded sounds. The tempo is h.Tempo until a mark changes it.
func (c *Coder) Begin(p []byte, h *sonify.Header) ([]byte, error) {
	*c = Coder{Origin: c.Origin, frame: c.Origin, tempo: h.Tempo}
	return c.header(chip.AppendAt(p, 0), h, true)
}

// Change appends what a chip has to know before the first note of a piece that
// takes over at h.Frame. A voice that sounds as before goes on with its notes,
// its controls and its echoes; what other voices still play rings out, for new
// ones take numbers of the chip that were not in use lately, as long as there are
// some. If Change fails, the coder is what it was.
func (c *Coder) Change(p []byte, h *sonify.Header) ([]byte, error) {
	next := *c
	next.sounds = append([]place(nil), c.sounds...)
	next.change++
	out, err := next.header(p, h, false)
	if err != nil {
		return p, err
	}
	*c = next
	return out, nil
}

// Slots returns the number that each voice of the piece has on the chip. The
// caller must not change it. It holds until the next Change.
func (c *Coder) Slots() []uint8 { return c.slots }

func (c *Coder) header(p []byte, h *sonify.Header, first bool) ([]byte, error) {
	if len(h.Voices) > chip.MaxVoices {
		return nil, fmt.Errorf("the chip has %d voices, the piece %d: join some", chip.MaxVoices, len(h.Voices))
	}
	mix, err := config(&h.Mix)
	if err != nil {
		return nil, err
	}
	if first || *mix != c.mix {
		p = chip.AppendConfig(p, c.delta(h.Frame), mix)
	}
	c.mix = *mix
	slots := make([]uint8, len(h.Voices))
	taken := [chip.MaxVoices]bool{}
	kept := make([]bool, len(h.Voices))
	for i := range h.Voices {
		for k, v := range c.voices {
			if v.Name == h.Voices[i].Name && !taken[c.slots[k]] && sonify.SameSound(&v, &h.Voices[i]) {
				slots[i], kept[i] = c.slots[k], true
				taken[slots[i]] = true
			}
		}
	}
	// Samples of the piece before may still sound.
	for k := range c.sounds {
		if c.sounds[k].last < c.change-1 {
			c.sounds[k].pcm = nil
		}
	}
	c.sounds = slices.DeleteFunc(c.sounds, func(s place) bool { return s.pcm == nil })
	for i := range h.Voices {
		v := &h.Voices[i]
		if !kept[i] {
			slots[i] = c.free(&taken)
		}
		c.chip[slots[i]] = slot{v, c.change}
		cv, err := c.voice(v)
		if err != nil {
			return nil, fmt.Errorf("voice %q: %w", v.Name, err)
		}
		if s := v.Instrument.Sample; v.Instrument.Wave == sonify.Sample {
			at, fresh, err := c.place(s.PCM)
			if err != nil {
				return nil, fmt.Errorf("voice %q: %w", v.Name, err)
			}
			if fresh {
				p = chip.AppendSamples(p, at, s.PCM)
			}
			cv.SampleStart = at
		}
		if !kept[i] {
			p = chip.AppendVoice(p, c.delta(h.Frame), slots[i], cv)
			if v.Aside {
				p = chip.AppendControl(p, 0, slots[i], chip.ParamVolume, 0)
			}
		}
	}
	c.voices, c.slots = h.Voices, slots
	return p, nil
}

// free returns the number of the chip that was not in use for longest.
func (c *Coder) free(taken *[chip.MaxVoices]bool) uint8 {
	best := -1
	for k := range c.chip {
		switch {
		case taken[k]:
		case best < 0, c.chip[k].voice == nil && c.chip[best].voice != nil,
			c.chip[best].voice != nil && c.chip[k].last < c.chip[best].last:
			best = k
		}
	}
	taken[best] = true
	return uint8(best)
}

// place finds room for a recorded sound in the sample memory, or where it lies
// already, so that two voices share one. fresh tells that it is to be written.
func (c *Coder) place(pcm []int16) (at uint32, fresh bool, err error) {
	used := 0
	for k := range c.sounds {
		s := &c.sounds[k]
		if slices.Equal(s.pcm, pcm) {
			s.last = c.change
			return s.at, false, nil
		}
		if s.at-at >= uint32(len(pcm)) && s.at > at {
			return c.put(k, at, pcm), true, nil
		}
		at = s.at + s.n
		used += int(s.n)
	}
	if len(pcm) > chip.MaxSamples-int(at) {
		return 0, false, fmt.Errorf("its sound of %d samples does not fit: all sounds together have room for %d, %d are taken", len(pcm), chip.MaxSamples, used)
	}
	return c.put(len(c.sounds), at, pcm), true, nil
}

func (c *Coder) put(k int, at uint32, pcm []int16) uint32 {
	c.sounds = slices.Insert(c.sounds, k, place{at, uint32(len(pcm)), pcm, c.change})
	return at
}

// Passage appends the notes, controls and tempos of a passage. Passages come in
// order.
func (c *Coder) Passage(p []byte, ps *sonify.Passage) []byte {
	notes, controls, marks := ps.Notes, ps.Controls, ps.Marks
	for {
		// What stands at one frame is ordered marks, controls, notes.
		for len(marks) > 0 && marks[0].Kind != sonify.MarkTempo {
			marks = marks[1:]
		}
		switch {
		case len(marks) > 0 && (len(controls) == 0 || marks[0].Frame <= controls[0].Frame) && (len(notes) == 0 || marks[0].Frame <= notes[0].Frame):
			p = c.retime(p, marks[0].Frame, marks[0].Tempo)
			marks = marks[1:]
		case len(controls) > 0 && (len(notes) == 0 || controls[0].Frame <= notes[0].Frame):
			p = c.control(p, &controls[0])
			controls = controls[1:]
		case len(notes) > 0:
			p = c.note(p, &notes[0])
			notes = notes[1:]
		default:
			return p
		}
	}
}

// Frame returns the frame of the last command that was appended.
func (c *Coder) Frame() sonify.Frame { return c.frame }

// Plays reports whether Passage writes a command for n.
func (c *Coder) Plays(n *sonify.Note) bool {
	return n.Voice >= 0 && n.Voice < len(c.voices) && n.Velocity > 0
}

// Off appends the release of everything at frame f.
func (c *Coder) Off(p []byte, f sonify.Frame) []byte {
	return chip.AppendOff(p, c.delta(f), 255)
}

// delta returns the distance from the command before. A command that stands before
// it is carried out with it.
func (c *Coder) delta(f sonify.Frame) int64 {
	d := max(f-c.frame, 0)
	c.frame += d
	return int64(d)
}

func (c *Coder) note(p []byte, n *sonify.Note) []byte {
	if !c.Plays(n) {
		return p
	}
	return chip.AppendNote(p, c.delta(n.Frame), &chip.Note{
		Voice:    c.slots[n.Voice],
		Velocity: uint8(min(n.Velocity, sonify.MaxVelocity)),
		Pan:      int8(min(max(n.Pan, -100), 100)),
		Pitch:    int32(min(max(n.Pitch, 0), sonify.Key(127))),
		Frames:   int64(min(max(n.Frames, 1), 1<<40)),
	})
}

// controlLimits are what sonify promises about a control's value.
var controlLimits = [...][2]int32{
	sonify.ParamVolume:  {0, 1000},
	sonify.ParamDuty:    {-1, 3},
	sonify.ParamPan:     {-100, 100},
	sonify.ParamBend:    {-2400, 2400},
	sonify.ParamVibrato: {-1, 200},
	sonify.ParamEcho:    {-1, 1000},
}

func (c *Coder) control(p []byte, k *sonify.Control) []byte {
	if k.Voice < 0 || k.Voice >= len(c.voices) || int(k.Param) >= len(controlLimits) {
		return p
	}
	l := controlLimits[k.Param]
	return chip.AppendControl(p, c.delta(k.Frame), c.slots[k.Voice], chip.Param(k.Param), min(max(k.Value, l[0]), l[1]))
}

// retime tells the chip how long the echoes' delays are in frames at a new tempo.
func (c *Coder) retime(p []byte, f sonify.Frame, t sonify.Tempo) []byte {
	if t <= 0 || t == c.tempo {
		return p
	}
	c.tempo = t
	for i := range c.voices {
		if d := c.voices[i].Instrument.EchoDelay; d > 0 {
			p = chip.AppendControl(p, c.delta(f), c.slots[i], chip.ParamEchoDelay, c.echoFrames(d))
		}
	}
	return p
}

// echoFrames returns how many frames d ticks last at the tempo in force: a tick is
// tempo·48000/(960·10^6) frames.
func (c *Coder) echoFrames(d sonify.Tick) int32 {
	d = min(d, 1<<24)
	return int32(min(max(int64(d)*int64(c.tempo)/20000, 1), 1<<22))
}

// hundredths returns f in hundredths, rounded.
func hundredths(f float64) int32 {
	if f < 0 {
		return -int32(-f*100 + 0.5)
	}
	return int32(f*100 + 0.5)
}

func config(m *sonify.Mix) (*chip.Config, error) {
	c := &chip.Config{A4: 440000, Guard: m.Guard}
	switch m.Tuning {
	case "", "exact":
	case "authentic":
		c.Tuning = chip.Authentic
	default:
		return nil, fmt.Errorf("tuning %q: there are exact and authentic", m.Tuning)
	}
	if m.A4 != 0 {
		if !(m.A4 >= 220 && m.A4 <= 880) {
			return nil, fmt.Errorf("a4 of %g Hz: it can be 220 to 880", m.A4)
		}
		c.A4 = uint32(m.A4*1000 + 0.5)
	}
	if m.Loudness != 0 && !(m.Loudness >= -40 && m.Loudness <= -5) {
		return nil, fmt.Errorf("loudness of %g LUFS: it can be -40 to -5, or 0 to leave it as it is", m.Loudness)
	}
	if !(m.Gain >= -60 && m.Gain <= 24) {
		return nil, fmt.Errorf("gain of %g dB: it can be -60 to 24", m.Gain)
	}
	if !(m.Ceiling >= -12 && m.Ceiling <= 0) {
		return nil, fmt.Errorf("ceiling of %g dBTP: it can be -12 to 0", m.Ceiling)
	}
	c.Loudness, c.Gain, c.Ceiling = hundredths(m.Loudness), hundredths(m.Gain), hundredths(m.Ceiling)
	return c, nil
}

var waves = map[sonify.Wave]chip.Wave{
	sonify.Pulse: chip.Pulse, sonify.Triangle: chip.Triangle, sonify.Noise: chip.Noise,
	sonify.Table: chip.Table, sonify.Sample: chip.Sample,
}

func (c *Coder) voice(v *sonify.Voice) (*chip.Voice, error) {
	in := &v.Instrument
	wave, ok := waves[in.Wave]
	if !ok {
		return nil, fmt.Errorf("unknown wave %q: there are pulse, triangle, noise, wave and sample", in.Wave)
	}
	cv := &chip.Voice{Wave: wave, SampleLoop: -1}
	var err error
	number := func(what string, x, lo, hi int) int {
		if (x < lo || x > hi) && err == nil {
			err = fmt.Errorf("%s of %d: it can be %d to %d", what, x, lo, hi)
			return lo
		}
		return x
	}
	macro := func(what string, m *sonify.Macro, lo, hi int) chip.Macro {
		if len(m.Values)+len(m.Release) > chip.MaxMacro {
			err = fmt.Errorf("%s has %d values: a macro holds %d", what, len(m.Values)+len(m.Release), chip.MaxMacro)
			return chip.Macro{}
		}
		if len(m.Values) == 0 && len(m.Release) == 0 {
			return chip.Macro{Loop: -1}
		}
		k := chip.Macro{Loop: int16(max(number(what+"'s loop", m.Loop, -1, max(0, len(m.Values)-1)), -1))}
		for _, x := range m.Values {
			k.Values = append(k.Values, int16(number(what, x, lo, hi)))
		}
		for _, x := range m.Release {
			k.Release = append(k.Release, int16(number(what+"'s release", x, lo, hi)))
		}
		return k
	}
	cv.Polyphony = uint8(number("polyphony", max(v.Polyphony, 1), 1, chip.MaxPolyphony))
	cv.Gain = int32(number("gain", v.Gain, 0, 4000))
	cv.Pan = int8(number("pan", int(v.Pan), -100, 100))
	cv.Volume = macro("volume", &in.Volume, 0, 15)
	cv.Duty = macro("duty", &in.Duty, 0, 3)
	cv.Arpeggio = macro("arpeggio", &in.Arpeggio, -128, 128)
	cv.Bend = macro("bend", &in.Bend, -12800, 12800)
	cv.Mode = macro("mode", &in.Mode, 0, 1)
	cv.VibratoDepth = int16(number("vibrato depth", in.VibratoDepth, 0, 1200))
	cv.VibratoRate = uint16(number("vibrato rate", in.VibratoRate, 0, 6000))
	cv.VibratoDelay = uint16(number("vibrato delay", in.VibratoDelay, 0, 65535))
	cv.Slide = uint16(number("slide", in.Slide, 0, 65535))
	cv.Drop = int16(number("drop", in.Drop, -128, 128))
	cv.DropTime = uint16(number("drop time", in.DropTime, 0, 65535))
	cv.EchoLevel = uint16(number("echo level", in.EchoLevel, 0, 1000))
	if in.EchoDelay > 0 {
		cv.EchoDelay = uint32(c.echoFrames(in.EchoDelay))
	}
	if wave == chip.Table {
		if len(in.Steps) != len(cv.Steps) {
			return nil, fmt.Errorf("a wave has 32 steps, this one %d", len(in.Steps))
		}
		for i, x := range in.Steps {
			cv.Steps[i] = uint8(number("wave", x, 0, 15))
		}
	}
	if wave == chip.Sample {
		s := in.Sample
		if s == nil || len(s.PCM) == 0 {
			return nil, fmt.Errorf("a sample voice needs a recorded sound, this one has none")
		}
		cv.SampleLen = uint32(number("length of its sound", len(s.PCM), 1, chip.MaxSamples))
		cv.SampleRate = uint32(number("rate of its sound", s.Rate, 1000, 384000))
		cv.SampleRoot = int32(number("root of its sound", int(s.Root), 0, int(sonify.Key(127))))
		cv.SampleLevel = uint16(number("level of its sound", s.Level, 0, 4000))
		cv.SampleLoop = int32(number("loop of its sound", s.Loop, -1, len(s.PCM)-1))
	}
	return cv, err
}
