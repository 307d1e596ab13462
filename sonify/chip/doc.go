// Package chip is a sound chip: it takes instruments and notes and makes frames
// of sound, in integers only, so that the same commands give the same samples
// on every machine, in a file, live and in a browser.
//
// # Use
//
// A [Chip] is told what to play with commands, each of which has a frame (the
// Append functions write them, [Chip.Push] takes them), and makes sound with
// [Chip.Render]:
//
//	c := chip.New()
//	p := chip.AppendVoice(nil, 0, 0, &chip.Voice{Wave: chip.Pulse, Polyphony: 1, Gain: 1000})
//	p = chip.AppendNote(p, 0, &chip.Note{Voice: 0, Pitch: 69 << 16, Velocity: 100, Frames: 24000})
//	c.Push(p)
//	c.Render(block)
//
// How Render is cut into calls makes no difference to the samples, as long as
// every command is pushed before [Chip.Horizon] passes its frame.
//
// # Rules
//
// The package imports nothing but math/bits and uses no float, no map, no
// goroutine, no clock and no unsized arithmetic that could differ between
// machines. Rendering allocates nothing. Every table is committed and is derived
// again by a test.
//
// # How it sounds
//
// A wave is a list of jumps between levels at exact times (1/2^32 of a frame).
// Each jump is made band-limited with a table; see step.go. When there are very many
// of them they share the work (grid.go), and a high note of a wave with many steps
// is played from its harmonics (tone.go); neither is heard. Macros step at 60 Hz
// from the start of their note, which is every 800 frames exactly. The sum of all
// voices goes through one slow gain that brings it to the wanted loudness
// (loudness.go) and a true-peak guard (guard.go) that normally does nothing.
// Everything leaves [Latency] frames late, always.
package chip

const (
	// Rate is the number of frames in a second.
	Rate = 48000
	// Block is how many frames the chip makes at a time, inside: 5 ms.
	Block = 240
	// Tick is the length of a step of a macro in frames: 1/60 s.
	Tick = 800
	// Latency is how many frames after its time a command is heard: the band-limited
	// step's own 15, and one block in which the guard looks ahead.
	Latency = latencyStep + Block
	// MaxVoices is how many voices a chip has.
	MaxVoices = 32
	// MaxChannels is how many notes sound at once, with their echoes and those that
	// are just fading out.
	MaxChannels = 64
	// MaxMacro is how many values a macro holds, those of its release included.
	MaxMacro = 256
	// MaxPolyphony is how many notes one voice plays at once.
	MaxPolyphony = 32
)

// Frame is one stereo sample, left then right, as signed 24-bit integers.
type Frame = [2]int32

// Wave is the kind of sound a voice makes.
type Wave uint8

const (
	Pulse    Wave = iota // four duties: 12.5, 25, 50, 75 %
	Triangle             // 32 steps, the chip's own
	Noise                // a shift register of 15 bits, long or short
	Table                // 32 steps of 4 bits
	Sample               // a recorded sound
	waveCount
)

// Param is a parameter of a voice that a [Control] moves.
type Param uint8

const (
	ParamVolume    Param = iota // 0 to 1000, thousandths
	ParamDuty                   // 0 to 3, -1: what the macro says
	ParamPan                    // -100 to 100, added to the notes' own
	ParamBend                   // cents, -2400 to 2400
	ParamVibrato                // depth in cents, 0 to 200, -1: the instrument's
	ParamEcho                   // level in thousandths, 0 to 1000, -1: the instrument's
	ParamEchoDelay              // in frames, 0 to 2^22; 0: the instrument's
	paramCount
)

// Tunings.
const (
	Exact     uint8 = 0 // to 0.01 cent
	Authentic uint8 = 1 // the nearest period that the old chips could count
)

// Config says how the voices become one sound.
type Config struct {
	Tuning   uint8
	A4       uint32 // frequency of A4 in thousandths of a hertz, 220000 to 880000
	Loudness int32  // wanted loudness in hundredths of LUFS, -4000 to -500, without offset; 0: leave it as it is
	Gain     int32  // before everything else, in hundredths of a dB, -6000 to 2400
	Guard    bool   // the true-peak guard
	Ceiling  int32  // of the guard, in hundredths of dBTP, -1200 to 0
}

// Macro is a list of values that a voice steps through at 60 Hz. After the last
// of Values it goes back to Loop, or stays if Loop is negative. When the note ends
// it goes on with Release. The volume's Release decides how long the note sounds
// after its end.
type Macro struct {
	Values  []int16
	Loop    int16
	Release []int16
}

// Voice is what a voice sounds like.
type Voice struct {
	Wave      Wave
	Polyphony uint8 // notes at once, 1 to 32
	Gain      int32 // thousandths, 0 to 4000
	Pan       int8  // -100 to 100

	Volume   Macro // 0 to 15; empty: 15
	Duty     Macro // pulse: 0 to 3; empty: 2
	Arpeggio Macro // semitones
	Bend     Macro // cents
	Mode     Macro // noise: 0 long, 1 short

	VibratoDepth int16  // cents, 0 to 1200
	VibratoRate  uint16 // hundredths of a hertz
	VibratoDelay uint16 // ticks
	Slide        uint16 // ticks from the pitch before to the note's own
	Drop         int16  // semitones that a note falls ...
	DropTime     uint16 // ... within so many ticks

	EchoLevel uint16 // thousandths of the note, 0 none
	EchoDelay uint32 // frames, up to 2^22

	Steps [32]uint8 // table: levels 0 to 15

	SampleStart uint32 // sample: where it lies in the sample memory, in samples
	SampleLen   uint32
	SampleLoop  int32 // index from SampleStart to go back to, -1 none
	SampleRate  uint32
	SampleRoot  int32  // pitch at which it plays at its own rate
	SampleLevel uint16 // thousandths
}

// Note is one thing to be played.
type Note struct {
	Voice    uint8
	Velocity uint8 // 1 to 127
	Pan      int8  // -100 to 100, added to the voice's
	Pitch    int32 // MIDI key in 16.16; a noise voice: see [NoiseKey]
	Frames   int64 // how long, 1 to 2^40
}
