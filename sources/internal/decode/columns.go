package decode

import (
	"math"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/leaves"
	"proscenium/sources/internal/money"
)

// column is a field of events and how its values are put right.
type column struct {
	name     string
	doc      string
	number   bool
	text     bool
	zero     bool
	length   *clock.Reader
	minor    string // the currency, or the field that names it
	fixed    bool   // minor is the currency
	total    bool
	limits   []float64
	spike    float64
	missing  string // policy
	outlier  string // policy; "" without limits
	markGone int    // column of the mark, -1
	markFar  int
}

// right puts one value right.
func (d *Decoder) right(c *column, l *leaves.Leaf) sonify.Value {
	v := l.Value
	if v.IsMissing() {
		return v
	}
	switch {
	case c.text:
		if l.Raw != "" {
			return sonify.Word(l.Raw)
		}
		return sonify.Word(v.String())
	case c.length != nil:
		text := l.Raw
		if text == "" {
			text = v.String()
		}
		_, dur, ok := c.length.Parse(text)
		if !ok {
			d.env.Tally.Add(sonify.Repaired, "length of time not readable, taken as missing", d.line)
			return sonify.Value{}
		}
		v = sonify.Num(dur.Seconds())
	case (c.number || c.minor != "" || c.total || c.limits != nil || c.spike > 0) && v.Type() == sonify.Text:
		f, ok := d.cut.values.Number(strings.TrimSpace(v.String()))
		if !ok {
			d.env.Tally.Add(sonify.Repaired, "number not readable, taken as missing", d.line)
			return sonify.Value{}
		}
		v = sonify.Num(f)
	}
	if c.zero {
		if f, ok := v.Float(); ok && f == 0 {
			return sonify.Value{}
		}
	}
	return v
}

// whole turns an amount in the smallest unit into whole units of its currency.
func (d *Decoder) whole(c *column, v sonify.Value, record []leaves.Leaf) sonify.Value {
	f, ok := v.Float()
	if !ok {
		return sonify.Value{}
	}
	code := c.minor
	if !c.fixed {
		code = ""
		if id, ok := d.byName[c.minor]; ok && d.filled[id] {
			code = d.row[id].String()
		}
		for i := 0; code == "" && i < len(record); i++ {
			if l := &record[i]; l.Path == c.minor || d.info(l.Path).name == field.Name(c.minor) {
				code = l.Value.String()
			}
		}
	}
	whole := money.Units(int64(f), strings.TrimSpace(code)).Major
	if whole.IsMissing() || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		d.env.Tally.Add(sonify.Repaired, "amount without its currency, taken as missing", d.line)
		return sonify.Value{}
	}
	return whole
}

// describe returns the field of a column.
func (d *Decoder) describe(c *column) sonify.Field {
	f := sonify.Field{Name: c.name, Doc: c.doc, Personal: sonify.Private(c.name)}
	switch {
	case c.length != nil:
		f.Type, f.Unit = sonify.Number, "s"
	case c.number || c.minor != "" || c.total:
		f.Type = sonify.Number
	case c.text:
		f.Type = sonify.Text
	}
	return f
}

// column returns the number of a field, made if there is none; -1 if there are too many.
func (d *Decoder) column(name string) int {
	if id, ok := d.byName[name]; ok {
		return id
	}
	if len(d.columns) >= maxColumns {
		d.env.Tally.Add(sonify.Skipped, "more fields than can be told apart", d.line)
		return -1
	}
	c := &column{name: name, number: has(d.c.Numbers, name), text: has(d.c.Texts, name), zero: has(d.c.ZeroMissing, name),
		total: has(d.c.Totals, name), limits: d.c.Limits[name], spike: d.c.Spikes[name],
		missing: d.c.OnMissing[name], markGone: -1, markFar: -1, doc: "missing where the data lacks it"}
	if f, ok := d.c.Durations[name]; ok {
		c.length, _ = clock.New(f, "")
	}
	if m := d.c.Minor[name]; m != "" {
		_, code := money.Code(m)
		c.minor, c.fixed = m, code && m == strings.ToUpper(m)
	}
	if c.limits != nil || c.spike > 0 {
		if c.outlier = d.c.OnOutlier[name]; c.outlier == "" {
			c.outlier = "missing"
		}
	}
	id := len(d.columns)
	d.byName[name] = id
	d.columns, d.row, d.filled = append(d.columns, c), append(d.row, sonify.Value{}), append(d.filled, false)
	if c.missing == "mark" {
		c.markGone = d.mark(name+"_missing", "true if "+name+" was missing where it may be expected")
	}
	if c.outlier == "mark" {
		c.markFar = d.mark(name+"_outlier", "true if "+name+" is further off than can be true")
	}
	return id
}

// mark makes a column of the decoder's own.
func (d *Decoder) mark(name, doc string) int {
	id := d.column(name)
	if id >= 0 {
		d.columns[id].doc = doc
	}
	return id
}
