package tennis

import (
	"strconv"
	"strings"
)

var callWords = [5]string{"0", "15", "30", "40", "AD"}

// scores are the texts of all scores of a game that are often asked for:
// ordinary games, then tie-breaks.
var scores = func() (t struct {
	game [5][5]string
	tb   [16][16]string
}) {
	for a := range t.game {
		for b := range t.game[a] {
			t.game[a][b] = callWords[a] + "-" + callWords[b]
		}
	}
	for a := range t.tb {
		for b := range t.tb[a] {
			t.tb[a][b] = strconv.Itoa(a) + "-" + strconv.Itoa(b)
		}
	}
	return t
}()

// score returns the score of the game in s, the given player's first.
func score(s *State, first int) string {
	a, b := s.Points[first-1], s.Points[Other(first)-1]
	if s.TieBreak {
		if a < len(scores.tb) && b < len(scores.tb) {
			return scores.tb[a][b]
		}
		return strconv.Itoa(a) + "-" + strconv.Itoa(b)
	}
	if a >= 3 && b >= 3 {
		d := a - b
		a, b = 3, 3
		if d > 0 {
			a = 4
		} else if d < 0 {
			b = 4
		}
	}
	return scores.game[min(a, 4)][min(b, 4)]
}

// call returns what the umpire says after a point that had the outcome o and was
// served by server.
func (g *telling) call(o Outcome, server int) string {
	s := &g.s
	switch {
	case o.Match != 0:
		return "Game, set and match, " + g.names[o.Match-1]
	case o.Set != 0:
		return g.calls[o.Set-1][2]
	case o.Game != 0:
		return g.calls[o.Game-1][1]
	case g.now.Deuce:
		return "Deuce"
	}
	if !s.TieBreak && s.Points[0] >= 3 && s.Points[1] >= 3 {
		if s.Points[0] > s.Points[1] {
			return g.calls[0][0]
		}
		return g.calls[1][0]
	}
	if server == 0 {
		server = 1
	}
	return score(s, server)
}

// result returns the n-th set that is over (from 0), first's games first.
func (s *State) result(n, first int) string {
	if n < 0 || n >= len(s.Played) {
		return ""
	}
	if first == 0 {
		first = 1
	}
	g := s.Played[n]
	var b []byte
	b = strconv.AppendInt(b, int64(g[first-1]), 10)
	b = append(b, '-')
	b = strconv.AppendInt(b, int64(g[Other(first)-1]), 10)
	if s.Lost[n] >= 0 {
		b = append(b, '(')
		b = strconv.AppendInt(b, int64(s.Lost[n]), 10)
		b = append(b, ')')
	}
	return string(b)
}

// results returns all sets, first's games first, the unfinished one last.
func (s *State) results(first int) string {
	n := s.Sets[0] + s.Sets[1]
	words := make([]string, 0, n+1)
	for i := range min(n, len(s.Played)) {
		words = append(words, s.result(i, first))
	}
	if s.Games != [2]int{} {
		if first == 0 {
			first = 1
		}
		words = append(words, strconv.Itoa(s.Games[first-1])+"-"+strconv.Itoa(s.Games[Other(first)-1]))
	}
	return strings.Join(words, " ")
}

// retired reports whether the list of matches says that somebody gave up.
func (m *Match) retired() bool {
	s := strings.ToLower(m.Status)
	return strings.Contains(s, "retire") || strings.Contains(s, "ret.") || s == "ret" || strings.Contains(s, "default") || strings.Contains(s, "walkover")
}
