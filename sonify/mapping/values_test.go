package mapping_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
	"proscenium/sonify/mapping/grammar"
)

// heard is what can be heard of a piece: its score, its voices and its mix. What
// is only said about it does not count. It is empty if the piece has mistakes.
func heard(t *testing.T, files map[string]string, piece map[string]any) string {
	t.Helper()
	var src, out bytes.Buffer
	if err := toml.NewEncoder(&src).Encode(piece); err != nil {
		t.Fatal(err)
	}
	p, _ := mapping.Compile(environment(t, files["events"], files), "piece.toml", src.Bytes(), nil)
	if p == nil {
		return ""
	}
	perform(t, p, jsonl.NewWriter(&out))
	_, score, _ := strings.Cut(out.String(), "\n") // without the header
	for i := range p.Header.Voices {
		if in := &p.Header.Voices[i].Instrument; in.Sample != nil {
			score += fmt.Sprintf("%+v", *in.Sample)
			in.Sample = nil // it would print its address
		}
	}
	return score + fmt.Sprintf("%+v %+v", p.Header.Voices, p.Header.Mix)
}

// Words of keys of which the grammar has no list.
var moreWords = map[string][]string{
	"domain": {"seen", "p5..p95", "zscore"}, "of": {"seen", "p5..p95", "zscore"}, "temperament": {"equal", "just", "pythagorean", "meantone", "werckmeister"},
}

// Every word that a key may be sounds like itself: of any two there is a case
// that sounds otherwise with one than with the other. Where there is only one,
// a case sounds otherwise without it.
func TestWords_AllSoundDifferent(t *testing.T) {
	pages := map[string]*grammar.Page{}
	list := grammar.Reference(&mapping.File{})
	words := map[string][]string{}
	missing := map[[3]string]bool{}
	for i := range list {
		pages[list[i].Path] = &list[i]
		for _, k := range list[i].Keys {
			path := list[i].Path + " " + k.Name
			w := k.Values
			if moreWords[k.Name] != nil {
				w = moreWords[k.Name]
			}
			if len(w) == 1 {
				w = append([]string{""}, w...) // without it
			}
			words[path] = w
			for a := range w {
				for b := range a {
					missing[[3]string{path, w[b], w[a]}] = true
				}
			}
		}
	}
	// Nothing arrives while a file is rendered.
	delete(missing, [3]string{"[source.NAME] clock", "own", "arrival"})
	// Rules and patterns share the grammar of double, not its words.
	for pair := range missing {
		for _, not := range [][2]string{{"[[rule]] double", "register"}, {"[[pattern]] double", "length"}} {
			if pair[0] == not[0] && (pair[1] == not[1] || pair[2] == not[1]) {
				delete(missing, pair)
			}
		}
	}
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), "error_") {
			continue
		}
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range ar.Files {
			files[f.Name] = string(f.Data)
		}
		var piece map[string]any
		if _, err := toml.Decode(files["piece.toml"], &piece); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		keys(pages, "", piece, func(path string, table map[string]any, key string) {
			// A word, or the words of a list one by one.
			var own []string
			put := func(_ int, w string) { table[key] = w }
			switch v := table[key].(type) {
			case string:
				own = []string{v}
			case []any:
				for _, w := range v {
					s, _ := w.(string)
					own = append(own, s)
				}
				put = func(i int, w string) { v[i] = w }
			}
			for i, o := range own {
				if !slices.Contains(words[path], o) {
					continue
				}
				sounds := map[string]string{}
				sound := func(w string) string {
					s, known := sounds[w]
					if !known {
						if put(i, w); w == "" {
							delete(table, key)
						}
						s = heard(t, files, piece)
						sounds[w] = s
					}
					return s
				}
				for a, x := range words[path] {
					for _, y := range words[path][:a] {
						if pair := [3]string{path, y, x}; missing[pair] && sound(x) != "" && sound(y) != "" && sound(x) != sound(y) {
							delete(missing, pair)
						}
					}
				}
				put(i, o)
			}
		})
	}
	var left []string
	for p := range missing {
		left = append(left, fmt.Sprintf("%s: %q sounds as %q does in every case", p[0], p[1], p[2]))
	}
	sort.Strings(left)
	for _, l := range left {
		t.Error(l)
	}
}
