package grammar

import (
	"reflect"
	"strings"
)

// Type says what may be written as a value, for the schema, the reference and
// messages. Exactly one of its forms is filled: OneOf, or Kind with what belongs
// to it.
type Type struct {
	Name string // one or two words for people: "pitch"; needed in OneOf
	Doc  string // what may be written: lower case, no full stop

	OneOf []Type // any of these

	Kind     Kind     // String, Integer, Float, Bool, Array or Table; Nothing: anything at all
	Enum     []string // of a String
	Pattern  string   // of a String: a regular expression both Go and JavaScript read
	Min, Max *float64 // of an Integer or Float
	Of       *Type    // of an Array: its elements; of a Table: what stands under keys of any name
	Least    int      // of an Array: how many elements at least
	Most     int      // of an Array: how many at most; 0: any number
	Fields   any      // of a Table: a pointer to the struct it is bound to
	Examples []string // of a String
}

// typeOf describes the values of a Go type, with what the tags of f add.
func typeOf(t reflect.Type, f *field) Type {
	t = base(t)
	pt := reflect.PointerTo(t)
	switch {
	case t == rawType || t == nodeType.Elem():
		return Type{Name: "anything"}
	case t == durationType:
		return new(Duration).Describe()
	case t == pitchType:
		return pitchDescription()
	case pt.Implements(mapperType):
		of := typeOf(reflect.New(t).Interface().(mapper).elem(), f)
		return Type{Kind: Table, Name: "table of " + of.plural(), Of: &of}
	case pt.Implements(valueType):
		return reflect.New(t).Interface().(Value).Describe()
	}
	switch t.Kind() {
	case reflect.Bool:
		return Type{Kind: Bool, Name: "true or false"}
	case reflect.String:
		return Type{Kind: String, Name: "text", Enum: f.enum}
	case reflect.Float32, reflect.Float64:
		return Type{Kind: Float, Name: "number", Min: f.min, Max: f.max}
	case reflect.Slice, reflect.Array:
		g := *f
		g.lenMin, g.lenMax = 0, -1
		of := typeOf(t.Elem(), &g)
		list := Type{Kind: Array, Name: "list of " + of.plural(), Of: &of, Least: f.lenMin, Most: max(0, f.lenMax)}
		if t.Kind() == reflect.Array {
			list.Least, list.Most = t.Len(), t.Len()
		}
		return list
	case reflect.Map:
		of := typeOf(t.Elem(), f)
		return Type{Kind: Table, Name: "table of " + of.plural(), Of: &of}
	case reflect.Struct:
		return Type{Kind: Table, Name: "table", Fields: reflect.New(t).Interface()}
	}
	return Type{Kind: Integer, Name: "whole number", Min: f.min, Max: f.max}
}

// plural names several values of the type.
func (t Type) plural() string {
	switch {
	case t.Name == "true or false":
		return "true or false"
	case t.Name == "anything" || t.Name == "":
		return "values"
	case strings.HasPrefix(t.Name, "list of "):
		return "lists of " + t.Name[len("list of "):]
	case strings.HasPrefix(t.Name, "table of "):
		return "tables of " + t.Name[len("table of "):]
	case strings.HasSuffix(t.Name, "h"):
		return t.Name + "es"
	}
	return t.Name + "s"
}
