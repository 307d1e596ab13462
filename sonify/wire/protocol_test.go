package wire

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Every member that a message or the legend may have in JSON is told of in the
// description of the protocol, by its name.
func TestJSON_EveryMemberIsDocumented(t *testing.T) {
	b, err := os.ReadFile("../../web/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	// What an example shows is no description.
	text := regexp.MustCompile("(?s)```json.*?```").ReplaceAllString(string(b), "")
	shown := string(b)
	seen := map[reflect.Type]bool{}
	members := 0
	var walk func(typ reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || typ.PkgPath() != reflect.TypeFor[Hello]().PkgPath() {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				t.Errorf("%v.%s has no name in JSON", typ, f.Name)
				continue
			}
			members++
			optional := strings.Contains(f.Tag.Get("json"), "omitempty")
			if !strings.Contains(text, "`"+name+"`") && (optional || !strings.Contains(shown, `"`+name+`":`)) {
				t.Errorf("%v: %q is not told of", typ, name)
			}
			walk(f.Type)
		}
	}
	for _, m := range []reflect.Type{reflect.TypeFor[Hello](), reflect.TypeFor[Piece](), reflect.TypeFor[Goodbye](), reflect.TypeFor[jsonScore](),
		reflect.TypeFor[jsonKeyframe](), reflect.TypeFor[jsonClock](), reflect.TypeFor[Legend]()} {
		walk(m)
	}
	if members < 80 {
		t.Errorf("only %d members were looked at", members)
	}
}
