package web_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"proscenium/sonify/chip"
)

// busy is a piece in which something happens all the time.
const busy = `title = "A match"
mapping = "tennis"
seed = 7
[source.court]
type = "sim"
of = "tennis"
speed = 60
`

// long is for how many seconds the promise of the player is tried.
func long() int {
	if testing.Short() {
		return 20
	}
	return 120
}

// hearing waits until a browser heard so many seconds of sound.
func hearing(t *testing.T, b tab, seconds int) {
	t.Helper()
	for s := 0; s < seconds; {
		s = min(s+20, seconds)
		until[bool](t, b, `ear.heard >= 48000 * `+strconv.Itoa(s))
	}
}

// TestPlayer_TwoMinutes is the promise of the player: what leaves it, of somebody
// who joins late and whose line is cut, is what "proscenium render" makes of the
// station's log, sample for sample; and two browsers hear it at the same time.
func TestPlayer_TwoMinutes(t *testing.T) {
	a := start(t, busy)
	s := newSink(t)
	tabs := opened(t, s)
	first, late := tabs[0], tabs[1]
	t.Logf("%s sounds %.0f ms after the click", first.name(), a.listening(t, first, a.address("127.0.0.1")))
	hearing(t, first, long()/8)
	t.Logf("%s sounds %.0f ms after the click", late.name(), a.listening(t, late, a.address("127.0.0.1")))
	for _, b := range tabs {
		if way := run[string](t, b, `proscenium.sound.way`); way != "exact" {
			t.Errorf("%s plays %q, it should play the exact samples", b.name(), way)
		}
	}
	hearing(t, late, long()/3)
	before := run[int](t, late, `proscenium.score.known`)
	a.cut()
	until[bool](t, late, `proscenium.score.known > 48000 + `+strconv.Itoa(before))
	hearing(t, late, long())
	a.quiet(t, tabs...)

	var heard []*recording
	for _, b := range tabs {
		heard = append(heard, a.recorded(t, b))
	}
	want := a.rendered(t)
	var verdicts []*verdict
	for _, r := range heard {
		v := r.judge(t, want, fadedExact)
		if v.exact < long()*chip.Rate/2 {
			t.Errorf("%s: only %d frames could be compared", r.who, v.exact)
		}
		verdicts = append(verdicts, v)
	}

	var apart []float64
	for _, n := range a.score(t) {
		x, ok := heard[0].heardAt(verdicts[0], n.Frame)
		y, also := heard[1].heardAt(verdicts[1], n.Frame)
		if ok && also {
			apart = append(apart, max(x-y, y-x))
		}
	}
	if len(apart) < long() {
		t.Fatalf("only %d notes were heard by both", len(apart))
	}
	slices.Sort(apart)
	t.Logf("%d notes, heard by both: apart at most %.1f ms at p50, %.1f at p99, %.1f in all; 50 at p99 are wanted",
		len(apart), apart[len(apart)/2], apart[len(apart)*99/100], apart[len(apart)-1])
	// A machine that is busy plays late, as the player says; two who do not keep step
	// at all are seconds apart.
	if half := apart[len(apart)/2]; half > 500 {
		t.Errorf("the same note is heard %.1f ms apart", half)
	}
}

// scored is a note of the station's score.
type scored struct {
	Type     string  `json:"type"`
	Frame    int64   `json:"frame"`
	Tick     int64   `json:"tick"`
	Length   int64   `json:"length"`
	Voice    string  `json:"voice"`
	Pitch    float64 `json:"pitch"`
	Velocity float64 `json:"velocity"` // of 1
	Key      int64   `json:"-"`        // what a MIDI instrument plays
}

// score is what "proscenium render" makes of the station's log: its notes.
func (a *onAir) score(t *testing.T) []scored {
	t.Helper()
	path := filepath.Join(a.log, "court")
	out, err := exec.Command(built.dir+"/proscenium", "render", path, "-q", "-o", "jsonl:-").Output()
	if err != nil {
		t.Fatalf("proscenium render %s: %v", path, err)
	}
	var notes []scored
	drums := map[string]int64{}
	for line := range bytes.Lines(out) {
		switch {
		case bytes.Contains(line, []byte(`"type":"score"`)):
			var head struct {
				Voices []struct {
					Name string
					Drum int64 `json:"midi_drum"`
				}
			}
			if err := json.Unmarshal(line, &head); err != nil {
				t.Fatal(err)
			}
			for _, v := range head.Voices {
				drums[v.Name] = v.Drum
			}
		case bytes.Contains(line, []byte(`"type":"note"`)):
			var n scored
			if err := json.Unmarshal(line, &n); err != nil {
				t.Fatal(err)
			}
			if n.Key = drums[n.Voice]; n.Key == 0 {
				n.Key = int64(math.Round(n.Pitch))
			}
			notes = append(notes, n)
		}
	}
	return notes
}
