package sound

import (
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/chip"
)

// Coder writes a performance as commands of the chip: what this package plays
// itself, and what a wire carries to a chip elsewhere. It holds what depends on
// what came before; use one for each performance, from one goroutine.
type Coder struct {
	frame  sonify.Frame // of the last command
	tempo  sonify.Tempo
	voices []sonify.Voice
}

// Begin appends what a chip has to know before the first note: the mix, and every
// voice with its recorded sounds. The tempo is h.Tempo until a mark changes it.
func (c *Coder) Begin(p []byte, h *sonify.Header) ([]byte, error) {
	if len(h.Voices) > chip.MaxVoices {
		return nil, fmt.Errorf("the chip has %d voices, the piece %d: join some", chip.MaxVoices, len(h.Voices))
	}
	*c = Coder{tempo: h.Tempo, voices: h.Voices}
	mix, err := config(&h.Mix)
	if err != nil {
		return nil, err
	}
	// What the sample memory holds already, so that two voices share one sound.
	places := make(map[*sonify.SampleSound]uint32)
	var used uint32
	p = chip.AppendAt(p, 0)
	p = chip.AppendConfig(p, 0, mix)
	for i := range h.Voices {
		v := &h.Voices[i]
		cv, err := c.voice(v)
		if err != nil {
			return nil, fmt.Errorf("voice %q: %w", v.Name, err)
		}
		if s := v.Instrument.Sample; v.Instrument.Wave == sonify.Sample {
			at, known := places[s]
			if !known {
				at = used
				if len(s.PCM) > chip.MaxSamples-int(used) {
					return nil, fmt.Errorf("voice %q: its sound of %d samples does not fit: all sounds together have room for %d, %d are taken", v.Name, len(s.PCM), chip.MaxSamples, used)
				}
				places[s] = at
				used += uint32(len(s.PCM))
				p = chip.AppendSamples(p, at, s.PCM)
			}
			cv.SampleStart = at
		}
		p = chip.AppendVoice(p, 0, uint8(i), cv)
	}
	return p, nil
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
		Voice:    uint8(n.Voice),
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
	return chip.AppendControl(p, c.delta(k.Frame), uint8(k.Voice), chip.Param(k.Param), min(max(k.Value, l[0]), l[1]))
}

// retime tells the chip how long the echoes' delays are in frames at a new tempo.
func (c *Coder) retime(p []byte, f sonify.Frame, t sonify.Tempo) []byte {
	if t <= 0 || t == c.tempo {
		return p
	}
	c.tempo = t
	for i := range c.voices {
		if d := c.voices[i].Instrument.EchoDelay; d > 0 {
			p = chip.AppendControl(p, c.delta(f), uint8(i), chip.ParamEchoDelay, c.echoFrames(d))
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
