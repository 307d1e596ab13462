package grammar

import "proscenium/sonify"

// Merge returns the document that over makes of base: a piece over the mapping
// of the library that it starts from. Neither is changed, and every node still
// knows the file it came from.
//
// Tables are merged key by key. In lists of tables an element that has a name
// is merged into the element of base with that name, or added if there is none;
// elements without a name are added. All else is replaced. A table with
// remove = true takes the table of that key or name out of base, and unset =
// ["a", "b"] in a table takes these keys out of the table of base.
func Merge(base, over *Document) (*Document, sonify.Problems) {
	m := &merger{}
	d := &Document{file: over.file, root: m.tables(base.root, over.root)}
	return d, m.problems
}

type merger struct{ problems sonify.Problems }

func removes(n *Node) bool {
	b, ok := n.Get("remove").Bool()
	return ok && b
}

// tables merges two tables. The result stands where over does.
func (m *merger) tables(base, over *Node) *Node {
	out := *over
	out.kids, out.at = nil, nil
	gone := m.unset(base, over)
	for _, b := range base.kids {
		o := over.Get(b.name)
		switch {
		case gone[b.name]:
		case o == nil:
			out.put(b)
		case b.kind == Table && o.kind == Table && removes(o):
			m.only(o)
		case b.kind == Table && o.kind == Table:
			out.put(m.tables(b, o))
		case b.kind == Array && o.kind == Array && ofTables(b) && ofTables(o):
			out.put(m.lists(b, o))
		default:
			out.put(o)
		}
	}
	for _, o := range over.kids {
		if base.Get(o.name) == nil && o.name != Unset {
			out.put(o)
		}
	}
	return &out
}

// Unset is the key that takes keys out of the table below.
const Unset = "unset"

// unset returns the keys that over takes out of base.
func (m *merger) unset(base, over *Node) map[string]bool {
	n := over.Get(Unset)
	if n == nil {
		return nil
	}
	gone := make(map[string]bool)
	if n.kind != Array {
		m.report(n, `such as unset = ["when"]`, "expected a list of the keys that are not wanted, found %s", n.found())
		return nil
	}
	for _, k := range n.kids {
		key := k.Text()
		switch {
		case k.Kind() != String:
			m.report(k, "", "expected the name of a key, found %s", k.found())
		case base.Get(key) == nil:
			m.report(k, sonify.DidYouMean(key, base.Keys()), "there is no key %q below this piece to unset", key)
		case over.Get(key) != nil:
			m.report(k, "leave it out of one of them", "the key %q is unset here, and written", key)
		default:
			gone[key] = true
		}
	}
	return gone
}

func ofTables(n *Node) bool {
	for _, k := range n.kids {
		if k.kind != Table {
			return false
		}
	}
	return len(n.kids) > 0
}

// lists merges two lists of tables.
func (m *merger) lists(base, over *Node) *Node {
	out := *over
	out.kids = append([]*Node(nil), base.kids...)
	// Where each name stands in out; nil once it was removed.
	named := make(map[string]int)
	for i, b := range base.kids {
		if name := b.Get("name"); name.Kind() == String {
			if _, twice := named[name.str]; !twice {
				named[name.str] = i
			}
		}
	}
	for _, o := range over.kids {
		name := o.Get("name")
		i, known := named[name.Text()]
		known = known && name.Kind() == String
		switch {
		case removes(o) && name.Kind() != String:
			m.report(o, `add name = "..."`, "remove needs the name of what is to be removed")
		case removes(o) && !known:
			m.report(o, sonify.DidYouMean(name.str, elementNames(base)), "there is nothing named %q to remove", name.str)
		case removes(o):
			m.only(o)
			out.kids[i] = nil
			delete(named, name.str)
		case known:
			out.kids[i] = m.tables(out.kids[i], o)
		default:
			out.kids = append(out.kids, o)
			if name.Kind() == String {
				named[name.str] = len(out.kids) - 1
			}
		}
	}
	kept := out.kids[:0]
	for _, k := range out.kids {
		if k != nil {
			kept = append(kept, k)
		}
	}
	out.kids = kept
	return &out
}

// only reports keys that have no effect in an entry that removes another.
func (m *merger) only(o *Node) {
	for _, k := range o.kids {
		if k.name != "remove" && k.name != "name" {
			m.report(k, "leave it out, or leave out remove", "has no effect in an entry with remove = true")
			return
		}
	}
}

func (m *merger) report(n *Node, hint, format string, args ...any) {
	m.problems = append(m.problems, n.Pos().Problem(hint, format, args...))
}
