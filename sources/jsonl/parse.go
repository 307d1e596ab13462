package jsonl

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"proscenium/sonify"
)

// leaf is one value of an object, and the way to it.
type leaf struct {
	path  string // "data.object.amount"
	value sonify.Value
	raw   string // as it was written, without quotes; what times are read from
}

// parser reads the text of one object into leaves. It is used again for the
// next.
type parser struct {
	maxDepth int
	maxItems int // elements of an array that become leaves
	maxLeafs int
	missing  func(text string) bool
	note     func(fate sonify.Fate, what string)

	b      []byte
	i      int
	leaves []leaf
	top    []string // keys of the object itself
	path   []byte
	text   []byte
	paths  map[string]string // so that equal paths share their text
}

var errSyntax = errors.New("not JSON")

const tooManyPaths = 10_000

// parse fills p.leaves and p.top.
func (p *parser) parse(b []byte) error {
	p.b, p.i = b, 0
	p.leaves, p.top, p.path = p.leaves[:0], p.top[:0], p.path[:0]
	if err := p.object(1, true); err != nil {
		return err
	}
	p.blanks()
	if p.i != len(p.b) {
		return errSyntax
	}
	return nil
}

func (p *parser) blanks() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	p.blanks()
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func (p *parser) take(c byte) bool {
	if p.peek() == c {
		p.i++
		return true
	}
	return false
}

// object reads an object. What lies too deep is read for its syntax only
// (keep is false).
func (p *parser) object(depth int, keep bool) error {
	if !p.take('{') {
		return errSyntax
	}
	if depth > 1000 {
		return errSyntax
	}
	if keep && depth > p.maxDepth {
		p.note(sonify.Skipped, "values nested too deep")
		keep = false
	}
	if p.take('}') {
		return nil
	}
	for {
		if p.peek() != '"' {
			return errSyntax
		}
		key, err := p.string()
		if err != nil {
			return err
		}
		if !p.take(':') {
			return errSyntax
		}
		n := len(p.path)
		if keep {
			if depth == 1 {
				p.top = append(p.top, string(key))
			}
			if n > 0 {
				p.path = append(p.path, '.')
			}
			p.path = append(p.path, key...)
		}
		if err := p.value(depth, keep); err != nil {
			return err
		}
		p.path = p.path[:n]
		if p.take(',') {
			continue
		}
		if p.take('}') {
			return nil
		}
		return errSyntax
	}
}

func (p *parser) array(depth int, keep bool) error {
	p.i++
	if depth > 1000 {
		return errSyntax
	}
	if keep && depth > p.maxDepth {
		p.note(sonify.Skipped, "values nested too deep")
		keep = false
	}
	count := 0
	n := len(p.path)
	if !p.take(']') {
		for {
			in := keep && count < p.maxItems
			if in {
				p.path = append(p.path, '.')
				p.path = strconv.AppendInt(p.path, int64(count), 10)
			}
			if err := p.value(depth, in); err != nil {
				return err
			}
			p.path = p.path[:n]
			count++
			if p.take(',') {
				continue
			}
			if p.take(']') {
				break
			}
			return errSyntax
		}
	}
	if keep {
		if count > p.maxItems {
			p.note(sonify.Skipped, "elements of long lists")
		}
		p.path = append(p.path, ".count"...)
		p.leaf(sonify.Num(float64(count)), "")
		p.path = p.path[:n]
	}
	return nil
}

func (p *parser) value(depth int, keep bool) error {
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth+1, keep)
	case c == '[':
		return p.array(depth+1, keep)
	case c == '"':
		s, err := p.string()
		if err != nil {
			return err
		}
		if keep {
			t := string(s)
			if p.missing(t) {
				p.leaf(sonify.Value{}, t)
			} else {
				p.leaf(sonify.Word(t), t)
			}
		}
		return nil
	case c == '-' || c >= '0' && c <= '9':
		return p.number(keep)
	}
	for _, w := range words {
		if strings.HasPrefix(string(p.b[p.i:min(len(p.b), p.i+9)]), w.text) {
			p.i += len(w.text)
			if keep {
				if w.odd {
					p.note(sonify.Repaired, "NaN or Infinity, taken as missing")
				}
				p.leaf(w.value, "")
			}
			return nil
		}
	}
	return errSyntax
}

// words are what may stand for itself. NaN and Infinity are no JSON, but what
// Python writes.
var words = []struct {
	text  string
	value sonify.Value
	odd   bool
}{
	{"true", sonify.Truth(true), false},
	{"false", sonify.Truth(false), false},
	{"null", sonify.Value{}, false},
	{"NaN", sonify.Value{}, true},
	{"Infinity", sonify.Value{}, true},
}

// number reads a number by the grammar of JSON.
func (p *parser) number(keep bool) error {
	at := p.i
	digits := func() int {
		n := p.i
		for p.i < len(p.b) && p.b[p.i] >= '0' && p.b[p.i] <= '9' {
			p.i++
		}
		return p.i - n
	}
	if p.b[p.i] == '-' {
		p.i++
		if strings.HasPrefix(string(p.b[p.i:min(len(p.b), p.i+8)]), "Infinity") {
			p.i += len("Infinity")
			if keep {
				p.note(sonify.Repaired, "NaN or Infinity, taken as missing")
				p.leaf(sonify.Value{}, "")
			}
			return nil
		}
	}
	lead := p.i
	whole := digits()
	if whole == 0 || whole > 1 && p.b[lead] == '0' {
		return errSyntax
	}
	integer := true
	if p.i < len(p.b) && p.b[p.i] == '.' {
		p.i++
		integer = false
		if digits() == 0 {
			return errSyntax
		}
	}
	if p.i < len(p.b) && p.b[p.i]|0x20 == 'e' {
		p.i++
		integer = false
		if p.i < len(p.b) && (p.b[p.i] == '+' || p.b[p.i] == '-') {
			p.i++
		}
		if digits() == 0 {
			return errSyntax
		}
	}
	if !keep {
		return nil
	}
	raw := string(p.b[at:p.i])
	f, err := strconv.ParseFloat(raw, 64)
	switch {
	case err != nil: // beyond what a float64 holds
		p.note(sonify.Repaired, "number out of range, taken as missing")
		p.leaf(sonify.Value{}, raw)
	case integer && whole > 15 && strconv.FormatFloat(f, 'f', -1, 64) != raw:
		p.leaf(sonify.Word(raw), raw) // a name that looks like a number: keep all its digits
	default:
		p.leaf(sonify.Num(f), raw)
	}
	return nil
}

// string reads a string. It is good until the next one.
func (p *parser) string() ([]byte, error) {
	p.i++
	at := p.i
	for p.i < len(p.b) {
		switch c := p.b[p.i]; {
		case c == '"':
			s := p.b[at:p.i]
			p.i++
			return p.valid(s), nil
		case c == '\\':
			return p.escaped(at)
		case c < 0x20:
			return nil, errSyntax
		}
		p.i++
	}
	return nil, errSyntax
}

// valid returns s with what is not UTF-8 replaced.
func (p *parser) valid(s []byte) []byte {
	if utf8.Valid(s) {
		return s
	}
	p.note(sonify.Repaired, "text that is not UTF-8")
	return []byte(strings.ToValidUTF8(string(s), "\ufffd"))
}

// escaped reads the rest of a string that began at at and has escapes.
func (p *parser) escaped(at int) ([]byte, error) {
	p.text = append(p.text[:0], p.b[at:p.i]...)
	for p.i < len(p.b) {
		c := p.b[p.i]
		p.i++
		switch {
		case c == '"':
			return p.valid(p.text), nil
		case c < 0x20:
			return nil, errSyntax
		case c != '\\':
			p.text = append(p.text, c)
			continue
		}
		if p.i >= len(p.b) {
			return nil, errSyntax
		}
		c = p.b[p.i]
		p.i++
		switch c {
		case '"', '\\', '/':
			p.text = append(p.text, c)
		case 'b':
			p.text = append(p.text, '\b')
		case 'f':
			p.text = append(p.text, '\f')
		case 'n':
			p.text = append(p.text, '\n')
		case 'r':
			p.text = append(p.text, '\r')
		case 't':
			p.text = append(p.text, '\t')
		case 'u':
			r, ok := p.hex()
			if !ok {
				return nil, errSyntax
			}
			if utf16.IsSurrogate(r) {
				low := rune(utf8.RuneError)
				if p.i+1 < len(p.b) && p.b[p.i] == '\\' && p.b[p.i+1] == 'u' {
					back := p.i
					p.i += 2
					l, ok := p.hex()
					if !ok {
						return nil, errSyntax
					}
					if low = utf16.DecodeRune(r, l); low == utf8.RuneError {
						p.i = back // the second half stands for itself
					}
				}
				r = low
			}
			p.text = utf8.AppendRune(p.text, r)
		default:
			return nil, errSyntax
		}
	}
	return nil, errSyntax
}

func (p *parser) hex() (rune, bool) {
	if p.i+4 > len(p.b) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.b[p.i:p.i+4]), 16, 32)
	p.i += 4
	return rune(n), err == nil
}

// leaf adds a value at p.path.
func (p *parser) leaf(v sonify.Value, raw string) {
	if len(p.leaves) >= p.maxLeafs {
		p.note(sonify.Skipped, "fields beyond max_fields")
		return
	}
	path, ok := p.paths[string(p.path)]
	if !ok {
		path = string(p.path)
		if p.paths == nil {
			p.paths = make(map[string]string)
		}
		if len(p.paths) < tooManyPaths {
			p.paths[path] = path
		}
	}
	p.leaves = append(p.leaves, leaf{path, v, raw})
}
