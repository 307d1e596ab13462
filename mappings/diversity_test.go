package mappings_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// What the decoders below know of the piece: the programs of the harp, of the four
// that ring plays, and of the four that have the tune.
const harpProgram = 47

var (
	playPrograms = []int{46, 109, 99, 108}
	tunePrograms = []int{41, 73, 69, 58}
)

// tonesByBar returns of how many different notes the chord of each bar is, by the
// harp alone. A chord lasts two bars; of the two pairs of bars that a bar is in, the one
// with fewer notes is a chord, the other may be parts of two. Bars without a harp say
// what the one before says.
func tonesByBar(f *heard.File) []float64 {
	classes := make([]map[int]bool, len(f.Bars)+1)
	for i := range classes {
		classes[i] = map[int]bool{}
	}
	for _, n := range f.Notes {
		if n.Program == harpProgram {
			classes[n.Bar][n.Key%12] = true
		}
	}
	pair := func(b int) float64 {
		both := map[int]bool{}
		for _, at := range []int{b, b + 1} {
			if at < 0 || len(classes[at]) == 0 {
				return math.Inf(1)
			}
			for c := range classes[at] {
				both[c] = true
			}
		}
		return float64(len(both))
	}
	out := make([]float64, len(f.Bars))
	last := 1.0
	for b := range out {
		if n := min(pair(b-1), pair(b)); !math.IsInf(n, 1) {
			last = n
		}
		out[b] = last
	}
	return out
}

// entropy returns the entropy of counts, in bits.
func entropy[K comparable](counts map[K]int) float64 {
	sum, h := 0, 0.0
	for _, n := range counts {
		sum += n
	}
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(sum)
			h -= p * math.Log2(p)
		}
	}
	return h
}

// varietyByBar returns the truth: the entropy of the genres of the last 24 plays, its
// mean over the plays of each bar.
func varietyByBar(t *take.Take, f *heard.File) []float64 {
	sum, n := make([]float64, len(f.Bars)), make([]float64, len(f.Bars))
	var recent []string
	counts := map[string]int{}
	bar := 0
	for _, m := range t.Marks {
		if m.Kind != sonify.MarkEvent {
			continue
		}
		g := m.Heard.Event.Value("genre").String()
		recent = append(recent, g)
		counts[g]++
		if len(recent) > 24 {
			counts[recent[0]]--
			recent = recent[1:]
		}
		for bar+1 < len(f.Bars) && f.Bars[bar+1] <= m.Frame.Duration().Seconds() {
			bar++
		}
		sum[bar] += entropy(counts)
		n[bar]++
	}
	last := 0.0
	for i := range sum {
		if n[i] > 0 {
			last = sum[i] / n[i]
		}
		sum[i] = last
	}
	return sum
}

// Who hears only the notes of the MIDI file hears how varied the programme is, from the
// harmony, and from what rings.
func TestDiversity_VarietyIsHeard(t *testing.T) {
	for _, s := range []struct {
		seed, speed int
		variety     string
	}{
		{401, 1500, "[100, 60, 30, 10, 10, 400, 100]"},
		{402, 900, "[400, 10, 100, 20, 60, 8, 200]"},
		{403, 2500, "[10, 25, 50, 75, 100, 200, 400]"},
		{404, 600, "[30, 100, 10]"},
	} {
		t.Run(fmt.Sprintf("seed %d", s.seed), func(t *testing.T) {
			t.Parallel()
			if underRace && s.speed < 1500 {
				return
			}
			set := set{name: "a week", piece: fmt.Sprintf("mapping = \"diversity\"\n[source.radio]\ntype = \"sim\"\nof = \"plays\"\nseed = %d\nspeed = %d\nvariety_percent = %s\nmax_gap = \"0s\"\n", s.seed, s.speed, s.variety)}
			for _, level := range []string{"plain", "gentle", "full"} {
				p := set.perform(t, take.Options{MIDI: true, Sets: []string{"level=" + level}})
				f, err := heard.Read(p.MIDI)
				if err != nil {
					t.Fatal(err)
				}
				was := heard.Smooth(varietyByBar(p, f), 8)
				// The genres that ring, over as long: so many of each note.
				rung := make([]float64, len(f.Bars))
				notes := f.Select(func(n *heard.Note) bool { return slices.Contains(playPrograms, n.Program) })
				for b := range rung {
					counts := map[int]int{}
					for _, n := range notes {
						if n.Bar > b-8 && n.Bar <= b {
							counts[n.Key]++
						}
					}
					rung[b] = entropy(counts)
				}
				from := 16 // bars of the opening, in which the first two dozen plays come
				bells := heard.Pearson(heard.Smooth(rung, 8)[from:], was[from:])
				harmony := math.NaN()
				if level != "plain" {
					harmony = heard.Pearson(heard.Smooth(tonesByBar(f), 8)[from:], was[from:])
				}
				t.Logf("%-6s %4.0f s: the notes of the chords go with the entropy by %.3f, what rings by %.3f", level, f.Seconds, harmony, bells)
				if harmony < 0.9 || !(bells >= 0.9) {
					t.Errorf("%s: the notes of the chords go with the entropy by %.3f, what rings by %.3f: at least 0.9 were expected", level, harmony, bells)
				}
			}
		})
	}
}

// Each genre has a note and an instrument that no other has, whatever came first.
func TestDiversity_GenresAreToldApart(t *testing.T) {
	for seed := 411; seed <= 414; seed++ {
		set := set{name: "a day", piece: fmt.Sprintf("mapping = \"diversity\"\nlevel = \"plain\"\n[source.radio]\ntype = \"sim\"\nof = \"plays\"\nseed = %d\nspeed = 400\nvariety_percent = [400]\ndays = 1\nkeep = [\"genre\", \"origin\", \"artist\", \"track\"]\n", seed)}
		p := set.perform(t, take.Options{})
		genre := map[uint64]string{}
		for _, m := range p.Marks {
			if m.Kind == sonify.MarkEvent {
				genre[m.Heard.Number] = m.Heard.Event.Value("genre").String()
			}
		}
		is, of := map[string]string{}, map[string]string{}
		for _, n := range p.Notes {
			if m := p.Header.Makers[n.Cause.By]; m.Kind != sonify.MakerRule || !strings.HasPrefix(m.Name, "play ") {
				continue
			}
			g, sound := genre[n.Cause.Event], fmt.Sprint(p.Header.Voices[n.Voice].Name, n.Pitch)
			if was, known := is[g]; known && was != sound {
				t.Fatalf("seed %d: %s is %s, and %s", seed, g, was, sound)
			}
			if was, known := of[sound]; known && was != g {
				t.Fatalf("seed %d: %s is %s, and %s", seed, sound, was, g)
			}
			is[g], of[sound] = sound, g
		}
		if len(is) != 8 {
			t.Errorf("seed %d: %d genres are heard", seed, len(is))
		}
	}
}

// Whoever is heard from a country for the first time brings an instrument, which calls
// at once and then has the tune.
func TestDiversity_NewcomersBringAnInstrument(t *testing.T) {
	var b strings.Builder
	b.WriteString("t,genre,origin\n")
	origins := 3
	var came []int // rows
	for i := range 700 {
		o := i % origins
		if i > 60 && i%90 == 0 {
			o = origins
			origins++
			came = append(came, i)
		}
		fmt.Fprintf(&b, "%d,%s,country %d\n", i, []string{"pop", "rock", "jazz", "folk"}[i%4], o)
	}
	path := filepath.Join(t.TempDir(), "plays.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	const per = 0.5 // seconds of music a row
	s := set{name: "newcomers", piece: fmt.Sprintf("mapping = \"diversity\"\n[source.a]\ntype = \"csv\"\npath = %q\nevent = \"listen\"\ntime = \"t\"\nspeed = %g\n", path, 1/per)}
	f, err := heard.Read(s.perform(t, take.Options{MIDI: true}).MIDI)
	if err != nil {
		t.Fatal(err)
	}
	if len(came) < 7 {
		t.Fatalf("%d newcomers", len(came))
	}
	for k, row := range came {
		want := tunePrograms[(3+k+1)%4]
		at := float64(row) * per
		calls := f.Select(func(n *heard.Note) bool { return n.Program == want && n.At >= at && n.At < at+1.2 })
		if len(calls) < 3 {
			t.Errorf("row %d: %d notes of program %d where it should call", row, len(calls), want)
		}
		// From the next phrase on, eight bars at most, it has most of the tune.
		most, top := 0, 0
		for _, p := range tunePrograms {
			n := len(f.Select(func(n *heard.Note) bool { return n.Program == p && n.Key >= 60 && n.At > at+13 && n.At < at+44 }))
			if n > most {
				most, top = n, p
			}
		}
		if top != want && most > 0 {
			t.Errorf("row %d: program %d has the tune after it, %d was expected", row, top, want)
		}
	}
}
