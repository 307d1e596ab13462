package sonify

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// ValueType tells what a [Value] holds.
type ValueType uint8

const (
	Missing ValueType = iota // the source did not say; never the same as zero
	Number
	Text
	Bool
)

func (t ValueType) String() string {
	return [...]string{"missing", "number", "text", "yes or no"}[t&3]
}

// Value is one measurement or word of an event. The zero Value is missing.
// Values are small and are copied freely.
type Value struct {
	kind ValueType
	num  float64
	text string
}

// Num returns the number f as a Value. NaN and the infinities are missing: none
// of them is ever a measurement, and one that slipped through would spread.
func Num(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: Number, num: f}
}

// Word returns the text s as a Value. An empty text is a text, not missing.
func Word(s string) Value { return Value{kind: Text, text: s} }

// Truth returns b as a Value.
func Truth(b bool) Value {
	if b {
		return Value{kind: Bool, num: 1}
	}
	return Value{kind: Bool}
}

// Type tells what v holds.
func (v Value) Type() ValueType { return v.kind }

// IsMissing reports whether v holds nothing.
func (v Value) IsMissing() bool { return v.kind == Missing }

// Float returns v as a number: a Number itself, a Bool as 0 or 1, a Text if all
// of it is a finite decimal number. ok is false for anything else.
func (v Value) Float() (f float64, ok bool) {
	switch v.kind {
	case Number, Bool:
		return v.num, true
	case Text:
		f, err := strconv.ParseFloat(v.text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return 0, false
		}
		return f, true
	}
	return 0, false
}

// Bool returns v as a condition: a Bool itself, a Number other than 0 is true,
// a Text is true unless it is empty, "0", "false" or "no". A missing value is
// no condition: ok is false.
func (v Value) Bool() (b, ok bool) {
	switch v.kind {
	case Number, Bool:
		return v.num != 0, true
	case Text:
		switch v.text {
		case "", "0", "false", "no", "False", "No", "FALSE", "NO":
			return false, true
		}
		return true, true
	}
	return false, false
}

// String writes v the way a person reads it: numbers without superfluous
// digits, "yes" and "no", nothing for a missing value.
func (v Value) String() string {
	switch v.kind {
	case Number:
		return strconv.FormatFloat(v.num, 'g', -1, 64)
	case Text:
		return v.text
	case Bool:
		if v.num != 0 {
			return "yes"
		}
		return "no"
	}
	return ""
}

// MarshalJSON writes v as a JSON number, string, boolean or null.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case Number:
		return strconv.AppendFloat(nil, v.num, 'g', -1, 64), nil
	case Bool:
		return strconv.AppendBool(nil, v.num != 0), nil
	case Text:
		return appendJSONString(nil, v.text), nil
	}
	return []byte("null"), nil
}

// Field describes one value that a kind of event carries.
type Field struct {
	Name string    // lower_snake; ends in its unit where it has one: "speed_kmh"
	Type ValueType // Missing if it differs from event to event
	Unit string    // for people: "km/h", "points", ""
	Doc  string    // one line: what it says and when it is missing
	// Personal means that it tells who somebody is or what somebody wrote: names,
	// texts, e-mail, addresses, ids of people. It passes the door only if the piece
	// lists it in keep or hash.
	Personal bool
}

// Shape names a kind of event and the fields that come with it, in order. A
// Shape never changes once it is made, so that a compiled piece may remember
// where a field stands; a source that meets a new field makes a new Shape. Make
// one per kind and set of fields, not one per event: the engine keeps what it
// found out about each.
type Shape struct {
	kind   string
	fields []Field
	slots  map[string]int
}

// NewShape returns the shape of events of the given kind ("tennis.point",
// general word first). It panics if two fields have one name: that is a mistake
// of the source's author.
func NewShape(kind string, fields ...Field) *Shape {
	s := &Shape{kind: kind, fields: append([]Field(nil), fields...), slots: make(map[string]int, len(fields))}
	for i, f := range fields {
		if _, twice := s.slots[f.Name]; twice {
			panic(fmt.Sprintf("sonify: shape %s has two fields named %s", kind, f.Name))
		}
		s.slots[f.Name] = i
	}
	return s
}

// Kind returns what kind of event s describes.
func (s *Shape) Kind() string { return s.kind }

// Fields returns the fields of s in order. The caller must not change them.
func (s *Shape) Fields() []Field { return s.fields }

// Slot returns where the field stands in [Event.Values], or -1.
func (s *Shape) Slot(field string) int {
	if i, ok := s.slots[field]; ok {
		return i
	}
	return -1
}

// Event is one observation reported by a [Source]. Whoever receives an Event
// owns its Values.
type Event struct {
	Source string // the name the piece gave the source: "court"
	Shape  *Shape // its kind and the names of its Values
	Values []Value

	// At is when it happened, by the world's calendar; zero if its origin does
	// not say.
	At time.Time
	// Clock is when it happened by the source's own clock, counted from wherever
	// that clock starts (a match clock, the first row's time stamp). It says
	// nothing unless Timed is true.
	Clock time.Duration
	Timed bool

	// Line is the line or record of the source's input that reported it, counted
	// from 1; 0 if it has none. It is for messages to people.
	Line int64

	// Place says where the source goes on after this event: a cursor, an offset, the
	// last id. It is empty if the source cannot, or not from here: then the place of
	// the event before holds. It is written into the station's log, so there is
	// nothing personal and nothing secret in it, and it is short.
	Place string
}

// Kind returns what kind of event e is.
func (e *Event) Kind() string {
	if e.Shape == nil {
		return ""
	}
	return e.Shape.kind
}

// Value returns the named field of e, missing if e does not have it. It looks
// the name up; the compiled piece does not use it.
func (e *Event) Value(field string) Value {
	if e.Shape == nil {
		return Value{}
	}
	if i := e.Shape.Slot(field); i >= 0 && i < len(e.Values) {
		return e.Values[i]
	}
	return Value{}
}

// appendJSONString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD.
func appendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s { // ranging turns bad bytes into U+FFFD
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r < 0x20 || r == 0x7f || r == 0x2028 || r == 0x2029:
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// AppendJSONString appends s to b as a JSON string, bytes that are not UTF-8
// as U+FFFD.
func AppendJSONString(b []byte, s string) []byte { return appendJSONString(b, s) }
