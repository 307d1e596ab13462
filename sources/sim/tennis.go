package sim

import (
	"fmt"
	"time"

	"proscenium/sources/internal/tennis"
	"proscenium/sources/slam"
)

// Tournament describes a programme of invented tennis matches.
type Tournament struct {
	Seed    uint64
	Matches int
	BestOf  int      // 1, 3 or 5; 0: 5 for men and 3 for women, in turn
	Players []string // at least two, or none: then they are called as it pleases the simulator
	// Strengths are how many of 1000 points the players win on their serve
	// against an even opponent, in the order of Players; those that are missing are
	// drawn.
	Strengths []int
	Year      int // in the match ids; 0: 2026
}

// Match invents the n-th match, from 0. The same tournament has the same match,
// whatever was asked before.
func (t Tournament) Match(n int) *slam.Match {
	year := t.Year
	if year == 0 {
		year = 2026
	}
	d := newDice(t.Seed, uint64(n))
	best, event, category := t.BestOf, 1, tennis.Men
	if best == 0 {
		best = 5
		if n%2 == 1 {
			best, event, category = 3, 2, tennis.Women
		}
	} else if best < 5 {
		event, category = 2, tennis.Women
	}
	round := roundOf(n, t.Matches)
	m := &slam.Match{
		ID: fmt.Sprintf("%d-open-%d%d%02d", year, event, round, n+1), Year: year,
		BestOf: best, Category: category,
	}
	names := t.Players
	if len(names) < 2 {
		names = cast
	}
	a := d.below(len(names))
	b := d.below(len(names) - 1)
	if b >= a {
		b++
	}
	if len(t.Players) == 2 {
		a, b = 0, 1
	}
	m.Players = [2]string{names[a], names[b]}
	g := &rally{d: d, m: m, women: category == tennis.Women}
	for k, i := range [2]int{a, b} {
		g.players[k] = g.draw()
		if i < len(t.Strengths) && t.Strengths[i] > 0 {
			g.players[k].serve = t.Strengths[i]
		}
	}
	g.play(m.Format())
	return m
}

// roundOf returns the round of the n-th of so many matches: first rounds first,
// the final last.
func roundOf(n, matches int) int {
	left := matches - n // this one included
	round := 7
	for k := 1; round > 1 && left > 2*k-1; k *= 2 {
		round--
	}
	return round
}

// cast are players of whom nobody ever heard.
var cast = []string{
	"Ada Arpeggio", "Bruno Bitcrush", "Celia Cartridge", "Dario Dutycycle", "Edda Echo", "Fritz Fanfare",
	"Greta Glissando", "Hugo Hihat", "Inez Interlude", "Jonas Jingle", "Kira Kilohertz", "Lino Lowpass",
	"Mara Macro", "Nils Noisechannel", "Olga Ostinato", "Pavel Pulsewave", "Quinn Quantise", "Rosa Register",
	"Sami Semitone", "Tilda Triangle", "Udo Upbeat", "Vera Vibrato", "Wim Wavetable", "Xenia Xylophone",
	"Yuri Yamscale", "Zora Zerocrossing",
}

// player is how somebody plays.
type player struct {
	serve  int // points of 1000 won on the own serve against an even opponent
	first  int // km/h of a first serve
	ace    int // of 1000 first serves that are in
	net    int // of 1000 points
	errors int // of 1000 lost rallies, mistakes without need
	nerve  int // how much better (or worse) at big points, in thousandths
	form   int // drifts during the match, in thousandths
}

// rally is a match being played.
type rally struct {
	d       *dice
	m       *slam.Match
	women   bool
	players [2]player
	clock   time.Duration
	long    int // strokes of the last rally
}

func (g *rally) draw() player {
	p := player{
		serve: g.d.about(640, 18), first: g.d.about(190, 8), ace: g.d.about(110, 40),
		net: g.d.about(120, 40), errors: g.d.about(520, 60), nerve: g.d.about(0, 25),
	}
	if g.women {
		p.serve = g.d.about(575, 18)
		p.first -= 22
		p.ace -= 60
	}
	p.ace = min(max(p.ace, 15), 300)
	p.net = min(max(p.net, 20), 400)
	return p
}

// play plays the match to its end.
func (g *rally) play(f tennis.Format) {
	s := f.Start(1 + g.d.below(2))
	for !s.Over {
		g.drift()
		c := f.Chances(&s)
		p := g.point(&s, c)
		g.m.Points = append(g.m.Points, p)
		before := s
		o := f.Play(&s, int(p.Winner), tennis.Ruling{})
		g.rest(&before, &s, o, c)
	}
}

// drift lets the players' form wander, and come back.
func (g *rally) drift() {
	for k := range g.players {
		p := &g.players[k]
		p.form += g.d.about(0, 6)
		p.form -= p.form / 40
	}
}

// point plays a point at s.
func (g *rally) point(s *tennis.State, c tennis.Chances) tennis.Point {
	d := g.d
	sv := s.Server - 1
	server, receiver := &g.players[sv], &g.players[1-sv]
	big := c.BreakPoint != 0 || c.SetPoint != 0 || c.MatchPoint != 0
	p := tennis.Point{
		Clock: g.clock, Server: int8(s.Server), Rally: 0, Games: [2]int16{-1, -1},
		Ace: tennis.No, DoubleFault: tennis.No, WinnerShot: tennis.No, UnforcedError: tennis.No, ForcedError: tennis.No, NetPoint: tennis.No,
	}
	// The chance of the server: their own, less what the receiver is better than
	// an even one, and form and nerve of both.
	even := 640
	if g.women {
		even = 575
	}
	win := server.serve - (receiver.serve-even)/2 + server.form - receiver.form
	if big {
		win += server.nerve - receiver.nerve
	}
	win = min(max(win, 350), 850)

	p.ServeNumber = 1
	if !d.chance(620) { // the first serve is a fault
		p.ServeNumber = 2
		if d.chance(85) {
			p.DoubleFault, p.Winner = tennis.Yes, int8(2-sv)
			g.long = 0
			return p
		}
		win -= 90 // a second serve is easier to return
	} else {
		win += 95
	}
	mean, spread := server.first, 12
	if p.ServeNumber == 2 {
		mean, spread = mean-35, 9
	}
	if !d.chance(35) { // the radar misses a few
		p.SpeedKMH = int16(min(max(d.about(mean, spread), 105), 240))
	}
	if d.chance(win) {
		p.Winner = int8(sv + 1)
		if p.ServeNumber == 1 && d.chance(server.ace*1000/max(win, 1)) || p.ServeNumber == 2 && d.chance(12) {
			p.Ace, p.WinnerShot, p.Rally = tennis.Yes, tennis.Yes, 1
			g.long = 1
			return p
		}
	} else {
		p.Winner = int8(2 - sv)
	}
	g.exchange(&p, sv, big)
	return p
}

// exchange plays the rally of a point whose winner is known.
func (g *rally) exchange(p *tennis.Point, sv int, big bool) {
	d := g.d
	// Rallies of even numbers of strokes are the receiver's, of odd ones the
	// server's; every further pair of strokes comes in six cases of ten.
	n := 1
	if int(p.Winner) != sv+1 {
		n = 2
	}
	more := 600
	if big {
		more = 660
	}
	for n < 40 && d.chance(more) {
		n += 2
	}
	p.Rally = int16(n)
	g.long = n
	winner, loser := &g.players[p.Winner-1], &g.players[2-p.Winner]
	if d.chance(winner.net) && n > 1 {
		p.NetPoint = tennis.Yes
	}
	switch r := d.below(1000); {
	case r < loser.errors && n > 1:
		p.UnforcedError = tennis.Yes
	case r < loser.errors+200:
		p.ForcedError = tennis.Yes
	default:
		p.WinnerShot = tennis.Yes
	}
}

// rest moves the clock to the next point.
func (g *rally) rest(before, s *tennis.State, o tennis.Outcome, c tennis.Chances) {
	d := g.d
	wait := 18 + d.below(9) + g.long*13/10 // the way back to the line, and the rally itself
	if g.long > 12 {
		wait += d.below(10)
	}
	if c.BreakPoint != 0 || c.MatchPoint != 0 {
		wait += 4 + d.below(8)
	}
	switch games := before.Games[0] + before.Games[1] + 1; {
	case o.Set != 0:
		wait += 115 + d.below(40)
	case o.Game != 0 && games%2 == 1 && games > 1:
		wait += 70 + d.below(15) // they change ends and sit down
	case o.Game != 0:
		wait += 12 + d.below(8)
	case s.TieBreak && (s.Points[0]+s.Points[1])%6 == 0:
		wait += 15
	}
	g.clock += time.Duration(wait) * time.Second
}
