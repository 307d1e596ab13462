package tension

import (
	"math"
	"testing"
)

// tone adds a sawtooth of six partials.
func tone(x []float32, from, to float64, hz, level float64) {
	for i := int(from * 48000); i < int(to*48000); i++ {
		s := 0.0
		for k := 1; k <= 6; k++ {
			s += math.Sin(2*math.Pi*hz*float64(k)*float64(i)/48000) / float64(k)
		}
		x[i] += float32(s * level)
	}
}

func TestPair_GivesTheAmplitudesOfSines(t *testing.T) {
	const n = 1024
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = 0.5 * math.Sin(2*math.Pi*40*float64(i)/n)
		y[i] = 0.25 * math.Cos(2*math.Pi*100*float64(i)/n)
	}
	ax, ay := make([]float64, n/2), make([]float64, n/2)
	newTransform(n).pair(x, y, ax, ay)
	for k := range ax {
		wantX, wantY := 0.0, 0.0
		switch k {
		case 40:
			wantX = 0.5
		case 39, 41:
			wantX = 0.25
		case 100:
			wantY = 0.25
		case 99, 101:
			wantY = 0.125
		}
		if math.Abs(ax[k]-wantX) > 1e-9 || math.Abs(ay[k]-wantY) > 1e-9 {
			t.Fatalf("bin %d: %v and %v, expected %v and %v", k, ax[k], ay[k], wantX, wantY)
		}
	}
}

// Two sines are roughest a quarter of a critical band apart, and not at all when
// they are one or far apart (Plomp and Levelt).
func TestRoughness_OfTwoSines(t *testing.T) {
	at := func(d float64) float64 { return roughness([]peak{{500, 1}, {500 + d, 1}}) }
	best := 0.0
	for d := 1.0; d < 300; d++ {
		if at(d) > at(best) {
			best = d
		}
	}
	// 0.24/(0.0207·500+18.96) per Hz; the curve's top is where 3.51 e^-3.51x = 5.75 e^-5.75x.
	if want := math.Log(5.75/3.51) / (5.75 - 3.51) / (0.24 / (0.0207*500 + 18.96)); math.Abs(best-want) > 1 {
		t.Errorf("roughest %v Hz apart, expected %.1f", best, want)
	}
	if at(0) != 0 || at(400) > 0.05*at(best) {
		t.Errorf("one sine %v, far apart %v, at most %v", at(0), at(400), at(best))
	}
}

// Each of the four follows what it is named after, and only its change.
func TestOf_TellsWhatChanged(t *testing.T) {
	const length = 24
	render := func(change func(x []float32, from, to float64)) *Curve {
		x := make([]float32, length*48000)
		for s := 0.0; s < length; s += 0.5 { // quarter notes at 120
			if s >= 8 && s < 16 {
				change(x, s, s+0.45)
			} else {
				tone(x, s, s+0.45, 220, 0.1)
				tone(x, s, s+0.45, 330, 0.1)
			}
		}
		return Of(x)
	}
	middle := func(f []float64) (in, out float64) { return mean(f[9:15]), (mean(f[1:7]) + mean(f[17:23])) / 2 }
	for name, c := range map[string]struct {
		change  func(x []float32, from, to float64)
		feature func(c *Curve) []float64
	}{
		"density": {func(x []float32, from, to float64) {
			for s := from; s < to; s += 0.125 {
				tone(x, s, s+0.1, 220, 0.1)
				tone(x, s, s+0.1, 330, 0.1)
			}
		}, func(c *Curve) []float64 { return c.Density }},
		"register": {func(x []float32, from, to float64) {
			tone(x, from, to, 440, 0.1)
			tone(x, from, to, 660, 0.1)
		}, func(c *Curve) []float64 { return c.Register }},
		"dissonance": {func(x []float32, from, to float64) {
			tone(x, from, to, 261.6, 0.1) // a semitone in place of a fifth, about the same middle
			tone(x, from, to, 277.2, 0.1)
		}, func(c *Curve) []float64 { return c.Dissonance }},
		"loudness": {func(x []float32, from, to float64) {
			tone(x, from, to, 220, 0.2)
			tone(x, from, to, 330, 0.2)
		}, func(c *Curve) []float64 { return c.Loudness }},
	} {
		curve := render(c.change)
		if in, out := middle(ZScores(c.feature(curve))); in < out+1 {
			t.Errorf("%s: %.2f where it is greater, %.2f where not", name, in, out)
		}
		if in, out := middle(curve.Tension); in < out+0.2 {
			t.Errorf("%s alone: tension %.2f where it is greater, %.2f where not", name, in, out)
		}
	}
	in, out := middle(render(func(x []float32, from, to float64) {
		tone(x, from, to, 220, 0.2)
		tone(x, from, to, 330, 0.2)
	}).Loudness)
	if d := in - out; math.Abs(d-20*math.Log10(2)) > 0.1 {
		t.Errorf("twice the amplitude is %.2f dB louder", d)
	}
}

func TestOf_Silence(t *testing.T) {
	c := Of(make([]float32, 5*48000+17))
	for i, v := range c.Tension {
		if v != 0 || c.Loudness[i] != -70 || c.Dissonance[i] != 0 {
			t.Errorf("second %d of silence: %v, %v LUFS, dissonance %v", i, v, c.Loudness[i], c.Dissonance[i])
		}
	}
	if len(c.Tension) != 5 {
		t.Errorf("%d seconds", len(c.Tension))
	}
	Of(nil)
}

func TestAbout(t *testing.T) {
	curve := make([]float64, 100)
	for i := range curve {
		switch {
		case i < 40:
			curve[i] = 1
		case i < 60:
			curve[i] = 1 + float64(i-40)/10
		case i < 64:
			curve[i] = 5
		}
	}
	a, ok := About(curve, 60.4, 63.5)
	if !ok || a.Earlier != 1 || math.Abs(a.Slope-0.1) > 1e-9 || math.Abs(a.Before-1.95) > 1e-9 || a.During != 5 || a.After != 0 || !a.Rises() || !a.Falls() {
		t.Errorf("%v %v", a, ok)
	}
	if _, ok := About(curve, 10, 12); ok {
		t.Error("ten seconds before are not twenty")
	}
}
