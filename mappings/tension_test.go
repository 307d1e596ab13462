package mappings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/mappings/internal/take"
	"proscenium/mappings/internal/tension"
	"proscenium/sonify"
	"proscenium/sonify/pcm"
)

// stretch is a part of a take from the beginning of a section to its end, in
// seconds.
type stretch struct{ from, to float64 }

// sections returns the stretches of a take in sections of that name, two of them
// as one if less than apart seconds lie between.
func sections(p *take.Take, name string, apart float64) (out []stretch) {
	for i, m := range p.Marks {
		if m.Kind != sonify.MarkSection || m.Name != name {
			continue
		}
		end := p.Summary.Frames
		for _, next := range p.Marks[i+1:] {
			if next.Kind == sonify.MarkSection {
				end = next.Frame
				break
			}
		}
		s := stretch{m.Frame.Duration().Seconds(), end.Duration().Seconds()}
		if n := len(out); n > 0 && s.from-out[n-1].to < apart {
			out[n-1].to = s.to
			continue
		}
		out = append(out, s)
	}
	return out
}

// Tension is there in the sound: in the last 20 seconds before every match point
// it is higher than before them, and lower after it; and (but for one, perhaps) it still
// rises within these seconds. Run it with -v for the figures, of the sum and of
// each of its parts.
func TestTennis_TensionIsHeardBeforeMatchPoint(t *testing.T) {
	t.Parallel()
	type match struct{ name, piece string }
	var all []match
	for seed := 1; seed <= 10; seed++ {
		all = append(all, match{fmt.Sprintf("simulated %d", seed), fmt.Sprintf("mapping = \"tennis\"\n[source.court]\ntype = \"sim\"\nof = \"tennis\"\nspeed = 30\nseed = %d\n", seed)})
	}
	if dir := os.Getenv("PROSCENIUM_DATA"); dir != "" {
		files, _ := filepath.Glob(filepath.Join(dir, "tennis", "*points*.csv"))
		more, _ := filepath.Glob(filepath.Join(dir, "tennis", "*-pbp.csv"))
		for _, f := range append(files, more...) {
			all = append(all, match{filepath.Base(f), fmt.Sprintf("mapping = \"tennis\"\n[source.court]\ntype = \"slam\"\npath = %q\nspeed = 30\n", f)})
		}
	}
	if underRace {
		all = all[2:3] // the shortest
	}
	var table strings.Builder
	rises, higher, falls, points := 0, 0, 0, 0
	for _, m := range all {
		var sound take.Samples
		p, err := take.Of(t.Context(), "piece.toml", []byte(m.piece), take.Options{Sinks: []pcm.Sink{&sound}})
		if err != nil {
			t.Fatal(err)
		}
		c := tension.Of(sound)
		for _, s := range sections(p, "match_point", tension.Span) {
			a, ok := tension.About(c.Tension, s.from, s.to)
			if !ok {
				t.Logf("%s: the match point at %.0f s is too near an end of the piece of %d s", m.name, s.from, len(c.Tension))
				continue
			}
			points++
			verdict := ""
			if a.Rises() {
				rises++
				verdict += " rises"
			}
			if a.Before > a.Earlier {
				higher++
			}
			if a.Falls() {
				falls++
				verdict += " falls"
			}
			fmt.Fprintf(&table, "%-34s %5.0f s: %v%s\n", m.name, s.from, a, verdict)
			for _, f := range []struct {
				name  string
				curve []float64
			}{{"density", c.Density}, {"register", c.Register}, {"dissonance", c.Dissonance}, {"loudness", c.Loudness}} {
				if a, ok := tension.About(tension.ZScores(f.curve), s.from, s.to); ok && testing.Verbose() {
					fmt.Fprintf(&table, "%44s: %v\n", f.name, a)
				}
			}
		}
	}
	t.Logf("tension about match points:\n%s%d of %d rise, %d fall", table.String(), rises, points, falls)
	if points < len(all) || falls < points || higher < points || rises < points-1 {
		t.Errorf("%d matches, %d match points: tension is higher before %d of them, still rises before %d, falls after %d", len(all), points, higher, rises, falls)
	}
}
