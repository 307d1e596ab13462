package nba

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/servertest"
)

func answer(actions ...string) string {
	return `{"meta": {"code": 200}, "game": {"gameId": "0022", "actions": [` + strings.Join(actions, ",\n") + `]}}`
}

// action is one action, by hand.
func action(number, order int, period int, clock, kind, sub, team string, home, away string, more string) string {
	return fmt.Sprintf(`{"actionNumber": %d, "orderNumber": %d, "period": %d, "clock": %q, "actionType": %q, "subType": %q, "teamTricode": %q, "scoreHome": %q, "scoreAway": %q, "x": "None", "y": null, "timeActual": "2026-01-01T20:%02d:00.5Z", "edited": "e", "playerNameI": "A. Da"%s}`,
		number, order, period, clock, kind, sub, team, home, away, order%60, more)
}

func story(t *testing.T, whole bool, answers ...string) string {
	t.Helper()
	tally := new(sonify.Tally)
	n := newNormaliser("hall", tally, whole, "Bits", "Chips")
	var b strings.Builder
	var last sonify.Event
	for _, a := range answers {
		err := n.Normalise(&decode.Message{Body: []byte(a)}, func(ev sonify.Event) {
			if ev.Clock < last.Clock || len(ev.Values) != len(ev.Shape.Fields()) {
				t.Errorf("%s at %v after %v", ev.Kind(), ev.Clock, last.Clock)
			}
			last = ev
			fmt.Fprintf(&b, "%v %s %v", ev.Clock, strings.TrimPrefix(ev.Kind(), "match."), ev.Value("score"))
			for _, f := range []string{"period", "begins", "clock_s", "left_s", "side", "play", "success", "points", "value", "player", "equaliser", "takes_lead", "winner_name", "result"} {
				if v := ev.Value(f); !v.IsMissing() {
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

var game = []string{
	action(2, 1, 1, "PT12M00.00S", "period", "start", "", "0", "0", ""),
	action(7, 3, 1, "PT11M30.50S", "3pt", "Jump Shot", "CHI", "0", "3", `, "shotResult": "Made", "shotDistance": 25.0`),
	action(4, 2, 1, "PT11M45.00S", "2pt", "Layup", "BIT", "0", "0", `, "shotResult": "Missed"`),
	action(9, 4, 1, "PT11M00.00S", "freethrow", "1 of 1", "BIT", "1", "3", `, "shotResult": "Made"`),
}

func TestNormalise_TellsAGame(t *testing.T) {
	got := story(t, true, answer(game...), answer(append(game, action(11, 5, 4, "PT00M00.00S", "game", "end", "", "1", "3", ""))...))
	want := `0s started 0-0 period=1 clock_s=0 left_s=720
0s period 0-0 period=1 begins=yes clock_s=0 left_s=720
1m0s play 0-0 period=1 clock_s=15 left_s=705 play=two_pointer success=no points=0 player=A. Da
2m0s score 0-3 period=1 clock_s=29.5 left_s=690.5 side=2 play=three_pointer points=3 player=A. Da equaliser=no takes_lead=yes
3m0s score 1-3 period=1 clock_s=60 left_s=660 side=1 play=free_throw points=1 player=A. Da equaliser=no takes_lead=no
4m0s ended 1-3 period=4 clock_s=2880 left_s=0 winner_name=Chips result=win
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestNormalise_WhatIsPutInBetweenAndChanged(t *testing.T) {
	later := append([]string{}, game...)
	later[3] = action(9, 4, 1, "PT11M00.00S", "freethrow", "1 of 1", "BIT", "0", "3", `, "shotResult": "Missed"`)
	later = append(later, action(8, 3, 1, "PT11M20.00S", "foul", "personal", "CHI", "0", "3", ""))
	got := story(t, true, answer(game...), answer(later...))
	for _, want := range []string{"play 1-3 period=1 clock_s=60 left_s=660 side=2 play=foul_personal", "score 0-3 period=1 clock_s=60 left_s=660 side=1 points=-1",
		"repaired: action that was changed afterwards, only its score taken: 1", "repaired: score that was put right downwards: 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestNormalise_MetWhileItIsOn(t *testing.T) {
	got := story(t, false, answer(game[:2]...), answer(game...))
	want := `2m0s started 0-3 period=1 clock_s=29.5 left_s=690.5
2m0s play 0-3 period=1 clock_s=29.5 left_s=690.5 side=1 play=two_pointer success=no points=0 player=A. Da
3m0s score 1-3 period=1 clock_s=60 left_s=660 side=1 play=free_throw points=1 player=A. Da equaliser=no takes_lead=no
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestClock(t *testing.T) {
	for text, want := range map[string]string{"PT12M00.00S": "12m0s", "PT00M03.40S": "3.4s", "PT5M": "", "": "", "PT99M00S": "", "PT1M70.0S": "", "PT-1M00S": ""} {
		got := ""
		if d, ok := clock(text); ok {
			got = d.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Others play by other rules in the same feed: the clock with which a period begins says how
// long it is.
func TestNormalise_PeriodsOfTenMinutes(t *testing.T) {
	got := story(t, true, answer(action(2, 1, 1, "PT10M00.00S", "period", "start", "", "0", "0", ""), action(3, 2, 2, "PT10M00.00S", "period", "start", "", "0", "0", ""),
		action(4, 3, 2, "PT09M00.00S", "foul", "personal", "CHI", "0", "0", ""), action(5, 4, 5, "PT02M00.00S", "period", "start", "", "0", "0", ""), action(6, 5, 5, "PT01M30.00S", "foul", "personal", "CHI", "0", "0", "")))
	for _, want := range []string{"period=2 clock_s=660 left_s=540 play=foul_personal", "period=5 clock_s=2430 left_s=90 play=foul_personal"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// A name that is too long is cut between two letters.
func TestText_IsCutBetweenLetters(t *testing.T) {
	name := strings.Repeat("é", 150)
	if got := story(t, true, answer(strings.Replace(game[1], "A. Da", "x"+name, 1))); !strings.Contains(got, "player=x"+name[:198]+" ") {
		t.Error(got)
	}
}

func TestArchive_ReadsWhatIsDocumented(t *testing.T) {
	data := servertest.Recorded(t)
	files, err := filepath.Glob(filepath.Join(data, "ballgames", "nba-*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	body, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := story(t, true, string(body)); !strings.Contains(got, "period 0-0 period=1 begins=yes clock_s=0 left_s=720") {
		t.Error(got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(answer(game...), true)
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		n := newNormaliser("x", new(sonify.Tally), whole, "", "")
		events := 0
		for range 2 {
			n.Normalise(&decode.Message{Body: []byte(text)}, func(sonify.Event) { events++ })
		}
		if events > 20+len(text) {
			t.Fatalf("%d events of %d bytes", events, len(text))
		}
	})
}
