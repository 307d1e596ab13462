package venue_test

import (
	"bytes"
	"flag"
	"os"
	"slices"
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
func perform(t *testing.T, seconds sonify.Frame, sets []string, outs ...sonify.Output) *sonify.Summary {
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

// The beginning of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestBeginning(t *testing.T) {
	var text, svg bytes.Buffer
	perform(t, 60, nil, jsonl.NewText(&text))
	perform(t, 120, nil, picture.NewWriter(&svg))
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

// sections returns the sections of a score, in their order.
func sections(score []byte) []string {
	var out []string
	for line := range bytes.Lines(score) {
		if _, name, ok := bytes.Cut(line, []byte(" section ")); ok && bytes.HasPrefix(line, []byte("= ")) {
			out = append(out, string(bytes.TrimSpace(name)))
		}
	}
	return out
}

// The night has the phases that its data gives it: the wait, the rush at eight, the
// one that the clip brings, and the last seats.
func TestPhasesOfTheNight(t *testing.T) {
	var text bytes.Buffer
	sum := perform(t, 0, nil, jsonl.NewText(&text))
	want := []string{"waiting", "rush", "selling", "rush", "selling", "rush", "last_seats", "last_seat", "sold_out", "closed"}
	if got := sections(text.Bytes()); !slices.Equal(got, want) {
		t.Errorf("the sections are %v, expected %v", got, want)
	}
	if m := sum.Frames.Duration().Minutes(); m < 3 || m > 5 {
		t.Errorf("the night takes %.1f minutes", m)
	}
	for _, private := range []string{"example.com", "Buyer", "buyer", "fan", "queue"} {
		if bytes.Contains(text.Bytes(), []byte(private)) {
			t.Errorf("%q got into the score", private)
		}
	}
}
