package speaker

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"proscenium/sonify/pcm"
)

// tone is a tone of so many frames, the right side softer.
func tone(frames int, peak float64) []pcm.Frame {
	p := make([]pcm.Frame, frames)
	for i := range p {
		v := peak * pcm.Full * math.Sin(2*math.Pi*440*float64(i)/48000)
		p[i] = pcm.Frame{int32(v), int32(v / 2)}
	}
	return p
}

// in gives v p in blocks of all kinds of lengths, and returns all that comes out.
func in(v *volume, p []pcm.Frame, dice *rand.Rand) (out []pcm.Frame) {
	for len(p) > 0 {
		n := min(1+dice.IntN(5000), len(p))
		out = append(out, v.apply(p[:n])...)
		p = p[n:]
	}
	return append(out, v.rest()...)
}

func top(p []pcm.Frame) (peak int32) {
	for _, f := range p {
		peak = max(peak, f[0], -f[0], f[1], -f[1])
	}
	return peak
}

// Whatever comes, however it is cut, no sample passes the ceiling, none is lost, and
// what stays below it is not touched.
func TestVolume_Ceiling(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for round := range 40 {
		ceiling := 0.02 + 0.9*dice.Float64()
		loud, soft := tone(20000, 0.999), tone(20000, ceiling*0.9)
		p := slices.Concat(soft, loud, soft, soft, soft, soft, soft, soft)
		if round%2 == 1 {
			for range 200 { // clicks
				p[dice.IntN(len(p))] = pcm.Frame{-pcm.Full, pcm.Full - 1}
			}
		}
		v := &volume{Volume: Volume{Ceiling: ceiling}}
		out := in(v, p, dice)
		if len(out) != len(p) {
			t.Fatalf("ceiling %.3f: %d frames of %d", ceiling, len(out), len(p))
		}
		if peak := top(out); float64(peak) > ceiling*pcm.Full+0.5 {
			t.Fatalf("ceiling %.3f: a sample of %.4f", ceiling, float64(peak)/pcm.Full)
		}
		if round%2 == 0 {
			if !slices.Equal(out[:19000], p[:19000]) {
				t.Errorf("ceiling %.3f: what is below it is turned down", ceiling)
			}
			if last := len(p) - 1000; !slices.Equal(out[last:], p[last:]) {
				t.Errorf("ceiling %.3f: it is still turned down after two seconds and a half", ceiling)
			}
			// In the loud stretch it is as loud as it may be.
			if peak := top(out[25000:35000]); float64(peak) < 0.95*ceiling*pcm.Full {
				t.Errorf("ceiling %.3f: turned down to %.4f", ceiling, float64(peak)/pcm.Full)
			}
		}
	}
}

// A gain that changes is a ramp without a step; one of 1 changes nothing, one of 0
// is silence.
func TestVolume_Gain(t *testing.T) {
	const level = 4_000_000
	flat := make([]pcm.Frame, 4800)
	for i := range flat {
		flat[i] = pcm.Frame{level, -level}
	}
	gain := 1.0
	v := &volume{Volume: Volume{Gain: func() float64 { return gain }}}
	if out := v.apply(flat); !slices.Equal(out, flat) {
		t.Error("a gain of 1 changes something")
	}
	last := flat[0]
	for _, gain = range []float64{0.5, 0.5, 0, 0, 1, 7} {
		for i, f := range v.apply(flat) {
			if d := f[0] - last[0]; d > level/4000 || d < -level/4000 {
				t.Fatalf("towards %v: a step of %d at frame %d", gain, d, i)
			}
			last = f
		}
		if want := int32(min(gain, 1) * level); last != (pcm.Frame{want, -want}) {
			t.Errorf("at %v: %v", gain, last)
		}
	}
	// The first block has nothing to come from.
	v = &volume{Volume: Volume{Gain: func() float64 { return 0 }}}
	if top(v.apply(flat)) != 0 {
		t.Error("a speaker that begins in silence is heard")
	}
}
