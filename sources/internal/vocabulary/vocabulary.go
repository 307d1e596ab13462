// Package vocabulary has the kinds of event that sources of one domain share, with
// their fields, so that one mapping serves every source of its kind, live or
// replayed. VOCABULARY.md beside the sources is made of it.
//
// A source fills as many fields as its service truly gives. What the service does not
// give is missing, and never invented.
//
//	d := vocabulary.New(vocabulary.OrderPaid)
//	d.Num("amount", 112.5).Text("currency", "EUR")
//	d.At = when
//	emit(d.Event)
package vocabulary

import (
	"fmt"
	"time"

	"proscenium/sonify"
)

// Draft is an event that is being filled. All its values are missing at first.
type Draft struct{ sonify.Event }

// New begins an event of a kind.
func New(s *sonify.Shape) Draft {
	return Draft{sonify.Event{Shape: s, Values: make([]sonify.Value, len(s.Fields()))}}
}

// Set gives a field its value. It panics if the kind has no such field: that is a
// mistake of the source's author.
func (d *Draft) Set(field string, v sonify.Value) *Draft {
	i := d.Shape.Slot(field)
	if i < 0 {
		panic(fmt.Sprintf("vocabulary: %s has no field %q", d.Shape.Kind(), field))
	}
	d.Values[i] = v
	return d
}

// Num is Set with a number; NaN and the infinities are missing.
func (d *Draft) Num(field string, f float64) *Draft { return d.Set(field, sonify.Num(f)) }

// Text is Set with a text; an empty one is missing.
func (d *Draft) Text(field, s string) *Draft {
	if s == "" {
		return d.Set(field, sonify.Value{})
	}
	return d.Set(field, sonify.Word(s))
}

// Bool is Set with yes or no.
func (d *Draft) Bool(field string, b bool) *Draft { return d.Set(field, sonify.Truth(b)) }

// Clocked says when it happened by the source's own clock.
func (d *Draft) Clocked(c time.Duration) *Draft {
	d.Clock, d.Timed = c, true
	return d
}

// Edited returns the kind of an event that corrects an earlier one of kind s, with
// the same fields: "mention.edited".
func Edited(s *sonify.Shape) *sonify.Shape { return derived(s, ".edited") }

// Deleted returns the kind of an event that takes an earlier one back, with the same
// fields: "mention.deleted".
func Deleted(s *sonify.Shape) *sonify.Shape { return derived(s, ".deleted") }

func derived(s *sonify.Shape, suffix string) *sonify.Shape {
	return sonify.NewShape(s.Kind()+suffix, s.Fields()...)
}

// With returns a kind with further fields behind those of s, for what one service
// tells beyond the vocabulary. Make it once, not for each event.
func With(s *sonify.Shape, more ...sonify.Field) *sonify.Shape {
	return sonify.NewShape(s.Kind(), append(append([]sonify.Field(nil), s.Fields()...), more...)...)
}

// Domain is what one chapter of VOCABULARY.md is about.
type Domain struct {
	Name   string // "order"
	About  string // a paragraph
	Shapes []*sonify.Shape
}

// Domains returns all domains in the order of VOCABULARY.md.
func Domains() []Domain {
	return []Domain{
		{"order", "Tickets and goods that are sold. Amounts are in whole units of the currency (112.5 EUR) and in its smallest (11250). How many are left and which share of the house is sold a source says only if its service, or the piece, says how many there are.", OrderShapes()},
		{"mention", "What people post, by the post. The text and who wrote it are personal.", MentionShapes()},
		{"reading", "What sensors read, one event a value.", ReadingShapes()},
		{"listen", "What is listened to or played, one event a track.", ListenShapes()},
		{"release", "Records as labels announce them (DDEX ERN), and what was sold or streamed of them (DDEX DSR).", ReleaseShapes()},
		{"match", "Any contest between two sides. Kinds of a sport of its own (football.*, tennis.*) tell more; these fit all of them. The lead is what side 1 is ahead by.", MatchShapes()},
		{"edit", "Changes of pages and code: wikis, repositories.", EditShapes()},
		{"chat", "A live broadcast and its chat.", ChatShapes()},
	}
}
