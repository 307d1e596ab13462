package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strconv"
	"testing"

	"proscenium/sonify/exact/nofma"
)

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

func TestRun_MakesTheEveningOfTheExample(t *testing.T) {
	var got bytes.Buffer
	if err := run(nil, &got, io.Discard); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../evening.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("evening.jsonl is not what the simulator makes of its seed")
	}
}

// Whatever the evening, time goes forward, the score is the sum of the points, and
// somebody wins.
func TestRun_IsAGame(t *testing.T) {
	overtimes := 0
	for seed := 1; seed <= 40; seed++ {
		var text bytes.Buffer
		if err := run([]string{"-seed", strconv.Itoa(seed)}, &text, io.Discard); err != nil {
			t.Fatal(err)
		}
		type event struct {
			T, Score1, Score2, Side, Points, Period, Winner int
			Kind, Result                                    string
			Left                                            int `json:"left_s"`
			Progress                                        float64
			Equaliser                                       bool
		}
		var last event
		var score [2]int
		for line := range bytes.Lines(text.Bytes()) {
			var e event
			if err := json.Unmarshal(line, &e); err != nil {
				t.Fatalf("seed %d: %v in %s", seed, err, line)
			}
			if e.Kind == "match.score" {
				score[e.Side-1] += e.Points
				if e.Equaliser != (score[0] == score[1]) {
					t.Errorf("seed %d: equaliser: %v at %v", seed, e.Equaliser, score)
				}
			}
			if e.T < last.T || e.Progress < last.Progress || e.Progress > 1 || e.Left < 0 || e.Period < last.Period || score != [2]int{e.Score1, e.Score2} {
				t.Fatalf("seed %d: %+v after %+v, the points make %v", seed, e, last, score)
			}
			last = e
		}
		winner := 1
		if score[1] > score[0] {
			winner = 2
		}
		if last.Kind != "match.ended" || last.Winner != winner || score[0] == score[1] || (last.Result == "overtime") != (last.Period > 4) {
			t.Errorf("seed %d ends with %+v", seed, last)
		}
		if last.Period > 4 {
			overtimes++
		}
	}
	if overtimes == 0 || overtimes > 10 {
		t.Errorf("%d of 40 evenings have overtime", overtimes)
	}
}
