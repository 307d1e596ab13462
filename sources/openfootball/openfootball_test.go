package openfootball_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/exact/nofma"
	"proscenium/sources/openfootball"
)

// decode returns the events of a championship and what was counted.
func decode(t testing.TB, text string, c openfootball.Config) ([]sonify.Event, map[string]int64) {
	t.Helper()
	events, counts, err := try(text, c)
	if err != nil {
		t.Fatal(err)
	}
	return events, counts
}

func try(text string, c openfootball.Config) ([]sonify.Event, map[string]int64, error) {
	tally := new(sonify.Tally)
	var events []sonify.Event
	err := openfootball.Decode(strings.NewReader(text), c, tally, func(ev sonify.Event) { events = append(events, ev) })
	counts := make(map[string]int64)
	for _, c := range tally.Counts() {
		counts[c.Fate.String()+": "+c.What] = c.Count
	}
	return events, counts, err
}

// cup wraps matches as a file does.
func cup(matches ...string) string {
	return `{"name": "Bit Cup",` + "\n" + ` "matches": [` + "\n" + strings.Join(matches, ",\n") + "\n]}\n"
}

// tells writes the events of a match as short lines, without its minutes.
func tells(events []sonify.Event) string {
	var b strings.Builder
	for _, ev := range events {
		if ev.Kind() == "football.minute" {
			continue
		}
		fmt.Fprintf(&b, "%s %v %v+%v %v", strings.TrimPrefix(ev.Kind(), "football."), ev.Clock,
			ev.Value("minute"), ev.Value("stoppage"), ev.Value("score"))
		switch ev.Kind() {
		case "football.goal":
			fmt.Fprintf(&b, " side %v %v", ev.Value("side"), ev.Value("scorer"))
			for _, f := range []string{"own_goal", "penalty", "equaliser", "takes_lead", "decisive"} {
				if yes, _ := ev.Value(f).Bool(); yes {
					b.WriteString(" " + f)
				}
			}
		case "football.full_time":
			fmt.Fprintf(&b, " %v %v %v:%v", ev.Value("winner"), ev.Value("result"), ev.Value("penalties1"), ev.Value("penalties2"))
		}
		b.WriteString("\n")
	}
	return b.String()
}

const plain = `{"round": "Matchday 1", "date": "2026-06-11", "time": "13:00 UTC-6", "team1": "Pulse", "team2": "Noise",
  "score": {"ft": [2, 1], "ht": [1, 1]}, "group": "Group A", "ground": "Chip Arena",
  "goals1": [{"name": "Ada", "minute": 45, "offset": 2, "penalty": true}, {"name": "Ada", "minute": 90, "offset": 5}],
  "goals2": [{"name": "Bit", "minute": 12, "owngoal": true}]}`

const plainTold = `kick_off 0s 0+0 0-0
goal 11m30s 12+0 0-1 side 2 Bit own_goal takes_lead
goal 46m30s 45+2 1-1 side 1 Ada penalty equaliser
half_time 47m0s 45+0 1-1
goal 1h51m30s 90+5 2-1 side 1 Ada takes_lead decisive
full_time 1h52m0s 90+0 2-1 1 win :
`

func TestDecode_TellsAMatchInItsOrder(t *testing.T) {
	events, counts := decode(t, cup(plain), openfootball.Config{})
	if got := tells(events); got != plainTold {
		t.Errorf("got\n%swant\n%s", got, plainTold)
	}
	if len(counts) != 0 {
		t.Errorf("odd: %v", counts)
	}
	first := events[0]
	for field, want := range map[string]string{
		"championship": "Bit Cup", "date": "2026-06-11", "time": "13:00 UTC-6", "ground": "Chip Arena",
		"knockout": "no", "group": "Group A", "match": "1", "number": "1",
	} {
		if got := first.Value(field).String(); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if first.Line != 3 {
		t.Errorf("the match is on line %d", first.Line)
	}
}

// The same match in every shape that the archive has had.
func TestDecode_ReadsAllShapesAlike(t *testing.T) {
	for name, text := range map[string]string{
		"numbers as texts": cup(strings.NewReplacer(`"minute": 45, "offset": 2`, `"minute": "45+2"`, `"minute": 90, "offset": 5`, `"minute": "90+5'"`,
			`"minute": 12`, `"minute": "12"`, "[2, 1]", `["2", "1"]`, "true", `"true"`).Replace(plain)),
		"rounds": `{"name": "Bit Cup", "rounds": [{"name": "Matchday 1", "matches": [` + strings.NewReplacer(
			`"round": "Matchday 1", `, "", `"team1": "Pulse"`, `"team1": {"name": "Pulse", "code": "PUL"}`,
			`"team2": "Noise"`, `"team2": {"name": "Noise", "code": "NOI"}`,
			`"score": {"ft": [2, 1], "ht": [1, 1]}`, `"score1": 2, "score2": 1, "score1i": 1, "score2i": 1`,
			`"ground": "Chip Arena"`, `"stadium": {"key": "chip", "name": "Chip Arena"}`).Replace(plain) + `]}]}`,
		"matches alone":       "[" + plain + "]",
		"score alone":         cup(strings.Replace(plain, `{"ft": [2, 1], "ht": [1, 1]}`, "[2, 1]", 1)),
		"a mark, other lines": "\ufeff" + strings.ReplaceAll(cup(plain), "\n", "\r\n"),
		"unknown keys":        cup(strings.Replace(plain, `"group"`, `"tv": {"x": [1, {"y": null}]}, "group"`, 1)),
	} {
		events, counts := decode(t, text, openfootball.Config{})
		if got := tells(events); got != plainTold || len(counts) != 0 {
			t.Errorf("%s: %v, got\n%swant\n%s", name, counts, got, plainTold)
		}
	}
}

func TestDecode_ExtraTimeAndShootOut(t *testing.T) {
	events, counts := decode(t, cup(`{"round": "Final", "team1": "Pulse", "team2": "Noise", "score": {"p": [4, 2], "et": [2, 2], "ft": [1, 1], "ht": [0, 0]},
		"goals1": [{"name": "Ada", "minute": 50}, {"name": "Bob", "minute": 105, "offset": 1}],
		"goals2": [{"name": "Cy", "minute": 90, "offset": 1}, {"name": "Di", "minute": 121}]}`), openfootball.Config{})
	const want = `kick_off 0s 0+0 0-0
half_time 47m0s 45+0 0-0
goal 1h6m30s 50+0 1-0 side 1 Ada takes_lead
goal 1h47m30s 90+1 1-1 side 2 Cy equaliser
extra_time 1h56m0s 90+0 1-1
goal 2h11m30s 105+1 2-1 side 1 Bob takes_lead
goal 2h29m30s 120+1 2-2 side 2 Di equaliser
shoot_out 2h35m0s 120+0 2-2
full_time 2h43m0s 120+0 2-2 1 penalties 4:2
`
	if got := tells(events); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if len(counts) != 1 || counts["repaired: goal after the last minute, taken as one of stoppage time"] != 1 {
		t.Errorf("odd: %v", counts)
	}
	for _, ev := range events {
		if v := ev.Value("tension").String(); ev.Kind() == "football.shoot_out" && v != "1" {
			t.Errorf("tension %s in the shoot-out", v)
		}
	}
}

// Between the goals the minutes go by: each is told as it begins, goals lie in
// theirs, and the air thickens while one goal can still change everything.
func TestDecode_TellsEveryMinute(t *testing.T) {
	events, _ := decode(t, cup(`{"round": "Final", "team1": "Pulse", "team2": "Noise", "score": {"et": [2, 1], "ft": [1, 1], "ht": [1, 0]},
		"goals1": [{"name": "Ada", "minute": 30}, {"name": "Bob", "minute": 119}], "goals2": [{"name": "Cy", "minute": 90, "offset": 6}]}`), openfootball.Config{})
	var told []string
	var begin time.Duration
	var last, left, before float64
	for _, ev := range events {
		now, _ := ev.Value("left").Float()
		minute, _ := ev.Value("minute").Float()
		stoppage, _ := ev.Value("stoppage").Float()
		air, _ := ev.Value("tension").Float()
		switch ev.Kind() {
		case "football.goal":
			if minute+stoppage != last || ev.Clock-begin != 30*time.Second {
				t.Errorf("the goal of minute %v+%v falls %v after minute %v began", minute, stoppage, ev.Clock-begin, last)
			}
			before = 0
		case "football.minute":
			if now > left && minute != 1 && minute != 91 {
				t.Errorf("minute %v: %v minutes left after %v", minute, now, left)
			}
			if minute > 31 && minute <= 90 && air < before {
				t.Errorf("minute %v: tension %v after %v", minute, air, before)
			}
			begin, last, left, before = ev.Clock, minute+stoppage, now, air
			if minute == 1 || minute == 45 || minute == 46 || minute >= 90 && minute < 92 || minute == 120 {
				told = append(told, fmt.Sprintf("%v+%v at %v, %v left", minute, stoppage, ev.Clock, now))
			}
		}
	}
	const want = "1+0 at 0s, 90 left; 45+0 at 44m0s, 46 left; 45+1 at 45m0s, 46 left; 45+2 at 46m0s, 46 left; 46+0 at 1h2m0s, 45 left; " +
		"90+0 at 1h46m0s, 1 left; 90+1 at 1h47m0s, 1 left; 90+2 at 1h48m0s, 1 left; 90+3 at 1h49m0s, 1 left; 90+4 at 1h50m0s, 1 left; " +
		"90+5 at 1h51m0s, 1 left; 90+6 at 1h52m0s, 1 left; 91+0 at 1h58m0s, 30 left; " +
		"120+0 at 2h30m0s, 1 left; 120+1 at 2h31m0s, 1 left"
	if got := strings.Join(told, "; "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDecode_SaysWhatBecameOfOddities(t *testing.T) {
	match := func(score, goals1, goals2 string) string {
		return cup(`{"round": "Matchday 1", "team1": "A", "team2": "B", "score": ` + score + `, "goals1": ` + goals1 + `, "goals2": ` + goals2 + `}`)
	}
	for name, c := range map[string]struct{ text, odd, has string }{
		"only the score": {match(`{"ft": [2, 0], "ht": [1, 0]}`, "null", "[]"), "missing: goal that only the score knows, placed by it",
			"goal 23m0s + 1-0 side 1  takes_lead decisive\nhalf_time 47m0s 45+0 1-0\ngoal 1h25m0s + 2-0 side 1 \n"},
		"no minute": {match(`{"ft": [1, 0], "ht": [0, 0]}`, `[{"name": "Ada"}]`, "[]"), "missing: goal without a minute, placed by the score",
			"goal 1h25m0s + 1-0 side 1 Ada"},
		"no scorer":          {match(`{"ft": [1, 0]}`, `[{"minute": 7}]`, "[]"), "missing: goal without a scorer", "goal 6m30s 7+0 1-0 side 1  takes"},
		"more than scored":   {match(`{"ft": [0, 0]}`, `[{"name": "Ada", "minute": 7}]`, "[]"), "skipped: goal beyond the score", "full_time 1h51m0s 90+0 0-0 0 draw"},
		"no score":           {match(`null`, `[{"name": "Ada", "minute": 7}]`, "[]"), "repaired: no score, the goals were counted", "1-0 1 win"},
		"after the end":      {match(`{"ft": [1, 0]}`, `[{"name": "Ada", "minute": 300}]`, "[]"), "repaired: goal after the end, taken as one of its last minute", "goal 1h47m30s 90+1"},
		"the 93rd minute":    {match(`{"ft": [1, 0]}`, `[{"name": "Ada", "minute": 93}]`, "[]"), "repaired: goal after the last minute, taken as one of stoppage time", "90+3 1-0"},
		"stoppage inside":    {match(`{"ft": [1, 0]}`, `[{"name": "Ada", "minute": 33, "offset": 2}]`, "[]"), "repaired: stoppage time inside a half, left out", "goal 32m30s 33+0"},
		"other half-time":    {match(`{"ft": [1, 0], "ht": [1, 0]}`, `[{"name": "Ada", "minute": 50}]`, "[]"), "repaired: score at half-time that its goals do not make, the goals count", "half_time 47m0s 45+0 0-0"},
		"a needless shoot":   {match(`{"ft": [1, 0], "p": [3, 4]}`, `[{"name": "Ada", "minute": 5}]`, "[]"), "repaired: shoot-out after a match that was decided, left out", "1-0 1 win :"},
		"an even shoot":      {match(`{"ft": [0, 0], "p": [3, 3]}`, "[]", "[]"), "repaired: shoot-out without a winner", "0-0 0 draw 3:3"},
		"no name":            {cup(`{"team1": null, "team2": "B", "score": {"ft": [0, 0]}}`), "missing: team without a name", "kick_off"},
		"a match that is 7":  {cup("7", `{"team1": "A", "team2": "B", "score": {"ft": [0, 0]}}`), "skipped: match that is no object", "kick_off"},
		"a round that is 7":  {`{"rounds": [7, {"matches": [{"team1": "A", "team2": "B", "score1": 0, "score2": 0}]}]}`, "skipped: round that is no object", "kick_off"},
		"a huge match":       {cup(`{"x": "`+strings.Repeat("x", 300_000)+`"}`, `{"team1": "A", "team2": "B", "score": {"ft": [0, 0]}}`), "skipped: match of more than 256 KiB", "kick_off"},
		"a hundred goals":    {cup(`{"team1": "A", "team2": "B", "score": {"ft": [100, 0]}, "goals1": [` + strings.Repeat(`{"minute": 9, "name": "Ada"},`, 100) + `{"minute": 9, "name": "Ada"}]}`), "skipped: goals beyond 100 of a side", "100-0"},
		"decided at a table": {cup(plain, `{"team1": "A", "team2": "B", "status": "AWARDED", "score": {"ft": [3, 0]}}`), "skipped: match that was called off, broken off or decided at a table", "goal 11m30s"},
		"not played yet":     {cup(plain, `{"team1": "A", "team2": "B"}`), "skipped: match without a result, not played yet", "goal 11m30s"},
	} {
		events, counts := decode(t, c.text, openfootball.Config{})
		if counts[c.odd] == 0 || len(counts) != 1 {
			t.Errorf("%s: counted %v", name, counts)
		}
		if got := tells(events); !strings.Contains(got, c.has) {
			t.Errorf("%s: %q is not in\n%s", name, c.has, got)
		}
	}
}

// Matches follow each other by their kick-offs in the world, whatever the order of
// the file and the zones of the grounds.
func TestDecode_OrdersByKickOff(t *testing.T) {
	m := func(team, date, hours, more string) string {
		return `{"round": "Matchday 1", "date": "` + date + `", "time": "` + hours + `", "team1": "` + team + `", "team2": "X", "score": {"ft": [0, 0]}` + more + `}`
	}
	text := cup(m("D", "", "", ""), m("C", "2014-06-14", "18:00 UTC-4", ""), m("B", "2014-06-14", "17:00 UTC-3", `, "num": 73`), m("A", "2014-06-13", "20:00", ""))
	events, _ := decode(t, text, openfootball.Config{Pause: 90})
	var got []string
	var last time.Duration
	for _, ev := range events {
		if ev.Clock < last {
			t.Fatal("the clock runs backwards")
		}
		if ev.Kind() == "football.kick_off" {
			if ev.Clock != 0 && ev.Clock != last+90*time.Second {
				t.Errorf("kick-off at %v after %v", ev.Clock, last)
			}
			got = append(got, ev.Value("team1").String()+ev.Value("match").String())
		}
		last = ev.Clock
	}
	if s := strings.Join(got, " "); s != "A1 B73 C3 D4" {
		t.Errorf("order %s", s)
	}
	if events, _ := decode(t, text, openfootball.Config{Number: 73}); events[0].Value("team1").String() != "B" {
		t.Error("number 73 is another match")
	}
}

func TestDecode_PicksMatches(t *testing.T) {
	text := cup(plain,
		`{"round": "Semi-finals", "date": "2026-07-14", "team1": "Duty", "team2": "Noise", "score": {"ft": [0, 1]}}`,
		`{"round": "Final", "date": "2026-07-19", "team1": "Pulse", "team2": "Triangle", "score": {"ft": [0, 1]}}`)
	for want, c := range map[string]openfootball.Config{
		"1 3": {Team: "pulse"}, "1": {Group: "A"}, "2 3": {Round: "*final*"}, "3": {Round: "Final"}, "2": {Date: "2026-07-14"},
		"1 2": {Team: "Duty, NOISE"}, "1 2 3": {}, "3 ": {Team: "Pulse", Date: "2026-07*"},
	} {
		events, _ := decode(t, text, c)
		var got []string
		for _, ev := range events {
			if ev.Kind() == "football.kick_off" {
				got = append(got, ev.Value("match").String())
			}
		}
		if s := strings.Join(got, " "); s != strings.TrimSpace(want) {
			t.Errorf("%+v picks %s, want %s", c, s, want)
		}
	}
	for want, c := range map[string]openfootball.Config{
		`did you mean "Pulse"?`: {Team: "Pulsee"}, "there are: ": {Round: "zzzzzzzzzzzzzzzzzz"},
		"the other keys leave none":           {Team: "Duty", Round: "Final"},
		"number = 9: there is no such match":  {Number: 9},
		`there are: 2026-06-11, 2026-07-14, `: {Date: "1930-01-01"},
	} {
		_, _, err := try(text, c)
		var perm *sonify.Permanent
		if !errors.As(err, &perm) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestDecode_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "the file is empty",
		"  \n":                            "the file is empty",
		"7":                               "was expected, 7 was found",
		"name,score\n":                    "standard input:1: no JSON of a championship: invalid character",
		`{"name": "x"}`:                   `an object with "matches"`,
		`{"matches": 7}`:                  `"matches" is no list`,
		"{\"matches\": [\n{]}":            "standard input:2: no JSON of a championship",
		"{\"matches\": [\n" + plain:       "cut off",
		`{"matches": []}`:                 "none of its 0 matches has a result",
		cup(`{"team1":"A"}`):              "none of its 1 matches has a result",
		"PK\x03\x04" + cup(plain):         "text was expected",
		strings.Repeat("[", 100_000):      "exceeded max depth",
		strings.Repeat(" ", 33<<20) + "7": "more than 32 MiB",
	} {
		_, _, err := try(text, openfootball.Config{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, want %s", text, err, want)
		}
	}
}

func TestModel_LeadAndTensionFollowTheMatch(t *testing.T) {
	at := func(goals1, goals2 string, minute int) (lead, tension float64) {
		text := cup(`{"round": "Final", "team1": "A", "team2": "B", "goals1": [` + goals1 + `], "goals2": [` + goals2 + `]}`)
		events, _ := decode(t, text, openfootball.Config{})
		for _, ev := range events {
			if ev.Value("minute").String() == fmt.Sprint(minute) && ev.Kind() == "football.goal" {
				lead, _ = ev.Value("lead").Float()
				tension, _ = ev.Value("tension").Float()
			}
		}
		return
	}
	early, calm := at(`{"minute": 5}`, "", 5)
	late, tense := at(`{"minute": 88}`, "", 88)
	other, _ := at("", `{"minute": 5}`, 5)
	if !(early > 0.3 && early < 0.6 && late > 0.9 && other == -early) {
		t.Errorf("lead %v early, %v late, %v of the other side", early, late, other)
	}
	if tense <= calm {
		t.Errorf("tension %v late, %v early", tense, calm)
	}
	even, most := at(`{"minute": 10}`, `{"minute": 89}`, 89)
	if even != 0 || most < 0.9 {
		t.Errorf("an equaliser in the 89th minute: lead %v, tension %v", even, most)
	}
	// A match that is over early is dull to its end.
	if _, dull := at(`{"minute": 80},{"minute": 81},{"minute": 82},{"minute": 85}`, "", 85); dull > 0.35 {
		t.Errorf("tension %v at 4-0", dull)
	}
}

func TestNew_TellsMistakes(t *testing.T) {
	for key, c := range map[string]openfootball.Config{
		"path": {}, "team": {Path: "x", Team: "["}, "number": {Path: "x", Number: -1}, "pause_s": {Path: "x", Pause: -1},
	} {
		_, err := openfootball.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, &c)
		var ps sonify.Problems
		if !errors.As(err, &ps) || ps[0].Key != key {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestProbe_ReadsWithoutTelling(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "worldcup.json"), []byte(cup(plain)), 0o644); err != nil {
		t.Fatal(err)
	}
	tally := new(sonify.Tally)
	probe := func(c openfootball.Config) (sonify.Prospect, error) {
		s, err := openfootball.Info().New(sonify.SourceEnv{Dir: dir, Tally: tally}, &c)
		if err != nil {
			t.Fatal(err)
		}
		return s.(sonify.Prober).Probe(t.Context())
	}
	if p, err := probe(openfootball.Config{Path: "worldcup.json"}); err != nil || !p.Timed || p.Open || len(p.Shapes) != 7 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := probe(openfootball.Config{Path: "-"}); err != nil {
		t.Error(err)
	}
	if _, err := probe(openfootball.Config{Path: "worldcup.jsn"}); err == nil || !strings.Contains(err.Error(), `did you mean "worldcup.json"?`) {
		t.Error(err)
	}
	if _, err := probe(openfootball.Config{Path: "worldcup.json", Team: "Nobody"}); err == nil {
		t.Error("a team that is not in it is no mistake")
	}
	if len(tally.Counts()) != 0 {
		t.Error("probing counts")
	}
}

func TestRun_StopsAtOnceWhileItsInputWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		defer w.Close()
		s, err := openfootball.Info().New(sonify.SourceEnv{Stdin: r, Tally: new(sonify.Tally)}, &openfootball.Config{Path: "-"})
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		ctx, stop := context.WithCancelCause(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx, func(sonify.Event) {}) }()
		w.Write([]byte(`{"matches": [`))
		synctest.Wait()
		stop(enough)
		if err := <-done; err != enough {
			t.Errorf("error %v", err)
		}
	})
}

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

// TestArchive_TellsWholeChampionships reads real files, where there are any.
func TestArchive_TellsWholeChampionships(t *testing.T) {
	data := os.Getenv("PROSCENIUM_DATA")
	if data == "" {
		t.Skip("PROSCENIUM_DATA does not name a folder with recorded data")
	}
	for year, want := range map[string]struct {
		goals, own, penalties, extra, shoots int
		last, odd                            string
	}{
		"2014": {171, 5, 12, 8, 4, "Germany 1-0 extra time", "map[repaired: goal after the last minute, taken as one of stoppage time:1]"},
		"2022": {172, 2, 17, 5, 5, "Argentina 3-3 penalties", "map[repaired: score at half-time that its goals do not make, the goals count:3]"},
	} {
		text, err := os.ReadFile(filepath.Join(data, "football", "openfootball-worldcup-"+year+".json"))
		if err != nil {
			t.Fatal(err)
		}
		events, counts := decode(t, string(text), openfootball.Config{Pause: 60})
		n := make(map[string]int)
		decisive := 0
		for _, ev := range events {
			n[ev.Kind()]++
			for _, f := range []string{"own_goal", "penalty", "decisive"} {
				if yes, _ := ev.Value(f).Bool(); yes {
					n[f]++
				}
			}
			if ev.Kind() == "football.full_time" && ev.Value("result").String() != "draw" && ev.Value("result").String() != "penalties" {
				decisive++
			}
			for _, f := range []string{"lead", "tension", "importance"} {
				if v, ok := ev.Value(f).Float(); !ok || v < -1 || v > 1 {
					t.Fatalf("%s: %s is %v", year, f, v)
				}
			}
		}
		if n["football.kick_off"] != 64 || n["football.full_time"] != 64 || n["football.half_time"] != 64 ||
			n["football.goal"] != want.goals || n["own_goal"] != want.own || n["penalty"] != want.penalties ||
			n["football.extra_time"] != want.extra || n["football.shoot_out"] != want.shoots || n["decisive"] != decisive {
			t.Errorf("%s: %v, %d decided by a goal", year, n, decisive)
		}
		end := events[len(events)-1]
		if got := fmt.Sprint(end.Value("winner_name"), " ", end.Value("score"), " ", end.Value("result")); got != want.last {
			t.Errorf("%s: the last match: %s", year, got)
		}
		if got := fmt.Sprint(counts); got != want.odd {
			t.Errorf("%s: counted %s", year, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(cup(plain)))
	f.Add([]byte(`{"rounds": [{"name": "Final", "matches": [{"num": 1, "score1": 1, "score2": 1, "score1et": 2, "score2et": 2, "score1p": 4, "score2p": 3, "goals1": [{"minute": "x"}, {"minute": 121}]}]}]}`))
	f.Add([]byte(`[{"score": [99, 0], "goals1": [{"minute": "90+99"}, {}], "goals2": 7, "date": "2014-06-12", "time": "17:00 UTC-3:30"}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		open := false
		var last time.Duration
		openfootball.Decode(strings.NewReader(string(text)), openfootball.Config{Pause: 60}, nil, func(ev sonify.Event) {
			if kick := ev.Kind() == "football.kick_off"; kick == open {
				t.Fatalf("%s while a match is on: %v", ev.Kind(), open)
			}
			open = ev.Kind() != "football.full_time"
			if ev.Clock < last || len(ev.Values) != len(ev.Shape.Fields()) {
				t.Fatalf("clock %v after %v, %d values", ev.Clock, last, len(ev.Values))
			}
			last = ev.Clock
			for i, v := range ev.Values {
				if f := ev.Shape.Fields()[i]; !v.IsMissing() && v.Type() != f.Type {
					t.Fatalf("%s is a %v", f.Name, v.Type())
				}
			}
		})
		if open {
			t.Fatal("the last match has no end")
		}
	})
}

func ExampleDecode() {
	file := `{"name": "Bit Cup", "matches": [{"round": "Final", "team1": "Pulse", "team2": "Noise",
	  "score": {"ft": [2, 1]},
	  "goals1": [{"name": "Ada", "minute": "29"}, {"name": "Ada", "minute": "90+1"}],
	  "goals2": [{"name": "Bert", "minute": "71", "penalty": true}]}]}`
	openfootball.Decode(strings.NewReader(file), openfootball.Config{}, nil, func(ev sonify.Event) {
		if ev.Kind() != "football.minute" { // there is one for each
			fmt.Println(ev.Clock, ev.Kind(), ev.Value("score"))
		}
	})
	// Output:
	// 0s football.kick_off 0-0
	// 28m30s football.goal 1-0
	// 47m0s football.half_time 1-0
	// 1h27m30s football.goal 1-1
	// 1h47m30s football.goal 2-1
	// 1h51m0s football.full_time 2-1
}

// Whoever wants it to stop does not wait for the end of a long file.
func TestRun_StopsBetweenMatches(t *testing.T) {
	dir := t.TempDir()
	text := cup(strings.Split(strings.Repeat(plain+"\x00", 99)+plain, "\x00")...)
	if err := os.WriteFile(filepath.Join(dir, "cup.json"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := openfootball.Info().New(sonify.SourceEnv{Dir: dir, Tally: new(sonify.Tally)}, &openfootball.Config{Path: "cup.json"})
	if err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	n := 0
	if err := s.Run(ctx, func(sonify.Event) { n++; stop(enough) }); err != enough || n > 120 { // a match, minute by minute
		t.Errorf("stopped with %v after %d events", err, n)
	}
	if err := s.Run(ctx, func(sonify.Event) { t.Error("an event after the end") }); err != enough {
		t.Errorf("stopped with %v", err)
	}
}

// Somebody has to win where the round says so; where it says nothing, in cups.
func TestKnockout_ByRoundAndChampionship(t *testing.T) {
	match := func(round, more string) string {
		return `{"round": "` + round + `", "team1": "A", "team2": "B", "score": {"ft": [1, 0]` + more + `}`
	}
	for name, c := range map[string]struct{ text, want string }{
		"a league of old": {`{"name": "Deutsche Bundesliga 2014/15", "rounds": [{"name": "1. Spieltag", "matches": [{"team1": {"name": "A"}, "team2": {"name": "B"}, "score1": 0, "score2": 0}]}]}`, "[no 0.1]"},
		"leagues": {`{"name": "Liga", "matches": [` + match("Jornada 1", "}") + `,` + match("1. Round", "}") + `,` + match("League, Matchday 1", "}") + `,` + match("", "}") + `,` + match("Clausura - Semifinales", "}") + `]}`,
			"[no 0.1 no 0.1 no 0.1 no 0.1 yes 0.8]"},
		"a cup":                       {`{"matches": [` + match("1. Runde", "}") + `,` + match("Achtelfinale", "}") + `,` + match("Matchday 1", "}") + `], "name": "DFB-Pokal 2024/25"}`, "[yes 0.3 yes 0.4 no 0.1]"},
		"groups, and what is in none": {`{"name": "Euro", "matches": [` + match("Matchday 1", `}, "group": "Group A"`) + `,` + match("Group B", "}") + `,` + match("Preliminary round", "}") + `]}`, "[no 0.1 no 0.1 yes 0.3]"},
		"extra time":                  {`[` + match("Round 3", `, "et": [2, 1]}`) + `,` + match("Round 3", "}") + `]`, "[yes 0.3 no 0.1]"},
		"a league that says cup":      {`{"name": "Cupertino League", "matches": [` + match("Round 1", "}") + `]}`, "[no 0.1]"},
	} {
		var got []string
		events, _ := decode(t, c.text, openfootball.Config{})
		for _, ev := range events {
			if ev.Kind() == "football.kick_off" {
				got = append(got, ev.Value("knockout").String(), ev.Value("stake").String())
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, not %s", name, got, c.want)
		}
	}
}
