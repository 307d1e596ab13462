package grammar

import (
	"errors"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/pelletier/go-toml/v2/unstable"
)

// This file alone knows go-toml's parser, whose interface may change. It is used
// for what no decoder tells: where each key and value stands.

// expression is one line of the outermost level: a header, or a key and value.
type expression struct {
	kind  expressionKind
	keys  []keyPart
	value *Node
	begin int // offset of the first key
}

type expressionKind uint8

const (
	keyValue expressionKind = iota
	header
	listHeader
)

type keyPart struct {
	name string
	off  int
}

// scanError is a syntax error; off is in the text that was scanned.
type scanError struct {
	off int
	msg string
	// deep is true if what was wrong is how deep values are nested.
	deep bool
}

// scanner reads the expressions of a text from some offset on.
type scanner struct {
	parser unstable.Parser
	text   *text
	base   int
	data   []byte
}

func (s *scanner) reset(t *text, from int) {
	s.text, s.base = t, from
	s.data = []byte(t.data[from:])
	s.parser.Reset(s.data)
}

// next returns the next expression, nil at the end.
func (s *scanner) next() (*expression, *scanError) {
	if !s.parser.NextExpression() {
		err := s.parser.Error()
		if err == nil {
			return nil, nil
		}
		bad := &scanError{off: len(s.data), msg: err.Error()}
		var pe *unstable.ParserError
		if errors.As(err, &pe) {
			bad.off = int(s.parser.Range(pe.Highlight).Offset)
		}
		bad.off += s.base
		return nil, bad
	}
	n := s.parser.Expression()
	e := &expression{kind: keyValue}
	switch n.Kind {
	case unstable.Table:
		e.kind = header
	case unstable.ArrayTable:
		e.kind = listHeader
	}
	e.keys = s.keys(n)
	e.begin = e.keys[0].off
	if e.kind == keyValue {
		value := n.Value()
		var err *scanError
		if e.value, _, err = s.value(value, s.valueStart(n), 1); err != nil {
			return e, err
		}
	}
	return e, nil
}

// keys returns the parts of the key of n.
func (s *scanner) keys(n *unstable.Node) []keyPart {
	var keys []keyPart
	for it := n.Key(); it.Next(); {
		k := it.Node()
		keys = append(keys, keyPart{string(k.Data), int(k.Raw.Offset) + s.base})
	}
	return keys
}

// valueStart returns the offset of the value in a key-value, relative to data.
func (s *scanner) valueStart(n *unstable.Node) int {
	end := 0
	for it := n.Key(); it.Next(); {
		r := it.Node().Raw
		end = int(r.Offset + r.Length)
	}
	return s.skip(end, " \t=")
}

// skip returns the first offset from at on that holds none of the given bytes
// and no comment.
func (s *scanner) skip(at int, bytes string) int {
	for at < len(s.data) {
		switch {
		case strings.IndexByte(bytes, s.data[at]) >= 0:
			at++
		case s.data[at] == '#' && strings.IndexByte(bytes, '\n') >= 0:
			for at < len(s.data) && s.data[at] != '\n' {
				at++
			}
		default:
			return at
		}
	}
	return at
}

const between = " \t\r\n,"

// value makes a node of n, which starts at offset at of data, and returns the
// offset behind it.
func (s *scanner) value(n *unstable.Node, at, depth int) (*Node, int, *scanError) {
	node := &Node{text: s.text, off: s.base + at, key: s.base + at, how: inline}
	if depth > maxDepth {
		return nil, 0, &scanError{off: node.off, msg: "nested deeper than " + strconv.Itoa(maxDepth) + " levels", deep: true}
	}
	end := int(n.Raw.Offset + n.Raw.Length)
	switch n.Kind {
	case unstable.String:
		node.kind, node.str = String, string(n.Data)
	case unstable.Bool:
		node.kind = Bool
		if n.Data[0] == 't' {
			node.int = 1
		}
	case unstable.Integer:
		node.kind = Integer
		var err error
		raw := strings.ReplaceAll(string(n.Data), "_", "")
		if len(raw) > 1 && raw[0] == '0' {
			node.int, err = strconv.ParseInt(raw, 0, 64) // hexadecimal, octal, binary
		} else {
			node.int, err = strconv.ParseInt(raw, 10, 64)
		}
		if err != nil {
			return nil, 0, &scanError{off: node.off, msg: "the number " + cut(raw) + " is too large"}
		}
	case unstable.Float:
		node.kind = Float
		raw := strings.ReplaceAll(string(n.Data), "_", "")
		if strings.HasSuffix(raw, "nan") {
			raw = "nan" // strconv knows none with a sign
		}
		f, err := strconv.ParseFloat(raw, 64)
		if err != nil {
			return nil, 0, &scanError{off: node.off, msg: "the number " + cut(string(n.Data)) + " is too large"}
		}
		node.num = f
	case unstable.LocalDate, unstable.LocalTime, unstable.LocalDateTime, unstable.DateTime:
		node.kind, node.str = Time, string(n.Data)
		var into struct{ V any }
		if _, err := toml.Decode("V = "+node.str, &into); err != nil {
			return nil, 0, &scanError{off: node.off, msg: cut(node.str) + " is no date or time"}
		}
	case unstable.Array:
		node.kind = Array
		end = at + 1
		for it := n.Children(); it.Next(); {
			kid, after, err := s.value(it.Node(), s.skip(end, between), depth+1)
			if err != nil {
				return nil, 0, err
			}
			kid.parent, kid.index = node, len(node.kids)
			node.kids = append(node.kids, kid)
			end = after
		}
		end = s.skip(end, between) + 1
	case unstable.InlineTable:
		node.kind = Table
		end = at + 1
		var bad *scanError
		for it := n.Children(); it.Next(); {
			kv := it.Node()
			kid, after, err := s.value(kv.Value(), s.valueStart(kv), depth+1)
			if err == nil {
				err = addInline(node, s.keys(kv), kid)
			}
			if err != nil {
				bad = err
				break
			}
			end = after
		}
		if bad != nil {
			return nil, 0, bad
		}
		end = s.skip(end, between) + 1
	default:
		return nil, 0, &scanError{off: node.off, msg: "not a value"}
	}
	return node, end, nil
}

// addInline puts a key, dotted perhaps, into an inline table.
func addInline(table *Node, keys []keyPart, kid *Node) *scanError {
	if len(keys) > maxDepth {
		return &scanError{off: keys[0].off, msg: "nested deeper than " + strconv.Itoa(maxDepth) + " levels", deep: true}
	}
	for _, k := range keys[:len(keys)-1] {
		next := table.Get(k.name)
		if next == nil {
			next = &Node{kind: Table, how: dotted, text: table.text, off: k.off, key: k.off, parent: table, name: k.name}
			table.put(next)
		} else if next.kind != Table || next.how != dotted {
			return twice(k, next)
		}
		table = next
	}
	last := keys[len(keys)-1]
	if old := table.Get(last.name); old != nil {
		return twice(last, old)
	}
	kid.name, kid.key, kid.parent = last.name, last.off, table
	table.put(kid)
	return nil
}

func twice(k keyPart, old *Node) *scanError {
	line, _ := old.text.position(old.key)
	return &scanError{off: k.off, msg: "the key " + quoteKey(k.name) + " was already given on line " + strconv.Itoa(line)}
}

func cut(s string) string {
	if len(s) > 40 {
		return s[:39] + "…"
	}
	return s
}
