package grammar

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	name = "testdata/" + name
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; run with -update and look at what changed. Got:\n%s", name, got)
	}
}

func TestSchema_Golden(t *testing.T) {
	golden(t, "schema.json", string(Schema(&testPiece{}, "A test piece")))
}

func TestReference_Golden(t *testing.T) {
	golden(t, "reference.md", Markdown(Reference(&testPiece{}), 2))
}

// valid is a validator of its own for the part of JSON Schema that Schema uses.
// It fails on keywords it does not know, so that none goes unchecked.
func valid(t *testing.T, root, s map[string]any, v any, path string) error {
	t.Helper()
	for key := range s {
		switch key {
		case "$schema", "title", "description", "default", "examples", "$defs", "type", "properties", "required", "additionalProperties", "enum", "pattern", "minimum", "maximum", "items", "minItems", "maxItems", "anyOf", "allOf", "$ref":
		default:
			t.Fatalf("%s: unknown keyword %q", path, key)
		}
	}
	if ref, ok := s["$ref"].(string); ok {
		def, ok := root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		if !ok {
			t.Fatalf("%s: %s leads nowhere", path, ref)
		}
		if err := valid(t, root, def, v, path); err != nil {
			return err
		}
	}
	if alts, ok := s["anyOf"].([]any); ok {
		var last error
		for _, a := range alts {
			if last = valid(t, root, a.(map[string]any), v, path); last == nil {
				break
			}
		}
		if last != nil {
			return last
		}
	}
	all, _ := s["allOf"].([]any)
	for _, a := range all {
		if err := valid(t, root, a.(map[string]any), v, path); err != nil {
			return err
		}
	}
	bad := func(what string) error { return fmt.Errorf("%s: %v: %s", path, v, what) }
	switch s["type"] {
	case "object":
		o, ok := v.(map[string]any)
		if !ok {
			return bad("no object")
		}
		required, _ := s["required"].([]any)
		for _, r := range required {
			if _, ok := o[r.(string)]; !ok {
				return bad("lacks " + r.(string))
			}
		}
		props, _ := s["properties"].(map[string]any)
		for k, e := range o {
			p, known := props[k].(map[string]any)
			switch more := s["additionalProperties"].(type) {
			case bool:
				if !known && !more {
					return bad("unknown key " + k)
				}
			case map[string]any:
				if !known {
					p, known = more, true
				}
			}
			if known {
				if err := valid(t, root, p, e, path+"."+k); err != nil {
					return err
				}
			}
		}
	case "array":
		a, ok := v.([]any)
		if !ok {
			return bad("no array")
		}
		if least, ok := s["minItems"].(float64); ok && len(a) < int(least) {
			return bad("too few")
		}
		if most, ok := s["maxItems"].(float64); ok && len(a) > int(most) {
			return bad("too many")
		}
		for i, e := range a {
			if err := valid(t, root, s["items"].(map[string]any), e, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case "string":
		x, ok := v.(string)
		if !ok {
			return bad("no string")
		}
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(x) {
			return bad("does not match " + p)
		}
		if e, ok := s["enum"].([]any); ok {
			found := false
			for _, w := range e {
				found = found || w == v
			}
			if !found {
				return bad("not in enum")
			}
		}
	case "number", "integer":
		x, ok := v.(float64)
		if !ok || s["type"] == "integer" && x != float64(int64(x)) {
			return bad("no " + s["type"].(string))
		}
		if m, ok := s["minimum"].(float64); ok && x < m {
			return bad("too small")
		}
		if m, ok := s["maximum"].(float64); ok && x > m {
			return bad("too large")
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return bad("no boolean")
		}
	}
	return nil
}

func toJSON(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// What binds without a mistake is valid by the schema, and every default and
// example is, too; what does not bind mostly is not.
func TestSchema_AgreesWithBind(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema(&testPiece{}, "x"), &schema); err != nil {
		t.Fatal(err)
	}
	right, wrong := 0, 0
	check := func(src string) {
		doc, ps := Parse("x", []byte(src))
		if len(ps) > 0 {
			t.Fatalf("%s: %v", src, ps)
		}
		var piece testPiece
		ps = doc.Bind(&piece)
		err := valid(t, schema, schema, toJSON(t, doc.root.json()), "")
		if (len(ps) == 0) != (err == nil) {
			t.Errorf("%s:\nbinding says %v\nthe schema says %v", src, ps, err)
		}
		if err == nil {
			right++
		} else {
			wrong++
		}
	}
	check("title = 'x'")
	check("tempo = 100")
	for _, line := range []string{
		"tempo = 10", "tempo = 9", "tempo = 'x'", "seed = 1", "seed = 1.5", "key = 'A minor'", "key = ['A']", "key = 3", "key = [3]", "loud = false", "loud = 0",
		"level = 'plain'", "level = 'x'", "after = '45s'", "after = 45", "after = true", "after = 'soon'", "wait = 0.5", "keep = ['ace']", "keep = []", "keep = ['x']", "grid = [[1], []]", "grid = [1]", "grid = [[10]]",
		"gain = 12", "gain = 13", "nonsense = 1", "limits = { a = 1 }", "limits = { a = 'x' }", "idle = {}", "idle = { x = 1 }", "voice = { a = { wave = 'pulse', duty = [1], midi = { channel = 3 } } }",
		"voice = { a = { midi = { channel = 0 } } }", "voice = { a = { levels = [1, 2, 3] } }", "voice = { a = { levels = [1, 2, 3, 4] } }", "voice = 3", "source = { a = { type = 'x', more = 1 } }", "source = { a = { more = 1 } }",
		"rule = [{ on = 'x' }]", "rule = [{}]", "rule = { on = 'x' }", "rule = [{ on = 'x', pitch = 3 }]", "rule = [{ on = 'x', pitch = 'a + b' }]", "rule = [{ on = 'x', pitch = { from = 'x' } }]",
		"rule = [{ on = 'x', pitch = {} }]", "rule = [{ on = 'x', pitch = true }]", "rule = [{ on = 'x', root = 'A4', length = '1/8t' }]", "rule = [{ on = 'x', root = 'Q' }]", "rule = [{ on = 'x', root = 60.5, range = ['C#3', 84] }]",
		"rule = [{ on = 'x', root = 128 }]", "rule = [{ on = 'x', length = 'x' }]", "rule = [{ on = 'x', length = '2 bars' }]", "rule = [{ on = 'x', range = ['C3'] }]",
	} {
		check("title = 'x'\n" + line)
	}
	if right < 20 || wrong < 20 {
		t.Errorf("%d right, %d wrong", right, wrong)
	}
	defaults(t, schema, schema, "")
}

// defaults checks that every default and example in the schema is valid.
func defaults(t *testing.T, root, s map[string]any, path string) {
	t.Helper()
	if d, ok := s["default"]; ok {
		if err := valid(t, root, s, d, path+" default"); err != nil {
			t.Error(err)
		}
	}
	examples, _ := s["examples"].([]any)
	for _, e := range examples {
		if err := valid(t, root, s, e, path+" example"); err != nil {
			t.Error(err)
		}
	}
	for key, v := range s {
		if m, ok := v.(map[string]any); ok {
			defaults(t, root, m, path+"/"+key)
		}
		if list, ok := v.([]any); ok {
			for _, e := range list {
				if m, ok := e.(map[string]any); ok {
					defaults(t, root, m, path+"/"+key)
				}
			}
		}
	}
}

func TestDefaults(t *testing.T) {
	var p testPiece
	Defaults(&p)
	if err := CheckDefaults(&p); err != nil {
		t.Error(err)
	}
	p.Tempo = 90
	if err := CheckDefaults(&p); err == nil || !strings.Contains(err.Error(), "tempo is 90") {
		t.Errorf("another tempo: %v", err)
	}
}

// Tags that make no sense stop the program where it starts, not the listener.
func TestPlan_PanicsOnNonsense(t *testing.T) {
	for name, v := range map[string]any{
		"min": &struct {
			A int `toml:"a" min:"x"`
		}{},
		"twice": &struct {
			A int `toml:"a"`
			B int `toml:"a"`
		}{},
		"required": &struct {
			A int `toml:"a" required:"yes"`
		}{},
		"len": &struct {
			A []int `toml:"a" len:"x..y"`
		}{},
		"rest": &struct {
			A int `toml:"*"`
		}{},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			planOf(reflect.TypeOf(v).Elem())
		})
	}
}
