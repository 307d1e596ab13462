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
	"time"

	"proscenium/sonify/chip"
	"proscenium/web"
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
	web.Alone(t)
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

	together(t, a.score(t), heard, verdicts)
}

// most is how far apart, in milliseconds, two listeners of a station may hear a note,
// 99 times in 100.
const most = 50

// together fails the test unless two browsers hear the same notes at the same time, as
// the sample positions of their outputs say.
func together(t *testing.T, notes []scored, heard []*recording, verdicts []*verdict) {
	t.Helper()
	var all, steady []float64
	for _, n := range notes {
		x, ok := heard[0].heardAt(verdicts[0], n.Frame)
		y, also := heard[1].heardAt(verdicts[1], n.Frame)
		if !ok || !also {
			continue
		}
		apart := max(x-y, y-x)
		all = append(all, apart)
		// An output that stood still is put right within some seconds; a listener whose
		// messages came too late is moved later, and is told.
		if heard[0].settled(x) && heard[1].settled(y) && heard[0].delay(x) == heard[1].delay(y) {
			steady = append(steady, apart)
		}
	}
	if len(all) < long() {
		t.Fatalf("only %d notes were heard by both", len(all))
	}
	slices.Sort(all)
	slices.Sort(steady)
	t.Logf("%d notes heard by both: apart %.1f ms at p50, %.1f at p99, %.1f at most; the outputs stood still %d and %d times",
		len(all), at(all, 50), at(all, 99), all[len(all)-1], len(heard[0].slips()), len(heard[1].slips()))
	if len(steady) == 0 {
		t.Log("the outputs never ran for as long as it takes to be put right: this machine is too busy for more to be said")
		if at(all, 50) > 500 {
			t.Errorf("the same note is heard %.1f ms apart", at(all, 50))
		}
		return
	}
	t.Logf("%d notes while both outputs ran: apart %.1f ms at p50, %.1f at p99, %.1f at most; %d at p99 are wanted",
		len(steady), at(steady, 50), at(steady, 99), steady[len(steady)-1], most)
	if p99 := at(steady, 99); p99 > most {
		t.Errorf("the same note is heard %.1f ms apart at p99", p99)
	}
}

// at is a percentile of what is sorted.
func at(sorted []float64, percent int) float64 { return sorted[(len(sorted)-1)*percent/100] }

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

// A line that is gone for seconds is a gap, and no reason to play later from then on:
// what was missed comes in a heap, and is no sign of a slow line.
func TestPlayer_ABreakIsOver(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	b := chromiumTab(t, nil)
	a.listening(t, b, a.address("127.0.0.1"))
	hearing(t, b, 5)
	before := run[float64](t, b, `proscenium.sound.delay`)
	known := run[int](t, b, `proscenium.score.known`)
	a.refuse(4 * time.Second)
	until[bool](t, b, `proscenium.score.known > 48000 * 10 + `+strconv.Itoa(known))
	// To run dry once moves it by a step, and a machine that is busy by some more.
	if after := run[float64](t, b, `proscenium.sound.delay`); after > before+600 {
		t.Errorf("after a break of four seconds it plays %.0f ms late, before it %.0f", after, before)
	}
}

// TestPlayer_CutsMoveNobody: whose line was cut, again and again, hears the station at
// the time of one whose line was not.
func TestPlayer_CutsMoveNobody(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	whole, cut := chromiumTab(t, nil), chromiumTab(t, nil)
	for _, b := range []tab{whole, cut} {
		a.listening(t, b, a.address("127.0.0.1"))
	}
	for _, b := range []tab{whole, cut} {
		hearing(t, b, 3)
	}
	for range 4 {
		known := run[int](t, cut, `proscenium.score.known`)
		run[any](t, cut, `void proscenium.link.postMessage({ type: "cut", wait: 1500 })`)
		until[bool](t, cut, `proscenium.sound.late.cut === true`)
		until[bool](t, cut, `proscenium.sound.report.sounding && proscenium.score.known > 48000 * 5 + `+strconv.Itoa(known))
	}
	// A machine that is busy moves both, each by what it needs, and back when it is calm.
	type place struct{ At, Frame, Delay float64 }
	const where = `({ at: performance.timeOrigin + performance.now(), frame: proscenium.sound.frame, delay: proscenium.sound.delay })`
	apart := math.Inf(1)
	for end := time.Now().Add(45 * time.Second); time.Now().Before(end) && apart > most; time.Sleep(time.Second) {
		x, y := run[place](t, whole, where), run[place](t, cut, where)
		apart = math.Abs((x.Frame-y.Frame)/(chip.Rate/1000) - (x.At - y.At))
		t.Logf("one is %.0f ms late, who was cut %.0f: %.1f ms apart", x.Delay, y.Delay, apart)
	}
	if apart > most {
		t.Errorf("who was cut four times hears the station %.0f ms apart from who was not", apart)
	}
}
