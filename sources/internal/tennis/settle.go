package tennis

// Repair is something in a record that was put right, or left out.
type Repair struct {
	Line    int64
	What    string // a class, not a case
	Skipped bool   // the point was left out
}

// Settle makes the points of m agree with the rules of f as far as the record
// allows: it fills in every point's Ruling, drops points after the end of the
// match, and returns what was odd.
//
// Three witnesses say whether a point ended a game: the winner beside the point,
// the number of the game beside the next point, and the rules of scoring; two of
// three decide. Where the record counts no games, and after its last point, the
// rules decide. The same holds for sets.
func (m *Match) Settle(f Format) []Repair {
	var odd []Repair
	marks, setMarks := false, false
	for i := range m.Points {
		marks = marks || m.Points[i].GameWinner != 0
		setMarks = setMarks || m.Points[i].SetWinner != 0
	}
	first := 0
	if len(m.Points) > 0 {
		first = m.Points[0].ServerSide()
	}
	s := f.Start(first)
	start := 0 // first point of the game
	before := [2]int16{}
	for i := range m.Points {
		p := &m.Points[i]
		if s.Over {
			for _, p := range m.Points[i:] {
				odd = append(odd, Repair{p.Line, "point after the end of the match", true})
			}
			m.Points = m.Points[:i]
			return odd
		}
		if i == start {
			m.markTieBreak(i)
			if tb := p.TieBreak; tb != Unsaid && (tb == Yes) != s.TieBreak {
				s.TieBreak = tb == Yes
			}
		}
		s.Serve(p.ServerSide())
		if p.Ruling.Game == Silent {
			odd = m.rule(f, &s, i, marks, setMarks, before, odd)
		}
		o := f.Play(&s, int(p.Winner), p.Ruling)
		if o.Game != 0 {
			start = i + 1
			before = p.Games
			if o.Set != 0 {
				before = [2]int16{}
			}
		}
	}
	return odd
}

// markTieBreak writes beside the first point of a game what its other points
// say: whether it is a tie-break. Without numbers of games only the point itself
// says.
func (m *Match) markTieBreak(first int) {
	p := &m.Points[first]
	for i := first; i < len(m.Points) && p.TieBreak != Yes; i++ {
		if i > first && p.GameNo == 0 && p.Ruling.Game == Silent {
			return
		}
		if i > first && m.newGame(i) {
			return
		}
		if t := m.Points[i].TieBreak; t != Unsaid {
			p.TieBreak = t
		}
	}
}

// rule decides point i from the three witnesses.
func (m *Match) rule(f Format, s *State, i int, marks, setMarks bool, before [2]int16, odd []Repair) []Repair {
	p := &m.Points[i]
	trial := *s
	byRules := f.Play(&trial, int(p.Winner), Ruling{})
	last := i+1 == len(m.Points)
	var next *Point
	if !last {
		next = &m.Points[i+1]
	}
	ends, unanimous := vote(byRules.Game != 0,
		!last && m.newGame(i+1), !last && p.GameNo != 0 && next.GameNo != 0,
		p.GameWinner != 0, marks)
	if !unanimous {
		odd = append(odd, Repair{Line: p.Line, What: "end of a game missing or marked on a wrong point"})
	}
	p.Ruling.Game = GoesOn
	if !ends {
		return odd
	}
	p.Ruling.Game = Ends
	p.Ruling.GameTo = gameTo(p, before)
	if p.Ruling.GameTo != int(p.Winner) {
		odd = append(odd, Repair{Line: p.Line, What: "game not won by the winner of its last point"})
	}

	trial = *s
	byRules = f.Play(&trial, int(p.Winner), Ruling{Game: Ends, GameTo: p.Ruling.GameTo})
	ends, unanimous = vote(byRules.Set != 0,
		!last && m.newSet(i+1), !last && p.SetNo != 0 && next.SetNo != 0,
		p.SetWinner != 0, setMarks)
	if !unanimous {
		odd = append(odd, Repair{Line: p.Line, What: "end of a set missing or marked on a wrong point"})
	}
	p.Ruling.Set = GoesOn
	if ends {
		p.Ruling.Set, p.Ruling.SetTo = Ends, int(p.SetWinner)
	}
	return odd
}

// vote lets the rules and up to two witnesses decide whether something ended.
func vote(rules, next, nextKnown, mark, markKnown bool) (ends, unanimous bool) {
	switch {
	case nextKnown && markKnown:
		n := 0
		for _, v := range [3]bool{rules, next, mark} {
			if v {
				n++
			}
		}
		return n >= 2, n == 0 || n == 3
	case nextKnown:
		// The record's own count of games is worth more than ours: a point may
		// lack.
		return next, next == rules
	case markKnown:
		return rules, rules == mark
	}
	return rules, true
}

// gameTo returns who won the game that p ended: what two of the winner beside
// it, the count of games and the point itself say.
func gameTo(p *Point, before [2]int16) int {
	count := 0
	if p.Games[0] >= 0 && p.Games[1] >= 0 {
		switch a, b := p.Games[0]-before[0], p.Games[1]-before[1]; {
		case a == 1 && b == 0:
			count = 1
		case b == 1 && a == 0:
			count = 2
		}
	}
	if count != 0 && count == int(p.GameWinner) {
		return count
	}
	return int(p.Winner)
}
