package talk_test

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

// The first day of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestFirstDay(t *testing.T) {
	var text, svg bytes.Buffer
	perform(t, 60, jsonl.NewText(&text))
	perform(t, 144, picture.NewWriter(&svg))
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
}

// The piece has the sections that four days of talk give it, and comes to its end.
func TestFourDays(t *testing.T) {
	var text bytes.Buffer
	sum := perform(t, 0, jsonl.NewText(&text))
	for what, least := range map[string]int{"section night": 3, "section morning": 3, "section burst": 1, "section after": 1, "section finale": 1} {
		if got := bytes.Count(text.Bytes(), []byte(what)); got < least {
			t.Errorf("%d times %s, expected at least %d", got, what, least)
		}
	}
	if m := sum.Frames.Duration().Minutes(); m < 9 || m > 11 {
		t.Errorf("four days take %.1f minutes", m)
	}
}
