package house_test

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

// compile compiles the example.
func compile(t *testing.T, sets ...string) *mapping.Piece {
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

// perform plays the example until so many seconds have passed, 0 to its end.
func perform(t *testing.T, seconds sonify.Frame, outs ...sonify.Output) *sonify.Summary {
	t.Helper()
	p := compile(t)
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

// The example stays what it is: whoever changes it sees the difference note by note in
// its first minute, and both days in the picture.
func TestTwoDays(t *testing.T) {
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
		"The bell at the door", "The bell at the door", "The bell at the door", "bedroom/air cannot be reached", "bedroom/air is back",
		"The bell at the door", "living room/climate too low", "section alarm", "section clear", "section ending",
	} {
		i := bytes.Index(whole.Bytes()[at:], []byte(what))
		if i < 0 {
			t.Errorf("%q is not heard, or not where it belongs", what)
			continue
		}
		at += i + len(what)
	}
	if n := bytes.Count(whole.Bytes(), []byte("section alarm")); n != 1 {
		t.Errorf("%d alarms", n)
	}
	if m := sum.Frames.Duration().Minutes(); m < 5 || m > 5.6 {
		t.Errorf("two days take %.1f minutes", m)
	}
}

// One line makes it a live piece.
func TestLive(t *testing.T) {
	p := compile(t, `source.house.path=""`, `source.house.broker="mqtt://house.local"`)
	if !p.Sources[0].Live {
		t.Error("it is not live without the recording")
	}
	if p := compile(t); p.Sources[0].Live {
		t.Error("the recording is live")
	}
}
