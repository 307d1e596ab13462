package grammar

import (
	"fmt"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// Kind tells what a [Node] is.
type Kind uint8

const (
	Nothing Kind = iota // there is no node
	String
	Integer
	Float
	Bool
	Time // a date, a time of day or both; none of the grammar's own keys takes one
	Array
	Table
)

func (k Kind) String() string {
	return [...]string{"nothing", "text", "whole number", "number", "true or false", "date", "list", "table"}[k&7]
}

// Node is a value of a document: a scalar, a list or a table, with its place in
// the file it came from. A nil *Node is a node of Kind [Nothing]. Nodes do not
// change once they are parsed.
type Node struct {
	kind Kind
	how  how
	text *text
	off  int // of the value
	key  int // of the key, or of the header; off for elements of lists

	parent *Node // in its own file, not in the document merged from several
	name   string
	index  int // in the parent's list

	str  string // of strings and dates; of other scalars what --set was given
	num  float64
	int  int64
	kids []*Node // in the order of the file
	at   map[string]int
	// section numbers the header under which a dotted key made the table.
	section int
}

// how a table came to be decides what may be added to it later.
type how uint8

const (
	implicit how = iota // on the way to a header or key
	explicit            // by a header of its own
	dotted              // by a dotted key
	inline              // as a value: closed
)

// Kind tells what n is.
func (n *Node) Kind() Kind {
	if n == nil {
		return Nothing
	}
	return n.kind
}

// Text returns what a String says, or a Time as it was written; "" for others.
func (n *Node) Text() string {
	if k := n.Kind(); k != String && k != Time {
		return ""
	}
	return n.str
}

// Number returns what an Integer or a Float says; ok is false for others, and
// for the infinities and nan, which are no numbers to a piece.
func (n *Node) Number() (f float64, ok bool) {
	switch n.Kind() {
	case Integer:
		return float64(n.int), true
	case Float:
		return n.num, n.num-n.num == 0
	}
	return 0, false
}

// Int returns what an Integer says, or a Float without a fraction.
func (n *Node) Int() (i int64, ok bool) {
	switch n.Kind() {
	case Integer:
		return n.int, true
	case Float:
		if n.num >= -1<<53 && n.num <= 1<<53 && n.num == float64(int64(n.num)) {
			return int64(n.num), true
		}
	}
	return 0, false
}

// Bool returns what a Bool says.
func (n *Node) Bool() (b, ok bool) {
	if n.Kind() != Bool {
		return false, false
	}
	return n.int != 0, true
}

// Len returns the number of elements of an Array or of keys in a Table, 0 for
// others.
func (n *Node) Len() int {
	if n == nil {
		return 0
	}
	return len(n.kids)
}

// Children returns the elements of an Array, or the values of a Table in the
// order of the file. The caller must not change the slice.
func (n *Node) Children() []*Node {
	if n == nil {
		return nil
	}
	return n.kids
}

// Name returns the key under which n stands in its table, "" for elements of
// lists.
func (n *Node) Name() string {
	if n == nil {
		return ""
	}
	return n.name
}

// Keys returns the keys of a Table in the order of the file.
func (n *Node) Keys() []string {
	if n.Kind() != Table {
		return nil
	}
	keys := make([]string, len(n.kids))
	for i, k := range n.kids {
		keys[i] = k.name
	}
	return keys
}

// Get returns the value of a key of a Table, nil if it has none.
func (n *Node) Get(key string) *Node {
	if n.Kind() != Table {
		return nil
	}
	if i := n.find(key); i >= 0 {
		return n.kids[i]
	}
	return nil
}

// indexFrom is the size from which a table keeps an index of its keys.
const indexFrom = 8

func (n *Node) find(key string) int {
	if n.at != nil {
		if i, ok := n.at[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range n.kids {
		if k.name == key {
			return i
		}
	}
	return -1
}

// put adds or replaces a key of a table that is being built. The child's name
// says which.
func (n *Node) put(kid *Node) {
	if i := n.find(kid.name); i >= 0 {
		n.kids[i] = kid
		return
	}
	n.kids = append(n.kids, kid)
	switch {
	case n.at != nil:
		n.at[kid.name] = len(n.kids) - 1
	case len(n.kids) >= indexFrom:
		n.at = make(map[string]int, 2*indexFrom)
		for i, k := range n.kids {
			n.at[k.name] = i
		}
	}
}

// At returns the node at a path below n, such as "pitch.range[0]", nil if there
// is none. An empty path is n itself.
func (n *Node) At(path string) *Node {
	node, rest := n.reach(path)
	if rest != "" {
		return nil
	}
	return node
}

// reach walks along path as far as there are nodes and returns the last one and
// what is left of the path.
func (n *Node) reach(path string) (*Node, string) {
	for path != "" {
		s, rest, err := nextStep(path)
		if err != nil {
			return n, path
		}
		kid := n.step(s)
		if kid == nil {
			return n, path
		}
		n, path = kid, rest
	}
	return n, ""
}

// step returns the child of n that s names.
func (n *Node) step(s step) *Node {
	switch n.Kind() {
	case Table:
		if s.index {
			return nil
		}
		return n.Get(s.name)
	case Array:
		if i, ok := s.number(); ok {
			if i < len(n.kids) {
				return n.kids[i]
			}
			return nil
		}
		for _, k := range n.kids {
			if name := k.Get("name"); name.Kind() == String && name.str == s.name {
				return k
			}
		}
	}
	return nil
}

// Path returns where n stands in its own file, dotted: "rule[2].pitch.range". A
// value given by --set has the path that was given, after "--set ".
func (n *Node) Path() string {
	if n == nil {
		return ""
	}
	var up []*Node
	for m := n; m.parent != nil; m = m.parent {
		up = append(up, m)
	}
	var b strings.Builder
	if n.text != nil && n.text.set != "" {
		b.WriteString("--set " + n.text.set)
	}
	for i := len(up) - 1; i >= 0; i-- {
		b.WriteString(subPath(b.Len() == 0, up[i].name, up[i].index, up[i].parent.kind == Array))
	}
	return b.String()
}

// subPath writes one step of a path.
func subPath(first bool, name string, index int, element bool) string {
	if element {
		return "[" + strconv.Itoa(index) + "]"
	}
	if first {
		return quoteKey(name)
	}
	return "." + quoteKey(name)
}

// below returns the path of a key that the table at path has or could have.
func below(path, key string) string {
	return path + subPath(path == "", key, 0, false)
}

// Pos returns where n stands.
func (n *Node) Pos() Pos {
	if n == nil {
		return Pos{}
	}
	p := Pos{Path: n.Path(), node: n}
	if n.text != nil && n.text.set == "" {
		p.File = n.text.file
		p.Line, p.Col = n.text.position(n.off)
	}
	return p
}

// keyPos is Pos, but of the key.
func (n *Node) keyPos() Pos {
	p := n.Pos()
	if p.Line > 0 {
		p.Line, p.Col = n.text.position(n.key)
	}
	return p
}

// Pos is a place in what a person wrote. A struct with a field of this type
// learns where its table stands.
type Pos struct {
	File string // as the person named it; empty for what was given by --set
	Line int    // from 1; 0 if it is in no file
	Col  int    // from 1, in characters
	Path string // dotted: "rule[2]"

	node *Node
}

// At returns the place of a key below p: "pitch.range". If there is no such key
// the place is that of the nearest table that would hold it, and the path is
// that of the key.
func (p Pos) At(path string) Pos {
	if path == "" {
		return p
	}
	if p.node == nil {
		p.Path = join(p.Path, path)
		return p
	}
	n, rest := p.node.reach(path)
	q := n.Pos()
	q.Path = join(q.Path, rest)
	return q
}

func join(path, rest string) string {
	if rest == "" || path == "" || rest[0] == '[' {
		return path + rest
	}
	return path + "." + rest
}

// Problem returns a mistake at p.
func (p Pos) Problem(hint, format string, args ...any) *sonify.Problem {
	return &sonify.Problem{File: p.File, Line: p.Line, Col: p.Col, Key: p.Path, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// found says what n is, for "expected …, found …".
func (n *Node) found() string {
	switch n.Kind() {
	case String:
		return "the text " + shorten(n.str)
	case Integer:
		return "the number " + strconv.FormatInt(n.int, 10)
	case Float:
		if n.num-n.num != 0 {
			return strings.ToLower(strconv.FormatFloat(n.num, 'g', -1, 64)) // nan, +inf
		}
		return "the number " + strconv.FormatFloat(n.num, 'g', -1, 64)
	case Bool:
		return strconv.FormatBool(n.int != 0)
	case Time:
		return "the date or time " + n.str
	case Array:
		if len(n.kids) == 0 {
			return "an empty list"
		}
		return "a list"
	case Table:
		return "a table"
	}
	return "nothing"
}

// shorten quotes s, and cuts it if it is long.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:39]) + "…"
	}
	return strconv.Quote(s)
}
