package grammar

import (
	"fmt"
	"reflect"

	"proscenium/sonify"
)

// Defaults sets every field of the struct that into points to whose default tag
// says what it is when the document does not say. Structs in it are gone
// through too; lists, Maps and pointers get their defaults when something is
// bound to them. A default in parentheses is prose for the reference and sets
// nothing. It panics if a tag cannot be read: that is a mistake of the program.
func Defaults(into any) { applyDefaults(pointer(into)) }

func applyDefaults(v reflect.Value) {
	t := v.Type()
	if t.Kind() != reflect.Struct || special(t) {
		return
	}
	for _, f := range planOf(t).fields {
		fv := v.FieldByIndex(f.index)
		if !f.hasDef || f.documented() {
			applyDefaults(fv)
			continue
		}
		if problems := f.apply(fv); len(problems) > 0 {
			panic(fmt.Sprintf("grammar: %s: default of %s: %v", t, f.key, problems))
		}
	}
}

// special reports whether values of type t are bound by code of their own.
func special(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t == rawType || t == durationType || t == pitchType || p.Implements(valueType) || p.Implements(mapperType)
}

// apply sets v to the default of f.
func (f *field) apply(v reflect.Value) sonify.Problems {
	r := &Reporter{}
	r.value(f.node(f.def), v, f)
	return r.problems
}

// node reads what a tag says, the way --set does, but a text needs no quotes.
func (f *field) node(text string) *Node {
	if base(f.typ).Kind() == reflect.String {
		t := newText("", text)
		t.set = f.key
		if text == "" || text[0] != '"' && text[0] != '\'' {
			return &Node{kind: String, how: inline, text: t, str: text}
		}
	}
	return new(Document).setValue(f.key, text)
}

// base returns the type behind pointers.
func base(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// CheckDefaults compares what the struct that into points to holds with its
// default tags and returns the first difference. A source that fills its
// configuration by hand has a test that calls it.
func CheckDefaults(into any) error { return checkDefaults(pointer(into), "") }

func checkDefaults(v reflect.Value, path string) error {
	t := v.Type()
	if t.Kind() != reflect.Struct || special(t) {
		return nil
	}
	for _, f := range planOf(t).fields {
		fv, at := v.FieldByIndex(f.index), below(path, f.key)
		want := reflect.New(f.typ).Elem()
		switch {
		case f.hasDef && !f.documented():
			if problems := f.apply(want); len(problems) > 0 {
				return fmt.Errorf("grammar: %s: %w", at, problems)
			}
		case f.documented():
			continue
		case base(f.typ).Kind() == reflect.Struct && !special(base(f.typ)):
			if f.typ.Kind() == reflect.Struct {
				if err := checkDefaults(fv, at); err != nil {
					return err
				}
			}
			continue
		}
		if !reflect.DeepEqual(fv.Interface(), want.Interface()) && !((fv.Kind() == reflect.Slice || fv.Kind() == reflect.Map) && fv.Len() == 0 && want.Len() == 0) {
			return fmt.Errorf("grammar: %s is %v, but its default tag says %v", at, fv.Interface(), want.Interface())
		}
	}
	return nil
}
