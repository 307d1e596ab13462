package mapping_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/mapping"
)

// However short the stretches are in which events are heard, the notes are the same.
func TestStretch_ChangesNothing(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	tried := 0
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txtar")
		piece, events := caseFile(t, name)
		if piece == "" {
			continue
		}
		p, _ := mapping.Compile(environment(t, events, nil), "piece.toml", []byte(piece), nil)
		if p == nil {
			continue
		}
		tried++
		want := notes(text(t, p))
		for _, stretch := range []int{8, 20, 48, 120} {
			p := compile(t, piece, events)
			mapping.SetStretch(p, sonify.Tick(stretch))
			got := notes(text(t, p))
			if got != want {
				t.Errorf("%s, %d ticks: %s", name, stretch, firstDifference(got, want))
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d pieces could be tried", tried)
	}
}

// notes are the lines of the notes, in an order that does not depend on which came
// first of those that sound together.
func notes(score string) string {
	var out []string
	for l := range strings.Lines(score) {
		if strings.HasPrefix(l, "[") {
			out = append(out, l)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "")
}
