package football

import (
	"strconv"
	"time"

	"proscenium/sonify"
)

// Phase is where a match stands.
type Phase uint8

const (
	Unknown Phase = iota // the feed does not say
	Before               // it has not begun
	First                // first half
	Break                // half-time, and the break before extra time
	Second               // second half
	Extra                // extra time
	Shoot                // shoot-out
	Over                 // it has been played, or was decided otherwise
	Off                  // it is not played: postponed, cancelled, suspended
)

func (p Phase) String() string {
	if p > Off {
		p = Unknown
	}
	return [...]string{"unknown", "before", "first half", "break", "second half", "extra time", "shoot-out", "over", "off"}[p]
}

// playing reports whether the match is on.
func (p Phase) playing() bool { return p >= First && p <= Shoot }

// Report is what a feed says of a match at one moment. What it does not say is left
// at its zero value.
type Report struct {
	Match  Match // its names; of Score, the score of the moment is ET if known, else FT
	ID     string
	Phase  Phase
	Minute int // from 1; 0: the feed does not say
	Extra  int // of stoppage time
	Kick   time.Time
	At     time.Time // when it was so; zero: the feed does not say
	// Guessed means that At was reckoned from the clock of a match: what is told has no
	// date then.
	Guessed bool
	// Halves means that First is the feed's word for both halves: after the break it is the
	// second.
	Halves bool
	Line   int64
	Winner int // 1 or 2, if the feed names one; the score counts more, unless it is even
	// Awarded means that the match is Over because somebody decided so at a table: its
	// score is none that was played.
	Awarded bool
	// Listed of Match are the goals so far by side, if the feed lists them; a list
	// that is shorter than the score is one that lags behind.
}

// now returns the score of the moment.
func (r *Report) now() Pair {
	if r.Match.Score.ET.Known {
		return r.Match.Score.ET
	}
	return r.Match.Score.FT
}

// mostMatches bounds how many matches are followed at once: a league has ten in a
// round, a day of the whole world's some hundreds.
const mostMatches = 1024

// Live follows matches from reports that come while they last, in any order of the
// matches, and tells what has changed. It is used by one goroutine.
type Live struct {
	// Undated means that the times of reports are of no calendar: events have the clock
	// only.
	Undated bool

	late bool // a half-time that no report has is told when the second half is met

	source string
	tally  *sonify.Tally
	known  map[string]*followed
	number int // matches told
	first  time.Time
	clock  time.Duration
}

// followed is a match that is followed.
type followed struct {
	t       telling
	phase   Phase
	begun   bool // its kick-off was told
	says    bool // the feed has said a minute
	scored  bool // the feed has said a score
	minute  int
	extra   int
	seen    time.Time
	resumed time.Time // when the second half was first seen
	number  int
}

// NewLive returns a follower for the source of that name. Tally takes what does not
// fit; it may not be nil.
func NewLive(source string, tally *sonify.Tally) *Live {
	return &Live{source: source, tally: tally, known: make(map[string]*followed)}
}

// Hear tells what r has that is new, in the order in which it can have happened. A
// match that is already on when it is met first is told from its kick-off event on,
// with the score it has; one that is over then is not told.
func (l *Live) Hear(r *Report, emit func(sonify.Event)) {
	l.advance(r)
	f := l.known[r.ID]
	if f == nil {
		if f = l.meet(r); f == nil {
			return
		}
	}
	f.seen = r.At
	f.t.emit = l.stamped(r, emit)
	l.follow(f, r)
	f.t.emit = nil
	if f.phase == Over || f.phase == Off {
		f.t.m.Listed = [2][]Scored{}
	}
}

// advance sets the clock by a report. It never runs backwards.
func (l *Live) advance(r *Report) {
	if r.At.IsZero() {
		return
	}
	if l.first.IsZero() {
		l.first = r.At
	}
	l.clock = max(l.clock, r.At.Sub(l.first))
}

// stamped returns emit for events of the moment of r.
func (l *Live) stamped(r *Report, emit func(sonify.Event)) func(sonify.Event) {
	return func(ev sonify.Event) {
		ev.Clock, ev.Timed, ev.Line = l.clock, true, r.Line
		if !l.Undated && !r.Guessed {
			ev.At = r.At
		}
		emit(ev)
	}
}

// meet begins to follow a match.
func (l *Live) meet(r *Report) *followed {
	if len(l.known) >= mostMatches && !l.forget() {
		l.tally.Add(sonify.Dropped, "matches beyond those that are followed at once", r.Line)
		return nil
	}
	m := r.Match
	m.Listed = [2][]Scored{}
	for s := range m.Teams {
		if m.Teams[s] == "" {
			l.tally.Add(sonify.Absent, "team without a name", r.Line)
			m.Teams[s] = "Team " + strconv.Itoa(s+1)
		}
	}
	f := &followed{phase: Before, t: telling{source: l.source, m: &m, stake: stakeOf(m.Round, m.Knockout), length: 90}}
	switch {
	case r.Phase == Over || r.Phase == Off:
		f.phase = r.Phase
	case r.Phase.playing():
		f.t.goals = clampGoals(r.now())
	}
	l.known[r.ID] = f
	return f
}

// forget makes room by leaving the match that is over for longest.
func (l *Live) forget() bool {
	oldest := ""
	for id, f := range l.known {
		if (f.phase == Over || f.phase == Off || f.phase == Before) &&
			(oldest == "" || f.seen.Before(l.known[oldest].seen) || f.seen.Equal(l.known[oldest].seen) && id < oldest) {
			oldest = id
		}
	}
	delete(l.known, oldest)
	return oldest != ""
}

func clampGoals(p Pair) [2]int {
	if !p.Known {
		return [2]int{}
	}
	return [2]int{min(max(p.N[0], 0), maxGoals), min(max(p.N[1], 0), maxGoals)}
}

// follow tells what r has that is new of f.
func (l *Live) follow(f *followed, r *Report) {
	if f.phase == Over {
		if r.Phase.playing() {
			l.tally.Add(sonify.Repaired, "match that goes on after its end, left over", r.Line)
		}
		return
	}
	phase := r.Phase
	if phase == Unknown {
		phase = f.phase
	}
	if phase == Off {
		f.phase = Off
		return
	}
	if r.Awarded && phase == Over {
		if f.phase = Off; f.begun {
			f.phase = Over
			l.whistle(f, r)
		}
		return
	}
	if r.Halves && phase == First && (f.phase == Break || f.phase == Second) {
		phase = Second
	}
	if f.phase.playing() && phase < f.phase {
		// In the break before extra time a feed may say half-time once more.
		if phase != Break {
			l.tally.Add(sonify.Repaired, "match that goes back in time, held", r.Line)
		}
		phase = f.phase
	}
	if phase == Before || phase == Unknown {
		f.phase = Before
		return
	}
	if !f.begun {
		f.begun = true
		l.number++
		f.number = l.number
		m := f.t.m
		f.t.say(KickOff, 0, l.at(f, r, First), num(f.number), word(m.Cup), word(m.Date), word(m.Hours), word(m.Ground), sonify.Truth(m.Knockout))
	}
	if phase == Break || phase == Shoot { // in which no goal falls: it fell before
		l.score(f, r)
	}
	l.turn(f, r, phase)
	l.score(f, r)
	if phase == Over {
		l.whistle(f, r)
		return
	}
	a := l.at(f, r, phase)
	if (phase == First || phase == Second || phase == Extra) && (a.minute > f.minute || a.minute == f.minute && a.extra > f.extra) {
		f.minute, f.extra = a.minute, a.extra
		f.t.say(Minute, 0, a)
	}
}

// turn tells that a match has come to another phase.
func (l *Live) turn(f *followed, r *Report, phase Phase) {
	from := f.phase
	f.phase = phase
	if from == phase {
		return
	}
	if phase == Second && f.resumed.IsZero() {
		f.resumed = r.At
	}
	if l.late && from == First && phase > Break && phase.playing() {
		f.t.say(HalfTime, 0, at{minute: 45, left: 45})
	}
	switch {
	case phase == Break && from < Break:
		f.t.say(HalfTime, 0, at{minute: 45, left: 45})
	case phase == Extra && from < Extra:
		f.t.length = 120
		f.t.say(ExtraTime, 0, at{minute: 90, left: 30})
	case phase == Shoot:
		last := 90
		if f.t.length > 90 {
			last = 120
		}
		f.t.say(ShootOut, 0, at{minute: last, shoot: true})
	}
}

// at returns the moment of a report. Where the feed has no minute it is reckoned
// from when the half began.
func (l *Live) at(f *followed, r *Report, phase Phase) at {
	a := at{minute: r.Minute, extra: r.Extra}
	f.says = f.says || a.minute > 0
	if !f.says && !r.At.IsZero() {
		switch {
		case phase == First && !r.Kick.IsZero():
			a.minute = min(max(int(r.At.Sub(r.Kick)/time.Minute)+1, 1), 45)
		case phase == Second && !f.resumed.IsZero():
			a.minute = min(46+max(int(r.At.Sub(f.resumed)/time.Minute), 0), 90)
		}
		if a.minute > 0 {
			l.tally.Add(sonify.Repaired, "minute that the feed does not say, reckoned from when the half began", r.Line)
		}
	}
	a.minute = min(max(a.minute, f.minute), 120)
	if a.extra < 0 || a.extra > 60 {
		a.extra = 0
	}
	a.left = max(f.t.length-float64(max(a.minute-1, 0)), 1)
	return a
}

// score tells the goals that are new. A goal that was taken back lowers the score.
func (l *Live) score(f *followed, r *Report) {
	if !r.now().Known {
		return
	}
	f.scored = true
	now := clampGoals(r.now())
	for s := range now {
		for f.t.goals[s] > now[s] {
			f.t.goals[s]--
			f.t.say(Annulled, 0, l.at(f, r, f.phase), num(s+1), sonify.Word(f.t.m.Teams[s]))
		}
	}
	if f.t.goals[0] < now[0] && f.t.goals[1] < now[1] && !listed(r, now) {
		l.tally.Add(sonify.Repaired, "goals of both sides at once, in an order that the feed does not say", r.Line)
	}
	for f.t.goals != now {
		s := nextSide(r, f.t.goals, now)
		var g Scored
		known := len(r.Match.Listed[s]) > f.t.goals[s]
		if known {
			g = r.Match.Listed[s][f.t.goals[s]]
		}
		before := f.t.goals[0] - f.t.goals[1]
		f.t.goals[s]++
		after := f.t.goals[0] - f.t.goals[1]
		a := l.at(f, r, f.phase)
		if g.Minute > 0 {
			a.minute, a.extra = g.Minute, g.Extra
			a.left = max(f.t.length-float64(g.Minute), 1)
		}
		a.unknown = a.minute == 0
		var own, penalty sonify.Value
		if known {
			own, penalty = sonify.Truth(g.Own), sonify.Truth(g.Penalty)
		}
		// Whether it decides the match nobody knows yet.
		f.t.say(Goal, 0, a, num(s+1), sonify.Word(f.t.m.Teams[s]), word(g.Scorer), own, penalty,
			sonify.Truth(after == 0), sonify.Truth(before == 0), sonify.Truth(a.minute > 85), sonify.Value{}, num(f.t.goals[0]+f.t.goals[1]))
	}
}

// listed reports whether the feed lists every goal with its minute.
func listed(r *Report, now [2]int) bool {
	for s := range now {
		if len(r.Match.Listed[s]) < now[s] {
			return false
		}
		for _, g := range r.Match.Listed[s] {
			if g.Minute <= 0 {
				return false
			}
		}
	}
	return true
}

// nextSide returns the side, 0 or 1, whose goal comes next of those that lack.
func nextSide(r *Report, have, now [2]int) int {
	switch {
	case have[0] == now[0]:
		return 1
	case have[1] == now[1]:
		return 0
	}
	var at [2]int
	for s := range at {
		if len(r.Match.Listed[s]) > have[s] {
			g := r.Match.Listed[s][have[s]]
			at[s] = g.Minute*100 + g.Extra
		}
	}
	if at[0] > 0 && at[1] > 0 && at[1] < at[0] {
		return 1
	}
	return 0
}

// whistle tells the end of a match.
func (l *Live) whistle(f *followed, r *Report) {
	m := f.t.m
	m.Score.P = r.Match.Score.P
	if r.Match.Score.ET.Known { // no report may have come while it lasted
		f.t.length = 120
	}
	a, b := f.t.goals[0], f.t.goals[1]
	result := "draw"
	var kicks [2]sonify.Value
	if p := m.Score.P; p.Known && a == b {
		for s := range kicks {
			kicks[s] = num(p.N[s])
		}
		if p.N[0] != p.N[1] {
			a, b = p.N[0], p.N[1]
			result = "penalties"
		}
	}
	name := ""
	switch {
	case r.Awarded:
		m.winner, result = r.Winner, "awarded"
	case a > b:
		m.winner = 1
	case b > a:
		m.winner = 2
	case r.Winner != 0 && f.begun && r.Match.Knockout: // of a shoot-out that only the feed has seen
		m.winner, result = r.Winner, "penalties"
	}
	if m.winner != 0 {
		name = m.Teams[m.winner-1]
		switch {
		case result == "penalties" || result == "awarded":
		case f.t.length > 90:
			result = "extra time"
		default:
			result = "win"
		}
	}
	last := 90
	if f.t.length > 90 {
		last = 120
	}
	var length sonify.Value
	if !r.Kick.IsZero() && r.At.After(r.Kick) && r.At.Sub(r.Kick) < 6*time.Hour {
		length = sonify.Num(r.At.Sub(r.Kick).Seconds())
	}
	if !f.scored && m.winner == 0 && !r.Awarded { // who has won nobody says
		l.tally.Add(sonify.Absent, "result of a match that is over", r.Line)
		f.t.say(FullTime, 0, at{minute: last, over: true}, sonify.Value{}, sonify.Value{}, sonify.Value{}, kicks[0], kicks[1], length)
		return
	}
	f.t.say(FullTime, 0, at{minute: last, over: true}, num(m.winner), sonify.Word(name), sonify.Word(result), kicks[0], kicks[1], length)
}
