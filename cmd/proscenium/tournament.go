package main

import (
	"fmt"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/sim"
)

// tournament returns what the n-th round of the demonstration station overrides: the
// n-th match of its programme, one day after the other.
func tournament(h *sonify.Header, n uint64) []string {
	day := sim.Cup(h.Seed, int(n/sim.CupMatches))
	k := int(n % sim.CupMatches)
	f := &day[k]
	about := fmt.Sprintf("%s: match %d of %d", h.Title, k+1, len(day))
	if k+1 < len(day) {
		next := &day[k+1]
		about += fmt.Sprintf("; next, %s v %s", next.Players[0], next.Players[1])
	}
	about += ". " + h.About
	return []string{
		fmt.Sprintf("title=%q", fmt.Sprintf("%s's %s: %s v %s", f.Draw, f.Round, f.Players[0], f.Players[1])),
		fmt.Sprintf("about=%q", strings.TrimSpace(about)),
		fmt.Sprintf("source.court.seed=%d", f.Seed),
		fmt.Sprintf("source.court.best_of=%d", f.BestOf),
		fmt.Sprintf("source.court.players=[%q, %q]", f.Players[0], f.Players[1]),
		fmt.Sprintf("source.court.strengths=[%d, %d]", f.Strengths[0], f.Strengths[1]),
	}
}
