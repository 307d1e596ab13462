package cricsheet

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/exact/nofma"
)

// file is a match of one over a side, by hand.
func file(outcome string, innings ...string) string {
	return `{"meta": {"data_version": "1.1.0"}, "info": {"teams": ["Bits", "Chips"], "overs": 1, "balls_per_over": 6, "event": {"name": "Byte Cup"}, "outcome": ` + outcome + `},
 "innings": [` + strings.Join(innings, ",\n") + `]}`
}

func innings(team string, balls ...string) string {
	return `{"team": "` + team + `", "overs": [{"over": 0, "deliveries": [` + strings.Join(balls, ",\n") + `]}]}`
}

func ball(bat, total int, more string) string {
	return fmt.Sprintf(`{"batter": "Ada", "bowler": "Bob", "runs": {"batter": %d, "extras": %d, "total": %d}%s}`, bat, total-bat, total, more)
}

func story(t *testing.T, text string) (string, map[string]int64) {
	t.Helper()
	tally := new(sonify.Tally)
	var b strings.Builder
	var last sonify.Event
	err := tell([]byte(text), "ground", "7", tally, func(ev sonify.Event) {
		if ev.Clock < last.Clock || len(ev.Values) != len(ev.Shape.Fields()) {
			t.Errorf("%s at %v after %v", ev.Kind(), ev.Clock, last.Clock)
		}
		last = ev
		fmt.Fprintf(&b, "%v %s %v", ev.Clock, strings.TrimPrefix(ev.Kind(), "match."), ev.Value("score"))
		for _, f := range []string{"period", "begins", "side", "play", "points", "player", "equaliser", "takes_lead", "winner_name", "result"} {
			if v := ev.Value(f); !v.IsMissing() {
				fmt.Fprintf(&b, " %s=%v", f, v)
			}
		}
		p, _ := ev.Value("progress").Float()
		fmt.Fprintf(&b, " %.2f\n", p)
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
	got, counts := story(t, file(`{"winner": "Chips", "by": {"wickets": 9}}`,
		innings("Bits", ball(0, 0, ""), ball(4, 4, ""), ball(0, 1, `, "extras": {"wides": 1}`), ball(0, 0, `, "wickets": [{"kind": "bowled", "player_out": "Ada"}]`)),
		innings("Chips", ball(6, 6, "")),
		`{"team": "Bits", "super_over": true, "overs": []}`))
	want := `0s started 0-0 period=0 0.00
0s period 0-0 period=1 begins=yes 0.00
0s play 0-0 period=1 side=1 play=dot_ball points=0 player=Ada 0.08
40s score 4-0 period=1 side=1 play=four points=4 player=Ada equaliser=no takes_lead=yes 0.17
1m20s score 5-0 period=1 side=1 play=wide points=1 player=Ada equaliser=no takes_lead=no 0.17
2m0s play 5-0 period=1 side=2 play=wicket_bowled points=0 player=Bob 0.25
2m40s period 5-0 period=1 begins=no 0.25
22m40s period 5-0 period=2 begins=yes 0.25
22m40s score 5-6 period=2 side=2 play=six points=6 player=Ada equaliser=no takes_lead=yes 0.58
23m20s period 5-6 period=2 begins=no 0.58
23m20s ended 5-6 period=2 winner_name=Chips result=wickets 1.00
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
	if len(counts) != 0 {
		t.Errorf("counted %v", counts)
	}
}

func TestTell_HowItEnded(t *testing.T) {
	for outcome, want := range map[string]string{
		`{"result": "tie", "eliminator": "Bits"}`:                "winner_name=Bits result=super_over",
		`{"result": "no result"}`:                                "ended 0-0 period=1 result=called_off 0.08",
		`{"result": "draw"}`:                                     "result=draw",
		`{"winner": "Bits", "by": {"runs": 3, "innings": 1}}`:    "winner_name=Bits result=innings",
		`{"winner": "Bits", "by": {"runs": 3}, "method": "D/L"}`: "winner_name=Bits result=runs",
		`{"winner": "Nobody"}`:                                   "ended 0-0 period=1 result=win 1.00",
		`{"winner": "Chips"}`:                                    "winner_name=Chips result=win",
		`{"winner": "Chips", "method": "Awarded"}`:               "winner_name=Chips result=awarded",
		`{"result": "tie", "bowl_out": "Chips"}`:                 "winner_name=Chips result=bowl_out",
	} {
		if got, _ := story(t, file(outcome, innings("Bits", ball(0, 0, "")))); !strings.Contains(got, want) {
			t.Errorf("%s: %s", outcome, got)
		}
	}
}

func TestTell_Quirks(t *testing.T) {
	_, counts := story(t, file("{}", innings("Bits", `{"batter": "Ada"}`, ball(0, 99, "")), innings("Nobody", ball(1, 1, ""))))
	if counts["delivery without its runs, taken for none"] != 2 || counts["innings of a team that does not play"] != 1 {
		t.Errorf("counted %v", counts)
	}
	for text, want := range map[string]string{"": "no JSON", "[": "no JSON", "{}": "no match of cricsheet", `{"info": {"teams": ["A"]}, "innings": []}`: "no match of cricsheet"} {
		if err := tell([]byte(text), "x", "", new(sonify.Tally), func(sonify.Event) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Who retires hurt is not out, who retires otherwise is; a run out is the fielder's.
func TestTell_WhoIsOut(t *testing.T) {
	out := func(kind, more string) string {
		return ball(0, 0, `, "wickets": [{"kind": "`+kind+`", "player_out": "Ada"`+more+`}]`)
	}
	got, _ := story(t, file("{}", innings("Bits", out("retired hurt", ""), out("retired not out", ""), out("retired out", ""), out("run out", `, "fielders": [{"name": "Cy"}]`), out("caught", `, "fielders": [{"name": "Cy"}]`))))
	want := `0s started 0-0 period=0 0.00
0s period 0-0 period=1 begins=yes 0.00
0s play 0-0 period=1 side=1 play=dot_ball points=0 player=Ada 0.08
0s play 0-0 period=1 side=1 play=retired_hurt points=0 player=Ada 0.08
40s play 0-0 period=1 side=1 play=dot_ball points=0 player=Ada 0.17
40s play 0-0 period=1 side=1 play=retired_not_out points=0 player=Ada 0.17
1m20s play 0-0 period=1 side=2 play=wicket_retired_out points=0 0.25
2m0s play 0-0 period=1 side=2 play=wicket_run_out points=0 player=Cy 0.33
2m40s play 0-0 period=1 side=2 play=wicket_caught points=0 player=Bob 0.42
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

// Runs that are given as a penalty before and after an innings count; those of a super
// over do not, and an innings that is forfeited is none.
func TestTell_PenaltyRuns(t *testing.T) {
	more := func(in, more string) string { return strings.TrimSuffix(in, "}") + ", " + more + "}" }
	got, _ := story(t, file("{}", more(innings("Bits", ball(0, 0, "")), `"penalty_runs": {"pre": 5, "post": 10}`),
		`{"team": "Chips", "forfeited": true}`, more(innings("Chips", ball(1, 1, "")), `"super_over": true, "penalty_runs": {"pre": 5}`)))
	want := `0s started 0-0 period=0 0.00
0s period 0-0 period=1 begins=yes 0.00
0s score 5-0 period=1 side=1 play=penalty points=5 equaliser=no takes_lead=yes 0.00
0s play 5-0 period=1 side=1 play=dot_ball points=0 player=Ada 0.08
40s score 15-0 period=1 side=1 play=penalty points=10 equaliser=no takes_lead=no 0.08
40s period 15-0 period=1 begins=no 0.08
20m40s ended 15-0 period=2 1.00
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

// After rain the side that chases has fewer overs.
func TestTell_AShortenedInnings(t *testing.T) {
	second := strings.TrimSuffix(innings("Chips", ball(6, 6, ""), ball(1, 1, "")), "}") + `, "target": {"overs": 1, "runs": 8}}`
	text := file(`{"winner": "Chips", "by": {"wickets": 9}, "method": "D/L"}`, innings("Bits", ball(0, 0, "")), second)
	got, _ := story(t, strings.Replace(text, `"overs": 1,`, `"overs": 20,`, 1))
	if !strings.Contains(got, "score 0-6 period=2 side=2 play=six points=6 player=Ada equaliser=no takes_lead=yes 0.58\n") || !strings.Contains(got, "points=1 player=Ada equaliser=no takes_lead=no 0.67\n") {
		t.Error(got)
	}
}

func TestRun_TellsAFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "15.json"), []byte(file("{}", innings("Bits", ball(1, 1, "")))), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Info().New(sonify.SourceEnv{Name: "ground", Dir: dir, Tally: new(sonify.Tally)}, &Config{Path: "15.json"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := s.Run(t.Context(), func(ev sonify.Event) {
		if n++; ev.Source != "ground" || ev.Value("match").String() != "15" {
			t.Errorf("%s of %v", ev.Source, ev.Value("match"))
		}
	}); err != nil || n != 5 {
		t.Errorf("%d events, %v", n, err)
	}
	if p, err := s.(sonify.Prober).Probe(t.Context()); err != nil || len(p.Shapes) != 7 {
		t.Errorf("%d shapes, %v", len(p.Shapes), err)
	}
}

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".", "../internal/contest") }

func FuzzDecode(f *testing.F) {
	f.Add(file(`{"winner": "Bits"}`, innings("Bits", ball(4, 4, ""))))
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		tell([]byte(text), "x", "1", new(sonify.Tally), func(sonify.Event) { n++ })
		if n > len(text)+10 {
			t.Fatalf("%d events of %d bytes", n, len(text))
		}
	})
}
