package label_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
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
// in its first half minute, and the whole month in the picture.
func TestMonth(t *testing.T) {
	var text, svg, whole bytes.Buffer
	perform(t, 30, jsonl.NewText(&text))
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
		"Boot Sequence: 1171 plays in FR", "Handshake: 43920 plays in FR", "DE: 28957 plays", "Low Tide, High Bit: 1035 plays in IT", "Warm Restart", "Power Cut", "section the end",
	} {
		i := bytes.Index(whole.Bytes()[at:], []byte(what))
		if i < 0 {
			t.Errorf("%q is not heard, or not where it belongs", what)
			continue
		}
		at += i
	}
	if sum.Sounded != sum.Heard {
		t.Errorf("%d of %d lines of the report sounded", sum.Sounded, sum.Heard)
	}
	if m := sum.Frames.Duration().Minutes(); m < 1.7 || m > 1.9 {
		t.Errorf("a month takes %.2f minutes", m)
	}
}

// The report beside the piece is what simulate writes.
func TestReport_IsSimulated(t *testing.T) {
	want, err := exec.Command("go", "run", "./simulate").Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("october.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("october.tsv is not what simulate writes: go run ./examples/label/simulate > examples/label/october.tsv")
	}
}
