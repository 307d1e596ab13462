package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestREADME_IsTrue holds the front page to what the program is: every source,
// format and command stands in it, and its pieces compile.
func TestREADME_IsTrue(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	want := func(s string) {
		if !strings.Contains(text, s) {
			t.Errorf("README.md does not tell of %s", s)
		}
	}
	for _, n := range standardSources().Names() { // several may share a row
		if !regexp.MustCompile("(?m)^\\| [^|]*`" + n + "`").MatchString(text) {
			t.Errorf("README.md has no row that tells of %s", n)
		}
	}
	for _, f := range formats {
		want("| `." + f.extension() + "` |")
	}
	p := &program{say: &speaker{}}
	for _, c := range p.command().Commands() {
		if c.GroupID == "play" || c.GroupID == "work" {
			want("| `proscenium " + c.Use[:len(c.Name())])
		}
	}
	known := map[string]bool{}
	for _, c := range p.command().Commands() {
		known[c.Name()] = true
	}
	for _, m := range regexp.MustCompile("`proscenium ([a-z]+)").FindAllStringSubmatch(text, -1) {
		if !known[m[1]] && m[1] != "help" {
			t.Errorf("README.md tells of proscenium %s, which there is not", m[1])
		}
	}
	pieces := 0
	for _, m := range regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(text, -1) {
		pieces++
		w := &written{name: "README.md", src: []byte(m[1])}
		if _, problems := w.compile(true); len(problems) > 0 {
			t.Errorf("a piece in README.md is wrong:\n%v", problems)
		}
	}
	if pieces == 0 {
		t.Error("README.md shows no piece")
	}
}

// TestPieces_CompileWithoutAWarning holds the program's own pieces to the same.
func TestPieces_CompileWithoutAWarning(t *testing.T) {
	for _, name := range []string{"demo", "first", "tournament"} {
		w := &written{name: name + ".toml", src: []byte(brought(name))}
		if _, problems := w.compile(true); len(problems) > 0 {
			t.Errorf("%v", problems)
		}
	}
}

// TestHelp_EveryCommandHasAnExample looks at what help shows.
func TestHelp_EveryCommandHasAnExample(t *testing.T) {
	p := &program{say: &speaker{}}
	for _, c := range p.command().Commands() {
		if c.GroupID == "" || !c.Runnable() || c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		if !strings.Contains(c.Example, "  proscenium "+c.Name()) {
			t.Errorf("proscenium %s has no example of itself", c.Name())
		}
		if c.Short == "" {
			t.Errorf("proscenium %s does not say what it does", c.Name())
		}
	}
}
