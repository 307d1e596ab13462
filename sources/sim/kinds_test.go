package sim_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/sim"
)

// of returns what a simulation other than tennis reports.
func of(t testing.TB, kind string, seed uint64, change func(c *sim.Config)) []sonify.Event {
	t.Helper()
	return run(t, seed, func(c *sim.Config) {
		c.Of = kind
		if change != nil {
			change(c)
		}
	})
}

func value(t testing.TB, ev *sonify.Event, field string) float64 {
	t.Helper()
	f, ok := ev.Value(field).Float()
	if !ok {
		t.Fatalf("%s at %v: %s is %v", ev.Kind(), ev.Clock, field, ev.Value(field))
	}
	return f
}

// counts returns how many of some events fall into each stretch of time.
func counts(events []sonify.Event, kind string, days int, step time.Duration) []float64 {
	n := make([]float64, time.Duration(days)*24*time.Hour/step)
	for _, ev := range events {
		if ev.Kind() == kind {
			n[ev.Clock/step]++
		}
	}
	return n
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// All numbers of the simulations are integers until the last division, so that they
// are the same on every machine.
func TestKinds_AreTheSameEverywhere(t *testing.T) {
	for kind, want := range map[string]string{
		"tickets":  "f231da23288e36d447c8b75c7fef2e8b7b904703fa5eb3cccd5353f2ac4e4fe9",
		"mentions": "210e37b2e76c48d2041fed9cc92de2c4093069c2898a62d4728ca595ccc46f7c",
		"sensor":   "4c481b87c7afd9c3019eb270e79812d9cb9ad88f52d2b410da1c6244fdda31da",
		"plays":    "0fe350775fbb941e2527c0a494c524ac03cc5642c3ae10f9b7720d640ccd9ddd",
	} {
		if got := says(of(t, kind, 2026, nil)); got != want {
			t.Errorf("%s has the hash %s, want %s", kind, got, want)
		}
		if says(of(t, kind, 2026, nil)) == says(of(t, kind, 2027, nil)) {
			t.Errorf("%s: another seed invents the same", kind)
		}
	}
}

func TestKinds_KeepTheContract(t *testing.T) {
	for _, kind := range []string{"tickets", "mentions", "sensor", "plays"} {
		var last time.Duration
		known := make(map[string]bool)
		for _, s := range sim.Shapes() {
			known[s.Kind()] = true
		}
		for _, ev := range of(t, kind, 3, func(c *sim.Config) {
			if kind == "sensor" {
				c.Sensors = 3
			}
		}) {
			if !ev.Timed || ev.Clock < last || !known[ev.Kind()] || len(ev.Values) != len(ev.Shape.Fields()) || ev.Clock > 7*24*time.Hour {
				t.Fatalf("%s at %v after %v with %d values", ev.Kind(), ev.Clock, last, len(ev.Values))
			}
			last = ev.Clock
			for i, v := range ev.Values {
				if f := ev.Shape.Fields()[i]; !v.IsMissing() && v.Type() != f.Type {
					t.Fatalf("%s: %s is a %v", ev.Kind(), f.Name, v.Type())
				}
			}
			if h := value(t, &ev, "hour"); h < 0 || h >= 24 || value(t, &ev, "day") != float64(1+ev.Clock/(24*time.Hour)) {
				t.Fatalf("%v is day %v, hour %v", ev.Clock, ev.Value("day"), h)
			}
		}
		c := sim.Config{Of: kind}
		s, err := sim.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, &c)
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		ctx, stop := context.WithCancelCause(t.Context())
		n := 0
		if err := s.Run(ctx, func(sonify.Event) {
			if n++; n == 5 {
				stop(enough)
			}
		}); err != enough || n > 500 {
			t.Errorf("%s: stopped with %v after %d events", kind, err, n)
		}
		p, err := s.(sonify.Prober).Probe(t.Context())
		if err != nil || !p.Timed || p.Open || len(p.Shapes) == 0 || !known[p.Shapes[0].Kind()] {
			t.Errorf("%s: %+v, %v", kind, p, err)
		}
	}
}

func TestTickets_AddUp(t *testing.T) {
	for seed := range uint64(10) {
		capacity := 500 + 300*int(seed)
		events := of(t, "tickets", seed+1, func(c *sim.Config) { c.Capacity, c.Demand, c.Price = capacity, 150, 30 })
		sold, orders, refunds, outs, paid := 0.0, 0.0, 0.0, 0, 0.0
		price := map[string]float64{"early": 3000, "regular": 3750, "late": 4500}
		for i := range events {
			ev := &events[i]
			switch ev.Kind() {
			case "order.paid":
				orders++
				n := value(t, ev, "quantity")
				if minor := value(t, ev, "amount_minor"); minor != n*price[ev.Value("tier").String()] || minor != 100*value(t, ev, "amount") {
					t.Fatalf("%v tickets of tier %v cost %v", n, ev.Value("tier"), ev.Value("amount"))
				}
				if value(t, ev, "order") != orders || n < 1 || n > 6 {
					t.Fatalf("order %v is the %v-th, for %v", ev.Value("order"), orders, n)
				}
				sold += n
				paid += n
			case "order.refunded":
				sold -= value(t, ev, "quantity")
				refunds++
			case "sale.sold_out":
				outs++
				if value(t, ev, "left") != 0 {
					t.Fatal("sold out with tickets left")
				}
			case "ticket.announcement":
				if s := value(t, ev, "size"); s <= 0 || s > 1 {
					t.Fatalf("size %v", s)
				}
			}
			if value(t, ev, "sold") != sold || value(t, ev, "left") != float64(capacity)-sold || sold > float64(capacity) {
				t.Fatalf("seed %d: %v are sold, it says %v", seed, sold, ev.Value("sold"))
			}
		}
		if outs != 1 || events[len(events)-1].Kind() != "sale.closed" || events[0].Kind() != "ticket.announcement" {
			t.Errorf("seed %d: sold out %d times, from %s to %s", seed, outs, events[0].Kind(), events[len(events)-1].Kind())
		}
		if mean := paid / orders; mean < 2.05 || mean > 2.4 {
			t.Errorf("seed %d: %.2f tickets an order", seed, mean)
		}
		if part := refunds / orders; part < 0.002 || part > 0.05 {
			t.Errorf("seed %d: %.3f of the orders given back", seed, part)
		}
	}
}

func TestTickets_SellAsTheyDo(t *testing.T) {
	const days = 14
	events := of(t, "tickets", 5, func(c *sim.Config) { c.Capacity, c.Demand, c.Days = 50_000, 80, days })
	n := counts(events, "order.paid", days, time.Hour)
	all := sum(n)
	if want := 50_000 * 0.8 / 2.23; math.Abs(all/want-1) > 0.05 {
		t.Errorf("%v orders, %.0f are wanted", all, want)
	}
	if sum(n[:10]) != 0 || sum(n[days*24-4:]) != 0 {
		t.Error("orders while nothing is sold")
	}
	// The rush is three tenths, and falls to a third every hour and a half.
	if part := sum(n[10:13]) / all; part < 0.24 || part > 0.34 {
		t.Errorf("%.2f of the orders in the first three hours", part)
	}
	if r := n[11] / n[10]; r < 0.42 || r > 0.62 { // exp(-60/90) = 0.51
		t.Errorf("the second hour has %.2f of the first", r)
	}
	night, evening := 0.0, 0.0
	for d := 3; d < 10; d++ {
		night += sum(n[d*24+2 : d*24+5])
		evening += sum(n[d*24+19 : d*24+22])
	}
	if night*2 > evening {
		t.Errorf("%v orders at night, %v in the evening", night, evening)
	}
	if last, before := sum(n[(days-1)*24:]), sum(n[(days-4)*24:(days-3)*24]); last < 1.5*before {
		t.Errorf("%v orders on the last day, %v three days before", last, before)
	}
	for _, ev := range events {
		if ev.Kind() == "sale.sold_out" {
			t.Error("sold out for want of demand")
		}
	}
}

// The smallest house is sold as well.
func TestTickets_SellASingleOne(t *testing.T) {
	sold := 0
	for seed := range uint64(50) {
		for _, ev := range of(t, "tickets", seed+1, func(c *sim.Config) { c.Capacity, c.Demand, c.Days = 1, 400, 2 }) {
			if ev.Kind() == "sale.sold_out" {
				sold++
			}
		}
	}
	if sold < 30 { // 1.8 orders are expected: none comes in one case of six
		t.Errorf("%d of 50 tickets were sold", sold)
	}
}

// excess returns what of a series is not its usual day.
func excess(n []float64, perDay int) []float64 {
	out := make([]float64, len(n))
	for k := range perDay {
		var same []float64
		for i := k; i < len(n); i += perDay {
			same = append(same, n[i])
		}
		slices.Sort(same)
		for i := k; i < len(n); i += perDay {
			out[i] = n[i] - same[len(same)/2]
		}
	}
	return out
}

// Where talk sells nothing, what is unusual in the sales has nothing to do with
// what is unusual in the talk, and no order is lost.
func TestTickets_NeedNotFollowTheTalk(t *testing.T) {
	const days, step, lag = 14, 30 * time.Minute, 6 * time.Hour
	const perDay = int(24 * time.Hour / step)
	for seed := uint64(1); seed <= 4; seed++ {
		talk := of(t, "mentions", seed, func(c *sim.Config) { c.Days, c.PerDay = days, 5000 })
		a := excess(counts(talk, "mention", days, step)[2*perDay:], perDay)
		var like, orders [2]float64
		for i, unmoved := range []int{0, 100} {
			sales := of(t, "tickets", seed, func(c *sim.Config) {
				c.Days, c.Capacity, c.Demand, c.Lag, c.Unmoved = days, 100_000, 90, lag, unmoved
			})
			n := counts(sales, "order.paid", days, step)
			orders[i] = sum(n)
			b := excess(n[2*perDay:], perDay)
			shift := int(lag / step)
			end := len(b) - perDay // the last day has a rise of its own
			var ab, aa, bb float64
			for k := 0; k+shift < end; k++ {
				ab += a[k] * b[k+shift]
				aa += a[k] * a[k]
				bb += b[k+shift] * b[k+shift]
			}
			like[i] = ab / math.Sqrt(aa*bb)
		}
		t.Logf("seed %d: %.2f, %.2f", seed, like[0], like[1])
		if like[0] < 0.6 || like[1] > 0.25 {
			t.Errorf("seed %d: talk and the sales after the lag are alike by %.2f, and by %.2f when talk sells nothing", seed, like[0], like[1])
		}
		if math.Abs(orders[1]/orders[0]-1) > 0.05 {
			t.Errorf("seed %d: %v orders follow the talk or not, %v do not", seed, orders[0], orders[1])
		}
	}
}

// Talk and sales of one seed tell one story: sales follow talk after the lag.
func TestTickets_FollowTheTalkAfterTheLag(t *testing.T) {
	const days, step = 14, 30 * time.Minute
	const perDay = int(24 * time.Hour / step)
	for _, lag := range []time.Duration{0, 90 * time.Minute, 6 * time.Hour, 20 * time.Hour} {
		for seed := uint64(1); seed <= 4; seed++ {
			talk := of(t, "mentions", seed, func(c *sim.Config) { c.Days, c.PerDay = days, 5000 })
			sales := of(t, "tickets", seed, func(c *sim.Config) { c.Days, c.Capacity, c.Demand, c.Lag = days, 100_000, 90, lag })
			// From the third day on, when the rush is over.
			a := excess(counts(talk, "mention", days, step)[2*perDay:], perDay)
			b := excess(counts(sales, "order.paid", days, step)[2*perDay:], perDay)
			best, at := 0.0, -1
			for shift := range 2 * perDay {
				s := 0.0
				for i := 0; i+shift < len(b)-perDay; i++ { // the last day has a rise of its own
					s += a[i] * b[i+shift]
				}
				if s > best {
					best, at = s, shift
				}
			}
			if got := time.Duration(at) * step; got < lag-step || got > lag+step {
				t.Errorf("seed %d: sales follow talk after %v, want %v", seed, got, lag)
			}
		}
	}
}

func TestMentions_AreLikeRealOnes(t *testing.T) {
	const days = 28
	events := of(t, "mentions", 9, func(c *sim.Config) { c.Days, c.PerDay = days, 1200 })
	if mean := float64(len(events)) / days; mean < 1160 || mean > 1240 {
		t.Errorf("%.0f mentions a day, 1200 were wanted", mean)
	}
	n := counts(events, "mention", days, 5*time.Minute)
	mean, square := sum(n)/float64(len(n)), 0.0
	for _, x := range n {
		square += (x - mean) * (x - mean)
	}
	// By chance alone the variance would be the mean. Recorded ones of a company
	// (five minutes, 4.2 in the mean) have 3.9 times that, and a peak of 14 means.
	fano, peak := square/float64(len(n))/mean, slices.Max(n)/mean
	t.Logf("in five minutes %.1f in the mean, variance %.1f means, peak %.1f", mean, fano, peak)
	if fano < 3 || fano > 10 || peak < 6 || peak > 25 {
		t.Errorf("variance %.1f means, peak %.1f", fano, peak)
	}
	night, evening, kinds := 0.0, 0.0, make(map[string]int)
	reach := make([]float64, 0, len(events))
	for i := range events {
		ev := &events[i]
		switch h := value(t, ev, "hour"); {
		case h >= 2 && h < 5:
			night++
		case h >= 19 && h < 22:
			evening++
		}
		s := value(t, ev, "sentiment")
		if s < -1 || s > 1 || (ev.Value("mood").String() == "negative") != (s < -0.2) {
			t.Fatalf("sentiment %v is %v", s, ev.Value("mood"))
		}
		kinds["lang "+ev.Value("lang").String()]++
		if ev.Value("topic").IsMissing() {
			kinds["none"]++
		}
		reach = append(reach, value(t, ev, "reach"))
	}
	t.Logf("%v at night, %v in the evening", night, evening)
	if evening < 4*night {
		t.Errorf("%v at night, %v in the evening", night, evening)
	}
	if part := float64(kinds["none"]) / float64(len(events)); part < 0.66 || part > 0.74 {
		t.Errorf("%.2f of them are about nothing that happened", part)
	}
	if part := float64(kinds["lang en"]) / float64(len(events)); part < 0.51 || part > 0.57 {
		t.Errorf("%.2f of them are English", part)
	}
	slices.Sort(reach)
	if m := reach[len(reach)/2]; m < 100 || m > 250 || reach[len(reach)-1] < 50*m {
		t.Errorf("reach %v in the middle, %v at most", m, reach[len(reach)-1])
	}
}

// A burst is at its top after twenty minutes and dies away by a third of itself an
// hour.
func TestMentions_BurstsDieAway(t *testing.T) {
	events := of(t, "mentions", 4, func(c *sim.Config) { c.Days, c.PerDay = 1, 50_000 })
	n := make([]float64, 24*60)
	for _, ev := range events {
		if ev.Value("topic").String() == "announcement" {
			n[ev.Clock/time.Minute]++
		}
	}
	if sum(n[:9*60]) != 0 {
		t.Error("talk before anything happened")
	}
	top, later := sum(n[9*60+15:9*60+35]), sum(n[9*60+165:9*60+185])
	if r := later / top; math.Abs(r-math.Exp(-1)) > 0.05 {
		t.Errorf("after 150 minutes %.3f of the talk is left, want 0.368", r)
	}
	if first := sum(n[9*60 : 9*60+5]); first > top/4 {
		t.Errorf("%v in the first five minutes, %v at the top", first, top)
	}
}

func TestSensor_FollowsTheDayAndFailsAsToldTo(t *testing.T) {
	for measure, w := range map[string]struct{ warm, cold int }{"temperature": {15, 6}, "co2": {15, 4}} {
		const days = 20
		share := func(faults int) (hours [24]float64, missing, absent, stuck, far float64) {
			var seen [24]float64
			events := of(t, "sensor", 8, func(c *sim.Config) { c.Days, c.Measures, c.Faults, c.Sensors = days, measure, faults, 4 })
			wanted := float64(4 * days * 24 * 12)
			var last, run [5]float64
			for i := range events {
				ev := &events[i]
				v := ev.Value("value")
				if v.IsMissing() {
					missing++
					continue
				}
				f := value(t, ev, "value")
				var k int
				fmt.Sscanf(ev.Value("sensor").String(), "sensor %d", &k)
				if run[k]++; f != last[k] {
					run[k] = 0
				}
				if run[k] == 5 {
					stuck++
				}
				if d := math.Abs(f - last[k]); last[k] != 0 && (measure == "co2" && d > 300 || measure != "co2" && d > 10) {
					far++
				} else {
					h := int(value(t, ev, "hour"))
					hours[h] += f
					seen[h]++
				}
				last[k] = f
			}
			for h := range hours {
				hours[h] /= seen[h]
			}
			return hours, missing / wanted, 1 - float64(len(events))/wanted, stuck, far
		}
		hours, missing, absent, stuck, far := share(0)
		if missing != 0 || absent != 0 || far != 0 {
			t.Errorf("%s: faults where none were wanted: %v missing, %v absent, %v far off", measure, missing, absent, far)
		}
		if d := hours[w.warm] - hours[w.cold]; measure == "co2" && (d < 200 || d > 600) || measure != "co2" && (d < 3 || d > 7) {
			t.Errorf("%s: %v in the day, %v at night", measure, hours[w.warm], hours[w.cold])
		}
		_, missing, absent, more, far := share(100)
		// Dropouts are 4 of 19 faulty readings, gaps 6.
		if math.Abs(missing-0.1*4/19) > 0.008 || math.Abs(absent-0.1*6/19) > 0.012 {
			t.Errorf("%s: %.4f missing, %.4f absent", measure, missing, absent)
		}
		if more < stuck+30 || far < 100 {
			t.Errorf("%s: stuck %v times (%v without faults), far off %v times", measure, more, stuck, far)
		}
	}
}

func TestSensor_ReadsAsOftenAsTold(t *testing.T) {
	for _, every := range []time.Duration{time.Second, 37 * time.Second, time.Hour, 24 * time.Hour} {
		events := of(t, "sensor", 1, func(c *sim.Config) { c.Days, c.Every, c.Faults = 1, every, 0 })
		if want := int((24*time.Hour + every - 1) / every); len(events) != want {
			t.Errorf("every %v: %d readings, want %d", every, len(events), want)
		}
		for i, ev := range events {
			if v := value(t, &ev, "value"); ev.Clock != time.Duration(i)*every || v < 10 || v > 32 {
				t.Fatalf("every %v: %v at %v", every, v, ev.Clock)
			}
		}
	}
}

func TestPlays_AreNarrowByDayAndWideAtNight(t *testing.T) {
	const days = 14
	events := of(t, "plays", 6, func(c *sim.Config) { c.Days = days })
	var distinct, n [24]float64
	seen := make(map[string]map[string]bool) // artist: genre and origin
	var recent []string
	for i := range events {
		ev := &events[i]
		a := ev.Value("artist").String()
		if slices.Contains(recent, a) {
			t.Fatalf("%s plays again within four plays", a)
		}
		if recent = append(recent, a); len(recent) > 4 {
			recent = recent[1:]
		}
		h := int(value(t, ev, "hour"))
		distinct[h] += value(t, ev, "distinct")
		n[h]++
		if seen[a] == nil {
			seen[a] = make(map[string]bool)
		}
		seen[a][ev.Value("genre").String()+ev.Value("origin").String()] = true
		if i > 0 {
			before := &events[i-1]
			if gap := ev.Clock - before.Clock; gap < time.Duration(value(t, before, "duration_s"))*time.Second {
				t.Fatalf("a track begins %v after one of %v s", gap, before.Value("duration_s"))
			}
		}
	}
	if drive, night := distinct[8]/n[8], distinct[3]/n[3]; drive > 12 || night < 16 {
		t.Errorf("%.1f artists among twenty plays in the morning, %.1f at night", drive, night)
	}
	if perDay := float64(len(events)) / days; perDay < 320 || perDay > 380 {
		t.Errorf("%.0f plays a day", perDay)
	}
	if len(seen) < 90 {
		t.Errorf("%d artists in two weeks", len(seen))
	}
	for a, is := range seen {
		if len(is) != 1 {
			t.Errorf("%s is of %d kinds", a, len(is))
		}
	}
}

// A programme that is said to be richer is richer, by the day: in genres, in
// artists, in how even they are.
func TestPlays_VarietyIsHeard(t *testing.T) {
	variety := []int{10, 40, 100, 400}
	for seed := range uint64(5) {
		events := of(t, "plays", seed+1, func(c *sim.Config) { c.Days, c.Variety = 8, variety })
		var artists, genres [8]map[string]bool
		for i := range events {
			ev := &events[i]
			day := int(value(t, ev, "day")) - 1
			if artists[day] == nil {
				artists[day], genres[day] = map[string]bool{}, map[string]bool{}
			}
			artists[day][ev.Value("artist").String()] = true
			genres[day][ev.Value("genre").String()] = true
		}
		for day := range 8 {
			if day%4 > 0 && (len(artists[day]) <= len(artists[day-1]) && len(artists[day]) < 90 || len(genres[day]) < len(genres[day-1])) {
				t.Errorf("seed %d, day %d of variety %d: %d artists of %d genres, the day before %d of %d", seed+1, day+1,
					variety[day%4], len(artists[day]), len(genres[day]), len(artists[day-1]), len(genres[day-1]))
			}
		}
		if len(genres[0]) != 1 || len(genres[3]) != 8 || len(artists[0]) > 15 {
			t.Errorf("seed %d: the poorest day has %d genres and %d artists, the richest %d genres", seed+1, len(genres[0]), len(artists[0]), len(genres[3]))
		}
	}
}

func TestNew_TellsKeysOfAnotherSimulation(t *testing.T) {
	for key, c := range map[string]sim.Config{
		"matches": {Of: "tickets", Matches: 3}, "players": {Of: "sensor", Players: []string{"A", "B"}},
		"days": {Of: "tennis", Days: 3}, "lag": {Of: "mentions", Lag: time.Hour}, "per_day": {Of: "tickets", PerDay: 10},
		"faults": {Of: "plays", Faults: 3}, "capacity": {Capacity: 10, Of: "plays"}, "variety_percent": {Of: "sensor", Variety: []int{40}},
	} {
		_, err := sim.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, &c)
		var ps sonify.Problems
		if !errors.As(err, &ps) || ps[0].Key != key || len(ps) != 1 || !strings.Contains(ps[0].Msg, "this key is for of = ") || !strings.Contains(ps[0].Hint, "of, seed") {
			t.Errorf("%s: %v", key, err)
		}
	}
	for key, c := range map[string]sim.Config{
		"of": {Of: "mention"}, "variety_percent": {Of: "plays", Variety: []int{100, 0}}, "days": {Of: "plays", Days: 121}, "capacity": {Of: "tickets", Capacity: -1},
		"demand_percent": {Of: "tickets", Demand: 1001}, "price": {Of: "tickets", Price: math.NaN()},
		"currency": {Of: "tickets", Currency: "euro"}, "lag": {Of: "tickets", Lag: -time.Hour},
		"per_day": {Of: "mentions", PerDay: -4}, "measures": {Of: "sensor", Measures: "noise"},
		"sensors": {Of: "sensor", Sensors: 65}, "every": {Of: "sensor", Every: time.Millisecond}, "faults": {Of: "sensor", Faults: 501},
	} {
		_, err := sim.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, &c)
		var ps sonify.Problems
		if !errors.As(err, &ps) || ps[0].Key != key || len(ps) != 1 {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, err := sim.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, &sim.Config{Of: "chess"})
	if err == nil || !strings.Contains(err.Error(), "there are: tennis, tickets, mentions, sensor, plays") {
		t.Errorf("an unknown simulation: %v", err)
	}
}

func ExampleInfo() {
	c := sim.Info().Config().(*sim.Config)
	c.Of, c.Capacity, c.Seed = "tickets", 300, 12
	s, err := sim.Info().New(sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally)}, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Run(context.Background(), func(ev sonify.Event) {
		if ev.Kind() != "order.paid" && ev.Kind() != "order.refunded" {
			fmt.Println("day", ev.Value("day"), ev.Kind(), ev.Value("sold"))
		}
	})
	// Output:
	// day 1 ticket.announcement 0
	// day 1 sale.opened 0
	// day 2 ticket.announcement 179
	// day 3 ticket.announcement 204
	// day 4 ticket.announcement 220
	// day 5 ticket.announcement 248
	// day 6 ticket.announcement 278
	// day 7 sale.sold_out 300
	// day 7 ticket.announcement 300
	// day 7 sale.closed 300
}
