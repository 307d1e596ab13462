package label_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/picture"
)

// The example stays what it is: whoever changes it sees the difference note by note
// in its first half minute, and the whole month in the picture.
func TestMonth(t *testing.T) {
	var text, svg, whole bytes.Buffer
	exampletest.Perform(t, 30, nil, jsonl.NewText(&text))
	sum := exampletest.Perform(t, 0, nil, picture.NewWriter(&svg), jsonl.NewText(&whole))
	exampletest.Golden(t, map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()})
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
