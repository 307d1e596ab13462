package espn

import (
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/contest"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/vocabulary"
)

// most bounds how many matches are followed at once.
const most = 1024

// contests is a normaliser for scoreboards of all sports but football: it tells what
// has changed since the answer before.
type contests struct {
	source string
	sport  string
	league string // by its name in addresses
	tally  *sonify.Tally
	whole  bool // a match that is over when it is met is told, too

	known map[string]*followed
	pacer *replay.Pacer
}

type followed struct {
	m      *contest.Match
	period int
	open   bool         // the period was heard to begin, and not to end
	games  [2][]float64 // of tennis, by set
	ignore bool         // it was over when it was met
	seen   time.Time
}

func newContests(source, sport, league string, tally *sonify.Tally, whole bool) *contests {
	return &contests{source: source, sport: sport, league: league, tally: tally, whole: whole, known: make(map[string]*followed), pacer: replay.NewPacer(tally)}
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
	var own time.Time
	if m.At.IsZero() {
		own = shown(list, func(c *competition) (time.Duration, bool) { return gone(n.sport, division(n.sport, n.league, c), c) })
	}
	n.pacer.Message(m.Line, m.At, own)
	emit = n.pacer.Emit(emit)
	for i := range list {
		n.hear(&list[i], m.At, m.Line, emit)
	}
	return nil
}

// hear tells what is new of a match.
func (n *contests) hear(c *competition, at time.Time, line int64, emit func(sonify.Event)) {
	pause := strings.Contains(c.name, "SUSPENDED") || strings.Contains(c.name, "INTERRUPTED") || strings.Contains(c.name, "DELAY")
	if pause && c.state == "post" { // it is to go on, if on another day
		c.state = "in"
	}
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
	m.At, m.Line = at, line
	p := division(n.sport, n.league, c)
	if pause && !m.Begun() {
		return
	}
	if c.state == "post" && !m.Begun() && unplayed(c.name) {
		n.end(m, c, p, emit)
		return
	}
	if c.period <= f.period || !f.open {
		n.moment(m, c, p)
	}
	m.Start(emit)
	if !pause && c.state == "in" {
		m.Pause(false, emit)
	}
	if c.period > f.period {
		if f.open { // what is known of its last minutes is told in it
			if n.sport == "tennis" {
				n.games(f, c, f.period, emit)
			}
			if score, ok := n.until(c, m.Score(), f.period); ok {
				m.To(score, nil, emit)
			}
			n.close(f, p, emit)
		}
		n.moment(m, c, p)
		if f.period = c.period; c.state == "in" {
			f.open = true
			m.Turn(true, emit)
		}
	}
	if n.sport == "tennis" {
		n.games(f, c, mostSets, emit)
	}
	if score, ok := n.score(c); ok {
		m.To(score, nil, emit)
	}
	if f.open && c.period == f.period && (c.state == "post" || breaks(c.name)) {
		f.open = false
		m.Turn(false, emit)
	}
	if c.state == "post" {
		n.end(m, c, p, emit)
	} else if pause {
		m.Pause(true, emit)
	}
}

// close tells the end of the period that was on, of which nothing more is known.
func (n *contests) close(f *followed, p playing, emit func(sonify.Event)) {
	f.open = false
	if length, before, ok := p.of(f.period); ok {
		f.m.Left, f.m.Clock = 0, before+length
	}
	if p.periods > 0 && f.period <= p.periods {
		f.m.Progress = max(f.m.Progress, float64(f.period)/float64(p.periods))
	}
	f.m.Turn(false, emit)
}

// end tells the end, with the winner that the service names: who retires may be ahead. Where
// it names none the score says who has won.
func (n *contests) end(m *contest.Match, c *competition, p playing, emit func(sonify.Event)) {
	if !m.Begun() {
		n.moment(m, c, p)
	}
	result := n.result(c, p)
	side := m.Leader()
	switch {
	case c.sides[0].winner != c.sides[1].winner:
		if side = 1; c.sides[1].winner {
			side = 2
		}
	case result == "retired" || result == "walkover" || result == "forfeit":
		side = -1 // somebody has won, and nobody says who
	}
	if result == "" {
		if result = "win"; side == 0 {
			result = "draw"
		}
	}
	m.EndSide(side, result, emit)
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
		for s := range f.games {
			f.games[s] = c.sides[s].lines
		}
		f.period = c.period // of which nobody has heard the beginning
	}
	n.known[c.id] = f
	return f
}

// moment sets where the match stands.
func (n *contests) moment(m *contest.Match, c *competition, p playing) {
	m.Period, m.Left, m.Clock = c.period, -1, -1
	if c.period == 0 {
		if m.Progress < 0 && p.periods > 0 {
			m.Progress = 0
		}
		return
	}
	length, before, known := p.of(c.period)
	part := 0.0
	if shown, ok := minutes(c.clock); ok {
		switch {
		case counts(n.sport) && known && shown <= length:
			m.Left, m.Clock = shown, before+length-shown
			part = 1 - shown.Seconds()/length.Seconds()
		case counts(n.sport) && p.length == 0 && (p.shoot == 0 || c.period < p.shoot):
			m.Left = shown // of how much nobody knows
		case n.sport == "rugby" && known && shown >= before:
			m.Clock, m.Left = shown, max(before+length-shown, 0) // it runs on until the ball is dead
			part = min((shown-before).Seconds()/length.Seconds(), 1)
		}
	}
	if p.periods == 0 {
		return
	}
	if m.Progress = (float64(c.period-1) + part) / float64(p.periods); c.period > p.periods {
		m.Progress = max(1-0.05*(1-part), 0.95) // overtime
	}
}

// shown returns the time that a scoreboard has of its own: the latest that the clocks of
// its matches show, reckoned from when they were to begin. It is zero if no match has one.
// No watch shows it, as breaks are not in it, but it goes on with the matches.
func shown(list []competition, gone func(*competition) (time.Duration, bool)) time.Time {
	var last time.Time
	for i := range list {
		c := &list[i]
		if c.kick.IsZero() || c.state != "in" && c.state != "post" {
			continue
		}
		if d, ok := gone(c); ok && c.kick.Add(d).After(last) {
			last = c.kick.Add(d)
		}
	}
	return last
}

// gone returns how much of a match was played by its clock; false if that is not known.
func gone(sport string, p playing, c *competition) (time.Duration, bool) {
	length, before, known := p.of(c.period)
	clock, ok := minutes(c.clock)
	switch {
	case !known || !ok:
	case counts(sport) && clock <= length:
		return before + length - clock, true
	case sport == "rugby" && clock >= before:
		return clock, true
	}
	return 0, false
}

// minutes reads a clock such as "5:32", "48.3" or "63'".
func minutes(s string) (time.Duration, bool) {
	m, sec, both := strings.Cut(s, ":")
	if !both {
		if m, sec = "0", s; strings.HasSuffix(s, "'") {
			m, sec = strings.TrimSuffix(s, "'"), "0"
		}
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

// until returns the score when a period was over, if the service has the points of every
// period and they agree with what is known: have is what was told so far.
func (n *contests) until(c *competition, have [2]float64, period int) (score [2]float64, ok bool) {
	now, ok := n.score(c)
	if !ok {
		return score, false
	}
	for s := range score {
		side := &c.sides[s]
		sum := 0.0
		for i, points := range side.lines {
			if n.sport == "tennis" {
				if points = 0; side.won[i] {
					points = 1
				}
			}
			if sum += points; i < period {
				score[s] += points
			}
		}
		if len(side.lines) < period || sum != now[s] || score[s] < have[s] {
			return score, false
		}
	}
	return score, true
}

// mostSets bounds the sets of a match of tennis.
const mostSets = 99

// games tells the games of tennis that are new, of the first so many sets.
func (n *contests) games(f *followed, c *competition, sets int, emit func(sonify.Event)) {
	for i := 0; i < sets && (i < len(c.sides[0].lines) || i < len(c.sides[1].lines)); i++ {
		for s := range c.sides {
			have, now := nth(f.games[s], i), nth(c.sides[s].lines, i)
			for g := have; g < now && g < 100; g++ {
				f.m.Play(&contest.Deed{Side: s + 1, Play: "game", Success: sonify.Truth(true)}, emit)
			}
			for len(f.games[s]) <= i {
				f.games[s] = append(f.games[s], 0)
			}
			f.games[s][i] = now
		}
	}
}

func nth(list []float64, i int) float64 {
	if i < len(list) {
		return list[i]
	}
	return 0
}

// off reports whether a match of that state is not played, or not to its end.
func off(name string) bool {
	return strings.Contains(name, "POSTPONED") || strings.Contains(name, "CANCEL") || strings.Contains(name, "ABANDONED")
}

// unplayed reports whether a match that is over in that state may have had no beginning.
func unplayed(name string) bool {
	return off(name) || strings.Contains(name, "WALKOVER") || strings.Contains(name, "FORFEIT")
}

// result says how a match came to its end; "" if as usual.
func (n *contests) result(c *competition, p playing) string {
	switch {
	case off(c.name):
		return "called_off"
	case strings.Contains(c.name, "WALKOVER"):
		return "walkover"
	case strings.Contains(c.name, "FORFEIT"):
		return "forfeit"
	case strings.Contains(c.name, "RETIRED"):
		return "retired"
	}
	if p.shoot > 0 && c.period >= p.shoot {
		return "penalties"
	}
	if n.sport != "tennis" && p.periods > 0 && c.period > p.periods {
		return "overtime"
	}
	return ""
}
