package sonify_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which of our own packages each package may import, test files
// aside. It is the architecture: change the picture in doc.go and this table
// together. A name that ends in /* stands for every package below.
var arrows = map[string][]string{
	"sonify":                    {},
	"sonify/exact":              {},
	"sonify/exact/nofma":        {},
	"sonify/safefile":           {},
	"sonify/score":              {"sonify", "sonify/exact"},
	"sonify/mapping/grammar":    {"sonify"},
	"sonify/mapping/expression": {"sonify", "sonify/exact"},
	"sonify/mapping":            {"sonify", "sonify/exact", "sonify/score", "sonify/mapping/grammar", "sonify/mapping/expression"},
	"sonify/conductor":          {"sonify"},
	"sonify/chip":               {},
	"sonify/chip/reactor":       {"sonify/chip"},
	"sonify/chip/*":             {"sonify/chip"},
	"sonify/pcm":                {"sonify", "sonify/safefile"},
	"sonify/sound":              {"sonify", "sonify/chip", "sonify/pcm"},
	"sonify/stream":             {},
	"sonify/speaker":            {"sonify", "sonify/pcm", "sonify/safefile"},
	"sonify/speaker/card":       {},
	"sonify/wire":               {"sonify", "sonify/chip", "sonify/sound"},
	"sonify/midi":               {"sonify", "sonify/safefile"},
	"sonify/jsonl":              {"sonify", "sonify/safefile"},
	"sonify/journal":            {"sonify"},
	"sonify/station":            {"sonify", "sonify/conductor", "sonify/journal", "sonify/mapping"},
	"sonify/picture":            {"sonify", "sonify/safefile"},
	"sonify/sonifytest":         {"sonify"},
	"sources":                   {"sonify", "sources/*"},
	"sources/*":                 {"sonify", "sonify/exact", "sources/internal/*"},
	"sources/sim":               {"sonify", "sonify/exact", "sources/slam", "sources/internal/*"},
	"sources/internal/decode":   {"sonify", "sonify/exact", "sonify/mapping/expression", "sources/internal/*"},
	"sources/internal/*":        {"sonify", "sonify/exact", "sources/internal/*"},
	"mappings":                  {},
	"mappings/internal/*":       {"sonify", "sonify/*", "sources", "mappings", "mappings/internal/*"},
	"web":                       {"sonify", "sonify/chip", "sonify/stream", "sonify/wire"},
	"web/client":                {"sonify", "sonify/chip", "sonify/pcm", "sonify/speaker", "sonify/wire"},
	"web/internal/module":       {},
	"web/internal/crowd":        {},
	"web/internal/load":         {"sonify/wire"},
}

// free may import anything of ours.
var free = []string{"cmd", "examples"}

func rulesFor(pkg string) ([]string, bool) {
	if r, ok := arrows[pkg]; ok {
		return r, true
	}
	best := ""
	for k := range arrows {
		if p, ok := strings.CutSuffix(k, "/*"); ok && strings.HasPrefix(pkg, p+"/") && len(p) > len(best) {
			best = p
		}
	}
	if best != "" {
		return arrows[best+"/*"], true
	}
	return nil, false
}

func allowed(rules []string, imp string) bool {
	for _, r := range rules {
		if r == imp {
			return true
		}
		if p, ok := strings.CutSuffix(r, "/*"); ok && strings.HasPrefix(imp, p+"/") {
			return true
		}
	}
	return false
}

func TestArrows_NobodyImportsAgainstThem(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel("..", name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		pkg := path.Dir(rel)
		if slices.Contains(free, strings.Split(rel, "/")[0]) {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rules, known := rulesFor(pkg)
		if !known {
			t.Errorf("%s: package %s is not in the picture: add it to arrows and to doc.go", rel, pkg)
			return nil
		}
		seen++
		for _, im := range f.Imports {
			p, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			ours, ok := strings.CutPrefix(p, "proscenium/")
			if ok && !allowed(rules, ours) {
				t.Errorf("%s imports %s; %s may import only %v", rel, ours, pkg, rules)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 10 {
		t.Fatalf("only %d files were looked at: the walk has lost its way", seen)
	}
}
