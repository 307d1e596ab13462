package csv

import (
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/field"
)

// measure is a column whose cells are events of their own.
type measure struct {
	column int
	name   sonify.Value
	unit   sonify.Value // missing if the heading has none in brackets
}

// measureFields are what an event of a measure has besides the other columns.
var measureFields = []sonify.Field{
	{Name: "measure", Type: sonify.Text, Doc: "which column it is of"},
	{Name: "value", Doc: "what stands there; missing where the cell is empty"},
	{Name: "unit", Type: sonify.Text, Doc: "what stands in brackets in the column's heading"},
}

// findMeasures finds the columns that measures names, and with them the fields of
// the events.
func (d *decoder) findMeasures() error {
	is := make([]bool, len(d.names))
	taken := map[string]bool{} // the names of measures so far
	for _, n := range d.c.Measures {
		i, err := d.column("measures", n)
		if err != nil {
			return err
		}
		if i < 0 || is[i] {
			return permanent("measures: %q is named twice or names no column", n)
		}
		is[i] = true
		m := measure{column: i, name: sonify.Word(d.names[i])}
		if i < len(d.headings) {
			if name, unit, ok := bracketed(d.headings[i]); ok {
				if name = field.Name(name); name != "" && !taken[name] {
					m.name = sonify.Word(name)
				}
				m.unit = sonify.Word(unit)
			}
		}
		taken[m.name.String()] = true
		d.measures = append(d.measures, m)
	}
	for i, n := range d.names {
		if is[i] {
			continue
		}
		if len(d.measures) > 0 {
			for _, f := range measureFields {
				if f.Name == n {
					return permanent("measures: the table has a column %q of its own, which would be lost (write names = [...] with another name for it)", n)
				}
			}
		}
		d.others = append(d.others, i)
		d.fields = append(d.fields, sonify.Field{Name: n, Doc: d.doc(i)})
	}
	if len(d.measures) > 0 {
		d.fields = append(d.fields, measureFields...)
	}
	return nil
}

// bracketed takes the unit from a heading such as "Temperature (°C)" or
// "CO2 [ppm]".
func bracketed(heading string) (name, unit string, ok bool) {
	h := strings.TrimSpace(heading)
	for _, pair := range []string{"()", "[]"} {
		if i := strings.LastIndexByte(h, pair[0]); i > 0 && h[len(h)-1] == pair[1] {
			unit = strings.TrimSpace(h[i+1 : len(h)-1])
			return h[:i], unit, unit != "" && len(unit) <= 20
		}
	}
	return "", "", false
}

// split makes the events of a row, one for each measure, in the order in which the
// piece names them.
func (d *decoder) split(row sonify.Event) {
	d.waiting = d.waiting[:0]
	for _, m := range d.measures {
		ev := row
		ev.Values = make([]sonify.Value, 0, len(d.fields))
		for _, i := range d.others {
			ev.Values = append(ev.Values, row.Values[i])
		}
		ev.Values = append(ev.Values, m.name, row.Values[m.column], m.unit)
		d.waiting = append(d.waiting, ev)
	}
}
