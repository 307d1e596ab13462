package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"proscenium/sonify"
	"proscenium/sonify/chip"
)

// Translator writes messages as JSON, for people who make their own visuals: what
// stands in the binary message, with names in place of numbers, less the commands
// and snapshots of the chip. It has to be given a station's messages in their
// order, from a hello on; one goroutine uses it.
type Translator struct{ piece Piece }

type jsonScore struct {
	Type     string        `json:"type"`
	Seq      uint64        `json:"seq"`
	Begin    sonify.Frame  `json:"begin"`
	Frames   sonify.Frame  `json:"frames"`
	Notes    []jsonNote    `json:"notes"`
	Controls []jsonControl `json:"controls,omitempty"`
	Marks    []jsonMark    `json:"marks,omitempty"`
}

type jsonKeyframe struct {
	Type  string       `json:"type"`
	Seq   uint64       `json:"seq"`
	Frame sonify.Frame `json:"frame"`
	Marks []jsonMark   `json:"marks"`
}

type jsonClock struct {
	Type  string `json:"type"`
	Zero  int64  `json:"zero_us"`
	Now   int64  `json:"now_us"`
	Token string `json:"token,omitempty"` // a text: it may have more digits than a JavaScript number
}

type jsonNote struct {
	Frame    int64         `json:"frame"`
	Frames   int64         `json:"frames"`
	Voice    string        `json:"voice"`
	Pitch    float64       `json:"pitch"`
	Velocity float64       `json:"velocity"`
	Pan      float64       `json:"pan"`
	Maker    string        `json:"maker,omitempty"`
	Event    uint64        `json:"event,omitempty"`
	Step     int           `json:"step,omitempty"`
	From     string        `json:"from,omitempty"`
	Value    *sonify.Value `json:"value,omitempty"`
	Label    string        `json:"label,omitempty"`
}

type jsonControl struct {
	Frame int64  `json:"frame"`
	Voice string `json:"voice"`
	Param string `json:"param"`
	Value int32  `json:"value"`
}

type jsonMark struct {
	Kind   string       `json:"kind"`
	Frame  sonify.Frame `json:"frame"`
	Tick   sonify.Tick  `json:"tick"`
	Name   string       `json:"name,omitempty"`
	Text   string       `json:"text,omitempty"`
	Value  *float64     `json:"value,omitempty"`
	Tempo  sonify.Tempo `json:"tempo,omitempty"`
	Sharps *int         `json:"sharps,omitempty"`
	Minor  bool         `json:"minor,omitempty"`
	Event  uint64       `json:"event,omitempty"`
	Row    *int         `json:"row,omitempty"` // of the board, from 0
	Column *int         `json:"column,omitempty"`
}

// JSON returns the message as one JSON object on one line.
func (t *Translator) JSON(m Message) ([]byte, error) {
	var v any
	switch m := m.(type) {
	case *Hello:
		t.piece = m.Piece
		v = m
	case *Piece:
		t.piece = *m
		v = m
	case *Goodbye:
		v = m
	case *Clock:
		token := ""
		if m.Token > 0 {
			token = strconv.FormatUint(m.Token, 10)
		}
		v = jsonClock{"clock", m.Zero, m.Now, token}
	case *Keyframe:
		v = jsonKeyframe{"keyframe", m.Seq, m.Frame, t.marks(m.Marks)}
	case *Score:
		s := jsonScore{Type: "score", Seq: m.Seq, Begin: m.Begin, Frames: m.Frames, Notes: []jsonNote{}, Marks: t.marks(m.Marks)}
		i := 0
		if n := chip.Scan(m.Commands, func(c *chip.Command) {
			switch c.Kind {
			case chip.CommandNote:
				s.Notes = append(s.Notes, t.note(c, m.Causes, i))
				i++
			case chip.CommandControl:
				if int(c.Param) < len(sonify.Params()) {
					s.Controls = append(s.Controls, jsonControl{c.Frame, t.voice(c.Voice), sonify.Param(c.Param).String(), c.Value})
				}
			}
		}); n != len(m.Commands) {
			return nil, fmt.Errorf("%w: the commands of score %d are wrong", ErrMessage, m.Seq)
		}
		v = s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%v as JSON: %w", m.kind(), err)
	}
	return b, nil
}

func (t *Translator) note(c *chip.Command, causes []Cause, i int) jsonNote {
	n := jsonNote{Frame: c.Frame, Frames: c.Note.Frames, Voice: t.voice(c.Voice),
		// Five decimals are a hundred-thousandth of a semitone: less than 16.16 says.
		Pitch:    math.Round(float64(c.Note.Pitch)/65536*1e5) / 1e5,
		Velocity: math.Round(float64(c.Note.Velocity)/127*1e4) / 1e4,
		Pan:      float64(c.Note.Pan) / 100}
	if i >= len(causes) {
		return n
	}
	k := &causes[i]
	if k.Maker >= 0 && k.Maker < len(t.piece.Makers) {
		n.Maker = t.piece.Makers[k.Maker].Name
	}
	if k.Event > 0 {
		n.Event, n.Step, n.From, n.Label = k.Event, k.Step, k.From, k.Label
		if !k.Value.IsMissing() {
			n.Value = &k.Value
		}
	}
	return n
}

func (t *Translator) voice(slot uint8) string {
	for i := range t.piece.Voices {
		if t.piece.Voices[i].Slot == slot {
			return t.piece.Voices[i].Name
		}
	}
	return strconv.Itoa(int(slot))
}

func (t *Translator) marks(marks []sonify.Mark) []jsonMark {
	out := make([]jsonMark, 0, len(marks))
	for i := range marks {
		m := &marks[i]
		j := jsonMark{Kind: m.Kind.String(), Frame: m.Frame, Tick: m.Tick, Name: m.Name, Text: m.Text, Event: m.Cause.Event}
		switch m.Kind {
		case sonify.MarkSignal:
			if m.Index >= 0 && m.Index < len(t.piece.Signals) {
				j.Name = t.piece.Signals[m.Index].Name
			}
			if !math.IsNaN(m.Number) && !math.IsInf(m.Number, 0) {
				f := m.Number
				j.Value = &f
			}
		case sonify.MarkKey:
			n := int(m.Number)
			j.Sharps, j.Minor = &n, m.Minor
		case sonify.MarkTempo:
			j.Tempo = m.Tempo
		case sonify.MarkBoard:
			if b := t.piece.Board; b != nil && len(b.Columns) > 0 {
				row, column := m.Index/len(b.Columns), m.Index%len(b.Columns)
				j.Row, j.Column = &row, &column
			}
		}
		out = append(out, j)
	}
	return out
}
