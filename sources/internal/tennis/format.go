package tennis

// usual returns the rules of a match as its tournament had them that year, as
// far as they are known; the points may prove them wrong.
//
// The years are those of the tournaments' own announcements: final sets were
// played out by two games except at the US Open; Wimbledon had a tie-break at
// 12-12 from 2019, the Australian Open one to 10 at 6-6 from 2019, all four
// from 2022. Wimbledon's men's doubles were best of five until 2022.
func usual(slam string, year int, c Category) Format {
	f := Format{BestOf: 3, FinalAt: 6, FinalTo: 7}
	if c == Men {
		f.BestOf = 5
	}
	if year >= 2022 {
		f.FinalTo = 10
	}
	switch slam {
	case "ausopen":
		if year >= 2019 {
			f.FinalTo = 10
		} else if year > 0 && (c == Men || c == Women) {
			f.FinalAt = 0
		}
	case "frenchopen":
		if year > 0 && year < 2022 && (c == Men || c == Women) {
			f.FinalAt = 0
		}
	case "wimbledon":
		if c == MenDoubles && year > 0 && year < 2023 {
			f.BestOf = 5
		}
		switch {
		case year > 0 && year < 2019:
			f.FinalAt = 0
		case year >= 2019 && year < 2022:
			f.FinalAt = 12
		}
	case "":
		f.FinalTo = 7
	}
	if c == Mixed && slam != "wimbledon" {
		f.MatchTieBreak, f.FinalTo = true, 10
	}
	return f
}

// game is a run of points that the record counts as one game.
type game struct {
	first, last int // indexes in Match.Points, both within
	set         int // counted from 0
	won         [2]int
	tb          Flag
}

// games cuts the points of m where the record starts another game or set.
func (m *Match) games() []game {
	var gs []game
	set := 0
	for i := range m.Points {
		p := &m.Points[i]
		if i == 0 || m.newGame(i) {
			if i > 0 && m.newSet(i) {
				set++
			}
			gs = append(gs, game{first: i, last: i, set: set})
		}
		g := &gs[len(gs)-1]
		g.last = i
		g.won[p.Winner-1]++
		if p.TieBreak == Yes || p.TieBreak == No && g.tb == Unsaid {
			g.tb = p.TieBreak
		}
	}
	return gs
}

func (m *Match) newGame(i int) bool {
	a, b := &m.Points[i-1], &m.Points[i]
	if a.GameNo == 0 || b.GameNo == 0 {
		return a.Ruling.Game == Ends
	}
	return a.GameNo != b.GameNo || m.newSet(i)
}

func (m *Match) newSet(i int) bool {
	a, b := &m.Points[i-1], &m.Points[i]
	if a.SetNo == 0 || b.SetNo == 0 {
		return a.Ruling.Set == Ends
	}
	return a.SetNo != b.SetNo
}

// Format finds out under which rules m was played: what is usual for its kind,
// corrected by what its points show. It looks at the whole match, so that a
// match point can be called one before anybody knows how the match ends.
func (m *Match) Format() Format {
	f := usual(m.Slam, m.Year, m.Category)
	gs := m.games()
	sets, needs := [2]int{}, 0
	noAd, ad := 0, 0
	for i := 0; i < len(gs); {
		j := i
		var won [2]int
		for ; j < len(gs) && gs[j].set == gs[i].set; j++ {
			g := &gs[j]
			hi, lo := max(g.won[0], g.won[1]), min(g.won[0], g.won[1])
			if g.tb != Yes && j+1 < len(gs) {
				switch {
				case hi == 4 && lo == 3:
					noAd++
				case lo >= 3 && hi-lo == 2:
					ad++
				}
			}
			if g.won[0] > g.won[1] {
				won[0]++
			} else {
				won[1]++
			}
		}
		if j < len(gs) || m.ended(gs, i, won) {
			if won[0] > won[1] {
				sets[0]++
			} else {
				sets[1]++
			}
		}
		needs = max(needs, sets[0], sets[1])
		i = j
	}
	f.NoAd = noAd > ad
	if needs >= 3 || len(gs) > 0 && gs[len(gs)-1].set >= 3 {
		f.BestOf = 5
	}
	if m.BestOf != 0 {
		f.BestOf = m.BestOf
	}
	m.finalSet(gs, &f)
	return f
}

// ended reports whether the last set of the record, whose games begin at gs[i],
// was won.
func (m *Match) ended(gs []game, i int, won [2]int) bool {
	hi, lo := max(won[0], won[1]), min(won[0], won[1])
	last := &gs[len(gs)-1]
	if last.tb == Yes {
		g := max(last.won[0], last.won[1])
		return g >= 7 && g-min(last.won[0], last.won[1]) >= 2
	}
	return hi >= 6 && hi-lo >= 2
}

// finalSet corrects how f ends the deciding set by how the record's did.
func (m *Match) finalSet(gs []game, f *Format) {
	final := f.BestOf - 1 // counted from 0
	var games [2]int
	for i := range gs {
		g := &gs[i]
		if g.set != final {
			continue
		}
		even := games[0] == games[1]
		switch {
		case g.tb == Yes && even:
			f.MatchTieBreak = games[0] == 0
			if !f.MatchTieBreak {
				f.FinalAt = games[0]
			} else {
				f.FinalTo = 10
			}
			f.FinalTo = m.tieBreakTo(g, f.FinalTo)
		case games[0] == 0 && games[1] == 0 && g.tb == No:
			f.MatchTieBreak = false
		case even && f.FinalAt == games[0] && f.FinalAt > 0 && g.tb == No:
			f.FinalAt = 0 // played on where a tie-break was expected
		}
		if g.won[0] > g.won[1] {
			games[0]++
		} else {
			games[1]++
		}
	}
}

// tieBreakTo returns how many points the tie-break g went to; usual if its
// points fit that or show nothing.
func (m *Match) tieBreakTo(g *game, usual int) int {
	var w [2]int
	for i := g.first; i < g.last; i++ { // but the last point
		w[m.Points[i].Winner-1]++
		if hi, lo := max(w[0], w[1]), min(w[0], w[1]); hi >= 7 && hi-lo >= 2 {
			return 10 // it went on where one to 7 is over
		}
	}
	hi, lo := max(g.won[0], g.won[1]), min(g.won[0], g.won[1])
	if hi < 10 && hi >= 7 && hi-lo >= 2 && m.Points[g.last].GameWinner != 0 {
		return 7
	}
	return usual
}
