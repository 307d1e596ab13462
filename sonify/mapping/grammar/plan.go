package grammar

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
)

// plan is what the tags of a struct say.
type plan struct {
	fields []*field
	byKey  map[string]*field
	keys   []string // in the order of the struct
	pos    [][]int  // fields of type Pos
	rest   []int    // the field with the tag toml:"*", nil if there is none
}

// field is a key of a table, and the field of the struct it goes to.
type field struct {
	name      string // of the struct's field
	key       string
	index     []int
	typ       reflect.Type
	doc       string
	unit      string
	def       string
	hasDef    bool
	example   string
	beside    string // a key whose example stands beside this one's, in braces
	enum      []string
	instead   map[string]string // what people write who do not know the enum
	min, max  *float64
	low, high string // min and max as they are written
	lenMin    int
	lenMax    int // -1: any
	required  bool
	without   string // the key of the same table in place of which it is required; "": always
}

var (
	posType      = reflect.TypeFor[Pos]()
	rawType      = reflect.TypeFor[Raw]()
	nodeType     = reflect.TypeFor[*Node]()
	durationType = reflect.TypeFor[time.Duration]()
	pitchType    = reflect.TypeFor[sonify.Pitch]()
	valueType    = reflect.TypeFor[Value]()
	mapperType   = reflect.TypeFor[mapper]()
)

// plans remembers the plan of each type. What is in it follows from the type
// alone.
var plans sync.Map

// planOf reads the tags of a struct type. Tags that make no sense are a mistake
// of the program: it panics.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{byKey: make(map[string]*field)}
	p.read(t, nil)
	actual, _ := plans.LoadOrStore(t, p)
	return actual.(*plan)
}

func (p *plan) read(t reflect.Type, prefix []int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(append([]int(nil), prefix...), i)
		key, tagged := sf.Tag.Lookup("toml")
		switch {
		case sf.Type == posType && sf.IsExported():
			p.pos = append(p.pos, index)
		case sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct:
			p.read(sf.Type, index)
		case !tagged || key == "-" || !sf.IsExported():
		case key == "*":
			if sf.Type != rawType || p.rest != nil {
				panic(fmt.Sprintf("grammar: %s.%s: toml:\"*\" needs the type Raw, once", t, sf.Name))
			}
			p.rest = index
		default:
			f := newField(t, sf, key, index)
			if outer, twice := p.byKey[key]; twice {
				if outer.name == f.name && len(outer.index) < len(index) {
					continue // hidden, as Go has it: the outer struct says otherwise
				}
				panic(fmt.Sprintf("grammar: %s has the key %q twice", t, key))
			}
			p.fields = append(p.fields, f)
			p.keys = append(p.keys, key)
			p.byKey[key] = f
		}
	}
}

func newField(t reflect.Type, sf reflect.StructField, key string, index []int) *field {
	f := &field{name: sf.Name, key: key, index: index, typ: sf.Type, lenMax: -1}
	bad := func(tag, text string) {
		panic(fmt.Sprintf("grammar: %s.%s: the tag %s:%q makes no sense", t, sf.Name, tag, text))
	}
	for _, pair := range strings.Split(sf.Tag.Get("instead"), "|") {
		if wrong, right, ok := strings.Cut(pair, "="); ok {
			if f.instead == nil {
				f.instead = map[string]string{}
			}
			f.instead[wrong] = right
		}
	}
	f.doc, f.unit, f.example, f.beside = sf.Tag.Get("doc"), sf.Tag.Get("unit"), sf.Tag.Get("example"), sf.Tag.Get("beside")
	f.def, f.hasDef = sf.Tag.Lookup("default")
	f.low, f.high = sf.Tag.Get("min"), sf.Tag.Get("max")
	if e := sf.Tag.Get("enum"); e != "" {
		f.enum = strings.Split(e, "|")
	}
	limit := func(tag, text string) *float64 {
		if text == "" {
			return nil
		}
		v, err := limitOf(sf.Type, text)
		if err != nil {
			bad(tag, text)
		}
		return &v
	}
	f.min, f.max = limit("min", f.low), limit("max", f.high)
	switch r := sf.Tag.Get("required"); r {
	case "true":
		f.required = true
	case "", "false":
	default:
		if f.without, f.required = strings.CutPrefix(r, "without "); !f.required {
			bad("required", r)
		}
	}
	if l := sf.Tag.Get("len"); l != "" {
		low, high, ranged := strings.Cut(l, "..")
		if !ranged {
			high = low
		}
		var err1, err2 error
		f.lenMin, err1 = strconv.Atoi(low)
		if high != "" {
			f.lenMax, err2 = strconv.Atoi(high)
		}
		if err1 != nil || err2 != nil {
			bad("len", l)
		}
	}
	return f
}

// limitOf reads a min or max tag in the unit in which values of t are compared.
func limitOf(t reflect.Type, text string) (float64, error) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	switch {
	case t == durationType || t == reflect.TypeFor[Duration]():
		d, err := ParseDuration(text)
		return d.Seconds(), err
	case t == pitchType || t == reflect.TypeFor[Pitch]():
		p, err := sonify.ParsePitch(text)
		return p.Semitones(), err
	}
	return strconv.ParseFloat(text, 64)
}

// limits says what a number must be: "10 to 400 bpm".
func (f *field) limits() string {
	s := ""
	switch {
	case f.min != nil && f.max != nil:
		s = f.low + " to " + f.high
	case f.min != nil:
		s = "at least " + f.low
	case f.max != nil:
		s = "at most " + f.high
	}
	if s != "" && f.unit != "" {
		s += " " + f.unit
	}
	return s
}

// documented reports whether the default is prose for the reference, as in
// default:"(the voice's own)", and nothing to be applied.
func (f *field) documented() bool {
	return strings.HasPrefix(f.def, "(") && strings.HasSuffix(f.def, ")")
}

// literal writes what a tag says the way it stands in a file: texts in quotes.
func (f *field) literal(text string) string {
	if n := f.node(text); n.Kind() == String && (text == "" || text[0] != '"' && text[0] != '\'') {
		return strconv.Quote(text)
	}
	return text
}
