package hook

import (
	"encoding/json"
	"strings"
	"testing"
)

// deepest returns how many objects and lists of a JSON text are open at once.
func deepest(t string) (most int) {
	d := json.NewDecoder(strings.NewReader(t))
	open := 0
	for {
		k, err := d.Token()
		if err != nil {
			return most
		}
		switch k {
		case json.Delim('{'), json.Delim('['):
			open++
			most = max(most, open)
		case json.Delim('}'), json.Delim(']'):
			open--
		}
	}
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// What the standard library takes for JSON is taken if it is not nested too deep, and
// nothing else.
func FuzzValid(f *testing.F) {
	for _, s := range []string{
		"", " ", "{", `{"a":1}`, ` { "a" : [ 1 , true , false , null , "x" ] , "b" : { } , "c" : [ ] } `, `{"a":1,}`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{1:2}`,
		"0", "-0", "01", "-", "1.", ".5", "1.5e", "1E+9", "1e-07", "+1", "NaN", "Infinity", "tru", "truee", "nul", "[}", "{]", `{"a":1]`,
		`"\u00e9\\\"\/\b\f\n\r\t"`, `"\u00g0"`, `"\u12"`, `"\x"`, `"\`, `"a`, "\"\x01\"", "\"\x7f\"", "\"\xff\"", "\xef\xbb\xbf{}", "1 2", "[1]x", "\"\n\"", "{}\x00",
		nested(maxDepth), nested(maxDepth + 1), strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth), strings.Repeat("[[],", 70) + "1" + strings.Repeat("]", 70),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := json.Valid([]byte(s)) && deepest(s) <= maxDepth
		if got := valid([]byte(s)); got != want {
			t.Fatalf("%q: %v, expected %v", s, got, want)
		}
	})
}

func TestValid_AllocatesNothing(t *testing.T) {
	b := body(1)
	if n := testing.AllocsPerRun(100, func() { valid(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
