package tennis

import (
	"math"
	"testing"
)

var formats = []Format{
	{BestOf: 5, FinalAt: 6, FinalTo: 7},
	{BestOf: 5, FinalAt: 6, FinalTo: 10},
	{BestOf: 3, FinalAt: 6, FinalTo: 7},
	{BestOf: 3},
	{BestOf: 5},
	{BestOf: 3, FinalAt: 12, FinalTo: 7},
	{BestOf: 3, NoAd: true, FinalTo: 10, MatchTieBreak: true},
	{BestOf: 1, FinalAt: 6, FinalTo: 7},
}

// lot is a small generator for tests.
type lot uint64

func (l *lot) below(n int) int {
	*l = *l*6364136223846793005 + 1442695040888963407
	return int(uint64(*l) >> 33 % uint64(n))
}

// walk plays random matches and calls visit with every score on the way.
func walk(f Format, matches int, visit func(s *State)) {
	l := lot(1)
	for range matches {
		s := f.Start(l.below(2) + 1)
		even := l.below(3) // some matches are one-sided, some go to the very end
		for n := 0; !s.Over && n < 5000; n++ {
			visit(&s)
			w := s.Server
			switch {
			case even == 0 && l.below(10) < 4, even == 1 && l.below(100) < 15:
				w = Other(w)
			case even == 2 && l.below(2) == 0:
				w = 1
			}
			f.Play(&s, w, Ruling{})
		}
		visit(&s)
	}
}

func TestWin_IsWhatItIsAfterTheNextPointOnAverage(t *testing.T) {
	for _, f := range formats {
		for _, p := range []float64{ServeMen, ServeWomen, 0.8} {
			m := NewModel(f, p)
			scores := 0
			walk(f, 40, func(s *State) {
				scores++
				w := m.Win(s)
				if s.Over {
					if w != 0 && w != 1 {
						t.Fatalf("%+v: %v after the end", f, w)
					}
					return
				}
				x, y := *s, *s
				f.Play(&x, s.Server, Ruling{})
				f.Play(&y, Other(s.Server), Ruling{})
				if mean := p*m.Win(&x) + (1-p)*m.Win(&y); math.Abs(mean-w) > 1e-12 {
					t.Fatalf("%+v p=%v: %v at %+v, but %v on average after the next point", f, p, w, *s, mean)
				}
			})
			if scores < 500 {
				t.Fatalf("%+v: only %d scores", f, scores)
			}
		}
	}
}

func TestWin_KnownValues(t *testing.T) {
	p := ServeMen
	m := NewModel(Format{BestOf: 5, FinalAt: 6, FinalTo: 7}, p)
	// A game held: p⁴(15-4p-10p²/(1-2p(1-p))), the textbook's sum.
	q := 1 - p
	want := math.Pow(p, 4)*(1+4*q+10*q*q) + 20*math.Pow(p*q, 3)*p*p/(1-2*p*q)
	if math.Abs(m.hold-want) > 1e-12 {
		t.Errorf("a game is held with %v, want %v", m.hold, want)
	}
	s := m.f.Start(1)
	one := m.Win(&s)
	s = m.f.Start(2)
	if two := m.Win(&s); math.Abs(one+two-1) > 1e-12 || math.Abs(one-0.5) > 0.01 {
		t.Errorf("chances at the start %v and %v", one, two)
	}
}

func TestImportance_IsLeastWhenNothingIsLeftAndGreatestAtTheEnd(t *testing.T) {
	for _, f := range formats {
		m := NewModel(f, ServeOther)
		walk(f, 20, func(s *State) {
			if i := m.Importance(s); i < 0 || i > 1 || s.Over && i != 0 {
				t.Fatalf("importance %v at %+v", i, *s)
			}
		})
	}
	f := formats[0]
	m := NewModel(f, ServeMen)
	start := f.Start(1)
	end := f.Start(1)
	playAll(t, f, &end, "ABAB"+"abababababab"+"111111222222")
	if a, b := m.Importance(&start), m.Importance(&end); a > 0.1 || b < 0.4 {
		t.Errorf("importance %v at the first point, %v at 6-6 in the last tie-break", a, b)
	}
}

// A record may say things that the rules do not know. The model answers with a
// probability all the same.
func TestWin_OfImpossibleScores(t *testing.T) {
	l := lot(7)
	for _, f := range formats {
		m := NewModel(f, ServeWomen)
		for range 20_000 {
			s := f.Start(l.below(3))
			s.Sets = [2]int{l.below(4), l.below(4)}
			s.Games = [2]int{l.below(20), l.below(20)}
			s.Points = [2]int{l.below(30), l.below(30)}
			s.TieBreak = l.below(2) == 0
			s.Server = l.below(3)
			w := m.Win(&s)
			if !(w >= 0 && w <= 1) {
				t.Fatalf("%v at %+v under %+v", w, s, f)
			}
			m.Importance(&s)
			f.Chances(&s)
		}
	}
}
