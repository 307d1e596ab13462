package grammar

import (
	"reflect"
	"strings"
	"testing"
)

type testShared struct {
	Format string `toml:"format" doc:"what it is" default:"auto" enum:"auto|json"`
	Time   string `toml:"time" doc:"when" default:""`
}

type testOwn struct {
	Format string `toml:"format" doc:"what the lines are" default:"json" enum:"json|auto"`
	testShared
}

// A struct may say otherwise of a key that the one embedded in it has: as in Go, the
// field of the same name is hidden.
func TestBind_TheOuterFieldHidesTheInner(t *testing.T) {
	c := &testOwn{Format: "json", testShared: testShared{Format: "auto"}}
	if err := CheckDefaults(c); err != nil {
		t.Error(err)
	}
	doc, _ := Parse("x.toml", []byte("format = \"auto\"\ntime = \"at\""))
	if err := doc.Bind(c).Err(); err != nil || c.Format != "auto" || c.Time != "at" {
		t.Errorf("%+v, %v", c, err)
	}
	if page := Markdown(Reference(c), 2); strings.Count(page, "`format`") != 1 || !strings.Contains(page, "What the lines are") {
		t.Errorf("the reference says\n%s", page)
	}
	defer func() {
		if recover() == nil {
			t.Error("another field of the same key hides nothing")
		}
	}()
	planOf(reflect.TypeFor[struct {
		Kind string `toml:"format" doc:"x"`
		testShared
	}]())
}
