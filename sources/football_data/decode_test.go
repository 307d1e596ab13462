package footballdata

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/football"
	"proscenium/sources/internal/recipetest"
)

// answer is what the service says of a match, by hand.
func answer(status, score, more string) string {
	return fmt.Sprintf(`{"count": 1, "competition": {"name": "Byte League"}, "matches": [{"id": 428, "utcDate": "2026-08-22T18:30:00Z", "status": %q, "matchday": 2, "stage": "REGULAR_SEASON", "group": null,
 "homeTeam": {"id": 1, "name": "FC Bit", "shortName": "Bit"}, "awayTeam": {"id": 2, "name": "SV Byte"}, "score": %s%s}]}`, status, score, more)
}

func scores(half, full string) string {
	return fmt.Sprintf(`{"winner": null, "duration": "REGULAR", "fullTime": %s, "halfTime": %s}`, full, half)
}

func pairOf(a, b int) string { return fmt.Sprintf(`{"home": %d, "away": %d}`, a, b) }

const none = `{"home": null, "away": null}`

func tell(t *testing.T, whole bool, steps ...any) string {
	t.Helper()
	kick := time.Date(2026, 8, 22, 18, 30, 0, 0, time.UTC)
	tally := new(sonify.Tally)
	f := football.NewFeed("court", tally, whole, reports)
	var b strings.Builder
	for i := 0; i < len(steps); i += 2 {
		err := f.Normalise(&decode.Message{Body: []byte(steps[i+1].(string)), At: kick.Add(time.Duration(steps[i].(int)) * time.Minute)}, func(ev sonify.Event) {
			if ev.Kind() == "football.minute" {
				return
			}
			fmt.Fprintf(&b, "%s %v+%v %v", strings.TrimPrefix(ev.Kind(), "football."), ev.Value("minute"), ev.Value("stoppage"), ev.Value("score"))
			for _, f := range []string{"round", "team", "scorer", "penalty", "own_goal", "winner_name", "result", "penalties1", "penalties2"} {
				if v := ev.Value(f); !v.IsMissing() && v.String() != "no" && v.String() != "" {
					fmt.Fprintf(&b, " %s=%v", f, v)
				}
			}
			b.WriteByte('\n')
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range tally.Counts() {
		fmt.Fprintf(&b, "%v: %s: %d\n", c.Fate, c.What, c.Count)
	}
	return b.String()
}

func TestReports_FollowAMatchByItsScores(t *testing.T) {
	got := tell(t, false,
		-5, answer("TIMED", scores(none, none), ""),
		2, answer("IN_PLAY", scores(none, pairOf(0, 0)), ""),
		30, answer("IN_PLAY", scores(none, pairOf(0, 1)), ""),
		47, answer("PAUSED", scores(pairOf(0, 1), pairOf(0, 1)), ""),
		65, answer("IN_PLAY", scores(pairOf(0, 1), pairOf(0, 1)), ""),
		80, answer("IN_PLAY", scores(pairOf(0, 1), pairOf(0, 2)), ""),
		85, answer("IN_PLAY", scores(pairOf(0, 1), pairOf(0, 1)), ""),
		110, answer("FINISHED", scores(pairOf(0, 1), pairOf(0, 1)), ""))
	want := `kick_off 3+0 0-0 round=Matchday 2
goal 31+0 0-1 round=Matchday 2 team=SV Byte
half_time 45+0 0-1 round=Matchday 2
goal 61+0 0-2 round=Matchday 2 team=SV Byte
goal_annulled 66+0 0-1 round=Matchday 2 team=SV Byte
full_time 90+0 0-1 round=Matchday 2 winner_name=SV Byte result=win
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestReports_GoalsWithNamesWhereTheyAreGiven(t *testing.T) {
	got := tell(t, true, 300, answer("FINISHED", scores(pairOf(1, 0), pairOf(1, 1)),
		`, "goals": [{"minute": 12, "injuryTime": null, "type": "PENALTY", "team": {"id": 1}, "scorer": {"name": "Ada"}}, {"minute": 90, "injuryTime": 3, "type": "OWN", "team": {"id": 2}, "scorer": {"name": "Bob"}}]`))
	want := `kick_off 0+0 0-0 round=Matchday 2
goal 12+0 1-0 round=Matchday 2 team=FC Bit scorer=Ada penalty=yes
half_time 45+0 1-0 round=Matchday 2
goal 90+3 1-1 round=Matchday 2 team=SV Byte scorer=Bob own_goal=yes
full_time 90+0 1-1 round=Matchday 2 result=draw
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

// Which side an own goal counts for the score after it says, where it is there.
func TestReports_GoalsWithTheScoreAfterThem(t *testing.T) {
	for _, of := range []string{"1", "2"} {
		got := tell(t, true, 300, answer("FINISHED", scores(pairOf(0, 1), pairOf(0, 1)),
			`, "goals": [{"minute": 44, "type": "OWN", "team": {"id": `+of+`}, "scorer": {"name": "Ada"}, "score": {"home": 0, "away": 1}}]`))
		if !strings.Contains(got, "goal 44+0 0-1 round=Matchday 2 team=SV Byte scorer=Ada own_goal=yes\n") {
			t.Errorf("listed for side %s:\n%s", of, got)
		}
	}
}

// IN_PLAY is what the service says of extra time as well.
func TestReports_ExtraTimeInPlay(t *testing.T) {
	extra := func(duration string, a, b int) string {
		return fmt.Sprintf(`{"duration": %q, "fullTime": {"home": %d, "away": %d}, "halfTime": {"home": 0, "away": 0}, "regularTime": {"home": 1, "away": 1}, "extraTime": {"home": %d, "away": %d}, "penalties": {"home": null, "away": null}}`, duration, a, b, a-1, b-1)
	}
	got := tell(t, false, -5, answer("TIMED", scores(none, none), ""), 100, answer("IN_PLAY", scores(pairOf(0, 0), pairOf(1, 1)), ""),
		125, answer("IN_PLAY", extra("EXTRA_TIME", 1, 1), ""), 140, answer("IN_PLAY", extra("EXTRA_TIME", 2, 1), ""), 160, answer("FINISHED", extra("EXTRA_TIME", 2, 1), ""))
	if !strings.Contains(got, "extra_time 90+0 1-1") || !strings.Contains(got, "goal 105+0 2-1") && !strings.Contains(got, " 2-1 round=Matchday 2 team=FC Bit\n") || !strings.Contains(got, "full_time 120+0 2-1 round=Matchday 2 winner_name=FC Bit result=extra time") {
		t.Error(got)
	}
}

func TestReports_AShootOutIsApart(t *testing.T) {
	s := `{"duration": "PENALTY_SHOOTOUT", "fullTime": {"home": 5, "away": 4}, "halfTime": {"home": 0, "away": 0}, "regularTime": {"home": 1, "away": 1}, "extraTime": {"home": 0, "away": 0}, "penalties": {"home": 4, "away": 3}}`
	got := tell(t, true, 300, strings.Replace(answer("FINISHED", s, ""), "REGULAR_SEASON", "QUARTER_FINALS", 1))
	if !strings.Contains(got, "full_time 120+0 1-1 round=Quarter-finals winner_name=FC Bit result=penalties penalties1=4 penalties2=3") {
		t.Error(got)
	}
}

func TestReports_SayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"<html>": "no JSON", "{}": `no "matches"`, `{"message": "The resource you are looking for is restricted", "errorCode": 403}`: "the service says",
	} {
		if _, err := reports([]byte(text), time.Now(), new(sonify.Tally)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	tally := new(sonify.Tally)
	if r, err := reports([]byte(`{"matches": [7, {"id": 1}, {"id": 2, "homeTeam": {}, "status": "NEW"}]}`), time.Now(), tally); err != nil || len(r) != 1 || len(tally.Counts()) != 2 {
		t.Errorf("%v, %v, %v", r, err, tally.Counts())
	}
}

func TestReports_AnAwardedMatchIsNotPlayed(t *testing.T) {
	award := strings.Replace(scores(none, pairOf(3, 0)), `"winner": null`, `"winner": "HOME_TEAM"`, 1)
	if got := tell(t, false, -5, answer("TIMED", scores(none, none), ""), 300, answer("AWARDED", award, "")); got != "" {
		t.Error(got)
	}
	if got := tell(t, true, 300, answer("AWARDED", award, "")); got != "skipped: match that was decided at a table: 1\n" {
		t.Error(got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(answer("FINISHED", scores(pairOf(1, 0), pairOf(1, 1)), ""), true)
	f.Add(answer("IN_PLAY", scores(none, pairOf(1, 1)), ""), false)
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		feed := football.NewFeed("x", new(sonify.Tally), whole, reports)
		n := 0
		for range 2 {
			feed.Normalise(&decode.Message{Body: []byte(text), At: time.Date(2026, 8, 22, 20, 0, 0, 0, time.UTC)}, func(sonify.Event) { n++ })
		}
		if n > 2000+400*len(text) {
			t.Fatalf("%d events of %d bytes", n, len(text))
		}
	})
}

// played returns what becomes of a recording whose messages have no times.
func played(t *testing.T, answers ...string) string {
	t.Helper()
	tally := new(sonify.Tally)
	return recipetest.Played(t, football.NewFeed("court", tally, true, reports), tally, answers...)
}

// A recording without times is played by what the answers say, never by the clock on the
// wall: by when a match was changed, and without that at a pace.
func TestReports_OfARecordingWithoutTimes(t *testing.T) {
	matches := func(updated ...string) (out []string) {
		for i, a := range []string{
			answer("TIMED", scores(none, none), ""), answer("IN_PLAY", scores(none, pairOf(0, 0)), ""), answer("IN_PLAY", scores(none, pairOf(1, 0)), ""),
			answer("PAUSED", scores(pairOf(1, 0), pairOf(1, 0)), ""), answer("IN_PLAY", scores(pairOf(1, 0), pairOf(1, 1)), ""), answer("FINISHED", scores(pairOf(1, 0), pairOf(1, 1)), ""),
		} {
			if len(updated) > 0 {
				a = strings.Replace(a, `"id": 428,`, fmt.Sprintf(`"id": 428, "lastUpdated": "2026-08-22T%sZ",`, updated[min(i, len(updated)-1)]), 1)
			}
			out = append(out, a)
		}
		return out
	}
	for name, c := range map[string]struct {
		answers []string
		want    string
	}{
		"nothing is said of time": {matches(), `0s kick_off 0 0-0
500ms goal  1-0
1s half_time 45 1-0
1.5s goal  1-1
2s full_time 90 1-1
missing: message without a time, half a: 5
`},
		"the time stands still": {matches("18:50:00"), `0s kick_off 21 0-0 18:50
500ms goal 21 1-0 18:50
1s half_time 45 1-0 18:50
1.5s goal 46 1-1 18:50
2s full_time 90 1-1 18:50
repaired: minute that the feed does not : 6
missing: message without a time, half a: 5
`},
		"the time goes on": {matches("17:00:00", "18:31:00", "18:50:00", "19:17:00", "19:40:00", "20:22:00"), `1h31m0s kick_off 2 0-0 18:31
1h50m0s goal 21 1-0 18:50
2h17m0s half_time 45 1-0 19:17
2h40m0s goal 46 1-1 19:40
3h22m0s full_time 90 1-1 20:22
repaired: minute that the feed does not : 6
`},
	} {
		if got := played(t, c.answers...); got != c.want {
			t.Errorf("%s: played\n%swant\n%s", name, got, c.want)
		}
	}
}
