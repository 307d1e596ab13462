// Package leaves reads JSON into its leaves: every value that is neither object nor
// list, with the way to it. It reads in one go, checks the syntax as it goes, holds
// nothing but what it returns, and is bounded in depth and number.
package leaves

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"proscenium/sonify"
)

// Leaf is one value, and the way to it.
type Leaf struct {
	Path  string // "data.object.amount", "items.0.price"
	Value sonify.Value
	Raw   string // as it was written, without quotes; what times are read from
}

// Parser reads texts into leaves, one after the other. Its settings are made before
// the first. It is used by one goroutine.
type Parser struct {
	MaxDepth  int // how deep objects and lists in each other are followed
	MaxItems  int // elements of a list that become leaves; their number always does
	MaxLeaves int
	// Missing says which texts stand for nothing.
	Missing func(text string) bool
	// Note is told of what was put right or left out.
	Note func(fate sonify.Fate, what string)

	Leaves []Leaf   // of the text last read; good until the next
	Top    []string // keys of the object itself

	b     []byte
	i     int
	path  []byte
	text  []byte
	paths map[string]string // so that equal paths share their text
}

// ErrSyntax is the error about what is no JSON. NaN, Infinity and -Infinity are let
// through, for Python writes them: they are missing.
var ErrSyntax = errors.New("not JSON")

// TooManyPaths is how many different paths share their text.
const TooManyPaths = 10_000

func (p *Parser) begin(b []byte) {
	p.b, p.i = b, 0
	p.Leaves, p.Top, p.path = p.Leaves[:0], p.Top[:0], p.path[:0]
}

func (p *Parser) end() error {
	p.blanks()
	if p.i != len(p.b) {
		return ErrSyntax
	}
	return nil
}

// Object reads the text of one object.
func (p *Parser) Object(b []byte) error {
	p.begin(b)
	if err := p.object(1, true); err != nil {
		return err
	}
	return p.end()
}

// Value reads the text of any value. A list has its elements under "0", "1", ..., all
// of them; what is neither list nor object is under "value".
func (p *Parser) Value(b []byte) error {
	p.begin(b)
	var err error
	switch p.peek() {
	case '{':
		err = p.object(1, true)
	case '[':
		most := p.MaxItems
		p.MaxItems = p.MaxLeaves
		err = p.array(1, true)
		p.MaxItems = most
	default:
		p.path = append(p.path, "value"...)
		err = p.value(1, true)
	}
	if err != nil {
		return err
	}
	return p.end()
}

func (p *Parser) blanks() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *Parser) peek() byte {
	p.blanks()
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func (p *Parser) take(c byte) bool {
	if p.peek() == c {
		p.i++
		return true
	}
	return false
}

// object reads an object. What lies too deep is read for its syntax only
// (keep is false).
func (p *Parser) object(depth int, keep bool) error {
	if !p.take('{') {
		return ErrSyntax
	}
	if depth > 1000 {
		return ErrSyntax
	}
	if keep && depth > p.MaxDepth {
		p.Note(sonify.Skipped, "values nested too deep")
		keep = false
	}
	if p.take('}') {
		return nil
	}
	for {
		if p.peek() != '"' {
			return ErrSyntax
		}
		key, err := p.string()
		if err != nil {
			return err
		}
		if !p.take(':') {
			return ErrSyntax
		}
		n := len(p.path)
		if keep {
			if depth == 1 {
				p.Top = append(p.Top, string(key))
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
		return ErrSyntax
	}
}

func (p *Parser) array(depth int, keep bool) error {
	p.i++
	if depth > 1000 {
		return ErrSyntax
	}
	if keep && depth > p.MaxDepth {
		p.Note(sonify.Skipped, "values nested too deep")
		keep = false
	}
	count := 0
	n := len(p.path)
	if !p.take(']') {
		for {
			in := keep && count < p.MaxItems
			if in {
				if n > 0 {
					p.path = append(p.path, '.')
				}
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
			return ErrSyntax
		}
	}
	if keep {
		if count > p.MaxItems {
			p.Note(sonify.Skipped, "elements of long lists")
		}
		if n > 0 {
			p.path = append(p.path, '.')
		}
		p.path = append(p.path, "count"...)
		p.leaf(sonify.Num(float64(count)), "")
		p.path = p.path[:n]
	}
	return nil
}

func (p *Parser) value(depth int, keep bool) error {
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
			if p.Missing(t) {
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
					p.Note(sonify.Repaired, "NaN or Infinity, taken as missing")
				}
				p.leaf(w.value, "")
			}
			return nil
		}
	}
	return ErrSyntax
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
func (p *Parser) number(keep bool) error {
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
				p.Note(sonify.Repaired, "NaN or Infinity, taken as missing")
				p.leaf(sonify.Value{}, "")
			}
			return nil
		}
	}
	lead := p.i
	whole := digits()
	if whole == 0 || whole > 1 && p.b[lead] == '0' {
		return ErrSyntax
	}
	integer := true
	if p.i < len(p.b) && p.b[p.i] == '.' {
		p.i++
		integer = false
		if digits() == 0 {
			return ErrSyntax
		}
	}
	if p.i < len(p.b) && p.b[p.i]|0x20 == 'e' {
		p.i++
		integer = false
		if p.i < len(p.b) && (p.b[p.i] == '+' || p.b[p.i] == '-') {
			p.i++
		}
		if digits() == 0 {
			return ErrSyntax
		}
	}
	if !keep {
		return nil
	}
	raw := string(p.b[at:p.i])
	f, err := strconv.ParseFloat(raw, 64)
	switch {
	case err != nil: // beyond what a float64 holds
		p.Note(sonify.Repaired, "number out of range, taken as missing")
		p.leaf(sonify.Value{}, raw)
	case integer && whole > 15 && strconv.FormatFloat(f, 'f', -1, 64) != raw:
		p.leaf(sonify.Word(raw), raw) // a name that looks like a number: keep all its digits
	default:
		p.leaf(sonify.Num(f), raw)
	}
	return nil
}

// string reads a string. It is good until the next one.
func (p *Parser) string() ([]byte, error) {
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
			return nil, ErrSyntax
		}
		p.i++
	}
	return nil, ErrSyntax
}

// valid returns s with what is not UTF-8 replaced.
func (p *Parser) valid(s []byte) []byte {
	if utf8.Valid(s) {
		return s
	}
	p.Note(sonify.Repaired, "text that is not UTF-8")
	return []byte(strings.ToValidUTF8(string(s), "\ufffd"))
}

// escaped reads the rest of a string that began at at and has escapes.
func (p *Parser) escaped(at int) ([]byte, error) {
	p.text = append(p.text[:0], p.b[at:p.i]...)
	for p.i < len(p.b) {
		c := p.b[p.i]
		p.i++
		switch {
		case c == '"':
			return p.valid(p.text), nil
		case c < 0x20:
			return nil, ErrSyntax
		case c != '\\':
			p.text = append(p.text, c)
			continue
		}
		if p.i >= len(p.b) {
			return nil, ErrSyntax
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
				return nil, ErrSyntax
			}
			if utf16.IsSurrogate(r) {
				low := rune(utf8.RuneError)
				if p.i+1 < len(p.b) && p.b[p.i] == '\\' && p.b[p.i+1] == 'u' {
					back := p.i
					p.i += 2
					l, ok := p.hex()
					if !ok {
						return nil, ErrSyntax
					}
					if low = utf16.DecodeRune(r, l); low == utf8.RuneError {
						p.i = back // the second half stands for itself
					}
				}
				r = low
			}
			p.text = utf8.AppendRune(p.text, r)
		default:
			return nil, ErrSyntax
		}
	}
	return nil, ErrSyntax
}

func (p *Parser) hex() (rune, bool) {
	if p.i+4 > len(p.b) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.b[p.i:p.i+4]), 16, 32)
	p.i += 4
	return rune(n), err == nil
}

// leaf adds a value at p.path.
func (p *Parser) leaf(v sonify.Value, raw string) {
	if len(p.Leaves) >= p.MaxLeaves {
		p.Note(sonify.Skipped, "fields beyond max_fields")
		return
	}
	path, ok := p.paths[string(p.path)]
	if !ok {
		path = string(p.path)
		if p.paths == nil {
			p.paths = make(map[string]string)
		}
		if len(p.paths) < TooManyPaths {
			p.paths[path] = path
		}
	}
	p.Leaves = append(p.Leaves, Leaf{path, v, raw})
}
