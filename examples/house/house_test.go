package house_test

import (
	"bytes"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/picture"
)

// The example stays what it is: whoever changes it sees the difference note by note in
// its first minute, and both days in the picture.
func TestTwoDays(t *testing.T) {
	var text, svg, whole bytes.Buffer
	exampletest.Perform(t, 60, nil, jsonl.NewText(&text))
	sum := exampletest.Perform(t, 0, nil, picture.NewWriter(&svg), jsonl.NewText(&whole))
	exampletest.Golden(t, map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()})
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
	p := exampletest.Compile(t, `source.house.path=""`, `source.house.broker="mqtt://house.local"`)
	if !p.Sources[0].Live {
		t.Error("it is not live without the recording")
	}
	if p := exampletest.Compile(t); p.Sources[0].Live {
		t.Error("the recording is live")
	}
}
