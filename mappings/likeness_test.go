package mappings_test

import (
	"fmt"
	"strings"
	"testing"

	"proscenium/mappings"
	"proscenium/mappings/internal/likeness"
	"proscenium/mappings/internal/take"
)

// The same data with another seed of the music is the same tune and the same
// story; other data is the same tune and another story; another mapping is
// neither.
func TestLikeness(t *testing.T) {
	t.Parallel()
	first := map[string]*take.Take{}
	others := map[string][]*take.Take{} // the mapping on other data
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-20s %-44s theme  course\n", "", "compared with itself by")
	row := func(name, with string, a, b *take.Take) (theme, course float64) {
		theme, course = likeness.Theme(a, b), likeness.Course(a, b)
		fmt.Fprintf(&table, "%-20s %-44s %5.2f   %5.2f\n", name, with, theme, course)
		return theme, course
	}
	for _, name := range mappings.Names() {
		all := setsOf(t, name)
		a := all[0].perform(t, take.Options{Sets: []string{"seed=1"}})
		first[name] = a
		if theme, course := row(name, "nothing", a, a); theme < 0.9999 || course < 0.9999 {
			t.Errorf("%s is like itself by %.4f and %.4f", name, theme, course)
		}
		worst, story := 1.0, 1.0
		for _, seed := range []string{"77", "2014"} {
			theme, course := row(name, "seed "+seed, a, all[0].perform(t, take.Options{Sets: []string{"seed=" + seed}}))
			worst, story = min(worst, theme), min(story, course)
		}
		// Themes of two mappings are alike by 0.01 at most, so a half is no chance.
		if worst < 0.5 {
			t.Errorf("%s: with another seed the theme is alike by %.2f: at least 0.5 were expected", name, worst)
		}
		for _, s := range all[1:] {
			b := s.perform(t, take.Options{Sets: []string{"seed=1"}})
			others[name] = append(others[name], b)
			_, course := row(name, s.name, a, b)
			// Two matches are two stories. Two sales may go much the same way, and then
			// they are to sound much the same.
			margin := 0.05
			if name == "tennis" || name == "football" || name == "match" {
				margin = 0.3
			}
			if course > story-margin {
				t.Errorf("%s: %s is as like by %.2f, with another seed by %.2f: they are hardly told apart", name, s.name, course, story)
			}
		}
	}
	for i, name := range mappings.Names() {
		for _, other := range mappings.Names()[i+1:] {
			theme, course := row(name, "the mapping "+other, first[name], first[other])
			if theme > 0.1 || course > 0.5 {
				t.Errorf("%s and %s are alike by %.2f and %.2f: they are to be two pieces", name, other, theme, course)
			}
		}
		// Whatever the data, the tune tells the mapping.
		for k, p := range others[name] {
			own := likeness.Theme(first[name], p)
			for _, other := range mappings.Names() {
				if theme := likeness.Theme(first[other], p); other != name && own < 2*theme {
					t.Errorf("%s, set %d: its theme is like that of %s by %.2f, like its own by %.2f", name, k+2, other, theme, own)
				}
			}
		}
	}
	t.Log(table.String())
}
