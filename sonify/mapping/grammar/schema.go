package grammar

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// Schema returns a JSON Schema (draft 2020-12) of the documents that bind to
// what root points to, for editors that complete and check TOML. The same root
// always gives the same bytes.
func Schema(root any, title string) []byte {
	s := &schema{defs: map[reflect.Type]string{}, names: map[string]bool{Unset: true}, named: map[reflect.Type]bool{}}
	body := s.table(pointer(root).Type())
	top := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", title},
	}
	top = append(top, body...)
	s.bodies = append(s.bodies, member{Unset, object{
		{"description", "over a mapping: keys of it that are not wanted"}, {"type", "array"}, {"items", object{{"type", "string"}}}}})
	top = append(top, member{"$defs", s.bodies})
	b, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		panic("grammar: schema: " + err.Error()) // it is made of maps, lists and scalars
	}
	return append(b, '\n')
}

// object is a JSON object that keeps its order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON implements [json.Marshaler].
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, part := range []any{m.key, m.value} {
			if j == 1 {
				b.WriteByte(':')
			}
			text, err := plain(part)
			if err != nil {
				return nil, err
			}
			b.Write(text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plain writes v as JSON, with <, > and & as they are.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// schema collects the tables that are described once and referred to.
type schema struct {
	defs   map[reflect.Type]string
	names  map[string]bool
	named  map[reflect.Type]bool // tables under names that a person chooses
	bodies object
}

// table describes a struct.
func (s *schema) table(t reflect.Type) object {
	p := planOf(t)
	var properties object
	var required []string
	var either []any
	for _, f := range p.fields {
		properties = append(properties, member{f.key, s.key(f)})
		switch {
		case f.required && f.without == "":
			required = append(required, f.key)
		case f.required:
			either = append(either, object{{"anyOf", []any{needs(f.without), needs(f.key)}}})
		}
	}
	properties = append(properties, member{Unset, object{{"$ref", "#/$defs/" + Unset}}})
	if _, own := p.byKey["remove"]; s.named[t] && !own {
		properties = append(properties, member{"remove", object{{"description", "over a mapping: whether the whole table is not wanted"}, {"type", "boolean"}}})
	}
	o := object{{"type", "object"}}
	if len(properties) > 0 {
		o = append(o, member{"properties", properties})
	}
	if len(required) > 0 {
		o = append(o, member{"required", required})
	}
	if len(either) > 0 {
		o = append(o, member{"allOf", either})
	}
	return append(o, member{"additionalProperties", p.rest != nil})
}

// needs describes a table that has a key.
func needs(key string) object {
	return object{{"type", "object"}, {"required", []string{key}}}
}

// key describes what stands under a key.
func (s *schema) key(f *field) object {
	o := s.typ(typeOf(f.typ, f))
	var about object
	if doc := f.described(); doc != "" {
		about = append(about, member{"description", doc})
	}
	if f.hasDef && !f.documented() {
		about = append(about, member{"default", f.node(f.def).json()})
	}
	if f.example != "" {
		about = append(about, member{"examples", []any{f.node(f.example).json()}})
	}
	return append(about, without(o, about)...)
}

// without returns o without the members that about has, too.
func without(o, about object) object {
	var out object
next:
	for _, m := range o {
		for _, a := range about {
			if a.key == m.key {
				continue next
			}
		}
		out = append(out, m)
	}
	return out
}

// described is the doc of a key with its unit.
func (f *field) described() string {
	doc := f.doc
	if f.unit != "" {
		doc = strings.TrimSpace(doc + " (" + f.unit + ")")
	}
	if f.documented() {
		doc = strings.TrimSpace(doc + "; default " + f.def)
	}
	return doc
}

// typ describes a type.
func (s *schema) typ(t Type) object {
	if len(t.OneOf) > 0 {
		any := make([]object, len(t.OneOf))
		for i, alt := range t.OneOf {
			any[i] = s.typ(alt)
		}
		return append(s.doc(t), member{"anyOf", any})
	}
	o := s.doc(t)
	switch t.Kind {
	case String:
		o = append(o, member{"type", "string"})
		if len(t.Enum) > 0 {
			o = append(o, member{"enum", t.Enum})
		}
		if t.Pattern != "" {
			o = append(o, member{"pattern", t.Pattern})
		}
		if len(t.Examples) > 0 {
			o = append(o, member{"examples", t.Examples})
		}
	case Integer, Float:
		kind := "number"
		if t.Kind == Integer {
			kind = "integer"
		}
		o = append(o, member{"type", kind})
		if t.Min != nil {
			o = append(o, member{"minimum", *t.Min})
		}
		if t.Max != nil {
			o = append(o, member{"maximum", *t.Max})
		}
	case Bool:
		o = append(o, member{"type", "boolean"})
	case Array:
		o = append(o, member{"type", "array"})
		if t.Of != nil {
			o = append(o, member{"items", s.typ(*t.Of)})
		}
		if t.Least > 0 {
			o = append(o, member{"minItems", t.Least})
		}
		if t.Most > 0 {
			o = append(o, member{"maxItems", t.Most})
		}
	case Table:
		switch {
		case t.Fields != nil:
			o = append(o, member{"$ref", "#/$defs/" + s.define(pointer(t.Fields).Type())})
		case t.Of != nil:
			if t.Of.Fields != nil {
				s.named[pointer(t.Of.Fields).Type()] = true
			}
			o = append(o, member{"type", "object"}, member{"additionalProperties", s.typ(*t.Of)})
		default:
			o = append(o, member{"type", "object"})
		}
	}
	return o
}

func (s *schema) doc(t Type) object {
	if t.Doc == "" {
		return nil
	}
	return object{{"description", t.Doc}}
}

// define describes a struct under a name of its own and returns the name.
func (s *schema) define(t reflect.Type) string {
	if name, ok := s.defs[t]; ok {
		return name
	}
	name := strings.ToLower(t.Name())
	if name == "" {
		name = "table"
	}
	for i, base := 2, name; s.names[name]; i++ {
		name = base + strconv.Itoa(i)
	}
	s.defs[t], s.names[name] = name, true
	at := len(s.bodies)
	s.bodies = append(s.bodies, member{name, nil}) // its place, before those it refers to
	body := s.table(t)
	s.bodies[at].value = body
	return name
}

// json returns n as encoding/json takes it.
func (n *Node) json() any {
	switch n.Kind() {
	case Integer:
		return n.int
	case Float:
		return n.num
	case Bool:
		return n.int != 0
	case Array:
		list := make([]any, len(n.kids))
		for i, k := range n.kids {
			list[i] = k.json()
		}
		return list
	case Table:
		var o object
		for _, k := range n.kids {
			o = append(o, member{k.name, k.json()})
		}
		return o
	}
	return n.str
}
