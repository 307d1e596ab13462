package wiki_test

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

var update = flag.Bool("update", false, "rewrite score.golden and score.svg")

// perform plays the example until so many seconds have passed, 0 to its end.
func perform(t *testing.T, seconds sonify.Frame, outs ...sonify.Output) *sonify.Summary {
	t.Helper()
	src, err := os.ReadFile("piece.toml")
	if err != nil {
		t.Fatal(err)
	}
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	p, problems := mapping.Compile(mapping.Env{Sources: &reg, Library: mappings.Get, Probe: true, Version: "golden"}, "piece.toml", src, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
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
	for _, s := range p.Sources {
		if c := s.Tally.Counts(); len(c) > 0 {
			t.Errorf("source %s found fault with its data: %v", s.Name, c)
		}
	}
	return sum
}

// The example stays what it is: whoever changes it sees the difference note by note
// in its first minute, and the whole evening in the picture.
func TestEvening(t *testing.T) {
	var text, svg, whole bytes.Buffer
	perform(t, 60, jsonl.NewText(&text))
	sum := perform(t, 0, picture.NewWriter(&svg), jsonl.NewText(&whole))
	for name, got := range map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()} {
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
	// What README.md tells happens, in this order.
	at := 0
	for _, what := range []string{
		"section opening", "section busy", "section still", "section busy", `"A new page: eowiki`, "Wiped: simplewiki", "A long text: simplewiki", "section still", "section ending",
	} {
		i := bytes.Index(whole.Bytes()[at:], []byte(what))
		if i < 0 {
			t.Errorf("%q is not heard, or not where it belongs", what)
			continue
		}
		at += i
	}
	if n := bytes.Count(whole.Bytes(), []byte("Wiped:")); n != 1 {
		t.Errorf("%d pages are wiped", n)
	}
	// Nobody who writes is named, and of 756 changes all but a few are heard.
	if bytes.Contains(whole.Bytes(), []byte("Editor")) || bytes.Contains(whole.Bytes(), []byte("192.0.2")) {
		t.Error("somebody is named")
	}
	if heard := sum.Sounded + sum.Gathered; sum.Heard < 700 || heard*100 < sum.Heard*98 {
		t.Errorf("%d of %d changes are heard: %v", heard, sum.Heard, sum.Lost)
	}
	if m := sum.Frames.Duration().Minutes(); m < 3 || m > 3.3 {
		t.Errorf("half an hour takes %.1f minutes", m)
	}
}
