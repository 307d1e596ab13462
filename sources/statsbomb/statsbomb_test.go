package statsbomb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/exact/nofma"
	"proscenium/sources/internal/servertest"
)

// event is one line of a file, by hand.
func event(period int, at, kind, team, more string) string {
	if more != "" {
		more = ", " + more
	}
	return fmt.Sprintf(`{"period": %d, "timestamp": %q, "type": {"name": %q}, "team": {"name": %q}, "player": {"name": "Ada"}%s}`, period, at, kind, team, more)
}

func file(events ...string) string { return "[" + strings.Join(events, ",\n") + "]" }

var lineUps = event(1, "00:00:00.000", "Starting XI", "Bits", "") + ",\n" + event(1, "00:00:00.000", "Starting XI", "Chips", "") + ",\n" +
	event(1, "00:00:00.000", "Half Start", "Bits", "") + ",\n" + event(1, "00:00:00.000", "Half Start", "Chips", "")

const goal = `"shot": {"statsbomb_xg": 0.25, "outcome": {"name": "Goal"}, "type": {"name": "Open Play"}}`

// story writes the events without the minutes, a line each.
func story(t *testing.T, text string, passes bool) (string, map[string]int64) {
	t.Helper()
	tally := new(sonify.Tally)
	var b strings.Builder
	last := int64(-1)
	err := tell([]byte(text), "court", "7", passes, tally, func(ev sonify.Event) {
		if int64(ev.Clock) < last {
			t.Errorf("the clock goes back to %v", ev.Clock)
		}
		last = int64(ev.Clock)
		if !ev.Timed || !ev.At.IsZero() || len(ev.Values) != len(ev.Shape.Fields()) {
			t.Errorf("%s: timed %v, at %v, %d values", ev.Kind(), ev.Timed, ev.At, len(ev.Values))
		}
		if ev.Kind() == "football.minute" {
			return
		}
		fmt.Fprintf(&b, "%v %s %v+%v %v", ev.Clock, strings.TrimPrefix(ev.Kind(), "football."), ev.Value("minute"), ev.Value("stoppage"), ev.Value("score"))
		for _, f := range []string{"team", "scorer", "own_goal", "penalty", "xg", "outcome", "card", "complete", "length_m", "forward_m", "reach", "winner_name", "result", "penalties1", "penalties2"} {
			if v := ev.Value(f); !v.IsMissing() && v.String() != "" {
				fmt.Fprintf(&b, " %s=%v", f, v)
			}
		}
		b.WriteByte('\n')
	})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for _, c := range tally.Counts() {
		counts[c.What] = c.Count
	}
	return b.String(), counts
}

func TestTell_AWholeMatch(t *testing.T) {
	got, counts := story(t, file(lineUps,
		event(1, "00:00:02.500", "Pass", "Bits", `"location": [60, 40], "pass": {"end_location": [72, 40]}`),
		event(1, "00:10:30.000", "Shot", "Chips", `"shot": {"statsbomb_xg": 0.5, "outcome": {"name": "Off T"}}`),
		event(1, "00:12:00.000", "Shot", "Bits", goal),
		event(1, "00:20:00.000", "Foul Committed", "Chips", `"foul_committed": {"card": {"name": "Yellow Card"}}`),
		event(1, "00:47:10.000", "Half End", "Bits", ""), event(1, "00:47:10.000", "Half End", "Chips", ""),
		event(2, "00:00:00.000", "Half Start", "Bits", ""),
		event(2, "00:05:00.000", "Own Goal Against", "Bits", ""), event(2, "00:05:00.000", "Own Goal For", "Chips", ""),
		event(2, "00:46:00.000", "Shot", "Chips", strings.Replace(goal, "Open Play", "Penalty", 1)),
		event(2, "00:49:00.000", "Half End", "Bits", ""),
	), true)
	want := `0s kick_off 1+0 0-0
2.5s pass 1+0 0-0 team=Bits complete=yes length_m=10.5 forward_m=10.5 reach=0.6
10m30s shot 11+0 0-0 team=Chips xg=0.5 outcome=off target
12m0s shot 13+0 0-0 team=Bits xg=0.25 outcome=goal
12m0s goal 13+0 1-0 team=Bits scorer=Ada own_goal=no penalty=no
20m0s foul 21+0 1-0 team=Chips
20m0s card 21+0 1-0 team=Chips card=yellow
47m10s half_time 45+0 1-0
1h7m10s goal 51+0 1-1 team=Chips own_goal=yes penalty=no
1h48m10s shot 90+2 1-1 team=Chips xg=0.25 outcome=goal
1h48m10s goal 90+2 1-2 team=Chips scorer=Ada own_goal=no penalty=yes
1h51m10s full_time 90+0 1-2 winner_name=Chips result=win
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
	if len(counts) != 0 {
		t.Errorf("counted %v", counts)
	}
}

func TestTell_ExtraTimeAndShootOut(t *testing.T) {
	got, _ := story(t, file(lineUps,
		event(1, "00:45:00.000", "Half End", "Bits", ""), event(2, "00:00:00.000", "Half Start", "Bits", ""), event(2, "00:45:00.000", "Half End", "Bits", ""),
		event(3, "00:00:00.000", "Half Start", "Bits", ""), event(3, "00:15:00.000", "Half End", "Bits", ""),
		event(4, "00:00:00.000", "Half Start", "Bits", ""), event(4, "00:15:00.000", "Half End", "Bits", ""),
		event(5, "00:00:10.000", "Shot", "Bits", goal), event(5, "00:00:50.000", "Shot", "Chips", `"shot": {"outcome": {"name": "Saved"}}`),
	), false)
	want := `0s kick_off 1+0 0-0
45m0s half_time 45+0 0-0
1h50m0s extra_time 90+0 0-0
2h27m10s shoot_out 120+0 0-0
2h27m50s full_time 120+0 0-0 winner_name=Bits result=penalties penalties1=1 penalties2=0
`
	// The shoot-out begins with its period, not with its first kick.
	want = strings.Replace(want, "2h27m10s", "2h27m0s", 1)
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

func TestTell_Quirks(t *testing.T) {
	_, counts := story(t, file(lineUps,
		event(1, "nonsense", "Shot", "Bits", goal), event(9, "00:00:01.000", "Shot", "Bits", goal),
		event(2, "00:01:00.000", "Shot", "Bits", goal), event(1, "00:02:00.000", "Shot", "Nobody", goal),
	), false)
	for what, n := range map[string]int64{
		"event without a time, heard with the one before": 1, "event outside the periods of a match": 1,
		"event of a period that was over, heard in the next": 1,
	} {
		if counts[what] != n {
			t.Errorf("%s: %d, want %d (%v)", what, counts[what], n, counts)
		}
	}
}

func TestTell_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"": "no JSON", "[": "no JSON", `{"a": 1}`: "no list of events", "[]": "fewer than two teams",
		file(event(7, "x", "Pass", "A", ""), event(7, "x", "Pass", "B", "")): "no event of the file is in a period",
	} {
		err := tell([]byte(text), "x", "", false, new(sonify.Tally), func(sonify.Event) {})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

func TestRun_TellsAFileAndStops(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "15.json"), []byte(file(lineUps, event(1, "00:45:00.000", "Half End", "Bits", ""))), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Info().New(sonify.SourceEnv{Name: "court", Dir: dir, Tally: new(sonify.Tally)}, &Config{Path: "15.json"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := s.Run(t.Context(), func(ev sonify.Event) {
		if n++; ev.Source != "court" {
			t.Errorf("source %q", ev.Source)
		}
	}); err != nil || n < 45 {
		t.Errorf("%d events, %v", n, err)
	}
	enough := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(enough)
	if err := s.Run(ctx, func(sonify.Event) { t.Error("told after the end") }); err != enough {
		t.Error(err)
	}
	if p, err := s.(sonify.Prober).Probe(t.Context()); err != nil || len(p.Shapes) != 13 || !p.Timed || p.Open {
		t.Errorf("%d shapes, %v", len(p.Shapes), err)
	}
	if _, err := Info().New(sonify.SourceEnv{}, &Config{}); err == nil {
		t.Error("no path is no mistake")
	}
}

// TestArchive_TellsARealMatch reads real files, where there are any. The match ended
// 2-2.
func TestArchive_TellsARealMatch(t *testing.T) {
	data := servertest.Recorded(t)
	files, err := filepath.Glob(filepath.Join(data, "football", "statsbomb-*key-events.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		kinds, last := map[string]int{}, sonify.Event{}
		if err := tell(body, "x", "", true, new(sonify.Tally), func(ev sonify.Event) { kinds[ev.Kind()]++; last = ev }); err != nil {
			t.Fatal(err)
		}
		if kinds["football.goal"] != 4 || kinds["football.shot"] != 27 || kinds["football.minute"] < 90 || last.Kind() != "football.full_time" || last.Value("score").String() != "2-2" {
			t.Errorf("%s: %v, the last is %s %v", filepath.Base(f), kinds, last.Kind(), last.Value("score"))
		}
	}
}

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

func FuzzDecode(f *testing.F) {
	f.Add(file(lineUps, event(1, "00:12:00.000", "Shot", "Bits", goal)))
	f.Add(`[{"period": 1, "timestamp": "99:99:99", "team": {"name": 7}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		n, last := 0, int64(0)
		tell([]byte(text), "x", "1", true, new(sonify.Tally), func(ev sonify.Event) {
			if n++; int64(ev.Clock) < last {
				t.Fatalf("the clock goes back to %v", ev.Clock)
			}
			last = int64(ev.Clock)
		})
		if n > len(text)*200+2000 {
			t.Fatalf("%d events of %d bytes", n, len(text))
		}
	})
}
