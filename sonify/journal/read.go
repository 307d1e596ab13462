package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"proscenium/sonify"
)

// Reader reads one segment. It is used by one goroutine.
type Reader struct {
	name   string
	in     *bufio.Reader
	line   int
	frame  sonify.Frame
	shapes map[int]*sonify.Shape
	header *Header
	torn   bool
	err    error
}

// ErrEmpty is the error about a segment that holds no whole line: the program was killed,
// or the power cut, just after it had begun it. Nothing that was heard is in it, and the
// segment after it goes on where the one before ended.
var ErrEmpty = errors.New("it holds no whole line: the program was stopped before it began")

// NewReader reads the first line of a segment. name is what errors call it. The error
// is an [ErrEmpty] if there is none.
func NewReader(name string, r io.Reader) (*Reader, error) {
	d := &Reader{name: name, in: bufio.NewReaderSize(r, 64<<10), shapes: make(map[int]*sonify.Shape)}
	rec, err := d.next()
	if err == io.EOF {
		return nil, fmt.Errorf("%s: %w", name, ErrEmpty)
	}
	if err != nil {
		return nil, err
	}
	h, ok := rec.(*Header)
	if !ok {
		return nil, d.fail(errors.New("the first line of a journal has the type \"journal\""))
	}
	d.header, d.frame = h, h.Frame
	return d, nil
}

// Header returns what the first line says.
func (d *Reader) Header() *Header { return d.header }

// Torn reports whether the end was torn off and left out, once Next has returned
// io.EOF.
func (d *Reader) Torn() bool { return d.torn }

// Next returns the next record, and io.EOF after the last. It is good until the
// next call. Errors name the file and the line.
func (d *Reader) Next() (Record, error) {
	if d.err != nil {
		return nil, d.err
	}
	r, err := d.next()
	if err == nil {
		if _, again := r.(*Header); again {
			err = d.fail(errors.New("there is a second header"))
		}
	}
	if err != nil {
		d.err = err
		return nil, err
	}
	return r, nil
}

func (d *Reader) fail(err error) error { return fmt.Errorf("%s:%d: %w", d.name, d.line, err) }

var errLong = fmt.Errorf("the line is longer than %d MiB", maxLine>>20)

// scan returns the next line. One without a newline is torn.
func (d *Reader) scan() ([]byte, error) {
	var long []byte
	for {
		part, err := d.in.ReadSlice('\n')
		switch {
		case err == nil && long == nil:
			return part[:len(part)-1], nil
		case err == nil:
			long = append(long, part...)
			return long[:len(long)-1], nil
		case err == io.EOF:
			d.torn = d.torn || len(part)+len(long) > 0
			return nil, io.EOF
		case err != bufio.ErrBufferFull:
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
		if len(long)+len(part) > maxLine {
			return nil, errLong
		}
		long = append(long, part...)
	}
}

func (d *Reader) next() (Record, error) {
	for {
		b, err := d.scan()
		if err == io.EOF {
			return nil, err
		}
		d.line++
		if err == errLong {
			return nil, d.fail(err)
		}
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(b)) == 0 {
			continue
		}
		r, err := d.parse(b)
		if err != nil {
			bad := d.fail(err)
			if !json.Valid(b) && d.nothingFollows() {
				d.torn = true
				return nil, io.EOF
			}
			return nil, bad
		}
		if r != nil {
			return r, nil
		}
	}
}

// nothingFollows reports whether no line after this one can be read: a power cut
// leaves a tail of zeros, or of what the disk held before.
func (d *Reader) nothingFollows() bool {
	for {
		b, err := d.scan()
		if err != nil {
			return err == io.EOF
		}
		if len(bytes.TrimSpace(b)) > 0 && json.Valid(b) {
			return false
		}
	}
}

// parse reads a line; nil is one that was only for the reader.
func (d *Reader) parse(b []byte) (Record, error) {
	var t struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, errors.New("this is no JSON object")
	}
	var r Record
	switch t.Type {
	case "event":
		return d.event(b)
	case "shape":
		return nil, d.shape(b)
	case "journal":
		r = &Header{}
	case "source":
		r = &News{}
	case "over":
		r = &Over{}
	case "piece":
		r = &Change{}
	case "here":
		r = &Here{}
	case "held":
		r = &Held{}
	case "end":
		r = &End{}
	default:
		return nil, fmt.Errorf("there is no type %q", t.Type)
	}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Type, err)
	}
	return r, d.check(r)
}

// check holds a record to its limits. Frames never go back.
func (d *Reader) check(r Record) error {
	var at sonify.Frame
	var tick sonify.Tick
	cursors := []Cursor(nil)
	switch r := r.(type) {
	case *Header:
		if r.Version != Version {
			return fmt.Errorf("this is version %d of the format; version %d is understood", r.Version, Version)
		}
		at, tick, cursors = r.Frame, r.Tick, r.Sources
	case *News:
		at = r.At
		switch r.State {
		case "live", "stale", "ended", "failed":
		default:
			return fmt.Errorf("there is no state %q", r.State)
		}
	case *Over:
		at = r.At
	case *Change:
		at, tick, cursors = r.Frame, r.Tick, r.Sources
	case *Here:
		at, tick = r.Frame, r.Tick
	case *End:
		at, tick = r.Frame, r.Tick
	case *Held:
		at = r.Frame
	case *Event:
		at = r.At
	}
	if at < 0 || at > maxFrame || tick < 0 || tick > maxTick {
		return fmt.Errorf("frame %d or tick %d is out of range", at, tick)
	}
	for _, c := range cursors {
		if c.Begin < 0 || c.Begin > maxFrame {
			return fmt.Errorf("source %s begins at frame %d, out of range", c.Name, c.Begin)
		}
	}
	if at < d.frame {
		return fmt.Errorf("frame %d lies before frame %d of a line above", at, d.frame)
	}
	if _, first := r.(*Header); !first && at-d.frame > maxGap {
		return fmt.Errorf("frame %d lies more than a day after frame %d of a line above: a log says on every bar line where it is", at, d.frame)
	}
	d.frame = at
	return nil
}

func (d *Reader) shape(b []byte) error {
	var k struct {
		ID int `json:"id"`
		Kind
	}
	if err := json.Unmarshal(b, &k); err != nil {
		return fmt.Errorf("shape: %w", err)
	}
	if k.ID < 1 || k.ID > maxShapes {
		return fmt.Errorf("shape %d is out of range: 1 to %d", k.ID, maxShapes)
	}
	s, err := k.Shape()
	if err == nil {
		d.shapes[k.ID] = s
	}
	return err
}

func (d *Reader) event(b []byte) (Record, error) {
	var f struct {
		At     sonify.Frame `json:"at"`
		Source string       `json:"source"`
		Shape  int          `json:"shape"`
		Values []any        `json:"values"`
		Line   int64        `json:"line"`
		Clock  *json.Number `json:"clock_s"`
		Time   *time.Time   `json:"time"`
		Place  string       `json:"place"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	e := &Event{At: f.At, Event: sonify.Event{Source: f.Source, Line: f.Line, Place: f.Place}}
	if f.Shape != 0 {
		if e.Event.Shape = d.shapes[f.Shape]; e.Event.Shape == nil {
			return nil, fmt.Errorf("no line above describes shape %d", f.Shape)
		}
	}
	if len(f.Values) > maxValues {
		return nil, fmt.Errorf("the event has %d values: at most %d are understood", len(f.Values), maxValues)
	}
	e.Event.Values = make([]sonify.Value, len(f.Values))
	for i, v := range f.Values {
		switch v := v.(type) {
		case float64:
			e.Event.Values[i] = sonify.Num(v)
		case string:
			e.Event.Values[i] = sonify.Word(v)
		case bool:
			e.Event.Values[i] = sonify.Truth(v)
		case nil:
		default:
			return nil, fmt.Errorf("value %d is no number, text, true, false or null", i+1)
		}
	}
	if f.Clock != nil {
		c, err := parseSeconds(f.Clock.String())
		if err != nil {
			return nil, err
		}
		e.Event.Clock, e.Event.Timed = c, true
	}
	if f.Time != nil {
		e.Event.At = f.Time.UTC()
	}
	return e, d.check(e)
}
