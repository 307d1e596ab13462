package jsonl

import (
	"fmt"
	"io"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/input"
	"proscenium/sources/internal/leaves"
)

const (
	// maxKinds bounds how many kinds of event there may be; the rest is "other".
	maxKinds = 200
	// patience is how many objects without a readable time are skipped before the
	// field is held to be no time at all.
	patience = 100
)

// decoder turns objects into events.
type decoder struct {
	*source
	tally *sonify.Tally
	frame *framer
	parse leaves.Parser
	line  int64
	time  *clock.Reader
	names map[string]string // field names by path
	zero  map[string]bool   // fields in which 0 is missing
	kinds map[string]*kind

	early    int
	firstBad string
}

// kind is a kind of event and the fields it has shown so far.
type kind struct {
	shape  *sonify.Shape
	fields []sonify.Field
	slots  map[string]int
	seen   bool // by Probe
}

func newDecoder(s *source, tally *sonify.Tally) *decoder {
	d := &decoder{source: s, tally: tally, names: make(map[string]string), zero: make(map[string]bool), kinds: make(map[string]*kind)}
	for _, z := range s.c.ZeroMissing {
		d.zero[field.Name(z)] = true
	}
	gone := field.NewParser(s.c.Missing, false)
	d.parse = leaves.Parser{
		MaxDepth: s.c.MaxDepth, MaxItems: s.c.Items, MaxLeaves: s.c.MaxFields,
		Missing: func(t string) bool { return gone.IsMissing(strings.TrimSpace(t)) },
		Note:    func(fate sonify.Fate, what string) { tally.Add(fate, what, d.line) },
	}
	if s.c.Time != "" {
		d.time, _ = clock.New(s.c.TimeFormat, s.c.Zone) // newSource has tried
	}
	return d
}

func (d *decoder) open(r io.Reader) error {
	text, err := input.Text(r, input.Auto, 64<<10)
	if err != nil {
		return err
	}
	d.frame = newFramer(text, d.c.MaxRecord<<10, func(what string, line int64) {
		d.tally.Add(sonify.Skipped, what, line)
	})
	return nil
}

// next returns the next event.
func (d *decoder) next() (sonify.Event, error) {
	for {
		text, line, err := d.frame.next()
		d.line = line
		if err == io.EOF && d.time != nil && !d.time.Started() && d.early > 0 {
			err = d.noTime()
		}
		if err != nil {
			return sonify.Event{}, err
		}
		if err := d.parse.Object(text); err != nil {
			d.tally.Add(sonify.Skipped, "not valid JSON", line)
			continue
		}
		ev := sonify.Event{Source: d.env.Name, Line: line}
		if d.own() {
			d.ownEvent(&ev)
			return ev, nil
		}
		if d.time != nil {
			ok, err := d.stamp(&ev)
			if err != nil {
				return ev, err
			}
			if !ok {
				continue
			}
		}
		d.fill(&ev, d.kindOf(), d.parse.Leaves)
		return ev, nil
	}
}

// lookup returns the leaf that a piece names, by its path or its field name.
func (d *decoder) lookup(name string) *leaves.Leaf {
	want := field.Name(name)
	for i := range d.parse.Leaves {
		if l := &d.parse.Leaves[i]; l.Path == name || d.name(l.Path) == want {
			return l
		}
	}
	return nil
}

// name returns the field name of a path.
func (d *decoder) name(path string) string {
	n, ok := d.names[path]
	if !ok {
		if n = field.Name(path); n == "" {
			n = "field"
		}
		if len(d.names) < leaves.TooManyPaths {
			d.names[path] = n
		}
	}
	return n
}

func (d *decoder) stamp(ev *sonify.Event) (bool, error) {
	text := ""
	if l := d.lookup(d.c.Time); l != nil && !l.Value.IsMissing() {
		if text = l.Raw; text == "" {
			text = l.Value.String()
		}
	}
	stamp, odd, ok := d.time.Read(text)
	if !ok {
		if d.firstBad == "" {
			d.firstBad = text
		}
		if d.early++; d.early >= patience {
			return false, d.noTime()
		}
		d.tally.Add(sonify.Skipped, "object before the first readable time", d.line)
		return false, nil
	}
	switch odd {
	case clock.Blank:
		d.tally.Add(sonify.Absent, odd, d.line)
	case clock.Broken, clock.Backwards:
		d.tally.Add(sonify.Repaired, odd, d.line)
	}
	ev.At, ev.Clock, ev.Timed = stamp.At, stamp.Clock, true
	return true, nil
}

// noTime is the error about a field in which there is no time.
func (d *decoder) noTime() error {
	hint := ""
	if d.firstBad == "" {
		var known []string
		for _, l := range d.parse.Leaves {
			known = append(known, l.Path)
		}
		if hint = sonify.DidYouMean(d.c.Time, known); hint != "" {
			hint = " (" + hint + ")"
		}
		return &sonify.Permanent{Err: fmt.Errorf("time = %q: none of the first %d objects has it%s", d.c.Time, d.early, hint)}
	}
	return &sonify.Permanent{Err: fmt.Errorf("time = %q: none of the first %d objects has a time that can be read there, the first is %.40q (say how it is written: time_format = \"02.01.2006 15:04\")", d.c.Time, d.early, d.firstBad)}
}

// kindOf returns the kind of the event that the leaves make.
func (d *decoder) kindOf() *kind {
	name := d.kind
	if d.c.EventFrom != "" {
		if l := d.lookup(d.c.EventFrom); l != nil && !l.Value.IsMissing() {
			if k := field.Kind(l.Value.String()); k != "" {
				name = k
			}
		}
	}
	return d.named(name)
}

func (d *decoder) named(name string) *kind {
	k := d.kinds[name]
	if k == nil {
		if len(d.kinds) >= maxKinds {
			d.tally.Add(sonify.Repaired, "too many kinds of event, called other", d.line)
			if name, k = "other", d.kinds["other"]; k != nil {
				return k
			}
		}
		k = &kind{slots: make(map[string]int)}
		k.shape = sonify.NewShape(name)
		d.kinds[name] = k
	}
	return k
}

// fill gives ev its shape and values. Fields that the kind did not have so far
// make it a new shape, with the old ones in their places.
func (d *decoder) fill(ev *sonify.Event, k *kind, all []leaves.Leaf) {
	grown := false
	for i := range all {
		l := &all[i]
		n := d.name(l.Path)
		if _, ok := k.slots[n]; ok || len(k.fields) >= d.c.MaxFields {
			continue
		}
		f := sonify.Field{Name: n, Doc: "missing where the object lacks it or says null"}
		if n != l.Path {
			f.Doc = fmt.Sprintf("%.80q in the object; missing where it lacks it or says null", l.Path)
		}
		k.slots[n] = len(k.fields)
		k.fields = append(k.fields, f)
		grown = true
	}
	if grown {
		k.shape = sonify.NewShape(k.shape.Kind(), k.fields...)
	}
	ev.Shape = k.shape
	ev.Values = make([]sonify.Value, len(k.fields))
	for i := range all {
		n := d.name(all[i].Path)
		slot, ok := k.slots[n]
		if !ok {
			d.tally.Add(sonify.Skipped, "fields beyond max_fields", d.line)
			continue
		}
		v := all[i].Value
		if d.zero[n] {
			if f, ok := v.Float(); ok && f == 0 {
				v = sonify.Value{}
			}
		}
		if !ev.Values[slot].IsMissing() {
			d.tally.Add(sonify.Repaired, "two values of one name, the last taken", d.line)
		}
		ev.Values[slot] = v
	}
}

// own reports whether the object is a line of "proscenium events", which then
// comes back as the event it was.
func (d *decoder) own() bool {
	if d.c.Time != "" || d.c.EventFrom != "" {
		return false
	}
	kind, values := false, false
	for _, k := range d.parse.Top {
		switch k {
		case "kind":
			kind = true
		case "values":
			values = true
		case "type", "n", "at", "clock_s", "source", "labels", "line", "frame":
		default:
			return false
		}
	}
	if !kind || !values {
		return false
	}
	for i := range d.parse.Leaves {
		l := &d.parse.Leaves[i]
		if l.Path == "values" || l.Path == "kind" && l.Value.Type() != sonify.Text {
			return false
		}
	}
	return true
}

func (d *decoder) ownEvent(ev *sonify.Event) {
	name := d.kind
	fields := d.parse.Leaves[:0]
	for _, l := range d.parse.Leaves {
		switch {
		case l.Path == "kind":
			if k := field.Kind(l.Value.String()); k != "" {
				name = k
			}
		case l.Path == "clock_s":
			if c, ok := clock.Decimal(l.Raw, int64(time.Second)); ok && l.Value.Type() == sonify.Number {
				ev.Clock, ev.Timed = c, true
			}
		case l.Path == "at":
			if t, err := time.Parse(time.RFC3339Nano, l.Raw); err == nil {
				ev.At = t
			} else if !l.Value.IsMissing() {
				d.tally.Add(sonify.Repaired, "time not readable, left out", d.line)
			}
		case strings.HasPrefix(l.Path, "values."):
			l.Path = l.Path[len("values."):]
			fields = append(fields, l)
		case strings.HasPrefix(l.Path, "labels."):
			l.Path = l.Path[len("labels."):]
			fields = append(fields, l)
		}
	}
	d.fill(ev, d.named(name), fields)
}
