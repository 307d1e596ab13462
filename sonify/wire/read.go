package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"proscenium/sonify"
)

// ErrMessage is what Read returns, wrapped, for bytes that are no message.
var ErrMessage = errors.New("not a message of this protocol")

// Read reads one message, which is all of p. What it returns keeps no reference to
// p. The fields of a mark, value or cause that the wire does not carry are empty.
func Read(p []byte) (Message, error) {
	if len(p) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrMessage)
	}
	if len(p) > MaxMessage {
		return nil, fmt.Errorf("%w: %d bytes, at most %d were expected", ErrMessage, len(p), MaxMessage)
	}
	k := Kind(p[0])
	r := reader{p: p[1:]}
	switch k {
	case KindHello:
		m := &Hello{}
		return m, unmarshal(k, r.p, m)
	case KindPiece:
		m := &Piece{}
		return m, unmarshal(k, r.p, m)
	case KindGoodbye:
		m := &Goodbye{}
		return m, unmarshal(k, r.p, m)
	case KindScore:
		m := &Score{Seq: r.uint(), Begin: r.frame(), Frames: r.frame(), Commands: r.bytes()}
		m.Causes = r.causes()
		m.Marks = r.marks(m.Begin, m.Causes)
		return m, r.end(k)
	case KindKeyframe:
		m := &Keyframe{Seq: r.uint(), Frame: r.frame(), Snapshot: r.bytes()}
		m.Marks = r.marks(m.Frame, nil)
		return m, r.end(k)
	case KindClock:
		m := &Clock{Zero: r.int(), Now: r.int(), Token: r.uint()}
		return m, r.end(k)
	}
	return nil, fmt.Errorf("%w: its kind is %d", ErrMessage, p[0])
}

func unmarshal(k Kind, p []byte, into any) error {
	if !utf8.Valid(p) {
		return fmt.Errorf("%w: the text of a %v is not UTF-8", ErrMessage, k)
	}
	d := json.NewDecoder(bytes.NewReader(p))
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %v: %v", ErrMessage, k, err)
	}
	return nil
}

// reader reads the parts of a message. After the first mistake it gives zeros.
type reader struct {
	p   []byte
	bad string // what is wrong
}

func (r *reader) fail(what string) {
	if r.bad == "" {
		r.bad = what
	}
	r.p = nil
}

func (r *reader) end(k Kind) error {
	if r.bad == "" && len(r.p) > 0 {
		r.bad = fmt.Sprintf("%d bytes too many", len(r.p))
	}
	if r.bad != "" {
		return fmt.Errorf("%w: %v: %s", ErrMessage, k, r.bad)
	}
	return nil
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.p)
	if n <= 0 {
		r.fail("a number is cut off or too great")
		return 0
	}
	r.p = r.p[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.p)
	if n <= 0 {
		r.fail("a number is cut off or too great")
		return 0
	}
	r.p = r.p[n:]
	return v
}

// index reads a number that counts something.
func (r *reader) index() int {
	v := r.uint()
	if v > math.MaxInt32 {
		r.fail("an index is out of range")
		return 0
	}
	return int(v)
}

// maxTime bounds frames and ticks, so that sums of two do not overflow.
const maxTime = 1 << 53

func (r *reader) frame() sonify.Frame {
	v := r.uint()
	if v > maxTime {
		r.fail("a frame is out of range")
		return 0
	}
	return sonify.Frame(v)
}

func (r *reader) byte() byte {
	if len(r.p) == 0 {
		r.fail("it is cut off")
		return 0
	}
	b := r.p[0]
	r.p = r.p[1:]
	return b
}

func (r *reader) bytes() []byte {
	n := r.uint()
	if n > uint64(len(r.p)) {
		r.fail("it is cut off")
		return nil
	}
	b := append([]byte(nil), r.p[:n]...)
	r.p = r.p[n:]
	return b
}

func (r *reader) text() string {
	n := r.uint()
	if n > uint64(len(r.p)) || n > MaxText {
		r.fail("a text is cut off or too long")
		return ""
	}
	s := string(r.p[:n])
	r.p = r.p[n:]
	if !utf8.ValidString(s) {
		r.fail("a text is not UTF-8")
		return ""
	}
	return s
}

func (r *reader) number() float64 {
	if len(r.p) < 8 {
		r.fail("it is cut off")
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(r.p))
	r.p = r.p[8:]
	return f
}

// count reads how many of something follow, each of at least one byte.
func (r *reader) count(limit uint64) int {
	n := r.uint()
	if n > limit || n > uint64(len(r.p)) {
		r.fail("a list is cut off or too long")
		return 0
	}
	return int(n)
}

func (r *reader) causes() []Cause {
	n := r.count(MaxCauses)
	if n == 0 {
		return nil
	}
	out := make([]Cause, 0, n)
	var last uint64
	var said []madeFrom
	for range n {
		c := Cause{Maker: r.index()}
		if d := r.uint(); d > 0 {
			d--
			last += uint64(int64(d>>1) ^ -int64(d&1))
			c.Event, c.Step = last, r.index()
			from := r.text()
			was := lookUp(&said, c.Maker)
			if from != "" {
				was.from = from
			}
			c.From = was.from
			c.Value = r.value()
		}
		if r.bad != "" {
			return nil
		}
		out = append(out, c)
	}
	return out
}

func (r *reader) value() sonify.Value {
	switch t := r.byte(); t {
	case valueMissing:
		return sonify.Value{}
	case valueWhole:
		return sonify.Num(float64(r.int()))
	case valueNumber:
		return sonify.Num(r.number())
	case valueText:
		return sonify.Word(r.text())
	case valueFalse, valueTrue:
		return sonify.Truth(t == valueTrue)
	default:
		r.fail("a value is of an unknown type")
		return sonify.Value{}
	}
}

// marks reads marks, and the labels among them into the causes.
func (r *reader) marks(base sonify.Frame, causes []Cause) []sonify.Mark {
	n := r.count(MaxMarks)
	if n == 0 {
		return nil
	}
	var out []sonify.Mark
	frame, tick := base, sonify.Tick(0)
	for range n {
		m := sonify.Mark{Kind: sonify.MarkKind(r.byte())}
		frame += sonify.Frame(r.int())
		tick += sonify.Tick(r.int())
		if frame < -maxTime || frame > maxTime || tick < -maxTime || tick > maxTime {
			r.fail("a time is out of range")
		}
		m.Frame, m.Tick = frame, tick
		switch m.Kind {
		case sonify.MarkSection:
			m.Name = r.text()
		case sonify.MarkCaption:
			m.Text = r.text()
			m.Cause.By = r.index()
			m.Cause.Event = r.uint()
		case sonify.MarkKey:
			m.Name = r.text()
			sharps := r.int()
			if sharps < -7 || sharps > 7 {
				r.fail("a key has too many accidentals")
			}
			m.Number = float64(sharps)
			m.Minor = r.byte() == 1
		case sonify.MarkChord:
			m.Name, m.Text = r.text(), r.text()
		case sonify.MarkMeter:
			m.Meter = sonify.Meter{Beats: r.index(), Unit: r.index()}
			m.Name = m.Meter.String()
		case sonify.MarkTempo:
			m.Tempo = sonify.Tempo(max(r.index(), 1))
			m.Number = m.Tempo.BPM()
		case sonify.MarkSignal:
			m.Index = r.index()
			m.Number = r.number()
		case sonify.MarkState:
			m.Name, m.Text = r.text(), r.text()
		default:
			if !r.later(&m, causes) && r.bad == "" {
				continue // of a newer version, or none of the passage
			}
		}
		if r.bad != "" {
			return nil
		}
		out = append(out, m)
	}
	return out
}

// later reads a mark that has its length before it. It reports whether m is one that
// is known; what stands behind what is known of it is passed over too.
func (r *reader) later(m *sonify.Mark, causes []Cause) bool {
	n := r.uint()
	if n > uint64(len(r.p)) || n > MaxLater {
		r.fail("a mark is cut off or too long")
		return false
	}
	body := reader{p: r.p[:n]}
	r.p = r.p[n:]
	if byte(m.Kind) == kindLabel {
		i, label := body.index(), body.text()
		if body.bad == "" && (i >= len(causes) || len(label) > MaxLabel) {
			body.fail("a label is of no note")
		}
		if body.bad != "" {
			r.fail(body.bad)
			return false
		}
		causes[i].Label = label
		return false
	}
	if m.Kind != sonify.MarkBoard {
		return false
	}
	m.Index, m.Text = body.index(), body.text()
	if m.Index >= sonify.MaxBoardRows*sonify.MaxBoardColumns || len(m.Text) > sonify.MaxBoardText {
		body.fail("a board has no such place")
	}
	if body.bad != "" {
		r.fail(body.bad)
	}
	return true
}
