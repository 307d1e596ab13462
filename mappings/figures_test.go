package mappings_test

import (
	"flag"
	"strings"
	"testing"

	"proscenium/mappings"
	"proscenium/mappings/internal/figures"
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

var allSound = flag.Bool("sound", false, "measure the loudness of every set at every level")

// all is longer than any piece.
const all sonify.Frame = 1 << 40

// rendered tells how much of the i-th set is rendered at the k-th level, for that
// takes most of the time: the first at the level full, each other at one of the
// levels. With the race detector it is half a minute of each mapping.
func rendered(i, k int) sonify.Frame {
	switch {
	case underRace && (i > 0 || k < 2) && !*allSound:
		return 0
	case underRace && !*allSound:
		return 30 * sonify.SampleRate
	case *allSound || (i+2)%3 == k:
		return all
	}
	return 0
}

// Every mapping of the library keeps within the bounds of package figures, at
// every level, on all its sets. Run it with -v for the figures:
//
//	go test ./mappings -run 'Figures/football' -v
//	go test ./mappings -run 'Figures/football' -v -args -sound
//
// For a piece of your own, go run ./mappings/internal/figures/measure piece.toml
// prints the same.
func TestFigures(t *testing.T) {
	for _, name := range mappings.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var table strings.Builder
			table.WriteString("\n" + strings.Repeat(" ", 32) + figures.Head + "\n")
			for i, s := range setsOf(t, name) {
				for k, level := range []string{"plain", "gentle", "full"} {
					length := rendered(i, k)
					p := s.perform(t, take.Options{Sets: []string{"level=" + level}, Meter: length == all})
					f := figures.Of(p)
					if length > 0 && length < all {
						m := s.perform(t, take.Options{Sets: []string{"level=" + level}, Meter: true, Until: length})
						f.Loudness, f.Loud = m.Meter.Loudness(), true
					}
					table.WriteString(strings.Join([]string{pad(s.name, 24), pad(level, 7), f.Line(), "\n"}, " "))
					for _, o := range f.Outside(p) {
						t.Errorf("%s, %s: %s", s.name, level, o)
					}
				}
			}
			t.Log(table.String())
		})
	}
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-len(s))) }
