package nba

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/contest"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// Lengths of the periods of the league. Those that play by other rules in the same feed
// (the WNBA ten minutes) say so by the clock with which a period begins.
const (
	quarter  = 12 * time.Minute
	overtime = 5 * time.Minute
)

// leagues are those whose games the feed has, by the first two digits of their numbers.
var leagues = map[string]string{"10": "WNBA", "20": "G League"}

// mostActions bounds a game: one has some 600.
const mostActions = 20_000

// normaliser tells one game from answers that have all of its actions so far.
type normaliser struct {
	source string
	tally  *sonify.Tally
	whole  bool
	teams  [2]string // home and guests, as the piece says; "": as the service does

	game    *contest.Match
	id      string
	sides   map[string]int  // by the letters of a team
	told    map[int64]int64 // actions by number, and a print of what they said
	order   int64           // of the last action that was told
	first   time.Time
	started bool
	quiet   bool             // what is over is not told
	lengths [2]time.Duration // of a quarter, and of one beyond the fourth
}

func newNormaliser(source string, tally *sonify.Tally, whole bool, home, away string) *normaliser {
	return &normaliser{source: source, tally: tally, whole: whole, teams: [2]string{home, away}, sides: make(map[string]int), told: make(map[int64]int64)}
}

// Prospect implements [decode.Normaliser].
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: vocabulary.MatchShapes(), Timed: true}
}

// Normalise implements [decode.Normaliser].
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return fmt.Errorf("the answer is no JSON")
	}
	game := gjson.GetBytes(m.Body, "game")
	list := game.Get("actions")
	if !list.IsArray() {
		return fmt.Errorf(`the answer is no play-by-play: it has no "game.actions"`)
	}
	n.meet(game)
	n.game.Line = m.Line
	actions := list.Array()
	if len(actions) > mostActions {
		n.tally.Add(sonify.Skipped, "actions beyond 20,000 of a game", m.Line)
		actions = actions[:mostActions]
	}
	// They are put in between after the fact: orderNumber is their order.
	slices.SortStableFunc(actions, func(a, b gjson.Result) int {
		return int(min(max(a.Get("orderNumber").Int()-b.Get("orderNumber").Int(), -1), 1))
	})
	mute := emit
	if n.quiet = !n.started && !n.whole; n.quiet {
		mute = func(sonify.Event) {}
	}
	for _, a := range actions {
		n.action(a, mute)
	}
	for _, a := range slices.Backward(actions) { // what was changed afterwards counts, too
		if score, ok := scoreOf(a); ok {
			n.game.To(score, nil, mute)
			break
		}
	}
	if !n.started && !n.whole && len(actions) > 0 {
		n.game.Start(emit)
	}
	n.started = true
	return nil
}

// meet begins a game, or goes on with it.
func (n *normaliser) meet(game gjson.Result) {
	id := text(game.Get("gameId"))
	if n.game != nil && id == n.id {
		return
	}
	n.id = id
	teams := n.teams
	for s, p := range []string{"homeTeam", "awayTeam"} {
		t := game.Get(p)
		if teams[s] == "" {
			teams[s] = strings.TrimSpace(text(t.Get("teamCity")) + " " + text(t.Get("teamName")))
		}
		if tri := text(t.Get("teamTricode")); tri != "" {
			n.sides[tri] = s + 1
		}
	}
	n.game = contest.New(n.source, n.tally, "basketball", id, teams)
	n.game.League, n.game.Progress, n.game.Clock = "NBA", 0, 0
	if l := leagues[id[:min(2, len(id))]]; l != "" {
		n.game.League = l
	}
	n.order, n.first, n.started, n.lengths = 0, time.Time{}, false, [2]time.Duration{quarter, overtime}
	clear(n.told)
}

// action tells an action that is new. Of one that was changed only the score counts.
func (n *normaliser) action(a gjson.Result, emit func(sonify.Event)) {
	number := a.Get("actionNumber").Int()
	print := fingerprint(a)
	if was, ok := n.told[number]; ok {
		if was != print {
			n.told[number] = print
			n.tally.Add(sonify.Repaired, "action that was changed afterwards, only its score taken", n.game.Line)
		}
		return
	}
	if len(n.told) >= mostActions {
		return
	}
	n.told[number] = print
	order := a.Get("orderNumber").Int()
	late := order < n.order // it was put in between
	n.order = max(n.order, order)
	if !late {
		n.moment(a)
	}
	kind, sub := text(a.Get("actionType")), text(a.Get("subType"))
	switch kind {
	case "period":
		switch sub {
		case "start":
			n.begin(emit)
			n.game.Turn(true, emit)
		case "end":
			n.game.Turn(false, emit)
		}
		return
	case "game":
		if sub == "end" {
			result := ""
			if n.game.Period > 4 {
				result = "overtime"
			}
			n.game.End(result, emit)
		}
		return
	}
	n.begin(emit)
	score, ok := scoreOf(a)
	ok = ok && !late
	before := n.game.Score()
	d := contest.Deed{Side: n.side(a, score, before, ok), Player: player(a)}
	d.Play = kind
	if sub != "" && kind != "2pt" && kind != "3pt" && kind != "freethrow" {
		d.Play += " " + sub
	}
	if w, known := words[kind]; known {
		d.Play = w
	}
	switch text(a.Get("shotResult")) {
	case "Made":
		d.Success = sonify.Truth(true)
	case "Missed":
		d.Success = sonify.Truth(false)
	}
	if s := a.Get("shotDistance"); s.Type == gjson.Number && s.Float() > 0 {
		d.Value, d.Unit = tenth(float64(s.Float()*0.3048)), "m"
	}
	if x, y := a.Get("x"), a.Get("y"); x.Type == gjson.Number && y.Type == gjson.Number {
		d.Where, d.X, d.Y = true, x.Float()/100, y.Float()/100
	}
	if !ok || !n.game.To(score, &d, emit) {
		n.game.Play(&d, emit)
	}
}

// words are the service's names of what the vocabulary has words for.
var words = map[string]string{"2pt": "two_pointer", "3pt": "three_pointer", "freethrow": "free_throw"}

// side returns whose action it is: by the letters of its team, which are learned from
// whose score it moves, of either team for both.
func (n *normaliser) side(a gjson.Result, score, before [2]float64, ok bool) int {
	tri := text(a.Get("teamTricode"))
	if s := n.sides[tri]; s > 0 {
		return s
	}
	if tri != "" && len(n.sides) == 1 { // there are two
		for _, other := range n.sides {
			n.sides[tri] = 3 - other
			return 3 - other
		}
	}
	if tri == "" || !ok {
		return 0
	}
	moved := 0
	switch {
	case score[0] > before[0] && score[1] == before[1]:
		moved = 1
	case score[1] > before[1] && score[0] == before[0]:
		moved = 2
	default:
		return 0
	}
	n.sides[tri] = moved
	return moved
}

// moment sets period, clock and time of an action.
func (n *normaliser) moment(a gjson.Result) {
	g := n.game
	if p := int(a.Get("period").Int()); p >= 1 && p <= 30 {
		g.Period = p
	}
	left, ok := clock(text(a.Get("clock")))
	of := 0
	if g.Period > 4 {
		of = 1
	}
	if ok && left >= time.Minute && text(a.Get("actionType")) == "period" && text(a.Get("subType")) == "start" {
		n.lengths[of] = left
	}
	length := n.lengths[of]
	whole := 4 * n.lengths[0]
	before := time.Duration(g.Period-1) * length
	if of == 1 {
		before = whole + time.Duration(g.Period-5)*length
	}
	if ok && g.Period > 0 && left <= length {
		g.Left = left
		g.Clock = before + length - left
		g.Progress = min(g.Clock.Seconds()/whole.Seconds(), 1)
		if of == 1 {
			g.Progress = max(0.95, 1-float64(left.Seconds())/whole.Seconds())
		}
	}
	t, err := time.Parse(time.RFC3339, text(a.Get("timeActual")))
	if err != nil {
		if since := g.Clock; since > g.Since && n.first.IsZero() {
			g.Since = since // no time of the world: the clock of the game
		}
		return
	}
	if n.first.IsZero() {
		n.first = t
	}
	if since := t.Sub(n.first); since >= g.Since {
		g.Since, g.At = since, t
	} else {
		n.tally.Add(sonify.Repaired, "clock ran backwards, held", g.Line)
	}
}

// clock reads what is left of a period: "PT11M58.00S".
func clock(s string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(s, "PT")
	if !ok {
		return 0, false
	}
	m, rest, ok := strings.Cut(rest, "M")
	sec, tail, ok2 := strings.Cut(rest, "S")
	minutes, err := strconv.Atoi(m)
	seconds, err2 := strconv.ParseFloat(sec, 64)
	if !ok || !ok2 || tail != "" || err != nil || err2 != nil || minutes < 0 || minutes > 60 || !(seconds >= 0 && seconds < 60) {
		return 0, false
	}
	return time.Duration(minutes)*time.Minute + time.Duration(seconds*1000)*time.Millisecond, true
}

// begin tells the beginning, unless it is over and nobody is to hear of it.
func (n *normaliser) begin(emit func(sonify.Event)) {
	if !n.quiet {
		n.game.Start(emit)
	}
}

// scoreOf reads the score after an action, which is written as texts.
func scoreOf(a gjson.Result) (score [2]float64, ok bool) {
	for s, k := range []string{"scoreHome", "scoreAway"} {
		n, err := strconv.Atoi(strings.TrimSpace(a.Get(k).String()))
		if err != nil || n < 0 {
			return score, false
		}
		score[s] = float64(n)
	}
	return score, true
}

// fingerprint tells whether an action has been changed.
func fingerprint(a gjson.Result) int64 {
	h := int64(17)
	for _, k := range []string{"edited", "shotResult", "scoreHome", "scoreAway", "actionType", "subType"} {
		for _, c := range []byte(a.Get(k).String()) {
			h = h*31 + int64(c)
		}
		h = h*31 + 7
	}
	return h
}

func player(a gjson.Result) string {
	if p := text(a.Get("playerNameI")); p != "" {
		return p
	}
	return text(a.Get("playerName"))
}

// text returns a text of the service, "" for the "None" that some mirrors write for
// null.
func text(v gjson.Result) string {
	if v.Type != gjson.String || v.String() == "None" {
		return ""
	}
	s := v.String()
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return s
}

func tenth(f float64) float64 { return float64(int64(float64(f*10)+0.5)) / 10 }
