package decode

import (
	"proscenium/sonify"
	"proscenium/sources/internal/field"
)

// kind is a kind of event and the fields it has shown so far.
type kind struct {
	name    string
	shape   *sonify.Shape
	columns []int       // by slot
	slots   map[int]int // by column
}

// said returns the kind that a text of the data names; the same texts come again and
// again.
func (d *Decoder) said(text string) string {
	k, ok := d.kindOf[text]
	if !ok {
		if len(d.kindOf) >= 4*maxKinds {
			clear(d.kindOf)
		}
		k = field.Kind(text)
		d.kindOf[text] = k
	}
	return k
}

// named returns the kind of the event, and whether it corrects an earlier one or takes
// it back.
func (d *Decoder) named() (name string, edit bool) {
	for i, c := range d.conds.kinds {
		if d.is(c) {
			name = d.c.Kinds[i].Event
			break
		}
	}
	if name == "" && d.event != "" {
		name = d.said(d.event)
	}
	if name == "" {
		name = d.c.Event
	}
	switch {
	case d.is(d.conds.deleted):
		return name + ".deleted", true
	case d.is(d.conds.edited):
		return name + ".edited", true
	}
	return name, false
}

// shape gives e its kind and its values.
func (d *Decoder) shape(e *waiting, name string) {
	k := d.kinds[name]
	if k == nil {
		if len(d.kinds) >= maxKinds {
			d.env.Tally.Add(sonify.Repaired, "too many kinds of event, called other", d.line)
			name = "other"
			k = d.kinds[name]
		}
		if k == nil {
			k = &kind{name: name, slots: map[int]int{}}
			if len(d.c.Fields) > 0 {
				for id := range d.columns {
					k.slots[id] = len(k.columns)
					k.columns = append(k.columns, id)
				}
			}
			d.reshape(k)
			d.kinds[name] = k
		}
	}
	grown := false
	for _, id := range d.touched {
		if _, ok := k.slots[id]; ok {
			continue
		}
		if len(k.columns) >= d.c.MaxFields {
			d.env.Tally.Add(sonify.Skipped, "fields beyond max_fields", d.line)
			continue
		}
		k.slots[id] = len(k.columns)
		k.columns = append(k.columns, id)
		grown = true
	}
	if grown {
		d.reshape(k)
	}
	e.ev.Shape = k.shape
	e.ev.Values = make([]sonify.Value, len(k.columns))
	for slot, id := range k.columns {
		e.ev.Values[slot] = d.row[id]
	}
	e.kind = k
}

func (d *Decoder) reshape(k *kind) {
	fields := make([]sonify.Field, len(k.columns))
	for i, id := range k.columns {
		fields[i] = d.describe(d.columns[id])
	}
	k.shape = sonify.NewShape(k.name, fields...)
}
