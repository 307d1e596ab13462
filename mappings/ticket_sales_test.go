package mappings_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/mappings/internal/figures"
	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// tillProgram is the program of the voice whose density is the pace: all that the
// decoder below knows of the piece, besides how many hits are how much.
const tillProgram = 28

// paceHeard decodes the orders a bar from the notes of the till: so many hits of
// 16 in a bar are so many parts of ten doublings.
func paceHeard(f *heard.File, window float64) []float64 {
	hits := heard.Onsets(f.Select(func(n *heard.Note) bool { return n.Program == tillProgram }), window, f.Seconds)
	for i, h := range hits {
		hits[i] = math.Exp2(h/16*10) - 1
	}
	return hits
}

// count returns how many events of a kind arrived in each window of so many
// seconds.
func count(t *take.Take, kind string, window, end float64) []float64 {
	out := make([]float64, int(math.Ceil(end/window)))
	for _, m := range t.Marks {
		if m.Kind == sonify.MarkEvent && m.Heard.Event.Kind() == kind {
			if w := int(m.Frame.Duration().Seconds() / window); w < len(out) {
				out[w]++
			}
		}
	}
	return out
}

// doublings returns the logarithm of what is one more than each value.
func doublings(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Log2(1 + v)
	}
	return out
}

// Who hears only the notes of the MIDI file can draw the curve of the sales. Both
// curves are smoothed over five bars, 9.5 s of music; in the data's time that is
// the speed times as long. The settings are not those that the mapping was made
// with.
func TestTicketSales_TheRateIsHeard(t *testing.T) {
	type setting struct {
		seed, speed, days, capacity, demand int
		more                                string
	}
	for _, s := range []setting{
		{101, 450, 2, 12000, 115, "lag = \"5h\"\n"},
		{102, 450, 2, 3000, 80, ""},
		{103, 1000, 4, 2000, 110, ""},
		{104, 2000, 7, 20000, 150, ""},
		{105, 2000, 7, 2000, 60, "max_gap = \"10m\"\n"},
		{106, 300, 1, 40000, 130, "lag = \"2h\"\n"},
		{107, 3600, 14, 5000, 95, "lag = \"24h\"\n"},
		{108, 150, 1, 800, 105, "lag = \"3h\"\n"},
	} {
		t.Run(fmt.Sprintf("seed %d", s.seed), func(t *testing.T) {
			t.Parallel()
			gap := "max_gap = \"0s\"\n"
			if s.seed == 105 {
				gap = ""
			}
			set := set{name: "a sale", piece: fmt.Sprintf("mapping = \"ticket_sales\"\n[source.sale]\ntype = \"sim\"\nof = \"tickets\"\nseed = %d\nspeed = %d\ndays = %d\ncapacity = %d\ndemand_percent = %d\n%s%s",
				s.seed, s.speed, s.days, s.capacity, s.demand, gap, s.more)}
			for _, level := range []string{"plain", "full"} {
				if underRace && level == "plain" {
					continue // the race detector takes ten times as long
				}
				p := set.perform(t, take.Options{MIDI: true, Sets: []string{"level=" + level}})
				f, err := heard.Read(p.MIDI)
				if err != nil {
					t.Fatal(err)
				}
				window := f.Bars[1] - f.Bars[0]
				got, was := paceHeard(f, window), count(p, "order.paid", window, f.Seconds)
				// What a bar sells is told in the next.
				got, was = got[1:], was[:len(was)-1]
				wide, true4 := heard.Smooth(got, 5), heard.Smooth(was, 5)
				best := heard.Pearson(wide, true4)
				t.Logf("%-6s %3.0f s, %5.0f orders, at most %4.0f a bar: over five bars the rate goes with the true one by %.3f; bar by bar by %.3f, its logarithm by %.3f, its ranks by %.3f",
					level, f.Seconds, sum(was), greatest(was), best, heard.Pearson(got, was), heard.Pearson(doublings(got), doublings(was)), heard.Spearman(got, was))
				if log := heard.Pearson(doublings(got), doublings(was)); !(best >= 0.95 && log >= 0.95) {
					t.Errorf("%s: the rate that is heard goes with that of the orders by %.3f, bar by bar its logarithm by %.3f: at least 0.95 were expected", level, best, log)
				}
			}
		})
	}
}

// A table that knows nothing but when an order was paid, and perhaps of how many
// tickets, makes the same piece: phases by the pace, a tune, an end.
func TestTicketSales_OrdersAreEnough(t *testing.T) {
	whole := set{name: "all", piece: "mapping = \"ticket_sales\"\n" + fmt.Sprintf(sale, 450) + "seed = 6\ndays = 2\ncapacity = 12000\nlag = \"5h\"\nmax_gap = \"0s\"\n"}
	for columns, row := range map[string]func(ev *sonify.Event) string{
		"paid_at": func(ev *sonify.Event) string { return fmt.Sprintf("%.0f", ev.Clock.Seconds()) },
		"paid_at,quantity,amount": func(ev *sonify.Event) string {
			return fmt.Sprintf("%.0f,%v,%v", ev.Clock.Seconds(), ev.Value("quantity"), ev.Value("amount"))
		},
	} {
		var table strings.Builder
		table.WriteString(columns + "\n")
		for _, m := range whole.perform(t, take.Options{}).Marks {
			if m.Kind == sonify.MarkEvent && m.Heard.Event.Kind() == "order.paid" {
				table.WriteString(row(m.Heard.Event) + "\n")
			}
		}
		path := filepath.Join(t.TempDir(), "orders.csv")
		if err := os.WriteFile(path, []byte(table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		orders := set{name: columns, piece: fmt.Sprintf("mapping = \"ticket_sales\"\n[source.box]\ntype = \"csv\"\npath = %q\nevent = \"order.paid\"\ntime = \"paid_at\"\nspeed = 450\nmax_gap = \"0s\"\n", path)}
		p := orders.perform(t, take.Options{MIDI: true})
		for _, w := range p.Warned {
			t.Errorf("%s: %v", columns, w)
		}
		entered := map[string]int{}
		for _, m := range p.Marks {
			if m.Kind == sonify.MarkSection {
				entered[m.Name]++
			}
		}
		for _, name := range []string{"rush", "selling", "quiet", "closed"} {
			if entered[name] == 0 {
				t.Errorf("%s: there is no section %s: %v", columns, name, entered)
			}
		}
		f := figures.Of(p)
		for _, o := range f.Outside(p) {
			t.Errorf("%s: %s", columns, o)
		}
		f2, err := heard.Read(p.MIDI)
		if err != nil {
			t.Fatal(err)
		}
		bar := f2.Bars[1] - f2.Bars[0]
		got, was := paceHeard(f2, bar), count(p, "order.paid", bar, f2.Seconds)
		if r := heard.Pearson(heard.Smooth(got[1:], 5), heard.Smooth(was[:len(was)-1], 5)); !(r >= 0.95) {
			t.Errorf("%s: the rate goes with the true one by %.3f", columns, r)
		}
	}
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func greatest(x []float64) (g float64) {
	for _, v := range x {
		g = max(g, v)
	}
	return g
}
