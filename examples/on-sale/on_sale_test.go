package onsale_test

import (
	"bytes"
	"slices"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
)

// The beginning of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestBeginning(t *testing.T) { exampletest.Beginning(t, 90) }

// The sale has the phases that its data gives it: the rush and its echo, the day,
// the night, the day after, and the last seats, which are sold before the end.
func TestPhasesOfTheSale(t *testing.T) {
	var text bytes.Buffer
	sum := exampletest.Perform(t, 0, nil, jsonl.NewText(&text))
	want := []string{"waiting", "rush", "selling", "rush", "selling", "quiet", "selling", "last_seats", "last_seat", "sold_out", "closed"}
	if got := exampletest.Sections(text.Bytes()); !slices.Equal(got, want) {
		t.Errorf("the sections are %v, expected %v", got, want)
	}
	if m := sum.Frames.Duration().Minutes(); m < 4 || m > 5 {
		t.Errorf("the sale takes %.1f minutes", m)
	}
}

// A house that is not sold out has no last seat, and comes to its end all the same.
func TestHouseThatIsNotSoldOut(t *testing.T) {
	var text bytes.Buffer
	exampletest.Perform(t, 0, []string{"source.box.demand_percent=70"}, jsonl.NewText(&text))
	got := exampletest.Sections(text.Bytes())
	if slices.Contains(got, "sold_out") || slices.Contains(got, "last_seat") || got[len(got)-1] != "closed" {
		t.Errorf("the sections are %v", got)
	}
}
