package glasshouse_test

import (
	"bytes"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/picture"
)

// perform plays the example until so many seconds have passed, 0 to its end.
func perform(t *testing.T, seconds sonify.Frame, outs ...sonify.Output) *sonify.Summary {
	t.Helper()
	p := exampletest.Compile(t)
	sum := exampletest.Play(t, p, seconds, outs...)
	for _, s := range p.Sources {
		for _, c := range s.Tally.Counts() {
			if c.Fate != sonify.Absent || c.What != "no value for humidity_percent" {
				t.Errorf("source %s found fault with its data: %v", s.Name, c)
			}
		}
	}
	return sum
}

// The example stays what it is: whoever changes it sees the difference note by note
// in its first minute, and all four days in the picture.
func TestFourDays(t *testing.T) {
	var text, svg, whole bytes.Buffer
	perform(t, 60, jsonl.NewText(&text))
	sum := perform(t, 0, picture.NewWriter(&svg), jsonl.NewText(&whole))
	exampletest.Golden(t, map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()})
	// What README.md tells happens, in this order.
	at := 0
	for _, what := range []string{
		"light: 655.3 klx, far off", "temperature too high", "section alarm", "temperature as usual", "section clear",
		"humidity reads nothing", "section ending",
	} {
		i := bytes.Index(whole.Bytes()[at:], []byte(what))
		if i < 0 {
			t.Errorf("%q is not heard, or not where it belongs", what)
			continue
		}
		at += i
	}
	for _, what := range []string{"section alarm", "far off"} {
		if n := bytes.Count(whole.Bytes(), []byte(what)); n != 1 {
			t.Errorf("%s is heard %d times", what, n)
		}
	}
	if m := sum.Frames.Duration().Minutes(); m < 5 || m > 5.5 {
		t.Errorf("four days take %.1f minutes", m)
	}
}
