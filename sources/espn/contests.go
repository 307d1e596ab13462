package espn

import (
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/contest"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/vocabulary"
)

// most bounds how many matches are followed at once.
const most = 1024

// contests is a normaliser for scoreboards of all sports but football: it tells what
// has changed since the answer before.
type contests struct {
	source string
	sport  string
	tally  *sonify.Tally
	whole  bool // a match that is over when it is met is told, too

	known map[string]*followed
	first time.Time
	since time.Duration
}

type followed struct {
	m      *contest.Match
	period int
	games  [2]float64 // of tennis: in the set
	ignore bool       // it was over when it was met
	seen   time.Time
}

func newContests(source, sport string, tally *sonify.Tally, whole bool) *contests {
	return &contests{source: source, sport: sport, tally: tally, whole: whole, known: make(map[string]*followed)}
}

// Prospect implements [decode.Normaliser].
func (n *contests) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: vocabulary.MatchShapes(), Timed: true}
}

// Normalise implements [decode.Normaliser].
func (n *contests) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	list, err := competitions(m.Body, n.tally)
	if err != nil {
		return err
	}
	at := m.At
	if at.IsZero() {
		at = time.Now()
	}
	if n.first.IsZero() {
		n.first = at
	}
	n.since = max(n.since, at.Sub(n.first))
	for i := range list {
		n.hear(&list[i], at, m.Line, emit)
	}
	return nil
}

// hear tells what is new of a match.
func (n *contests) hear(c *competition, at time.Time, line int64, emit func(sonify.Event)) {
	f := n.known[c.id]
	if f == nil {
		if f = n.meet(c, at); f == nil {
			return
		}
	}
	f.seen = at
	if f.ignore || c.state == "pre" || c.state == "" {
		return
	}
	m := f.m
	m.At, m.Since, m.Line = at, n.since, line
	n.moment(m, c)
	m.Start(emit)
	if c.period > f.period && f.period > 0 {
		m.Turn(false, emit)
	}
	score, ok := n.score(c)
	if ok {
		m.To(score, nil, emit)
	}
	if n.sport == "tennis" {
		n.games(f, c, emit)
	}
	if c.period > f.period && c.state == "in" {
		m.Turn(true, emit)
	}
	f.period = max(f.period, c.period)
	if c.state != "post" {
		return
	}
	m.End(n.result(c), emit)
}

// meet begins to follow a match.
func (n *contests) meet(c *competition, at time.Time) *followed {
	if len(n.known) >= most {
		oldest := ""
		for id, f := range n.known {
			if (f.ignore || f.m.Over()) && (oldest == "" || f.seen.Before(n.known[oldest].seen) || f.seen.Equal(n.known[oldest].seen) && id < oldest) {
				oldest = id
			}
		}
		if oldest == "" {
			n.tally.Add(sonify.Dropped, "matches beyond those that are followed at once", 0)
			return nil
		}
		delete(n.known, oldest)
	}
	f := &followed{m: contest.New(n.source, n.tally, n.sport, c.id, [2]string{c.sides[0].name, c.sides[1].name})}
	f.m.League = c.cup
	f.ignore = c.state == "post" && !n.whole
	if c.state == "in" { // what was scored before is not news
		if score, ok := n.score(c); ok {
			f.m.Resume(score)
		}
		f.games = last(c)
		f.period = max(c.period-1, 0)
	}
	n.known[c.id] = f
	return f
}

// usual says how many periods a match has and how long each lasts, 0 without a clock.
func usual(sport string) (periods int, length time.Duration) {
	switch sport {
	case "basketball":
		return 4, 12 * time.Minute
	case "football": // the American one
		return 4, 15 * time.Minute
	case "hockey":
		return 3, 20 * time.Minute
	case "rugby":
		return 2, 40 * time.Minute
	case "baseball":
		return 9, 0
	case "tennis":
		return 3, 0
	}
	return 0, 0
}

// moment sets where the match stands. The clocks of these sports count down.
func (n *contests) moment(m *contest.Match, c *competition) {
	m.Period = c.period
	periods, length := usual(n.sport)
	if periods == 0 || c.period == 0 {
		return
	}
	part := 0.0
	if left, ok := minutes(c.clock); ok && length > 0 && left <= length {
		m.Left = left
		m.Clock = time.Duration(c.period-1)*length + length - left
		part = 1 - left.Seconds()/length.Seconds()
	}
	if m.Progress = (float64(c.period-1) + part) / float64(periods); c.period > periods {
		m.Progress = max(1-0.05*(1-part), 0.95) // overtime
	}
}

// minutes reads a clock such as "5:32" or "48.3".
func minutes(s string) (time.Duration, bool) {
	m, sec, both := strings.Cut(s, ":")
	if !both {
		m, sec = "0", s
	}
	mm, err := strconv.Atoi(m)
	ss, err2 := strconv.ParseFloat(sec, 64)
	if err != nil || err2 != nil || mm < 0 || mm > 99 || !(ss >= 0 && ss < 100) {
		return 0, false
	}
	return time.Duration(mm)*time.Minute + time.Duration(ss*10)*time.Second/10, true
}

// score returns what counts: points, in tennis the sets.
func (n *contests) score(c *competition) (score [2]float64, ok bool) {
	if n.sport == "tennis" {
		for s := range score {
			for _, w := range c.sides[s].won {
				if w {
					score[s]++
				}
			}
		}
		return score, true
	}
	return [2]float64{c.sides[0].score, c.sides[1].score}, c.sides[0].known && c.sides[1].known
}

// games tells the games of a set of tennis.
func (n *contests) games(f *followed, c *competition, emit func(sonify.Event)) {
	now := last(c)
	if now == f.games {
		return
	}
	if now[0]+now[1] < f.games[0]+f.games[1] { // another set
		f.games = [2]float64{}
	}
	for s := range now {
		for g := f.games[s]; g < now[s] && g < 100; g++ {
			f.m.Play(&contest.Deed{Side: s + 1, Play: "game", Success: sonify.Truth(true)}, emit)
		}
	}
	f.games = now
}

// last returns the games of the set that is played.
func last(c *competition) (g [2]float64) {
	for s := range g {
		if l := c.sides[s].lines; len(l) > 0 {
			g[s] = l[len(l)-1]
		}
	}
	return g
}

// result says how a match came to its end.
func (n *contests) result(c *competition) string {
	switch {
	case strings.Contains(c.name, "POSTPONED"), strings.Contains(c.name, "CANCEL"), strings.Contains(c.name, "ABANDONED"):
		return "called_off"
	case strings.Contains(c.name, "RETIRED"), strings.Contains(c.name, "WALKOVER"):
		return "retired"
	}
	if periods, _ := usual(n.sport); n.sport != "tennis" && periods > 0 && c.period > periods {
		return "overtime"
	}
	return ""
}
