package mlb

import (
	"fmt"
	"math"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/contest"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// kmh turns miles an hour into kilometres an hour, exactly.
const kmh = 1.609344

// Bounds of a game: the longest had 33 innings and 882 pitches.
const (
	mostPlays   = 2000
	mostPitches = 100 // of one at-bat; the record is 21
)

// normaliser tells one game from the answers of its live feed. Each answer has the
// whole game so far.
type normaliser struct {
	source string
	tally  *sonify.Tally
	whole  bool // tell the game from its beginning, also when it is met later

	game   *contest.Match
	id     string
	first  time.Time
	told   map[int]*atBat
	inning int
	open   bool // the inning was told to begin, and not to end
	// scheduled is how many innings it has if nobody is even then: nine, seven where
	// two are played on a day or children play.
	scheduled int
	started   bool // an answer was read
	quiet     bool // what is over is not told
}

// atBat is how far an at-bat was told.
type atBat struct {
	pitches  int // how many of its events were looked at
	complete bool
}

// newNormaliser returns a normaliser for the source of that name.
func newNormaliser(source string, tally *sonify.Tally, whole bool) *normaliser {
	return &normaliser{source: source, tally: tally, whole: whole, told: make(map[int]*atBat)}
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
	root := gjson.ParseBytes(m.Body)
	plays := root.Get("liveData.plays.allPlays")
	if !root.Get("gameData").IsObject() {
		return fmt.Errorf(`the answer is no live feed of a game: it has no "gameData"`)
	}
	n.meet(root)
	mute := emit
	if n.quiet = !n.started && !n.whole; n.quiet {
		mute = func(sonify.Event) {}
	}
	n.game.Line = m.Line
	status := root.Get("gameData.status")
	state, on := status.Get("abstractGameState").String(), playing(status)
	if i := root.Get("liveData.linescore.scheduledInnings").Int(); i >= 1 && i < 20 {
		n.scheduled = int(i)
	}
	if on {
		n.game.Pause(false, mute)
	}
	count := 0
	for _, p := range plays.Array() {
		if count++; count > mostPlays {
			n.tally.Add(sonify.Skipped, "at-bats beyond 2000 of a game", m.Line)
			break
		}
		n.play(p, mute)
	}
	n.settle(plays, mute)
	warm := status.Get("codedGameState").String() == "P" // on the field, and not playing
	if !n.started && !n.whole && state == "Live" && !warm {
		n.game.Start(emit)
	}
	n.started = true
	if state == "Live" && !on {
		n.game.Pause(true, emit)
	}
	if state == "Final" || calledOff(status) {
		n.over(status, mute)
	}
	return nil
}

// The states of a game, as the service has them at api/v1/gameStatus: a letter each, and in
// words, to which a reason may be added ("Postponed: Rain").

// calledOff reports whether a game is not played on that day.
func calledOff(status gjson.Result) bool {
	c, d := status.Get("codedGameState").String(), status.Get("detailedState").String()
	return c == "D" || c == "C" || strings.HasPrefix(d, "Postponed") || strings.HasPrefix(d, "Cancel")
}

// playing reports whether a game is not interrupted. One that is suspended goes on, if on
// another day.
func playing(status gjson.Result) bool {
	c, d := status.Get("codedGameState").String(), status.Get("detailedState").String()
	return c != "T" && c != "U" && !strings.HasPrefix(d, "Suspended") && !(strings.HasPrefix(d, "Delayed") && !strings.HasPrefix(d, "Delayed Start"))
}

// over tells the end.
func (n *normaliser) over(status gjson.Result, emit func(sonify.Event)) {
	switch {
	case calledOff(status):
		n.game.End("called_off", emit)
		return
	case !playing(status):
		return
	case strings.HasPrefix(status.Get("detailedState").String(), "Forfeit"):
		n.game.EndSide(-1, "forfeit", emit) // whose it was is not said here
		return
	}
	if n.open {
		n.open = false
		n.game.Turn(false, emit)
	}
	result := ""
	if n.inning > n.scheduled {
		result = "overtime"
	}
	n.game.End(result, emit)
}

// meet takes the names of the game, and begins anew if it is another one.
func (n *normaliser) meet(root gjson.Result) {
	id := root.Get("gamePk").String()
	if n.game != nil && id == n.id {
		return
	}
	teams := root.Get("gameData.teams")
	n.id = id
	n.game = contest.New(n.source, n.tally, "baseball", id, [2]string{text(teams.Get("home.name")), text(teams.Get("away.name"))})
	n.game.League = text(teams.Get("home.league.name"))
	n.game.Progress = 0
	n.first, n.inning, n.open, n.scheduled, n.started = time.Time{}, 0, false, 9, false
	clear(n.told)
}

// play tells what is new of an at-bat.
func (n *normaliser) play(p gjson.Result, emit func(sonify.Event)) {
	about := p.Get("about")
	index := int(about.Get("atBatIndex").Int())
	b := n.told[index]
	if b == nil {
		b = &atBat{}
		n.told[index] = b
	}
	if inning := int(about.Get("inning").Int()); inning > n.inning && inning < 100 {
		n.moment(about.Get("startTime"))
		n.begin(emit)
		if n.open {
			n.game.Turn(false, emit)
		}
		n.inning = inning
		n.progress(about, 0)
		n.game.Period = inning
		n.open = !n.quiet // what nobody heard begin does not end
		n.game.Turn(true, emit)
	}
	bats := 2 // the guests bat first
	if !about.Get("isTopInning").Bool() {
		bats = 1
	}
	events := p.Get("playEvents").Array()
	for i := b.pitches; i < len(events) && i < mostPitches; i++ {
		n.pitch(events[i], bats, text(p.Get("matchup.pitcher.fullName")), emit)
	}
	b.pitches = max(b.pitches, len(events))
	if !about.Get("isComplete").Bool() || b.complete {
		return
	}
	b.complete = true
	n.moment(first(about.Get("endTime"), about.Get("startTime")))
	n.progress(about, p.Get("count.outs").Int())
	d := contest.Deed{Side: bats, Play: p.Get("result.event").String(), Player: text(p.Get("matchup.batter.fullName")), Success: sonify.Truth(!p.Get("result.isOut").Bool())}
	if hit := p.Get("playEvents.@reverse.0.hitData.launchSpeed"); hit.Type == gjson.Number {
		d.Value, d.Unit = tenth(float64(hit.Float()*kmh)), "km/h"
	}
	if score, ok := scoreOf(p, "result"); !ok || !n.game.To(score, &d, emit) {
		n.game.Play(&d, emit)
	}
}

// pitch tells one pitch: whose it was is the side that does not bat. Of what else happens
// meanwhile only runs are told, of a wild pitch or a base that was stolen; a batter who is
// out or walks later has not made them.
func (n *normaliser) pitch(e gjson.Result, bats int, pitcher string, emit func(sonify.Event)) {
	if !e.Get("isPitch").Bool() {
		if !e.Get("details.isScoringPlay").Bool() {
			return
		}
		n.moment(first(e.Get("endTime"), e.Get("startTime")))
		if score, ok := scoreOf(e, "details"); ok {
			n.game.To(score, &contest.Deed{Side: bats, Play: text(e.Get("details.event")), Success: sonify.Truth(true)}, emit)
		}
		return
	}
	n.moment(e.Get("startTime"))
	d := contest.Deed{Side: 3 - bats, Player: pitcher, Play: first(e.Get("details.call.description"), e.Get("details.description")).String()}
	switch {
	case e.Get("details.isStrike").Bool():
		d.Success = sonify.Truth(true)
	case e.Get("details.isBall").Bool():
		d.Success = sonify.Truth(false)
	}
	if s := e.Get("pitchData.startSpeed"); s.Type == gjson.Number && s.Float() > 0 {
		d.Value, d.Unit = tenth(float64(s.Float()*kmh)), "km/h"
	} else {
		n.tally.Add(sonify.Absent, "pitch without a speed", n.game.Line)
	}
	n.game.Play(&d, emit)
}

// settle takes the score of the last at-bat that is over for the one of the game:
// plays are put right after the fact.
func (n *normaliser) settle(plays gjson.Result, emit func(sonify.Event)) {
	list := plays.Array()
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Get("about.isComplete").Bool() {
			if score, ok := scoreOf(list[i], "result"); ok {
				n.game.To(score, nil, emit)
			}
			return
		}
	}
}

// begin tells the beginning, unless it is over and nobody is to hear of it.
func (n *normaliser) begin(emit func(sonify.Event)) {
	if !n.quiet {
		n.game.Start(emit)
	}
}

// scoreOf reads the score after a play or something in it, of which it stands in the given
// part.
func scoreOf(p gjson.Result, in string) (score [2]float64, ok bool) {
	h, a := p.Get(in+".homeScore"), p.Get(in+".awayScore")
	if h.Type != gjson.Number || a.Type != gjson.Number {
		return score, false
	}
	return [2]float64{h.Float(), a.Float()}, true
}

// progress sets how much of the scheduled innings is over.
func (n *normaliser) progress(about gjson.Result, outs int64) {
	halves := float64((n.inning - 1) * 2)
	if !about.Get("isTopInning").Bool() {
		halves++
	}
	halves += float64(min(max(outs, 0), 3)) / 3
	n.game.Progress = max(n.game.Progress, min(halves/float64(2*n.scheduled), 1))
}

// moment sets when it is. The clock never runs backwards.
func (n *normaliser) moment(at gjson.Result) {
	t, err := time.Parse(time.RFC3339, at.String())
	if err != nil {
		if at.Exists() {
			n.tally.Add(sonify.Repaired, "time that cannot be read, taken for the last", n.game.Line)
		}
		return
	}
	if n.first.IsZero() {
		n.first = t
	}
	if since := t.Sub(n.first); since >= n.game.Since {
		n.game.Since, n.game.At = since, t
	} else if since < n.game.Since-time.Second {
		n.tally.Add(sonify.Repaired, "clock ran backwards, held", n.game.Line)
	}
}

func first(a, b gjson.Result) gjson.Result {
	if a.Exists() && a.Type != gjson.Null {
		return a
	}
	return b
}

func tenth(f float64) float64 { return math.Round(float64(f*10)) / 10 }

func text(v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	s := v.String()
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	return s
}
