package knockout_test

import (
	"bytes"
	"strings"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
)

// The first match of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestFirstMatch(t *testing.T) { exampletest.Beginning(t, 120) }

// The cup is told to its end: eight matches, every goal, and who holds it up.
func TestWholeCup(t *testing.T) {
	var text bytes.Buffer
	sum := exampletest.Perform(t, 0, nil, jsonl.NewText(&text))
	for what, want := range map[string]int{"\"Goal, ": 21, "\"Penalty, ": 4, "\"Own goal": 1, "section won": 8, "section shoot_out": 2,
		"\"Pulse City 2-2 Noise Athletic, 6-5 on penalties\"": 1} {
		if got := strings.Count(text.String(), what); got != want {
			t.Errorf("%d times %s, expected %d", got, what, want)
		}
	}
	if m := sum.Frames.Duration().Minutes(); m < 15 || m > 25 {
		t.Errorf("the cup takes %.1f minutes", m)
	}
	if len(sum.Lost) > 0 {
		t.Errorf("lost: %v", sum.Lost)
	}
}
