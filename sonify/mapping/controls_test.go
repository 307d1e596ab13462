package mapping_test

import (
	"fmt"
	"math"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sound"
)

// ears is a sink that keeps what it hears.
type ears struct{ frames []pcm.Frame }

func (e *ears) Write(b []pcm.Frame) error       { e.frames = append(e.frames, b...); return nil }
func (e *ears) Mark(sonify.Frame, string) error { return nil }
func (e *ears) Finish() error                   { return nil }
func (e *ears) Close() error                    { return nil }

// at returns what was heard between two moments, in seconds, on one side.
func (e *ears) at(from, to float64, side int) []float64 {
	var out []float64
	for _, f := range e.frames[int(from*48000):int(to*48000)] {
		out = append(out, float64(f[side])/pcm.Full)
	}
	return out
}

func level(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(x)))
}

// partial returns the amplitude of one frequency, by Hann's window.
func partial(x []float64, hz float64) float64 {
	re, im := 0.0, 0.0
	for i, v := range x {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(len(x)))
		s, c := math.Sincos(2 * math.Pi * hz * float64(i) / 48000)
		re, im = re+v*w*c, im+v*w*s
	}
	return 4 * math.Hypot(re, im) / float64(len(x))
}

// Each parameter is heard to move from the moment a control moves it, as far as
// it says.
func TestControls_AreHeard(t *testing.T) {
	const piece = `
tempo = 120
[source.s]
type = "script"
max_gap = "0s"
[signal.x]
on = "r"
value = "v"
domain = [0, 1]
start = 0
[voice.a]
duty = 2
volume = 12
echo = { level = 0, delay = "1/8" }
[[pattern]]
voice = "a"
rhythm = "x..............."
notes = "0"
centre = "A4"
length = %v
[[control]]
voice = "a"
what = "%s"
to = { from = "signal.x", range = [%v, %v] }
[mix]
loudness = "off"
guard = false
`
	hear := func(what string, low, high, length float64) *ears {
		e := &ears{}
		src := fmt.Sprintf(piece, length, what, low, high)
		perform(t, compile(t, src, "0 r v=0\n3.9 r v=1\n7 r v=1\n"), sound.New([]pcm.Sink{e}, sound.Options{}))
		return e
	}
	between := func(what string, got, low, high float64) {
		if !(got >= low && got <= high) {
			t.Errorf("%s: %.3f, want %.3f to %.3f", what, got, low, high)
		}
	}
	// Notes begin at 0, 2, 4 and 6 s; the control moves at 4 s.
	e := hear("duty", 0, 2, 14)
	between("second partial at 12.5 %", partial(e.at(2.2, 3.2, 0), 880)/partial(e.at(2.2, 3.2, 0), 440), 0.91, 0.94) // sin(π/4)/2 / sin(π/8)
	between("second partial of a square", partial(e.at(4.2, 5.2, 0), 880)/partial(e.at(4.2, 5.2, 0), 440), 0, 0.01)

	e = hear("volume", 0.5, 1, 14)
	between("volume", level(e.at(4.2, 5.2, 0))/level(e.at(2.2, 3.2, 0)), 1.95, 2.05)

	e = hear("pan", 0, 1, 14)
	between("left, in the middle", level(e.at(2.2, 3.2, 0))/level(e.at(2.2, 3.2, 1)), 0.99, 1.01)
	between("left, at the right", level(e.at(4.2, 5.2, 0))/level(e.at(4.2, 5.2, 1)), 0, 0.01)

	e = hear("bend", 0, 100, 14)
	between("A4 before", partial(e.at(2.2, 3.2, 0), 440)/partial(e.at(4.2, 5.2, 0), 466.164), 0.99, 1.01)
	between("A4 when bent", partial(e.at(4.2, 5.2, 0), 440)/partial(e.at(2.2, 3.2, 0), 440), 0, 0.05)

	e = hear("vibrato", 0, 100, 14)
	between("A4 with vibrato", partial(e.at(4.5, 5.5, 0), 440)/partial(e.at(2.5, 3.5, 0), 440), 0, 0.5)

	e = hear("echo", 0, 0.5, 0.9) // a sixteenth of 125 ms, its echo 250 ms after it
	between("no echo", level(e.at(2.26, 2.34, 0))/level(e.at(2.02, 2.1, 0)), 0, 0.01)
	between("echo", level(e.at(4.26, 4.34, 0))/level(e.at(4.02, 4.1, 0)), 0.45, 0.55)
}
