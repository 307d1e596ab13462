package score_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/score"
)

func centsOf(s score.Scale) string {
	var out []string
	for _, p := range s.Steps {
		out = append(out, fmt.Sprintf("%.2f", p.Cents()))
	}
	return fmt.Sprintf("%s / %.2f", strings.Join(out, " "), s.Period.Cents())
}

func TestParseScale_ReadsListsAndDivisions(t *testing.T) {
	for text, want := range map[string]string{
		"0 204 386.5 702":                    "0.00 204.00 386.50 702.00 / 1200.00",
		"0 204 386 702 1200":                 "0.00 204.00 386.00 702.00 / 1200.00",
		"0 300 900 1901.955":                 "0.00 300.00 900.00 / 1901.95",
		"1/1 9/8 5/4 3/2":                    "0.00 203.91 386.31 701.95 / 1200.00",
		"1 9/8 5/4 3/2 2":                    "0.00 203.91 386.31 701.95 / 1200.00",
		"1/1 6/5 3/2 3/1":                    "0.00 315.64 701.95 / 1901.95",
		"5 edo":                              "0.00 240.00 480.00 720.00 960.00 / 1200.00",
		"5-EDO":                              "0.00 240.00 480.00 720.00 960.00 / 1200.00",
		"5tet":                               "0.00 240.00 480.00 720.00 960.00 / 1200.00",
		"five-equal":                         "0.00 240.00 480.00 720.00 960.00 / 1200.00",
		"slendro":                            "0.00 231.00 474.00 717.00 955.00 / 1200.00",
		"Minor_Pentatonic":                   "0.00 300.00 500.00 700.00 1000.00 / 1200.00",
		"1/1 16/15 5/4 4/3 3/2 8/5 15/8 2/1": "0.00 111.73 386.31 498.05 701.95 813.69 1088.27 / 1200.00",
	} {
		s, err := score.ParseScale(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := centsOf(s); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
		again, err := score.ParseScale(s.Name)
		if err != nil || centsOf(again) != want {
			t.Errorf("%q is called %q, which is read as %s, %v", text, s.Name, centsOf(again), err)
		}
	}
	for _, bad := range []string{"0", "0 0", "0 300 200", "100 200", "0 1100 1300 1200", "0 5000", "1/0 2/1", "5/4 3/2", "3/4 1/1", "1/1 x", "0 NaN", "0 1e99", "101 edo", "1 edo", "0 edo", "-5 edo", "0 204 cents", strings.Repeat("1 ", 200)} {
		if s, err := score.ParseScale(bad); err == nil {
			t.Errorf("%q is taken for the scale %s", bad, centsOf(s))
		} else if err.Error() == "" {
			t.Errorf("%q: an error without words", bad)
		}
	}
}

// The numbers of the tables are what their definitions give.
func TestTemperaments_FollowFromTheirFifths(t *testing.T) {
	chain := func(from int, fifths func(k int) float64) (out [12]float64) {
		for k := range 12 { // up from the lowest of the chain
			at := 0.0
			for j := range k {
				at += fifths(from + j)
			}
			back := 0.0
			for j := from; j < 0; j++ {
				back += fifths(j)
			}
			c := math.Mod(at-back+12000, 1200)
			out[((from+k)*7%12+12*7)%12] = c
		}
		return
	}
	pure, comma := 1200*math.Log2(1.5), 1200*math.Log2(531441.0/524288)
	for name, c := range map[string]struct {
		want  [12]float64
		fixed bool
	}{
		"pythagorean": {chain(-5, func(int) float64 { return pure }), false},
		"meantone":    {chain(-3, func(int) float64 { return 1200 * math.Log2(5) / 4 }), true},
		"werckmeister": {chain(-3, func(k int) float64 {
			if k >= 0 && k < 3 || k == 5 { // C-G, G-D, D-A, and B-F#
				return pure - comma/4
			}
			return pure
		}), true},
	} {
		tm, err := score.ParseTemperament(name)
		if err != nil {
			t.Fatal(err)
		}
		a := 0.0
		if c.fixed {
			a = c.want[9] - 900
		}
		for i, w := range c.want {
			got := tm.Tune(sonify.Key(60+i), sonify.Key(60)).Cents() - 6000
			if d := got - (w - a); d > 0.01 || d < -0.01 {
				t.Errorf("%s: key %d lies at %.3f, want %.3f", name, i, got, w-a)
			}
		}
		if c.fixed && tm.Tune(sonify.Key(69), sonify.Key(62)) != sonify.Key(69) {
			t.Errorf("%s moves A4", name)
		}
	}
}

func TestTemperament_OfDivisionsAndLists(t *testing.T) {
	for text, want := range map[string]string{
		"12 edo": "0 100 200 300 400 500 600 700 800 900 1000 1100",
		"19 edo": "0 126 189 316 379 505 568 695 821 884 1011 1074",
		"31-edo": "0 116 194 310 387 503 581 697 813 890 1006 1084",
		"just":   "0 112 204 316 386 498 590 702 814 884 1018 1088",
		"0 90 200 300 400 500 600 700 800 900 1000 1100": "0 90 200 300 400 500 600 700 800 900 1000 1100",
	} {
		tm, err := score.ParseTemperament(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var got []string
		for i := range 12 {
			got = append(got, fmt.Sprintf("%.0f", tm.Tune(sonify.Key(62+i), sonify.Key(62)).Cents()-6200))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %s, want %s", text, s, want)
		}
		if q := sonify.Key(60) + sonify.Semitone/2; tm.Tune(q, sonify.Key(60)) != q {
			t.Errorf("%q moves a quarter tone", text)
		}
	}
	for _, bad := range []string{"", "jast", "7 edo", "0 100 200", "0 1 2 3 4 5 6 7 8 9 10 11", "11 edo"} {
		if tm, err := score.ParseTemperament(bad); err == nil {
			t.Errorf("%q is taken for a temperament: %+v", bad, tm)
		}
	}
}

func TestKey_SpellsItself(t *testing.T) {
	for text, want := range map[string]string{"Bb major": "Bb major", "A# major": "Bb major", "Gb major": "Gb major", "F# major": "F# major", "Eb minor": "Eb minor", "C# minor": "C# minor", "D minor": "D minor", "F pelog": "F pelog"} {
		if got := key(t, text).String(); got != want {
			t.Errorf("%s is called %s, want %s", text, got, want)
		}
	}
	k, err := score.KeyOf([]string{"C", "Eb", "G", "Bb"})
	if err != nil {
		t.Fatal(err)
	}
	if got := k.String() + ", " + k.Up(2).String() + ", " + k.Up(-14).String(); got != "C Eb G Bb, D F A C, Bb Db F Ab" {
		t.Errorf("a key by notes and those above and below it are called %s", got)
	}
	if again := key(t, k.String()); again.String() != k.String() || len(again.Scale.Steps) != 4 {
		t.Errorf("%s is read as %s", k, again)
	}
}
