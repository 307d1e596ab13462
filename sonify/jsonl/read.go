package jsonl

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"proscenium/sonify"
)

// Limits of what a [Reader] takes. No score we write comes near them.
const (
	maxLine   = 4 << 20               // bytes
	maxTick   = sonify.Tick(1) << 39  // nine years of music
	maxFrame  = sonify.Frame(1) << 45 // twenty years
	minTempo  = sonify.Tempo(100_000) // microseconds: 600 quarter notes a minute
	maxTempo  = sonify.Tempo(10_000_000)
	maxShapes = 4096
)

// passageTicks is how long the passages of a Reader are at least.
const passageTicks = 4 * sonify.PPQ

// Reader reads a score. It is used by one goroutine.
type Reader struct {
	in      *bufio.Scanner
	line    int
	header  *sonify.Header
	summary *sonify.Summary
	tempo   *sonify.TempoMap
	voices  map[string]int
	signals map[string]int
	makers  map[[2]string]int
	params  map[string]sonify.Param
	shapes  map[string]*sonify.Shape

	ps    sonify.Passage
	begin sonify.Tick
	tick  sonify.Tick // of the last line
	frame sonify.Frame
	ahead *entry // a line that belongs to the next passage
	err   error
}

// NewReader reads the first line of a score. Errors name the line.
func NewReader(r io.Reader) (*Reader, error) {
	d := &Reader{in: bufio.NewScanner(r), params: make(map[string]sonify.Param), shapes: make(map[string]*sonify.Shape)}
	d.in.Buffer(make([]byte, 0, 64<<10), maxLine)
	for i, n := range sonify.Params() {
		d.params[n] = sonify.Param(i)
	}
	b, err := d.scan()
	if err == io.EOF {
		return nil, errors.New("score: it is empty")
	}
	if err != nil {
		return nil, err
	}
	if err := d.readHeader(b); err != nil {
		return nil, d.wrap(err)
	}
	return d, nil
}

func (d *Reader) wrap(err error) error { return fmt.Errorf("score: line %d: %w", d.line, err) }

// scan returns the next line that is not blank.
func (d *Reader) scan() ([]byte, error) {
	for d.in.Scan() {
		d.line++
		if b := bytes.TrimSpace(d.in.Bytes()); len(b) > 0 {
			return b, nil
		}
	}
	err := d.in.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		d.line++
		return nil, d.wrap(fmt.Errorf("it is longer than %d MiB", maxLine>>20))
	}
	if err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	return nil, io.EOF
}

// Header returns what the first line says. Recorded sounds have a name and no
// samples.
func (d *Reader) Header() *sonify.Header { return d.header }

// Summary returns what the last line says, nil before Next returned io.EOF.
func (d *Reader) Summary() *sonify.Summary { return d.summary }

// Next returns the next passage, which is good until the next call: whole notes
// are kept together, whatever passages the engine had made. After the last it
// returns io.EOF, and an error if the score breaks off without its last line.
func (d *Reader) Next() (*sonify.Passage, error) {
	if d.err != nil {
		return nil, d.err
	}
	d.ps = sonify.Passage{Notes: d.ps.Notes[:0], Controls: d.ps.Controls[:0], Marks: d.ps.Marks[:0]}
	started := false
	for {
		e := d.ahead
		if d.ahead = nil; e == nil {
			b, err := d.scan()
			if err == io.EOF {
				err = fmt.Errorf("score: it breaks off after line %d: the last line, of type \"end\", is missing: %w", d.line, io.ErrUnexpectedEOF)
			}
			if err != nil {
				d.err = err
				return nil, err
			}
			if e, err = d.read(b); err != nil {
				d.err = d.wrap(err)
				return nil, d.err
			}
		}
		if e.end != nil {
			return d.last(e.end, started)
		}
		if started && e.tick >= d.begin+passageTicks {
			d.ahead = e
			return d.close(e.tick / passageTicks * passageTicks), nil
		}
		started = true
		switch {
		case e.note != nil:
			d.ps.Notes = append(d.ps.Notes, *e.note)
		case e.control != nil:
			d.ps.Controls = append(d.ps.Controls, *e.control)
		case e.mark != nil:
			if e.mark.Kind == sonify.MarkTempo {
				d.tempo.Set(e.mark.Tick, e.mark.Tempo)
			}
			d.ps.Marks = append(d.ps.Marks, *e.mark)
		}
	}
}

// close ends the passage at the given tick.
func (d *Reader) close(at sonify.Tick) *sonify.Passage {
	d.ps.Span = sonify.Span{Begin: d.begin, End: at}
	d.ps.Begin, d.ps.End = d.tempo.Frame(d.begin), d.tempo.Frame(at)
	d.tempo.Forget(at)
	d.begin = at
	return &d.ps
}

func (d *Reader) last(e *end, started bool) (*sonify.Passage, error) {
	if e.Ticks < 0 || e.Ticks > maxTick || e.Frames < 0 || e.Frames > maxFrame {
		d.err = d.wrap(errors.New("ticks or frames are out of range"))
		return nil, d.err
	}
	d.summary = &sonify.Summary{Ticks: e.Ticks, Frames: e.Frames, Notes: e.Notes, Heard: e.Events, Lost: e.Lost}
	d.err = io.EOF
	if to := max(e.Ticks, d.tick+1); started || e.Ticks > d.begin {
		return d.close(max(to, d.begin+1)), nil
	}
	return nil, io.EOF
}

// Replay plays a score to an output: Begin, every passage, Finish. It does not
// close the output.
func Replay(r io.Reader, out sonify.Output) error {
	d, err := NewReader(r)
	if err != nil {
		return err
	}
	if err := out.Begin(d.Header()); err != nil {
		return err
	}
	for {
		ps, err := d.Next()
		if err == io.EOF {
			return out.Finish(d.Summary())
		}
		if err != nil {
			return err
		}
		if err := out.Play(sonify.Cue{Passage: ps}); err != nil {
			return err
		}
	}
}

// entry is one line.
type entry struct {
	tick    sonify.Tick
	note    *sonify.Note
	control *sonify.Control
	mark    *sonify.Mark
	end     *end
}

// fields are the keys of all lines but the first and the last.
type fields struct {
	Type     string          `json:"type"`
	Frame    *sonify.Frame   `json:"frame"`
	Tick     *sonify.Tick    `json:"tick"`
	Voice    string          `json:"voice"`
	Pitch    float64         `json:"pitch"`
	Velocity float64         `json:"velocity"`
	Length   sonify.Tick     `json:"length"`
	Frames   sonify.Frame    `json:"frames"`
	Pan      float64         `json:"pan"`
	Cause    *cause          `json:"cause"`
	Param    string          `json:"param"`
	Value    json.RawMessage `json:"value"`
	N        uint64          `json:"n"`
	Name     string          `json:"name"`
	Text     string          `json:"text"`
	Source   string          `json:"source"`
	State    string          `json:"state"`
	Kind     string          `json:"kind"`
	Arrived  sonify.Frame    `json:"arrived"`
	Notes    int             `json:"notes"`
	Clock    *json.Number    `json:"clock_s"`
	At       time.Time       `json:"at"`
	Line     int64           `json:"line"`
	Values   json.RawMessage `json:"values"`
	Sharps   float64         `json:"sharps"`
	Minor    bool            `json:"minor"`
	Beats    int             `json:"beats"`
	Unit     int             `json:"unit"`
	BPM      float64         `json:"bpm"`
	Tempo    sonify.Tempo    `json:"tempo"`
	Row      int             `json:"row"`
	Column   int             `json:"column"`
}

// types are the lines between the first and the last.
var types = map[string]sonify.MarkKind{
	"section": sonify.MarkSection, "caption": sonify.MarkCaption, "key": sonify.MarkKey, "chord": sonify.MarkChord, "meter": sonify.MarkMeter,
	"tempo": sonify.MarkTempo, "signal": sonify.MarkSignal, "state": sonify.MarkState, "board": sonify.MarkBoard, "event": sonify.MarkEvent,
}

func (d *Reader) read(b []byte) (*entry, error) {
	var f fields
	if err := decode(b, &f); err != nil {
		return nil, err
	}
	if f.Type == "end" {
		e := new(end)
		return &entry{end: e}, decode(b, e)
	}
	kind, isMark := types[f.Type]
	if !isMark && f.Type != "note" && f.Type != "control" {
		return nil, fmt.Errorf("there is no type %q%s", f.Type, hint(f.Type, []string{"note", "control", "section", "caption", "key", "chord", "meter", "tempo", "signal", "state", "board", "event", "end"}))
	}
	if f.Frame == nil || f.Tick == nil {
		return nil, errors.New("\"frame\" or \"tick\" is missing")
	}
	t, at := *f.Tick, *f.Frame
	if t < 0 || t > maxTick || at < 0 || at > maxFrame {
		return nil, fmt.Errorf("tick %d or frame %d is out of range", t, at)
	}
	if t < d.tick || at < d.frame {
		return nil, fmt.Errorf("tick %d, frame %d lies before tick %d, frame %d of the line above: the lines of a score stand in order", t, at, d.tick, d.frame)
	}
	d.tick, d.frame = t, at
	e := &entry{tick: t}
	var c sonify.Cause
	if f.Cause != nil {
		var err error
		if c, err = d.cause(f.Cause); err != nil {
			return nil, err
		}
	}
	var err error
	switch {
	case isMark:
		e.mark, err = d.readMark(&f, kind, c)
	case f.Type == "note":
		e.note, err = d.readNote(&f, c)
	default:
		e.control, err = d.readControl(&f, c)
	}
	return e, err
}

// decode decodes one object and says what is wrong without Go's type names.
func decode(b []byte, into any) error {
	err := json.Unmarshal(b, into)
	var te *json.UnmarshalTypeError
	var se *json.SyntaxError
	switch {
	case errors.As(err, &te) && te.Field != "":
		return fmt.Errorf("%q cannot be a %s", te.Field, te.Value)
	case errors.As(err, &te):
		return fmt.Errorf("expected an object, found a %s", te.Value)
	case errors.As(err, &se):
		return fmt.Errorf("this is no JSON: character %d: %v", se.Offset, se)
	}
	return err
}

func hint(name string, known []string) string {
	if h := sonify.DidYouMean(name, known); h != "" {
		return " (" + h + ")"
	}
	return ""
}

func names(h []sonify.Voice) (out []string) {
	for _, v := range h {
		out = append(out, v.Name)
	}
	return out
}

func (d *Reader) voice(name string) (int, error) {
	v, ok := d.voices[name]
	if !ok {
		return 0, fmt.Errorf("there is no voice %q%s", name, hint(name, names(d.header.Voices)))
	}
	return v, nil
}

func (d *Reader) readNote(f *fields, c sonify.Cause) (*sonify.Note, error) {
	v, err := d.voice(f.Voice)
	if err != nil {
		return nil, err
	}
	switch {
	case !(f.Pitch >= 0 && f.Pitch < 128):
		return nil, fmt.Errorf("pitch %v is outside the MIDI keys 0 to 127", f.Pitch)
	case !(f.Velocity >= 0 && f.Velocity <= 1):
		return nil, fmt.Errorf("velocity %v is outside 0 to 1", f.Velocity)
	case !(f.Pan >= -1 && f.Pan <= 1):
		return nil, fmt.Errorf("pan %v is outside -1 to 1", f.Pan)
	case f.Length < 1 || f.Length > maxTick || f.Frames < 1 || f.Frames > maxFrame:
		return nil, fmt.Errorf("length %d or frames %d is out of range", f.Length, f.Frames)
	}
	return &sonify.Note{Tick: *f.Tick, Frame: *f.Frame, Length: f.Length, Frames: f.Frames, Voice: v,
		Pitch: sonify.Pitch(math.Round(f.Pitch * 65536)), Velocity: sonify.Velocity(math.Round(f.Velocity * 127)), Pan: sonify.Pan(math.Round(f.Pan * 100)), Cause: c}, nil
}

func (d *Reader) readControl(f *fields, c sonify.Cause) (*sonify.Control, error) {
	v, err := d.voice(f.Voice)
	if err != nil {
		return nil, err
	}
	p, ok := d.params[f.Param]
	if !ok {
		return nil, fmt.Errorf("there is no param %q%s", f.Param, hint(f.Param, sonify.Params()))
	}
	var n int32
	if err := decode(f.Value, &n); f.Value == nil || err != nil {
		return nil, errors.New("\"value\" of a control is no whole number")
	}
	return &sonify.Control{Tick: *f.Tick, Frame: *f.Frame, Voice: v, Param: p, Value: n, Cause: c}, nil
}

func (d *Reader) readMark(f *fields, kind sonify.MarkKind, c sonify.Cause) (*sonify.Mark, error) {
	m := &sonify.Mark{Tick: *f.Tick, Frame: *f.Frame, Kind: kind, Name: f.Name, Text: f.Text, Cause: c}
	switch kind {
	case sonify.MarkKey:
		m.Number, m.Minor = f.Sharps, f.Minor
	case sonify.MarkMeter:
		m.Meter = sonify.Meter{Beats: f.Beats, Unit: f.Unit}
		return m, check(m.Meter)
	case sonify.MarkTempo:
		m.Number, m.Tempo = f.BPM, f.Tempo
		if m.Tempo < minTempo || m.Tempo > maxTempo {
			return nil, fmt.Errorf("tempo %d is outside %d to %d microseconds a quarter note", m.Tempo, minTempo, maxTempo)
		}
	case sonify.MarkSignal:
		i, ok := d.signals[f.Name]
		if !ok {
			return nil, fmt.Errorf("there is no signal %q", f.Name)
		}
		m.Name, m.Index = "", i
		if err := decode(f.Value, &m.Number); f.Value == nil || err != nil {
			return nil, errors.New("\"value\" of a signal is no number")
		}
	case sonify.MarkState:
		m.Name, m.Text = f.Source, f.State
	case sonify.MarkBoard:
		b := d.header.Board
		if b == nil || f.Row < 0 || f.Row >= b.Rows || f.Column < 0 || f.Column >= len(b.Columns) {
			return nil, fmt.Errorf("there is no place in row %d, column %d of a board", f.Row, f.Column)
		}
		m.Index = f.Row*len(b.Columns) + f.Column
	case sonify.MarkEvent:
		h, err := d.heard(f)
		m.Heard = h
		return m, err
	}
	return m, nil
}

func check(m sonify.Meter) error {
	if m.Beats < 1 || m.Beats > 32 || m.Unit < 1 || m.Unit > 32 || m.Unit&(m.Unit-1) != 0 {
		return fmt.Errorf("%d/%d is no meter: expected 1 to 32 beats of 1/1, 1/2, 1/4, 1/8, 1/16 or 1/32", m.Beats, m.Unit)
	}
	return nil
}
