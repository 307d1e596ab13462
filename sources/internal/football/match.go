package football

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"proscenium/sonify"
)

// period is a part of a match.
type period int8

const (
	firstHalf period = iota
	secondHalf
	extraFirst
	extraSecond
	periods
)

// ends are the minutes with which the periods end.
var ends = [periods]int{45, 90, 105, 120}

// begin returns the minute before the first one of p.
func (p period) begin() int {
	if p == firstHalf {
		return 0
	}
	return ends[p-1]
}

// goal is one goal, or one that is known only from the score.
type goal struct {
	side    int // 1 or 2: for whom it counts
	scorer  string
	minute  int // 0: unknown
	extra   int // minutes of stoppage time, 0: none
	period  period
	own     bool
	penalty bool

	clock time.Duration // since kick-off
}

// maxGoals bounds the goals of a side; the most of an official match were 36.
const maxGoals = 100

// Pair is a score of both sides.
type Pair struct {
	N     [2]int // goals of side 1 and of side 2
	Known bool
}

// Score is what is known of a match's score at its stations: after the first half,
// after 90 minutes, after extra time (known only if there was one), and in the
// shoot-out.
type Score struct{ HT, FT, ET, P Pair }

// Scored is a goal as a record lists it.
type Scored struct {
	Scorer  string // "" if unknown
	Minute  int    // from 1; 0 if unknown
	Extra   int    // minutes of stoppage time; 0 if there were none or it is not said
	Own     bool
	Penalty bool
}

// Match is one match that has been played, as a record has it. Fill in what is
// known, then call Settle and Tell.
type Match struct {
	Line     int64  // of the record, for messages
	Cup      string // the championship
	Number   int    // in the record's own counting, from 1
	Round    string
	Group    string
	Date     string // as the record writes it
	Hours    string // of kick-off, as the record writes it
	Ground   string
	Teams    [2]string
	Score    Score
	Listed   [2][]Scored // goals by the side for which they count, in order
	Knockout bool        // somebody has to win
	// Winner is 1 or 2 if the record names who won a shoot-out whose score it does not have.
	Winner int

	goals  []goal
	final  [2]int // goals without the shoot-out
	half   [2]int
	extra  bool         // extra time was played
	winner int          // 0: a draw
	length [periods]int // minutes, stoppage time included
	starts [periods]time.Duration
}

// Played reports whether there is a result: a score, or goals.
func (m *Match) Played() bool {
	return m.Score.FT.Known || m.Score.ET.Known || len(m.Listed[0])+len(m.Listed[1]) > 0
}

// Settle works out what happened from what the record says, and counts in tally what
// does not fit.
func (m *Match) Settle(tally *sonify.Tally) {
	odd := func(fate sonify.Fate, what string) { tally.Add(fate, what, m.Line) }
	for s := range m.Teams {
		if m.Teams[s] == "" {
			odd(sonify.Absent, "team without a name")
			m.Teams[s] = "Team " + strconv.Itoa(s+1)
		}
	}
	m.extra = m.Score.ET.Known
	for s, list := range m.Listed {
		if len(list) > maxGoals {
			odd(sonify.Skipped, "goals beyond 100 of a side")
			list = list[:maxGoals]
		}
		for i := range list {
			m.goals = append(m.goals, m.goal(s+1, &list[i], odd))
		}
	}
	m.count(odd)
	m.place()
	m.decide(odd)
}

// goal reads one goal of a side.
func (m *Match) goal(side int, r *Scored, odd func(sonify.Fate, string)) goal {
	g := goal{side: side, scorer: r.Scorer, own: r.Own, penalty: r.Penalty}
	if g.scorer == "" {
		odd(sonify.Absent, "goal without a scorer")
	}
	if r.Minute <= 0 {
		odd(sonify.Absent, "goal without a minute, placed by the score")
		g.period = -1
		return g
	}
	g.minute, g.extra = r.Minute, max(r.Extra, 0)
	last := secondHalf
	if m.extra {
		last = extraSecond
	}
	switch {
	case g.minute > ends[last]+30:
		odd(sonify.Repaired, "goal after the end, taken as one of its last minute")
		g.minute, g.extra = ends[last], 1
	case g.minute > ends[last]: // the 121st minute, or the 93rd without extra time
		odd(sonify.Repaired, "goal after the last minute, taken as one of stoppage time")
		g.minute, g.extra = ends[last], g.minute-ends[last]+g.extra
	}
	g.period = firstHalf
	for g.period < last && g.minute > ends[g.period] {
		g.period++
	}
	if g.extra > 0 && g.minute != ends[g.period] {
		odd(sonify.Repaired, "stoppage time inside a half, left out")
		g.extra = 0
	}
	g.extra = min(g.extra, 60)
	return g
}

// count makes the goals as many as the score says, in every period it speaks of.
func (m *Match) count(odd func(sonify.Fate, string)) {
	var listed [2]int
	for _, g := range m.goals {
		listed[g.side-1]++
	}
	switch s := m.Score; {
	case s.ET.Known:
		m.final = s.ET.N
	case s.FT.Known:
		m.final = s.FT.N
	default:
		odd(sonify.Repaired, "no score, the goals were counted")
		m.final = listed
	}
	for s := range m.final {
		m.final[s] = min(m.final[s], maxGoals)
		if m.Score.ET.Known && m.Score.FT.Known && m.Score.FT.N[s] > m.final[s] {
			odd(sonify.Repaired, "fewer goals after extra time than before, the first score left out")
			m.Score.FT.Known = false
		}
		if over := listed[s] - m.final[s]; over > 0 {
			odd(sonify.Skipped, "goal beyond the score")
			for i := len(m.goals) - 1; i >= 0 && over > 0; i-- {
				if m.goals[i].side == s+1 {
					m.goals = slices.Delete(m.goals, i, i+1)
					over--
				}
			}
		}
		for ; listed[s] < m.final[s]; listed[s]++ {
			odd(sonify.Absent, "goal that only the score knows, placed by it")
			m.goals = append(m.goals, goal{side: s + 1, period: -1})
		}
	}
	m.assign()
}

// assign gives goals without a minute the period in which the score lacks one.
func (m *Match) assign() {
	for s := range m.final {
		var have [periods]int
		for _, g := range m.goals {
			if g.side == s+1 && g.period >= 0 {
				have[g.period]++
			}
		}
		ht, ft := m.Score.HT, m.Score.FT
		var want [periods]int
		want[secondHalf] = m.final[s]
		if m.extra && ft.Known {
			want[secondHalf] = ft.N[s]
			want[extraFirst] = m.final[s] - ft.N[s]
		}
		if ht.Known {
			want[firstHalf] = min(ht.N[s], want[secondHalf])
		} else {
			want[firstHalf] = want[secondHalf] / 2
		}
		want[secondHalf] -= want[firstHalf]
		have[extraFirst] += have[extraSecond]
		for i := range m.goals {
			g := &m.goals[i]
			if g.side != s+1 || g.period >= 0 {
				continue
			}
			g.period = secondHalf
			for p := firstHalf; p <= extraFirst; p++ {
				if have[p] < want[p] {
					g.period = p
					break
				}
			}
			have[g.period]++
		}
	}
}

// Breaks, and stoppage time where no goal shows that there was more: round
// figures of championships.
const (
	halfBreak  = 15 * time.Minute
	extraBreak = 5 * time.Minute
	shortBreak = 2 * time.Minute
	kicksTake  = 8 * time.Minute
)

var stoppage = [periods]int{2, 4, 1, 1}

// place gives every goal its time on the match's clock and puts them in order.
func (m *Match) place() {
	for p := range periods {
		m.length[p] = ends[p] - p.begin() + stoppage[p]
	}
	var vague [periods]int
	for i := range m.goals {
		g := &m.goals[i]
		m.length[g.period] = max(m.length[g.period], ends[g.period]-g.period.begin()+g.extra)
		if g.minute == 0 {
			vague[g.period]++
		}
	}
	pause := [periods]time.Duration{0, halfBreak, extraBreak, shortBreak}
	var at time.Duration
	for p := range periods {
		at += pause[p]
		m.starts[p] = at
		at += time.Duration(m.length[p]) * time.Minute
	}
	var placed [periods]int
	for i := range m.goals {
		g := &m.goals[i]
		length := time.Duration(ends[g.period]-g.period.begin()) * time.Minute
		if g.minute == 0 {
			placed[g.period]++
			g.clock = m.starts[g.period] + length*time.Duration(placed[g.period])/time.Duration(vague[g.period]+1)
		} else {
			g.clock = m.starts[g.period] + time.Duration(g.minute-g.period.begin()+g.extra-1)*time.Minute
		}
	}
	slices.SortStableFunc(m.goals, func(a, b goal) int { return cmp.Compare(a.clock, b.clock) })
	// Goals of one minute share it: half a minute in if there is one.
	for i := 0; i < len(m.goals); {
		n := 1
		for i+n < len(m.goals) && m.goals[i+n].clock == m.goals[i].clock {
			n++
		}
		for k := range n {
			m.goals[i+k].clock += time.Minute * time.Duration(k+1) / time.Duration(n+1)
		}
		i += n
	}
	for _, g := range m.goals {
		if g.period == firstHalf {
			m.half[g.side-1]++
		}
	}
}

// decide finds out who won.
func (m *Match) decide(odd func(sonify.Fate, string)) {
	if m.Score.HT.Known && m.Score.HT.N != m.half {
		odd(sonify.Repaired, "score at half-time that its goals do not make, the goals count")
	}
	a, b := m.final[0], m.final[1]
	if p := m.Score.P; p.Known {
		switch {
		case a != b:
			odd(sonify.Repaired, "shoot-out after a match that was decided, left out")
			m.Score.P.Known = false
		case p.N[0] == p.N[1]:
			odd(sonify.Repaired, "shoot-out without a winner")
		default:
			a, b = p.N[0], p.N[1]
		}
	}
	switch {
	case a > b:
		m.winner = 1
	case b > a:
		m.winner = 2
	case m.Knockout && (m.Winner == 1 || m.Winner == 2):
		m.winner = m.Winner
	}
}

// decisive returns which goal put the winner ahead for good, -1 if none did: a
// draw, or a shoot-out.
func (m *Match) decisive() int {
	if m.winner == 0 || m.final[0] == m.final[1] {
		return -1
	}
	at, ahead := -1, 0
	for i, g := range m.goals {
		if g.side == m.winner {
			if ahead++; ahead == 1 {
				at = i
			}
		} else {
			ahead--
		}
	}
	return at
}

// end returns the time of the final whistle before a shoot-out.
func (m *Match) end() time.Duration {
	p := secondHalf
	if m.extra {
		p = extraSecond
	}
	return m.starts[p] + time.Duration(m.length[p])*time.Minute
}
