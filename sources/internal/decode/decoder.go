package decode

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/mapping/expression"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/leaves"
)

// Limits of a decoder.
const (
	maxKinds   = 200    // kinds of event; the rest is "other"
	maxColumns = 4096   // fields of all kinds together
	maxSeries  = 10_000 // series that are told apart; the one unheard of for longest is forgotten
	maxPaths   = 10_000 // ways to values that are remembered
)

// Decoder is the [Normaliser] of the general transports, and a [Flusher]. It lives as
// long as its source: what it knows of series, duplicates and totals outlasts a
// connection.
type Decoder struct {
	env   sonify.SourceEnv
	c     Config
	cut   *cutter
	order *orderer
	time  *clock.Reader
	line  int64

	columns []*column // by id
	byName  map[string]int
	sources map[string][]int // columns by the path that the piece gives, or its name
	infos   map[string]*info // by path
	kinds   map[string]*kind
	kindOf  map[string]string // by what the data says
	conds   struct {
		kinds                  []*condition
		where, edited, deleted *condition
	}
	names []string // that conditions read; of a record, values
	vars  []sonify.Value
	late  int // columns of marks, -1 if there are none
	twice int
	gap   int
	fills int

	series *series
	seen   *window
	// With only and without a key: what was in the message before, and is in this one.
	before, now map[uint64]bool
	begun       bool      // the first message has been read
	since       time.Time // with only: what is known from before

	// About the record that is being made an event:
	row     []sonify.Value // by column
	touched []int          // columns that have been filled
	filled  []bool         // by column
	bare    bool           // it has no fields: it is one value
	stamp   string
	event   string
	key     string
	unique  string
	period  string
}

// info is what a path means.
type info struct {
	name   string
	column int   // -1: none
	vars   []int // conditions read it under these numbers
	roles  role
}

type role uint8

const (
	isTime role = 1 << iota
	isEvent
	isKey
	isUnique
	isPeriod
)

// condition is an expression with where its names stand among Decoder.vars.
type condition struct {
	expr *expression.Expr
	vars []int
	in   []sonify.Value
}

// New returns a decoder. Mistakes in c are sonify.Problems.
func New(env sonify.SourceEnv, c Config) (*Decoder, error) {
	var ps sonify.Problems
	if c.Check(&ps); ps.Err() != nil {
		return nil, ps
	}
	if env.Tally == nil {
		env.Tally = new(sonify.Tally)
	}
	d := &Decoder{env: env, c: c, byName: map[string]int{}, sources: map[string][]int{}, infos: map[string]*info{},
		kinds: map[string]*kind{}, kindOf: map[string]string{}, late: -1, twice: -1, gap: -1, fills: -1, series: newSeries(maxSeries)}
	if d.c.Only == "auto" {
		d.c.Only = "all"
		if c.Asked {
			d.c.Only = "changed"
		}
	}
	d.cut = newCutter(&d.c, func(fate sonify.Fate, what string) { env.Tally.Add(fate, what, d.line) })
	var err error
	if d.time, err = clock.New(c.TimeFormat, c.Zone); err != nil {
		return nil, err
	}
	d.seen = newWindow(c.UniqueFor)
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		id := d.column(name)
		d.columns[id].doc = fmt.Sprintf("%.80q in the data; missing where that lacks it", c.Fields[name])
		from := c.Fields[name]
		if strings.HasPrefix(from, "$") {
			from = "$" + name
		}
		d.sources[from] = append(d.sources[from], id)
	}
	for _, l := range c.Labels {
		d.column(l)
	}
	if len(c.Fields) > 0 {
		for _, w := range c.With {
			if name := field.Name(w); name != "" && !strings.HasPrefix(w, "$") {
				d.column(name)
			}
		}
	}
	if c.Late == "mark" {
		d.late = d.mark("late", "true if later events had been heard before it")
	}
	if c.Duplicates == "mark" {
		d.twice = d.mark("duplicate", "true if it came before")
	}
	if c.Gap > 0 && c.OnGap == "mark" {
		d.gap = d.mark("gap_s", "seconds of silence before it, if that was a gap in the data; missing otherwise")
	}
	if c.OnGap == "hold" || c.OnGap == "interpolate" {
		d.fills = d.mark("filled", "true of an event that stands in a gap of the data")
	}
	for _, k := range c.Kinds {
		d.conds.kinds = append(d.conds.kinds, d.condition(k.When))
	}
	d.conds.where, d.conds.edited, d.conds.deleted = d.condition(c.Where), d.condition(c.Edited), d.condition(c.Deleted)
	d.order = newOrderer(d)
	return d, nil
}

// condition compiles an expression that has been checked; nil for none.
func (d *Decoder) condition(text string) *condition {
	if text == "" {
		return nil
	}
	e, err := expression.Compile(text, scope)
	if err != nil {
		return nil
	}
	c := &condition{expr: e, in: make([]sonify.Value, len(e.Fields()))}
	for _, name := range e.Fields() {
		i := slices.Index(d.names, name)
		if i < 0 {
			i = len(d.names)
			d.names, d.vars = append(d.names, name), append(d.vars, sonify.Value{})
		}
		c.vars = append(c.vars, i)
	}
	return c
}

// is evaluates a condition; nil is false.
func (d *Decoder) is(c *condition) bool {
	if c == nil {
		return false
	}
	for i, v := range c.vars {
		c.in[i] = d.vars[v]
	}
	b, err := c.expr.Cond(expression.Input{Fields: c.in})
	if err != nil {
		d.env.Tally.Add(sonify.Absent, "condition without an answer: "+err.Error(), d.line)
	}
	return b
}

// has reports whether a list of names or paths names a field.
func has(list []string, name string) bool {
	for _, l := range list {
		if l == name || field.Name(l) == name {
			return true
		}
	}
	return false
}

// info returns what a path means.
func (d *Decoder) info(path string) *info {
	if i := d.infos[path]; i != nil {
		return i
	}
	i := &info{name: field.Name(path), column: -1}
	if i.name == "" {
		i.name = "field"
	}
	is := func(configured string) bool {
		return configured != "" && (configured == path || field.Name(configured) == i.name)
	}
	for _, r := range []struct {
		path string
		role role
	}{{d.c.Time, isTime}, {d.c.EventFrom, isEvent}, {d.c.Key, isKey}, {d.c.Unique, isUnique}, {d.c.Period, isPeriod}} {
		if is(r.path) {
			i.roles |= r.role
		}
	}
	for k, n := range d.names {
		if n == i.name {
			i.vars = append(i.vars, k)
		}
	}
	if len(d.c.Fields) == 0 {
		i.column = d.column(i.name)
	} else if !strings.HasPrefix(path, "$") && strings.Contains(strings.Join(d.c.With, "\x00")+"\x00", path+"\x00") {
		i.column = d.column(i.name)
	}
	if len(d.infos) >= maxPaths {
		clear(d.infos)
	}
	d.infos[path] = i
	return i
}

// Foresee says which labels the transport will add to messages, so that [Decoder.Prospect]
// knows of their fields. It is called before the first message.
func (d *Decoder) Foresee(labels ...string) {
	for _, l := range labels {
		d.column(l)
	}
}

// Begin says that what happened until then is known from before: with only, records of
// later times are news even in the first message. Without a call, or with the zero
// time, nothing is known.
func (d *Decoder) Begin(since time.Time) { d.since = since }

// Prospect implements [Normaliser]. What comes is known beforehand if the piece names
// the fields and one kind.
func (d *Decoder) Prospect() sonify.Prospect {
	p := sonify.Prospect{Open: true, Timed: d.c.Time != ""}
	if len(d.c.Fields) == 0 && len(d.cut.groups) == 0 {
		return p
	}
	var fields []sonify.Field
	for _, c := range d.columns {
		fields = append(fields, d.describe(c))
	}
	if len(d.c.Fields) == 0 {
		for _, g := range d.cut.groups {
			if n := field.Name(g); n != "" && !slices.ContainsFunc(fields, func(f sonify.Field) bool { return f.Name == n }) {
				fields = append(fields, sonify.Field{Name: n, Doc: "missing where the pattern finds none", Personal: sonify.Private(n)})
			}
		}
	}
	kinds := []string{d.c.Event}
	for _, k := range d.c.Kinds {
		kinds = append(kinds, k.Event)
	}
	for _, k := range kinds {
		for _, suffix := range []struct {
			text string
			c    *condition
		}{{"", d.conds.where}, {".edited", d.conds.edited}, {".deleted", d.conds.deleted}} {
			if suffix.text == "" || suffix.c != nil {
				p.Shapes = append(p.Shapes, sonify.NewShape(k+suffix.text, fields...))
			}
		}
	}
	p.Open = d.c.EventFrom != ""
	return p
}

// Normalise implements [Normaliser].
func (d *Decoder) Normalise(m *Message, emit func(sonify.Event)) error {
	d.line = m.Line
	if len(m.Body) > d.c.MaxRecord<<10 {
		return fmt.Errorf("message of %d KiB: %d KiB at most are read (max_message_kib)", len(m.Body)>>10, d.c.MaxRecord)
	}
	now := time.Now()
	known := m.ID != "" && d.c.Unique == "" && !d.seen.add("message", m.ID, now)
	if known && d.twice < 0 {
		d.env.Tally.Add(sonify.Skipped, "message that came before", m.Line)
		d.order.message(m.Place)
		d.order.close(emit)
		return nil
	}
	d.order.message(m.Place)
	old := d.before
	d.before, d.now = d.now, nil
	err := d.cut.cut(m.Type, m.Body, func(record []leaves.Leaf) error {
		d.record(m, record, known, now)
		return nil
	})
	if err != nil { // it says nothing of what is there
		d.before, d.now = old, d.before
	} else {
		d.begun = true
	}
	d.order.close(emit)
	return err
}

// Flush implements [Flusher].
func (d *Decoder) Flush(now time.Time, emit func(sonify.Event)) time.Time {
	return d.order.flush(now, emit)
}

// put fills a column of the record.
func (d *Decoder) put(id int, v sonify.Value) {
	if id < 0 {
		return
	}
	if !d.filled[id] {
		d.filled[id] = true
		d.touched = append(d.touched, id)
	} else if !d.row[id].IsMissing() && !v.IsMissing() {
		d.env.Tally.Add(sonify.Repaired, "two values of one name, the last taken", d.line)
	} else if v.IsMissing() {
		return
	}
	d.row[id] = v
}

// record makes a record an event.
func (d *Decoder) record(m *Message, record []leaves.Leaf, known bool, now time.Time) {
	d.clear()
	clear(d.vars)
	d.stamp, d.event, d.key, d.unique, d.period = "", "", "", "", ""
	d.bare = len(record) == 1 && record[0].Path == "value"
	for i := range record {
		d.take(&record[i])
	}
	d.labels(m)
	for _, id := range d.touched {
		if c := d.columns[id]; c.minor != "" {
			d.row[id] = d.whole(c, d.row[id], record)
		}
	}
	for i, n := range d.names {
		if id, ok := d.byName[n]; ok && d.filled[id] {
			d.vars[i] = d.row[id]
		}
	}
	if d.conds.where != nil && !d.is(d.conds.where) {
		d.env.Tally.Add(sonify.Unwanted, "record of which where is not true", d.line)
		return
	}
	// A record of the list that ID names only as a whole is told apart by its own key.
	if d.c.Unique != "" {
		id := d.unique
		if id == "" && d.c.Unique == "id" {
			id = m.ID
		}
		if id == "" {
			d.env.Tally.Add(sonify.Absent, "record without what unique names", d.line)
		} else if !d.seen.add("record", id, now) {
			known = true
		}
	}
	if known {
		if d.twice < 0 {
			d.env.Tally.Add(sonify.Skipped, "record that came before", d.line)
			return
		}
		d.put(d.twice, sonify.Truth(true))
	} else if d.twice >= 0 {
		d.put(d.twice, sonify.Truth(false))
	}
	name, edit := d.named()
	e := &waiting{ev: sonify.Event{Source: d.env.Name, Line: m.Line}, name: name, edit: edit, key: d.key, came: now}
	e.ev.At, e.ev.Clock, e.ev.Timed, e.timeless = d.when(m)
	if d.c.Only != "all" && !d.compare(e) {
		return
	}
	d.order.arrive(e)
}

// take takes over one leaf of a record.
func (d *Decoder) take(l *leaves.Leaf) {
	in := d.info(l.Path)
	for _, v := range in.vars {
		if d.vars[v].IsMissing() {
			d.vars[v] = l.Value
		}
	}
	if in.roles != 0 && !l.Value.IsMissing() {
		text := l.Raw
		if text == "" {
			text = l.Value.String()
		}
		if in.roles&isTime != 0 && d.stamp == "" {
			d.stamp = text
		}
		if in.roles&isEvent != 0 && d.event == "" {
			d.event = text
		}
		if in.roles&isKey != 0 && d.key == "" {
			d.key = text
		}
		if in.roles&isUnique != 0 && d.unique == "" {
			d.unique = text
		}
		if in.roles&isPeriod != 0 && d.period == "" {
			d.period = text
		}
	}
	if column := in.column; column >= 0 {
		if d.bare && written(l.Value) {
			column = d.column("text")
		}
		d.put(column, d.right(d.columns[column], l))
	}
	if len(d.sources) > 0 {
		for _, id := range d.sources[l.Path] {
			d.put(id, d.right(d.columns[id], l))
			d.role(d.columns[id].name, l)
		}
		if in.name != l.Path {
			for _, id := range d.sources[in.name] {
				if !d.filled[id] {
					d.put(id, d.right(d.columns[id], l))
				}
			}
		}
	}
}

// role lets keys name a field by the name that the piece gave it.
func (d *Decoder) role(name string, l *leaves.Leaf) {
	text := l.Raw
	if text == "" {
		text = l.Value.String()
	}
	for _, r := range []struct {
		configured string
		into       *string
	}{{d.c.Time, &d.stamp}, {d.c.EventFrom, &d.event}, {d.c.Key, &d.key}, {d.c.Unique, &d.unique}, {d.c.Period, &d.period}} {
		if r.configured == name && *r.into == "" {
			*r.into = text
		}
	}
}

// topicParts are the labels of the parts of a topic.
var topicParts = func() (names [20]string) {
	for i := range names {
		names[i] = fmt.Sprintf("topic_%d", i+1)
	}
	return names
}()

// labels puts in what the transport knows.
func (d *Decoder) labels(m *Message) {
	set := func(name string, v sonify.Value, wanted bool) {
		for i, n := range d.names {
			if n == name {
				d.vars[i] = v
			}
		}
		for _, r := range []struct {
			configured string
			into       *string
		}{{d.c.EventFrom, &d.event}, {d.c.Key, &d.key}} {
			if r.configured == name && *r.into == "" {
				*r.into = v.String()
			}
		}
		if wanted || len(d.sources[name]) > 0 {
			for _, id := range d.sources[name] {
				d.put(id, v)
			}
			if wanted {
				d.put(d.column(name), v)
			}
		}
	}
	if m.Topic != "" && (len(d.c.Labels) > 0 || len(d.names) > 0 || d.c.EventFrom != "" || d.c.Key != "" || len(d.sources) > 0) {
		set("topic", sonify.Word(m.Topic), slices.Contains(d.c.Labels, "topic"))
		for i, part := range strings.FieldsFunc(m.Topic, func(r rune) bool { return r == '/' || r == '.' || r == ':' }) {
			if i >= len(topicParts) {
				break
			}
			name := topicParts[i]
			set(name, sonify.Word(part), slices.Contains(d.c.Labels, name))
		}
	}
	for _, l := range m.Labels {
		set(l.Name, l.Value, true)
	}
}

// when returns when the record happened: by the calendar, or by the data's own clock.
// One whose time is missing or not readable is timeless. What the transport says is
// not put in its place: that may be of another age, or no clock of the data's at all,
// and what comes after would all be late.
func (d *Decoder) when(m *Message) (at time.Time, clocked time.Duration, timed, timeless bool) {
	if d.c.Time == "" {
		return m.At, 0, false, m.At.IsZero()
	}
	at, clocked, ok := d.time.Parse(d.stamp)
	if !ok {
		what := clock.Broken
		fate := sonify.Repaired
		if d.stamp == "" {
			what, fate = clock.Blank, sonify.Absent
		}
		d.env.Tally.Add(fate, what, d.line)
		return m.At, 0, false, true
	}
	if !at.IsZero() {
		return at, 0, false, false
	}
	if d.c.Period != "" {
		n, ok := sonify.Word(strings.TrimSpace(d.period)).Float()
		if !ok || n < 1 || n > 1000 {
			d.env.Tally.Add(sonify.Repaired, "period not readable, taken as the first", d.line)
			n = 1
		}
		if d.c.CountsDown {
			clocked = d.c.PeriodLength - clocked
		}
		clocked = max(clocked, 0) + time.Duration(n-1)*d.c.PeriodLength
	}
	return m.At, clocked, true, false
}

// cell is a value and its column.
type cell struct {
	id int
	v  sonify.Value
}

// cells appends what the record holds to into.
func (d *Decoder) cells(into []cell) []cell {
	for _, id := range d.touched {
		into = append(into, cell{id, d.row[id]})
	}
	return into
}

// clear empties the record.
func (d *Decoder) clear() {
	for _, id := range d.touched {
		d.row[id], d.filled[id] = sonify.Value{}, false
	}
	d.touched = d.touched[:0]
}

// load makes cells the record.
func (d *Decoder) load(cells []cell) {
	d.clear()
	for _, c := range cells {
		d.row[c.id], d.filled[c.id] = c.v, true
		d.touched = append(d.touched, c.id)
	}
}

var (
	_ Normaliser = (*Decoder)(nil)
	_ Flusher    = (*Decoder)(nil)
)
