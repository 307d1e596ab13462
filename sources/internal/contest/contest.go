package contest

import (
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// Sport says how a sport scores, for the model.
type Sport struct {
	Name string // small letters
	// Spread is the standard deviation of the margin at the end between sides that are
	// alike, in points: how far they drift apart by chance.
	Spread float64
	// Usual is what one scores at once most often, in points.
	Usual float64
}

// The sports whose numbers are known here. The spreads are round figures of
// professional leagues, good to a tenth: a margin of 12 points in basketball and of 4
// runs in baseball is what two thirds of the matches keep within.
var (
	Basketball = Sport{"basketball", 12, 2}
	Baseball   = Sport{"baseball", 4, 1}
)

// lead returns the chance that side 1 wins less that of side 2, in [-1, 1], if it is
// margin points ahead with a part left of the match to be played: the points to come
// are taken for a normal distribution, whose sum is put as a logistic curve (to within
// 0.01 of it).
func (s *Sport) lead(margin, left float64) float64 {
	if margin == 0 {
		return 0
	}
	deviation := float64(s.Spread * exact.Sqrt(left))
	if deviation < 0.25 { // less than a quarter of a point: it is decided
		deviation = 0.25
	}
	x := exact.Clamp(float64(1.702*margin)/deviation, -40, 40)
	return float64(2/(1+exact.Exp(-x))) - 1
}

// importance returns by how much the next score moves the lead at most.
func (s *Sport) importance(margin, left float64) float64 {
	now := s.lead(margin, left)
	return exact.Clamp(max(s.lead(margin+s.Usual, left)-now, now-s.lead(margin-s.Usual, left)), 0, 1)
}

// tension returns how much is in the air, in [0, 1]: seven tenths what a score would
// change, three tenths how close it is the nearer the end. How these are weighed is
// taste.
func (s *Sport) tension(margin, left float64) float64 {
	now := s.lead(margin, left)
	closeness := 1 - max(now, -now)
	return exact.Clamp(float64(0.7*s.importance(margin, left))+float64(0.3*float64(closeness*(1-left))), 0, 1)
}

// momentumHalf is after how many points of one's usual the momentum is half
// forgotten.
const momentumHalf = 6

// Match is one match that is told. The zero value is not ready: use New.
type Match struct {
	Sport       *Sport // nil: nothing is reckoned
	ID          string
	Competition string
	Teams       [2]string

	source string
	tally  *sonify.Tally
	score  [2]float64
	pull   float64 // momentum before it is brought into bounds
	begun  bool
	over   bool

	// Where the match is; the teller of the sport keeps them.
	Period int     // from 1; 0: unknown
	Clock  float64 // seconds left of it; negative: no clock runs
	Left   float64 // the part of the match that is left, 0 to 1; negative: unknown
	At     time.Time
	Since  time.Duration // the match's own clock, counted from its beginning
	Line   int64
}

// New returns a match that nothing is known of yet but its names.
func New(source string, tally *sonify.Tally, sport *Sport, id string, teams [2]string) *Match {
	m := &Match{Sport: sport, ID: id, Teams: teams, source: source, tally: tally, Clock: -1, Left: -1}
	for s := range m.Teams {
		if m.Teams[s] = strings.TrimSpace(m.Teams[s]); m.Teams[s] == "" {
			m.Teams[s] = "Team " + strconv.Itoa(s+1)
		}
	}
	return m
}

// Begun reports whether Start was called, Over whether End was.
func (m *Match) Begun() bool { return m.begun }

// Over reports whether the match has ended.
func (m *Match) Over() bool { return m.over }

// Score returns the score as it was told last, in points.
func (m *Match) Score() [2]float64 { return m.score }

// Resume takes a score for known: what was scored before is not told.
func (m *Match) Resume(score [2]float64) { m.score = score }

// Start tells the beginning of the match, the number-th of a programme. The second
// time it does nothing.
func (m *Match) Start(number int, emit func(sonify.Event)) {
	if m.begun {
		return
	}
	m.begun = true
	m.say(emit, Started, sonify.Num(float64(number)))
}

// Turn tells that the period of the match begins or ends.
func (m *Match) Turn(begins bool, emit func(sonify.Event)) {
	if !m.over {
		m.say(emit, Period, sonify.Truth(begins))
	}
}

// Deed is what somebody did.
type Deed struct {
	Side   int // 1 or 2; 0: unknown
	Player string
	Action string
	Made   sonify.Value // a truth, or missing
	Speed  float64      // km/h; 0: not measured
}

func (m *Match) deed(d *Deed) []sonify.Value {
	v := make([]sonify.Value, len(play))
	if d.Side == 1 || d.Side == 2 {
		v[0], v[1] = sonify.Num(float64(d.Side)), sonify.Word(m.Teams[d.Side-1])
	}
	if d.Player != "" {
		v[2] = sonify.Word(d.Player)
	}
	if d.Action != "" {
		v[3] = sonify.Word(strings.ToLower(d.Action))
	}
	v[4] = d.Made
	if d.Speed > 0 {
		v[5] = sonify.Num(d.Speed)
	}
	return v
}

// Play tells something that scored nothing.
func (m *Match) Play(d *Deed, emit func(sonify.Event)) {
	if !m.over {
		m.say(emit, Play, m.deed(d)...)
	}
}

// mostPoints bounds a score, against nonsense.
const mostPoints = 10_000

// To tells that the score is now the one given, with what did it. Where both sides
// have scored at once it is told one after the other. It reports whether anything has
// changed.
func (m *Match) To(score [2]float64, d *Deed, emit func(sonify.Event)) bool {
	if m.over {
		return false
	}
	changed := false
	for s := range score {
		to := score[s]
		if !(to >= 0 && to <= mostPoints) {
			m.tally.Add(sonify.Repaired, "score that cannot be, left as it was", m.Line)
			continue
		}
		points := to - m.score[s]
		if points == 0 {
			continue
		}
		changed = true
		if points < 0 {
			m.tally.Add(sonify.Repaired, "score put right downwards", m.Line)
		}
		own := *d
		if own.Side != s+1 { // somebody else's deed, or nobody knows whose
			own = Deed{Side: s + 1, Action: d.Action}
		}
		sign := 1.0
		if s == 1 {
			sign = -1
		}
		before := float64(sign * (m.score[0] - m.score[1]))
		m.score[s] = to
		after := float64(sign * (m.score[0] - m.score[1]))
		usual := 1.0
		if m.Sport != nil {
			usual = m.Sport.Usual
		}
		fade := exact.Pow(0.5, max(points, 0)/float64(usual*momentumHalf))
		m.pull = float64(m.pull*fade) + float64(sign*max(points, 0))
		var late sonify.Value
		if m.Left >= 0 {
			late = sonify.Truth(m.Left < 0.05)
		}
		m.say(emit, Scored, append(m.deed(&own), sonify.Num(points), sonify.Truth(after == 0), sonify.Truth(before <= 0 && after > 0), late)...)
	}
	return changed
}

// End tells the end of the match. The second time it does nothing.
func (m *Match) End(emit func(sonify.Event)) {
	if m.over {
		return
	}
	winner, name := 0, ""
	switch {
	case m.score[0] > m.score[1]:
		winner, name = 1, m.Teams[0]
	case m.score[1] > m.score[0]:
		winner, name = 2, m.Teams[1]
	}
	m.Left = 0
	m.over = true
	m.say(emit, Ended, sonify.Num(float64(winner)), sonify.Word(name))
}

// say emits an event of the match as it stands.
func (m *Match) say(emit func(sonify.Event), shape *sonify.Shape, more ...sonify.Value) {
	margin := m.score[0] - m.score[1]
	leader := 0
	switch {
	case margin > 0:
		leader = 1
	case margin < 0:
		leader = 2
	}
	v := make([]sonify.Value, 0, len(common)+len(more))
	v = append(v, word(m.ID), sonify.Value{}, word(m.Competition), sonify.Word(m.Teams[0]), sonify.Word(m.Teams[1]),
		sonify.Num(m.score[0]), sonify.Num(m.score[1]), sonify.Word(number(m.score[0])+"-"+number(m.score[1])),
		sonify.Num(float64(leader)), sonify.Num(margin))
	period, clock, left, lead, importance, tension := sonify.Value{}, sonify.Value{}, sonify.Value{}, sonify.Value{}, sonify.Value{}, sonify.Value{}
	if m.Period > 0 {
		period = sonify.Num(float64(m.Period))
	}
	if m.Clock >= 0 {
		clock = sonify.Num(m.Clock)
	}
	usual := 1.0
	if m.Sport != nil {
		v[1] = word(m.Sport.Name)
		usual = m.Sport.Usual
	}
	if m.Left >= 0 {
		l := min(m.Left, 1)
		left = sonify.Num(l)
		switch {
		case m.over:
			lead, importance, tension = sonify.Num([...]float64{0, 1, -1}[leader]), sonify.Num(0), sonify.Num(0)
		case m.Sport != nil:
			lead, importance, tension = sonify.Num(m.Sport.lead(margin, l)), sonify.Num(m.Sport.importance(margin, l)), sonify.Num(m.Sport.tension(margin, l))
		}
	}
	v = append(v, period, clock, left, lead, importance, tension, sonify.Num(exact.Clamp(m.pull/float64(usual*momentumHalf), -1, 1)))
	emit(sonify.Event{
		Source: m.source, Shape: shape, Values: append(v, more...),
		At: m.At, Clock: m.Since, Timed: true, Line: m.Line,
	})
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// word returns s, missing if it is empty.
func word(s string) sonify.Value {
	if s == "" {
		return sonify.Value{}
	}
	return sonify.Word(s)
}
