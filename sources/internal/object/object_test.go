package object_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"proscenium/sources/internal/object"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]error{
		`{"a":[1,{"b":"]}[{"}]}`: nil, ` {} `: nil, `[]`: object.ErrObject, `"x"`: object.ErrObject, `{"a":}`: object.ErrJSON, ``: object.ErrJSON,
		`{"a":"\"[[["}`: nil, `{} {}`: object.ErrJSON, "\xef\xbb\xbf{}": object.ErrJSON, `undefined`: object.ErrJSON,
		strings.Repeat("[", 1<<20): object.ErrDeep, strings.Repeat(`{"a":`, 64) + "1" + strings.Repeat("}", 64): nil, strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65): object.ErrDeep,
	} {
		if _, err := object.Parse([]byte(in)); err != want {
			t.Errorf("%.30q: %v, want %v", in, err, want)
		}
	}
}

func TestValues_OfAnotherTypeAreMissing(t *testing.T) {
	r := gjson.Parse(`{"n":1.5,"s":"x","e":"","t":true,"z":null,"l":[1,2,3],"o":{"a":1}}`)
	for at, want := range map[string]string{"n": "1.5||", "s": "|x|", "e": "||", "t": "||yes", "z": "||", "l": "||", "o": "||", "gone": "||"} {
		v := r.Get(at)
		if got := object.Number(v).String() + "|" + object.Text(v).String() + "|" + object.Truth(v).String(); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	if object.Len(r.Get("l")) != 3 || object.Len(r.Get("o")) != 0 || object.Letters("añ💦") != 3 {
		t.Error("counted wrong")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a":[1,"\"{"]}`))
	f.Add([]byte(`{"a":"\\`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := object.Parse(b); err == nil {
			r.ForEach(func(_, v gjson.Result) bool { object.Len(v); return true })
		}
	})
}
