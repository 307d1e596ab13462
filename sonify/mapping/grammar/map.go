package grammar

import (
	"iter"
	"reflect"

	"proscenium/sonify"
)

// Map is a table whose keys a person chooses, such as [voice.lead]. It keeps
// their order. Its zero value is empty and ready.
type Map[T any] struct {
	names []string
	items map[string]*T
}

// Names returns the names in the order of the file. The caller must not change
// the slice.
func (m *Map[T]) Names() []string { return m.names }

// Len returns how many there are.
func (m *Map[T]) Len() int { return len(m.names) }

// Get returns what stands under name, nil if there is nothing.
func (m *Map[T]) Get(name string) *T { return m.items[name] }

// Put adds t under name at the end, or replaces what is there.
func (m *Map[T]) Put(name string, t T) {
	v, _ := m.item(name)
	v.Set(reflect.ValueOf(&t).Elem())
}

// All yields names and items in the order of the file.
func (m *Map[T]) All() iter.Seq2[string, *T] {
	return func(yield func(string, *T) bool) {
		for _, name := range m.names {
			if !yield(name, m.items[name]) {
				return
			}
		}
	}
}

// mapper is a Map of any type.
type mapper interface {
	elem() reflect.Type
	// item returns what stands under name, made anew if there is nothing.
	item(name string) (item reflect.Value, isNew bool)
}

func (m *Map[T]) elem() reflect.Type { return reflect.TypeFor[T]() }

func (m *Map[T]) item(name string) (reflect.Value, bool) {
	if t, ok := m.items[name]; ok {
		return reflect.ValueOf(t).Elem(), false
	}
	if m.items == nil {
		m.items = make(map[string]*T)
	}
	t := new(T)
	m.names = append(m.names, name)
	m.items[name] = t
	return reflect.ValueOf(t).Elem(), true
}

// Raw is a part of a document that is bound later, by somebody else. As the
// type of a key it holds what stands there. With the tag toml:"*" it holds the
// keys of the table that the struct around it does not know:
//
//	type source struct {
//		Type string      `toml:"type" required:"true"`
//		Rest grammar.Raw `toml:"*"`
//	}
type Raw struct {
	node  *Node
	taken []string
}

// Node returns the node, with the keys that are already taken; nil if the
// document had none.
func (r Raw) Node() *Node { return r.node }

// Keys returns the keys of the table that nobody has taken, in the order of the
// file.
func (r Raw) Keys() []string {
	var keys []string
next:
	for _, k := range r.node.Keys() {
		for _, t := range r.taken {
			if k == t {
				continue next
			}
		}
		keys = append(keys, k)
	}
	return keys
}

// Bind does for the part what [Document.Bind] does for the document. Unknown keys are
// compared with those of the struct that holds r, too.
func (r Raw) Bind(into ...any) sonify.Problems {
	if r.node == nil {
		return nil
	}
	return bindAll(r.node, r.taken, into)
}
