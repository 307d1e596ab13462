package knockout_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
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

// The first match of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestFirstMatch(t *testing.T) {
	var text, svg bytes.Buffer
	perform(t, 60, jsonl.NewText(&text))
	perform(t, 120, picture.NewWriter(&svg))
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

// The cup is told to its end: eight matches, every goal, and who holds it up.
func TestWholeCup(t *testing.T) {
	var text bytes.Buffer
	sum := perform(t, 0, jsonl.NewText(&text))
	for what, want := range map[string]int{"\"Goal, ": 21, "\"Penalty, ": 4, "\"Own goal": 1, "section won": 8, "section shoot_out": 2,
		"\"Pulse City 2-2 Noise Athletic, 6-5 on penalties\"": 1} {
		if got := strings.Count(text.String(), what); got != want {
			t.Errorf("%d times %s, expected %d", got, what, want)
		}
	}
	if m := sum.Frames.Duration().Minutes(); m < 15 || m > 25 {
		t.Errorf("the cup takes %.1f minutes", m)
	}
	if len(sum.Lost) > 0 {
		t.Errorf("lost: %v", sum.Lost)
	}
}
