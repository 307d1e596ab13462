package radioweek_test

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
// in its first minute, and the whole week in the picture.
func TestWeek(t *testing.T) {
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
		"section full", "section narrow", "section bare", "One genre, or nearly", "section bloom", "section full", "section ending",
	} {
		i := bytes.Index(whole.Bytes()[at:], []byte(what))
		if i < 0 {
			t.Errorf("%q is not heard, or not where it belongs", what)
			continue
		}
		at += i
	}
	if n := bytes.Count(whole.Bytes(), []byte("section bare")); n != 1 {
		t.Errorf("it is bare %d times", n)
	}
	if m := sum.Frames.Duration().Minutes(); m < 5 || m > 5.5 {
		t.Errorf("a week takes %.1f minutes", m)
	}
}
