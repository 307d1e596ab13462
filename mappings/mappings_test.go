package mappings_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
	"proscenium/sources"
)

// recorder is an output that keeps what it is given.
type recorder struct {
	header *sonify.Header
	notes  []sonify.Note
	marks  []sonify.Mark
	sum    *sonify.Summary
}

func (r *recorder) Begin(h *sonify.Header) error { r.header = h; return nil }
func (r *recorder) Play(c sonify.Cue) error {
	r.notes = append(r.notes, c.Notes...)
	r.marks = append(r.marks, c.Marks...)
	return nil
}
func (r *recorder) Finish(s *sonify.Summary) error { r.sum = s; return nil }
func (r *recorder) Close() error                   { return nil }

// play performs a piece made of a mapping and a source.
func play(t testing.TB, piece string, sets ...string) *recorder {
	t.Helper()
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	env := mapping.Env{Sources: &reg, Library: mappings.Get, Mappings: mappings.Names(), ReadFile: os.ReadFile, Probe: true}
	p, problems := mapping.Compile(env, "piece.toml", []byte(piece), sets)
	if p == nil {
		t.Fatalf("%v", problems)
	}
	var in []conductor.Intake
	for _, s := range p.Sources {
		in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
	}
	feed := conductor.Start(context.Background(), in)
	defer feed.Stop()
	r := &recorder{}
	if _, err := conductor.Perform(t.Context(), &p.Header, p.Perform(), feed, []sonify.Output{r}, conductor.Options{}); err != nil {
		t.Fatal(err)
	}
	return r
}

func simulated(seed, speed int) string {
	return fmt.Sprintf("mapping = \"tennis\"\nseed = %d\n[source.court]\ntype = \"sim\"\nof = \"tennis\"\nspeed = %d\n", seed, speed)
}

// matches are simulated ones and, where they are, the real ones.
func matches(t *testing.T) map[string]string {
	m := map[string]string{}
	for seed := 1; seed <= 3; seed++ {
		m[fmt.Sprintf("simulated %d", seed)] = simulated(seed, 30)
	}
	dir := os.Getenv("PROSCENIUM_DATA")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Log("PROSCENIUM_DATA is not set: only simulated matches are played")
		}
		return m
	}
	files, err := filepath.Glob(filepath.Join(dir, "tennis", "*points*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no matches in %s: %v", dir, err)
	}
	more, _ := filepath.Glob(filepath.Join(dir, "tennis", "*-pbp.csv"))
	for _, f := range append(files, more...) {
		m[filepath.Base(f)] = fmt.Sprintf("mapping = \"tennis\"\n[source.court]\ntype = \"slam\"\npath = %q\nspeed = 30\n", f)
	}
	return m
}

func TestMappings_BeginWithWhatToListenFor(t *testing.T) {
	for _, n := range mappings.Names() {
		b, ok := mappings.Get(n)
		if !ok || !strings.HasPrefix(string(b), "# ") || !strings.Contains(string(b[:min(len(b), 900)]), "Listen for") {
			t.Errorf("%s.toml does not begin by saying what to listen for", n)
		}
	}
}

// What a rule makes of a value must be heard as what it is: within a match, a
// greater value never gives a lower note. And no event that a rule wants is
// lost without being counted.
func TestTennis_EveryPitchedRuleIsFaithful(t *testing.T) {
	for name, piece := range matches(t) {
		t.Run(name, func(t *testing.T) {
			r := play(t, piece)
			type pair struct {
				value float64
				pitch sonify.Pitch
			}
			by := map[int][]pair{}
			for _, n := range r.notes {
				if n.Cause.Event > 0 && n.Cause.Step == 0 && r.header.Makers[n.Cause.By].Data {
					v, ok := n.Cause.Value.Float()
					if !ok {
						t.Fatalf("note %v has no value in its cause", n)
					}
					by[n.Cause.By] = append(by[n.Cause.By], pair{v, n.Pitch})
				}
			}
			wanted := 0
			for _, m := range r.marks {
				if m.Kind == sonify.MarkEvent && m.Heard.Event.Kind() == "tennis.point" {
					df, _ := m.Heard.Event.Value("double_fault").Bool()
					if _, ok := m.Heard.Event.Value("speed_kmh").Float(); ok && !df {
						wanted++
					}
				}
			}
			served := 0
			for maker, ps := range by {
				if r.header.Makers[maker].Name == "serve" {
					served = len(ps)
				}
				for i := range ps {
					for j := range ps[:i] {
						if ps[i].value > ps[j].value && ps[i].pitch < ps[j].pitch {
							t.Fatalf("%s: %v gave %v, the greater %v gave %v", r.header.Makers[maker].Name, ps[j].value, ps[j].pitch, ps[i].value, ps[i].pitch)
						}
					}
				}
			}
			lost := int(r.sum.Lost["no room on the grid for rule serve"])
			if served+lost != wanted {
				t.Errorf("%d serves were measured, %d sounded and %d were counted as lost", wanted, served, lost)
			}
		})
	}
}

// Another seed varies the piece and leaves its theme; another match is another
// piece.
func TestTennis_SeedVariesAndMatchChanges(t *testing.T) {
	melody := func(r *recorder) map[string]bool {
		m := map[string]bool{}
		for i, n := range r.notes {
			if v := r.header.Voices[n.Voice].Name; v == "one" || v == "two" {
				m[fmt.Sprint(v, n.Tick, n.Pitch)] = true
			}
			_ = i
		}
		return m
	}
	shared := func(a, b map[string]bool) float64 {
		n := 0
		for k := range a {
			if b[k] {
				n++
			}
		}
		return float64(n) / float64(max(len(a), len(b), 1))
	}
	same := simulated(5, 30)
	a := melody(play(t, same))
	b := melody(play(t, same))
	if shared(a, b) != 1 {
		t.Error("the same piece played twice differs")
	}
	// The match stays, the seed of the music changes.
	c := melody(play(t, same, "seed=77", "source.court.seed=5"))
	d := melody(play(t, simulated(6, 30)))
	seed, match := shared(a, c), shared(a, d)
	t.Logf("melody notes shared with another seed %.2f, with another match %.2f", seed, match)
	if seed < 0.5 || seed > 0.98 {
		t.Errorf("another seed shares %.2f of the melody, want the theme kept and something varied", seed)
	}
	if match > 0.6 || match >= seed {
		t.Errorf("another match shares %.2f of the melody: it is hardly another piece", match)
	}
}
