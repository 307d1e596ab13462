package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"proscenium/sonify"
)

// Append appends a message to p. It fails only for what JSON cannot say, such as
// a NaN among the limits of a signal.
func Append(p []byte, m Message) ([]byte, error) {
	p = append(p, byte(m.kind()))
	switch m := m.(type) {
	case *Score:
		p = binary.AppendUvarint(p, m.Seq)
		p = binary.AppendUvarint(p, uint64(max(m.Begin, 0)))
		p = binary.AppendUvarint(p, uint64(max(m.Frames, 0)))
		p = appendBytes(p, m.Commands)
		p = appendCauses(p, m.Causes)
		return appendMarks(p, m.Begin, m.Marks, m.Causes), nil
	case *Keyframe:
		p = binary.AppendUvarint(p, m.Seq)
		p = binary.AppendUvarint(p, uint64(max(m.Frame, 0)))
		p = appendBytes(p, m.Snapshot)
		return appendMarks(p, m.Frame, m.Marks, nil), nil
	case *Clock:
		p = binary.AppendVarint(p, m.Zero)
		p = binary.AppendVarint(p, m.Now)
		return binary.AppendUvarint(p, m.Token), nil
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("%v message: %w", m.kind(), err)
	}
	return append(p, b...), nil
}

func appendBytes(p, b []byte) []byte { return append(binary.AppendUvarint(p, uint64(len(b))), b...) }

// appendText appends a text, cut if it is too long for a reader.
func appendText(p []byte, s string) []byte {
	s = cutText(s)
	return append(binary.AppendUvarint(p, uint64(len(s))), s...)
}

// cutText returns s, or as much of it as MaxText lets pass in whole characters.
func cutText(s string) string {
	if len(s) <= MaxText {
		return s
	}
	n := MaxText
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

func appendNumber(p []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(p, math.Float64bits(f))
}

func appendCauses(p []byte, causes []Cause) []byte {
	p = binary.AppendUvarint(p, uint64(len(causes)))
	var last uint64
	var said []madeFrom
	for i := range causes {
		c := &causes[i]
		p = binary.AppendUvarint(p, uint64(max(c.Maker, 0)))
		if c.Event == 0 {
			p = append(p, 0)
			continue
		}
		d := int64(c.Event - last)
		last = c.Event
		p = binary.AppendUvarint(p, (uint64(d)<<1^uint64(d>>63))+1)
		p = binary.AppendUvarint(p, uint64(max(c.Step, 0)))
		if was := lookUp(&said, c.Maker); was.from == c.From {
			p = append(p, 0)
		} else {
			p = appendText(p, c.From)
			was.from = c.From
		}
		p = appendValue(p, c.Value)
	}
	return p
}

// madeFrom is what a maker read last.
type madeFrom struct {
	maker int
	from  string
}

// lookUp returns the entry of maker, which it makes if there is none.
func lookUp(said *[]madeFrom, maker int) *madeFrom {
	for i := range *said {
		if e := &(*said)[i]; e.maker == maker {
			return e
		}
	}
	*said = append(*said, madeFrom{maker: maker})
	return &(*said)[len(*said)-1]
}

// The types of a value.
const (
	valueMissing byte = iota
	valueWhole
	valueNumber
	valueText
	valueFalse
	valueTrue
)

func appendValue(p []byte, v sonify.Value) []byte {
	switch v.Type() {
	case sonify.Number:
		f, _ := v.Float()
		if i := int64(f); math.Abs(f) < 1<<53 && float64(i) == f && !(i == 0 && math.Signbit(f)) {
			return binary.AppendVarint(append(p, valueWhole), i)
		}
		return appendNumber(append(p, valueNumber), f)
	case sonify.Text:
		return appendText(append(p, valueText), v.String())
	case sonify.Bool:
		if b, _ := v.Bool(); b {
			return append(p, valueTrue)
		}
		return append(p, valueFalse)
	}
	return append(p, valueMissing)
}

// kindLabel is the mark that says what a note stands for. It is no mark of a
// passage: a score has it with the note's cause.
const kindLabel byte = 10

// appendMarks writes marks, and behind them the labels of causes: readers who do
// not know those pass over them.
func appendMarks(p []byte, base sonify.Frame, marks []sonify.Mark, causes []Cause) []byte {
	n := 0
	for i := range causes {
		if causes[i].Label != "" {
			n++
		}
	}
	for i := range marks {
		if onWire(marks[i].Kind) {
			n++
		}
	}
	p = binary.AppendUvarint(p, uint64(n))
	frame, tick := base, sonify.Tick(0)
	for i := range marks {
		m := &marks[i]
		if !onWire(m.Kind) {
			continue
		}
		p = append(p, byte(m.Kind))
		p = binary.AppendVarint(p, int64(m.Frame-frame))
		p = binary.AppendVarint(p, int64(m.Tick-tick))
		frame, tick = m.Frame, m.Tick
		switch m.Kind {
		case sonify.MarkSection:
			p = appendText(p, m.Name)
		case sonify.MarkCaption:
			p = appendText(p, m.Text)
			p = binary.AppendUvarint(p, uint64(max(m.Cause.By, 0)))
			p = binary.AppendUvarint(p, m.Cause.Event)
		case sonify.MarkKey:
			p = appendText(p, m.Name)
			p = binary.AppendVarint(p, int64(m.Number))
			p = append(p, bit(m.Minor))
		case sonify.MarkChord:
			p = appendText(appendText(p, m.Name), m.Text)
		case sonify.MarkMeter:
			p = binary.AppendUvarint(p, uint64(max(m.Meter.Beats, 0)))
			p = binary.AppendUvarint(p, uint64(max(m.Meter.Unit, 0)))
		case sonify.MarkTempo:
			p = binary.AppendUvarint(p, uint64(max(m.Tempo, 0)))
		case sonify.MarkSignal:
			p = binary.AppendUvarint(p, uint64(max(m.Index, 0)))
			p = appendNumber(p, m.Number)
		case sonify.MarkState:
			p = appendText(appendText(p, m.Name), m.Text)
		case sonify.MarkBoard:
			body := binary.AppendUvarint(nil, uint64(max(m.Index, 0)))
			text := m.Text
			if len(text) > sonify.MaxBoardText {
				text = strings.ToValidUTF8(text[:sonify.MaxBoardText], "")
			}
			p = appendBytes(p, appendText(body, text))
		}
	}
	for i := range causes {
		if label := causes[i].Label; label != "" {
			if len(label) > MaxLabel {
				label = strings.ToValidUTF8(label[:MaxLabel], "")
			}
			p = append(p, kindLabel, 0, 0) // its time is the note's
			p = appendBytes(p, appendText(binary.AppendUvarint(nil, uint64(i)), label))
		}
	}
	return p
}

// onWire reports whether listeners are told of marks of a kind. Events are the
// station's own.
func onWire(k sonify.MarkKind) bool { return k != sonify.MarkEvent }

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}
