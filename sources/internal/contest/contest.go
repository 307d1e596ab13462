// Package contest tells contests between two sides that have no language of their
// own (basketball, baseball, cricket, ...) in the kinds match.* of the vocabulary, from
// what services report while they last.
package contest

import (
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/vocabulary"
)

// Match is a match that is told. Its methods are for one goroutine. Of what is told,
// what the teller of the sport does not know is missing.
type Match struct {
	ID     string
	Sport  string // small letters
	League string
	Teams  [2]string

	Period   int           // from 1; 0: before the first
	Clock    time.Duration // played so far; negative: a sport without a clock
	Left     time.Duration // of the period; negative: unknown
	Progress float64       // 0 to 1: how much of the usual match is over; negative: unknown

	At    time.Time     // of the events that are told; zero: unknown
	Since time.Duration // the source's own clock at that moment
	Line  int64

	source string
	tally  *sonify.Tally
	score  [2]float64
	begun  bool
	paused bool
	over   bool
}

// New returns a match of which nothing is known but its names. The tally takes what
// does not fit; it may not be nil.
func New(source string, tally *sonify.Tally, sport, id string, teams [2]string) *Match {
	m := &Match{ID: id, Sport: sport, Teams: teams, source: source, tally: tally, Clock: -1, Left: -1, Progress: -1}
	for s := range m.Teams {
		if m.Teams[s] = strings.TrimSpace(m.Teams[s]); m.Teams[s] == "" {
			tally.Add(sonify.Absent, "team without a name", 0)
			m.Teams[s] = "Team " + strconv.Itoa(s+1)
		}
	}
	return m
}

// Begun reports whether the match was told to begin, and Over whether to end.
func (m *Match) Begun() bool { return m.begun }

// Over reports whether the match has ended.
func (m *Match) Over() bool { return m.over }

// Score returns the score as it was told last.
func (m *Match) Score() [2]float64 { return m.score }

// Resume takes a score for known: what was scored before is not told.
func (m *Match) Resume(score [2]float64) {
	for s := range score {
		if score[s] >= 0 && score[s] <= mostPoints {
			m.score[s] = score[s]
		}
	}
}

// Start tells the beginning. The second time it does nothing.
func (m *Match) Start(emit func(sonify.Event)) {
	if !m.begun && !m.over {
		m.begun = true
		emit(m.draft(vocabulary.MatchStarted).Event)
	}
}

// Turn tells that the match's period begins, or ends.
func (m *Match) Turn(begins bool, emit func(sonify.Event)) {
	if !m.over {
		e := m.draft(vocabulary.MatchPeriod)
		e.Bool("begins", begins)
		emit(e.Event)
	}
}

// Pause tells that the match is interrupted, or goes on: what is so already is not told.
func (m *Match) Pause(paused bool, emit func(sonify.Event)) {
	if m.over || !m.begun || m.paused == paused {
		return
	}
	m.paused = paused
	shape := vocabulary.MatchResumed
	if paused {
		shape = vocabulary.MatchPaused
	}
	emit(m.draft(shape).Event)
}

// A Deed is what somebody did. What is unknown stays zero.
type Deed struct {
	Side    int    // 1 or 2
	Play    string // in the words of the service; it is made small, with underscores
	Player  string
	Success sonify.Value // a truth, or missing
	Value   float64      // what was measured of it, in Unit
	Unit    string       // "": nothing was
	Where   bool         // X and Y are known
	X, Y    float64      // 0 to 1, from side 1's end and left
}

// Play tells something that did not change the score.
func (m *Match) Play(d *Deed, emit func(sonify.Event)) {
	if m.over {
		return
	}
	e := m.draft(vocabulary.MatchPlay)
	if d.Side == 1 || d.Side == 2 {
		e.Num("side", float64(d.Side))
	}
	e.Text("play", Small(d.Play)).Set("success", d.Success).Num("points", 0).Text("player", d.Player)
	if d.Unit != "" {
		e.Num("value", d.Value).Text("unit", d.Unit)
	}
	if d.Where {
		e.Num("x", min(max(d.X, 0), 1)).Num("y", min(max(d.Y, 0), 1))
	}
	emit(e.Event)
}

// mostPoints bounds a score, against nonsense.
const mostPoints = 10_000

// To tells that the score is now the one given, and what did it; d may be nil. Where both
// sides have scored since, one is told after the other. It reports whether anything
// has changed.
func (m *Match) To(score [2]float64, d *Deed, emit func(sonify.Event)) bool {
	if m.over {
		return false
	}
	changed := false
	for s := range score {
		to := score[s]
		if !(to >= 0 && to <= mostPoints) {
			m.tally.Add(sonify.Repaired, "score that cannot be, left as it was", m.Line)
			continue
		}
		points := to - m.score[s]
		if points == 0 {
			continue
		}
		changed = true
		if points < 0 {
			m.tally.Add(sonify.Repaired, "score that was put right downwards", m.Line)
		}
		before := m.score[s] - m.score[1-s]
		m.score[s] = to
		after := m.score[s] - m.score[1-s]
		e := m.draft(vocabulary.MatchScore)
		e.Num("side", float64(s+1)).Num("points", points).Bool("equaliser", after == 0).Bool("takes_lead", before <= 0 && after > 0)
		if d != nil && (d.Side == s+1 || d.Side == 0) {
			e.Text("play", Small(d.Play)).Text("player", d.Player)
		}
		emit(e.Event)
	}
	return changed
}

// End tells the end, and how it came about: "win" if result is empty and somebody is
// ahead, "draw" if nobody is. The second time it does nothing.
func (m *Match) End(result string, emit func(sonify.Event)) {
	side := m.Leader()
	if result == "" {
		if result = "win"; side == 0 {
			result = "draw"
		}
	}
	m.EndSide(side, result, emit)
}

// EndFor is End where the score alone does not say who has won: winner is the name of
// a side, or anything else for nobody.
func (m *Match) EndFor(winner, result string, emit func(sonify.Event)) {
	side := 0
	for s, name := range m.Teams {
		if winner == name {
			side = s + 1
		}
	}
	m.EndSide(side, result, emit)
}

// EndSide is End for a winner that the caller knows: 1 or 2, 0 for nobody, -1 if that is not
// known. Of a match that was called off there is no winner, whatever side is.
func (m *Match) EndSide(side int, result string, emit func(sonify.Event)) {
	if m.over {
		return
	}
	m.over = true
	if m.Progress >= 0 && result != "called_off" {
		m.Progress = 1
	}
	e := m.draft(vocabulary.MatchEnded)
	e.Text("result", result)
	if result != "called_off" && side >= 0 {
		e.Num("winner", float64(side))
		if side > 0 {
			e.Text("winner_name", m.Teams[side-1])
		}
	}
	emit(e.Event)
}

// Leader returns the side that is ahead, 0 if none is.
func (m *Match) Leader() int {
	switch {
	case m.score[0] > m.score[1]:
		return 1
	case m.score[1] > m.score[0]:
		return 2
	}
	return 0
}

// draft begins an event of the match as it stands.
func (m *Match) draft(shape *sonify.Shape) vocabulary.Draft {
	e := vocabulary.New(shape)
	e.Source, e.At, e.Line = m.source, m.At, m.Line
	e.Clocked(m.Since)
	e.Text("match", m.ID).Text("sport", m.Sport).Text("league", m.League).Text("team1", m.Teams[0]).Text("team2", m.Teams[1])
	e.Num("score1", m.score[0]).Num("score2", m.score[1]).Text("score", figure(m.score[0])+"-"+figure(m.score[1]))
	e.Num("lead", m.score[0]-m.score[1]).Num("leader", float64(m.Leader())).Num("period", float64(m.Period))
	if m.Clock >= 0 {
		e.Num("clock_s", m.Clock.Seconds())
	}
	if m.Left >= 0 {
		e.Num("left_s", m.Left.Seconds())
	}
	if m.Progress >= 0 {
		e.Num("progress", min(m.Progress, 1))
	}
	return e
}

func figure(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Small puts the words of a service into the form of the vocabulary: "Home Run" is
// home_run.
func Small(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
			continue
		}
		gap = true
	}
	out := b.String()
	if len(out) > 60 {
		out = out[:60]
	}
	return out
}
