package football_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/exact/nofma"
	"proscenium/sources/internal/football"
)

var kick = time.Date(2026, 6, 20, 18, 0, 0, 0, time.UTC)

// report is a report so many minutes after the kick-off.
func report(after int, phase football.Phase, goals1, goals2 int, change ...func(*football.Report)) *football.Report {
	r := &football.Report{ID: "7", Phase: phase, Kick: kick, At: kick.Add(time.Duration(after) * time.Minute)}
	r.Match.Teams = [2]string{"Bits", "Chips"}
	r.Match.Score.FT = football.Pair{N: [2]int{goals1, goals2}, Known: true}
	for _, c := range change {
		c(r)
	}
	return r
}

func minute(n, extra int) func(*football.Report) {
	return func(r *football.Report) { r.Minute, r.Extra = n, extra }
}

func scored(side int, list ...football.Scored) func(*football.Report) {
	return func(r *football.Report) { r.Match.Listed[side-1] = list }
}

// hear returns what a follower tells of the reports, a line an event, and what it
// counted.
func hear(reports ...*football.Report) (string, string) {
	tally := new(sonify.Tally)
	l := football.NewLive("court", tally)
	var b strings.Builder
	for _, r := range reports {
		l.Hear(r, func(ev sonify.Event) {
			fmt.Fprintf(&b, "%v %s %v+%v %v", ev.Clock, strings.TrimPrefix(ev.Kind(), "football."), ev.Value("minute"), ev.Value("stoppage"), ev.Value("score"))
			for _, f := range []string{"team", "scorer", "winner_name", "result", "penalties1", "penalties2"} {
				if v := ev.Value(f); !v.IsMissing() {
					fmt.Fprintf(&b, " %v", v)
				}
			}
			b.WriteByte('\n')
		})
	}
	var c strings.Builder
	for _, n := range tally.Counts() {
		fmt.Fprintf(&c, "%v %s: %d\n", n.Fate, n.What, n.Count)
	}
	return b.String(), c.String()
}

// What a feed shows only in a break fell before it.
func TestLive_GoalsSeenInABreakFellBeforeIt(t *testing.T) {
	after := func(r *football.Report) { r.Match.Score.ET = football.Pair{N: [2]int{2, 2}, Known: true} }
	got, _ := hear(report(-1, football.Before, 0, 0), report(30, football.First, 0, 0, minute(30, 0)), report(48, football.Break, 1, 0, minute(45, 0)),
		report(100, football.Second, 1, 1, minute(85, 0)), report(116, football.Extra, 1, 1, minute(91, 0)), report(150, football.Shoot, 1, 1, minute(120, 0), after))
	want := `goal 45+0 1-0 Bits
half_time 45+0 1-0
goal 85+0 1-1 Chips
minute 85+0 1-1
extra_time 90+0 1-1
minute 91+0 1-1
goal 120+0 2-1 Bits
goal 120+0 2-2 Chips
shoot_out 120+0 2-2
`
	short := ""
	for line := range strings.Lines(got) {
		if _, l, _ := strings.Cut(line, " "); short != "" || strings.HasPrefix(l, "goal") {
			short += l
		}
	}
	if short != want {
		t.Errorf("told\n%swant\n%s", short, want)
	}
}

// Extra time may be over before anybody asked again; and some matches end without a result.
func TestLive_TheEndSaysWhatNobodySaw(t *testing.T) {
	after := func(r *football.Report) { r.Match.Score.ET = football.Pair{N: [2]int{2, 1}, Known: true} }
	none := func(r *football.Report) { r.Match.Score.FT = football.Pair{} }
	if got, _ := hear(report(-1, football.Before, 0, 0), report(100, football.Second, 1, 1), report(160, football.Over, 1, 1, after)); !strings.Contains(got, "full_time 120+0 2-1 Bits extra time") {
		t.Error(got)
	}
	if got, count := hear(report(-1, football.Before, 0, 0, none), report(100, football.Second, 0, 0, none), report(160, football.Over, 0, 0, none)); !strings.HasSuffix(got, "full_time 90+0 0-0\n") || !strings.Contains(count, "result of a match that is over") {
		t.Error(got, count)
	}
}

func TestLive_TellsWhatChanges(t *testing.T) {
	penalties := func(r *football.Report) { r.Match.Score.P = football.Pair{N: [2]int{4, 2}, Known: true} }
	for name, c := range map[string]struct {
		reports     []*football.Report
		want, count string
	}{
		"a whole match": {[]*football.Report{
			report(-10, football.Before, 0, 0), report(0, football.First, 0, 0, minute(1, 0)), report(0, football.First, 0, 0, minute(1, 0)),
			report(12, football.First, 1, 0, minute(13, 0), scored(1, football.Scored{Scorer: "Ada", Minute: 12})),
			report(47, football.Break, 1, 0), report(62, football.Second, 1, 0, minute(46, 0)),
			report(108, football.Second, 1, 1, minute(90, 3)), report(110, football.Over, 1, 1),
		}, `10m0s kick_off 1+0 0-0
10m0s minute 1+0 0-0
22m0s goal 12+0 1-0 Bits Ada
22m0s minute 13+0 1-0
57m0s half_time 45+0 1-0
1h12m0s minute 46+0 1-0
1h58m0s goal 90+3 1-1 Chips
1h58m0s minute 90+3 1-1
2h0m0s full_time 90+0 1-1  draw
`, ""},
		"a goal that is taken back": {[]*football.Report{report(0, football.First, 0, 0, minute(1, 0)), report(20, football.First, 1, 0, minute(20, 0)), report(22, football.First, 0, 0, minute(22, 0))},
			`0s kick_off 1+0 0-0
0s minute 1+0 0-0
20m0s goal 20+0 1-0 Bits
20m0s minute 20+0 1-0
22m0s goal_annulled 22+0 0-0 Bits
22m0s minute 22+0 0-0
`, ""},
		"met while it is on": {[]*football.Report{report(70, football.Second, 2, 1, minute(56, 0)), report(71, football.Second, 2, 1, minute(57, 0))},
			"0s kick_off 56+0 2-1\n0s minute 56+0 2-1\n1m0s minute 57+0 2-1\n", ""},
		"met when it is over": {[]*football.Report{report(130, football.Over, 2, 1), report(131, football.Over, 2, 1)}, "", ""},
		"no minutes": {[]*football.Report{report(0, football.First, 0, 0), report(30, football.First, 0, 1), report(46, football.Break, 0, 1), report(61, football.Second, 0, 1), report(71, football.Second, 0, 1)},
			`0s kick_off 1+0 0-0
0s minute 1+0 0-0
30m0s goal 31+0 0-1 Chips
30m0s minute 31+0 0-1
46m0s half_time 45+0 0-1
1h1m0s minute 46+0 0-1
1h11m0s minute 56+0 0-1
`, "repaired minute that the feed does not say, reckoned from when the half began: 6\n"},
		"extra time and a shoot-out": {[]*football.Report{
			report(0, football.First, 0, 0, minute(1, 0)), report(110, football.Second, 0, 0, minute(90, 0)), report(112, football.Break, 0, 0), report(115, football.Extra, 0, 0, minute(91, 0)),
			report(150, football.Shoot, 0, 0), report(160, football.Over, 0, 0, penalties),
		}, `0s kick_off 1+0 0-0
0s minute 1+0 0-0
1h50m0s minute 90+0 0-0
1h55m0s extra_time 90+0 0-0
1h55m0s minute 91+0 0-0
2h30m0s shoot_out 120+0 0-0
2h40m0s full_time 120+0 0-0 Bits penalties 4 2
`, ""},
		"two goals of both between two looks": {[]*football.Report{report(0, football.First, 0, 0, minute(1, 0)),
			report(30, football.First, 1, 1, minute(30, 0), scored(1, football.Scored{Scorer: "Ada", Minute: 28}), scored(2, football.Scored{Scorer: "Bob", Minute: 25}))},
			`0s kick_off 1+0 0-0
0s minute 1+0 0-0
30m0s goal 25+0 0-1 Chips Bob
30m0s goal 28+0 1-1 Bits Ada
30m0s minute 30+0 1-1
`, ""},
		"goes on after its end": {[]*football.Report{report(100, football.Over, 2, 1), report(101, football.Second, 2, 1)}, "", "repaired match that goes on after its end, left over: 1\n"},
		"goes back": {[]*football.Report{report(70, football.Second, 0, 0, minute(55, 0)), report(71, football.First, 0, 0, minute(40, 0))},
			"0s kick_off 55+0 0-0\n0s minute 55+0 0-0\n", "repaired match that goes back in time, held: 1\n"},
		"postponed": {[]*football.Report{report(-60, football.Before, 0, 0), report(0, football.Off, 0, 0)}, "", ""},
	} {
		got, count := hear(c.reports...)
		if got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
		if count != c.count {
			t.Errorf("%s: counted %q, want %q", name, count, c.count)
		}
	}
}

// A thousand matches and more: the oldest that are over go, and nothing grows.
func TestLive_FollowsNoMoreThanItCan(t *testing.T) {
	tally := new(sonify.Tally)
	l := football.NewLive("x", tally)
	n := 0
	for i := range 1500 {
		r := report(i, football.First, 0, 0, minute(1, 0))
		r.ID = fmt.Sprint(i)
		l.Hear(r, func(sonify.Event) { n++ })
		if i%3 != 0 {
			r.Phase = football.Over
			l.Hear(r, func(sonify.Event) { n++ })
		}
	}
	if c := tally.Counts(); len(c) != 0 {
		t.Errorf("counted %v", c)
	}
	if n != 1500*2+1000 {
		t.Errorf("%d events", n)
	}
}

// What the numbers say is between their bounds at every moment.
func TestLive_NumbersKeepTheirBounds(t *testing.T) {
	l := football.NewLive("x", new(sonify.Tally))
	for i := range 120 {
		l.Hear(report(i, football.Second, i/13, i/17, minute(i+1, 0)), func(ev sonify.Event) {
			for f, b := range map[string][2]float64{"lead": {-1, 1}, "tension": {0, 1}, "importance": {0, 1}, "left": {0, 120}} {
				if v, ok := ev.Value(f).Float(); !ok || v < b[0] || v > b[1] {
					t.Errorf("%s of %s in report %d is %v", f, ev.Kind(), i, ev.Value(f))
				}
			}
		})
	}
}

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

// What is decided at a table has not been played: no goals are told of it.
func TestLive_AnAwardIsNoPlay(t *testing.T) {
	award := func(r *football.Report) { r.Awarded, r.Winner = true, 2 }
	if got, counted := hear(report(-5, football.Before, 0, 0), report(60, football.Over, 0, 3, award), report(70, football.Over, 0, 3, award)); got != "" || counted != "" {
		t.Errorf("of a match that was not played: %s%s", got, counted)
	}
	got, _ := hear(report(10, football.First, 1, 0), report(60, football.Over, 0, 3, award))
	if want := "50m0s full_time 90+0 1-0 Chips awarded\n"; !strings.HasSuffix(got, want) || strings.Contains(got, "goal") {
		t.Errorf("of one that was broken off: %swant %s", got, want)
	}
}

// A feed may know who has won a shoot-out, and not its score.
func TestLive_TheFeedNamesTheWinner(t *testing.T) {
	won := func(r *football.Report) { r.Winner, r.Match.Knockout = 2, true }
	if got, _ := hear(report(85, football.Second, 1, 1, won), report(140, football.Over, 1, 1, won)); !strings.Contains(got, "full_time 90+0 1-1 Chips penalties") {
		t.Error(got)
	}
	if got, _ := hear(report(85, football.Second, 2, 1, won), report(100, football.Over, 2, 1, won)); !strings.Contains(got, "full_time 90+0 2-1 Bits win") {
		t.Error(got)
	}
}
