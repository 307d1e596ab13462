package tennis

// Model is the chance of winning a match from any score, if every point is won
// by the server with one and the same probability, whoever serves and whatever
// happened before. It uses only + - * / with every product rounded before it is
// added, so that it gives the same bits on every CPU.
type Model struct {
	f     Format
	p, q  float64         // the server wins, loses a point
	game  [5][5]float64   // the server wins the game from points won, lost
	tb    [2][]float64    // player 1 wins the tie-break to 7 (0) or FinalTo (1)
	hold  float64         // game[0][0]
	match [3][3][]float64 // player 1 wins the match from sets, by games and server
	known [3][3][]bool
}

// How often the server wins a point, as the Model takes it. They are what
// players of the great tournaments on hard court come to over a season, in
// round figures.
const (
	ServeMen   = 0.64
	ServeWomen = 0.58
	ServeOther = 0.62
)

// games is one more than the most games of one player that the tables know:
// tie-breaks at 12-12 existed.
const games = 14

// NewModel returns the model of a match under f whose servers win a point with
// probability p, which must lie strictly between 0 and 1.
func NewModel(f Format, p float64) *Model {
	m := &Model{f: f, p: p, q: 1 - p}
	m.fillGame()
	m.tb[0] = m.tieBreak(7)
	m.tb[1] = m.tieBreak(max(f.FinalTo, 1))
	for a := range m.match {
		for b := range m.match[a] {
			m.match[a][b] = make([]float64, games*games*2)
			m.known[a][b] = make([]bool, games*games*2)
		}
	}
	return m
}

func (m *Model) fillGame() {
	p, q := m.p, m.q
	deuce := p
	if !m.f.NoAd {
		// Two points in a row decide: p²/(p²+q²).
		pp, qq := float64(p*p), float64(q*q)
		deuce = pp / (pp + qq)
	}
	g := &m.game
	g[3][3] = deuce
	g[4][3] = p + float64(q*deuce)
	g[3][4] = float64(p * deuce)
	for b := 0; b <= 2; b++ {
		g[4][b] = 1
	}
	for sum := 5; sum >= 0; sum-- {
		for a := 3; a >= 0; a-- {
			b := sum - a
			if b < 0 || b > 3 {
				continue
			}
			g[a][b] = float64(p*g[a+1][b]) + float64(q*g[a][b+1])
		}
	}
	m.hold = g[0][0]
}

// tieBreak returns the table of a tie-break to n points, player 1 opening:
// [a*(n+1)+b]. From n-1 all on, one serve of each decides, so that both have
// the same chance.
func (m *Model) tieBreak(n int) []float64 {
	t := make([]float64, (n+1)*(n+1))
	at := func(a, b int) float64 {
		switch {
		case a >= n && b < n-1:
			return 1
		case b >= n && a < n-1:
			return 0
		}
		return t[a*(n+1)+b]
	}
	for sum := 2*n - 1; sum >= 0; sum-- {
		for a := min(n, sum); a >= 0; a-- {
			b := sum - a
			if b > n || a == n && b < n-1 || b == n && a < n-1 {
				continue
			}
			x := m.p // player 1 wins the next point
			if (sum+1)/2%2 == 1 {
				x = m.q
			}
			var v float64
			switch {
			case a == n-1 && b == n-1:
				v = 0.5
			case a == n && b == n-1:
				v = x + float64((1-x)*0.5)
			case a == n-1 && b == n:
				v = x * 0.5
			default:
				v = float64(x*at(a+1, b)) + float64((1-x)*at(a, b+1))
			}
			t[a*(n+1)+b] = v
		}
	}
	return t
}

// winTieBreak returns the chance of player 1 in the tie-break of s.
func (m *Model) winTieBreak(s *State) float64 {
	n, t := 7, m.tb[0]
	if m.f.Deciding(s) && m.f.FinalTo > 0 {
		n, t = m.f.FinalTo, m.tb[1]
	}
	a, b := s.Points[0], s.Points[1]
	switch {
	case a >= n && a-b >= 2:
		return 1
	case b >= n && b-a >= 2:
		return 0
	}
	if min(a, b) >= n-1 { // only the difference counts, and who serves
		x := m.p
		if s.Server == 2 {
			x = m.q
		}
		switch {
		case a > b:
			return x + float64((1-x)*0.5)
		case a < b:
			return x * 0.5
		}
		return 0.5
	}
	if s.Opener == 2 {
		return 1 - t[b*(n+1)+a]
	}
	return t[a*(n+1)+b]
}

// winGame returns the chance of player 1 in the ordinary game of s.
func (m *Model) winGame(s *State) float64 {
	sv := s.Server
	if sv == 0 {
		sv = 1
	}
	a, b := s.Points[sv-1], s.Points[Other(sv)-1]
	if a >= 3 && b >= 3 {
		switch d := a - b; {
		case d == 0:
			a, b = 3, 3
		case d > 0:
			a, b = 4, 3
		default:
			a, b = 3, 4
		}
	}
	// A record may count points that the rules do not know.
	a, b = min(a, 4), min(b, 4)
	if a == 4 && b < 3 || b == 4 && a < 3 {
		a, b = min(a, 3), min(b, 3)
	}
	w := m.game[a][b]
	if sv == 2 {
		return 1 - w
	}
	return w
}

// from returns the chance of player 1 at the start of a game: sets a-b, games
// i-j, s serves.
func (m *Model) from(a, b, i, j, s int) float64 {
	need := m.f.Need()
	if a >= need {
		return 1
	}
	if b >= need {
		return 0
	}
	deciding := a == need-1 && b == need-1
	at, to := 6, 0
	if deciding {
		at = m.f.FinalAt
		if m.f.FinalTo > 0 {
			to = 1
		}
		if m.f.MatchTieBreak {
			at, i, j = 0, 0, 0
			t := m.tb[to][0]
			if s == 2 {
				t = 1 - t
			}
			return t
		}
	}
	if (at == 0 || i > at || j > at) && i >= 5 && j >= 5 {
		// By two games (or a record that went on where the rules would not have):
		// only the difference counts.
		k := min(i, j) - 5
		i, j = min(i-k, 6), min(j-k, 6)
		if i == j { // one service game of each decides
			return float64(0.5*m.from(a+1, b, 0, 0, s)) + float64(0.5*m.from(a, b+1, 0, 0, s))
		}
	}
	i, j = min(i, games-1), min(j, games-1)
	slot := (i*games+j)*2 + s - 1
	if m.known[a][b][slot] {
		return m.match[a][b][slot]
	}
	var won, lost, g float64
	o := Other(s)
	if at > 0 && i == at && j == at {
		g = m.tb[to][0]
		if s == 2 {
			g = 1 - g
		}
		won, lost = m.from(a+1, b, 0, 0, o), m.from(a, b+1, 0, 0, o)
	} else {
		g = m.hold
		if s == 2 {
			g = 1 - g
		}
		won, lost = m.afterGame(a, b, i+1, j, o), m.afterGame(a, b, i, j+1, o)
	}
	v := float64(g*won) + float64((1-g)*lost)
	m.match[a][b][slot], m.known[a][b][slot] = v, true
	return v
}

// afterGame is from, after a game that may have ended the set.
func (m *Model) afterGame(a, b, i, j, s int) float64 {
	switch {
	case i >= 6 && i-j >= 2:
		return m.from(a+1, b, 0, 0, s)
	case j >= 6 && j-i >= 2:
		return m.from(a, b+1, 0, 0, s)
	}
	return m.from(a, b, i, j, s)
}

// Win returns the probability that player 1 wins the match from s.
func (m *Model) Win(s *State) float64 {
	need := m.f.Need()
	switch {
	case s.Sets[0] >= need:
		return 1
	case s.Sets[1] >= need:
		return 0
	}
	a, b := s.Sets[0], s.Sets[1]
	next := 2 // who serves the next game
	if s.Opener == 2 {
		next = 1
	}
	var g, won, lost float64
	if s.TieBreak {
		g = m.winTieBreak(s)
		won, lost = m.from(a+1, b, 0, 0, next), m.from(a, b+1, 0, 0, next)
	} else {
		g = m.winGame(s)
		i, j := s.Games[0], s.Games[1]
		won, lost = m.afterGame(a, b, i+1, j, next), m.afterGame(a, b, i, j+1, next)
	}
	return float64(g*won) + float64((1-g)*lost)
}

// Importance returns by how much the next point moves the chance of winning the
// match: the chance of player 1 if it is won, less the chance if it is lost.
// It is never negative.
func (m *Model) Importance(s *State) float64 {
	if s.Over {
		return 0
	}
	x, y := *s, *s
	m.f.Play(&x, 1, Ruling{})
	m.f.Play(&y, 2, Ruling{})
	return max(0, m.Win(&x)-m.Win(&y))
}
