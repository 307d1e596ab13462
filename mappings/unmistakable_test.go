package mappings_test

import (
	"strings"
	"testing"

	"proscenium/sonify"
)

// What the ear is to tell apart must be there in the notes alone. A listener
// who knows nothing of the data, only voices, keys and times as they stand in the
// MIDI file, says of every bar what it is.
func hear(bar []sonify.Note, voices []sonify.Voice) string {
	var hammer, tune1, tune2, runs, beats int
	pitches := map[int]bool{}
	together := map[sonify.Tick]int{}
	for _, n := range bar {
		switch voices[n.Voice].Name {
		case "left", "right":
			if n.Length < 240 {
				hammer++
				pitches[n.Pitch.Key()] = true
			}
		case "one":
			tune1++
			together[n.Tick] |= 1
		case "two":
			tune2++
			together[n.Tick] |= 2
		case "chime":
			if n.Length < 240 {
				runs++
			}
		case "kick", "snare":
			beats++
		}
	}
	both := 0
	for _, t := range together {
		if t == 3 {
			both++
		}
	}
	switch {
	case runs >= 8:
		return "match_point"
	case hammer >= 12 && len(pitches) <= 2:
		if snares(bar, voices) >= 6 {
			return "set_point"
		}
		return "break_point"
	case len(bar) <= 2 && tune1+tune2 == 0:
		return "silence"
	case both >= 1 && both*4 >= 3*max(tune1, tune2): // both sing one melody
		return "release"
	}
	return "play"
}

func snares(bar []sonify.Note, voices []sonify.Voice) int {
	n := 0
	for _, x := range bar {
		if voices[x.Voice].Name == "snare" {
			n++
		}
	}
	return n
}

// expected is what a section should be heard as.
var expected = map[string]string{"opening": "play", "play": "play", "tie_break": "play",
	"break_point": "break_point", "set_point": "set_point", "match_point": "match_point", "set_won": "release", "match_won": "release"}

func TestTennis_DecisiveMomentsAreUnmistakable(t *testing.T) {
	right, all := 0, 0
	confused := map[string]int{}
	heard := map[string]int{}
	for name, piece := range matches(t) {
		r := play(t, piece)
		bar := r.header.Meter.Bar()
		var sections []sonify.Mark
		for _, m := range r.marks {
			if m.Kind == sonify.MarkSection {
				sections = append(sections, m)
			}
		}
		byBar := map[sonify.Tick][]sonify.Note{}
		for _, n := range r.notes {
			byBar[n.Tick/bar] = append(byBar[n.Tick/bar], n)
		}
		for i, s := range sections {
			end := r.sum.Ticks
			if i+1 < len(sections) {
				end = sections[i+1].Tick
			}
			for b := (s.Tick + bar - 1) / bar; (b+1)*bar <= end; b++ {
				want := expected[s.Name]
				got := hear(byBar[b], r.header.Voices)
				if s.Name == "match_won" && b*bar == s.Tick {
					want = "silence" // the bar of rest before the coda
				}
				if s.Name == "match_won" && b*bar == s.Tick+5*bar {
					continue // the last chord
				}
				all++
				heard[want]++
				if got == want {
					right++
				} else {
					confused[name+": "+want+" taken for "+got]++
				}
			}
		}
	}
	t.Logf("%d of %d bars are heard as what they are: %v", right, all, heard)
	if float64(right) < 0.95*float64(all) {
		t.Errorf("only %.1f %%: %v", 100*float64(right)/float64(all), confused)
	}
	// The rare ones must not drown in the many bars of play.
	for _, kind := range []string{"break_point", "set_point", "release"} {
		wrong := 0
		for c, n := range confused {
			if len(c) > len(kind) && strings.Contains(c, ": "+kind+" taken") {
				wrong += n
			}
		}
		if heard[kind] == 0 || wrong*20 > heard[kind] {
			t.Errorf("%s: %d of %d bars are taken for something else: %v", kind, wrong, heard[kind], confused)
		}
	}
}
