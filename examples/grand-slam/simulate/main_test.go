package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/slam"
)

// The final that the example plays is what the simulator makes of this seed.
var final = []string{"-seed", "452", "-best-of", "5", "-players", "Bruno Bitcrush, Pavel Pulsewave"}

func TestRun_MakesTheFinalOfTheExample(t *testing.T) {
	list := filepath.Join(t.TempDir(), "matches.csv")
	var out, said bytes.Buffer
	if err := run(append(final, "-matches-file", list), &out, &said); err != nil {
		t.Fatal(err)
	}
	same := func(name string, got []byte) {
		want, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the simulator makes of its seed", name)
		}
	}
	same("2026-final-points.csv", out.Bytes())
	got, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	same("2026-final-matches.csv", got)
}

func TestRun_TheFinalIsWorthHearing(t *testing.T) {
	points, err := os.Open(filepath.Join("..", "2026-final-points.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer points.Close()
	kinds := make(map[string]int)
	breaks := make(map[string]int)
	saved := make(map[string]int)
	result := ""
	err = slam.Decode(points, nil, *slam.Info().Config().(*slam.Config), nil, func(ev sonify.Event) {
		kinds[ev.Kind()]++
		switch ev.Kind() {
		case "tennis.break":
			breaks[ev.Value("winner").String()]++
		case "tennis.point":
			for _, k := range []string{"set", "match"} {
				could, _ := ev.Value("was_" + k + "_point").Bool()
				did, _ := ev.Value(k + "_won").Bool()
				if could && !did {
					saved[k]++
				}
			}
		case "tennis.match_won":
			result = ev.Value("result").String()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := kinds["tennis.point"]; n < 250 || n > 330 {
		t.Errorf("%d points", n)
	}
	if kinds["tennis.set_won"] != 5 || kinds["tennis.tie_break"] == 0 || kinds["tennis.match_won"] != 1 {
		t.Errorf("no five sets with a tie-break: %v", kinds)
	}
	if breaks["1"] == 0 || breaks["2"] == 0 {
		t.Errorf("no breaks both ways: %v", breaks)
	}
	if saved["set"] == 0 || saved["match"] == 0 {
		t.Errorf("nothing was saved: %v", saved)
	}
	if result != "6-1 3-6 4-6 7-6(5) 6-4" {
		t.Errorf("result %s", result)
	}
}

func TestRun_RefusesWhatItCannotPlay(t *testing.T) {
	for _, args := range [][]string{
		{"-matches", "0"}, {"-matches", "99999999"}, {"-best-of", "4"}, {"-players", "Ada Arpeggio"}, {"-first", "-3"},
		{"-matches-file", filepath.Join(t.TempDir(), "no", "such", "folder.csv")},
	} {
		var out, said bytes.Buffer
		if err := run(args, &out, &said); err == nil {
			t.Errorf("%s was accepted", strings.Join(args, " "))
		}
		if out.Len() != 0 {
			t.Errorf("%s wrote points", strings.Join(args, " "))
		}
	}
}
