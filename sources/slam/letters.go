package slam

import (
	"io"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/tennis"
)

// pointStrings reads the layout with a string of letters a match: S and R for
// points of the server and of the receiver, A for an ace, D for a double fault,
// ; between games, . between sets, / where the serve changes in a tie-break.
//
// It has no times; see letterTimes for the ones that it is given.
type pointStrings struct {
	*reader
	id, date, event, tour, draw, server1, server2, pbp int
	match                                              tennis.Match
}

func newPointStrings(r *reader, at map[string]int) (*pointStrings, error) {
	find := func(name string) int {
		if i, ok := at[name]; ok {
			return i
		}
		return -1
	}
	p := &pointStrings{
		reader: r, id: find("pbp_id"), date: find("date"), event: find("tny_name"), tour: find("tour"), draw: find("draw"),
		server1: find("server1"), server2: find("server2"), pbp: find("pbp"),
	}
	return p, nil
}

// next returns the next match with a point in it. It is good until the next
// call.
func (p *pointStrings) next() (*tennis.Match, error) {
	for {
		cells, err := p.rows.Read()
		if err == io.EOF {
			return nil, err
		}
		if err != nil {
			return nil, &sonify.Permanent{Err: err}
		}
		if p.rows.Foreign {
			p.tally.Add(sonify.Repaired, "not UTF-8, read as Latin-1", p.rows.Line)
		}
		text := strings.TrimSpace(cell(cells, p.pbp))
		id := strings.TrimSpace(cell(cells, p.id))
		if id == "" {
			id = "line " + strconv.FormatInt(p.rows.Line, 10)
		}
		if text == "" {
			p.tally.Add(sonify.Skipped, "match without points", p.rows.Line)
			continue
		}
		if p.rows.Cut && len(cells) <= p.pbp+1 {
			p.tally.Add(sonify.Repaired, "last row cut off", p.rows.Line)
		}
		p.met(id)
		if !p.wants(id) {
			continue
		}
		m := &p.match
		*m = tennis.Match{ID: id, Points: m.Points[:0]}
		m.Players = [2]string{strings.TrimSpace(cell(cells, p.server1)), strings.TrimSpace(cell(cells, p.server2))}
		m.Slam = slamOf(cell(cells, p.event))
		m.Year = yearOf(cell(cells, p.date))
		switch strings.ToUpper(strings.TrimSpace(cell(cells, p.tour))) {
		case "ATP", "CH", "FU":
			m.Category = tennis.Men
		case "WTA", "ITF":
			m.Category = tennis.Women
		}
		p.letters(text)
		if len(m.Points) == 0 {
			p.tally.Add(sonify.Skipped, "match without points", p.rows.Line)
			continue
		}
		return m, nil
	}
}

// letters turns a string into the points of p.match. The string itself says
// where games and sets end, and it is believed.
func (p *pointStrings) letters(text string) {
	m, line := &p.match, p.rows.Line
	server := 1 // of the point
	opener := 1 // of the game
	var sets [2]int
	var games [2]int
	points, slashes := 0, false
	var since letterTimes
	begin := 0 // first point of the game
	endGame := func(set bool) {
		if points == 0 { // "..": nothing was played
			return
		}
		last := &m.Points[len(m.Points)-1]
		w := int(last.Winner)
		last.Ruling = tennis.Ruling{Game: tennis.Ends, GameTo: w, Set: tennis.GoesOn}
		games[w-1]++
		if slashes {
			m.Points[begin].TieBreak = tennis.Yes
		} else {
			m.Points[begin].TieBreak = tennis.No
		}
		if set {
			last.Ruling.Set = tennis.Ends
			if games[0] >= games[1] {
				sets[0]++
			} else {
				sets[1]++
			}
		}
		since.endGame(games[0]+games[1], set)
		if set {
			games = [2]int{}
		}
		opener = 3 - opener
		server = opener
		points, slashes, begin = 0, false, len(m.Points)
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch c {
		case 'S', 'R', 'A', 'D':
			if len(m.Points) >= maxPoints {
				p.tally.Add(sonify.Skipped, "points beyond 10000 of a match", line)
				continue
			}
			w := server
			if c == 'R' || c == 'D' {
				w = 3 - server
			}
			pt := tennis.Point{
				Line: line, Winner: int8(w), Server: int8(server), Games: [2]int16{-1, -1}, Rally: -1,
				Clock: since.point(c), Ace: is(c == 'A'), DoubleFault: is(c == 'D'),
				Ruling: tennis.Ruling{Game: tennis.GoesOn},
			}
			if c == 'D' {
				pt.ServeNumber = 2
			}
			m.Points = append(m.Points, pt)
			points++
		case ';':
			endGame(false)
		case '.':
			endGame(true)
		case '/':
			slashes = true
			server = 3 - server
			since.change(points)
		case ' ':
		default:
			p.tally.Add(sonify.Skipped, "letter that means nothing in a point string", line)
		}
	}
	// The last point ends whatever the rules say it ends: the string says nothing
	// after it, or has said it already.
	if n := len(m.Points); n > 0 && points > 0 {
		m.Points[n-1].Ruling = tennis.Ruling{}
		if slashes {
			m.Points[begin].TieBreak = tennis.Yes
		}
		last := m.Points[n-1].Winner - 1
		// Archived matches were played to their end, so that the last point won
		// the match: how many sets its winner has says how many were needed.
		sets[last]++
	}
	switch max(sets[0], sets[1]) {
	case 2:
		m.BestOf = 3
	case 3:
		m.BestOf = 5
	}
}

func is(b bool) tennis.Flag {
	if b {
		return tennis.Yes
	}
	return tennis.No
}

// letterTimes invents a clock for points of which nothing but the letter is
// known: an ace is followed by the next point after 26 s, a double fault after
// 30 s, the server's points after 34 s and the receiver's after 38 s, which is
// about what is played on hard courts, rests of 25 s included. Changes of ends
// last 90 s, the breaks after sets 120 s.
type letterTimes struct {
	now  time.Duration
	wait time.Duration
}

func (t *letterTimes) point(c byte) time.Duration {
	t.now += t.wait
	switch c {
	case 'A':
		t.wait = 26 * time.Second
	case 'D':
		t.wait = 30 * time.Second
	case 'S':
		t.wait = 34 * time.Second
	default:
		t.wait = 38 * time.Second
	}
	return t.now
}

// endGame tells that the set has so many games now.
func (t *letterTimes) endGame(games int, set bool) {
	switch {
	case set:
		t.wait = 120 * time.Second
	case games%2 == 1:
		t.wait = 90 * time.Second
	}
}

// change tells that the serve changes in a tie-break after so many points: after
// every sixth the players change ends without a rest.
func (t *letterTimes) change(points int) {
	if points%6 == 0 && points > 0 {
		t.wait += 15 * time.Second
	}
}
