package heard_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/sonify"
	"proscenium/sonify/midi"
	"proscenium/sonify/sonifytest"
)

// What is heard is what was played: every note, at its time, with its voice's
// place, and nothing else.
func TestRead_GivesTheNotesOfThePerformance(t *testing.T) {
	var b bytes.Buffer
	var r sonifytest.Recorder
	p := sonifytest.Performance{Bars: 64}
	if _, err := p.Play(midi.NewWriter(&b)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Play(&r); err != nil {
		t.Fatal(err)
	}
	f, err := heard.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Notes) != len(r.Notes) {
		t.Fatalf("%d notes are heard, %d were played", len(f.Notes), len(r.Notes))
	}
	type key struct {
		part, key int
		beat      float64
	}
	played := map[key]sonify.Note{}
	for _, n := range r.Notes {
		played[key{n.Voice + 1, n.Pitch.Key(), float64(n.Tick) / float64(sonify.PPQ)}] = n
	}
	for _, n := range f.Notes {
		p, ok := played[key{n.Part, n.Key, n.Beat}]
		if !ok {
			t.Fatalf("%+v was not played", n)
		}
		// A tick is the first at or after the frame.
		if want := p.Frame.Duration().Seconds(); math.Abs(n.At-want) > 0.001 || n.Velocity != int(p.Velocity) {
			t.Errorf("%+v, played at %.4f s with velocity %d", n, want, p.Velocity)
		}
		if n.Beats*float64(sonify.PPQ) > float64(p.Length)+0.5 || n.Length <= 0 {
			t.Errorf("%+v, played %d ticks long", n, p.Length)
		}
		if v := r.Header.Voices[p.Voice]; n.Channel != 10 && n.Program != v.MIDIProgram && v.MIDIProgram != 0 {
			t.Errorf("%+v: the program of %s is %d", n, v.Name, v.MIDIProgram)
		}
	}
	// Bars by the meters: 4/4 to the middle, then 3/4.
	last := f.Bars[len(f.Bars)-1]
	if len(f.Bars) < 64 || math.Abs(last-f.Seconds) > 3 {
		t.Errorf("%d bars to %.2f s of %.2f", len(f.Bars), last, f.Seconds)
	}
	for _, n := range f.Notes {
		if n.At < f.Bars[n.Bar]-1e-9 || n.At >= f.Bars[n.Bar+1] {
			t.Fatalf("%+v: its bar is from %.3f to %.3f", n, f.Bars[n.Bar], f.Bars[n.Bar+1])
		}
	}
}

func TestRead_SaysWhatIsNoMIDI(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("RIFF"), []byte("MThd\x00\x00\x00\x06\x00\x01\x00\x01\xe7\x28MTrk\x00\x00\x00\x04\x00\xff\x2f\x00")} {
		if _, err := heard.Read(b); err == nil {
			t.Errorf("% x was read", b)
		}
	}
}

func TestCurves(t *testing.T) {
	notes := []heard.Note{{At: 0.5, Length: 1, Key: 60}, {At: 1.2, Length: 0.1, Key: 70}, {At: 1.9, Length: 0.2, Key: 74}, {At: 5, Length: 0.5, Key: 50}}
	for name, c := range map[string]struct{ got, want []float64 }{
		"onsets":   {heard.Onsets(notes, 1, 6.5), []float64{1, 2, 0, 0, 0, 1, 0}},
		"mean":     {heard.Mean(notes, 1, 6.5, func(n *heard.Note) float64 { return float64(n.Key) }), []float64{60, 72, 72, 72, 72, 50, 50}},
		"sounding": {heard.Sounding(notes, 1, 6.5), []float64{0.5, 0.6, 0.1, 0, 0, 0.5, 0}},
		"smooth":   {heard.Smooth([]float64{0, 3, 0, 3}, 3), []float64{1.5, 1, 2, 1.5}},
		"no time":  {heard.Onsets(notes, 1, 0), []float64{}},
	} {
		if !near(c.got, c.want) {
			t.Errorf("%s: %v, expected %v", name, c.got, c.want)
		}
	}
	steps := heard.Steps([]float64{0, 2, 4}, []heard.Note{{At: 0, Bar: 0}, {At: 0.76, Bar: 0}, {At: 3.01, Bar: 1}}, 8)
	if got := fmt.Sprint(steps); got != "[[true false false true false false false false] [false false false false true false false false]]" {
		t.Error(got)
	}
}

func TestStatistics(t *testing.T) {
	x := []float64{1, 2, 3, 5, 8, 13, 2, 1}
	double := make([]float64, len(x))
	cube := make([]float64, len(x))
	for i, v := range x {
		double[i], cube[i] = 7-2*v, v*v*v
	}
	if p := heard.Pearson(x, double); math.Abs(p+1) > 1e-12 {
		t.Errorf("Pearson of x and 7-2x is %v", p)
	}
	if p, s := heard.Pearson(x, cube), heard.Spearman(x, cube); !(p < 0.97) || math.Abs(s-1) > 1e-12 {
		t.Errorf("of x and its cube: Pearson %v, Spearman %v", p, s)
	}
	if p := heard.Pearson(x, []float64{3, 3, 3, 3, 3, 3, 3, 3}); !math.IsNaN(p) {
		t.Errorf("Pearson with a constant is %v", p)
	}
	// A curve that another follows seven steps later.
	var a, b []float64
	for i := range 200 {
		v := math.Sin(float64(i)*0.3) + math.Sin(float64(i*i)*0.01)
		a = append(a, v)
		if i < 7 {
			b = append(b, 0)
		} else {
			b = append(b, 3*a[i-7]+1)
		}
	}
	if at, v := heard.Peak(heard.Correlations(a, b, 40)); math.Abs(at-7) > 0.3 || v < 0.99 {
		t.Errorf("the lag is heard as %.2f, correlation %.3f", at, v)
	}
	if at, _ := heard.Peak([]float64{math.NaN()}); at != -1 {
		t.Errorf("a peak of nothing at %v", at)
	}
}

func near(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !(math.Abs(a[i]-b[i]) < 1e-9) {
			return false
		}
	}
	return true
}

// How a decoder starts: the rate of what one part plays, and how it goes with
// what is known of the data.
func Example() {
	var b bytes.Buffer
	if _, err := (sonifytest.Performance{Bars: 8, Plain: true}).Play(midi.NewWriter(&b)); err != nil {
		panic(err)
	}
	f, err := heard.Read(b.Bytes())
	if err != nil {
		panic(err)
	}
	drums := f.Select(func(n *heard.Note) bool { return n.Channel == 10 && n.Key == 36 })
	rate := heard.Onsets(drums, 2, f.Seconds)
	fmt.Println(len(drums), "kicks,", len(rate), "windows")
	// Output: 8 kicks, 11 windows
}
