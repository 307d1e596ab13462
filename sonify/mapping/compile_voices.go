package mapping

import (
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
)

// macroLimits are what the values of each macro may be.
var macroLimits = map[string][2]int{"duty": {0, 3}, "volume": {0, 15}, "arpeggio": {-48, 48}, "bend": {-2400, 2400}, "mode": {0, 1}}

func (c *compiler) macro(pos grammar.Pos, key string, m Macro) sonify.Macro {
	lim := macroLimits[key]
	for _, list := range [][]int{m.Values, m.Release} {
		for _, v := range list {
			if v < lim[0] || v > lim[1] {
				c.at(pos, key, "", "%d is out of range: expected %d to %d", v, lim[0], lim[1])
				return sonify.Macro{Loop: -1}
			}
		}
	}
	if !m.Set {
		return sonify.Macro{Loop: -1}
	}
	return m.Macro
}

// hertz60 turns seconds into frames of 60 Hz, the macros' clock.
func hertz60(s float64) int { return int(float64(s*60) + 0.5) }

func (c *compiler) compileVoices() {
	names := c.file.Voice.Names()
	if len(names) == 0 && !c.env.Listen && !c.bare {
		c.at(c.root(), "voice", "add a table such as [voice.lead]", "the piece has no voice to play with")
	}
	if len(names) > 64 {
		c.at(c.root(), "voice", "", "%d voices are too many: at most 64", len(names))
	}
	used := map[int]bool{}
	for _, n := range names {
		if v := c.file.Voice.Get(n); v.MIDI.Channel > 0 {
			used[v.MIDI.Channel] = true
		}
	}
	free := 1
	for i, name := range names {
		v := c.file.Voice.Get(name)
		c.voices[name] = i
		c.voiceNs = append(c.voiceNs, name)
		in := sonify.Instrument{
			Wave: sonify.Wave(v.Wave), Duty: c.macro(v.Pos, "duty", v.Duty), Volume: c.macro(v.Pos, "volume", v.Volume),
			Arpeggio: c.macro(v.Pos, "arpeggio", v.Arpeggio), Bend: c.macro(v.Pos, "bend", v.Bend), Mode: c.macro(v.Pos, "mode", v.Mode),
			VibratoDepth: int(v.Vibrato.Depth + 0.5), VibratoRate: int(float64(v.Vibrato.Rate*100) + 0.5), VibratoDelay: hertz60(v.Vibrato.Delay),
			Slide: hertz60(v.Slide), EchoLevel: int(float64(v.Echo.Level*1000) + 0.5), EchoDelay: c.fraction(v.Pos, "echo.delay", v.Echo.Delay),
			Drop: int(floor(v.Drop + 0.5)), DropTime: hertz60(v.DropTime), Steps: v.Steps,
		}
		if in.Wave == sonify.Table {
			if len(v.Steps) != 32 {
				c.at(v.Pos, "steps", "", "a wave has 32 steps, this has %d", len(v.Steps))
			}
			for _, s := range v.Steps {
				if s < 0 || s > 15 {
					c.at(v.Pos, "steps", "", "%d is no level of a wave: expected 0 to 15", s)
					break
				}
			}
		} else if len(v.Steps) > 0 {
			c.warn(v.Pos, "steps", `write wave = "wave"`, "steps are only played by the wave %q", "wave")
		}
		if in.Wave == sonify.Sample {
			in.Sample = c.sample(v)
		}
		pitched := v.Wave != "noise" && v.Drop == 0
		if v.Pitched != nil {
			pitched = *v.Pitched
		}
		out := sonify.Voice{Name: name, Title: v.Title, Instrument: in, Gain: int(float64(v.Gain*1000) + 0.5), Pan: sonify.Pan(floor(float64(v.Pan*100) + 0.5)),
			Polyphony: v.Notes, Pitched: pitched, MIDIChannel: v.MIDI.Channel, MIDIProgram: v.MIDI.Program, MIDIDrum: v.MIDI.Drum}
		if out.MIDIChannel == 0 {
			if !pitched {
				out.MIDIChannel = 10
			} else {
				for used[free] || free == 10 {
					free++
				}
				if free > 16 {
					free = 16 // more than fifteen tunes share the last channel
				}
				out.MIDIChannel = free
				used[free] = true
			}
		}
		if pitched && out.Polyphony > 1 && (c.piece.temper != nil || !c.key.Scale.Semitones()) {
			c.warn(v.Pos, "notes", "voices of one note, each on a MIDI channel of its own, are bent to where they belong", "in a MIDI file the notes of a voice that plays several at once sound as the nearest keys of the piano")
		}
		c.piece.Header.Voices = append(c.piece.Header.Voices, out)
		c.piece.budgets = append(c.piece.budgets, c.budget(v.Pos, v.Budget))
	}
}

func (c *compiler) sample(v *Voice) *sonify.SampleSound {
	if v.Sample == "" {
		c.at(v.Pos, "sample", `such as sample = "clap.wav"`, "a sample voice needs a file")
		return nil
	}
	if c.env.ReadFile == nil || c.env.Sample == nil {
		c.at(v.Pos, "sample", "", "samples cannot be read here")
		return nil
	}
	path := v.Sample
	if path[0] != '/' {
		path = dirName(v.Pos.File) + "/" + path
	}
	b, err := c.env.ReadFile(path)
	if err != nil {
		c.at(v.Pos, "sample", "a path is relative to the piece", "%v", err)
		return nil
	}
	decoded, err := c.env.Sample(v.Sample, b)
	if err != nil {
		c.at(v.Pos, "sample", "", "%v", err)
		return nil
	}
	s := &sonify.SampleSound{}
	*s = *decoded // two voices may play one recording from different roots
	root, err := sonify.ParsePitch(v.Root)
	if err != nil {
		c.at(v.Pos, "root", "", "%v", err)
	}
	s.Root, s.Loop = root, v.Loop
	if v.Loop >= len(s.PCM) {
		c.at(v.Pos, "loop", "", "frame %d is past the end of the sample, which has %d", v.Loop, len(s.PCM))
	}
	return s
}

func (c *compiler) budget(pos grammar.Pos, b Budget) budgetPlan {
	return budgetPlan{b.Notes, c.fraction(pos, "budget", b.Per)}
}

// voice finds a voice by name, -1 for none.
func (c *compiler) voice(pos grammar.Pos, name string) int {
	i, ok := c.voices[name]
	if len(c.voices) == 0 {
		return -1 // told already
	}
	if !ok {
		c.at(pos, "voice", sonify.DidYouMean(name, c.voiceNs), "there is no voice named %q", name)
		return -1
	}
	return i
}

// maker adds a maker of notes and returns its number.
func (c *compiler) maker(kind sonify.MakerKind, name string, pos grammar.Pos, says string, data bool) int {
	if c.muted {
		return 0
	}
	c.piece.Header.Makers = append(c.piece.Header.Makers, sonify.Maker{Kind: kind, Name: name, Line: pos.Line, File: baseName(pos.File), Says: says, Data: data})
	return len(c.piece.Header.Makers) - 1
}

func numbered(name, kind string, i int) string {
	if name != "" {
		return name
	}
	return fmt.Sprintf("%s %d", kind, i+1)
}
