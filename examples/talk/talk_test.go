package talk_test

import (
	"bytes"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/picture"
)

// The first day of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestFirstDay(t *testing.T) {
	var text, svg bytes.Buffer
	exampletest.Perform(t, 60, nil, jsonl.NewText(&text))
	exampletest.Perform(t, 144, nil, picture.NewWriter(&svg))
	exampletest.Golden(t, map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()})
}

// The piece has the sections that four days of talk give it, and comes to its end.
func TestFourDays(t *testing.T) {
	var text bytes.Buffer
	sum := exampletest.Perform(t, 0, nil, jsonl.NewText(&text))
	for what, least := range map[string]int{"section night": 3, "section morning": 3, "section burst": 1, "section after": 1, "section finale": 1} {
		if got := bytes.Count(text.Bytes(), []byte(what)); got < least {
			t.Errorf("%d times %s, expected at least %d", got, what, least)
		}
	}
	if m := sum.Frames.Duration().Minutes(); m < 9 || m > 11 {
		t.Errorf("four days take %.1f minutes", m)
	}
}
