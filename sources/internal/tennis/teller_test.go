package tennis_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/tennis"
	"proscenium/sources/sim"
)

// tell returns the events of one invented match.
func tell(t *testing.T, seed uint64, bestOf int) []sonify.Event {
	t.Helper()
	m := sim.Tournament{Seed: seed, Matches: 1, BestOf: bestOf}.Match(0)
	var events []sonify.Event
	teller := &tennis.Teller{Source: "court", Emit: func(ev sonify.Event) { events = append(events, ev) }}
	if _, err := teller.Tell(t.Context(), m, m.Format(), 0, 1); err != nil {
		t.Fatal(err)
	}
	return events
}

func number(ev *sonify.Event, name string) float64 {
	f, ok := ev.Value(name).Float()
	if !ok {
		return math.NaN()
	}
	return f
}

func yes(ev *sonify.Event, name string) bool {
	b, _ := ev.Value(name).Bool()
	return b
}

func TestTell_ValuesAreWhatTheShapesPromise(t *testing.T) {
	ranges := map[string][2]float64{
		"lead": {-1, 1}, "momentum": {-1, 1}, "tension": {0, 1}, "importance": {0, 1}, "stake": {0, 1},
		"leader": {0, 2}, "server": {1, 2}, "set": {1, 5}, "winner": {1, 2}, "brink": {0, 1}, "to_set": {0, 24}, "to_match": {0, 72}, "for": {0, 2}, "speed_kmh": {105, 240},
	}
	kinds := make(map[string]bool)
	for seed := range uint64(30) {
		for _, ev := range tell(t, seed, []int{5, 3, 1}[seed%3]) {
			kinds[ev.Kind()] = true
			if len(ev.Values) != len(ev.Shape.Fields()) {
				t.Fatalf("%s has %d values for %d fields", ev.Kind(), len(ev.Values), len(ev.Shape.Fields()))
			}
			if ev.Source != "court" || !ev.Timed {
				t.Fatalf("%s is of source %q, timed %v", ev.Kind(), ev.Source, ev.Timed)
			}
			for i, f := range ev.Shape.Fields() {
				v := ev.Values[i]
				if !v.IsMissing() && v.Type() != f.Type {
					t.Fatalf("%s: %s is a %v, promised was a %v", ev.Kind(), f.Name, v.Type(), f.Type)
				}
				if r, ok := ranges[f.Name]; ok && !v.IsMissing() {
					if n, _ := v.Float(); !(n >= r[0] && n <= r[1]) {
						t.Fatalf("%s: %s is %v", ev.Kind(), f.Name, n)
					}
				}
				if v.IsMissing() && (f.Name == "score" || f.Name == "lead" || f.Name == "tension" || f.Name == "winner") {
					t.Fatalf("%s lacks %s", ev.Kind(), f.Name)
				}
			}
		}
	}
	for _, s := range tennis.Shapes() {
		if !kinds[s.Kind()] {
			t.Errorf("no %s in thirty matches", s.Kind())
		}
	}
}

// TestTell_OrderWithinAPoint checks the order of what one point leads to, and
// that what it led to agrees with the point.
func TestTell_OrderWithinAPoint(t *testing.T) {
	order := map[string]int{}
	for i, s := range []string{"match_started", "point", "game_won", "break", "set_won", "tie_break", "deuce", "game_point", "break_point", "set_point", "match_point", "match_won"} {
		order["tennis."+s] = i
	}
	for seed := range uint64(20) {
		events := tell(t, seed, 5)
		if events[0].Kind() != "tennis.match_started" || events[len(events)-1].Kind() != "tennis.match_won" {
			t.Fatalf("begins with %s, ends with %s", events[0].Kind(), events[len(events)-1].Kind())
		}
		var point *sonify.Event // the last one
		clock := time.Duration(0)
		led := map[string]bool{}
		check := func() {
			if point == nil {
				return
			}
			for _, c := range []struct{ field, kind string }{
				{"game_won", "game_won"}, {"break", "break"}, {"set_won", "set_won"}, {"match_won", "match_won"},
				{"deuce", "deuce"}, {"game_point", "game_point"}, {"break_point", "break_point"},
				{"set_point", "set_point"}, {"match_point", "match_point"},
			} {
				if yes(point, c.field) != led["tennis."+c.kind] {
					t.Fatalf("point %v says %s %v, event %v", point.Value("point"), c.field, yes(point, c.field), led["tennis."+c.kind])
				}
			}
		}
		last := -1
		for i := range events {
			ev := &events[i]
			if ev.Clock < clock {
				t.Fatalf("clock runs back to %v", ev.Clock)
			}
			clock = ev.Clock
			if ev.Kind() == "tennis.point" {
				check()
				if point != nil {
					for _, f := range []string{"deuce", "game_point", "break_point", "set_point", "match_point", "tie_break"} {
						if yes(point, f) != yes(ev, "was_"+f) {
							t.Fatalf("%s after point %v, was_%s of the next is %v", f, point.Value("point"), f, yes(ev, "was_"+f))
						}
					}
					if number(point, "importance") != number(ev, "stake") {
						t.Fatal("the stake is not the importance announced")
					}
				}
				point, last, led = ev, 0, map[string]bool{}
			} else if point != nil {
				if ev.Clock != point.Clock {
					t.Fatalf("%s is not at its point's time", ev.Kind())
				}
				led[ev.Kind()] = true
			}
			if o := order[ev.Kind()]; o < last && ev.Kind() != "tennis.match_won" {
				t.Fatalf("%s comes too late", ev.Kind())
			} else {
				last = o
			}
		}
		check()
	}
}

func TestTell_LeadEndsWithTheWinner(t *testing.T) {
	for seed := range uint64(30) {
		events := tell(t, seed, 3)
		end := &events[len(events)-1]
		want := 1.0
		if number(end, "winner") == 2 {
			want = -1
		}
		if number(end, "lead") != want || number(end, "tension") != 0 || number(end, "importance") != 0 {
			t.Errorf("seed %d: lead %v, tension %v after the match won by %v", seed, number(end, "lead"), number(end, "tension"), number(end, "winner"))
		}
		if yes(end, "retired") || end.Value("retired").IsMissing() {
			t.Errorf("seed %d: retired %v", seed, end.Value("retired"))
		}
	}
}

func TestTell_TensionRises(t *testing.T) {
	var early, late, match, sum, n float64
	for seed := range uint64(40) {
		events := tell(t, seed, 5)
		for i := range events {
			ev := &events[i]
			if ev.Kind() != "tennis.point" || yes(ev, "match_won") {
				continue
			}
			v := number(ev, "tension")
			switch {
			case yes(ev, "match_point"):
				if v < 0.9 {
					t.Fatalf("tension %v at match point", v)
				}
				match++
			case number(ev, "set") == 1 && number(ev, "games1")+number(ev, "games2") == 0:
				early += v
				n++
			case number(ev, "set") == 5:
				late += v
				sum++
			}
		}
	}
	if match == 0 || sum == 0 || late/sum < early/n+0.15 {
		t.Errorf("tension %v at the start of matches, %v in the fifth set, %v match points", early/n, late/sum, match)
	}
}

// How near the end is may not depend on how the match stands: it is told by
// hand from the score.
func TestFewest_CountsThePointsOfAPerfectPlayer(t *testing.T) {
	// What the score says without playing it out: the games that are missing, four
	// points each, less those of this game. True until 5-5 and out of tie-breaks.
	byHand := func(ev *sonify.Event, p string) (set, match float64) {
		games, points := number(ev, "games"+p), number(ev, "points"+p)
		other := number(ev, "points"+map[string]string{"1": "2", "2": "1"}[p])
		game := max(4, other+2) - points
		set = (5-games)*4 + game
		return set, set + (3-1-number(ev, "sets"+p))*24
	}
	checked, last := 0, map[string]int{}
	for seed := range uint64(20) {
		for _, ev := range tell(t, seed, 5) {
			toSet, toMatch, brink := number(&ev, "to_set"), number(&ev, "to_match"), number(&ev, "brink")
			switch kind := ev.Kind(); {
			case kind == "tennis.match_point" && (toMatch != 1 || toSet != 1 || brink != 1),
				kind == "tennis.set_point" && toSet != 1,
				kind == "tennis.match_won" && (toMatch != 0 || toSet != 0 || brink != 0),
				kind == "tennis.match_started" && (toMatch != 72 || toSet != 24):
				t.Fatalf("seed %d: at %s it is %v points to the set, %v to the match, brink %v", seed, kind, toSet, toMatch, brink)
			case toMatch < toSet || kind == "tennis.point" && toMatch > 1 && brink != 8/(7+toMatch):
				t.Fatalf("seed %d: %v to the set, %v to the match, brink %v", seed, toSet, toMatch, brink)
			}
			last[ev.Kind()]++
			if ev.Kind() != "tennis.point" || number(&ev, "games1") >= 5 || number(&ev, "games2") >= 5 || yes(&ev, "match_won") {
				continue
			}
			s1, m1 := byHand(&ev, "1")
			s2, m2 := byHand(&ev, "2")
			if checked++; toSet != min(s1, s2) || toMatch != min(m1, m2) {
				t.Fatalf("seed %d: sets %v-%v, games %v-%v, points %v-%v: %v and %v points to go, want %v and %v", seed,
					ev.Value("sets1"), ev.Value("sets2"), ev.Value("games1"), ev.Value("games2"), ev.Value("points1"), ev.Value("points2"),
					toSet, toMatch, min(s1, s2), min(m1, m2))
			}
		}
	}
	if checked < 1000 || last["tennis.match_point"] < 20 || last["tennis.set_point"] < 50 {
		t.Errorf("only %d points were checked, %v", checked, last)
	}
}

func TestTell_BreakBackAnswersTheLastBreakOfTheSet(t *testing.T) {
	back, all := 0, 0
	for seed := range uint64(40) {
		last := 0.0
		for _, ev := range tell(t, seed, 3) {
			switch ev.Kind() {
			case "tennis.set_won":
				last = 0
			case "tennis.break":
				w := number(&ev, "winner")
				if want := last != 0 && last != w; yes(&ev, "back") != want {
					t.Fatalf("seed %d: a break by %v after one by %v, back is %v", seed, w, last, ev.Value("back"))
				}
				if all++; yes(&ev, "back") {
					back++
				}
				last = w
			}
		}
	}
	if back == 0 || back == all {
		t.Errorf("%d of %d breaks were answers", back, all)
	}
}

func TestTell_StopsWithTheCauseOfTheContext(t *testing.T) {
	enough := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	m := sim.Tournament{Seed: 1, Matches: 1, BestOf: 5}.Match(0)
	n := 0
	teller := &tennis.Teller{Emit: func(sonify.Event) {
		if n++; n == 100 {
			stop(enough)
		}
	}}
	if _, err := teller.Tell(ctx, m, m.Format(), 0, 1); err != enough {
		t.Errorf("error %v", err)
	}
	if n > 110 {
		t.Errorf("%d events after the end", n-100)
	}
}

// TestTell_IsTheSameEverywhere has the bits of every number of some matches.
func TestTell_IsTheSameEverywhere(t *testing.T) {
	h := sha256.New()
	for seed := range uint64(10) {
		for _, ev := range tell(t, seed, []int{5, 3}[seed%2]) {
			h.Write([]byte(ev.Kind()))
			binary.Write(h, binary.LittleEndian, int64(ev.Clock))
			for _, v := range ev.Values {
				h.Write([]byte{byte(v.Type())})
				if f, ok := v.Float(); ok {
					binary.Write(h, binary.LittleEndian, math.Float64bits(f))
				} else {
					h.Write([]byte(v.String()))
				}
			}
		}
	}
	const want = "8d665c5493d0cd824574231820b071bf6870a5abc4ada7684fd71a4de92ca0c7"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("the events of ten matches have the hash %s, want %s", got, want)
	}
}
