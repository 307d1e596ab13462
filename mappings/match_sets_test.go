package mappings_test

import (
	"fmt"
	"testing"
)

// invented is a set of a contest that never was.
func invented(sport string, seed uint64, speed int) set {
	return set{name: fmt.Sprint(sport, " ", seed), data: func(t testing.TB) string { return invent(sport, seed).file(t) },
		piece: fmt.Sprintf("[source.feed]\ntype = \"jsonl\"\nevent_from = \"kind\"\ntime = \"t\"\nmax_gap = \"0s\"\nspeed = %d\n", speed) + "path = %q\n"}
}

// Of each sport one match and another, and a few bare scores.
var _ = add("match", invented("basketball", 3, 30), invented("football", 1, 60), invented("baseball", 2, 30), invented("basketball", 5, 20), invented("football", 4, 90),
	set{name: "only scores", data: func(t testing.TB) string {
		return feed(t, []map[string]any{
			{"t": 0, "kind": "match.started"},
			{"t": 1300, "kind": "match.score", "side": 2}, {"t": 3500, "kind": "match.score", "side": 1},
			{"t": 5100, "kind": "match.score", "side": 1}, {"t": 6600, "kind": "match.ended"},
		})
	}, piece: "[source.feed]\ntype = \"jsonl\"\nevent_from = \"kind\"\ntime = \"t\"\nmax_gap = \"0s\"\nspeed = 60\npath = %q\n"},
	set{name: "a game of baseball", real: "ballgames/mlb-715720-innings-1-2.json", piece: "[source.park]\ntype = \"mlb\"\nspeed = 20\npath = %q\n"},
)
