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

func TestContests_FollowBasketball(t *testing.T) {
	n := newContests("hall", "basketball", new(sonify.Tally), false)
	got := story(t, n,
		0, board("STATUS_SCHEDULED", "pre", 0, "0.0", "0", "0", ""),
		1, board("STATUS_IN_PROGRESS", "in", 1, "11:30", "0", "2", ""),
		15, board("STATUS_END_PERIOD", "in", 1, "0.0", "21", "20", ""),
		20, board("STATUS_IN_PROGRESS", "in", 2, "12:00", "21", "20", ""),
		90, board("STATUS_FINAL", "post", 5, "0.0", "101", "99", ""),
		91, board("STATUS_FINAL", "post", 5, "0.0", "101", "99", ""))
	want := `match.started 0-0 period=1 left_s=690
match.score 0-2 period=1 left_s=690 side=2 points=2
match.period 0-2 period=1 begins=yes left_s=690
match.score 21-2 period=1 left_s=0 side=1 points=21
match.score 21-20 period=1 left_s=0 side=2 points=18
match.period 21-20 period=2 begins=no left_s=720
match.period 21-20 period=2 begins=yes left_s=720
match.period 21-20 period=5 begins=no left_s=0
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
	got := story(t, newContests("court", "tennis", new(sonify.Tally), false),
		0, tennis("in", 1, set(5, false), set(3, false)),
		1, tennis("in", 1, set(5, false), set(4, false)),
		2, tennis("in", 2, set(6, true)+","+set(1, false), set(4, false)+","+set(0, false)),
		3, tennis("post", 2, set(6, true)+","+set(6, true), set(4, false)+","+set(0, false)))
	for _, want := range []string{"match.started 0-0 period=1", "match.play 0-0 period=1 side=2 play=game", "match.score 1-0 period=2 side=1 points=1", "match.score 2-0", "match.ended 2-0 period=2 winner_name=A. Da result=win"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "play=game"); n != 7 {
		t.Errorf("%d games in\n%s", n, got)
	}
}

func TestNormalise_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{"<html>": "no JSON", "{}": "no scoreboard"} {
		n := newContests("x", "hockey", new(sonify.Tally), false)
		if err := n.Normalise(&decode.Message{Body: []byte(text)}, func(sonify.Event) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	tally := new(sonify.Tally)
	n := newContests("x", "hockey", tally, false)
	if err := n.Normalise(&decode.Message{Body: []byte(`{"events": [{"competitions": [{"id": "1", "competitors": [{}]}]}, 7]}`)}, func(sonify.Event) {}); err != nil || len(tally.Counts()) != 1 {
		t.Errorf("%v, %v", err, tally.Counts())
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(board("STATUS_FIRST_HALF", "in", 1, "2'", "0", "0", oneGoal), true)
	f.Add(tennis("in", 1, `{"value": 5}`, `{"value": 3}`), false)
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		for _, n := range []decode.Normaliser{football.NewFeed("x", new(sonify.Tally), whole, soccerReports), newContests("x", "tennis", new(sonify.Tally), whole), newContests("x", "hockey", new(sonify.Tally), whole)} {
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
