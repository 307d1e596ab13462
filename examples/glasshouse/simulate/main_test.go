package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"proscenium/sonify/exact/nofma"
)

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

func TestRun_MakesTheDaysOfTheExample(t *testing.T) {
	var out, said bytes.Buffer
	if err := run(nil, &out, &said); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("..", "greenhouse.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Error("greenhouse.csv is not what the simulator makes of its seed")
	}
}

// With other weather, too, a house warms by day and is dry then, and only a vent that
// fails makes it too hot.
func TestRun_IsAGreenhouse(t *testing.T) {
	for seed := 1; seed <= 20; seed++ {
		for _, fails := range []string{"0", "2"} {
			var out, said bytes.Buffer
			if err := run([]string{"-seed", strconv.Itoa(seed), "-days", "3", "-fails", fails, "-every", "10"}, &out, &said); err != nil {
				t.Fatal(err)
			}
			rows := strings.Split(strings.TrimSpace(out.String()), "\n")[1:]
			if len(rows) != 3*144 {
				t.Fatalf("%d rows", len(rows))
			}
			hot := 0
			for i, row := range rows {
				cells := strings.Split(row, ",")
				air, err := strconv.ParseFloat(cells[1], 64)
				if err != nil {
					t.Fatal(err)
				}
				if light, err := strconv.ParseFloat(cells[3], 64); err != nil || light < 0 || i%144 < 30 && light > 1 {
					t.Errorf("seed %d: %s", seed, row)
				}
				if air > 36 {
					if hot++; i/144 != 1 || fails == "0" {
						t.Errorf("seed %d, vent fails on day %s: %s", seed, fails, row)
					}
				}
				if air < 4 || air > 55 {
					t.Errorf("seed %d: %s", seed, row)
				}
			}
			if fails == "2" && hot < 12 {
				t.Errorf("seed %d: the vent failed and it was too hot for %d rows", seed, hot)
			}
		}
	}
}

func TestRun_RefusesWhatItCannotMake(t *testing.T) {
	for _, args := range [][]string{{"-days", "0"}, {"-days", "9999"}, {"-every", "0"}, {"-fails", "5", "-days", "4"}, {"-seed", "x"}} {
		var out, said bytes.Buffer
		if err := run(args, &out, &said); err == nil || out.Len() > 0 {
			t.Errorf("%s was accepted", strings.Join(args, " "))
		}
	}
}
