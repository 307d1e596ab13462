package mlb

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

// feed is a live feed, by hand.
func feed(state string, plays ...string) string {
	return fmt.Sprintf(`{"gamePk": 7, "metaData": {"wait": 10}, "gameData": {"status": {"abstractGameState": %q, "detailedState": "x"}, "teams": {"home": {"name": "Bits", "league": {"name": "Byte League"}}, "away": {"name": "Chips"}}},
 "liveData": {"plays": {"allPlays": [%s]}}}`, state, strings.Join(plays, ",\n"))
}

func play(index, inning int, top, complete bool, event string, home, away int, out bool, minute int, pitches ...string) string {
	return fmt.Sprintf(`{"result": {"event": %q, "homeScore": %d, "awayScore": %d, "isOut": %v}, "about": {"atBatIndex": %d, "inning": %d, "isTopInning": %v, "isComplete": %v, "startTime": "2026-08-22T18:%02d:00.000Z", "endTime": "2026-08-22T18:%02d:30.000Z"},
 "count": {"outs": 1}, "matchup": {"batter": {"fullName": "Ada"}, "pitcher": {"fullName": "Bob"}}, "playEvents": [%s]}`, event, home, away, out, index, inning, top, complete, minute, minute, strings.Join(pitches, ","))
}

func pitch(call string, mph float64, minute int) string {
	return fmt.Sprintf(`{"isPitch": true, "startTime": "2026-08-22T18:%02d:10.000Z", "details": {"call": {"description": %q}, "isStrike": %v, "isBall": %v}, "pitchData": {"startSpeed": %v}}`, minute, call, call == "Called Strike", call == "Ball", mph)
}

func story(t *testing.T, whole bool, answers ...string) string {
	t.Helper()
	tally := new(sonify.Tally)
	n := newNormaliser("park", tally, whole)
	var b strings.Builder
	var last sonify.Event
	for _, a := range answers {
		err := n.Normalise(&decode.Message{Body: []byte(a)}, func(ev sonify.Event) {
			if ev.Clock < last.Clock || len(ev.Values) != len(ev.Shape.Fields()) {
				t.Errorf("%s at %v after %v", ev.Kind(), ev.Clock, last.Clock)
			}
			last = ev
			fmt.Fprintf(&b, "%v %s %v", ev.Clock, strings.TrimPrefix(ev.Kind(), "match."), ev.Value("score"))
			for _, f := range []string{"period", "begins", "side", "play", "success", "points", "value", "unit", "player", "takes_lead", "winner_name", "result"} {
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

var first9 = []string{
	play(0, 1, true, true, "Strikeout", 0, 0, true, 1, pitch("Called Strike", 95, 1), pitch("Ball", 90, 2)),
	play(1, 1, false, true, "Home Run", 1, 0, false, 5, pitch("In play, run(s)", 100, 5)),
}

// A run that comes while somebody bats is told then, and not as the batter's.
func TestNormalise_RunsDuringAnAtBat(t *testing.T) {
	action := func(event string, home, minute int, scoring bool) string {
		return fmt.Sprintf(`{"isPitch": false, "type": "action", "startTime": "2026-08-22T18:%02d:20.000Z", "details": {"event": %q, "homeScore": %d, "awayScore": 0, "isScoringPlay": %v}}`, minute, event, home, scoring)
	}
	atBat := func(complete bool) string {
		return play(0, 1, false, complete, "Strikeout", 1, 0, true, 6, pitch("Ball", 90, 1), action("Wild Pitch", 1, 2, true), action("Mound Visit", 1, 3, false), pitch("Called Strike", 95, 5))
	}
	got := story(t, true, feed("Live", atBat(false)), feed("Live", atBat(true)))
	want := `score 1-0 period=1 side=1 play=wild_pitch points=1 takes_lead=yes
play 1-0 period=1 side=2 play=called_strike success=yes points=0 value=152.9 unit=km/h player=Bob
play 1-0 period=1 side=1 play=strikeout success=no points=0 player=Ada
`
	short := ""
	for line := range strings.Lines(got) {
		if _, l, _ := strings.Cut(line, " "); short != "" || strings.HasPrefix(l, "score") {
			short += l
		}
	}
	if !strings.HasPrefix(short, want) {
		t.Errorf("told\n%s", got)
	}
}

func TestNormalise_TellsAGameFromItsBeginning(t *testing.T) {
	got := story(t, true, feed("Live", first9...), feed("Final", append(first9, play(2, 2, true, true, "Groundout", 1, 0, true, 9))...))
	want := `0s started 0-0 period=0
0s period 0-0 period=1 begins=yes
10s play 0-0 period=1 side=1 play=called_strike success=yes points=0 value=152.9 unit=km/h player=Bob
1m10s play 0-0 period=1 side=1 play=ball success=no points=0 value=144.8 unit=km/h player=Bob
1m10s play 0-0 period=1 side=2 play=strikeout success=no points=0 player=Ada
4m10s play 0-0 period=1 side=2 play=in_play_run_s points=0 value=160.9 unit=km/h player=Bob
4m30s score 1-0 period=1 side=1 play=home_run points=1 player=Ada takes_lead=yes
8m0s period 1-0 period=1 begins=no
8m0s period 1-0 period=2 begins=yes
8m30s play 1-0 period=2 side=2 play=groundout success=no points=0 player=Ada
8m30s period 1-0 period=2 begins=no
8m30s ended 1-0 period=2 winner_name=Bits result=win
repaired: clock ran backwards, held: 1
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestNormalise_MetWhileItIsOnTellsOnlyWhatIsNew(t *testing.T) {
	got := story(t, false, feed("Live", first9...), feed("Live", first9...), feed("Live", append(first9, play(2, 1, false, true, "Walk", 1, 0, false, 9))...))
	want := `4m30s started 1-0 period=1
8m30s play 1-0 period=1 side=1 play=walk success=yes points=0 player=Ada
repaired: clock ran backwards, held: 1
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestNormalise_AScoreIsPutRight(t *testing.T) {
	changed := []string{first9[0], play(1, 1, false, true, "Double", 0, 0, false, 5, pitch("In play, no out", 100, 5))}
	got := story(t, true, feed("Live", first9...), feed("Live", changed...))
	if !strings.Contains(got, "score 0-0 period=1 side=1 points=-1") || !strings.Contains(got, "repaired: score that was put right downwards: 1") {
		t.Error(got)
	}
}

// status is a feed in a state of the service's own list of them.
func status(abstract, coded, detailed string, innings int, plays ...string) string {
	text := strings.Replace(feed(abstract, plays...), `"detailedState": "x"`, fmt.Sprintf(`"codedGameState": %q, "detailedState": %q`, coded, detailed), 1)
	return strings.Replace(text, `"liveData": {`, fmt.Sprintf(`"liveData": {"linescore": {"scheduledInnings": %d}, `, innings), 1)
}

func TestNormalise_HowItEnds(t *testing.T) {
	seventh := play(0, 7, true, true, "Groundout", 2, 1, true, 1)
	tenth := play(0, 10, true, true, "Groundout", 2, 1, true, 1)
	for name, c := range map[string]struct{ before, after, want string }{
		"postponed, and why":     {status("Preview", "S", "Scheduled", 9), status("Final", "D", "Postponed: Rain", 9), "0s ended 0-0 period=0 result=called_off\n"},
		"postponed, by its code": {status("Preview", "S", "Scheduled", 9), status("Preview", "D", "", 9), "0s ended 0-0 period=0 result=called_off\n"},
		"cancelled":              {status("Preview", "S", "Scheduled", 9), status("Final", "", "Cancelled: Wet Grounds", 9), "0s ended 0-0 period=0 result=called_off\n"},
		"completed early":        {status("Live", "I", "In Progress", 9, seventh), status("Final", "F", "Completed Early: Rain", 9, seventh), "winner_name=Bits result=win\n"},
		"seven innings":          {status("Live", "I", "In Progress", 7, seventh), status("Final", "F", "Final", 7, seventh), "winner_name=Bits result=win\n"},
		"more than seven":        {status("Live", "I", "In Progress", 7, seventh), status("Final", "F", "Final", 7, play(0, 8, true, true, "Groundout", 2, 1, true, 2)), "winner_name=Bits result=overtime\n"},
		"more than nine":         {status("Live", "I", "In Progress", 9, tenth), status("Final", "F", "Final", 9, tenth), "winner_name=Bits result=overtime\n"},
		"forfeited":              {status("Live", "I", "In Progress", 9, seventh), status("Final", "R", "Forfeit: Ineligible Player", 9, seventh), "ended 2-1 period=7 result=forfeit\n"},
		"suspended":              {status("Live", "I", "In Progress", 9, seventh), status("Live", "U", "Suspended: Rain", 9, seventh), "started 2-1 period=7\n30s paused 2-1 period=7\n"},
		"warming up":             {status("Preview", "P", "Pre-Game", 9), status("Live", "P", "Warmup", 9), ""},
	} {
		if got := story(t, false, c.before, c.after); !strings.HasSuffix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: told\n%swant\n%s", name, got, c.want)
		}
	}
	if got := story(t, false, status("Live", "P", "Warmup", 9)); got != "" {
		t.Errorf("warming up is no beginning: %s", got)
	}
	got := story(t, false, status("Live", "I", "In Progress", 9, seventh), status("Live", "I", "Delayed: Rain", 9, seventh), status("Live", "I", "In Progress", 9, seventh))
	if want := "30s started 2-1 period=7\n30s paused 2-1 period=7\n30s resumed 2-1 period=7\n"; got != want {
		t.Errorf("delayed: %swant %s", got, want)
	}
}

// How much is over is measured by the innings that are scheduled.
func TestNormalise_ProgressOfSevenInnings(t *testing.T) {
	n := newNormaliser("park", new(sonify.Tally), true)
	var last float64
	text := status("Live", "I", "In Progress", 7, play(0, 7, false, true, "Groundout", 2, 1, true, 1))
	if err := n.Normalise(&decode.Message{Body: []byte(text)}, func(ev sonify.Event) { last, _ = ev.Value("progress").Float() }); err != nil || last < 0.94 || last > 1 {
		t.Errorf("%v, %v", last, err)
	}
}

// A name that is too long is cut between two letters.
func TestText_IsCutBetweenLetters(t *testing.T) {
	name := strings.Repeat("é", 150)
	got := ""
	text := strings.Replace(feed("Live", first9...), `"name": "Bits"`, `"name": "x`+name+`"`, 1)
	n := newNormaliser("park", new(sonify.Tally), true)
	if err := n.Normalise(&decode.Message{Body: []byte(text)}, func(ev sonify.Event) { got = ev.Value("team1").String() }); err != nil || got != "x"+name[:198] {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNormalise_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{"<html>": "no JSON", "{}": "no live feed of a game"} {
		n := newNormaliser("x", new(sonify.Tally), false)
		if err := n.Normalise(&decode.Message{Body: []byte(text)}, func(sonify.Event) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestArchive_TellsARealGame reads a real feed, where there is one.
func TestArchive_TellsARealGame(t *testing.T) {
	data := servertest.Recorded(t)
	files, err := filepath.Glob(filepath.Join(data, "ballgames", "mlb-*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	body, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	got := story(t, true, string(body))
	if strings.Count(got, " score ") != 2 || strings.Count(got, "begins=yes") != 2 || strings.Count(got, "value=") < 60 || !strings.Contains(got, "ended 1-1") {
		t.Error(got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(feed("Live", first9...), true)
	f.Add(feed("Final", first9...), false)
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		n := newNormaliser("x", new(sonify.Tally), whole)
		events := 0
		for range 2 {
			n.Normalise(&decode.Message{Body: []byte(text)}, func(sonify.Event) { events++ })
		}
		if events > 20+len(text) {
			t.Fatalf("%d events of %d bytes", events, len(text))
		}
	})
}
