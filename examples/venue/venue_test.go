package venue_test

import (
	"bytes"
	"slices"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
)

// The beginning of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestBeginning(t *testing.T) { exampletest.Beginning(t, 120) }

// The night has the phases that its data gives it: the wait, the rush at eight, the
// one that the clip brings, and the last seats.
func TestPhasesOfTheNight(t *testing.T) {
	var text bytes.Buffer
	sum := exampletest.Perform(t, 0, nil, jsonl.NewText(&text))
	want := []string{"waiting", "rush", "selling", "rush", "selling", "rush", "last_seats", "last_seat", "sold_out", "closed"}
	if got := exampletest.Sections(text.Bytes()); !slices.Equal(got, want) {
		t.Errorf("the sections are %v, expected %v", got, want)
	}
	if m := sum.Frames.Duration().Minutes(); m < 3 || m > 5 {
		t.Errorf("the night takes %.1f minutes", m)
	}
	for _, private := range []string{"example.com", "Buyer", "buyer", "fan", "queue"} {
		if bytes.Contains(text.Bytes(), []byte(private)) {
			t.Errorf("%q got into the score", private)
		}
	}
}
