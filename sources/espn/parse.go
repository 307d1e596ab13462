package espn

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/football"

	"github.com/tidwall/gjson"
)

// mostMatches bounds the matches of one answer: a day of tennis has some hundreds.
const mostMatches = 2000

// competition is one match of a scoreboard, of any sport.
type competition struct {
	id     string
	cup    string
	round  string
	ground string
	kick   time.Time
	state  string // pre, in, post
	name   string // STATUS_HALFTIME, ...
	clock  string // "67'", "5:32"
	period int
	sides  [2]side // hosts first
	// playoff: the match is of the season's last part.
	playoff bool
	json    gjson.Result
}

type side struct {
	id, name string
	score    float64
	known    bool
	lines    []float64 // by period, or games by set
	won      []bool    // sets, in tennis
	shoot    int
	shooting bool
	winner   bool // as the service says
}

// competitions reads a scoreboard.
func competitions(body []byte, tally *sonify.Tally) ([]competition, error) {
	if !gjson.ValidBytes(body) {
		return nil, fmt.Errorf("the answer is no JSON")
	}
	root := gjson.ParseBytes(body)
	events := root.Get("events")
	if !events.IsArray() {
		return nil, fmt.Errorf(`the answer is no scoreboard: it has no "events"`)
	}
	league := text(root.Get("leagues.0.name"))
	var out []competition
	add := func(c, ev gjson.Result, round string) {
		if len(out) >= mostMatches {
			tally.Add(sonify.Skipped, "matches beyond 2000 of an answer", 0)
			return
		}
		if m, ok := read(c, ev); ok {
			m.round = round
			if m.cup = league; m.cup == "" {
				m.cup = text(ev.Get("name"))
			}
			out = append(out, m)
			return
		}
		tally.Add(sonify.Skipped, "competition without two sides", 0)
	}
	for _, ev := range events.Array() {
		for _, c := range ev.Get("competitions").Array() {
			round := text(c.Get("notes.0.headline"))
			if round == "" {
				round = text(ev.Get("week.text"))
			}
			add(c, ev, round)
		}
		for _, g := range ev.Get("groupings").Array() { // tennis: singles, doubles, ...
			for _, c := range g.Get("competitions").Array() {
				add(c, ev, strings.TrimSpace(text(g.Get("grouping.displayName"))+" "+text(c.Get("round.displayName"))))
			}
		}
	}
	return out, nil
}

func read(c, ev gjson.Result) (competition, bool) {
	m := competition{id: c.Get("id").String(), json: c, ground: text(c.Get("venue.fullName"))}
	st := c.Get("status")
	if !st.Exists() {
		st = ev.Get("status")
	}
	m.state, m.name = st.Get("type.state").String(), st.Get("type.name").String()
	m.clock = text(st.Get("displayClock"))
	m.period = int(min(max(st.Get("period").Int(), 0), 99))
	if m.state == "" && st.Get("type.completed").Bool() {
		m.state = "post"
	}
	m.playoff = ev.Get("season.type").Int() == 3
	date := c.Get("date")
	if !date.Exists() {
		date = ev.Get("date")
	}
	m.kick = when(date.String())
	list := c.Get("competitors").Array()
	if len(list) != 2 || m.id == "" {
		return m, false
	}
	for i, x := range list {
		at := i
		switch x.Get("homeAway").String() {
		case "home":
			at = 0
		case "away":
			at = 1
		}
		if m.sides[at].id != "" || m.sides[at].name != "" { // two of one kind
			at = 1 - at
		}
		m.sides[at] = readSide(x)
	}
	return m, true
}

func readSide(x gjson.Result) side {
	s := side{id: x.Get("id").String()}
	for _, p := range []string{"team.displayName", "team.name", "athlete.displayName", "roster.displayName", "team.shortDisplayName"} {
		if s.name = text(x.Get(p)); s.name != "" {
			break
		}
	}
	s.winner = x.Get("winner").Type == gjson.True
	s.score, s.known = number(x.Get("score"))
	if !s.known {
		s.score, s.known = number(x.Get("score.value"))
	}
	for _, l := range x.Get("linescores").Array() {
		if len(s.lines) >= 99 {
			break
		}
		v, _ := number(l.Get("value"))
		s.lines = append(s.lines, v)
		s.won = append(s.won, l.Get("winner").Bool())
	}
	if n := x.Get("shootoutScore"); n.Type == gjson.Number {
		s.shoot, s.shooting = int(n.Int()), true
	}
	return s
}

// when reads a date, which here may lack its seconds.
func when(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// number reads a number that may be written as a text.
func number(v gjson.Result) (float64, bool) {
	switch v.Type {
	case gjson.Number:
		return v.Float(), true
	case gjson.String:
		f, err := strconv.ParseFloat(strings.TrimSpace(v.String()), 64)
		return f, err == nil
	}
	return 0, false
}

// soccer makes a report of a competition of football. Guessed is said of the time.
func soccer(m *competition, at time.Time, guessed bool) football.Report {
	r := football.Report{ID: m.id, At: at, Guessed: guessed, Kick: m.kick}
	r.Match = football.Match{Cup: m.cup, Round: m.round, Ground: m.ground, Teams: [2]string{m.sides[0].name, m.sides[1].name}}
	if !m.kick.IsZero() {
		r.Match.Date, r.Match.Hours = m.kick.UTC().Format(time.DateOnly), m.kick.UTC().Format("15:04")+" UTC+0"
	}
	if n, err := strconv.Atoi(m.id); err == nil {
		r.Match.Number = n
	}
	r.Match.Score.FT = football.Pair{N: [2]int{int(m.sides[0].score), int(m.sides[1].score)}, Known: m.sides[0].known && m.sides[1].known}
	if m.sides[0].shooting && m.sides[1].shooting && (m.sides[0].shoot > 0 || m.sides[1].shoot > 0) {
		r.Match.Score.P = football.Pair{N: [2]int{m.sides[0].shoot, m.sides[1].shoot}, Known: true}
		r.Match.Knockout = true
	}
	r.Phase, r.Awarded = phase(m), m.name == "STATUS_FORFEIT"
	if a, b := m.sides[0].winner, m.sides[1].winner; a != b {
		if r.Winner = 1; b {
			r.Winner = 2
		}
	}
	if m.name == "STATUS_FINAL_PEN" {
		r.Match.Knockout = true
	}
	r.Minute, r.Extra = minute(m.clock)
	if r.Phase == football.Over && (m.period > 2 || m.name == "STATUS_FINAL_AET") { // extra time, or the shoot-out after it
		r.Match.Score.ET, r.Match.Knockout = r.Match.Score.FT, true
		r.Match.Score.FT = football.Pair{}
	}
	details(&r, m)
	return r
}

func phase(m *competition) football.Phase {
	switch m.name {
	case "STATUS_SCHEDULED", "STATUS_PRE_GAME", "STATUS_DELAYED":
		return football.Before
	case "STATUS_FIRST_HALF":
		return football.First
	case "STATUS_HALFTIME", "STATUS_END_OF_REGULATION", "STATUS_HALFTIME_ET", "STATUS_END_OF_EXTRATIME":
		return football.Break
	case "STATUS_SECOND_HALF":
		return football.Second
	case "STATUS_OVERTIME", "STATUS_FIRST_HALF_EXTRA_TIME", "STATUS_SECOND_HALF_EXTRA_TIME", "STATUS_EXTRA_TIME":
		return football.Extra
	case "STATUS_SHOOTOUT":
		return football.Shoot
	case "STATUS_FULL_TIME", "STATUS_FINAL", "STATUS_FINAL_AET", "STATUS_FINAL_PEN", "STATUS_FORFEIT":
		return football.Over
	case "STATUS_POSTPONED", "STATUS_CANCELED", "STATUS_CANCELLED", "STATUS_ABANDONED", "STATUS_SUSPENDED":
		return football.Off
	}
	switch m.state {
	case "pre":
		return football.Before
	case "post":
		return football.Over
	case "in":
		switch {
		case m.period <= 1:
			return football.First
		case m.period == 2:
			return football.Second
		case m.period <= 4:
			return football.Extra
		}
		return football.Shoot
	}
	return football.Unknown
}

// minute reads a clock such as "67'", "45'+2'" or "90+3'".
func minute(clock string) (at, extra int) {
	a, b, _ := strings.Cut(strings.ReplaceAll(clock, "'", ""), "+")
	at, err := strconv.Atoi(strings.TrimSpace(a))
	if err != nil || at < 1 || at > 130 {
		return 0, 0
	}
	if extra, err = strconv.Atoi(strings.TrimSpace(b)); err != nil || extra < 0 || extra > 60 {
		extra = 0
	}
	return at, extra
}

// details reads the goals.
func details(r *football.Report, m *competition) {
	for _, d := range m.json.Get("details").Array() {
		if !d.Get("scoringPlay").Bool() || d.Get("shootout").Bool() {
			continue
		}
		own := d.Get("ownGoal").Bool()
		at := -1
		for s := range m.sides {
			if d.Get("team.id").String() == m.sides[s].id {
				at = s
			}
		}
		if at < 0 {
			continue
		}
		// The team is the one for which it counts, own goals too.
		g := football.Scored{Scorer: text(d.Get("athletesInvolved.0.displayName")), Own: own, Penalty: d.Get("penaltyKick").Bool()}
		g.Minute, g.Extra = minute(text(d.Get("clock.displayValue")))
		r.Match.Listed[at] = append(r.Match.Listed[at], g)
	}
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

// halfTime is how long the break of a match of football is: the laws of the game, 7.2.
const halfTime = 15 * time.Minute

// soccerReports reads a scoreboard of football.
func soccerReports(body []byte, at time.Time, tally *sonify.Tally) ([]football.Report, error) {
	list, err := competitions(body, tally)
	if err != nil {
		return nil, err
	}
	guessed := at.IsZero()
	if guessed {
		at = shown(list, func(c *competition) (time.Duration, bool) {
			m, extra := minute(c.clock)
			d := time.Duration(m+extra) * time.Minute
			if c.period > 1 {
				d += halfTime
			}
			return d, m > 0
		})
	}
	out := make([]football.Report, len(list))
	for i := range list {
		out[i] = soccer(&list[i], at, guessed)
	}
	return out, nil
}
