package tennis

import (
	"context"
	"time"

	"proscenium/sonify"
)

// Teller tells matches as events. It is used by one goroutine.
type Teller struct {
	Source string // goes into the events
	Emit   func(sonify.Event)

	models map[modelKey]*Model
}

type modelKey struct {
	f Format
	p float64
}

// Tell emits the events of m, which is the number-th of a programme, played
// under f and settled. Base is added to the clock of its points. It returns the
// programme's clock after the last point, and the cause of ctx if that was done
// before.
func (t *Teller) Tell(ctx context.Context, m *Match, f Format, base time.Duration, number int) (time.Duration, error) {
	g := t.begin(m, f, base, number)
	for i := range m.Points {
		if ctx.Err() != nil {
			return g.clock, context.Cause(ctx)
		}
		var next *Point
		if i+1 < len(m.Points) {
			next = &m.Points[i+1]
		}
		g.play(&m.Points[i], next)
	}
	if ctx.Err() != nil {
		return g.clock, context.Cause(ctx)
	}
	g.end()
	return g.clock, nil
}

func (t *Teller) model(f Format, p float64) *Model {
	k := modelKey{f, p}
	m := t.models[k]
	if m == nil {
		if t.models == nil {
			t.models = make(map[modelKey]*Model)
		}
		m = NewModel(f, p)
		t.models[k] = m
	}
	return m
}

// telling is one match being told.
type telling struct {
	t     *Teller
	m     *Match
	f     Format
	model *Model
	base  time.Duration
	clock time.Duration // of the programme
	start time.Duration
	line  int64

	s     State
	set   int // of the last point
	game  int
	now   Chances // what the next point can decide
	names [2]string
	calls [2][3]string // per player: advantage, game, game and set or match

	number   int // of the last point
	won      [2]int
	streak   int
	streaker int
	mood     mood
	stake    float64 // importance of the next point
	tension  float64
	lead     float64
	toSet    int
	toMatch  int
	broke    int       // who made the last break of the set, or 0
	deuces   int       // in this game
	counts   [4][2]int // game, break, set, match points by player
	breakers int       // tie-breaks
}

func (t *Teller) begin(m *Match, f Format, base time.Duration, number int) *telling {
	g := &telling{t: t, m: m, f: f, model: t.model(f, m.Serve()), base: base, clock: base}
	g.names = m.Names()
	for p, n := range g.names {
		g.calls[p] = [3]string{"Advantage " + n, "Game, " + n, "Game and set, " + n}
	}
	first := 0
	if len(m.Points) > 0 {
		p := &m.Points[0]
		first, g.clock, g.line = p.ServerSide(), base+p.Clock, p.Line
	}
	g.start = g.clock
	g.s = f.Start(first)
	if len(m.Points) > 0 {
		g.expect(&m.Points[0])
	}
	g.look()
	v := g.values(MatchStarted, g.s.Set(), g.s.Game, g.s.Server)
	v = append(v, num(number), num(f.BestOf))
	if m.Category == AnyCategory {
		v = append(v, sonify.Value{})
	} else {
		v = append(v, sonify.Word(string(m.Category)))
	}
	g.emit(MatchStarted, v)
	return g
}

// Names returns what the players are called, "Player 1" and "Player 2" if that
// is unknown.
func (m *Match) Names() [2]string {
	n := m.Players
	if n[0] == "" {
		n[0] = "Player 1"
	}
	if n[1] == "" {
		n[1] = "Player 2"
	}
	return n
}

// expect takes from the next point what its record says about who serves it and
// whether it is played in a tie-break.
func (g *telling) expect(next *Point) {
	if next == nil {
		return
	}
	if tb := next.TieBreak; tb != Unsaid && g.s.Points == [2]int{} {
		g.s.TieBreak = tb == Yes
	}
	g.s.Serve(next.ServerSide())
}

// look works out everything that follows from the score.
func (g *telling) look() {
	g.now = g.f.Chances(&g.s)
	g.lead = float64(2*g.model.Win(&g.s)) - 1
	if g.lead > -1e-12 && g.lead < 1e-12 {
		g.lead = 0 // what rounding has left of an even score
	}
	g.stake = g.model.Importance(&g.s)
	g.tension = tension(g.f, &g.s, g.now, g.stake, g.lead)
	g.toSet, g.toMatch = g.f.fewest(&g.s)
}

// play tells one point. next is the one after it, nil if there is none.
func (g *telling) play(p, next *Point) {
	g.number++
	g.clock, g.line = max(g.clock, g.base+p.Clock), p.Line
	w := int(p.Winner)
	g.won[w-1]++
	if g.streaker != w {
		g.streaker, g.streak = w, 0
	}
	g.streak++
	g.s.Serve(p.ServerSide())
	was, stake := g.now, g.stake
	g.mood.add(w, stake)
	g.set, g.game = g.s.Set(), g.s.Game
	set, game, server, tb := g.set, g.game, g.s.Server, g.s.TieBreak

	o := g.f.Play(&g.s, w, p.Ruling)
	if o.Game != 0 {
		g.deuces = 0
	}
	g.expect(next)
	g.look()

	v := g.values(PointPlayed, set, game, server)
	v = append(v, num(w), sonify.Word(g.names[w-1]))
	if server != 0 {
		v = append(v, sonify.Word(g.names[server-1]))
	} else {
		v = append(v, sonify.Value{})
	}
	v = append(v, some(int(p.Server), 0), some(int(p.SpeedKMH), 0), some(int(p.Rally), -1), some(int(p.ServeNumber), 0),
		sonify.Truth(p.Ace == Yes), sonify.Truth(p.DoubleFault == Yes),
		p.WinnerShot.value(), p.UnforcedError.value(), p.ForcedError.value(), p.NetPoint.value(),
		sonify.Num(stake), num(g.streak), sonify.Word(g.call(o, server)),
		sonify.Truth(o.Game != 0), sonify.Truth(o.Break), sonify.Truth(o.Set != 0), sonify.Truth(o.Match != 0),
		sonify.Truth(tb), sonify.Truth(was.Deuce), sonify.Truth(was.GamePoint != 0), sonify.Truth(was.BreakPoint != 0),
		sonify.Truth(was.SetPoint != 0), sonify.Truth(was.MatchPoint != 0),
		sonify.Truth(g.s.TieBreak), sonify.Truth(g.now.Deuce), sonify.Truth(g.now.GamePoint != 0),
		sonify.Truth(g.now.BreakPoint != 0), sonify.Truth(g.now.SetPoint != 0), sonify.Truth(g.now.MatchPoint != 0))
	g.emit(PointPlayed, v)

	if o.Game != 0 {
		v := g.values(GameWon, set, game, server)
		g.emit(GameWon, append(v, num(o.Game), sonify.Word(g.names[o.Game-1]),
			sonify.Truth(o.Break), sonify.Truth(o.TieBreak), sonify.Truth(o.Love)))
		if o.Break {
			v := g.values(Break, set, game, server)
			g.emit(Break, append(v, num(o.Game), sonify.Word(g.names[o.Game-1]), sonify.Truth(g.broke == Other(o.Game))))
			g.broke = o.Game
		}
	}
	if o.Set != 0 {
		g.broke = 0
		v := g.values(SetWon, set, game, server)
		g.emit(SetWon, append(v, num(o.Set), sonify.Word(g.names[o.Set-1]),
			sonify.Truth(o.TieBreak), sonify.Word(g.s.result(set-1, o.Set))))
	}
	if next != nil {
		g.announce()
	}
}

// announce emits what is special about the next point.
func (g *telling) announce() {
	s := &g.s
	if s.TieBreak && s.Points == [2]int{} {
		g.breakers++
		g.chance(TieBreak, 0, g.breakers)
	}
	if g.now.Deuce {
		g.deuces++
		g.chance(Deuce, 0, g.deuces)
	}
	for i, c := range [4]struct {
		shape *sonify.Shape
		who   int
	}{{GamePoint, g.now.GamePoint}, {BreakPoint, g.now.BreakPoint}, {SetPoint, g.now.SetPoint}, {MatchPoint, g.now.MatchPoint}} {
		if c.who != 0 {
			g.counts[i][c.who-1]++
			g.chance(c.shape, c.who, g.counts[i][c.who-1])
		}
	}
}

func (g *telling) chance(shape *sonify.Shape, who, count int) {
	v := g.values(shape, g.s.Set(), g.s.Game, g.s.Server)
	name := ""
	if who != 0 {
		name = g.names[who-1]
	}
	g.emit(shape, append(v, num(who), sonify.Word(name), num(count)))
}

// end tells that the match is over: won, given up, or its record at an end.
func (g *telling) end() {
	w, retired := 0, sonify.Truth(false)
	if g.s.Over {
		w = 1
		if g.s.Sets[1] > g.s.Sets[0] {
			w = 2
		}
	} else {
		w = g.m.Winner
		retired = sonify.Value{}
		if g.m.Status != "" {
			retired = sonify.Truth(g.m.retired())
		}
		g.s.Over = true // nothing is at stake any more
		g.now, g.stake, g.tension = Chances{}, 0, 0
		g.toSet, g.toMatch = 0, 0
	}
	name := ""
	if w != 0 {
		name = g.names[w-1]
	}
	v := g.values(MatchWon, max(1, g.set), max(1, g.game), g.s.Server)
	g.emit(MatchWon, append(v, num(w), sonify.Word(name), retired, sonify.Word(g.s.results(w)),
		num(g.won[0]), num(g.won[1]), sonify.Num((g.clock-g.start).Seconds())))
}

// values begins the values of an event with the common ones.
func (g *telling) values(shape *sonify.Shape, set, game, server int) []sonify.Value {
	s := &g.s
	leader := 0
	switch a, b := s.Sets[0]-s.Sets[1], s.Games[0]-s.Games[1]; {
	case a > 0 || a == 0 && b > 0:
		leader = 1
	case a < 0 || b < 0:
		leader = 2
	}
	v := make([]sonify.Value, 0, len(shape.Fields()))
	return append(v,
		sonify.Word(g.m.ID), sonify.Word(g.names[0]), sonify.Word(g.names[1]),
		num(set), num(game), num(g.number), some(server, 0),
		num(s.Points[0]), num(s.Points[1]), num(s.Games[0]), num(s.Games[1]), num(s.Sets[0]), num(s.Sets[1]),
		sonify.Word(score(s, 1)),
		sonify.Num(g.lead), num(leader), sonify.Num(g.stake), sonify.Num(g.tension),
		num(g.toSet), num(g.toMatch), sonify.Num(brink(g.toMatch)), sonify.Num(g.mood.level()))
}

func (g *telling) emit(shape *sonify.Shape, v []sonify.Value) {
	g.t.Emit(sonify.Event{Source: g.t.Source, Shape: shape, Values: v, Clock: g.clock, Timed: true, Line: g.line})
}

func num(n int) sonify.Value { return sonify.Num(float64(n)) }

// some returns n, missing if it is none.
func some(n, none int) sonify.Value {
	if n == none {
		return sonify.Value{}
	}
	return num(n)
}

func (f Flag) value() sonify.Value {
	if f == Unsaid {
		return sonify.Value{}
	}
	return sonify.Truth(f == Yes)
}
