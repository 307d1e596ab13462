package radioweek_test

import (
	"bytes"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/picture"
)

// The example stays what it is: whoever changes it sees the difference note by note
// in its first minute, and the whole week in the picture.
func TestWeek(t *testing.T) {
	var text, svg, whole bytes.Buffer
	exampletest.Perform(t, 60, nil, jsonl.NewText(&text))
	sum := exampletest.Perform(t, 0, nil, picture.NewWriter(&svg), jsonl.NewText(&whole))
	exampletest.Golden(t, map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()})
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
