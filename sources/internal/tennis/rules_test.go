package tennis

import (
	"strings"
	"testing"
)

// score plays points from the letters of s: 1 and 2 win points, a and b win
// whole games, A and B whole sets at six games to none. Blanks separate.
func playAll(t *testing.T, f Format, s *State, letters string) (last Outcome) {
	t.Helper()
	game := func(w int) {
		for n := s.Games; s.Games == n && !s.Over; {
			last = f.Play(s, w, Ruling{})
			if last.Set != 0 {
				return
			}
		}
	}
	for _, c := range letters {
		if s.Over {
			t.Fatalf("%q goes on after the end of the match", letters)
		}
		switch c {
		case '1', '2':
			last = f.Play(s, int(c-'0'), Ruling{})
		case 'a', 'b':
			game(int(c-'a') + 1)
		case 'A', 'B':
			for n := s.Set(); s.Set() == n && !s.Over; {
				game(int(c-'A') + 1)
			}
		}
	}
	return last
}

func TestPlay_ScoresByTheRules(t *testing.T) {
	five := Format{BestOf: 5, FinalAt: 6, FinalTo: 7}
	three := Format{BestOf: 3, FinalAt: 6, FinalTo: 10}
	long := Format{BestOf: 3}
	twelve := Format{BestOf: 3, FinalAt: 12, FinalTo: 7}
	mixed := Format{BestOf: 3, NoAd: true, FinalTo: 10, MatchTieBreak: true}
	six := strings.Repeat("ab", 6)
	for _, c := range []struct {
		name    string
		f       Format
		letters string
		score   string // sets games points
		winner  int
	}{
		{"love game", five, "1111", "0-0 1-0 0-0", 0},
		{"40-30 is no game", five, "111221", "0-0 1-0 0-0", 0},
		{"advantage is no game", five, "1112221", "0-0 0-0 4-3", 0},
		{"back to deuce", five, "11122212", "0-0 0-0 4-4", 0},
		{"two in a row from deuce", five, "1112221211", "0-0 1-0 0-0", 0},
		{"without advantage deuce decides", mixed, "1112222", "0-0 0-1 0-0", 0},
		{"6-4 is a set", five, "abababab aa", "1-0 0-0 0-0", 0},
		{"6-5 is none", five, "ababababab a", "0-0 6-5 0-0", 0},
		{"7-5 is one", five, "ababababab aa", "1-0 0-0 0-0", 0},
		{"6-6 brings a tie-break", five, six + "111111", "0-0 6-6 6-0", 0},
		{"won by seven", five, six + "1111111", "1-0 0-0 0-0", 0},
		{"and by two", five, six + "111111222222" + "121", "0-0 6-6 8-7", 0},
		{"tie-break 9-7", five, six + "111111222222" + "1211", "1-0 0-0 0-0", 0},
		{"three sets win five", five, "AAA", "3-0 0-0 0-0", 1},
		{"two do not", five, "BB", "0-2 0-0 0-0", 0},
		{"two sets win three", three, "BAB", "1-2 0-0 0-0", 2},
		{"final tie-break to ten goes on at seven", three, "AB" + six + "1111111", "1-1 6-6 7-0", 0},
		{"and ends at ten", three, "AB" + six + "1111111111", "2-1 0-0 0-0", 1},
		{"only in the final set", three, "A" + six + "1111111", "2-0 0-0 0-0", 1},
		{"final set by two games", long, "AB" + six + "ab", "1-1 7-7 0-0", 0},
		{"for ever", long, "AB" + six + strings.Repeat("ab", 60) + "a", "1-1 67-66 0-0", 0},
		{"until two games", long, "AB" + six + "abbb", "1-2 0-0 0-0", 2},
		{"no tie-break at 6-6 with one at 12-12", twelve, "AB" + six + "1111", "1-1 7-6 0-0", 0},
		{"but at 12-12", twelve, "AB" + six + six + "1111111", "2-1 0-0 0-0", 1},
		{"a tie-break for the third set", mixed, "AB" + "222222222", "1-1 0-0 0-9", 0},
		{"to ten", mixed, "AB" + "2222222222", "1-2 0-0 0-0", 2},
		{"by two", mixed, "AB" + "111111111" + "222222222" + "121", "1-1 0-0 11-10", 0},
	} {
		s := c.f.Start(1)
		last := playAll(t, c.f, &s, c.letters)
		got := strings.Join([]string{pair(s.Sets), pair(s.Games), pair(s.Points)}, " ")
		if got != c.score || last.Match != c.winner || s.Over != (c.winner != 0) {
			t.Errorf("%s: %s winner %d, want %s winner %d", c.name, got, last.Match, c.score, c.winner)
		}
	}
}

func pair(p [2]int) string {
	b := []byte{}
	for i, n := range p {
		if i > 0 {
			b = append(b, '-')
		}
		if n >= 10 {
			b = append(b, byte('0'+n/10))
		}
		b = append(b, byte('0'+n%10))
	}
	return string(b)
}

func TestPlay_ServeAlternates(t *testing.T) {
	f := Format{BestOf: 3, FinalAt: 6, FinalTo: 7}
	s := f.Start(1)
	order := ""
	note := func() { order += string(byte('0' + s.Server)) }
	for range 12 {
		note()
		playAll(t, f, &s, string("ab"[s.Games[0]-s.Games[1]]))
	}
	if order != "121212121212" {
		t.Errorf("games served by %s", order)
	}
	if !s.TieBreak {
		t.Fatal("no tie-break at 6-6")
	}
	order = ""
	for i := range 12 {
		note()
		f.Play(&s, i%2+1, Ruling{})
	}
	if order != "122112211221" {
		t.Errorf("points of the tie-break served by %s", order)
	}
	f.Play(&s, 1, Ruling{})
	o := f.Play(&s, 1, Ruling{})
	if o.Set != 1 || o.Break || s.Server != 2 {
		t.Errorf("after the tie-break %d serves, outcome %+v", s.Server, o)
	}
}

func TestPlay_BreakIsAGameAgainstTheServe(t *testing.T) {
	f := Format{BestOf: 3, FinalAt: 6, FinalTo: 7}
	s := f.Start(2)
	if o := playAll(t, f, &s, "1111"); !o.Break || o.Game != 1 || !o.Love {
		t.Errorf("outcome %+v", o)
	}
	if o := playAll(t, f, &s, "11211"); o.Break || o.Love {
		t.Errorf("a held game is a break: %+v", o)
	}
	s = f.Start(0)
	if o := playAll(t, f, &s, "1111"); o.Break {
		t.Error("a break without anybody who served")
	}
}

func TestChances_SayWhatTheNextPointDecides(t *testing.T) {
	five := Format{BestOf: 5, FinalAt: 6, FinalTo: 7}
	mixed := Format{BestOf: 3, NoAd: true, FinalTo: 10, MatchTieBreak: true}
	for _, c := range []struct {
		name    string
		f       Format
		letters string
		want    Chances
	}{
		{"the beginning", five, "", Chances{}},
		{"30-40", five, "11222", Chances{BreakPoint: 2}},
		{"40-15", five, "1112", Chances{GamePoint: 1}},
		{"deuce", five, "111222", Chances{Deuce: true}},
		{"advantage", five, "1112221", Chances{GamePoint: 1}},
		{"back to deuce", five, "11122212", Chances{Deuce: true}},
		{"advantage of the receiver", five, "111222122", Chances{BreakPoint: 2}},
		{"deuce without advantage decides", mixed, "111222", Chances{Deuce: true, GamePoint: 1, BreakPoint: 2}},
		{"40-0 at 5-0, serving", five, "aaaa" + "b" + "a" + "111", Chances{GamePoint: 1, SetPoint: 1}},
		{"0-40 at 0-5", five, "bbbbb" + "222", Chances{GamePoint: 2, SetPoint: 2}},
		{"break and set point", five, "bbbb" + "a" + "b" + "222", Chances{BreakPoint: 2, SetPoint: 2}},
		{"6-5 in a tie-break", five, strings.Repeat("ab", 6) + "11111122222", Chances{SetPoint: 1}},
		{"6-6 in a tie-break", five, strings.Repeat("ab", 6) + "111111222222", Chances{}},
		{"match point", five, "AA" + "aaaaa" + "111", Chances{BreakPoint: 1, SetPoint: 1, MatchPoint: 1}},
		{"match tie-break 9-8", mixed, "AB" + "111111111" + "22222222", Chances{SetPoint: 1, MatchPoint: 1}},
	} {
		s := c.f.Start(1)
		playAll(t, c.f, &s, c.letters)
		if got := c.f.Chances(&s); got != c.want {
			t.Errorf("%s (%d serves): %+v, want %+v", c.name, s.Server, got, c.want)
		}
	}
}
