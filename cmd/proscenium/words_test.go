package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/mapping"
	"proscenium/sonify/wire"
	"proscenium/sources"
)

// On the French page of every mapping, and of the demo, all that the page composes is
// French: the cause of a note and the whole legend. What the piece says is marked as
// being in the piece's language.
func TestPage_IsFrenchInFrench(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no node")
		}
		t.Skip("there is no node")
	}
	static, err := filepath.Abs("../../web/static")
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("../../web/testdata/words.mjs")
	if err != nil {
		t.Fatal(err)
	}
	pieces, err := filepath.Glob("../../examples/*/piece.toml")
	if err != nil || len(pieces) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for i := range pieces {
		if pieces[i], err = filepath.Abs(pieces[i]); err != nil {
			t.Fatal(err)
		}
	}
	demo, err := filepath.Abs("pieces/demo.toml")
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, file := range append(pieces, demo) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			p, legend := legendOf(t, file)
			b, err := json.Marshal(struct {
				Piece  wire.Piece   `json:"piece"`
				Legend *wire.Legend `json:"legend"`
			}{wire.PieceOf(&p.Header), legend})
			if err != nil {
				t.Fatal(err)
			}
			data := filepath.Join(t.TempDir(), "told.json")
			if err := os.WriteFile(data, b, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(node, script, static, data).CombinedOutput()
			if err != nil || len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
			if len(legend.Entries) > 0 {
				told++
			}
		})
	}
	if told < len(mappings.Names()) {
		t.Errorf("only %d pieces have a legend", told)
	}
}

// legendOf compiles a piece, and makes the legend that a page is told.
func legendOf(t *testing.T, file string) (*mapping.Piece, *wire.Legend) {
	t.Helper()
	t.Chdir(filepath.Dir(file))
	src, err := os.ReadFile(filepath.Base(file))
	if err != nil {
		t.Fatal(err)
	}
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	p, problems := mapping.Compile(mapping.Env{Sources: &reg, Library: mappings.Get, Probe: true, Version: "test"}, filepath.Base(file), src, nil)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	legend, err := playableLegend(p)
	if err != nil {
		t.Fatal(err)
	}
	return p, legend
}

// No value is left out of a legend without a word: what is silent is told as such, and
// a typical value that is not there sounds as one of the ends does. A rule of a mapping
// has a name for people, and what steers the music says which way.
func TestPlayableLegend_LeavesNothingOut(t *testing.T) {
	pieces, err := filepath.Glob("../../examples/*/piece.toml")
	if err != nil || len(pieces) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for i := range pieces {
		if pieces[i], err = filepath.Abs(pieces[i]); err != nil {
			t.Fatal(err)
		}
	}
	silent := 0
	for _, file := range pieces {
		p, legend := legendOf(t, file)
		for _, e := range legend.Entries {
			which := map[string]bool{}
			for _, v := range e.Values {
				which[v.Which] = true
				if v.Silent {
					silent++
				}
				if v.Silent != (len(v.Commands) == 0) {
					t.Errorf("%s: %s: a value that is silent, or not, has %d bytes of commands", p.Header.Title, e.Name, len(v.Commands))
				}
			}
			if len(e.Values) > 1 && (!which["low"] || !which["high"] || !which["typical"] && e.Alike == "") {
				t.Errorf("%s: %s has only %v", p.Header.Title, e.Name, which)
			}
			if e.Kind == "rule" && e.Title == "" {
				t.Errorf("%s: rule %s has no title", p.Header.Title, e.Name)
			}
			if e.Kind == "signal" && len(e.Effects) == 0 && e.Carrier != "" {
				t.Errorf("%s: signal %s moves %s, and nothing says which way", p.Header.Title, e.Name, e.Carrier)
			}
		}
		for i, m := range p.Header.Makers {
			if m.Kind == sonify.MakerRule && m.Title == "" && m.Data {
				t.Errorf("%s: rule %s (maker %d) plays a value and has no title", p.Header.Title, m.Name, i)
			}
		}
	}
	if silent == 0 {
		t.Error("no value is silent: the test looks at nothing")
	}
}
