package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"proscenium/sonify/exact/nofma"
)

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

func TestRun_MakesTheDaysOfTheExample(t *testing.T) {
	var out, said bytes.Buffer
	if err := run(nil, &out, &said); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("..", "house.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Error("house.jsonl is not what the simulator makes of its seed")
	}
}

// On other days, too, a house is warm enough, and only a window that is forgotten makes
// it cold; what it says comes in the order of its time.
func TestRun_IsAHouse(t *testing.T) {
	for seed := 1; seed <= 20; seed++ {
		for _, forgets := range []string{"0", "2"} {
			var out, said bytes.Buffer
			if err := run([]string{"-seed", strconv.Itoa(seed), "-days", "3", "-forgets", forgets}, &out, &said); err != nil {
				t.Fatal(err)
			}
			cold, last := 0, ""
			for line := range bytes.Lines(out.Bytes()) {
				var m struct {
					At, Topic string
					Body      struct{ Temperature, Humidity, CO2 *float64 }
				}
				if err := json.Unmarshal(line, &m); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				if m.At < last {
					t.Errorf("seed %d: %s after %s", seed, m.At, last)
				}
				last = m.At
				if v := m.Body.Temperature; v != nil {
					if *v < 15 {
						cold++
					}
					if *v < 5 || *v > 26 {
						t.Errorf("seed %d: %s", seed, line)
					}
				}
				if v := m.Body.Humidity; v != nil && (*v < 40 || *v > 99) {
					t.Errorf("seed %d: %s", seed, line)
				}
				if v := m.Body.CO2; v != nil && (*v < 380 || *v > 1900) {
					t.Errorf("seed %d: %s", seed, line)
				}
			}
			if (cold > 0) != (forgets != "0") {
				t.Errorf("seed %d, forgotten on day %s: %d readings below 15 °C", seed, forgets, cold)
			}
		}
	}
}

func TestRun_Mistakes(t *testing.T) {
	for _, args := range [][]string{{"-days", "0"}, {"-forgets", "3"}, {"-nonsense"}} {
		var out, said bytes.Buffer
		if err := run(args, &out, &said); err == nil || out.Len() > 0 {
			t.Errorf("%v: %v", args, err)
		}
	}
}
