package anymatch_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
)

// The beginning of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestBeginning(t *testing.T) { exampletest.Beginning(t, 120) }

// The evening is told to its end: one basket for which all stops, the guests ahead
// for half of it, three breaks, the last minutes, and who won after all.
func TestTheWholeEvening(t *testing.T) {
	var text bytes.Buffer
	sum := exampletest.Perform(t, 0, nil, jsonl.NewText(&text))
	got := exampletest.Sections(text.Bytes())
	end := []string{"last_minutes", "break", "won_1", "finale"}
	if !slices.Equal(got[max(0, len(got)-4):], end) {
		t.Errorf("the sections are %v, expected %v at the end", got, end)
	}
	count := map[string]int{}
	for _, name := range got {
		count[name]++
	}
	for name, want := range map[string]int{"score_1": 1, "score_2": 0, "equaliser": 0, "break": 4, "paused": 2, "last_minutes": 1, "won_1": 1} {
		if count[name] != want {
			t.Errorf("%d times %s, expected %d", count[name], name, want)
		}
	}
	if !strings.Contains(text.String(), "\"Pulse City 102-100 Noise Athletic\"") {
		t.Error("the result is not told")
	}
	if m := sum.Frames.Duration().Minutes(); m < 4 || m > 5 {
		t.Errorf("the evening takes %.1f minutes", m)
	}
	if len(sum.Lost) > 0 {
		t.Errorf("lost: %v", sum.Lost)
	}
}
