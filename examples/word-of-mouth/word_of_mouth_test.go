package wordofmouth_test

import (
	"bytes"
	"flag"
	"fmt"
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
	perform(t, 96, nil, picture.NewWriter(&svg))
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

// begins returns the bars in which a section of a score begins.
func begins(score []byte, section string) []int {
	var bars []int
	for line := range bytes.Lines(score) {
		var bar int
		var beat float64
		var name string
		if n, _ := fmt.Sscanf(string(line), "= %d:%f section %s", &bar, &beat, &name); n == 3 && name == section {
			bars = append(bars, bar)
		}
	}
	return bars
}

// Each of the week's announcements is called and answered: six hours later, which
// are four bars and a half. The opening of the sale is the first answer, to the
// first call.
func TestEveryCallIsAnswered(t *testing.T) {
	var text bytes.Buffer
	perform(t, 0, nil, jsonl.NewText(&text))
	calls, answers := begins(text.Bytes(), "call"), begins(text.Bytes(), "answer")
	if len(calls) < 6 || len(answers) < 5 {
		t.Fatalf("calls in the bars %v, answers in %v", calls, answers)
	}
	for i, a := range answers[1:] {
		if late := a - calls[i+1]; late < 4 || late > 6 {
			t.Errorf("the call of bar %d is answered in bar %d", calls[i+1], a)
		}
	}
}

// The same talk, and sales that do not mind it: no answer but to the opening.
func TestTalkThatSellsNothing(t *testing.T) {
	var text bytes.Buffer
	perform(t, 0, []string{"source.box.unmoved_percent=100"}, jsonl.NewText(&text))
	calls, answers := begins(text.Bytes(), "call"), begins(text.Bytes(), "answer")
	if len(calls) < 6 || len(answers) > 2 {
		t.Errorf("calls in the bars %v, answers in %v", calls, answers)
	}
}
