package wiki_test

import (
	"bytes"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/picture"
)

// The example stays what it is: whoever changes it sees the difference note by note
// in its first minute, and the whole evening in the picture.
func TestEvening(t *testing.T) {
	var text, svg, whole bytes.Buffer
	exampletest.Perform(t, 60, nil, jsonl.NewText(&text))
	sum := exampletest.Perform(t, 0, nil, picture.NewWriter(&svg), jsonl.NewText(&whole))
	exampletest.Golden(t, map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()})
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
