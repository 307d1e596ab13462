package mapping_test

import (
	"fmt"
	"slices"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/sonifytest"
)

// A label is filled in from the event, stands on the note that stands for the datum
// and on none of those that follow it, and tells of a crowd how many more it is.
func TestLabel_StandsOnTheNoteOfTheDatum(t *testing.T) {
	const piece = `tempo = 120
language = "fr"
[source.s]
type = "script"
[voice.a]
title = "the bell"
budget = "1 per bar"
[signal.s]
title = "the sum"
on = "r"
[[rule]]
title = "Reading"
doc = "how bright it is"
unit = "klx"
on = "r"
voice = "a"
pitch = { from = "v", domain = [0, 100], range = ["C4", "C6"] }
motif = [0, 2]
label = "{name}, {v:0.0} klx"
[[rule]]
on = "q"
voice = "a"
`
	p := compile(t, piece, "0 r v=30.94 name=north\n0.1 r v=50 name=east\n0.2 r v=70 name=west\n9 q")
	var r sonifytest.Recorder
	perform(t, p, &r)
	var got []string
	for _, n := range r.Notes {
		if n.Cause.Event > 0 {
			got = append(got, fmt.Sprintf("%d %s", n.Cause.Step, n.Cause.Label))
		}
	}
	if want := []string{"0 north, 30.9 klx", "1 ", "0 east, 50.0 klx (+1)", "0 "}; !slices.Equal(got, want) {
		t.Errorf("the notes say %q, want %q", got, want)
	}
	h := &p.Header
	if m := h.Makers[slices.IndexFunc(h.Makers, func(m sonify.Maker) bool { return m.Name == "rule 1" })]; m.Title != "Reading" || m.Doc != "how bright it is" || m.Unit != "klx" {
		t.Errorf("the maker is %+v", m)
	}
	if h.Language != "fr" || h.Voices[0].Title != "the bell" || h.Signals[0].Title != "the sum" {
		t.Errorf("the header is in %q, %q, %q", h.Language, h.Voices[0].Title, h.Signals[0].Title)
	}
}
