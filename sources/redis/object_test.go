package redis

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"proscenium/sources/internal/resp"
)

// Whatever an entry of a stream holds, it becomes one object of JSON with its fields.
func FuzzObject(f *testing.F) {
	f.Add("amount", "12.5", "city", "Łódź")
	f.Add("a", "{\"b\":[1]}", "a", "-")
	f.Add("", "00420", "\xff\x00", "\xff\"\\")
	f.Add("n", "1e999", "m", "[1,2")
	f.Fuzz(func(t *testing.T, name, value, name2, value2 string) {
		var fields []resp.Value
		for _, text := range []string{name, value, name2, value2, "a name without a value"} {
			fields = append(fields, resp.Value{Text: []byte(text)})
		}
		b := object(fields)
		var got map[string]json.RawMessage
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%q %q %q %q became %s: %v", name, value, name2, value2, b, err)
		}
		want := 2
		if strings.ToValidUTF8(name, "\ufffd") == strings.ToValidUTF8(name2, "\ufffd") {
			want = 1
		}
		if len(got) > 2 || utf8.ValidString(name) && utf8.ValidString(name2) && len(got) != want {
			t.Fatalf("%q and %q became %s", name, name2, b)
		}
		var text string
		if utf8.ValidString(name2) && utf8.ValidString(value2) && json.Unmarshal(got[name2], &text) == nil && text != value2 && !strings.HasPrefix(value2, "\"") {
			t.Fatalf("%q became %s", value2, got[name2])
		}
	})
}
