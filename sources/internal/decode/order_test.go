package decode_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
)

// told returns what is heard of messages, and what is counted.
func told(t *testing.T, keys string, messages []string) (events []sonify.Event, lines []string, tally string) {
	t.Helper()
	d, counts := decoder(t, keys)
	emit := func(ev sonify.Event) { events, lines = append(events, ev), append(lines, line(&ev)) }
	for _, m := range messages {
		if err := d.Normalise(&decode.Message{Body: []byte(m)}, emit); err != nil {
			t.Fatal(err)
		}
	}
	d.Flush(time.Time{}, emit)
	return events, lines, tallied(counts)
}

// shuffled returns the messages of n seconds of three series, each value with its own
// oddities, and the same in an order in which none comes more than far seconds late.
func shuffled(rnd *rand.Rand, n, far int) (sorted, mixed []string) {
	type one struct {
		text string
		at   int
	}
	var all []one
	totals := [3]int{1000, 0, 70}
	at := 0
	for i := range n {
		if at++; rnd.IntN(20) == 0 {
			at += rnd.IntN(40)
		}
		s := rnd.IntN(3)
		totals[s] += rnd.IntN(9)
		if rnd.IntN(40) == 0 {
			totals[s] = rnd.IntN(5)
		}
		v, w := fmt.Sprint(20+rnd.IntN(4)), fmt.Sprint(rnd.IntN(3))
		switch rnd.IntN(8) {
		case 0:
			v = "null"
		case 1:
			w = "null"
		case 2:
			v = "9000"
		}
		all = append(all, one{fmt.Sprintf(`{"t":%d,"s":"%c","n":%d,"v":%s,"w":%s,"i":%d}`, at, 'a'+s, totals[s], v, w, i), at + rnd.IntN(far)})
		sorted = append(sorted, all[i].text)
	}
	slices.SortStableFunc(all, func(a, b one) int { return a.at - b.at })
	for _, o := range all {
		mixed = append(mixed, o.text)
	}
	return sorted, mixed
}

// What is heard does not depend on the order of arrival, as long as nothing comes
// later than reorder allows: with every policy that knows what came before.
func TestReorder_AnyOrderOfArrivalIsHeardTheSame(t *testing.T) {
	const base = "time = \"t\"\ntime_format = \"seconds\"\nkey = \"s\"\nreorder = \"12s\"\nfirst = \"take\"\n"
	for _, keys := range []string{
		`totals = ["n"]`,
		"totals = [\"n\"]\nlate = \"mark\"",
		`on_missing = { v = "hold", w = "hold" }`,
		`on_missing = { v = "interpolate", w = "interpolate" }`,
		"spikes = { v = 6 }\non_outlier = { v = \"interpolate\" }",
		"spikes = { v = 6 }\non_outlier = { v = \"skip\" }\ntotals = [\"n\"]\nlate = \"skip\"",
		"gap = \"15s\"\non_gap = \"mark\"",
		"gap = \"15s\"\non_gap = \"hold\"\ntotals = [\"n\"]",
		"gap = \"15s\"\non_gap = \"interpolate\"\non_missing = { v = \"interpolate\", w = \"hold\" }\nkinds = [{ event = \"odd\", when = \"w == 1\" }]\ndeleted = \"w == 2\"",
		"only = \"changed\"\nfields = { w = \"w\" }",
		"only = \"new\"",
	} {
		for seed := range uint64(40) {
			sorted, mixed := shuffled(rand.New(rand.NewPCG(seed, 1)), 150, 12)
			_, want, wantTally := told(t, base+keys, sorted)
			_, got, gotTally := told(t, base+keys, mixed)
			if len(want) == 0 || !slices.Equal(got, want) {
				i := 0
				for i < min(len(got), len(want)) && got[i] == want[i] {
					i++
				}
				t.Fatalf("%s, seed %d: %d events, %d in order; from the %dth:\n%s\nin order:\n%s", keys, seed, len(got), len(want), i,
					strings.Join(got[i:min(i+3, len(got))], "\n"), strings.Join(want[i:min(i+3, len(want))], "\n"))
			}
			if gotTally != wantTally {
				t.Fatalf("%s, seed %d: counted\n%sin order\n%s", keys, seed, gotTally, wantTally)
			}
		}
	}
}

// However late things come, a total that only counts up is never told to have begun
// again, and what is told of a series is what it grew by from the first to the last.
func TestTotals_TellWhatTheSeriesGrewBy(t *testing.T) {
	for _, late := range []string{"hold", "skip", "mark"} {
		for _, reorder := range []string{"0s", "2s", "1m"} {
			keys := fmt.Sprintf("time = \"t\"\ntime_format = \"seconds\"\ntotals = [\"n\"]\nlate = %q\nreorder = %q\nfields = { n = \"n\", raw = \"n\", t = \"t\" }", late, reorder)
			for seed := range uint64(100) {
				rnd := rand.New(rand.NewPCG(seed, 2))
				type one struct{ t, n, key int }
				var all []one
				n := 0
				for i := range 60 {
					n += rnd.IntN(5)
					all = append(all, one{i / 2, n, i + rnd.IntN(30)})
				}
				slices.SortStableFunc(all, func(a, b one) int { return a.key - b.key })
				var messages []string
				for _, o := range all {
					messages = append(messages, fmt.Sprintf(`{"t":%d,"n":%d}`, o.t, o.n))
				}
				events, _, tally := told(t, keys, messages)
				if strings.Contains(tally, "began again") {
					t.Fatalf("%s, seed %d: %s", keys, seed, tally)
				}
				sum, first, last, newest := 0.0, -1.0, 0.0, -1.0
				for _, ev := range events {
					at, _ := ev.Value("t").Float()
					raw, _ := ev.Value("raw").Float()
					d, told := ev.Value("n").Float()
					if d < 0 || told && at < newest {
						t.Fatalf("%s, seed %d: %s", keys, seed, line(&ev))
					}
					sum += d
					switch {
					case first < 0:
						first, last = raw, raw
					case at >= newest && raw > last:
						last = raw
					}
					newest = max(newest, at)
				}
				if sum != last-first {
					t.Fatalf("%s, seed %d: told %v, grew from %v to %v", keys, seed, sum, first, last)
				}
				if len(events) != 60 && late != "skip" {
					t.Fatalf("%s, seed %d: %d events", keys, seed, len(events))
				}
			}
		}
	}
}
