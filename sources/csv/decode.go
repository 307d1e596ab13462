package csv

import (
	"fmt"
	"io"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/input"
	"proscenium/sources/internal/table"
)

const (
	// maxKinds bounds how many kinds event_from may make; the rest is "other".
	maxKinds = 500
	// patience is how many rows without a readable time are skipped before the
	// column is held to be no time at all.
	patience = 100
)

// decoder turns rows into events.
type decoder struct {
	*source
	tally *sonify.Tally

	rows     *table.Reader
	headings []string
	names    []string
	fields   []sonify.Field
	parse    *field.Parser
	time     *clock.Reader
	timeAt   int // column of the time, or -1
	kindAt   int // column of the kind, or -1
	text     []bool
	zero     []bool // 0 is missing
	shapes   map[string]*sonify.Shape
	shape    *sonify.Shape // of the fixed kind
	early    int           // rows before the first time
	firstBad string        // the first text that was no time
	absent   []string      // what to count for a missing value, by column
	measures []measure     // columns that are events of their own
	others   []int         // the columns that are not
	waiting  []sonify.Event
}

func (d *decoder) line() int64 {
	if d.rows == nil {
		return 0
	}
	return d.rows.Line
}

// open reads up to the first row of data.
func (d *decoder) open(r io.Reader) error {
	text, err := input.Text(r, d.c.Encoding, 64<<10)
	if err != nil {
		return err
	}
	for range d.c.SkipLines {
		if _, err := text.ReadSlice('\n'); err != nil {
			if err == io.EOF {
				break
			}
			return permanent("the lines that skip_lines leaves out are too long")
		}
	}
	d.rows = table.NewReader(text)
	d.rows.Skipped(d.c.SkipLines)
	d.rows.Max = d.c.MaxRecord << 10
	d.rows.Latin1 = d.c.Encoding == input.Latin1
	sep := d.rows.Sniff()
	if s, ok := separators[d.c.Separator]; ok {
		sep = s
	}
	d.rows.Separator = sep

	first := d.c.Names
	if d.c.Header {
		head, err := d.read()
		if err == nil {
			if s, ok := separatorOf(head, d.rows.Separator); ok {
				d.rows.Separator = s
				head, err = d.read()
			}
		}
		if err == io.EOF {
			return permanent("the table is empty: a row of headings was expected")
		}
		if err != nil {
			return err
		}
		if len(first) == 0 {
			first = append([]string(nil), head...)
		} else {
			first = append(append([]string(nil), first...), head[min(len(head), len(first)):]...)
		}
	}
	d.headings = first
	d.names = field.Names(first)
	d.parse = field.NewParser(d.c.Missing, d.c.Decimal == "comma" || d.c.Decimal == "auto" && d.rows.Separator == ';')
	return d.columns()
}

func permanent(format string, args ...any) error {
	return &sonify.Permanent{Err: fmt.Errorf(format, args...)}
}

// columns finds the columns that the piece names.
func (d *decoder) columns() (err error) {
	if d.timeAt, err = d.column("time", d.c.Time); err != nil {
		return err
	}
	if d.kindAt, err = d.column("event_from", d.c.EventFrom); err != nil {
		return err
	}
	if d.timeAt >= 0 {
		if d.time, err = clock.New(d.c.TimeFormat, d.c.Zone); err != nil {
			return err
		}
	}
	d.text = make([]bool, len(d.names))
	d.zero = make([]bool, len(d.names))
	for _, set := range []struct {
		key   string
		names []string
		flags []bool
	}{{"text", d.c.Text, d.text}, {"zero_is_missing", d.c.ZeroMissing, d.zero}} {
		for _, n := range set.names {
			i, err := d.column(set.key, n)
			if err != nil {
				return err
			}
			if i >= 0 {
				set.flags[i] = true
			}
		}
	}
	d.absent = make([]string, len(d.names))
	for i, n := range d.names {
		d.absent[i] = "no value for " + n
	}
	if err := d.findMeasures(); err != nil {
		return err
	}
	d.shape = sonify.NewShape(d.kind, d.fields...)
	d.shapes = map[string]*sonify.Shape{d.kind: d.shape}
	return nil
}

// doc says which column a field is.
func (d *decoder) doc(i int) string {
	if i < len(d.headings) && d.headings[i] != d.names[i] {
		return fmt.Sprintf("column %q; missing where its cell is empty", strings.TrimSpace(d.headings[i]))
	}
	return "missing where its cell is empty"
}

// column returns where the named column stands, -1 if name is empty.
func (d *decoder) column(key, name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	for i, h := range d.headings {
		if strings.TrimSpace(h) == name {
			return i, nil
		}
	}
	want := field.Name(name)
	for i, n := range d.names {
		if n == name || n == want {
			return i, nil
		}
	}
	hint := sonify.DidYouMean(name, d.names)
	if hint != "" {
		hint = " (" + hint + ")"
	}
	return 0, permanent("%s = %q: there is no such column%s", key, name, hint)
}

// read returns the next row, and counts what the table had to put right.
func (d *decoder) read() ([]string, error) {
	cells, err := d.rows.Read()
	if err != nil {
		if err != io.EOF {
			err = &sonify.Permanent{Err: err}
		}
		return nil, err
	}
	if d.rows.Foreign {
		d.tally.Add(sonify.Repaired, "not UTF-8, read as Latin-1", d.rows.Line)
	}
	if d.rows.Unclosed {
		d.tally.Add(sonify.Repaired, "quote not closed at the end", d.rows.Line)
	}
	return cells, nil
}

// next returns the next event.
func (d *decoder) next() (sonify.Event, error) {
	for {
		if len(d.waiting) > 0 {
			ev := d.waiting[0]
			d.waiting = d.waiting[1:]
			return ev, nil
		}
		cells, err := d.read()
		if err == io.EOF && d.time != nil && !d.time.Started() && d.early > 0 {
			err = d.noTime()
		}
		if err != nil {
			return sonify.Event{}, err
		}
		if blank(cells) {
			d.tally.Add(sonify.Skipped, "empty row", d.rows.Line)
			continue
		}
		switch {
		case len(cells) < len(d.names):
			if d.rows.Cut {
				d.tally.Add(sonify.Skipped, "last row cut off", d.rows.Line)
				continue
			}
			d.tally.Add(sonify.Repaired, "row with too few cells, the others missing", d.rows.Line)
		case len(cells) > len(d.names):
			if !blank(cells[len(d.names):]) {
				d.tally.Add(sonify.Repaired, "row with too many cells, the others left out", d.rows.Line)
			}
			cells = cells[:len(d.names)]
		}
		ev := sonify.Event{Source: d.env.Name, Line: d.rows.Line}
		if d.time != nil {
			stamp, ok, err := d.stamp(cells)
			if err != nil {
				return sonify.Event{}, err
			}
			if !ok {
				continue
			}
			ev.At, ev.Clock, ev.Timed = stamp.At, stamp.Clock, true
		}
		ev.Shape = d.shapeOf(cells)
		ev.Values = d.values(cells)
		if len(d.measures) > 0 {
			d.split(ev)
			continue
		}
		return ev, nil
	}
}

func (d *decoder) stamp(cells []string) (clock.Stamp, bool, error) {
	text := ""
	if d.timeAt < len(cells) {
		text = strings.TrimSpace(cells[d.timeAt])
	}
	if d.parse.IsMissing(text) {
		text = ""
	}
	stamp, odd, ok := d.time.Read(text)
	if !ok {
		if d.firstBad == "" {
			d.firstBad = text
		}
		if d.early++; d.early >= patience {
			return stamp, false, d.noTime()
		}
		d.tally.Add(sonify.Skipped, "row before the first readable time", d.rows.Line)
		return stamp, false, nil
	}
	switch odd {
	case clock.Blank:
		d.tally.Add(sonify.Absent, odd, d.rows.Line)
	case clock.Broken, clock.Backwards:
		d.tally.Add(sonify.Repaired, odd, d.rows.Line)
	}
	return stamp, true, nil
}

// noTime is the error about a column in which there is no time.
func (d *decoder) noTime() error {
	return permanent("time = %q: none of the first %d rows has a time that can be read there, the first is %.40q (say how it is written: time_format = \"02.01.2006 15:04\")",
		d.names[d.timeAt], d.early, d.firstBad)
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func (d *decoder) shapeOf(cells []string) *sonify.Shape {
	if d.kindAt < 0 || d.kindAt >= len(cells) {
		return d.shape
	}
	text := cells[d.kindAt]
	if s := d.shapes[text]; s != nil {
		return s
	}
	kind := field.Kind(text)
	if kind == "" {
		return d.shape
	}
	s := d.shapes[kind]
	if s == nil {
		if len(d.shapes) >= maxKinds {
			d.tally.Add(sonify.Repaired, "too many kinds of event, called other", d.rows.Line)
			kind = "other"
			s = d.shapes[kind]
		}
		if s == nil {
			s = sonify.NewShape(kind, d.fields...)
			d.shapes[kind] = s
		}
	}
	if len(d.shapes) < 2*maxKinds && len(text) < 100 {
		d.shapes[text] = s // so that the text is turned into a kind only once
	}
	return s
}

func (d *decoder) values(cells []string) []sonify.Value {
	vs := make([]sonify.Value, len(d.names))
	for i, c := range cells {
		var v sonify.Value
		if d.text[i] {
			c = strings.TrimSpace(c)
			if !d.parse.IsMissing(c) {
				v = sonify.Word(c)
			}
		} else {
			v = d.parse.Value(c)
		}
		if d.zero[i] {
			if f, ok := v.Float(); ok && f == 0 {
				v = sonify.Value{}
			}
		}
		if v.IsMissing() {
			d.tally.Add(sonify.Absent, d.absent[i], d.rows.Line)
		}
		vs[i] = v
	}
	return vs
}
