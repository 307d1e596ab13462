package station_test

import (
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/station"
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
