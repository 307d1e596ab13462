package sim_test

import (
	"slices"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/sim"
)

// Who wins a match of a cup, as the source plays it, is who plays on.
func TestCup_WinnersGoOn(t *testing.T) {
	for day := range 4 {
		cup := sim.Cup(3, day)
		if cup != sim.Cup(3, day) {
			t.Fatal("the same day has other matches")
		}
		if cup == sim.Cup(3, day+2) || cup == sim.Cup(4, day) {
			t.Error("another day has the same matches")
		}
		var won []string
		for n, f := range cup {
			events := run(t, 99, func(c *sim.Config) {
				c.Seed, c.BestOf, c.Players, c.Strengths = f.Seed, f.BestOf, f.Players[:], f.Strengths[:]
			})
			last := events[len(events)-1]
			if last.Kind() != "tennis.match_won" {
				t.Fatalf("the last event is %s", last.Kind())
			}
			name := text(t, &last, "winner_name")
			if !slices.Contains(f.Players[:], name) {
				t.Errorf("%s won a match of %v", name, f.Players)
			}
			if n >= 4 && (f.Players[0] != won[2*(n-4)] || f.Players[1] != won[2*(n-4)+1]) {
				t.Errorf("day %d: %v play the %s, the winners so far are %v", day, f.Players, f.Round, won)
			}
			won = append(won, name)
		}
		if cup[3].Round != "quarter-final" || cup[4].Round != "semi-final" || cup[6].Round != "final" {
			t.Errorf("the rounds are %v", cup)
		}
	}
}

func text(t *testing.T, ev *sonify.Event, field string) string {
	t.Helper()
	slot := ev.Shape.Slot(field)
	if slot < 0 {
		t.Fatalf("%s has no %s", ev.Kind(), field)
	}
	return ev.Values[slot].String()
}
