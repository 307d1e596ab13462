package leaves_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/leaves"
)

func parser() *leaves.Parser {
	return &leaves.Parser{MaxDepth: 8, MaxItems: 4, MaxLeaves: 1000, Missing: func(t string) bool { return t == "nan" }, Note: func(sonify.Fate, string) {}}
}

func TestValue_ReadsEveryLeaf(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":{"b":[1,"x",null]},"c":true}`: "a.b.0=1 a.b.1=x a.b.2= a.b.count=3 c=yes",
		`[7,{"x":"nan"}]`:                   "0=7 1.x= count=2",
		`21.5`:                              "value=21.5",
		`"on"`:                              "value=on",
		`{"a":12345678901234567890}`:        "a=12345678901234567890",
	} {
		p := parser()
		if err := p.Value([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got []string
		for _, l := range p.Leaves {
			got = append(got, l.Path+"="+l.Value.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s, want %s", text, strings.Join(got, " "), want)
		}
	}
	for _, text := range []string{"", "{", `{"a":1}x`, `{"a":01}`, `[1,]`, strings.Repeat("[", 3000)} {
		if err := parser().Value([]byte(text)); err != leaves.ErrSyntax {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestFind_GoesWhereThePathSays(t *testing.T) {
	text := []byte(` {"a" : {"b":[ {"c":1}, [2,3] ], "é":"x"}, "a.b": 9} `)
	for path, want := range map[string]string{"a.b.0": `{"c":1}`, "a.b.1.1": "3", "a.é": `"x"`, "a": `{"b":[ {"c":1}, [2,3] ], "é":"x"}`, "": strings.TrimSpace(string(text)),
		"a.b.2": "", "b": "", "a.b.x": "", "a.é.x": "", "a.b.-1": ""} {
		var parts []string
		if path != "" {
			parts = strings.Split(path, ".")
		}
		v, ok, err := parser().Find(text, parts)
		if err != nil || ok != (want != "") || string(v) != want {
			t.Errorf("%s: %q, %v, %v", path, v, ok, err)
		}
	}
	if _, _, err := parser().Find([]byte(`{"x":1 "a":2}`), []string{"a"}); err != leaves.ErrSyntax {
		t.Errorf("%v", err)
	}
}

func TestElements_GivesEachInItsOrder(t *testing.T) {
	p := parser()
	var got []string
	err := p.Elements([]byte(` [ 1 , {"a":[2]}, "x,]" ] `), func(e []byte) error {
		got = append(got, string(e))
		return p.Value(e) // the parser may be used meanwhile
	})
	if want := []string{"1", `{"a":[2]}`, `"x,]"`}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	for _, text := range []string{"", "{}", "[1", "[1 2]", "[1]x"} {
		if err := p.Elements([]byte(text), func([]byte) error { return nil }); err != leaves.ErrSyntax {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What the standard library takes for JSON is JSON, and what it finds is found.
func FuzzFind(f *testing.F) {
	for _, s := range []string{`{"a":{"b":[1,2]}}`, `[{"a":1}]`, `{"a":1,"a":2}`, `{"\u0061":1}`} {
		f.Add(s, "a.b.1")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		p := parser()
		v, ok, err := p.Find([]byte(text), strings.Split(path, "."))
		if !json.Valid([]byte(text)) || strings.Count(text, "{")+strings.Count(text, "[") > 500 {
			return
		}
		if err != nil {
			t.Fatalf("%q is JSON: %v", text, err)
		}
		if ok && !json.Valid(v) {
			t.Fatalf("%q is found in %q, and is no JSON", v, text)
		}
		if err := p.Value([]byte(text)); err != nil {
			t.Fatalf("%q is JSON: %v", text, err)
		}
		if trim := bytes.TrimSpace([]byte(text)); trim[0] == '[' {
			n := 0
			if err := p.Elements(trim, func(e []byte) error { n++; return nil }); err != nil {
				t.Fatalf("%q is a list: %v", text, err)
			}
			var all []json.RawMessage
			if json.Unmarshal(trim, &all); len(all) != n {
				t.Fatalf("%q has %d elements, %d are given", text, len(all), n)
			}
		}
	})
}

func ExampleParser_Value() {
	p := leaves.Parser{MaxDepth: 8, MaxItems: 4, MaxLeaves: 100, Missing: func(string) bool { return false }, Note: func(sonify.Fate, string) {}}
	p.Value([]byte(`{"order":{"total":"49.90","tags":["early"]}}`))
	for _, l := range p.Leaves {
		fmt.Println(l.Path, l.Value)
	}
	// Output:
	// order.total 49.90
	// order.tags.0 early
	// order.tags.count 1
}
