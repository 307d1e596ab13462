package espn

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/football"
)

var kick = time.Date(2026, 8, 22, 18, 30, 0, 0, time.UTC)

// board is a scoreboard with one match, by hand: dates without seconds, scores as
// texts.
func board(name, state string, period int, clock, home, away, more string) string {
	return fmt.Sprintf(`{"leagues": [{"name": "Byte Cup"}], "events": [{"id": "9", "date": "2026-08-22T18:30Z", "competitions": [{"id": "9", "venue": {"fullName": "Bus Park"},
 "status": {"period": %d, "displayClock": %q, "type": {"name": %q, "state": %q, "completed": %v}},
 "competitors": [{"id": "2", "homeAway": "away", "team": {"displayName": "Chips"}, "score": %q%s}, {"id": "1", "homeAway": "home", "team": {"displayName": "Bits"}, "score": %q}]%s}]}]}`,
		period, clock, name, state, state == "post", away, "", home, more)
}

func story(t *testing.T, n decode.Normaliser, steps ...any) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(steps); i += 2 {
		err := n.Normalise(&decode.Message{Body: []byte(steps[i+1].(string)), At: kick.Add(time.Duration(steps[i].(int)) * time.Minute)}, func(ev sonify.Event) {
			if ev.Kind() == "football.minute" {
				return
			}
			fmt.Fprintf(&b, "%s %v", ev.Kind(), ev.Value("score"))
			for _, f := range []string{"minute", "stoppage", "period", "begins", "left_s", "side", "team", "play", "points", "scorer", "own_goal", "penalty", "winner_name", "result", "penalties1", "penalties2"} {
				if v := ev.Value(f); !v.IsMissing() && v.String() != "" {
					fmt.Fprintf(&b, " %s=%v", f, v)
				}
			}
			b.WriteByte('\n')
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

const oneGoal = `, "details": [{"type": {"text": "Goal"}, "clock": {"displayValue": "45'+2'"}, "team": {"id": "1"}, "scoringPlay": true, "penaltyKick": true, "athletesInvolved": [{"displayName": "Ada"}]}, {"scoringPlay": false, "yellowCard": true}]`

func TestSoccer_FollowsAMatch(t *testing.T) {
	n := football.NewFeed("court", new(sonify.Tally), false, soccerReports)
	got := story(t, n,
		-1, board("STATUS_SCHEDULED", "pre", 0, "0'", "0", "0", ""),
		1, board("STATUS_FIRST_HALF", "in", 1, "2'", "0", "0", ""),
		48, board("STATUS_FIRST_HALF", "in", 1, "45'+3'", "1", "0", oneGoal),
		50, board("STATUS_HALFTIME", "in", 1, "HT", "1", "0", oneGoal),
		70, board("STATUS_SECOND_HALF", "in", 2, "53'", "1", "1", oneGoal),
		115, board("STATUS_FULL_TIME", "post", 2, "90'+5'", "1", "1", oneGoal))
	want := `football.kick_off 0-0 minute=2 stoppage=0
football.goal 1-0 minute=45 stoppage=2 side=1 team=Bits scorer=Ada own_goal=no penalty=yes
football.half_time 1-0 minute=45 stoppage=0
football.goal 1-1 minute=53 stoppage=0 side=2 team=Chips
football.full_time 1-1 minute=90 stoppage=0 result=draw
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestSoccer_PenaltiesOfARecording(t *testing.T) {
	text := strings.Replace(board("STATUS_FINAL_PEN", "post", 5, "120'", "1", "1", oneGoal), `"id": "1", "homeAway"`, `"shootoutScore": 4, "id": "1", "homeAway"`, 1)
	text = strings.Replace(text, `"id": "2", "homeAway"`, `"shootoutScore": 3, "id": "2", "homeAway"`, 1)
	got := story(t, football.NewFeed("court", new(sonify.Tally), true, soccerReports), 200, text)
	if !strings.Contains(got, "football.shoot_out") || !strings.Contains(got, "winner_name=Bits result=penalties penalties1=4 penalties2=3") {
		t.Error(got)
	}
}

// The service may not count the periods of extra time.
func TestSoccer_ExtraTimeByItsName(t *testing.T) {
	n := football.NewFeed("court", new(sonify.Tally), false, soccerReports)
	got := story(t, n, -1, board("STATUS_SCHEDULED", "pre", 0, "0'", "0", "0", ""), 100, board("STATUS_SECOND_HALF", "in", 2, "85'", "1", "1", oneGoal), 160, board("STATUS_FINAL_AET", "post", 2, "120'", "2", "1", oneGoal))
	if !strings.Contains(got, "football.full_time 2-1 minute=120 stoppage=0 winner_name=Bits result=extra time") {
		t.Error(got)
	}
}

// A recording knows who won a shoot-out whose score is not there.
func TestSoccer_TheServiceNamesTheWinner(t *testing.T) {
	text := strings.Replace(board("STATUS_FINAL_PEN", "post", 5, "120'", "1", "1", ""), `"id": "2", "homeAway"`, `"winner": true, "id": "2", "homeAway"`, 1)
	if got := story(t, football.NewFeed("court", new(sonify.Tally), true, soccerReports), 200, text); !strings.Contains(got, "winner_name=Chips result=penalties") {
		t.Error(got)
	}
}

func TestSoccer_AForfeitIsNotPlayed(t *testing.T) {
	n := football.NewFeed("court", new(sonify.Tally), false, soccerReports)
	if got := story(t, n, -1, board("STATUS_SCHEDULED", "pre", 0, "0'", "0", "0", ""), 200, board("STATUS_FORFEIT", "post", 2, "0'", "3", "0", "")); got != "" {
		t.Error(got)
	}
}

func TestContests_FollowBasketball(t *testing.T) {
	n := newContests("hall", "basketball", "nba", new(sonify.Tally), false)
	got := story(t, n,
		0, board("STATUS_SCHEDULED", "pre", 0, "0.0", "0", "0", ""),
		1, board("STATUS_IN_PROGRESS", "in", 1, "11:30", "0", "2", ""),
		15, board("STATUS_END_PERIOD", "in", 1, "0.0", "21", "20", ""),
		20, board("STATUS_IN_PROGRESS", "in", 2, "12:00", "21", "20", ""),
		90, board("STATUS_FINAL", "post", 5, "0.0", "101", "99", ""),
		91, board("STATUS_FINAL", "post", 5, "0.0", "101", "99", ""))
	want := `match.started 0-0 period=1 left_s=690
match.period 0-0 period=1 begins=yes left_s=690
match.score 0-2 period=1 left_s=690 side=2 points=2
match.score 21-2 period=1 left_s=0 side=1 points=21
match.score 21-20 period=1 left_s=0 side=2 points=18
match.period 21-20 period=1 begins=no left_s=0
match.period 21-20 period=2 begins=yes left_s=720
match.period 21-20 period=2 begins=no left_s=0
match.score 101-20 period=5 left_s=0 side=1 points=80
match.score 101-99 period=5 left_s=0 side=2 points=79
match.ended 101-99 period=5 left_s=0 winner_name=Bits result=overtime
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

// tennis is a scoreboard of tennis: matches lie in groupings, scores are games by set.
func tennis(state string, period int, sets1, sets2 string) string {
	return fmt.Sprintf(`{"events": [{"id": "1", "name": "Byte Open", "date": "2026-08-22T10:00Z", "groupings": [{"grouping": {"displayName": "Women's Singles"}, "competitions": [{"id": "77", "round": {"displayName": "Final"},
 "status": {"period": %d, "type": {"name": "X", "state": %q}}, "competitors": [{"id": "1", "athlete": {"displayName": "A. Da"}, "linescores": [%s]}, {"id": "2", "athlete": {"displayName": "B. Ob"}, "linescores": [%s]}]}]}]}]}`, period, state, sets1, sets2)
}

func TestContests_FollowTennis(t *testing.T) {
	set := func(games int, won bool) string { return fmt.Sprintf(`{"value": %d, "winner": %v}`, games, won) }
	got := story(t, newContests("court", "tennis", "wta", new(sonify.Tally), false),
		0, tennis("in", 1, set(5, false), set(3, false)),
		1, tennis("in", 1, set(5, false), set(4, false)),
		2, tennis("in", 2, set(6, true)+","+set(1, false), set(4, false)+","+set(0, false)),
		3, tennis("post", 2, set(6, true)+","+set(6, true), set(4, false)+","+set(0, false)))
	for _, want := range []string{"match.started 0-0 period=1", "match.play 0-0 period=1 side=2 play=game", "match.score 1-0 period=2 side=1 points=1", "match.score 2-0", "match.ended 2-0 period=2 winner_name=A. Da result=win"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "play=game"); n != 8 {
		t.Errorf("%d games in\n%s", n, got)
	}
}

// row is a competitor of a scoreboard.
func row(place, name, score string, more string) string {
	return fmt.Sprintf(`{"id": %q, "homeAway": %q, "team": {"displayName": %q}, "score": %q%s}`, name, place, name, score, more)
}

// match is a scoreboard with one match of two rows.
func match(name, state string, period int, clock, home, away, more string) string {
	return fmt.Sprintf(`{"events": [{"id": "9", "date": "2026-08-22T18:30Z"%s, "competitions": [{"id": "9", "status": {"period": %d, "displayClock": %q, "type": {"name": %q, "state": %q}}, "competitors": [%s, %s]}]}]}`,
		more, period, clock, name, state, home, away)
}

func TestContests_TheServiceSaysWhoHasWon(t *testing.T) {
	won := `, "winner": true`
	lost := `, "winner": false`
	sets := func(n ...string) string { return `, "linescores": [` + strings.Join(n, ", ") + `]` }
	for name, c := range map[string]struct{ board, want string }{
		"who retires while ahead has lost": {match("STATUS_RETIRED", "post", 2, "", row("home", "Ada", "", lost+sets(`{"value": 6, "winner": true}`, `{"value": 2}`)), row("away", "Bob", "", won+sets(`{"value": 4, "winner": false}`, `{"value": 3}`)), ""),
			"match.ended 1-0 period=2 winner_name=Bob result=retired\n"},
		"a walkover has no beginning": {match("STATUS_WALKOVER", "post", 0, "", row("home", "Ada", "", lost), row("away", "Bob", "", won), ""),
			"match.ended 0-0 winner_name=Bob result=walkover\n"},
		"nobody says who": {match("STATUS_RETIRED", "post", 1, "", row("home", "Ada", "", sets(`{"value": 6, "winner": true}`)), row("away", "Bob", "", sets(`{"value": 0}`)), ""),
			"match.ended 1-0 period=1 result=retired\n"},
		"postponed": {match("STATUS_POSTPONED", "post", 0, "0:00", row("home", "Ada", "0", lost), row("away", "Bob", "0", lost), ""),
			"match.ended 0-0 result=called_off\n"},
	} {
		before := match("STATUS_SCHEDULED", "pre", 0, "", row("home", "Ada", "", ""), row("away", "Bob", "", ""), "")
		got := story(t, newContests("court", "tennis", "wta", new(sonify.Tally), false), 0, before, 9, c.board)
		last := got[strings.LastIndex(got[:len(got)-1], "\n")+1:]
		if strings.ReplaceAll(last, "period=0 ", "") != c.want {
			t.Errorf("%s: %swant %s", name, got, c.want)
		}
		if begun := strings.Contains(got, "match.started"); begun != strings.Contains(c.board, "RETIRED") {
			t.Errorf("%s: begun: %v", name, begun)
		}
	}
}

func TestContests_PeriodsOfTheLeague(t *testing.T) {
	for _, c := range []struct {
		sport, league string
		period        int
		clock, more   string
		played, left  float64 // -1: missing
	}{
		{"basketball", "nba", 1, "11:00", "", 60, 660},
		{"basketball", "nba", 5, "4:00", "", 48*60 + 60, 240},
		{"basketball", "wnba", 2, "9:00", "", 11 * 60, 540},
		{"basketball", "wnba", 1, "11:00", "", -1, -1},
		{"basketball", "mens-college-basketball", 2, "19:30.0", "", 20*60 + 30, 1170},
		{"basketball", "mens-college-basketball", 4, "0:12.5", "", 50*60 - 12.5, 12.5},
		{"basketball", "womens-college-basketball", 4, "10:00", "", 30 * 60, 600},
		{"basketball", "a-league-of-its-own", 2, "9:00", "", -1, 540},
		{"hockey", "nhl", 4, "5:00", "", 3600, 300},
		{"hockey", "nhl", 4, "19:00", "", -1, -1},
		{"hockey", "nhl", 5, "0:00", "", -1, -1}, // a shoot-out
		{"hockey", "nhl", 5, "19:00", `, "season": {"type": 3}`, 4860, 1140},
		{"hockey", "nhl", 4, "19:00", `, "season": {"type": 3}`, 3660, 1140},
		{"football", "nfl", 5, "9:00", "", 3660, 540},
		{"football", "nfl", 5, "14:00", `, "season": {"type": 3}`, 3660, 840},
		{"football", "college-football", 5, "0:00", "", -1, -1},
		{"rugby", "180659", 2, "63'", "", 63 * 60, 17 * 60},
		{"baseball", "mlb", 5, "0:00", "", -1, -1},
	} {
		n := newContests("hall", c.sport, c.league, new(sonify.Tally), false)
		err := n.Normalise(&decode.Message{At: kick, Body: []byte(match("STATUS_IN_PROGRESS", "in", c.period, c.clock, row("home", "Ada", "1", ""), row("away", "Bob", "0", ""), c.more))}, func(ev sonify.Event) {
			for field, want := range map[string]float64{"clock_s": c.played, "left_s": c.left} {
				if f, ok := ev.Value(field).Float(); !ok && want >= 0 || ok && f != want {
					t.Errorf("%s of %s, %s of period %d: %s is %v, want %v", c.clock, c.sport, c.league, c.period, field, ev.Value(field), want)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// What the service says of the match itself is better.
	n := newContests("hall", "basketball", "a-league-of-its-own", new(sonify.Tally), false)
	text := strings.Replace(match("STATUS_IN_PROGRESS", "in", 3, "2:00", row("home", "Ada", "1", ""), row("away", "Bob", "0", ""), ""), `"status"`, `"format": {"regulation": {"periods": 2, "clock": 1200.0}, "overtime": {"clock": 180.0}}, "status"`, 1)
	n.Normalise(&decode.Message{At: kick, Body: []byte(text)}, func(ev sonify.Event) {
		if got := ev.Value("clock_s").String() + " " + ev.Value("left_s").String(); got != "2460 120" {
			t.Errorf("by the format of the match: %s", got)
		}
	})
}

// A period that nobody heard begin does not end, one that ends does so under its own
// number, and with the points that were made in it.
func TestContests_PeriodsBeginAndEnd(t *testing.T) {
	lines := func(n ...string) string {
		return `, "linescores": [{"value": ` + strings.Join(n, `}, {"value": `) + `}]`
	}
	got := story(t, newContests("hall", "basketball", "mens-college-basketball", new(sonify.Tally), false),
		0, match("STATUS_IN_PROGRESS", "in", 1, "10:00", row("home", "Ada", "20", lines("20")), row("away", "Bob", "18", lines("18")), ""),
		1, match("STATUS_HALFTIME", "in", 1, "0:00", row("home", "Ada", "22", lines("22")), row("away", "Bob", "18", lines("18")), ""),
		2, match("STATUS_IN_PROGRESS", "in", 2, "19:00", row("home", "Ada", "22", lines("22", "0")), row("away", "Bob", "20", lines("18", "2")), ""),
		3, match("STATUS_IN_PROGRESS", "in", 3, "4:30", row("home", "Ada", "61", lines("22", "38", "1")), row("away", "Bob", "60", lines("18", "42", "0")), ""),
		4, match("STATUS_FINAL", "post", 3, "0:00", row("home", "Ada", "61", lines("22", "38", "1")+`, "winner": true`), row("away", "Bob", "60", lines("18", "42", "0")), ""))
	want := `match.started 20-18 period=1 left_s=600
match.score 22-18 period=1 left_s=0 side=1 points=2
match.period 22-18 period=2 begins=yes left_s=1140
match.score 22-20 period=2 left_s=1140 side=2 points=2
match.score 60-20 period=2 left_s=1140 side=1 points=38
match.score 60-60 period=2 left_s=1140 side=2 points=40
match.period 60-60 period=2 begins=no left_s=0
match.period 60-60 period=3 begins=yes left_s=270
match.score 61-60 period=3 left_s=270 side=1 points=1
match.period 61-60 period=3 begins=no left_s=0
match.ended 61-60 period=3 left_s=0 winner_name=Ada result=overtime
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestContests_AShootOutOfHockey(t *testing.T) {
	board := func(name, state string, period int, home, more string) string {
		return match(name, state, period, "0:00", row("home", "Ada", home, ""), row("away", "Bob", "2", ""), more)
	}
	for more, want := range map[string]string{"": "result=penalties\n", `, "season": {"type": 3}`: "result=overtime\n"} {
		got := story(t, newContests("rink", "hockey", "nhl", new(sonify.Tally), false), 0, board("STATUS_IN_PROGRESS", "in", 4, "2", more), 9, board("STATUS_FINAL", "post", 5, "3", more))
		if !strings.HasSuffix(got, "winner_name=Ada "+want) {
			t.Errorf("%q: %s", more, got)
		}
	}
}

func TestContests_AnInterruptionIsNoEnd(t *testing.T) {
	board := func(name, state string) string {
		return match(name, state, 3, "0:00", row("home", "Ada", "2", ""), row("away", "Bob", "1", ""), "")
	}
	got := story(t, newContests("park", "baseball", "mlb", new(sonify.Tally), false),
		0, board("STATUS_IN_PROGRESS", "in"), 1, board("STATUS_RAIN_DELAY", "in"), 2, board("STATUS_SUSPENDED", "post"), 3, board("STATUS_IN_PROGRESS", "in"), 4, board("STATUS_FINAL", "post"))
	want := `match.started 2-1 period=3
match.paused 2-1 period=3
match.resumed 2-1 period=3
match.ended 2-1 period=3 winner_name=Ada result=win
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestNormalise_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{"<html>": "no JSON", "{}": "no scoreboard"} {
		n := newContests("x", "hockey", "nhl", new(sonify.Tally), false)
		if err := n.Normalise(&decode.Message{Body: []byte(text)}, func(sonify.Event) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	tally := new(sonify.Tally)
	n := newContests("x", "hockey", "nhl", tally, false)
	if err := n.Normalise(&decode.Message{Body: []byte(`{"events": [{"competitions": [{"id": "1", "competitors": [{}]}]}, 7]}`)}, func(sonify.Event) {}); err != nil || len(tally.Counts()) != 1 {
		t.Errorf("%v, %v", err, tally.Counts())
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(board("STATUS_FIRST_HALF", "in", 1, "2'", "0", "0", oneGoal), true)
	f.Add(tennis("in", 1, `{"value": 5}`, `{"value": 3}`), false)
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		for _, n := range []decode.Normaliser{football.NewFeed("x", new(sonify.Tally), whole, soccerReports), newContests("x", "tennis", "atp", new(sonify.Tally), whole), newContests("x", "hockey", "nhl", new(sonify.Tally), whole)} {
			events := 0
			for i := range 2 {
				n.Normalise(&decode.Message{Body: []byte(text), At: kick.Add(time.Duration(i) * time.Minute)}, func(sonify.Event) { events++ })
			}
			if events > 2000+400*len(text) {
				t.Fatalf("%d events of %d bytes", events, len(text))
			}
		}
	})
}

// A recording without times is played by the clocks of the matches, and where there is none
// at a pace: never by the clock on the wall.
func TestRecording_WithoutTimes(t *testing.T) {
	set := func(games int, won bool) string { return fmt.Sprintf(`{"value": %d, "winner": %v}`, games, won) }
	for name, c := range map[string]struct {
		normaliser func(*sonify.Tally) decode.Normaliser
		answers    []string
		want       string
	}{
		"football": {func(tally *sonify.Tally) decode.Normaliser {
			return football.NewFeed("court", tally, true, soccerReports)
		}, []string{
			board("STATUS_SCHEDULED", "pre", 0, "0'", "0", "0", ""), board("STATUS_FIRST_HALF", "in", 1, "2'", "0", "0", ""), board("STATUS_FIRST_HALF", "in", 1, "45'+3'", "1", "0", oneGoal),
			board("STATUS_HALFTIME", "in", 1, "HT", "1", "0", oneGoal), board("STATUS_SECOND_HALF", "in", 2, "53'", "1", "1", oneGoal), board("STATUS_FULL_TIME", "post", 2, "90'+5'", "1", "1", oneGoal),
		}, `0s football.kick_off 0-0
46m0s football.goal 1-0
46m0.5s football.half_time 1-0
1h6m0s football.goal 1-1
1h48m0s football.full_time 1-1
missing: 1
`},
		"basketball": {func(tally *sonify.Tally) decode.Normaliser {
			return newContests("hall", "basketball", "nba", tally, true)
		}, []string{
			board("STATUS_SCHEDULED", "pre", 0, "0.0", "0", "0", ""), board("STATUS_IN_PROGRESS", "in", 1, "11:30", "0", "2", ""), board("STATUS_IN_PROGRESS", "in", 1, "11:30", "2", "2", ""),
			board("STATUS_IN_PROGRESS", "in", 3, "2:00", "50", "2", ""), board("STATUS_FINAL", "post", 4, "0.0", "51", "2", ""),
		}, `0s match.started 0-0
0s match.period 0-0
0s match.score 0-2
500ms match.score 2-2
33m30s match.period 2-2
33m30s match.period 2-2
33m30s match.score 50-2
47m30s match.period 50-2
47m30s match.score 51-2
47m30s match.ended 51-2
missing: 1
`},
		"tennis": {func(tally *sonify.Tally) decode.Normaliser { return newContests("court", "tennis", "wta", tally, true) }, []string{
			tennis("in", 1, set(5, false), set(3, false)), tennis("in", 1, set(5, false), set(4, false)), tennis("in", 1, set(5, false), set(5, false)),
		}, `0s match.started 0-0
500ms match.play 0-0
1s match.play 0-0
missing: 3
`},
	} {
		tally := new(sonify.Tally)
		n := c.normaliser(tally)
		var b strings.Builder
		for i, a := range c.answers {
			if err := n.Normalise(&decode.Message{Body: []byte(a), Line: int64(i + 1)}, func(ev sonify.Event) {
				if ev.Kind() == "football.minute" {
					return
				}
				if fmt.Fprintf(&b, "%v %s %v\n", ev.Clock, ev.Kind(), ev.Value("score")); !ev.At.IsZero() || !ev.Timed {
					t.Errorf("%s: %s at %v, timed is %v: what a match's clock says is no date", name, ev.Kind(), ev.At, ev.Timed)
				}
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range tally.Counts() {
			fmt.Fprintf(&b, "%v: %d\n", c.Fate, c.Count)
		}
		if got := b.String(); got != c.want {
			t.Errorf("%s: played\n%swant\n%s", name, got, c.want)
		}
	}
}
