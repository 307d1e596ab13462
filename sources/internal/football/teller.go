package football

import (
	"strconv"
	"time"

	"proscenium/sonify"
)

// telling is one match being told.
type telling struct {
	source string
	emit   func(sonify.Event)
	m      *Match
	base   time.Duration
	stake  float64
	length float64 // minutes that are to be played, as known so far
	goals  [2]int
}

// Tell emits the events of m, which is settled, the number-th match of a programme,
// and returns the programme's clock at its end. Base is the one at its kick-off. It
// emits from the caller's goroutine.
func (m *Match) Tell(source string, emit func(sonify.Event), base time.Duration, number int) time.Duration {
	t := &telling{source: source, emit: emit, m: m, base: base, stake: stakeOf(m.Round, m.Knockout), length: 90}
	t.say(KickOff, 0, at{}, num(number), word(m.Cup), word(m.Date), word(m.Hours), word(m.Ground), sonify.Truth(m.Knockout))
	decisive := m.decisive()
	next := 0
	for p := range periods {
		if p >= extraFirst && !m.extra {
			break
		}
		if p == extraFirst {
			t.length = 120
			t.say(ExtraTime, m.starts[p], at{minute: 90, left: 30})
		}
		for k := range m.length[p] {
			t.minute(p, k)
			for next < len(m.goals) && m.goals[next].period == p &&
				(m.goals[next].clock < m.starts[p]+time.Duration(k+1)*time.Minute || k == m.length[p]-1) {
				t.goal(next, next == decisive)
				next++
			}
		}
		if p == firstHalf {
			t.say(HalfTime, time.Duration(m.length[p])*time.Minute, at{minute: 45, left: 45})
		}
	}
	end, last := m.end(), 90
	if m.extra {
		last = 120
	}
	result := "draw"
	switch {
	case m.winner != 0 && m.final[0] == m.final[1]:
		result = "penalties"
	case m.winner != 0 && m.extra:
		result = "extra time"
	case m.winner != 0:
		result = "win"
	}
	var kicks [2]sonify.Value
	if m.Score.P.Known {
		end += extraBreak
		t.say(ShootOut, end, at{minute: last, shoot: true})
		end += kicksTake
		for s := range kicks {
			kicks[s] = num(m.Score.P.N[s])
		}
	}
	name := ""
	if m.winner != 0 {
		name = m.Teams[m.winner-1]
	}
	t.say(FullTime, end, at{minute: last, over: true}, num(m.winner), sonify.Word(name), sonify.Word(result),
		kicks[0], kicks[1], sonify.Num(end.Seconds()))
	return base + end
}

// minute tells that the k-th minute of a period begins, from 0. Of stoppage time
// nobody knows how long it is: it is all told as the last minute.
func (t *telling) minute(p period, k int) {
	minute, extra := p.begin()+k+1, 0
	if minute > ends[p] {
		minute, extra = ends[p], minute-ends[p]
	}
	t.say(Minute, t.m.starts[p]+time.Duration(k)*time.Minute, at{minute: minute, extra: extra, left: max(t.length-float64(minute-1), 1)})
}

func (t *telling) goal(i int, decisive bool) {
	m := t.m
	g := &m.goals[i]
	before := t.goals[0] - t.goals[1]
	t.goals[g.side-1]++
	after := t.goals[0] - t.goals[1]
	left := t.length
	if g.minute > 0 {
		left -= float64(g.minute)
	} else { // where it was placed
		gone := min((g.clock - m.starts[g.period]).Minutes(), float64(ends[g.period]-g.period.begin()))
		left -= float64(g.period.begin()) + gone
	}
	var own, penalty sonify.Value
	if g.minute > 0 || g.scorer != "" || g.own || g.penalty {
		own, penalty = sonify.Truth(g.own), sonify.Truth(g.penalty)
	}
	// Stoppage time is still to come in the last minute.
	a := at{minute: g.minute, extra: g.extra, left: max(left, 1), unknown: g.minute == 0}
	t.say(Goal, g.clock, a, num(g.side), sonify.Word(m.Teams[g.side-1]), word(g.scorer), own, penalty,
		sonify.Truth(after == 0), sonify.Truth(before == 0), sonify.Truth(g.minute > 85), sonify.Truth(decisive), num(i+1))
}

// at is a moment of a match.
type at struct {
	minute, extra int
	unknown       bool
	left          float64 // minutes to play; 0 is all of them at kick-off
	shoot, over   bool
}

func (t *telling) say(shape *sonify.Shape, clock time.Duration, a at, more ...sonify.Value) {
	m := t.m
	diff := t.goals[0] - t.goals[1]
	left := a.left
	if shape == KickOff && left == 0 {
		left = t.length
	}
	leadNow, weight, air := lead(diff, left), 0.0, 0.0
	switch {
	case a.over: // nothing is at stake any more
		switch m.winner {
		case 0:
			leadNow = 0
		case 1:
			leadNow = 1
		case 2:
			leadNow = -1
		}
	case a.shoot:
		leadNow, weight, air = 0, 1, 1
	default:
		weight = importance(diff, left)
		air = tension(diff, left, t.length, t.stake)
	}
	leader := 0
	switch {
	case diff > 0:
		leader = 1
	case diff < 0:
		leader = 2
	}
	v := make([]sonify.Value, 0, len(shape.Fields()))
	v = append(v, num(m.Number), word(m.Round), word(m.Group), sonify.Word(m.Teams[0]), sonify.Word(m.Teams[1]))
	if a.unknown {
		v = append(v, sonify.Value{}, sonify.Value{})
	} else {
		v = append(v, num(a.minute), num(a.extra))
	}
	v = append(v, num(t.goals[0]), num(t.goals[1]),
		sonify.Word(strconv.Itoa(t.goals[0])+"-"+strconv.Itoa(t.goals[1])),
		num(leader), sonify.Num(leadNow), sonify.Num(weight), sonify.Num(air), sonify.Num(left), sonify.Num(t.stake))
	t.emit(sonify.Event{
		Source: t.source, Shape: shape, Values: append(v, more...),
		Clock: t.base + clock, Timed: true, Line: m.Line,
	})
}

func num(n int) sonify.Value { return sonify.Num(float64(n)) }

// word returns s, missing if it is empty.
func word(s string) sonify.Value {
	if s == "" {
		return sonify.Value{}
	}
	return sonify.Word(s)
}
