package tennis

// Format says under which rules a match is played. Sets but the deciding one
// always have a tie-break to 7 at 6-6.
type Format struct {
	BestOf int  // sets: 1, 3 or 5
	NoAd   bool // at 40-40 the next point decides the game
	// FinalAt is the number of games each at which the deciding set's tie-break
	// is played; 0 if it is played out by two games.
	FinalAt int
	// FinalTo is how many points the deciding set's tie-break goes to: 7 or 10.
	FinalTo int
	// MatchTieBreak means that a tie-break to FinalTo stands for the whole
	// deciding set.
	MatchTieBreak bool
}

// Need returns how many sets win the match.
func (f Format) Need() int { return f.BestOf/2 + 1 }

// State is the score of a match between two points. The zero State is not
// ready: use [Start]. A State is a value: a copy is independent.
type State struct {
	Sets   [2]int // sets won by player 1 and 2
	Games  [2]int // games won in this set
	Points [2]int // points won in this game: 4-3 is advantage
	// Server serves the next point, Opener served the first point of this game
	// (they differ only in tie-breaks). 0 until anybody is known to serve.
	Server, Opener int
	TieBreak       bool
	Over           bool // the match has been won

	Played [5][2]int // games of the sets that are over; their number is Sets[0]+Sets[1]
	Lost   [5]int    // points of the loser in their tie-break, -1 if there was none
	Game   int       // number of the game in its set, from 1
}

// Start returns the score before the first point. Server is who serves first,
// 0 if that is unknown.
func (f Format) Start(server int) State {
	s := State{Server: server, Opener: server, Game: 1}
	s.TieBreak = f.tieBreakNow(&s)
	return s
}

// Set returns the number of the set being played, from 1; after the match that
// of the last set.
func (s *State) Set() int {
	n := s.Sets[0] + s.Sets[1]
	if !s.Over {
		n++
	}
	return n
}

// Deciding reports whether the set being played decides the match.
func (f Format) Deciding(s *State) bool {
	need := f.Need()
	return s.Sets[0] == need-1 && s.Sets[1] == need-1
}

// tieBreakNow reports whether the next game of s is a tie-break.
func (f Format) tieBreakNow(s *State) bool {
	if f.Deciding(s) {
		if f.MatchTieBreak {
			return true
		}
		return f.FinalAt > 0 && s.Games[0] == f.FinalAt && s.Games[1] == f.FinalAt
	}
	return s.Games[0] == 6 && s.Games[1] == 6
}

// target returns how many points the tie-break of the current set goes to.
func (f Format) target(s *State) int {
	if f.Deciding(s) && f.FinalTo > 0 {
		return f.FinalTo
	}
	return 7
}

// gameWinner returns who has won the game of s by the rules, 0 if it goes on.
func (f Format) gameWinner(s *State) int {
	a, b := s.Points[0], s.Points[1]
	to, by := 4, 2
	switch {
	case s.TieBreak:
		to = f.target(s)
	case f.NoAd:
		by = 1
	}
	switch {
	case a >= to && a-b >= by:
		return 1
	case b >= to && b-a >= by:
		return 2
	}
	return 0
}

// setWinner returns who has won the set of s by the rules, given that winner
// has just won a game of it (a tie-break if tb), 0 if the set goes on.
func (f Format) setWinner(s *State, winner int, tb bool) int {
	if tb {
		return winner
	}
	a, b := s.Games[0], s.Games[1]
	switch {
	case a >= 6 && a-b >= 2:
		return 1
	case b >= 6 && b-a >= 2:
		return 2
	}
	return 0
}

// Verdict is what a record says about the end of a game or a set: that it did
// end with this point, that it did not, or nothing.
type Verdict int8

const (
	Silent Verdict = iota // the rules decide
	Ends
	GoesOn
)

// Ruling is what the record of a point says beyond who won it. The zero Ruling
// leaves everything to the rules.
type Ruling struct {
	Game Verdict
	Set  Verdict // matters only if the game ends
	// GameTo and SetTo are who won the game or the set; 0 leaves it to the rules,
	// then to whoever won the last point or more games.
	GameTo, SetTo int
}

// Outcome is what one point led to.
type Outcome struct {
	Game     int  // who won a game by it, or 0
	TieBreak bool // the game was a tie-break
	Break    bool // the game was won against the serve
	Love     bool // the loser of the game had no point in it
	Set      int  // who won a set by it, or 0
	Match    int  // who won the match by it, or 0
	// GameOdd and SetOdd mean that the rules alone would have decided otherwise
	// than the Ruling.
	GameOdd, SetOdd bool
}

// Play scores one point for winner (1 or 2). A match that is over stays as it
// is.
func (f Format) Play(s *State, winner int, r Ruling) (o Outcome) {
	if s.Over || winner < 1 || winner > 2 {
		return o
	}
	s.Points[winner-1]++
	by := f.gameWinner(s)
	won := by
	switch r.Game {
	case Ends:
		if won = r.GameTo; won == 0 {
			if won = by; won == 0 {
				won = winner
			}
		}
	case GoesOn:
		won = 0
	}
	o.GameOdd = won != by
	if won == 0 {
		if s.TieBreak && s.Opener != 0 {
			// One serve for the opener, then two for each in turn.
			s.Server = s.Opener
			if (s.Points[0]+s.Points[1]+1)/2%2 == 1 {
				s.Server = Other(s.Opener)
			}
		}
		return o
	}
	o.Game, o.TieBreak = won, s.TieBreak
	o.Break = !s.TieBreak && s.Server != 0 && won != s.Server
	o.Love = s.Points[Other(won)-1] == 0
	lost := -1
	if s.TieBreak {
		lost = s.Points[Other(won)-1]
	}
	s.Games[won-1]++
	s.Points = [2]int{}
	s.Game++
	if s.Opener != 0 {
		s.Opener = Other(s.Opener)
	}
	s.Server = s.Opener

	by = f.setWinner(s, won, o.TieBreak)
	set := by
	switch r.Set {
	case Ends:
		if set = by; set == 0 {
			switch a, b := s.Games[0], s.Games[1]; {
			case r.SetTo != 0:
				set = r.SetTo
			case a > b:
				set = 1
			case b > a:
				set = 2
			default:
				set = won
			}
		}
	case GoesOn:
		set = 0
	}
	o.SetOdd = set != by
	if set != 0 {
		o.Set = set
		f.endSet(s, set, lost)
		if s.Sets[set-1] >= f.Need() {
			o.Match, s.Over = set, true
		}
	}
	s.TieBreak = !s.Over && f.tieBreakNow(s)
	return o
}

// endSet books the set of s for winner.
func (f Format) endSet(s *State, winner, lost int) {
	if n := s.Sets[0] + s.Sets[1]; n < len(s.Played) {
		s.Played[n] = s.Games
		s.Lost[n] = lost
	}
	s.Sets[winner-1]++
	s.Games = [2]int{}
	s.Game = 1
}

// Serve tells s who serves the next point, where a record says so.
func (s *State) Serve(server int) {
	if server < 1 || server > 2 {
		return
	}
	s.Server = server
	if !s.TieBreak || s.Points[0]+s.Points[1] == 0 {
		s.Opener = server
	} else if s.Opener == 0 {
		s.Opener = server
		if (s.Points[0]+s.Points[1]+1)/2%2 == 1 {
			s.Opener = Other(server)
		}
	}
}

// Chances says what the next point can decide: for each flag the player who
// would decide it, 0 if nobody can.
type Chances struct {
	Deuce      bool // 40-40, also when the next point decides the game
	GamePoint  int  // the server, if winning the point wins the game; not in a tie-break
	BreakPoint int  // the receiver, if winning the point wins the game; not in a tie-break
	SetPoint   int
	MatchPoint int
}

// Chances returns what the next point of s can decide by the rules.
func (f Format) Chances(s *State) (c Chances) {
	if s.Over {
		return c
	}
	c.Deuce = !s.TieBreak && s.Points[0] >= 3 && s.Points[0] == s.Points[1]
	// Nothing can be decided before the third point of a game.
	if s.Points[0] < 3 && s.Points[1] < 3 {
		return c
	}
	for p := 1; p <= 2; p++ {
		if s.Points[p-1] < 3 {
			continue
		}
		next := *s
		o := f.Play(&next, p, Ruling{})
		if o.Game != p {
			continue
		}
		if !s.TieBreak {
			if p == s.Server {
				c.GamePoint = p
			} else if s.Server != 0 {
				c.BreakPoint = p
			}
		}
		if o.Set == p {
			c.SetPoint = p
		}
		if o.Match == p {
			c.MatchPoint = p
		}
	}
	return c
}

// fewest returns with how few points somebody can win the set and the match, if
// from s on all points were his: 24 and 72 at the start of five sets. Both are 0
// once the match is over.
func (f Format) fewest(s *State) (set, match int) {
	for p := 1; p <= 2 && !s.Over; p++ {
		x, n, own := *s, 0, 0
		// Who wins every point is through after 24 a set; the bound is for scores of
		// records that no rule foresaw.
		for !x.Over && n < 1000 {
			n++
			if o := f.Play(&x, p, Ruling{}); o.Set != 0 && own == 0 {
				own = n
			}
		}
		if set == 0 || own < set {
			set = own
		}
		if match == 0 || n < match {
			match = n
		}
	}
	return set, match
}
