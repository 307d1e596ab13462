package grammar

import (
	"fmt"
	"strings"

	"proscenium/sonify"
)

// Set gives the key at path a new value, as --set path=value does. The value is
// read as TOML writes it ("12", "[1, 2]", "{ from = 'x' }"), and taken as a text
// if that fails. Tables on the way are made if they are not there; an element of
// a list is named by its number from 0 ("rule.0.when"), the next free number
// adds one; an element that is a table, also by what its key "name" says.
//
// Mistakes that are found in the value later are reported as "--set path".
func (d *Document) Set(path, value string) sonify.Problems {
	fail := func(hint, format string, args ...any) sonify.Problems {
		return sonify.Problems{{Key: "--set " + path, Msg: fmt.Sprintf(format, args...), Hint: hint}}
	}
	if path == "" {
		return fail("", "the key is missing: expected key.path=value")
	}
	if len(value) > maxFile || len(path) > 1000 {
		return fail("", "the key or its value is too long")
	}
	var steps []step
	for rest := path; rest != ""; {
		s, more, err := nextStep(rest)
		if err != nil {
			return fail("", "%v", err)
		}
		if steps, rest = append(steps, s), more; len(steps) > maxDepth {
			return fail("", "nested deeper than %d levels", maxDepth)
		}
	}
	node := d.setValue(path, value)
	root, hint, msg := setBelow(d.root, "", steps, node)
	if msg != "" {
		return fail(hint, "%s", msg)
	}
	d.root = root
	return nil
}

// setValue makes a node of what stands behind the = of a --set.
func (d *Document) setValue(path, value string) *Node {
	b := &builder{text: newText("", "v = "+value)}
	b.text.set = path
	if b.parse(); len(b.problems) == 0 && len(b.root.kids) == 1 && b.root.kids[0].name == "v" {
		n := b.root.kids[0].detached()
		if n.kind == Integer || n.kind == Float || n.kind == Bool {
			n.str = value // where a text is asked for it is one
		}
		return n
	}
	t := newText("", value)
	t.set = path
	return &Node{kind: String, how: inline, text: t, str: value}
}

// detached returns n as a node that stands for itself: its path is the path of
// its text.
func (n *Node) detached() *Node {
	c := *n
	c.parent = nil
	for _, k := range c.kids {
		k.parent = &c
	}
	return &c
}

// setBelow returns a copy of n, which stands at path, in which the node at steps
// is value. What is not
// on the way is shared.
func setBelow(n *Node, path string, steps []step, value *Node) (root *Node, hint, msg string) {
	if len(steps) == 0 {
		return value, "", ""
	}
	s := steps[0]
	put := func(old *Node) (*Node, string, string) {
		if old == nil && len(steps) > 1 {
			t := *value.text
			t.set = join(path, s.String()) // what is wrong with it is said of its own path
			old = &Node{kind: Table, how: explicit, text: &t}
			if next := steps[1]; next.index {
				old.kind = Array
			}
		}
		kid, hint, msg := setBelow(old, join(path, s.String()), steps[1:], value)
		if msg == "" && len(steps) == 1 {
			c := *value // the same --set value may not stand in two places
			kid = &c
		}
		return kid, hint, msg
	}
	switch n.Kind() {
	case Table:
		if s.index {
			return nil, "name one of its keys", fmt.Sprintf("[%s] asks for an element, but there is a table", s.name)
		}
		kid, hint, msg := put(n.Get(s.name))
		if msg != "" {
			return nil, hint, msg
		}
		c := n.copyTable()
		kid.name = s.name
		c.put(kid)
		return c, "", ""
	case Array:
		old := n.step(s)
		i, isNumber := s.number()
		if old == nil && (!isNumber || i != len(n.kids)) {
			if !isNumber {
				names := elementNames(n)
				return nil, sonify.DidYouMean(s.name, names), fmt.Sprintf("there is no element named %q", s.name)
			}
			return nil, "", fmt.Sprintf("there is no element %d: the list has %d, counted from 0", i, len(n.kids))
		}
		kid, hint, msg := put(old)
		if msg != "" {
			return nil, hint, msg
		}
		c := *n
		c.kids = append([]*Node(nil), n.kids...)
		if old == nil {
			c.kids = append(c.kids, kid)
		}
		for j, k := range n.kids {
			if k == old {
				c.kids[j] = kid
			}
		}
		return &c, "", ""
	}
	return nil, "", fmt.Sprintf("%q is neither table nor list and has no key %s: it is %s", strings.TrimSpace(n.name), quoteKey(s.name), n.found())
}

// copyTable returns a table with the same keys that can be changed.
func (n *Node) copyTable() *Node {
	c := *n
	c.kids = append([]*Node(nil), n.kids...)
	c.at = nil
	if len(c.kids) >= indexFrom {
		c.at = make(map[string]int, len(c.kids)+1)
		for i, k := range c.kids {
			c.at[k.name] = i
		}
	}
	return &c
}

// elementNames lists the names of the tables in a list.
func elementNames(n *Node) []string {
	var names []string
	for _, k := range n.Children() {
		if name := k.Get("name"); name.Kind() == String {
			names = append(names, name.str)
		}
	}
	return names
}
