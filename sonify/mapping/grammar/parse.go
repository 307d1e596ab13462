package grammar

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"proscenium/sonify"
)

// Limits of what is read. A piece is some kilobytes.
const (
	maxFile     = 1 << 20 // bytes
	maxDepth    = 32      // of tables and lists in each other
	maxSyntax   = 50      // syntax errors reported
	maxProblems = 100     // mistakes reported by one Bind
)

// Document is a parsed TOML file, or several merged. It is not safe for use by
// several goroutines while Set is called.
type Document struct {
	file string
	root *Node
}

// Root returns the outermost table.
func (d *Document) Root() *Node { return d.root }

// File returns the name that was given to Parse.
func (d *Document) File() string { return d.file }

// Node returns the node at path, such as "rule[2].pitch.range", nil if there is
// none.
func (d *Document) Node(path string) *Node { return d.root.At(path) }

// Pos returns the place of path; of the nearest table above it if there is no
// such key.
func (d *Document) Pos(path string) Pos { return d.root.Pos().At(path) }

// Report appends a mistake about path to ps.
func (d *Document) Report(ps *sonify.Problems, path, hint, format string, args ...any) {
	*ps = append(*ps, d.Pos(path).Problem(hint, format, args...))
}

// Warn appends a doubt about path to ps.
func (d *Document) Warn(ps *sonify.Problems, path, hint, format string, args ...any) {
	p := d.Pos(path).Problem(hint, format, args...)
	p.Warning = true
	*ps = append(*ps, p)
}

// Parse reads a TOML file. The document is never nil: what could not be read is
// reported and left out of it, so that the mistakes in the rest can be found in
// the same go. File is how the person named it.
func Parse(file string, src []byte) (*Document, sonify.Problems) {
	b := &builder{}
	if len(src) > maxFile {
		b.problems = append(b.problems, &sonify.Problem{File: file, Msg: fmt.Sprintf("the file has %d bytes, and at most %d are read", len(src), maxFile)})
		src = nil
	}
	src = []byte(strings.TrimPrefix(string(src), "\ufeff"))
	b.text = newText(file, string(src))
	b.parse()
	if len(b.problems) > 0 {
		b.text.broken = true
	}
	return &Document{file: file, root: b.root}, b.problems
}

// builder makes the tree of a document out of its expressions.
type builder struct {
	text     *text
	root     *Node
	table    *Node // that the current header opened
	section  int   // number of the current header
	problems sonify.Problems
}

func (b *builder) parse() {
	b.root = &Node{kind: Table, how: explicit, text: b.text}
	b.table = b.root
	if !utf8.ValidString(b.text.data) {
		off := 0
		for i, r := range b.text.data {
			if r == utf8.RuneError && !strings.HasPrefix(b.text.data[i:], "\ufffd") {
				off = i
				break
			}
		}
		b.bad(&scanError{off: off, msg: "the file is not in UTF-8"}, "save it in the encoding UTF-8")
		return
	}
	src := b.text.data
	var s scanner
	s.reset(b.text, 0)
	begin := 0 // where the expression that is being read starts, at the earliest
	for len(b.problems) < maxSyntax {
		e, err := s.next()
		if e == nil && err == nil {
			return
		}
		if e == nil {
			begin = b.text.content(begin)
			from := b.text.resume(begin, err.off)
			b.syntax(begin, from <= err.off && from > begin, err)
			if begin < len(src) && src[begin] == '[' {
				b.detach()
			}
			s.reset(b.text, from)
			begin = from
			continue
		}
		if err == nil {
			err = b.add(e)
		}
		if err != nil {
			b.bad(err, "")
		}
		begin = s.base + len(s.data) - s.left(e)
	}
}

// left returns how many bytes of data are behind the line on which e ends.
func (s *scanner) left(e *expression) int {
	n := s.parser.Expression()
	end := e.keys[len(e.keys)-1].off - s.base
	if e.kind == keyValue {
		end = int(n.Raw.Offset + n.Raw.Length)
	}
	if nl := bytes.IndexByte(s.data[end:], '\n'); nl >= 0 {
		return len(s.data) - end - nl - 1
	}
	return len(s.data) - end
}

// detach lets the keys that follow a header which could not be read go nowhere,
// instead of into the table before it, where they would be mistakes.
func (b *builder) detach() {
	b.section++
	b.table = &Node{kind: Table, how: explicit, text: b.text}
}

// add puts an expression into the tree.
func (b *builder) add(e *expression) *scanError {
	if len(e.keys) > maxDepth {
		if e.kind != keyValue {
			b.detach()
		}
		return &scanError{off: e.keys[0].off, msg: "nested deeper than " + strconv.Itoa(maxDepth) + " levels", deep: true}
	}
	if e.kind == keyValue {
		return b.keyValue(e)
	}
	b.section++
	err := b.header(e)
	if err != nil {
		b.detach()
	}
	return err
}

// keyValue puts a value under a key, dotted perhaps, of the current table.
func (b *builder) keyValue(e *expression) *scanError {
	t := b.table
	last := len(e.keys) - 1
	for _, k := range e.keys[:last] {
		next := t.Get(k.name)
		switch {
		case next == nil:
			next = b.newTable(t, k, dotted)
		case next.kind != Table || next.how != dotted || next.section != b.section:
			return &scanError{off: k.off, msg: b.closed(k, next)}
		}
		t = next
	}
	k := e.keys[last]
	if old := t.Get(k.name); old != nil {
		return twice(k, old)
	}
	e.value.name, e.value.key, e.value.parent = k.name, k.off, t
	t.put(e.value)
	return nil
}

// closed says why k cannot be extended.
func (b *builder) closed(k keyPart, old *Node) string {
	line, _ := old.text.position(old.key)
	if old.kind != Table && old.kind != Array {
		return fmt.Sprintf("%s is no table: line %d gives it a value", quoteKey(k.name), line)
	}
	return fmt.Sprintf("the table %s is complete since line %d and cannot be added to here", quoteKey(k.name), line)
}

func (b *builder) newTable(parent *Node, k keyPart, h how) *Node {
	t := &Node{kind: Table, how: h, text: b.text, off: k.off, key: k.off, parent: parent, name: k.name, section: b.section}
	parent.put(t)
	return t
}

// header opens the table of a [header] or [[header]].
func (b *builder) header(e *expression) *scanError {
	t := b.root
	last := len(e.keys) - 1
	for _, k := range e.keys[:last] {
		next := t.Get(k.name)
		switch {
		case next == nil:
			next = b.newTable(t, k, implicit)
		case next.how == inline && next.kind == Array && next.section > 0:
			next = next.kids[len(next.kids)-1]
		case next.kind != Table || next.how == inline:
			return &scanError{off: k.off, msg: b.closed(k, next)}
		}
		t = next
	}
	k := e.keys[last]
	old := t.Get(k.name)
	if e.kind == header {
		switch {
		case old == nil:
			b.table = b.newTable(t, k, explicit)
			return nil
		case old.kind == Table && old.how == implicit:
			old.how, old.off, old.key = explicit, k.off, k.off
			b.table = old
			return nil
		case old.kind == Array && old.section > 0:
			line, _ := old.text.position(old.key)
			return &scanError{off: k.off, msg: fmt.Sprintf("[%s] is a list of tables since line %d: write [[%s]]", k.name, line, k.name)}
		case old.kind == Table && old.how != inline:
			line, _ := old.text.position(old.key)
			return &scanError{off: k.off, msg: fmt.Sprintf("the table %s was already given on line %d", quoteKey(k.name), line)}
		}
		return &scanError{off: k.off, msg: b.closed(k, old)}
	}
	if old == nil {
		// A list made by headers has the section of its first; other lists have 0.
		old = &Node{kind: Array, how: inline, text: b.text, off: k.off, key: k.off, parent: t, name: k.name, section: b.section}
		t.put(old)
	}
	if old.kind != Array || old.section == 0 {
		if old.kind == Table {
			line, _ := old.text.position(old.key)
			return &scanError{off: k.off, msg: fmt.Sprintf("[[%s]] is a single table since line %d: write one or the other", k.name, line)}
		}
		return &scanError{off: k.off, msg: b.closed(k, old)}
	}
	b.table = &Node{kind: Table, how: explicit, text: b.text, off: k.off, key: k.off, parent: old, index: len(old.kids)}
	old.kids = append(old.kids, b.table)
	return nil
}

func (b *builder) bad(err *scanError, hint string) {
	line, col := b.text.position(err.off)
	b.problems = append(b.problems, &sonify.Problem{File: b.text.file, Line: line, Col: col, Msg: err.msg, Hint: hint})
	if len(b.problems) == maxSyntax {
		b.problems = append(b.problems, &sonify.Problem{File: b.text.file, Line: line, Col: col, Msg: fmt.Sprintf("more than %d mistakes: the rest was not read", maxSyntax)})
	}
}
