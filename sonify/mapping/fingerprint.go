package mapping

import (
	"fmt"
	"hash/fnv"
	"io"
	"reflect"

	"proscenium/sonify"
)

// A part of a piece keeps what it remembers when the piece is edited, as long as
// it is still the same part. Whether it is, a fingerprint of its definition
// tells: of all it says, but not of where it stands, for a line that was added
// above changes every index below.

// indices are the fields of plans that say where something stands.
var indices = map[string]bool{"id": true, "maker": true, "signal": true, "level": true}

func fingerprint(parts ...any) string {
	h := fnv.New64a()
	for _, p := range parts {
		define(h, reflect.ValueOf(p))
		io.WriteString(h, ";")
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// define writes a definition out. Expressions are their text.
func define(w io.Writer, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			io.WriteString(w, "-")
			return
		}
		define(w, v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[formula]() {
			fmt.Fprintf(w, "%q", v.FieldByName("text").String())
			return
		}
		io.WriteString(w, "{")
		for i := range v.NumField() {
			if !indices[v.Type().Field(i).Name] {
				define(w, v.Field(i))
				io.WriteString(w, ",")
			}
		}
		io.WriteString(w, "}")
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(w, "%d[", v.Len())
		for i := range v.Len() {
			define(w, v.Index(i))
			io.WriteString(w, ",")
		}
		io.WriteString(w, "]")
	case reflect.String:
		fmt.Fprintf(w, "%q", v.String())
	case reflect.Bool:
		fmt.Fprint(w, v.Bool())
	case reflect.Float32, reflect.Float64:
		fmt.Fprint(w, v.Float())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		fmt.Fprint(w, v.Uint())
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		fmt.Fprint(w, v.Int())
	default:
		panic("mapping: a plan holds a " + v.Kind().String() + ", which has no fingerprint")
	}
}

// fingerprint is about what a signal counts, and how far back.
func (s *signalPlan) fingerprint() string {
	win := s.win
	if s.winTicks > 0 {
		win.frames = 0 // bars at another tempo are still bars
	}
	return fingerprint(s.kinds, s.when, s.value, s.derived, s.how, win, s.winTicks, s.speed)
}

// fingerprint is about what a pattern does when: what it remembers is where in
// its melody it stands. How it plays may change under it.
func (p *patternPlan) fingerprint() string {
	return fingerprint(p.step, p.cycle, p.fixed, p.tones, p.order, p.span, p.markov, p.themes, p.stretch, p.delay, p.react)
}

// voiceFingerprint tells voices apart that sound different, as
// [sonify.SameSound] does.
func voiceFingerprint(v sonify.Voice) string {
	v.Name, v.MIDIChannel, v.MIDIProgram, v.MIDIDrum = "", 0, 0, 0
	return fingerprint(v)
}
