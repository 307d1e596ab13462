package station_test

import (
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
	"proscenium/sources"
)

// A programme gives every round a title of its own; what went on the air is what the
// log renders, and a station that was killed goes on in the round where it stood.
func TestRound_HasOverridesOfItsOwn(t *testing.T) {
	round := func(h *sonify.Header, n uint64) []string {
		return []string{fmt.Sprintf("title=%q", fmt.Sprintf("%s %d, seed %d", h.Title, n, h.Seed)), fmt.Sprintf("source.s.count=%d", 5+n)}
	}
	synctest.Test(t, func(t *testing.T) {
		dir, killed := t.TempDir(), t.TempDir()
		rec := &recorder{}
		air, _ := onAir(t, station.Options{Journal: dir, Round: round}, walk, 30*time.Second, func(s *station.Station) {
			s.Attach(rec)
			sleep(14 * time.Second)
			if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
				t.Error(err)
			}
		})
		var titles []string
		for _, h := range rec.headers {
			titles = append(titles, fmt.Sprint(h.Title, ": ", h.Seed))
		}
		if want := "[Walk 0, seed 5: 5 Walk 1, seed 5: 6 Walk 2, seed 5: 7 Walk 3, seed 5: 8 Walk 4, seed 5: 9]"; fmt.Sprint(titles) != want {
			t.Errorf("got  %v\nwant %s", titles, want)
		}
		if log := rendered(t, dir); log.String() != air.String() {
			t.Errorf("the log renders %v, on the air went %v", log, air)
		}
		_, st := onAir(t, station.Options{Journal: killed, Round: round}, walk, 2*time.Second, nil)
		if !st.Resumed || st.Title != "Walk 2, seed 5" || st.Round != 2 {
			t.Errorf("gone on with as %q, round %d", st.Title, st.Round)
		}
		// A title that a person gave is the one of every round.
		_, st = onAir(t, station.Options{Set: []string{"title=Mine"}, Round: round}, walk, 20*time.Second, nil)
		if st.Title != "Mine" || st.Round == 0 {
			t.Errorf("it is called %q in round %d", st.Title, st.Round)
		}
	})
}

// A source that ends with its last event, in the middle of a stretch: the log says so
// after that event, and can be rendered. Match after match it came out otherwise.
func TestRound_ALogOfManyIsInOrder(t *testing.T) {
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	world := mapping.Env{Sources: &reg, Library: mappings.Get, Mappings: mappings.Names(), Version: "test", Probe: true}
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		air, st := onAir(t, station.Options{Env: world, Journal: dir}, "mapping = \"tennis\"\nseed = 1\nsource.s = { type = \"sim\", of = \"tennis\", speed = 240 }\n", 150*time.Second, nil)
		if st.Round < 2 || st.JournalError != "" {
			t.Fatalf("%d rounds, %s", st.Round, st.JournalError)
		}
		if log := rendered(t, dir); log.String() != air.String() {
			t.Errorf("the log renders %v, on the air went %v", log, air)
		}
	})
}
