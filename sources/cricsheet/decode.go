package cricsheet

import (
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/contest"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// The files have no times. These are round figures of how long it takes.
const (
	ballTakes  = 40 * time.Second
	overTakes  = 60 * time.Second // more, between two overs
	breakTakes = 20 * time.Minute // between innings
)

// Bounds of a match: a timeless test of 1939 had 5,447 balls.
const (
	mostInnings = 20
	mostBalls   = 20_000
)

// match is a file of a match while it is told.
type match struct {
	m     *contest.Match
	tally *sonify.Tally
	emit  func(sonify.Event)

	overs    float64 // of an innings, 0: not limited
	innings  int     // usual number of them
	balls    float64 // of an over
	count    int
	clock    time.Duration
	striking int
}

// tell tells a match from its file.
func tell(body []byte, source, id string, tally *sonify.Tally, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(body) {
		return fmt.Errorf("the file is no JSON, or is cut off")
	}
	root := gjson.ParseBytes(body)
	info := root.Get("info")
	teams := info.Get("teams").Array()
	if !root.Get("innings").IsArray() || len(teams) != 2 {
		return fmt.Errorf(`the file is no match of cricsheet: "info.teams" with two names and "innings" were expected`)
	}
	t := &match{tally: tally, emit: emit}
	t.m = contest.New(source, tally, "cricket", id, [2]string{text(teams[0]), text(teams[1])})
	t.m.League = text(info.Get("event.name"))
	t.m.Progress = 0
	t.balls = 6
	if b := info.Get("balls_per_over"); b.Type == gjson.Number && b.Float() >= 1 && b.Float() <= 12 {
		t.balls = b.Float()
	}
	if o := info.Get("overs"); o.Type == gjson.Number && o.Float() >= 1 && o.Float() <= 200 {
		t.overs = o.Float()
	}
	t.innings = 2
	if t.overs == 0 {
		t.innings = 4
	}
	t.m.Start(emit)
	n := 0
	for _, in := range root.Get("innings").Array() {
		if in.Get("super_over").Bool() {
			continue // it decides a tie, and has a score of its own
		}
		if n++; n > mostInnings {
			tally.Add(sonify.Skipped, "innings beyond 20 of a match", 0)
			break
		}
		t.one(in, n)
	}
	t.m.Since = t.clock
	t.end(info.Get("outcome"))
	return nil
}

// one tells an innings.
func (t *match) one(in gjson.Result, number int) {
	if number > 1 {
		t.clock += breakTakes
	}
	side := 0
	for s, name := range t.m.Teams {
		if text(in.Get("team")) == name {
			side = s + 1
		}
	}
	if side == 0 {
		t.tally.Add(sonify.Skipped, "innings of a team that does not play", 0)
		return
	}
	t.m.Period, t.m.Since, t.striking = number, t.clock, side
	if in.Get("forfeited").Bool() {
		return // nobody played it
	}
	t.m.Turn(true, t.emit)
	t.penalty(in.Get("penalty_runs.pre"))
	limit := t.overs
	if o := in.Get("target.overs"); limit > 0 && o.Type == gjson.Number && o.Float() >= 1 && o.Float() < limit {
		limit = o.Float() // it rained
	}
	bowled := 0.0 // balls that count
	over := -1
	for _, o := range in.Get("overs").Array() {
		if over >= 0 {
			t.clock += overTakes
		}
		over++
		for _, d := range o.Get("deliveries").Array() {
			if t.count++; t.count > mostBalls {
				t.tally.Add(sonify.Skipped, "balls beyond 20,000 of a match", 0)
				return
			}
			if !d.Get("extras.wides").Exists() && !d.Get("extras.noballs").Exists() {
				bowled++
			}
			t.progress(number, bowled, limit)
			t.ball(d)
			t.clock += ballTakes
		}
	}
	t.m.Since = t.clock
	t.penalty(in.Get("penalty_runs.post"))
	t.m.Turn(false, t.emit)
}

// penalty tells runs that the batting side is given before or after its innings, for what
// the other one did when it batted.
func (t *match) penalty(runs gjson.Result) {
	if runs.Type != gjson.Number || runs.Float() <= 0 || runs.Float() > 30 {
		return
	}
	score := t.m.Score()
	score[t.striking-1] += runs.Float()
	t.m.To(score, &contest.Deed{Side: t.striking, Play: "penalty"}, t.emit)
}

// progress sets how much of the match is over: balls where they are limited, innings
// where they are not.
func (t *match) progress(number int, bowled, limit float64) {
	p := float64(number - 1)
	if limit > 0 {
		p += min(bowled/float64(limit*t.balls), 1)
	} else { // an innings of no limit is taken for 90 overs
		p += min(bowled/float64(90*t.balls), 1)
	}
	t.m.Progress = max(t.m.Progress, min(p/float64(t.innings), 1))
}

// ball tells one delivery: the runs it made, and who was out.
func (t *match) ball(d gjson.Result) {
	t.m.Since = t.clock
	runs := d.Get("runs.total")
	made, bat := runs.Float(), d.Get("runs.batter").Float()
	if runs.Type != gjson.Number || made < 0 || made > 30 {
		t.tally.Add(sonify.Repaired, "delivery without its runs, taken for none", 0)
		made, bat = 0, 0
	}
	deed := contest.Deed{Side: t.striking, Player: text(d.Get("batter")), Play: word(d, bat)}
	if made > 0 {
		score := t.m.Score()
		score[t.striking-1] += made
		t.m.To(score, &deed, t.emit)
	} else if !fell(d) {
		deed.Play = "dot_ball"
		t.m.Play(&deed, t.emit)
	}
	for i, w := range d.Get("wickets").Array() {
		if i == 2 {
			break
		}
		kind := text(w.Get("kind"))
		if stays(kind) {
			t.m.Play(&contest.Deed{Side: t.striking, Player: text(w.Get("player_out")), Play: kind}, t.emit)
			continue
		}
		out := contest.Deed{Side: 3 - t.striking, Player: text(d.Get("bowler")), Play: "wicket " + kind, Success: sonify.Truth(true)}
		switch kind {
		case "run out":
			out.Player = text(w.Get("fielders.0.name"))
		case "retired out", "timed out", "obstructing the field", "handled the ball", "hit the ball twice":
			out.Player = "" // it is nobody's
		}
		t.m.Play(&out, t.emit)
	}
}

// stays reports whether somebody who leaves in that way is not out: laws of cricket, 25.4.
func stays(kind string) bool { return kind == "retired hurt" || kind == "retired not out" }

// fell reports whether a wicket fell.
func fell(d gjson.Result) bool {
	for _, w := range d.Get("wickets").Array() {
		if !stays(text(w.Get("kind"))) {
			return true
		}
	}
	return false
}

// word names what made the runs.
func word(d gjson.Result, bat float64) string {
	for _, k := range []string{"wides", "noballs", "byes", "legbyes", "penalty"} {
		if d.Get("extras."+k).Exists() && bat == 0 {
			return map[string]string{"wides": "wide", "noballs": "no_ball", "byes": "bye", "legbyes": "leg_bye", "penalty": "penalty"}[k]
		}
	}
	switch {
	case bat == 4 && !d.Get("runs.non_boundary").Bool():
		return "four"
	case bat == 6 && !d.Get("runs.non_boundary").Bool():
		return "six"
	case bat == 1:
		return "single"
	}
	return "runs"
}

// end tells the end. In cricket who has more runs need not have won.
func (t *match) end(outcome gjson.Result) {
	winner := text(outcome.Get("winner"))
	for _, tie := range []string{"eliminator", "bowl_out"} {
		if winner == "" {
			winner = text(outcome.Get(tie))
		}
	}
	result := strings.ToLower(text(outcome.Get("result"))) // tie, draw, no result
	switch {
	case outcome.Get("eliminator").Exists():
		result = "super_over"
	case outcome.Get("bowl_out").Exists():
		result = "bowl_out"
	case outcome.Get("by.wickets").Exists():
		result = "wickets"
	case outcome.Get("by.runs").Exists() && outcome.Get("by.innings").Exists():
		result = "innings"
	case outcome.Get("by.runs").Exists():
		result = "runs"
	case result == "no result":
		result = "called_off"
	case result == "" && text(outcome.Get("method")) == "Awarded":
		result = "awarded"
	case result == "" && winner != "":
		result = "win"
	}
	t.m.EndFor(winner, result, t.emit)
}

// Shapes returns all kinds of event that the source reports.
func Shapes() []*sonify.Shape { return vocabulary.MatchShapes() }

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
