package whole_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/whole"
)

func packed(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead_Unpacks(t *testing.T) {
	const limit = 1 << 20
	good := packed(t, []byte("one\ntwo\n"))
	spoilt := bytes.Clone(good)
	spoilt[len(spoilt)-5] ^= 0xff // of the check sum
	for name, c := range map[string]struct {
		data       []byte
		want, fail string
	}{
		"plain":                     {data: []byte("one\n"), want: "one\n"},
		"empty":                     {},
		"one byte":                  {data: []byte("a"), want: "a"},
		"packed":                    {data: good, want: "one\ntwo\n"},
		"packed twice over":         {data: append(bytes.Clone(good), good...), want: "one\ntwo\none\ntwo\n"},
		"packed UTF-16":             {data: packed(t, []byte("\xff\xfea\x00b\x00")), want: "ab"},
		"cut off":                   {data: good[:len(good)-6], fail: "broken or cut off"},
		"spoilt":                    {data: spoilt, fail: "broken or cut off"},
		"only the beginning of one": {data: good[:4], fail: "broken or cut off"},
		"a great deal of nothing":   {data: packed(t, bytes.Repeat([]byte("a"), 64<<20)), fail: "more than 1 MiB"},
		"packed in a packed one":    {data: packed(t, good), fail: "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "x"), c.data, 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := whole.Read(t.Context(), sonify.SourceEnv{Dir: dir}, "kind", "x", limit)
			if c.fail == "" {
				if err != nil || string(got) != c.want {
					t.Errorf("%q, %v", got, err)
				}
				return
			}
			var gone *sonify.Permanent
			if !errors.As(err, &gone) || !strings.Contains(err.Error(), c.fail) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestName(t *testing.T) {
	for path, want := range map[string]string{"a/b/7.json": "7", "7.json.gz": "7", "7": "7"} {
		if got := whole.Name(path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
