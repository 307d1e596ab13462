package footballdata

import (
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/football"

	"github.com/tidwall/gjson"
)

// mostMatches bounds the matches of one answer: the service gives a season at most.
const mostMatches = 2000

// phases are the statuses of the service.
var phases = map[string]football.Phase{
	"SCHEDULED": football.Before, "TIMED": football.Before,
	"IN_PLAY": football.First, "LIVE": football.First, "PAUSED": football.Break,
	"EXTRA_TIME": football.Extra, "PENALTY_SHOOTOUT": football.Shoot,
	"FINISHED": football.Over, "AWARDED": football.Over,
	"SUSPENDED": football.Off, "POSTPONED": football.Off, "CANCELLED": football.Off, "CANCELED": football.Off,
}

// reports reads an answer: {"matches": [...]}, or one match.
func reports(body []byte, at time.Time, tally *sonify.Tally) ([]football.Report, error) {
	if !gjson.ValidBytes(body) {
		return nil, fmt.Errorf("the answer is no JSON")
	}
	root := gjson.ParseBytes(body)
	list := root.Get("matches").Array()
	switch {
	case root.Get("homeTeam").Exists():
		list = []gjson.Result{root}
	case root.Get("match").IsObject():
		list = []gjson.Result{root.Get("match")}
	case !root.Get("matches").Exists():
		if m := root.Get("message"); m.Type == gjson.String {
			return nil, fmt.Errorf("the service says: %.200q", m.String())
		}
		return nil, fmt.Errorf(`the answer has no "matches"`)
	}
	recorded := at.IsZero()
	if recorded {
		at = updated(list)
	}
	var out []football.Report
	for _, m := range list {
		if !m.Get("id").Exists() || !m.Get("homeTeam").IsObject() {
			tally.Add(sonify.Skipped, "record that is no match", 0)
			continue
		}
		if len(out) >= mostMatches {
			tally.Add(sonify.Skipped, "matches beyond 2000 of an answer", 0)
			break
		}
		out = append(out, report(m, root, at, recorded, tally))
	}
	return out, nil
}

// updated returns the time that an answer has of its own, which is when the last of its
// matches was changed: zero if it does not say.
func updated(list []gjson.Result) time.Time {
	var last time.Time
	for _, m := range list {
		if t, err := time.Parse(time.RFC3339, m.Get("lastUpdated").String()); err == nil && t.After(last) {
			last = t
		}
	}
	return last
}

// report reads a match as it stood at the given time. Recorded means that nobody has noted
// when the answer came: then the time is what the answer says, may stand still, and may be
// zero.
func report(m, root gjson.Result, at time.Time, recorded bool, tally *sonify.Tally) football.Report {
	r := football.Report{ID: m.Get("id").String(), At: at, Halves: recorded}
	if k, err := time.Parse(time.RFC3339, m.Get("utcDate").String()); err == nil {
		r.Kick = k
	}
	cup := text(m.Get("competition.name"))
	if cup == "" {
		cup = text(root.Get("competition.name"))
	}
	round := words(m.Get("stage"))
	if n := m.Get("matchday"); n.Type == gjson.Number && (round == "" || strings.HasPrefix(round, "Regular") || strings.HasPrefix(round, "League")) {
		round = "Matchday " + n.String()
	}
	d, h, _ := strings.Cut(m.Get("utcDate").String(), "T")
	if len(h) >= 5 {
		h = h[:5] + " UTC+0"
	}
	r.Match = football.Match{
		Cup: cup, Round: round, Group: words(m.Get("group")), Date: d, Hours: h, Ground: text(m.Get("venue")),
		Teams:    [2]string{team(m.Get("homeTeam")), team(m.Get("awayTeam"))},
		Knockout: knockout(m.Get("stage").String()),
	}
	if n := m.Get("id"); n.Type == gjson.Number {
		r.Match.Number = int(n.Int())
	}
	status := m.Get("status").String()
	phase, ok := phases[status]
	if !ok {
		tally.Add(sonify.Repaired, "status that is not known, taken for none", 0)
	}
	r.Phase, r.Awarded = phase, status == "AWARDED"
	switch m.Get("score.winner").String() {
	case "HOME_TEAM":
		r.Winner = 1
	case "AWAY_TEAM":
		r.Winner = 2
	}
	score(&r, m.Get("score"))
	if n := m.Get("minute"); n.Type == gjson.Number || n.Type == gjson.String {
		r.Minute, r.Extra = int(n.Int()), int(m.Get("injuryTime").Int())
	}
	if r.Phase == football.First { // IN_PLAY may be said of all of it
		switch m.Get("score.duration").String() {
		case "EXTRA_TIME":
			r.Phase = football.Extra
		case "PENALTY_SHOOTOUT":
			r.Phase = football.Shoot
		}
	}
	later := at.IsZero() || !r.Kick.IsZero() && at.Sub(r.Kick) > 50*time.Minute
	if r.Phase == football.First && (r.Match.Score.HT.Known && later || r.Minute > 45 && r.Extra == 0) {
		// IN_PLAY is both halves. The score of the first is there when it is over.
		r.Phase = football.Second
	}
	goals(&r, m)
	return r
}

// score reads the scores. fullTime is what stands now, and with a shoot-out includes
// it; regularTime and extraTime are apart then.
func score(r *football.Report, s gjson.Result) {
	r.Match.Score.HT = pair(s.Get("halfTime"))
	ft := pair(s.Get("fullTime"))
	if regular := pair(s.Get("regularTime")); regular.Known {
		extra := pair(s.Get("extraTime"))
		shoot := pair(s.Get("penalties"))
		r.Match.Score.FT = regular
		if extra.Known { // the goals of extra time alone
			r.Match.Score.ET = football.Pair{N: [2]int{regular.N[0] + extra.N[0], regular.N[1] + extra.N[1]}, Known: true}
		}
		r.Match.Score.P = shoot
		r.Match.Knockout = true
		return
	}
	r.Match.Score.FT = ft
}

// goals reads who scored, where the subscription has it.
func goals(r *football.Report, m gjson.Result) {
	home := m.Get("homeTeam.id").String()
	var have [2]int
	for _, g := range m.Get("goals").Array() {
		side := 1
		if g.Get("team.id").String() == home {
			side = 0
		}
		// The score after it, which not every answer has, says it of own goals as well.
		if now := pair(g.Get("score")); now.Known {
			switch {
			case now.N[0] > have[0] && now.N[1] == have[1]:
				side = 0
			case now.N[1] > have[1] && now.N[0] == have[0]:
				side = 1
			}
			have = now.N
		}
		sc := football.Scored{Scorer: text(g.Get("scorer.name")), Minute: int(g.Get("minute").Int()), Extra: int(g.Get("injuryTime").Int())}
		switch g.Get("type").String() {
		case "OWN":
			sc.Own = true
		case "PENALTY":
			sc.Penalty = true
		}
		if sc.Minute < 0 || sc.Minute > 130 {
			sc.Minute = 0
		}
		r.Match.Listed[side] = append(r.Match.Listed[side], sc)
	}
}

func pair(p gjson.Result) football.Pair {
	h, a := p.Get("home"), p.Get("away")
	if h.Type != gjson.Number || a.Type != gjson.Number || h.Int() < 0 || a.Int() < 0 {
		return football.Pair{}
	}
	return football.Pair{N: [2]int{int(h.Int()), int(a.Int())}, Known: true}
}

func team(t gjson.Result) string {
	if n := text(t.Get("name")); n != "" {
		return n
	}
	return text(t.Get("shortName"))
}

// words puts a constant of the service into words: "QUARTER_FINALS" is
// "Quarter-finals", "GROUP_A" "Group A".
func words(v gjson.Result) string {
	s := text(v)
	if s == "" {
		return ""
	}
	if g, ok := strings.CutPrefix(s, "GROUP_"); ok && len(g) <= 2 {
		return "Group " + g
	}
	s = strings.ToLower(strings.ReplaceAll(s, "_", " "))
	for _, w := range []string{"quarter", "semi"} {
		s = strings.ReplaceAll(s, w+" final", w+"-final")
	}
	s = strings.ReplaceAll(s, "last 16", "round of 16")
	s = strings.ReplaceAll(s, "last 32", "round of 32")
	return strings.ToUpper(s[:1]) + s[1:]
}

func knockout(stage string) bool {
	return strings.Contains(stage, "FINAL") || strings.HasPrefix(stage, "LAST_") || strings.HasPrefix(stage, "PLAYOFF") || stage == "THIRD_PLACE"
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
