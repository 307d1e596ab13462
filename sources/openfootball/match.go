package openfootball

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
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

// match is one match as the file has it, and what follows from it.
type match struct {
	line   int64
	cup    string // the championship
	number int    // as the file says, else the place by kick-off
	said   bool
	round  string
	group  string
	date   string
	hours  string // of kick-off, as the file says
	ground string
	teams  [2]string
	kick   time.Time // for the order only
	score  rawScore
	listed [2]goals

	goals    []goal
	final    [2]int // goals without the shoot-out
	half     [2]int
	extra    bool // extra time was played
	knockout bool
	winner   int          // 0: a draw
	length   [periods]int // minutes, stoppage time included
	starts   [periods]time.Duration
}

func newMatch(r *rawMatch, line int64) *match {
	m := &match{
		line: line, number: r.Num.n, said: r.Num.known && r.Num.n > 0,
		round: string(r.Round), group: string(r.Group), date: string(r.Date), hours: string(r.Time),
		ground: cmp.Or(string(r.Ground), string(r.Stadium)), teams: [2]string{string(r.Team1), string(r.Team2)},
		score: r.scores(), listed: [2]goals{r.Goals1, r.Goals2},
	}
	if m.group == "" && strings.HasPrefix(m.round, "Group ") {
		m.group = m.round
	}
	m.knockout = m.group == "" && !strings.HasPrefix(m.round, "Matchday")
	m.kick = kickOff(m.date, m.hours)
	return m
}

// kickOff returns when a match began: "2014-06-12" and "17:00 UTC-3". Without a
// zone it is taken as UTC, which is good enough for an order; the zero time is
// unknown.
func kickOff(date, hours string) time.Time {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	clock, zone, _ := strings.Cut(hours, " ")
	if t, err := time.Parse("15:04", clock); err == nil {
		day = day.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	}
	if z, ok := strings.CutPrefix(strings.TrimSpace(zone), "UTC"); ok {
		h, m, _ := strings.Cut(strings.Replace(z, "−", "-", 1), ":")
		if n, err := strconv.Atoi(h); err == nil && n >= -12 && n <= 14 {
			off := time.Duration(n) * time.Hour
			if k, err := strconv.Atoi(m); err == nil && k > 0 && k < 60 {
				if n < 0 {
					k = -k
				}
				off += time.Duration(k) * time.Minute
			}
			day = day.Add(-off)
		}
	}
	return day
}

// order puts matches in the order of their kick-offs, those without one last,
// and numbers those that have no number.
func order(ms []*match) {
	slices.SortStableFunc(ms, func(a, b *match) int {
		if z := a.kick.IsZero(); z != b.kick.IsZero() {
			if z {
				return 1
			}
			return -1
		}
		return a.kick.Compare(b.kick)
	})
	for i, m := range ms {
		if !m.said {
			m.number = i + 1
		}
	}
}

// played reports whether the file has a result.
func (m *match) played() bool {
	return m.score.FT.known || m.score.ET.known || len(m.listed[0])+len(m.listed[1]) > 0
}

// settle works out what happened from what the file says, and counts what does
// not fit.
func (m *match) settle(tally *sonify.Tally) {
	odd := func(fate sonify.Fate, what string) { tally.Add(fate, what, m.line) }
	for s := range m.teams {
		if m.teams[s] == "" {
			odd(sonify.Absent, "team without a name")
			m.teams[s] = "Team " + strconv.Itoa(s+1)
		}
	}
	m.extra = m.score.ET.known
	for s, list := range m.listed {
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
func (m *match) goal(side int, r *rawGoal, odd func(sonify.Fate, string)) goal {
	g := goal{side: side, scorer: string(r.Name), own: bool(r.OwnGoal), penalty: bool(r.Penalty)}
	if g.scorer == "" {
		odd(sonify.Absent, "goal without a scorer")
	}
	if !r.Minute.at.known {
		odd(sonify.Absent, "goal without a minute, placed by the score")
		g.period = -1
		return g
	}
	g.minute, g.extra = r.Minute.at.n, r.Minute.extra.n
	if r.Offset.known && !r.Minute.extra.known {
		g.extra = r.Offset.n
	}
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
func (m *match) count(odd func(sonify.Fate, string)) {
	var listed [2]int
	for _, g := range m.goals {
		listed[g.side-1]++
	}
	switch s := m.score; {
	case s.ET.known:
		m.final = s.ET.n
	case s.FT.known:
		m.final = s.FT.n
	default:
		odd(sonify.Repaired, "no score, the goals were counted")
		m.final = listed
	}
	for s := range m.final {
		m.final[s] = min(m.final[s], maxGoals)
		if m.score.ET.known && m.score.FT.known && m.score.FT.n[s] > m.final[s] {
			odd(sonify.Repaired, "fewer goals after extra time than before, the first score left out")
			m.score.FT.known = false
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
func (m *match) assign() {
	for s := range m.final {
		var have [periods]int
		for _, g := range m.goals {
			if g.side == s+1 && g.period >= 0 {
				have[g.period]++
			}
		}
		ht, ft := m.score.HT, m.score.FT
		var want [periods]int
		want[secondHalf] = m.final[s]
		if m.extra && ft.known {
			want[secondHalf] = ft.n[s]
			want[extraFirst] = m.final[s] - ft.n[s]
		}
		if ht.known {
			want[firstHalf] = min(ht.n[s], want[secondHalf])
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
func (m *match) place() {
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
func (m *match) decide(odd func(sonify.Fate, string)) {
	if m.score.HT.known && m.score.HT.n != m.half {
		odd(sonify.Repaired, "score at half-time that its goals do not make, the goals count")
	}
	a, b := m.final[0], m.final[1]
	if p := m.score.P; p.known {
		switch {
		case a != b:
			odd(sonify.Repaired, "shoot-out after a match that was decided, left out")
			m.score.P.known = false
		case p.n[0] == p.n[1]:
			odd(sonify.Repaired, "shoot-out without a winner")
		default:
			a, b = p.n[0], p.n[1]
		}
	}
	switch {
	case a > b:
		m.winner = 1
	case b > a:
		m.winner = 2
	}
}

// decisive returns which goal put the winner ahead for good, -1 if none did: a
// draw, or a shoot-out.
func (m *match) decisive() int {
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
func (m *match) end() time.Duration {
	p := secondHalf
	if m.extra {
		p = extraSecond
	}
	return m.starts[p] + time.Duration(m.length[p])*time.Minute
}
