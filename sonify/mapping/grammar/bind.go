package grammar

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// Value is a type that reads itself from a document: a choice between a
// constant, a name and a table, say. The method has a pointer receiver. It
// reports what is wrong and may then leave the value as it was.
type Value interface {
	FromTOML(n *Node, r *Reporter)
	// Describe says what may be written, for the schema and the reference. It is
	// called on a zero value.
	Describe() Type
}

// Bind fills the struct that into points to from the whole document. What the
// document does not say stays as it is. Every key that the struct does not
// know, every value of a wrong type, outside its limits or not among those
// allowed, and every missing key that is required is reported.
//
// Several structs may share the table: each key goes to the first that knows
// it, and is unknown only if none does.
func (d *Document) Bind(into ...any) sonify.Problems { return bindAll(d.root, nil, into) }

// BindAt does for the table at path what Bind does for the document. If there is
// no such table it binds an empty one.
func (d *Document) BindAt(path string, into ...any) sonify.Problems {
	n := d.Node(path)
	if n == nil {
		at := d.Pos(path).node
		n = &Node{kind: Table, how: implicit, text: at.text, off: at.off, key: at.key, parent: at, name: path}
	}
	return bindAll(n, nil, into)
}

func bindAll(n *Node, taken []string, into []any) sonify.Problems {
	r := &Reporter{}
	structs := make([]reflect.Value, len(into))
	for i, p := range into {
		structs[i] = pointer(p)
	}
	r.table(n, structs, taken)
	return r.all()
}

// pointer returns what into points to.
func pointer(into any) reflect.Value {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("grammar: expected a pointer to bind to, got %T", into))
	}
	return v.Elem()
}

// table fills structs from a table. The keys in taken are somebody else's.
func (r *Reporter) table(n *Node, structs []reflect.Value, taken []string) {
	if n.Kind() != Table {
		hint := ""
		if kids := n.Children(); n.Kind() == Array && len(kids) > 0 && kids[0].Kind() == Table && n.name != "" {
			hint = "write one pair of brackets, [" + n.Pos().Path + "]"
		}
		r.Expected(n, "a table", hint)
		return
	}
	ours := make(map[string]bool, n.Len())
	known := append([]string(nil), taken...)
	for _, k := range taken {
		ours[k] = true
	}
	rest := reflect.Value{}
	for _, v := range structs {
		p := planOf(v.Type())
		known = append(known, p.keys...)
		if p.rest != nil && !rest.IsValid() {
			rest = v.FieldByIndex(p.rest)
		}
	}
	// A key that is required and stands there by another name is not missing, too.
	misnamed := make(map[string]bool)
	var unknown []*sonify.Problem
	for _, kid := range n.kids {
		if rest.IsValid() || slices.Contains(known, kid.name) {
			continue
		}
		if kid.name == Unset {
			unknown = append(unknown, kid.keyPos().Problem("", "there is nothing below this table whose keys could be unset"))
			continue
		}
		name, hint := meant(kid.name, known)
		misnamed[name] = true
		unknown = append(unknown, kid.keyPos().Problem(hint, "unknown key"))
	}
	for _, v := range structs {
		p := planOf(v.Type())
		for _, index := range p.pos {
			v.FieldByIndex(index).Set(reflect.ValueOf(n.Pos()))
		}
		for _, f := range p.fields {
			if ours[f.key] {
				continue
			}
			ours[f.key] = true
			kid := n.Get(f.key)
			if kid != nil {
				r.value(kid, v.FieldByIndex(f.index), f)
			} else if f.wanted(n) && !misnamed[f.key] && !n.text.broken {
				r.missing(n, f)
			}
		}
	}
	if rest.IsValid() {
		rest.Set(reflect.ValueOf(Raw{node: n, taken: known}))
		return
	}
	for _, p := range unknown {
		r.add(p)
	}
}

// wanted reports whether a table is wrong without the key.
func (f *field) wanted(n *Node) bool {
	return f.required && (f.without == "" || n.Get(f.without) == nil)
}

func (r *Reporter) missing(n *Node, f *field) {
	hint := ""
	if f.example != "" {
		hint = "for example " + f.key + " = " + f.literal(f.example)
	} else if len(f.enum) > 0 {
		hint = "one of " + strings.Join(f.enum, ", ")
	}
	p := n.Pos().Problem(hint, "is missing")
	if f.doc != "" {
		p.Msg += ": " + f.doc
	}
	p.Key = below(p.Key, f.key)
	r.add(p)
}

// value fills v from n. The field says what its tags say.
func (r *Reporter) value(n *Node, v reflect.Value, f *field) {
	t := v.Type()
	switch {
	case t == rawType:
		v.Set(reflect.ValueOf(Raw{node: n}))
		return
	case t == nodeType:
		v.Set(reflect.ValueOf(n))
		return
	case t == durationType:
		r.duration(n, v, f)
		return
	case t == pitchType:
		r.pitch(n, v, f)
		return
	case reflect.PointerTo(t).Implements(mapperType):
		r.mapped(n, v.Addr().Interface().(mapper), f)
		return
	case reflect.PointerTo(t).Implements(valueType):
		before := r.errors
		v.Addr().Interface().(Value).FromTOML(n, r)
		if r.errors == before {
			r.limited(n, v, f)
		}
		return
	}
	switch t.Kind() {
	case reflect.Bool:
		if b, ok := n.Bool(); ok {
			v.SetBool(b)
		} else {
			r.Expected(n, "true or false", "")
		}
	case reflect.String:
		r.text(n, v, f)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, ok := n.Int()
		switch {
		case !ok:
			r.Expected(n, f.number("a whole number"), "")
		case r.within(n, float64(i), f):
			if v.OverflowInt(i) {
				most := int64(1)<<(t.Bits()-1) - 1
				r.Error(n, "", "%d is out of range: expected %d to %d", i, -most-1, most)
				return
			}
			v.SetInt(i)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		i, ok := n.Int()
		switch {
		case !ok:
			r.Expected(n, f.number("a whole number"), "")
		case r.within(n, float64(i), f):
			if i < 0 || v.OverflowUint(uint64(i)) {
				most := "at least 0"
				if t.Bits() < 64 {
					most = "0 to " + strconv.FormatUint(math.MaxUint64>>(64-t.Bits()), 10)
				}
				r.Error(n, "", "%d is out of range: expected %s", i, most)
				return
			}
			v.SetUint(uint64(i))
		}
	case reflect.Float64, reflect.Float32:
		x, ok := n.Number()
		switch {
		case !ok && n.Kind() == Float:
			r.Expected(n, f.number("a number"), "")
		case !ok:
			r.Expected(n, f.number("a number"), "")
		case r.within(n, x, f):
			v.SetFloat(x)
		}
	case reflect.Slice:
		r.list(n, v, f)
	case reflect.Map:
		r.named(n, v, f)
	case reflect.Array:
		g := *f
		g.lenMin, g.lenMax = t.Len(), t.Len()
		r.list(n, v, &g)
	case reflect.Struct:
		r.table(n, []reflect.Value{v}, nil)
	case reflect.Pointer:
		p := reflect.New(t.Elem())
		if v.IsNil() {
			applyDefaults(p.Elem())
		} else {
			p.Elem().Set(v.Elem())
		}
		r.value(n, p.Elem(), f)
		v.Set(p)
	default:
		panic(fmt.Sprintf("grammar: key %s: cannot bind to %s", f.key, t))
	}
}

// number says what a number should be: "a number (bpm)".
func (f *field) number(what string) string {
	if l := f.limits(); l != "" {
		return what + ", " + l
	}
	if f.unit != "" {
		return what + " (" + f.unit + ")"
	}
	return what
}

// within reports x unless it is inside the limits.
func (r *Reporter) within(n *Node, x float64, f *field) bool {
	if f.min != nil && !(x >= *f.min) || f.max != nil && !(x <= *f.max) {
		what := strings.TrimPrefix(n.found(), "the number ")
		what = strings.TrimPrefix(what, "the text ")
		r.Error(n, "", "%s is out of range: expected %s", what, f.limits())
		return false
	}
	return true
}

// limited checks the limits of a Value that can be compared with them.
func (r *Reporter) limited(n *Node, v reflect.Value, f *field) {
	switch x := v.Interface().(type) {
	case Duration:
		r.within(n, x.Seconds(), f)
	case Pitch:
		r.within(n, sonify.Pitch(x).Semitones(), f)
	}
}

func (r *Reporter) text(n *Node, v reflect.Value, f *field) {
	if n.Kind() != String && (n.Kind() == Time || n.str == "") {
		hint := ""
		if n.Kind() == Integer || n.Kind() == Float || n.Kind() == Bool || n.Kind() == Time {
			hint = "write it in quotes"
		}
		if len(f.enum) > 0 {
			r.Expected(n, "one of "+strings.Join(f.enum, ", "), "")
			return
		}
		r.Expected(n, "a text", hint)
		return
	}
	if len(f.enum) > 0 {
		for _, e := range f.enum {
			if e == n.str {
				v.SetString(e)
				return
			}
		}
		hint := ""
		if near := sonify.Nearest(n.str, f.enum); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		} else if is := f.instead[n.str]; is != "" {
			hint = fmt.Sprintf("write %q", is)
		}
		r.Error(n, hint, "expected one of %s, found %s", strings.Join(f.enum, ", "), shorten(n.str))
		return
	}
	v.SetString(n.str)
}

func (r *Reporter) list(n *Node, v reflect.Value, f *field) {
	t := v.Type()
	if n.Kind() != Array {
		hint := ""
		if t.Elem().Kind() == reflect.Struct && n.Kind() == Table {
			if n.how != inline {
				hint = "write [[" + n.name + "]] in place of [" + n.name + "]"
			}
		} else {
			hint = "write it in brackets: [ ]"
		}
		r.Expected(n, "a list of "+typeOf(t.Elem(), f).plural(), hint)
		return
	}
	if n.Len() < f.lenMin || f.lenMax >= 0 && n.Len() > f.lenMax {
		r.Error(n, "", "expected %s, found %d", f.length(), n.Len())
		return
	}
	out := v
	if t.Kind() == reflect.Slice {
		out = reflect.MakeSlice(t, n.Len(), n.Len())
	}
	elem := *f
	elem.lenMin, elem.lenMax = 0, -1
	for i, kid := range n.kids {
		applyDefaults(out.Index(i))
		r.value(kid, out.Index(i), &elem)
	}
	v.Set(out)
}

// length says how many elements a list must have.
func (f *field) length() string {
	switch {
	case f.lenMax < 0:
		return "at least " + count(f.lenMin)
	case f.lenMin == f.lenMax:
		return count(f.lenMin)
	}
	return fmt.Sprintf("%d to %s", f.lenMin, count(f.lenMax))
}

func count(n int) string {
	if n == 1 {
		return "1 value"
	}
	return strconv.Itoa(n) + " values"
}

func (r *Reporter) mapped(n *Node, m mapper, f *field) {
	if n.Kind() != Table {
		r.Expected(n, "a table of named "+typeOf(m.elem(), f).plural(), "")
		return
	}
	for _, kid := range n.kids {
		item, isNew := m.item(kid.name)
		if isNew {
			applyDefaults(item)
		}
		r.value(kid, item, f)
	}
}

// named fills a Go map with text keys, for those who may not import this package: what
// the document says replaces what was there.
func (r *Reporter) named(n *Node, v reflect.Value, f *field) {
	t := v.Type()
	if n.Kind() != Table {
		r.Expected(n, "a table of "+typeOf(t.Elem(), f).plural(), "write it in braces: { name = ... }")
		return
	}
	out := reflect.MakeMapWithSize(t, n.Len())
	for _, kid := range n.kids {
		item := reflect.New(t.Elem()).Elem()
		applyDefaults(item)
		r.value(kid, item, f)
		out.SetMapIndex(reflect.ValueOf(kid.name).Convert(t.Key()), item)
	}
	v.Set(out)
}
