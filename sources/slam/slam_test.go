package slam_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sources/sim"
	"proscenium/sources/slam"
)

// simulated returns an invented programme as files.
func simulated(t testing.TB, matches, bestOf int) (points, list string) {
	t.Helper()
	var p, l strings.Builder
	w := slam.NewWriter(&p, &l)
	tour := sim.Tournament{Seed: 11, Matches: matches, BestOf: bestOf}
	for n := range matches {
		if err := w.Write(tour.Match(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return p.String(), l.String()
}

// decode returns the events of a file and what was counted.
func decode(t testing.TB, points, list string, c slam.Config) ([]sonify.Event, map[string]int64) {
	t.Helper()
	var matches io.Reader
	if list != "" {
		matches = strings.NewReader(list)
	}
	tally := new(sonify.Tally)
	var events []sonify.Event
	c.Pause = 60
	if err := slam.Decode(strings.NewReader(points), matches, c, tally, func(ev sonify.Event) { events = append(events, ev) }); err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]int64)
	for _, c := range tally.Counts() {
		counts[c.Fate.String()+": "+c.What] = c.Count
	}
	return events, counts
}

// says writes an event without the line it stands on, to compare.
func says(ev sonify.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v", ev.Kind(), ev.Clock)
	for i, f := range ev.Shape.Fields() {
		fmt.Fprintf(&b, " %s=%v", f.Name, ev.Values[i])
	}
	return b.String()
}

func compare(t *testing.T, name string, got, want []sonify.Event) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if g, w := says(got[i]), says(want[i]); g != w {
			t.Errorf("%s: event %d\n got %s\nwant %s", name, i+1, g, w)
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d events, want %d", name, len(got), len(want))
	}
}

// A match that was simulated, written and read again is told as it would have
// been without the detour.
func TestWrite_ReadsBackAsTheSameEvents(t *testing.T) {
	for _, best := range []int{1, 3, 5} {
		const matches = 12
		points, list := simulated(t, matches, best)
		got, counts := decode(t, points, list, slam.Config{BestOf: best})
		for k := range counts {
			if k != "missing: no value for speed_kmh" {
				t.Errorf("best of %d: odd: %s", best, k)
			}
		}
		c := sim.Config{Of: "tennis", Seed: 11, Matches: matches, First: 1, BestOf: best, Pause: 60}
		s, err := sim.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, &c)
		if err != nil {
			t.Fatal(err)
		}
		var want []sonify.Event
		if err := s.Run(t.Context(), func(ev sonify.Event) { want = append(want, ev) }); err != nil {
			t.Fatal(err)
		}
		compare(t, fmt.Sprint("best of ", best), got, want)
	}
}

// rows cuts a file into its cells.
func rows(points string) [][]string {
	var out [][]string
	for line := range strings.Lines(points) {
		out = append(out, strings.Split(strings.TrimRight(line, "\r\n"), ","))
	}
	return out
}

func join(rows [][]string) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(strings.Join(r, ",") + "\n")
	}
	return b.String()
}

// TestDecode_SurvivesWhatArchivesDo breaks a good file in the ways in which the
// archives are broken, and expects the same events and a count.
func TestDecode_SurvivesWhatArchivesDo(t *testing.T) {
	points, list := simulated(t, 2, 5)
	want, _ := decode(t, points, list, slam.Config{})
	col := make(map[string]int)
	for i, h := range rows(points)[0] {
		col[h] = i
	}
	// closing returns the rows on which a set ends.
	closing := func(r [][]string) (at []int) {
		for i, c := range r[1:] {
			if c[col["SetWinner"]] != "0" {
				at = append(at, i+1)
			}
		}
		return at
	}
	insert := func(r [][]string, at int, row []string) [][]string {
		out := append([][]string(nil), r[:at]...)
		return append(append(out, row), r[at:]...)
	}
	for _, c := range []struct {
		name   string
		change func(r [][]string) [][]string
		count  string
	}{
		{"nothing", func(r [][]string) [][]string { return r }, ""},
		{"quoted headings", func(r [][]string) [][]string {
			for i := range r[0][1:] {
				r[0][i+1] = `"` + r[0][i+1] + `"`
			}
			return r
		}, ""},
		{"columns in another order, and unknown ones", func(r [][]string) [][]string {
			for i := range r {
				r[i][0], r[i][30] = r[i][30], r[i][0]
				r[i] = append(r[i], "0.000", "x")
			}
			r[0][len(r[0])-2], r[0][len(r[0])-1] = "P1DistanceRun", "Mystery"
			return r
		}, ""},
		{"row 0", func(r [][]string) [][]string {
			zero := append([]string(nil), r[1]...)
			zero[col["PointNumber"]], zero[col["PointWinner"]], zero[col["PointServer"]] = "0", "0", "0"
			return insert(r, 1, zero)
		}, "skipped: row without a point"},
		{"rows 0X and 0Y", func(r [][]string) [][]string {
			for _, n := range []string{"0Y", "0X"} {
				zero := append([]string(nil), r[1]...)
				zero[col["PointNumber"]], zero[col["PointWinner"]], zero[col["PointServer"]] = n, "0", "0"
				r = insert(r, 1, zero)
			}
			return r
		}, "skipped: row without a point"},
		{"broken rows in the middle", func(r [][]string) [][]string {
			broken := make([]string, len(r[0]))
			broken[0], broken[col["ElapsedTime"]] = r[90][0], "0:00:00"
			return insert(insert(r, 90, broken), 91, broken)
		}, "skipped: row without a point"},
		{"a set's winner on a wrong row", func(r [][]string) [][]string {
			r[20][col["SetWinner"]] = "2"
			return r
		}, ""},
		{"a set's winner on the end of a wrong game", func(r [][]string) [][]string {
			for i := 30; ; i++ {
				if r[i][col["GameWinner"]] != "0" && r[i][col["SetWinner"]] == "0" {
					r[i][col["SetWinner"]] = r[i][col["GameWinner"]]
					return r
				}
			}
		}, "repaired: end of a set missing or marked on a wrong point"},
		{"a set's end not marked", func(r [][]string) [][]string {
			r[closing(r)[0]][col["SetWinner"]] = "0"
			return r
		}, "repaired: end of a set missing or marked on a wrong point"},
		{"the match's end not marked", func(r [][]string) [][]string {
			at := closing(r)
			last := at[len(at)-1]
			r[last][col["SetWinner"]], r[last][col["GameWinner"]] = "0", "0"
			return r
		}, "repaired: end of a game missing or marked on a wrong point"},
		{"a game's end not marked", func(r [][]string) [][]string {
			for i := 40; ; i++ {
				if r[i][col["GameWinner"]] != "0" {
					r[i][col["GameWinner"]] = "0"
					return r
				}
			}
		}, "repaired: end of a game missing or marked on a wrong point"},
		{"a game's end marked in its middle", func(r [][]string) [][]string {
			for i := 40; ; i++ {
				if r[i][col["GameWinner"]] == "0" {
					r[i][col["GameWinner"]] = "1"
					return r
				}
			}
		}, "repaired: end of a game missing or marked on a wrong point"},
		{"a game's number late by a point", func(r [][]string) [][]string {
			for i := 40; ; i++ {
				if r[i-1][col["GameWinner"]] != "0" && r[i-1][col["SetWinner"]] == "0" {
					r[i][col["GameNo"]] = r[i-1][col["GameNo"]]
					return r
				}
			}
		}, "repaired: end of a game missing or marked on a wrong point"},
		{"no marks and no numbers at all", func(r [][]string) [][]string {
			for _, c := range r[1:] {
				for _, n := range []string{"SetNo", "GameNo", "SetWinner", "GameWinner", "P1GamesWon", "P2GamesWon"} {
					c[col[n]] = ""
				}
			}
			return r
		}, ""},
		{"wrong totals and indicators", func(r [][]string) [][]string {
			for i, c := range r[1:] {
				c[col["P1PointsWon"]], c[col["ServeIndicator"]] = "1601", fmt.Sprint(i%2+1)
				c[col["P1Momentum"]], c[col["P1TurningPoint"]] = "328", "S"
			}
			return r
		}, ""},
		{"CRLF", func(r [][]string) [][]string {
			for _, c := range r {
				c[len(c)-1] += "\r"
			}
			return r
		}, ""},
	} {
		got, counts := decode(t, join(c.change(rows(points))), list, slam.Config{})
		compare(t, c.name, got, want)
		if c.count != "" && counts[c.count] == 0 {
			t.Errorf("%s: not counted as %q, but %v", c.name, c.count, counts)
		}
	}
}

func TestDecode_ClockNeverRunsBackwards(t *testing.T) {
	points, _ := simulated(t, 1, 3)
	r := rows(points)
	r[20][1], r[40][1], r[41][1], r[60][1], r[70][1] = "0:00:01", "", "soon", "27:00:00", "0:45"
	events, counts := decode(t, join(r), "", slam.Config{})
	var last time.Duration
	for _, ev := range events {
		if ev.Clock < last || !ev.Timed {
			t.Fatalf("clock %v after %v", ev.Clock, last)
		}
		last = ev.Clock
	}
	if last < 27*time.Hour {
		t.Errorf("a suspended match is %v long", last)
	}
	for _, k := range []string{"repaired: clock ran backwards, held", "missing: no time in its row, held", "repaired: time not readable, held"} {
		if counts[k] == 0 {
			t.Errorf("%s is not counted: %v", k, counts)
		}
	}
}

// The Australian and the French Open since 2018 have points without times, games or the
// ends of anything, and games that are counted on from set to set.
func TestDecode_RowsWithoutTimesOrEnds(t *testing.T) {
	for _, best := range []int{3, 5} {
		points, list := simulated(t, 4, best)
		all := rows(points)
		at := map[string]int{}
		for i, name := range all[0] {
			at[name] = i
		}
		id, games, last := "", 0, ""
		for _, cells := range all[1:] {
			if cells[0] != id {
				id, games, last = cells[0], 0, ""
			}
			if game := cells[at["SetNo"]] + "/" + cells[at["GameNo"]]; game != last {
				last = game
				games++
			}
			cells[at["GameNo"]] = fmt.Sprint(games)
			for _, name := range []string{"ElapsedTime", "P1GamesWon", "P2GamesWon", "SetWinner", "GameWinner"} {
				cells[at[name]] = ""
			}
		}
		want, _ := decode(t, points, list, slam.Config{BestOf: best})
		got, counts := decode(t, join(all), list, slam.Config{BestOf: best})
		if counts["repaired: match whose rows have no times, told by an invented clock"] != 4 {
			t.Errorf("counted %v", counts)
		}
		if len(got) != len(want) {
			t.Fatalf("best of %d: %d events, want %d", best, len(got), len(want))
		}
		for i := range got {
			if g, w := got[i].Kind()+" "+got[i].Value("score").String(), want[i].Kind()+" "+want[i].Value("score").String(); g != w {
				t.Fatalf("best of %d: event %d is %s, want %s", best, i+1, g, w)
			}
			if i > 0 && (got[i].Clock < got[i-1].Clock || got[i].Kind() == "tennis.point" && got[i-1].Kind() == "tennis.point" && got[i].Clock-got[i-1].Clock < 20*time.Second) {
				t.Fatalf("best of %d: event %d at %v after %v", best, i+1, got[i].Clock, got[i-1].Clock)
			}
		}
	}
}

func TestDecode_MatchFollowsMatch(t *testing.T) {
	points, list := simulated(t, 3, 3)
	events, _ := decode(t, points, list, slam.Config{})
	var ends, starts []time.Duration
	for i, ev := range events {
		switch ev.Kind() {
		case "tennis.match_won":
			ends = append(ends, ev.Clock)
		case "tennis.match_started":
			starts = append(starts, ev.Clock)
			if n, _ := ev.Value("number").Float(); int(n) != len(starts) {
				t.Errorf("match %v is the %d-th", n, len(starts))
			}
			if i > 0 && events[i-1].Kind() != "tennis.match_won" {
				t.Error("a match begins before the last has ended")
			}
		}
	}
	if len(ends) != 3 || len(starts) != 3 {
		t.Fatalf("%d starts, %d ends", len(starts), len(ends))
	}
	for i := range 2 {
		if starts[i+1] != ends[i]+time.Minute {
			t.Errorf("match %d begins at %v, the one before ended at %v", i+2, starts[i+1], ends[i])
		}
	}
}

func TestDecode_PicksMatches(t *testing.T) {
	points, list := simulated(t, 6, 0)
	all, _ := decode(t, points, list, slam.Config{})
	ids := map[string]bool{}
	var order []string
	for _, ev := range all {
		if id := ev.Value("match_id").String(); !ids[id] {
			ids[id] = true
			order = append(order, id)
		}
	}
	for _, c := range []struct {
		match string
		want  []string
	}{
		{order[3], order[3:4]},
		{order[1] + ", " + order[4], []string{order[1], order[4]}},
		{"2026-open-2*", []string{order[1], order[3], order[5]}},
	} {
		events, _ := decode(t, points, list, slam.Config{Match: c.match})
		var got []string
		for _, ev := range events {
			if ev.Kind() == "tennis.match_started" {
				got = append(got, ev.Value("match_id").String())
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("match = %q tells %v, want %v", c.match, got, c.want)
		}
	}
	err := slam.Decode(strings.NewReader(points), nil, slam.Config{Match: strings.Replace(order[0], "open", "opne", 1)}, nil, func(sonify.Event) {})
	var gone *sonify.Permanent
	if !errors.As(err, &gone) || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("a match that is not there: %v", err)
	}
}

// A record that ends before the match ends it all the same.
func TestDecode_UnfinishedMatchEnds(t *testing.T) {
	points, _ := simulated(t, 1, 5)
	r := rows(points)
	cut := join(r[:100])
	id := r[1][0]
	list := "match_id,player1,player2,status,winner\n" + id + ",\"Ada, A.\",Bert,%s,%s\n"
	for _, c := range []struct {
		list, winner, name, retired string
	}{
		{"", "0", "", ""},
		{fmt.Sprintf(list, "Retired", "1"), "1", "Ada, A.", "yes"},
		{fmt.Sprintf(list, "Complete", "2"), "2", "Bert", "no"},
		{fmt.Sprintf(list, "", ""), "0", "", ""},
	} {
		events, _ := decode(t, cut, c.list, slam.Config{})
		ev := events[len(events)-1]
		if ev.Kind() != "tennis.match_won" || ev.Value("winner").String() != c.winner || ev.Value("winner_name").String() != c.name || ev.Value("retired").String() != c.retired {
			t.Errorf("with list %q: %s", c.list, says(ev))
		}
		if events[len(events)-2].Kind() == "tennis.match_won" {
			t.Error("the match ends twice")
		}
	}
}

// The rules of a match are found out from how it went.
func TestDecode_FindsTheRules(t *testing.T) {
	head := "match_id,SetNo,P1GamesWon,P2GamesWon,SetWinner,GameNo,GameWinner,PointNumber,PointWinner,PointServer,P1Score,P2Score\n"
	write := func(id string, sets ...string) string {
		// A set is letters: a and b games to love, digits points of the last
		// game; + begins a tie-break's points.
		var b strings.Builder
		b.WriteString(head)
		server := 1
		n := 0
		for si, set := range sets {
			var g [2]int
			game := 1
			row := func(w int, done bool, p1, p2 string, last bool) {
				n++
				gw, sw := 0, 0
				if done {
					g[w-1]++
					gw = w
					if last {
						sw = w
					}
				}
				fmt.Fprintf(&b, "%s,%d,%d,%d,%d,%d,%d,%d,%d,%d,%s,%s\n", id, si+1, g[0], g[1], sw, game, gw, n, w, server, p1, p2)
				if done {
					game++
					server = 3 - server
				}
			}
			tail := ""
			tie := false
			games := set
			if i := strings.IndexAny(set, "+:"); i >= 0 {
				games, tail, tie = set[:i], set[i+1:], set[i] == '+'
			}
			calls := []string{"0", "15", "30", "40"}
			for i, c := range games {
				w := int(c-'a') + 1
				for k := 1; k <= 4; k++ {
					p := [2]string{"0", "0"}
					if k < 4 {
						p[w-1] = calls[k]
					}
					row(w, k == 4, p[0], p[1], tail == "" && i == len(games)-1)
				}
			}
			var p [2]int
			for i, c := range tail {
				w := int(c - '0')
				p[w-1]++
				t1, t2 := fmt.Sprint(p[0]), fmt.Sprint(p[1])
				if !tie {
					t1, t2 = calls[min(p[0], 3)], calls[min(p[1], 3)]
				}
				done := i == len(tail)-1
				if done {
					t1, t2 = "0", "0"
				}
				row(w, done, t1, t2, true)
			}
		}
		return b.String()
	}
	six := strings.Repeat("ab", 6)
	for _, c := range []struct {
		name, points string
		result       string
		matchPoints  int
	}{
		{"match tie-break", write("2023-usopen-5501", "aaaaaa", "bbbbbb", "+22222222211111112"), "6-0 0-6 0-1(7)", 8},
		{"match tie-break in a year that is not known", write("x", "aaaaaa", "bbbbbb", "+1111111111"), "6-0 0-6 1-0(0)", 1},
		{"final set of mixed at Wimbledon", write("2018-wimbledon-5501", "aaaaaa", "bbbbbb", "aaaaaa"), "6-0 0-6 6-0", 1},
		{"final tie-break to ten", write("2023-usopen-2501", "aaaaaa", "bbbbbb", six+"+1111111111"), "6-0 0-6 7-6(0)", 1},
		{"the same, in a year that had one to seven", write("2013-usopen-2501", "aaaaaa", "bbbbbb", six+"+1111111111"), "6-0 0-6 7-6(0)", 1},
		{"final tie-break to seven", write("2013-usopen-2501", "aaaaaa", "bbbbbb", six+"+1111111"), "6-0 0-6 7-6(0)", 1},
		{"played out", write("2018-wimbledon-2501", "aaaaaa", "bbbbbb", six+"ababaa"), "6-0 0-6 10-8", 1},
		{"played out where nobody expected it", write("2014-usopen-2501", "aaaaaa", "bbbbbb", six+"ababaa"), "6-0 0-6 10-8", 1},
		{"at twelve all", write("2019-wimbledon-2501", "aaaaaa", "bbbbbb", six+six+"+1111111"), "6-0 0-6 13-12(0)", 1},
		{"three sets of men", write("2014-usopen-1501", "aaaaaa", "aaaaaa", "aaaaaa"), "6-0 6-0 6-0", 1},
		{"five sets of somebody", write("y", "aaaaaa", "bbbbbb", "aaaaaa", "bbbbbb", "bbbbbb"), "6-0 0-6 6-0 0-6 0-6", 1},
		{"no advantage", write("2023-usopen-5502", "aaaaa:1112221", "aaaaa:1112221"), "6-0 6-0", 4},
	} {
		events, _ := decode(t, c.points, "", slam.Config{})
		end := events[len(events)-1]
		result := end.Value("result").String()
		if w := end.Value("winner").String(); w == "2" { // as player 1 sees it
			result = flip(result)
		}
		n := 0
		for _, ev := range events {
			if ev.Kind() == "tennis.match_point" {
				n++
			}
		}
		if result != c.result || n != c.matchPoints {
			t.Errorf("%s: %s with %d match points, want %s with %d", c.name, result, n, c.result, c.matchPoints)
		}
	}
}

// flip turns the sides of a result.
func flip(result string) string {
	words := strings.Fields(result)
	for i, w := range words {
		score, tb, has := strings.Cut(w, "(")
		a, b, _ := strings.Cut(score, "-")
		words[i] = b + "-" + a
		if has {
			words[i] += "(" + tb
		}
	}
	return strings.Join(words, " ")
}

const pbpHead = "pbp_id,date,tny_name,tour,draw,server1,server2,winner,pbp,score,adf_flag,wh_minutes\n"

func TestDecode_PointStrings(t *testing.T) {
	love, lost := "SSSS", "RRRR"
	hold := func(n int) string { return strings.Repeat(love+";", n-1) + love }
	// Serve alternates: every other game is won by the other player.
	set1 := love + ";" + lost + ";" + love + ";" + lost + ";" + love + ";" + lost // 6-0 for the first server
	tie := hold(12) + ";S/SS/SS/SS/SS/SS/SR/RS/SS/S"
	text := pbpHead +
		"7,08 Sep 14,Men'sUSOpen.,ATP,Main,\"Ada A\",Bert,1," + set1 + "." + set1 + ".,6-0 6-0,1,-1326\n" +
		"8,08 Sep 14,Men'sUSOpen.,ATP,Main,Celia,Dario,1," + set1 + "." + tie + "." + set1 + ",6-0,1,90\n" +
		"9,x,y,WTA,Main,E,F,1,,6-0,1,90\n" +
		"9,x,y,WTA,Main,E,F,1,SSXS,6-0,1,90\n"
	events, counts := decode(t, text, "", slam.Config{})
	all := add(t, events)
	if len(all) != 3 {
		t.Fatalf("%d matches, want 3", len(all))
	}
	a := all[0]
	if a.Points != 48 || a.GamesWon != [2]int{12, 0} || a.Breaks != [2]int{6, 0} || a.Winner != 1 || a.names != [2]string{"Ada A", "Bert"} {
		t.Errorf("first match: %+v", a)
	}
	if b := all[1]; b.TieBreaks != 1 || b.SetsWon[0]+b.SetsWon[1] != 3 {
		t.Errorf("second match: %+v", b)
	}
	if all[2].Points != 3 || all[2].Winner != 0 {
		t.Errorf("third match: %+v", all[2])
	}
	if counts["skipped: letter that means nothing in a point string"] != 1 || counts["skipped: match without points"] != 1 {
		t.Errorf("counts %v", counts)
	}
	// The invented clock: 34 s after a point of the server, 90 s at the change of
	// ends after the first game, and 120 s after the set.
	var clocks []time.Duration
	for _, ev := range events {
		if ev.Kind() == "tennis.point" {
			clocks = append(clocks, ev.Clock)
		}
	}
	for i, want := range map[int]time.Duration{0: 0, 1: 34 * time.Second, 3: 102 * time.Second, 4: 192 * time.Second, 5: 230 * time.Second} {
		if clocks[i] != want {
			t.Errorf("point %d is at %v, want %v", i+1, clocks[i], want)
		}
	}
	if d := clocks[24] - clocks[23]; d != 120*time.Second {
		t.Errorf("a break of %v after the set", d)
	}
}

func TestDecode_RefusesWhatIsNoArchive(t *testing.T) {
	big := "match_id,PointWinner\n" + strings.Repeat("x", 3<<20)
	for name, c := range map[string]struct{ text, want string }{
		"empty":         {"", "empty"},
		"other columns": {"time,value\n1,2\n", "match_id and PointWinner, or pbp"},
		"a list":        {"match_id,year,player1,player2\nx,2013,A,B\n", "list of matches"},
		"only headings": {"match_id,PointWinner\n", "no point"},
		"binary":        {"match_id,PointWinner\n1,\x00\n", "binary"},
		"gzip":          {"\x1f\x8b\x08\x00", "gzip"},
		"endless line":  {big, "1048576 bytes"},
		"no points":     {"match_id,PointWinner\nx,0\nx,\n", "no point"},
	} {
		err := slam.Decode(strings.NewReader(c.text), nil, slam.Config{}, nil, func(sonify.Event) {})
		var gone *sonify.Permanent
		if !errors.As(err, &gone) {
			t.Errorf("%s: %v is not permanent", name, err)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not speak of %s", name, err, c.want)
		}
	}
}

func TestNew_ChecksTheConfiguration(t *testing.T) {
	for _, c := range []slam.Config{{}, {Path: "x", BestOf: 4}, {Path: "x", Match: "[a"}} {
		_, err := slam.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, &c)
		var ps sonify.Problems
		if !errors.As(err, &ps) || ps[0].Key == "" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestRun_FindsTheListBesideThePoints(t *testing.T) {
	points, list := simulated(t, 1, 3)
	id := rows(points)[1][0]
	for _, name := range []struct{ points, list string }{
		{"2026-final-points.csv", "2026-final-matches.csv"},
		{id + "-points.csv", "2026-open-matches.csv"},
		{id + "-points-mixed.csv", "2026-open-matches-mixed.csv"},
	} {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, name.points), []byte(points), 0o644)
		os.WriteFile(filepath.Join(dir, name.list), []byte(list), 0o644)
		s, err := slam.Info().New(sonify.SourceEnv{Dir: dir, Tally: new(sonify.Tally)}, &slam.Config{Path: name.points})
		if err != nil {
			t.Fatal(err)
		}
		player := ""
		if err := s.Run(t.Context(), func(ev sonify.Event) { player = ev.Value("player1").String() }); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(list, player) || player == "Player 1" {
			t.Errorf("%s: player 1 is %q", name.points, player)
		}
		p, err := s.(sonify.Prober).Probe(t.Context())
		if err != nil || len(p.Shapes) != 12 || !p.Timed || p.Open {
			t.Errorf("probe: %d kinds, %v", len(p.Shapes), err)
		}
	}
	s, _ := slam.Info().New(sonify.SourceEnv{Dir: t.TempDir(), Tally: new(sonify.Tally)}, &slam.Config{Path: "none.csv"})
	var gone *sonify.Permanent
	if err := s.Run(t.Context(), func(sonify.Event) {}); !errors.As(err, &gone) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestRun_StopsAtOnceWhileItsInputWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		defer w.Close()
		s, err := slam.Info().New(sonify.SourceEnv{Stdin: r, Tally: new(sonify.Tally)}, &slam.Config{Path: "-"})
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		ctx, stop := context.WithCancelCause(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx, func(sonify.Event) {}) }()
		w.Write([]byte("match_id,PointWinner\nx,1\n"))
		synctest.Wait()
		stop(enough)
		if err := <-done; err != enough {
			t.Errorf("error %v", err)
		}
	})
}

// Memory does not grow with the number of matches.
func TestDecode_ReadsAnyLengthInFlatMemory(t *testing.T) {
	points, _ := simulated(t, 4, 5)
	n := 0
	allocated := testing.AllocsPerRun(1, func() {
		n = 0
		slam.Decode(strings.NewReader(points), nil, slam.Config{}, nil, func(sonify.Event) { n++ })
	})
	if per := allocated / float64(n); per > 4 {
		t.Errorf("%.1f allocations an event", per)
	}
}

func FuzzDecode(f *testing.F) {
	points, list := simulated(f, 1, 1)
	f.Add([]byte(points[:3000]), []byte(list))
	f.Add([]byte(pbpHead+"7,08 Sep 14,USOpen,ATP,Main,A,B,1,SRAD;SSSS.S/SS/RR;;..,6-0,1,9\n"), []byte(nil))
	f.Add([]byte("match_id,PointWinner\nx,1\nx,2\n"), []byte("match_id,player1\nx,\"\n"))
	f.Add([]byte("\"match_id\";\"PointWinner\";GameNo;SetNo;PointServer\nx;1;1;1;4\nx;2;9;9;3\n"), []byte("\xff\xfe"))
	f.Fuzz(func(t *testing.T, points, list []byte) {
		open := false
		var last time.Duration
		slam.Decode(bytes.NewReader(points), bytes.NewReader(list), slam.Config{Pause: 60}, nil, func(ev sonify.Event) {
			switch ev.Kind() {
			case "tennis.match_started":
				if open {
					t.Fatal("a match begins in a match")
				}
				open = true
			case "tennis.match_won":
				if !open {
					t.Fatal("a match ends that has not begun")
				}
				open = false
			}
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

func BenchmarkDecode(b *testing.B) {
	points, list := simulated(b, 30, 5)
	n := strings.Count(points, "\n") - 1
	b.SetBytes(int64(len(points)))
	for b.Loop() {
		if err := slam.Decode(strings.NewReader(points), strings.NewReader(list), slam.Config{}, nil, func(sonify.Event) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func ExampleDecode() {
	points := "match_id,PointServer,PointWinner,ElapsedTime\n" +
		"final,1,1,0:00:00\nfinal,1,1,0:00:31\nfinal,1,2,0:01:02\nfinal,1,1,0:01:30\nfinal,1,1,0:02:00\n"
	list := "match_id,player1,player2\nfinal,Ada Arpeggio,Bruno Bitcrush\n"
	slam.Decode(strings.NewReader(points), strings.NewReader(list), slam.Config{}, nil, func(ev sonify.Event) {
		if ev.Kind() == "tennis.point" {
			fmt.Println(ev.Clock, ev.Value("score"), ev.Value("call"))
		}
	})
	// Output:
	// 0s 15-0 15-0
	// 31s 30-0 30-0
	// 1m2s 30-15 30-15
	// 1m30s 40-15 40-15
	// 2m0s 0-0 Game, Ada Arpeggio
}
