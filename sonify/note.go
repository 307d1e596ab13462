package sonify

import (
	"reflect"
	"time"
)

// Velocity is how hard a note is played, in MIDI's steps: 1 (barely) to 127.
type Velocity uint8

// MaxVelocity is the hardest.
const MaxVelocity Velocity = 127

// Pan is where a note sounds: -100 left, 0 centre, 100 right.
type Pan int8

// Note is one thing to be played.
type Note struct {
	Tick   Tick // where it starts
	Length Tick // at least 1
	// Frame and Frames are the same in the sound. They follow from the tempo,
	// except that a note off the grid starts on the very frame it was asked
	// for, and Tick is then the first tick at or after it.
	Frame  Frame
	Frames Frame // at least 1

	Voice    int   // index in Header.Voices
	Pitch    Pitch // of unpitched voices: which of their sounds, as a MIDI key
	Velocity Velocity
	Pan      Pan
	Cause    Cause
}

// Param is a parameter of a voice that a [Control] moves.
type Param uint8

const (
	ParamVolume  Param = iota // 0 to 1000: factor on the volume of the voice, in thousandths
	ParamDuty                 // 0 to 3: the pulse's duty (12.5, 25, 50, 75 %), -1: what its macro says
	ParamPan                  // -100 to 100, added to the notes' own
	ParamBend                 // in cents, -2400 to 2400
	ParamVibrato              // depth in cents, 0 to 200, -1: what the instrument says
	ParamEcho                 // 0 to 1000: level of the echo, in thousandths of the note, -1: the instrument's
	paramCount
)

var paramNames = [paramCount]string{"volume", "duty", "pan", "bend", "vibrato", "echo"}

func (p Param) String() string {
	if p < paramCount {
		return paramNames[p]
	}
	return "unknown"
}

// Params are the names of all parameters, in their order.
func Params() []string { return append([]string(nil), paramNames[:]...) }

// Control sets one parameter of a voice from one moment on, for all its notes,
// sounding ones too.
type Control struct {
	Tick  Tick
	Frame Frame
	Voice int // index in Header.Voices
	Param Param
	Value int32 // in the parameter's own steps
	Cause Cause
}

// Cause says why something sounds. "Because the pattern says so" is a cause
// too: then Event is 0.
type Cause struct {
	// Event is the number of the event in the log of the performance, from 1;
	// 0 if no event caused it.
	Event uint64
	// By is the index in Header.Makers of the rule, pattern, control or section
	// that made it.
	By int
	// From is what was read ("speed_kmh", "signal.tension", an expression), Value
	// what it said. Empty and missing if nothing was read.
	From  string
	Value Value
	// Label is what the piece says that the note stands for ("Ace, 201 km/h"), on the
	// note of step 0; empty if it says nothing.
	Label string
	// Step is 0 for the note that stands for the datum, and counts the notes that
	// follow it in a motif or chord.
	Step int
	// Steered lists what the signals said that steered a pattern at that moment;
	// nil for most. It is not to be changed.
	Steered []Reading
}

// Reading is the value of a signal at some moment.
type Reading struct {
	Signal int // index in Header.Signals
	Value  float64
}

// MarkKind tells what a [Mark] says.
type MarkKind uint8

const (
	MarkSection MarkKind = iota // Name: the section that begins
	MarkCaption                 // Text: what to show or say to the listener
	MarkKey                     // Name: "A minor"; Number: sharps (+) or flats (-) for a MIDI key signature
	MarkChord                   // Name: "VI", Text: "F"
	MarkMeter                   // Name: "4/4"
	MarkTempo                   // Number: quarter notes a minute; the exact value is Tempo
	MarkSignal                  // Index: in Header.Signals; Number: the new value
	MarkState                   // Name: the source, Text: "live", "idle", "stale", "ended" or "failed"
	MarkBoard                   // Index: a place of Header.Board, counted row by row; Text: what stands there now
	MarkEvent                   // an event was heard: see Heard
	markKinds
)

var markNames = [markKinds]string{"section", "caption", "key", "chord", "meter", "tempo", "signal", "state", "board", "event"}

func (k MarkKind) String() string {
	if k < markKinds {
		return markNames[k]
	}
	return "unknown"
}

// Mark is something that happens in the score and is no sound of its own.
type Mark struct {
	Tick   Tick
	Frame  Frame
	Kind   MarkKind
	Name   string
	Text   string
	Number float64
	Index  int
	Tempo  Tempo  // MarkTempo
	Meter  Meter  // MarkMeter
	Minor  bool   // MarkKey: the third above the tonic is minor
	Heard  *Heard // MarkEvent
	Cause  Cause
}

// Heard is an event as the performance took it.
type Heard struct {
	Number uint64 // in the log, from 1
	Event  *Event
	Frame  Frame // of its arrival
	Notes  int   // how many notes it made
}

// Passage is everything that starts within one span of the performance. Notes,
// Controls and Marks are each ordered by Frame; what stands at one frame is
// ordered marks, controls, notes.
type Passage struct {
	Span     Span
	Begin    Frame // of Span.Begin
	End      Frame // of Span.End
	Notes    []Note
	Controls []Control
	Marks    []Mark
}

// Cue ties a passage to the world: Span.Begin sounds At. When the performance
// is rendered and not played, At is zero.
type Cue struct {
	*Passage
	At time.Time
}

// Wave is the kind of sound a voice makes.
type Wave string

// The waves. They are what the TOML calls them.
const (
	Pulse    Wave = "pulse"
	Triangle Wave = "triangle"
	Noise    Wave = "noise"
	Table    Wave = "wave"   // 32 steps of 4 bits
	Sample   Wave = "sample" // a recorded sound
)

// Macro is a list of values that a voice steps through at 60 Hz while a note
// sounds, the tracker's way. After the last value of Values it goes back to
// Loop, or stays on the last if Loop is negative. When the note ends it goes on
// with Release, if there is any, and ends with it.
type Macro struct {
	Values  []int
	Loop    int // index in Values, or -1
	Release []int
}

// Instrument is the timbre of a voice.
type Instrument struct {
	Wave     Wave
	Duty     Macro // pulse: 0 to 3 (12.5, 25, 50, 75 %)
	Volume   Macro // 0 to 15, linear steps
	Arpeggio Macro // semitones added to the note
	Bend     Macro // cents added to the note
	Mode     Macro // noise: 0 long, 1 short

	VibratoDepth int // cents to either side; 0 none
	VibratoRate  int // in hundredths of a hertz
	VibratoDelay int // in frames of 60 Hz after the note's start

	Slide int // how long a note takes from the pitch before it to its own, in frames of 60 Hz; 0 jumps

	// EchoLevel is how loud the echo is, in thousandths of the note (0 none),
	// EchoDelay how much later, in ticks of musical time.
	EchoLevel int
	EchoDelay Tick

	Steps []int // wave: 32 levels from 0 to 15
	// Drop is for kicks: how far a note falls within its first DropTime frames of
	// 60 Hz, in semitones.
	Drop     int
	DropTime int

	Sample *SampleSound // sample
}

// SampleSound is a recorded sound.
type SampleSound struct {
	Name  string
	Rate  int     // frames in a second
	Root  Pitch   // the pitch at which it plays at its own rate
	PCM   []int16 // mono
	Loop  int     // frame it goes back to, or -1
	Level int     // thousandths
}

// Voice describes a part with a timbre of its own.
type Voice struct {
	Name       string
	Title      string // what people call it, or empty
	Instrument Instrument
	Gain       int // of the voice in the mix, in thousandths
	Pan        Pan
	Polyphony  int  // notes at once, at least 1
	Pitched    bool // false: the pitch chooses a sound and is no melody

	MIDIChannel int // 1 to 16
	MIDIProgram int // 1 to 128
	MIDIDrum    int // key on a drum channel for every note, 0: the note's own pitch

	// Aside is true of what is silent, but for listeners who ask for it, each for
	// themselves: its volume is 0 from the beginning.
	Aside bool
}

// MakerKind tells what made a note, or moved a control.
type MakerKind string

const (
	MakerRule    MakerKind = "rule"
	MakerPattern MakerKind = "pattern"
	MakerControl MakerKind = "control"
	MakerSection MakerKind = "section"
	MakerIdle    MakerKind = "idle"
)

// Maker is a rule, pattern, control or section of the piece, as causes name it.
type Maker struct {
	Kind MakerKind
	Name string // its name in the piece, or "rule 3"
	Line int    // where it stands in its file, 0 if unknown
	File string
	Says string // exactly: what becomes what, for legends
	// Title is what people call it, Doc what its value says and Unit the value's
	// unit; each may be empty.
	Title, Doc, Unit string
	// Carrier is what its value moves above all ("pitch"), empty if it has none, and
	// Polarity is "up" if more becomes more of it, "down" if less.
	Carrier, Polarity string
	// Data is true if its pitch carries a value that can be heard back.
	Data bool
}

// Signal describes one signal for displays.
type Signal struct {
	Name  string
	Title string // what people call it, or empty
	Doc   string
	Unit  string
	Low   float64 // ends of its domain, if it is fixed; otherwise both 0
	High  float64
	// Hidden signals have no marks: displays leave them out.
	Hidden bool
}

// Header is what an output is told before the first passage.
type Header struct {
	Title string
	About string // what to listen for, in a sentence or two
	// Language is the code (BCP 47) of the language that the words of the piece are in.
	Language string
	Piece    string // name of its file, without folders
	Version  string // of the program
	Seed     uint64
	Level    string
	Key      string
	Meter    Meter
	Tempo    Tempo // at Tick
	// Tick and Frame are where it begins to hold: 0, but for an output that joins
	// a performance under way and for a piece that takes over from another. A bar
	// begins there.
	Tick    Tick
	Frame   Frame
	Voices  []Voice
	Makers  []Maker
	Signals []Signal
	Sources []string
	Board   *Board // nil: there is none

	Mix Mix
}

// Mix says how the voices become one sound.
type Mix struct {
	Tuning   string  // "exact" or "authentic"
	A4       float64 // frequency of A4 in hertz
	Loudness float64 // target in LUFS; 0: leave the loudness as it is
	Gain     float64 // dB before everything else
	Guard    bool    // the true-peak guard
	Ceiling  float64 // of the guard in dBTP
}

// Summary is what an output is told after the last passage.
type Summary struct {
	Ticks  Tick
	Frames Frame  // the last note's end, and the room it rings in
	Heard  uint64 // events
	// Sounded counts the events that made a note of their own, Gathered those that
	// sounded together with others, because there were too many, in so many Crowds. An
	// event that two rules gathered is in each of them.
	Sounded, Gathered, Crowds uint64
	Notes                     uint64
	// Lost counts, by reason, the events that a rule wanted to play and could
	// not, and the notes that had no room.
	Lost map[string]uint64
}

// SameSound reports whether a and b sound alike: whatever they are called and
// wherever they go in a MIDI file, a note of the one is a note of the other.
func SameSound(a, b *Voice) bool {
	x, y := *a, *b
	x.Name, x.Title, x.MIDIChannel, x.MIDIProgram, x.MIDIDrum = y.Name, y.Title, y.MIDIChannel, y.MIDIProgram, y.MIDIDrum
	return reflect.DeepEqual(x, y)
}

// A Changer is an [Output] that can go on with another piece. One that cannot
// hears of the performance's end when the piece is changed.
type Changer interface {
	// Change makes h the header of all passages from the next one on, which
	// begins at h.Tick and h.Frame: the notes' voices and the causes' makers are
	// h's. What sounds rings out. If Change fails, the output stays with the
	// header it had and may be closed.
	Change(h *Header) error
}

// An Output plays passages: on a synth, into a file, to listeners.
type Output interface {
	// Begin prepares for a performance. It is called once, first.
	Begin(h *Header) error
	// Play takes over one passage ahead of its time. Calls come from one
	// goroutine, in order and without gaps. Play keeps no reference to the
	// passage's slices after it returns.
	Play(c Cue) error
	// Finish ends the performance properly: what was written gets its final
	// name. It is not called if anything failed before.
	Finish(s *Summary) error
	// Close releases what the output holds, and removes what was half written if
	// Finish was not called or failed. It may be called more than once.
	Close() error
}
