// Package exampletest performs the examples as their tests need it, and holds what
// comes out to what is kept beside them.
package exampletest

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
	"proscenium/sonify/picture"
	"proscenium/sources"
)

var update = flag.Bool("update", false, "rewrite what is kept: score.golden and score.svg")

// Compile compiles piece.toml of the test's folder with every source and mapping. sets
// are settings as after --set. The test ends if there are problems.
func Compile(t *testing.T, sets ...string) *mapping.Piece {
	t.Helper()
	src, err := os.ReadFile("piece.toml")
	if err != nil {
		t.Fatal(err)
	}
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	p, problems := mapping.Compile(mapping.Env{Sources: &reg, Library: mappings.Get, Probe: true, Version: "golden"}, "piece.toml", src, sets)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

// Play performs a piece until so many seconds have passed, 0 to its end. What its
// sources had to find fault with is in their tallies.
func Play(t *testing.T, p *mapping.Piece, seconds sonify.Frame, outs ...sonify.Output) *sonify.Summary {
	t.Helper()
	var in []conductor.Intake
	for _, s := range p.Sources {
		in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
	}
	feed := conductor.Start(t.Context(), in)
	defer feed.Stop()
	sum, err := conductor.Perform(t.Context(), &p.Header, p.Perform(), feed, outs, conductor.Options{Until: seconds * sonify.SampleRate})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// Perform compiles and plays the example, whose sources must find no fault with their
// data.
func Perform(t *testing.T, seconds sonify.Frame, sets []string, outs ...sonify.Output) *sonify.Summary {
	t.Helper()
	p := Compile(t, sets...)
	sum := Play(t, p, seconds, outs...)
	for _, s := range p.Sources {
		if c := s.Tally.Counts(); len(c) > 0 {
			t.Errorf("source %s found fault with its data: %v", s.Name, c)
		}
	}
	return sum
}

// Golden compares what came out with the files that are kept, by their names; with
// -update it writes them.
func Golden(t *testing.T, files map[string][]byte) {
	t.Helper()
	for name, got := range files {
		if *update {
			if err := os.WriteFile(name, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs: look at the change (-update writes it), and at what it does to the music", name)
		}
	}
}

// Beginning holds the example's first minute to score.golden and the given seconds of it
// to score.svg.
func Beginning(t *testing.T, drawn sonify.Frame) {
	t.Helper()
	var text, svg bytes.Buffer
	Perform(t, 60, nil, jsonl.NewText(&text))
	Perform(t, drawn, nil, picture.NewWriter(&svg))
	Golden(t, map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()})
}

// Sections returns the sections of a score that was written as text, in their order.
func Sections(score []byte) []string {
	var out []string
	for line := range bytes.Lines(score) {
		if _, name, ok := bytes.Cut(line, []byte(" section ")); ok && bytes.HasPrefix(line, []byte("= ")) {
			out = append(out, string(bytes.TrimSpace(name)))
		}
	}
	return out
}
