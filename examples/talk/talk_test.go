package talk_test

import (
	"bytes"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
)

// The first day of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestFirstDay(t *testing.T) { exampletest.Beginning(t, 144) }

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
