package slam

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"

	"proscenium/sources/internal/tennis"
)

// Match is a match with its points, as the simulator of package sim makes it.
type Match = tennis.Match

// header are the 56 columns of the archive's oldest layout.
const header = "match_id,ElapsedTime,SetNo,P1GamesWon,P2GamesWon,SetWinner,GameNo,GameWinner,PointNumber,PointWinner,PointServer," +
	"Speed_KMH,Rally,P1Score,P2Score,P1Momentum,P2Momentum,P1PointsWon,P2PointsWon,P1Ace,P2Ace,P1Winner,P2Winner," +
	"P1DoubleFault,P2DoubleFault,P1UnfErr,P2UnfErr,P1NetPoint,P2NetPoint,P1NetPointWon,P2NetPointWon,P1BreakPoint,P2BreakPoint," +
	"P1BreakPointWon,P2BreakPointWon,P1FirstSrvIn,P2FirstSrvIn,P1FirstSrvWon,P2FirstSrvWon,P1SecondSrvIn,P2SecondSrvIn," +
	"P1SecondSrvWon,P2SecondSrvWon,P1ForcedError,P2ForcedError,History,Speed_MPH,P1BreakPointMissed,P2BreakPointMissed," +
	"ServeIndicator,Serve_Direction,Winner_FH,Winner_BH,ServingTo,P1TurningPoint,P2TurningPoint"

const matchesHeader = "match_id,year,slam,match_num,player1,player2,status,winner,event_name,round,court_name,court_id,player1id,player2id,nation1,nation2"

// Writer writes matches in the layout with a row a point, and the list of them.
// It is used by one goroutine.
type Writer struct {
	points  *bufio.Writer
	matches *bufio.Writer // nil: no list
	begun   bool
	row     []byte
}

// NewWriter returns a writer of points, and of the list of matches if matches is
// not nil. It buffers: call Flush at the end.
func NewWriter(points, matches io.Writer) *Writer {
	w := &Writer{points: bufio.NewWriterSize(points, 64<<10)}
	if matches != nil {
		w.matches = bufio.NewWriter(matches)
	}
	return w
}

// Write writes one match. Its points need a winner and a clock; the score beside
// them is worked out by the rules of the match's format.
func (w *Writer) Write(m *Match) error {
	if !w.begun {
		w.begun = true
		w.points.WriteString(header + "\n")
		if w.matches != nil {
			w.matches.WriteString(matchesHeader + "\n")
		}
	}
	f := m.Format()
	first := 0
	if len(m.Points) > 0 {
		first = m.Points[0].ServerSide()
	}
	s := f.Start(first)
	var won [2]int
	winner := 0
	for i := range m.Points {
		p := &m.Points[i]
		s.Serve(p.ServerSide())
		before, chances := s, f.Chances(&s)
		o := f.Play(&s, int(p.Winner), p.Ruling)
		won[p.Winner-1]++
		winner = o.Match
		w.row = w.point(w.row[:0], m, p, i+1, &before, &s, chances, o, won)
		if _, err := w.points.Write(w.row); err != nil {
			return err
		}
	}
	return w.list(m, winner)
}

// Flush writes out what is buffered.
func (w *Writer) Flush() error {
	if err := w.points.Flush(); err != nil {
		return err
	}
	if w.matches != nil {
		return w.matches.Flush()
	}
	return nil
}

// point appends a row. Before and after are the scores around the point.
func (w *Writer) point(b []byte, m *Match, p *tennis.Point, number int, before, after *tennis.State, chances tennis.Chances, o tennis.Outcome, won [2]int) []byte {
	win, lose := int(p.Winner)-1, 2-int(p.Winner)
	num := func(n int) {
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(n), 10)
	}
	text := func(s string) {
		b = append(b, ',')
		b = append(b, s...)
	}
	blanks := func(n int) {
		for range n {
			b = append(b, ',')
		}
	}
	// pair writes the columns of both players, yes under the one of index i.
	pair := func(i int, yes bool) {
		for k := range 2 {
			if yes && k == i {
				num(1)
			} else {
				num(0)
			}
		}
	}
	b = append(b, quote(m.ID)...)
	text(elapsed(p.Clock))
	num(before.Set())
	games := after.Games
	if o.Set != 0 {
		games = after.Played[before.Set()-1]
	}
	num(games[0])
	num(games[1])
	num(o.Set)
	num(before.Game)
	num(o.Game)
	num(number)
	num(int(p.Winner))
	num(int(p.Server))
	num(int(p.SpeedKMH))
	if p.Rally >= 0 {
		num(int(p.Rally))
	} else {
		blanks(1)
	}
	for k := range 2 {
		text(points(after, o, k))
	}
	blanks(2) // momentum
	num(won[0])
	num(won[1])
	pair(win, p.Ace == tennis.Yes)
	pair(win, p.WinnerShot == tennis.Yes)
	pair(lose, p.DoubleFault == tennis.Yes)
	pair(lose, p.UnforcedError == tennis.Yes)
	pair(win, p.NetPoint == tennis.Yes)
	pair(win, p.NetPoint == tennis.Yes)
	brk := chances.BreakPoint
	pair(brk-1, brk != 0)
	pair(brk-1, brk != 0 && o.Break)
	server := p.ServerSide() - 1
	firstIn := p.ServeNumber == 1
	secondIn := p.ServeNumber == 2 && p.DoubleFault != tennis.Yes
	pair(server, firstIn)
	pair(server, firstIn && win == server)
	pair(server, secondIn)
	pair(server, secondIn && win == server)
	pair(lose, p.ForcedError == tennis.Yes)
	blanks(1) // history
	num((int(p.SpeedKMH)*1000 + 804) / 1609)
	pair(brk-1, brk != 0 && !o.Break)
	num(p.ServerSide())
	blanks(6)
	return append(b, '\n')
}

// points returns what stands beside a point for player k (0 or 1): the score
// after it, 0 where it won the game.
func points(s *tennis.State, o tennis.Outcome, k int) string {
	if o.Game != 0 {
		return "0"
	}
	n, other := s.Points[k], s.Points[1-k]
	switch {
	case s.TieBreak:
		return strconv.Itoa(n)
	case n >= 4 && n > other:
		return "AD"
	}
	return [4]string{"0", "15", "30", "40"}[min(n, 3)]
}

// elapsed writes H:MM:SS.
func elapsed(d time.Duration) string {
	s := int(d / time.Second)
	two := func(n int) string {
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
		return strconv.Itoa(n)
	}
	return strconv.Itoa(s/3600) + ":" + two(s/60%60) + ":" + two(s%60)
}

// list writes the match into the list.
func (w *Writer) list(m *Match, winner int) error {
	if w.matches == nil {
		return nil
	}
	year, slam, num := "", m.Slam, ""
	if m.Year != 0 {
		year = strconv.Itoa(m.Year)
	}
	if parts := strings.SplitN(m.ID, "-", 3); len(parts) == 3 {
		slam, num = parts[1], parts[2]
	}
	status, win := m.Status, ""
	if winner != 0 {
		win = strconv.Itoa(winner)
		if status == "" {
			status = "Complete"
		}
	}
	cells := []string{m.ID, year, slam, num, m.Players[0], m.Players[1], status, win, string(m.Category), "", "", "", "", "", "", ""}
	for i, c := range cells {
		cells[i] = quote(c)
	}
	_, err := w.matches.WriteString(strings.Join(cells, ",") + "\n")
	return err
}

// quote writes a cell, in quotes if it needs them.
func quote(s string) string {
	if !strings.ContainsAny(s, ",\"\r\n") && strings.TrimSpace(s) == s {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
