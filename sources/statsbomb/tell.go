package statsbomb

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/football"

	"github.com/tidwall/gjson"
)

// Breaks between the periods: the files count each from its own beginning.
const (
	halfBreak  = 15 * time.Minute
	extraBreak = 5 * time.Minute
	shortBreak = 2 * time.Minute
)

// The pitch of the data is 120 by 80 whatever the ground's is; in metres it is taken
// for 105 by 68, the size of most.
const (
	pitchLength, pitchWidth = 120.0, 80.0
	metresLength            = 105.0
	metresWidth             = 68.0
)

// mostEvents bounds a file: a match has about 3,500.
const mostEvents = 100_000

// zero is where the clock of a match begins, on a calendar that nobody sees.
var zero = time.Unix(0, 0).UTC()

// teller tells one match.
type teller struct {
	live  *football.Live
	tally *sonify.Tally
	emit  func(sonify.Event)
	r     football.Report
	teams [2]string

	period int
	begins time.Duration // of the period, on the match's clock
	clock  time.Duration // of the last event
	minute int           // that runs, from 1, counted on through stoppage time
	passes bool
}

// tell tells the match that the events of a file make.
func tell(body []byte, source string, id string, passes bool, tally *sonify.Tally, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(body) {
		return fmt.Errorf("the file is no JSON, or is cut off")
	}
	root := gjson.ParseBytes(body)
	if !root.IsArray() {
		return fmt.Errorf("the file is no list of events: it begins with %.20q", strings.TrimSpace(root.Raw))
	}
	t := &teller{live: football.NewLive(source, tally), tally: tally, emit: emit, passes: passes}
	t.live.Undated = true
	t.names(root)
	if t.teams[0] == "" || t.teams[1] == "" {
		return fmt.Errorf("the file names fewer than two teams: is it one of events?")
	}
	t.r = football.Report{ID: id, Phase: football.First}
	t.r.Match.Teams = t.teams
	if n, err := strconv.Atoi(id); err == nil {
		t.r.Match.Number = n
	}
	t.r.Match.Score.FT.Known = true
	n := 0
	root.ForEach(func(_, e gjson.Result) bool {
		n++
		t.event(e)
		return n < mostEvents
	})
	if n >= mostEvents {
		tally.Add(sonify.Skipped, "events beyond 100,000 of a match", 0)
	}
	if t.period == 0 {
		return fmt.Errorf("no event of the file is in a period of the match")
	}
	t.say(football.Over)
	return nil
}

// names finds the two sides. Whose line-up is listed first has the home advantage in
// these files.
func (t *teller) names(root gjson.Result) {
	add := func(name string) bool {
		switch {
		case name == "" || name == t.teams[0]:
		case t.teams[0] == "":
			t.teams[0] = name
		case t.teams[1] == "":
			t.teams[1] = name
			return true
		}
		return false
	}
	for _, only := range []bool{true, false} { // line-ups, then anybody
		root.ForEach(func(_, e gjson.Result) bool {
			if only && e.Get("type.name").String() != "Starting XI" {
				return true
			}
			return !add(text(e.Get("team.name")))
		})
		if t.teams[1] != "" {
			return
		}
	}
}

// event tells one event of the file.
func (t *teller) event(e gjson.Result) {
	kind := e.Get("type.name").String()
	period := int(e.Get("period").Int())
	if period < 1 || period > 5 {
		t.tally.Add(sonify.Skipped, "event outside the periods of a match", 0)
		return
	}
	if kind == "Starting XI" || kind == "Half Start" && period == t.period {
		return
	}
	at, ok := stamp(e.Get("timestamp").String())
	if !ok {
		t.tally.Add(sonify.Repaired, "event without a time, heard with the one before", 0)
		at = max(t.clock-t.begins, 0)
	}
	if period > t.period {
		t.turn(period)
	}
	if period < t.period {
		t.tally.Add(sonify.Repaired, "event of a period that was over, heard in the next", 0)
	}
	now := max(t.begins+at, t.clock)
	t.pass(now)
	t.clock = now
	side := t.side(e)
	player := text(e.Get("player.name"))
	switch kind {
	case "Half End":
		if period == 1 {
			t.say(football.Break)
		}
	case "Shot":
		t.shot(e, side, player)
	case "Own Goal For":
		t.goal(side, football.Scored{Own: true})
	case "Foul Committed", "Bad Behaviour":
		if side == 0 {
			return
		}
		if kind == "Foul Committed" {
			t.add(football.Foul, t.r.Match.Doer(side, player)...)
		}
		for _, p := range []string{"foul_committed.card.name", "bad_behaviour.card.name"} {
			if card, ok := cards[e.Get(p).String()]; ok {
				t.add(football.Card, append(t.r.Match.Doer(side, player), sonify.Word(card))...)
			}
		}
	case "Substitution":
		if side > 0 {
			t.add(football.Substitution, t.r.Match.Doer(side, player)...)
		}
	case "Pass":
		t.passed(e, side, player)
	}
}

var cards = map[string]string{"Yellow Card": "yellow", "Second Yellow": "second yellow", "Red Card": "red"}

// turn begins a period.
func (t *teller) turn(period int) {
	switch {
	case t.period == 0:
	case period == 2:
		t.begins = t.clock + halfBreak
	case period == 4:
		t.begins = t.clock + shortBreak
	default:
		t.begins = t.clock + extraBreak
	}
	t.period = period
	t.clock = max(t.clock, t.begins)
	t.minute = firsts[period-1] + 1
	phase := []football.Phase{football.First, football.Second, football.Extra, football.Extra, football.Shoot}[period-1]
	if phase != football.Shoot {
		t.moment()
	}
	t.say(phase)
}

// firsts are the minutes before the first one of each period.
var firsts = [5]int{0, 45, 90, 105, 120}

// moment sets the minute of the report to the one that runs.
func (t *teller) moment() {
	end := []int{45, 90, 105, 120, 120}[t.period-1]
	t.r.Minute, t.r.Extra = min(t.minute, end), max(t.minute-end, 0)
}

// pass tells the minutes that begin until now.
func (t *teller) pass(now time.Duration) {
	first := firsts[t.period-1]
	for t.period < 5 && t.minute-first <= 90 {
		begins := t.begins + time.Duration(t.minute-first)*time.Minute
		if begins > now {
			return
		}
		t.minute++
		t.clock = max(t.clock, begins)
		t.moment()
		t.say(t.r.Phase)
	}
}

// say makes a report of how it stands.
func (t *teller) say(phase football.Phase) {
	t.r.Phase, t.r.At = phase, zero.Add(t.clock)
	t.live.Hear(&t.r, t.emit)
}

func (t *teller) add(shape *sonify.Shape, own ...sonify.Value) {
	t.r.At = zero.Add(t.clock)
	t.live.Add(&t.r, shape, t.emit, own...)
}

// side returns 1 or 2, 0 if the event is of neither.
func (t *teller) side(e gjson.Result) int {
	switch text(e.Get("team.name")) {
	case t.teams[0]:
		return 1
	case t.teams[1]:
		return 2
	}
	return 0
}

func (t *teller) shot(e gjson.Result, side int, player string) {
	if side == 0 {
		return
	}
	outcome := strings.ToLower(text(e.Get("shot.outcome.name")))
	if t.period == 5 {
		t.r.Match.Score.P.Known = true
		if outcome == "goal" {
			t.r.Match.Score.P.N[side-1]++
		}
		return
	}
	words := map[string]string{"off t": "off target", "saved off target": "saved", "saved to post": "saved", "wayward": "off target"}
	if w, ok := words[outcome]; ok {
		outcome = w
	}
	own := t.r.Match.Doer(side, player)
	var xg sonify.Value
	if x := e.Get("shot.statsbomb_xg"); x.Type == gjson.Number {
		xg = sonify.Num(min(max(x.Float(), 0), 1))
	}
	said := sonify.Value{}
	if outcome != "" {
		said = sonify.Word(outcome)
	}
	t.add(football.Shot, append(own, xg, sonify.Truth(outcome == "goal" || outcome == "saved"), said)...)
	if outcome == "goal" {
		t.goal(side, football.Scored{Scorer: player, Penalty: e.Get("shot.type.name").String() == "Penalty"})
	}
}

func (t *teller) goal(side int, g football.Scored) {
	if side == 0 || t.period == 5 {
		return
	}
	g.Minute, g.Extra = t.r.Minute, t.r.Extra
	t.r.Match.Listed[side-1] = append(t.r.Match.Listed[side-1], g)
	t.r.Match.Score.FT.N[side-1]++
	t.say(t.r.Phase)
}

// passed tells a pass, where they are wanted. Every side plays from left to right.
func (t *teller) passed(e gjson.Result, side int, player string) {
	if side == 0 || !t.passes {
		return
	}
	own := append(t.r.Match.Doer(side, player), sonify.Truth(!e.Get("pass.outcome").Exists()))
	from, to := e.Get("location").Array(), e.Get("pass.end_location").Array()
	if len(from) < 2 || len(to) < 2 {
		t.add(football.Pass, append(own, sonify.Value{}, sonify.Value{}, sonify.Value{})...)
		return
	}
	x := float64((to[0].Float() - from[0].Float()) / pitchLength * metresLength)
	y := float64((to[1].Float() - from[1].Float()) / pitchWidth * metresWidth)
	length := math.Sqrt(float64(x*x) + float64(y*y))
	reach := min(max(to[0].Float()/pitchLength, 0), 1)
	t.add(football.Pass, append(own, tenth(length), tenth(x), sonify.Num(math.Round(float64(reach*1000))/1000))...)
}

// tenth rounds to a tenth: the data are no better.
func tenth(f float64) sonify.Value { return sonify.Num(math.Round(float64(f*10)) / 10) }

// stamp reads "00:04:45.973", the time since the period began.
func stamp(s string) (time.Duration, bool) {
	p := strings.Split(s, ":")
	if len(p) != 3 {
		return 0, false
	}
	h, err1 := strconv.Atoi(p[0])
	m, err2 := strconv.Atoi(p[1])
	sec, err3 := strconv.ParseFloat(p[2], 64)
	if err1 != nil || err2 != nil || err3 != nil || h < 0 || h > 5 || m < 0 || m > 59 || !(sec >= 0 && sec < 60) {
		return 0, false
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(math.Round(sec*1000))*time.Millisecond, true
}

func text(v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	s := strings.TrimSpace(v.String())
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return s
}
