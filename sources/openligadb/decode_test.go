package openligadb

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
func answer(finished bool, results, goals string) string {
	return fmt.Sprintf(`[{"matchID": 72217, "matchDateTime": "2026-08-22T20:30:00", "timeZoneID": "W. Europe Standard Time", "leagueName": "1. Bit-Bundesliga",
 "matchDateTimeUTC": "2026-08-22T18:30:00Z", "group": {"groupName": "1. Spieltag"}, "team1": {"teamName": "FC Bit"}, "team2": {"teamName": "SV Byte"},
 "lastUpdateDateTime": "2026-08-22T20:31:00", "matchIsFinished": %v, "matchResults": [%s], "goals": [%s], "location": {"locationStadium": "Am Bus"}}]`, finished, results, goals)
}

func result(name string, kind, a, b int) string {
	return fmt.Sprintf(`{"resultName": %q, "pointsTeam1": %d, "pointsTeam2": %d, "resultTypeID": %d}`, name, a, b, kind)
}

func goal(a, b int, minute, scorer, more string) string {
	return fmt.Sprintf(`{"scoreTeam1": %d, "scoreTeam2": %d, "matchMinute": %s, "goalGetterName": %q, "isPenalty": false, "isOwnGoal": false%s}`, a, b, minute, scorer, more)
}

// tell writes what a source tells of answers that came so many minutes after the
// kick-off.
func tell(t *testing.T, whole bool, answers map[int]string, order ...int) string {
	t.Helper()
	kick := time.Date(2026, 8, 22, 18, 30, 0, 0, time.UTC)
	tally := new(sonify.Tally)
	f := football.NewFeed("court", tally, whole, reports)
	var b strings.Builder
	for _, m := range order {
		err := f.Normalise(&decode.Message{Body: []byte(answers[m]), At: kick.Add(time.Duration(m) * time.Minute)}, func(ev sonify.Event) {
			if ev.Kind() == "football.minute" {
				return
			}
			fmt.Fprintf(&b, "%s %v+%v %v", strings.TrimPrefix(ev.Kind(), "football."), ev.Value("minute"), ev.Value("stoppage"), ev.Value("score"))
			for _, f := range []string{"team", "scorer", "penalty", "own_goal", "winner_name", "result", "penalties1", "penalties2"} {
				if v := ev.Value(f); !v.IsMissing() && v.String() != "no" {
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

// What the community enters of matches that went on after 90 minutes.
func TestReports_AfterNinetyMinutes(t *testing.T) {
	half := result("Halbzeit", 1, 0, 1) + ","
	for results, want := range map[string]string{
		half + result("Endergebnis", 2, 1, 1) + "," + result("nach Verlängerung", 4, 1, 1) + "," + result("nach Elfmeterschießen", 5, 3, 5): "full_time 120+0 1-1 winner_name=SV Byte result=penalties penalties1=2 penalties2=4\n",
		half + result("Endergebnis", 2, 3, 5) + "," + result("nach Verlängerung", 4, 1, 1) + "," + result("nach Elfmeterschießen", 5, 3, 5): "full_time 120+0 1-1 winner_name=SV Byte result=penalties penalties1=2 penalties2=4\n",
		half + result("Endergebnis", 2, 3, 1) + "," + result("nach 90 Minuten", 3, 1, 1) + "," + result("nach Verlängerung", 4, 3, 1):       "full_time 120+0 3-1 winner_name=FC Bit result=extra time\n",
		half + result("Endergebnis", 2, 1, 2) + "," + result("nach Elfmeterschießen", 5, 1, 1):                                              "full_time 90+0 1-2 winner_name=SV Byte result=win\n",
	} {
		for _, whole := range []bool{true, false} {
			got := tell(t, whole, map[int]string{-5: answer(false, "", ""), 100: answer(false, half[:len(half)-1], ""), 190: answer(true, results, "")}, map[bool][]int{true: {190}, false: {-5, 100, 190}}[whole]...)
			if !strings.Contains(got, want) {
				t.Errorf("%s, whole %v: told\n%swant\n%s", results, whole, got, want)
			}
		}
	}
}

func TestReports_FollowAMatch(t *testing.T) {
	got := tell(t, false, map[int]string{
		-5:  answer(false, "", ""),
		3:   answer(false, "", ""),
		20:  answer(false, "", goal(1, 0, "18", "Ada", "")),
		50:  answer(false, result("Halbzeit", 1, 1, 0), goal(1, 0, "18", "Ada", "")),
		57:  answer(false, result("Halbzeit", 1, 1, 0), goal(1, 0, "18", "Ada", "")),
		70:  answer(false, result("Halbzeit", 1, 1, 0), goal(1, 0, "18", "Ada", "")+","+goal(1, 1, "null", "", `, "isOvertime": false`)),
		111: answer(true, result("Halbzeit", 1, 1, 0)+","+result("Endergebnis", 2, 1, 1), goal(1, 0, "18", "Ada", "")+","+goal(1, 1, "52", "Bob", "")),
	}, -5, 3, 20, 50, 57, 70, 111)
	want := `kick_off 4+0 0-0
goal 18+0 1-0 team=FC Bit scorer=Ada
half_time 45+0 1-0
goal 46+0 1-1 team=SV Byte
full_time 90+0 1-1 winner_name= result=draw
repaired: minute that the feed does not say, reckoned from when the half began: 7
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestReports_AMatchdayIsToldWhole(t *testing.T) {
	got := tell(t, true, map[int]string{
		300: answer(true, result("Halbzeit", 1, 1, 0)+","+result("Endergebnis", 2, 2, 1),
			goal(1, 0, "18", "Ada", "")+","+goal(1, 1, "52", "Bob", "")+","+goal(2, 1, "88", "Cyd", "")),
	}, 300, 300)
	want := `kick_off 0+0 0-0
goal 18+0 1-0 team=FC Bit scorer=Ada
half_time 45+0 1-0
goal 52+0 1-1 team=SV Byte scorer=Bob
goal 88+0 2-1 team=FC Bit scorer=Cyd
full_time 90+0 2-1 winner_name=FC Bit result=win
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestReports_ACupIsDecidedByPenalties(t *testing.T) {
	got := tell(t, true, map[int]string{
		300: answer(true, result("Halbzeit", 1, 0, 0)+","+result("Endergebnis", 2, 1, 1)+","+result("nach Verlängerung", 3, 1, 1)+","+result("nach Elfmeterschießen", 4, 5, 4),
			goal(1, 0, "60", "Ada", "")+","+goal(1, 1, "70", "Bob", "")),
	}, 300)
	if !strings.Contains(got, "shoot_out") || !strings.Contains(got, "full_time 120+0 1-1 winner_name=FC Bit result=penalties penalties1=4 penalties2=3") {
		t.Error(got)
	}
}

func TestReports_SayWhatIsWrong(t *testing.T) {
	tally := new(sonify.Tally)
	if _, err := reports([]byte("<html>"), time.Now(), tally); err == nil || !strings.Contains(err.Error(), "no JSON") {
		t.Error(err)
	}
	for _, text := range []string{"[]", "{}", "7", `[{"matchID": null}]`, `[{"matchID": {}, "goals": 7, "matchResults": {"a": 1}}]`} {
		if _, err := reports([]byte(text), time.Now(), tally); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(answer(true, result("Endergebnis", 2, 2, 1), goal(1, 0, "18", "Ada", "")), true)
	f.Add(answer(false, result("Halbzeit", 1, 1, 0), ""), false)
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
// wall: by when they were edited, and without that by what was entered.
func TestReports_OfARecordingWithoutTimes(t *testing.T) {
	half, ada, bob := result("Halbzeit", 1, 1, 0), goal(1, 0, "18", "Ada", ""), goal(1, 1, "70", "Bob", "")
	edited := func(at, answer string) string {
		if at == "" {
			return strings.Replace(answer, `"lastUpdateDateTime"`, `"nothing"`, 1)
		}
		return strings.Replace(answer, "2026-08-22T20:31:00", "2026-08-22T"+at, 1)
	}
	for name, c := range map[string]struct {
		answers []string
		want    string
	}{
		"nothing is said of time": {[]string{
			edited("", answer(false, "", "")), edited("", answer(false, "", ada)), edited("", answer(false, half, ada)), edited("", answer(false, half, ada)),
			edited("", answer(false, half, ada+","+bob)), edited("", answer(true, half+","+result("Endergebnis", 2, 1, 1), ada+","+bob)),
		}, `0s kick_off 0 0-0
0s goal 18 1-0
500ms half_time 45 1-0
1s goal 70 1-1
1.5s full_time 90 1-1
missing: message without a time, half a: 4
`},
		"the half-time is not in it": {[]string{edited("", answer(false, "", ada)), edited("", answer(false, half, ada+","+bob))}, `0s kick_off 0 1-0
500ms half_time 45 1-0
500ms goal 70 1-1
missing: message without a time, half a: 2
`},
		"it was edited": {[]string{
			edited("20:00:00", answer(false, "", "")), edited("20:30:30.5", answer(false, "", "")), edited("20:49:00.25", answer(false, "", ada)), edited("21:18:00", answer(false, half, ada)),
			edited("21:56:00", answer(false, half, ada+","+bob)), edited("22:24:00", answer(true, half+","+result("Endergebnis", 2, 1, 1), ada+","+bob)),
		}, `30m30.5s kick_off 1 0-0 18:30
49m0.25s goal 18 1-0 18:49
1h18m0s half_time 45 1-0 19:18
1h56m0s goal 70 1-1 19:56
2h24m0s full_time 90 1-1 20:24
repaired: minute that the feed does not : 6
`},
	} {
		if got := played(t, c.answers...); got != c.want {
			t.Errorf("%s: played\n%swant\n%s", name, got, c.want)
		}
	}
}
