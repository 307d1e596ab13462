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
	explained := 0
	for _, file := range append(pieces, demo) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Chdir(filepath.Dir(file))
			src, err := os.ReadFile(file)
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
			b, err := json.Marshal(map[string]any{"piece": wire.PieceOf(&p.Header), "legend": legend})
			if err != nil {
				t.Fatal(err)
			}
			told := filepath.Join(t.TempDir(), "told.json")
			if err := os.WriteFile(told, b, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(node, script, static, told).CombinedOutput()
			if err != nil || len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
			if len(legend.Entries) > 0 {
				explained++
			}
		})
	}
	if explained < len(mappings.Names()) {
		t.Errorf("only %d pieces have a legend", explained)
	}
}
