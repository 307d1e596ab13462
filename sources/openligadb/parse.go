package openligadb

import (
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/football"

	"github.com/tidwall/gjson"
)

// mostMatches bounds the matches of one answer: a league has at most 380 in a season.
const mostMatches = 2000

// reports reads an answer of getmatchdata: one match, or a list of them, as they
// stand at the given time.
func reports(body []byte, at time.Time, tally *sonify.Tally) ([]football.Report, error) {
	if !gjson.ValidBytes(body) {
		return nil, fmt.Errorf("the answer is no JSON")
	}
	root := gjson.ParseBytes(body)
	list := []gjson.Result{root}
	if root.IsArray() {
		list = root.Array()
	}
	recorded := at.IsZero()
	if recorded {
		at = updated(list)
	}
	var out []football.Report
	for _, m := range list {
		if !m.Get("matchID").Exists() {
			tally.Add(sonify.Skipped, "record that is no match", 0)
			continue
		}
		if len(out) >= mostMatches {
			tally.Add(sonify.Skipped, "matches beyond 2000 of an answer", 0)
			break
		}
		out = append(out, report(m, at, recorded))
	}
	return out, nil
}

// updated returns the time that an answer has of its own, which is when the last of its
// matches was edited: zero if it does not say. The service writes it by the clock of the
// ground, as it does the kick-off, which it has in universal time as well.
func updated(list []gjson.Result) time.Time {
	var last time.Time
	for _, m := range list {
		k := kick(m)
		local, err := time.Parse(wall, m.Get("matchDateTime").String())
		edited, err2 := time.Parse(wall, m.Get("lastUpdateDateTime").String())
		if err != nil || err2 != nil || k.IsZero() {
			continue
		}
		if t := edited.Add(k.Sub(local)); t.After(last) {
			last = t
		}
	}
	return last
}

// wall is how the service writes a time by the clock on the wall; parts of a second may
// follow.
const wall = "2006-01-02T15:04:05"

// report reads a match as it stood at the given time. Recorded means that nobody has noted
// when the answer came: then the time is what the answer says, may stand still, and may be
// zero.
func report(m gjson.Result, at time.Time, recorded bool) football.Report {
	r := football.Report{ID: m.Get("matchID").String(), At: at, Kick: kick(m)}
	r.Match = football.Match{
		Cup:   text(m.Get("leagueName")),
		Round: text(m.Get("group.groupName")),
		Date:  date(m.Get("matchDateTime")), Hours: hours(m.Get("matchDateTime")),
		Ground: text(m.Get("location.locationStadium")),
		Teams:  [2]string{text(m.Get("team1.teamName")), text(m.Get("team2.teamName"))},
	}
	if n := m.Get("matchID"); n.Type == gjson.Number {
		r.Match.Number = int(n.Int())
	}
	goals(&r, m.Get("goals"))
	results(&r, m.Get("matchResults"))
	switch {
	case m.Get("matchIsFinished").Bool():
		r.Phase = football.Over
	case recorded:
		entered(&r)
	case r.Kick.IsZero() || at.Before(r.Kick):
		r.Phase = football.Before
	case r.Match.Score.HT.Known && at.Sub(r.Kick) > 55*time.Minute:
		// The service has no word for the break: it enters the score of the first half
		// when that is over. A half is 45 minutes and some, the break 15.
		r.Phase = football.Second
		if at.Sub(r.Kick) < 60*time.Minute {
			r.Phase = football.Break
		}
	default:
		r.Phase = football.First
	}
	return r
}

// entered sets the phase of a match that is not over by what was entered, and by the time
// only where there is one: the answers of a recording do not follow each other minute by
// minute.
func entered(r *football.Report) {
	last := 0
	for _, list := range r.Match.Listed {
		for _, g := range list {
			last = max(last, g.Minute)
		}
	}
	since := time.Duration(-1)
	if !r.At.IsZero() && !r.Kick.IsZero() {
		since = r.At.Sub(r.Kick)
	}
	switch {
	case last > 45 || r.Match.Score.HT.Known && since >= 60*time.Minute:
		r.Phase = football.Second
		if since < 0 {
			r.Minute = min(max(last, 46), 90)
		}
	case r.Match.Score.HT.Known:
		r.Phase = football.Break
	case r.Match.Score.FT.Known || since >= 0:
		r.Phase = football.First
	default:
		r.Phase = football.Before
	}
}

// goals reads the goals, and from them the score of the moment. Each has the score
// after it, which says whose it was.
func goals(r *football.Report, list gjson.Result) {
	var have [2]int
	for _, g := range list.Array() {
		s1, s2 := g.Get("scoreTeam1"), g.Get("scoreTeam2")
		if s1.Type != gjson.Number || s2.Type != gjson.Number {
			continue
		}
		now := [2]int{int(s1.Int()), int(s2.Int())}
		side := -1
		switch {
		case now[0] > have[0]:
			side = 0
		case now[1] > have[1]:
			side = 1
		default:
			continue // entered twice, or put right
		}
		have = now
		sc := football.Scored{Scorer: text(g.Get("goalGetterName")), Own: g.Get("isOwnGoal").Bool(), Penalty: g.Get("isPenalty").Bool()}
		if n := g.Get("matchMinute"); n.Type == gjson.Number && n.Int() > 0 && n.Int() <= 130 {
			sc.Minute = int(n.Int())
		}
		r.Match.Listed[side] = append(r.Match.Listed[side], sc)
	}
	if len(list.Array()) > 0 {
		r.Match.Score.FT = football.Pair{N: have, Known: true}
	}
}

// Types of results, as the service numbers them.
const (
	halfTime = 1
	final    = 2
)

// results reads the scores that were entered. They count more than the goals: those
// are entered by hand, and may lag behind.
func results(r *football.Report, list gjson.Result) {
	var ft, regular, extra, shoot football.Pair
	for _, x := range list.Array() {
		p := football.Pair{N: [2]int{int(x.Get("pointsTeam1").Int()), int(x.Get("pointsTeam2").Int())}, Known: true}
		if x.Get("pointsTeam1").Type != gjson.Number || x.Get("pointsTeam2").Type != gjson.Number || p.N[0] < 0 || p.N[1] < 0 {
			continue
		}
		name := strings.ToLower(x.Get("resultName").String())
		switch {
		case strings.Contains(name, "elfmeter"), strings.Contains(name, "penalt"):
			shoot = p
		case strings.Contains(name, "verläng"), strings.Contains(name, "verlaeng"), strings.Contains(name, "extra"):
			extra = p
		case strings.Contains(name, "90"): // "nach 90 Minuten"
			regular = p
		case x.Get("resultTypeID").Int() == halfTime || strings.Contains(name, "halb"):
			r.Match.Score.HT = p
		case x.Get("resultTypeID").Int() == final || strings.Contains(name, "end"):
			ft = p
		}
	}
	switch {
	case regular.Known:
		r.Match.Score.FT = regular
	case extra.Known && ft.Known && (ft.N[0] > extra.N[0] || ft.N[1] > extra.N[1]):
		// The end is entered for the end of everything, the shoot-out included.
		r.Match.Score.FT = football.Pair{}
	case ft.Known:
		r.Match.Score.FT = ft
	}
	r.Match.Score.ET = extra
	if shoot.Known && shoot.N[0] == shoot.N[1] { // none ends like that: the score was entered once more
		shoot = football.Pair{}
	}
	if shoot.Known {
		r.Match.Score.P = shoot
		if s, f := shoot.N, r.Match.Score.FT.N; extra.Known { // the shoot-out is entered with the goals before it
			f = extra.N
			if s[0] >= f[0] && s[1] >= f[1] && f[0] == f[1] {
				r.Match.Score.P.N = [2]int{s[0] - f[0], s[1] - f[1]}
			}
		}
	}
	r.Match.Knockout = extra.Known || shoot.Known
}

// kick returns when the match begins; zero if the service does not say.
func kick(m gjson.Result) time.Time {
	if t, err := time.Parse(time.RFC3339, m.Get("matchDateTimeUTC").String()); err == nil {
		return t
	}
	return time.Time{}
}

// date and hours take a time of the ground apart as it is written,
// "2024-08-23T20:30:00".
func date(t gjson.Result) string {
	d, _, _ := strings.Cut(t.String(), "T")
	return d
}

func hours(t gjson.Result) string {
	_, h, ok := strings.Cut(t.String(), "T")
	if !ok || len(h) < 5 {
		return ""
	}
	return h[:5]
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
