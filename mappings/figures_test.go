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
					// Rendering takes most of the time: the first set is rendered at every
					// level and the others at one; with the race detector, which makes the synth
					// twenty times slower, only a minute of each mapping.
					loud := *allSound || !underRace && (i == 0 || i%3 == k)
					o := take.Options{Sets: []string{"level=" + level}, Meter: loud}
					if underRace && i == 0 && level == "full" {
						o.Meter, o.Until = true, 60*sonify.SampleRate
					}
					p := s.perform(t, o)
					f := figures.Of(p)
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
