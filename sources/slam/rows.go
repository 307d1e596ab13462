package slam

import (
	"io"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/tennis"
)

// maxPoints bounds a match; the longest ever had 980 points.
const maxPoints = 10_000

// pointRows reads the layout with a row a point.
type pointRows struct {
	*reader
	col struct {
		id, elapsed, set, games1, games2, setWinner, game, gameWinner, number,
		winner, server, speed, mph, rally, rallies, score1, score2, serveNumber int
		ace, winnerShot, double, unforced, forced, net, first, second [2]int
	}
	match tennis.Match // is used again for every match
	first time.Duration
	held  bool
	ahead []string // the first row of the next match, that has been read already
	done  bool
}

func newPointRows(r *reader, at map[string]int) *pointRows {
	p := &pointRows{reader: r}
	find := func(name string) int {
		if i, ok := at[name]; ok {
			return i
		}
		return -1
	}
	both := func(name string) [2]int { return [2]int{find("p1" + name), find("p2" + name)} }
	c := &p.col
	c.id, c.elapsed = find("match_id"), find("elapsedtime")
	c.set, c.games1, c.games2, c.setWinner = find("setno"), find("p1gameswon"), find("p2gameswon"), find("setwinner")
	c.game, c.gameWinner, c.number = find("gameno"), find("gamewinner"), find("pointnumber")
	c.winner, c.server = find("pointwinner"), find("pointserver")
	c.speed, c.mph, c.rally, c.rallies = find("speed_kmh"), find("speed_mph"), find("rally"), find("rallycount")
	c.score1, c.score2, c.serveNumber = find("p1score"), find("p2score"), find("servenumber")
	c.ace, c.winnerShot, c.double = both("ace"), both("winner"), both("doublefault")
	c.unforced, c.forced, c.net = both("unferr"), both("forcederror"), both("netpoint")
	c.first, c.second = both("firstsrvin"), both("secondsrvin")
	return p
}

// next returns the next match with a point in it. It is good until the next
// call.
func (p *pointRows) next() (*tennis.Match, error) {
	for {
		if p.done {
			return nil, io.EOF
		}
		m := &p.match
		points := m.Points[:0]
		*m = tennis.Match{Points: points}
		first, wanted := true, true
		for {
			cells := p.ahead
			if cells != nil {
				p.ahead = nil
			} else {
				var err error
				cells, err = p.rows.Read()
				if err == io.EOF {
					p.done = true
					break
				}
				if err != nil {
					return nil, &sonify.Permanent{Err: err}
				}
				if p.rows.Foreign {
					p.tally.Add(sonify.Repaired, "not UTF-8, read as Latin-1", p.rows.Line)
				}
			}
			id := strings.TrimSpace(cell(cells, p.col.id))
			if id == "" {
				p.tally.Add(sonify.Skipped, "row without a match", p.rows.Line)
				continue
			}
			if first {
				first = false
				p.begin(id)
				wanted = p.wants(id)
			} else if id != m.ID {
				p.ahead = cells
				break
			}
			if !wanted {
				continue
			}
			if len(cells) <= p.col.winner && p.rows.Cut {
				p.tally.Add(sonify.Skipped, "last row cut off", p.rows.Line)
				continue
			}
			p.row(cells)
		}
		if len(m.Points) > 0 {
			p.times()
			return m, nil
		}
	}
}

// times invents a clock, that of strings of points, for a match whose rows have none: the
// Australian and the French Open since 2018.
func (p *pointRows) times() {
	points := p.match.Points
	if len(points) < 2 || points[len(points)-1].Clock > 0 {
		return
	}
	p.tally.Add(sonify.Repaired, "match whose rows have no times, told by an invented clock", points[0].Line)
	var since letterTimes
	games := 0
	for i := range points {
		pt := &points[i]
		letter := byte('R')
		switch {
		case pt.Ace == tennis.Yes:
			letter = 'A'
		case pt.DoubleFault == tennis.Yes:
			letter = 'D'
		case pt.ServerSide() == int(pt.Winner):
			letter = 'S'
		}
		pt.Clock = since.point(letter)
		if i+1 == len(points) || points[i+1].GameNo == pt.GameNo && points[i+1].SetNo == pt.SetNo {
			continue
		}
		games++
		set := points[i+1].SetNo != pt.SetNo
		since.endGame(games, set)
		if set {
			games = 0
		}
	}
}

// begin prepares for the match id.
func (p *pointRows) begin(id string) {
	p.met(id)
	p.held = false
	m := &p.match
	m.ID = id
	m.Year, m.Slam, m.Category = meaning(id)
	if e, ok := p.names[id]; ok {
		m.Players, m.Status, m.Winner = e.players, e.status, e.winner
	}
}

// cell returns the i-th cell, empty if the row is short or i is -1.
func cell(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	return cells[i]
}

// small returns the cell as a whole number from 0 to 9999, -1 if it is none.
func small(cells []string, i int) int {
	s := cell(cells, i)
	if len(s) == 0 || len(s) > 4 {
		return -1
	}
	n := 0
	for k := range len(s) {
		d := s[k] - '0'
		if d > 9 {
			return -1
		}
		n = n*10 + int(d)
	}
	return n
}

func flag(cells []string, i int) tennis.Flag {
	switch cell(cells, i) {
	case "1":
		return tennis.Yes
	case "0":
		return tennis.No
	}
	return tennis.Unsaid
}

// row adds a row's point to the match.
func (p *pointRows) row(cells []string) {
	c, m, line := &p.col, &p.match, p.rows.Line
	w := small(cells, c.winner)
	if w != 1 && w != 2 {
		p.tally.Add(sonify.Skipped, "row without a point", line)
		return
	}
	if len(m.Points) >= maxPoints {
		p.tally.Add(sonify.Skipped, "points beyond 10000 of a match", line)
		return
	}
	l := 2 - w // index of the loser; w-1 is the winner's
	pt := tennis.Point{
		Line: line, Winner: int8(w),
		Server:        int8(within(small(cells, c.server), 1, 4)),
		SetNo:         int16(within(small(cells, c.set), 1, 9)),
		GameNo:        int16(within(small(cells, c.game), 1, 999)),
		Games:         [2]int16{int16(small(cells, c.games1)), int16(small(cells, c.games2))},
		SetWinner:     int8(within(small(cells, c.setWinner), 1, 2)),
		GameWinner:    int8(within(small(cells, c.gameWinner), 1, 2)),
		TieBreak:      countsPlainly(cell(cells, c.score1), cell(cells, c.score2)),
		Ace:           flag(cells, c.ace[w-1]),
		DoubleFault:   flag(cells, c.double[l]),
		WinnerShot:    flag(cells, c.winnerShot[w-1]),
		UnforcedError: flag(cells, c.unforced[l]),
		ForcedError:   flag(cells, c.forced[l]),
	}
	switch a, b := flag(cells, c.net[0]), flag(cells, c.net[1]); {
	case a == tennis.Yes || b == tennis.Yes:
		pt.NetPoint = tennis.Yes
	case a == tennis.No || b == tennis.No:
		pt.NetPoint = tennis.No
	}
	if pt.Server == 0 {
		p.tally.Add(sonify.Absent, "nobody said to serve", line)
	}
	pt.SpeedKMH = p.speed(cells, line, pt.DoubleFault == tennis.Yes)
	pt.Rally = p.rally(cells, pt.DoubleFault == tennis.Yes)
	pt.ServeNumber = p.serve(cells, &pt)
	pt.Clock = p.clock(cells, line)
	m.Points = append(m.Points, pt)
}

// within returns n, or 0 if it is not from lo to hi.
func within(n, lo, hi int) int {
	if n < lo || n > hi {
		return 0
	}
	return n
}

// countsPlainly reports how the score beside a point counts: 1, 2, 3 (a
// tie-break), 15, 30, 40, or in a way that could be both.
func countsPlainly(a, b string) tennis.Flag {
	f := tennis.Unsaid
	for _, s := range [2]string{a, b} {
		switch s {
		case "", "0":
		case "15", "30", "40", "AD", "A", "Ad":
			if f == tennis.Unsaid {
				f = tennis.No
			}
		default:
			if len(s) <= 2 && s[0] >= '1' && s[0] <= '9' {
				f = tennis.Yes
			}
		}
	}
	return f
}

// slowest is the slowest serve that is believed: below it (0, in some years 3)
// the speed was not measured.
const slowest = 30

func (p *pointRows) speed(cells []string, line int64, double bool) int16 {
	kmh, mph := small(cells, p.col.speed), small(cells, p.col.mph)
	switch {
	case kmh >= slowest && kmh <= 400:
		return int16(kmh)
	case mph >= slowest && mph <= 250:
		p.tally.Add(sonify.Repaired, "speed taken from miles per hour", line)
		return int16((mph*1609 + 500) / 1000)
	case kmh > 400:
		p.tally.Add(sonify.Repaired, "speed beyond belief, left out", line)
	case !double:
		p.tally.Add(sonify.Absent, "no value for speed_kmh", line)
	}
	return 0
}

func (p *pointRows) rally(cells []string, double bool) int16 {
	n := small(cells, p.col.rally)
	if n < 0 {
		n = small(cells, p.col.rallies)
	}
	if n < 0 || n == 0 && !double || n > 999 {
		return -1
	}
	return int16(n)
}

// serve returns whether it was the first or the second serve. ServeIndicator is
// not asked: it is neither that nor the server.
func (p *pointRows) serve(cells []string, pt *tennis.Point) int8 {
	if pt.DoubleFault == tennis.Yes {
		return 2
	}
	if n := small(cells, p.col.serveNumber); n == 1 || n == 2 {
		return int8(n)
	}
	if s := pt.ServerSide(); s != 0 {
		switch {
		case flag(cells, p.col.first[s-1]) == tennis.Yes:
			return 1
		case flag(cells, p.col.second[s-1]) == tennis.Yes:
			return 2
		}
	}
	return 0
}

// clock returns when the row's point was, since the first of its match. It never
// runs backwards.
func (p *pointRows) clock(cells []string, line int64) time.Duration {
	last := time.Duration(0)
	if n := len(p.match.Points); n > 0 {
		last = p.match.Points[n-1].Clock
	}
	text := cell(cells, p.col.elapsed)
	t, ok := clock.Colons(text, time.Hour)
	switch {
	case text == "":
		p.tally.Add(sonify.Absent, clock.Blank, line)
		return last
	case !ok || t > maxElapsed:
		p.tally.Add(sonify.Repaired, clock.Broken, line)
		return last
	}
	if !p.held {
		p.held, p.first = true, t
	}
	t -= p.first
	if t < last {
		p.tally.Add(sonify.Repaired, clock.Backwards, line)
		return last
	}
	return t
}

// maxElapsed is the longest time since the start of a match that is believed:
// suspended matches have come to two days.
const maxElapsed = 60 * 24 * time.Hour
