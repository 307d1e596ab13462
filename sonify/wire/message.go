package wire

import (
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/chip"
)

// Version is the version of the protocol. A client that meets a greater one does
// not know what it reads.
//
// Version 2 has boards. From the board's on, a mark of a kind that a reader does not know
// can be passed over, so that more of them need no other version: labels came so.
const Version = 2

// Kind says what a message is: its first byte.
type Kind byte

// The kinds of message.
const (
	KindHello Kind = 1 + iota
	KindPiece
	KindScore
	KindKeyframe
	KindClock
	KindGoodbye
	kinds
)

var kindNames = [kinds]string{"", "hello", "piece", "score", "keyframe", "clock", "goodbye"}

func (k Kind) String() string {
	if k > 0 && k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", byte(k))
}

// Limits of what a message may hold; a reader refuses more.
const (
	MaxMessage = 8 << 20 // bytes
	MaxCauses  = 1 << 16
	MaxMarks   = 1 << 14
	MaxText    = 1 << 14 // bytes of one text
	MaxLater   = 1 << 12 // bytes of a mark that has a length
	MaxLabel   = 1 << 10 // bytes of a label
)

// Message is one message, read: one of *Hello, *Piece, *Score, *Keyframe, *Clock
// and *Goodbye.
type Message interface{ kind() Kind }

// Hello is the first message to every listener.
type Hello struct {
	Type     string `json:"type"`     // "hello"
	Protocol int    `json:"protocol"` // Version
	Program  string `json:"program"`  // of the station, with its version
	Station  string `json:"station"`  // its name
	// Run tells one counting of frames from the next: a station that starts again
	// has another.
	Run string `json:"run"`
	// Rate is the number of frames in a second, Latency how many frames after its
	// time the chip lets a command be heard.
	Rate    int `json:"rate"`
	Latency int `json:"latency"`
	PPQ     int `json:"ppq"` // ticks in a quarter note
	// Zero and Now are the station's clock when it sent this, as in Clock; Cushion
	// is how long after its time, in milliseconds, listeners are to play a frame,
	// so that they play it together.
	Zero    int64 `json:"zero_us"`
	Now     int64 `json:"now_us"`
	Cushion int   `json:"cushion_ms"`
	Piece   Piece `json:"piece"`
}

// Piece is what a page needs to know about what is played.
type Piece struct {
	Type    string       `json:"type"` // "piece"
	From    sonify.Frame `json:"from"` // the frame at which it begins
	Title   string       `json:"title"`
	About   string       `json:"about,omitempty"`
	Lang    string       `json:"lang,omitempty"` // of the words of the piece, a BCP 47 code
	Level   string       `json:"level,omitempty"`
	Key     string       `json:"key"`
	Meter   string       `json:"meter"`
	Tempo   sonify.Tempo `json:"tempo"` // microseconds a quarter note, at From
	Tick    sonify.Tick  `json:"tick"`  // at From
	Voices  []VoiceInfo  `json:"voices"`
	Makers  []MakerInfo  `json:"makers"`
	Signals []SignalInfo `json:"signals"`
	Sources []string     `json:"sources"`
	Board   *BoardInfo   `json:"board,omitempty"` // nil: there is none
}

// BoardInfo describes the board of a piece. What stands in it comes in marks.
type BoardInfo struct {
	Doc     string   `json:"doc,omitempty"`
	Columns []string `json:"columns"` // headings; "" has none
	Rows    int      `json:"rows"`
}

// VoiceInfo describes a voice.
type VoiceInfo struct {
	Name    string      `json:"name"`
	Title   string      `json:"title,omitempty"` // what people call it
	Wave    sonify.Wave `json:"wave"`
	Pan     sonify.Pan  `json:"pan"`
	Pitched bool        `json:"pitched"`
	Channel int         `json:"midi_channel,omitempty"`
	Program int         `json:"midi_program,omitempty"`
	Drum    int         `json:"midi_drum,omitempty"`
	// Aside: it is silent, and a listener who wants it sets its volume to 1000.
	Aside bool `json:"aside,omitempty"`
	// Slot is the voice's number on the chip, by which commands name it. When a piece
	// takes over from another it need not be the voice's place in the list.
	Slot uint8 `json:"slot"`
}

// MakerInfo describes a rule, pattern or section.
type MakerInfo struct {
	Kind     sonify.MakerKind `json:"kind"`
	Name     string           `json:"name"`
	Title    string           `json:"title,omitempty"`    // what people call it
	Doc      string           `json:"doc,omitempty"`      // what its value says
	Unit     string           `json:"unit,omitempty"`     // of its value
	Carrier  string           `json:"carrier,omitempty"`  // what its value moves: "pitch"
	Polarity string           `json:"polarity,omitempty"` // "up": more is more, "down": more is less
	Says     string           `json:"says,omitempty"`     // exactly
	Data     bool             `json:"data,omitempty"`
}

// SignalInfo describes a signal.
type SignalInfo struct {
	Name   string  `json:"name"`
	Title  string  `json:"title,omitempty"` // what people call it
	Doc    string  `json:"doc,omitempty"`
	Unit   string  `json:"unit,omitempty"`
	Low    float64 `json:"low,omitempty"`
	High   float64 `json:"high,omitempty"`
	Hidden bool    `json:"hidden,omitempty"`
}

// PieceOf describes a piece from its header.
func PieceOf(h *sonify.Header) Piece {
	p := Piece{Type: "piece", Title: h.Title, About: h.About, Lang: h.Language, Level: h.Level, Key: h.Key, Meter: h.Meter.String(), Tempo: h.Tempo,
		Voices: []VoiceInfo{}, Makers: []MakerInfo{}, Signals: []SignalInfo{}, Sources: append([]string{}, h.Sources...)}
	for i := range h.Voices {
		v := &h.Voices[i]
		p.Voices = append(p.Voices, VoiceInfo{v.Name, v.Title, v.Instrument.Wave, v.Pan, v.Pitched, v.MIDIChannel, v.MIDIProgram, v.MIDIDrum, v.Aside, uint8(min(i, chip.MaxVoices-1))})
	}
	for i := range h.Makers {
		m := &h.Makers[i]
		p.Makers = append(p.Makers, MakerInfo{m.Kind, m.Name, m.Title, m.Doc, m.Unit, m.Carrier, m.Polarity, m.Says, m.Data})
	}
	for i := range h.Signals {
		s := &h.Signals[i]
		p.Signals = append(p.Signals, SignalInfo{s.Name, s.Title, s.Doc, s.Unit, s.Low, s.High, s.Hidden})
	}
	if b := h.Board; b != nil {
		p.Board = &BoardInfo{b.Doc, append([]string{}, b.Columns...), b.Rows}
	}
	return p
}

// Score is a stretch of the performance.
type Score struct {
	Seq uint64
	// Begin and Frames are what the message completes.
	Begin  sonify.Frame
	Frames sonify.Frame
	// Commands are for chip.Push.
	Commands []byte
	// Causes are those of the note commands, in their order.
	Causes []Cause
	Marks  []sonify.Mark
}

// Cause is why a note sounds.
type Cause struct {
	Maker int // index in the piece's makers
	Event uint64
	Step  int
	From  string
	Value sonify.Value
	// Label is what the piece says that the note stands for; empty if it says nothing.
	Label string
}

// Keyframe is where a listener can begin.
type Keyframe struct {
	// Seq is that of the next score message.
	Seq      uint64
	Frame    sonify.Frame
	Snapshot []byte
	Marks    []sonify.Mark
}

// Clock is the station's time.
type Clock struct {
	Zero  int64 // when frame 0 sounds, in microseconds since 1970
	Now   int64 // when this was sent
	Token uint64
}

// Goodbye is the last message.
type Goodbye struct {
	Type   string `json:"type"` // "goodbye"
	Reason string `json:"reason"`
	// Again is after how many seconds the listener may come back; 0: it need not.
	Again int `json:"again_s,omitempty"`
}

func (*Hello) kind() Kind    { return KindHello }
func (*Piece) kind() Kind    { return KindPiece }
func (*Score) kind() Kind    { return KindScore }
func (*Keyframe) kind() Kind { return KindKeyframe }
func (*Clock) kind() Kind    { return KindClock }
func (*Goodbye) kind() Kind  { return KindGoodbye }
