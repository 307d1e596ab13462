// Package object reads the JSON that services send. Their messages are looked through
// once, field by field, with gjson; here is what must be true before that is safe.
package object

import (
	"errors"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"proscenium/sonify"
)

// depth is how deep objects and lists may stand in each other; the deepest real
// message seen is a Jetstream record at 12.
const depth = 64

// What is wrong with a message.
var (
	ErrDeep   = errors.New("JSON that is nested too deep")
	ErrJSON   = errors.New("not valid JSON")
	ErrObject = errors.New("JSON, but no object")
)

// Parse returns the object that b is. The result has a copy of b.
func Parse(b []byte) (gjson.Result, error) {
	r, err := Any(b)
	if err == nil && !r.IsObject() {
		err = ErrObject
	}
	return r, err
}

// Any returns the JSON value that b is: an object, a list, a text, ...
func Any(b []byte) (gjson.Result, error) {
	if !shallow(b) {
		return gjson.Result{}, ErrDeep
	}
	if !gjson.ValidBytes(b) {
		return gjson.Result{}, ErrJSON
	}
	return gjson.ParseBytes(b), nil
}

// shallow reports whether nothing in b is deeper than depth: checking and reading
// what is would recurse as deep.
func shallow(b []byte) bool {
	level, text := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text:
			switch c {
			case '\\':
				i++
			case '"':
				text = false
			}
		case c == '"':
			text = true
		case c == '{' || c == '[':
			if level++; level > depth {
				return false
			}
		case c == '}' || c == ']':
			level--
		}
	}
	return true
}

// Number is r as a number: missing if it is none.
func Number(r gjson.Result) sonify.Value {
	if r.Type != gjson.Number {
		return sonify.Value{}
	}
	return sonify.Num(r.Num)
}

// Text is r as a text: missing if it is none, or empty.
func Text(r gjson.Result) sonify.Value {
	if r.Type != gjson.String || r.Str == "" {
		return sonify.Value{}
	}
	return sonify.Word(r.Str)
}

// Truth is r as yes or no: missing if it is neither.
func Truth(r gjson.Result) sonify.Value {
	if r.Type != gjson.True && r.Type != gjson.False {
		return sonify.Value{}
	}
	return sonify.Truth(r.Type == gjson.True)
}

// Len is how many elements a list has, 0 if r is none.
func Len(r gjson.Result) int {
	n := 0
	if r.IsArray() {
		r.ForEach(func(_, _ gjson.Result) bool { n++; return true })
	}
	return n
}

// Letters is how long a text is for somebody who reads it: its code points.
func Letters(s string) int { return utf8.RuneCountInString(s) }
