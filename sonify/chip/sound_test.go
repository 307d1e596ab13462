package chip

import (
	"math"
	"testing"
)

// rms returns the level of x in dB of full scale.
func rms(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v * v
	}
	return 10 * math.Log10(s/float64(len(x))+1e-30)
}

func TestRelease_EndsInSilence(t *testing.T) {
	for w := range waveCount {
		c := New()
		v := voiceOf(w)
		v.Volume = Macro{Values: []int16{15, 10}, Loop: 0, Release: []int16{6, 3}}
		p := []byte{}
		if w == Sample {
			p = AppendSamples(p, 0, []int16{1000, 9000, -9000, 5000, 100, 20000, -3000, 1000, 12000, -1000})
			v.SampleLen, v.SampleRate, v.SampleRoot, v.SampleLevel = 10, 20000, 60<<16, 1000
		}
		p = AppendVoice(p, 0, 0, v)
		for i := range 30 {
			p = AppendNote(p, 777, &Note{Pitch: int32(36+2*i)<<16 + 12345, Velocity: 127, Frames: int64(1 + 200*i), Pan: int8(3 * i)})
		}
		c.Push(p)
		out := make([]Frame, 50000)
		c.Render(out)
		if rms(left(out[:24000])) < -60 {
			t.Errorf("wave %d: no sound", w)
		}
		for i, f := range out[40000:] {
			if f != (Frame{}) {
				t.Fatalf("wave %d: frame %d after the last note is %v", w, i, f)
			}
		}
		if !c.Idle() {
			t.Errorf("wave %d: the chip is not idle", w)
		}
	}
}

// TestNote_SoundsFromItsFrameForItsFrames is the promise of "as written".
func TestNote_SoundsFromItsFrameForItsFrames(t *testing.T) {
	for w := range Sample {
		v := voiceOf(w)
		v.Volume = constant(15)
		const start, frames = 1234, 9000
		c := New()
		c.Push(AppendNote(AppendVoice(nil, 0, 0, v), start, &Note{Pitch: 70 << 16, Velocity: 127, Frames: frames}))
		out := make([]Frame, 20000)
		c.Render(out)
		out = out[Latency:]
		peak := int32(0)
		for _, f := range out {
			peak = max(peak, f[0], -f[0])
		}
		first, last := -1, 0
		for i, f := range out {
			if max(f[0], -f[0]) > peak/50 {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		// The step rings a few frames before and after itself; a wave may begin at zero
		// and its fade ends at zero.
		if first < start-3 || first > start+12 || last > start+frames+2 || last < start+frames-12 {
			t.Errorf("wave %d sounds in frames %d to %d, want %d to %d", w, first, last, start, start+frames-1)
		}
		for i, f := range out {
			if (i < start-17 || i > start+frames+17) && f != (Frame{}) {
				t.Fatalf("wave %d: frame %d is %v", w, i, f)
			}
		}
	}
}

func TestMute_IsSilence(t *testing.T) {
	for _, mute := range [][]byte{
		AppendControl(nil, 0, 0, ParamVolume, 0),
		AppendOff(nil, 0, allVoices),
	} {
		for w := range Sample {
			c := New()
			p := AppendNote(AppendVoice(nil, 0, 0, voiceOf(w)), 0, &Note{Pitch: 50<<16 + 999, Velocity: 127, Frames: 1 << 30})
			p = AppendAt(p, 10001)
			c.Push(append(p, mute...))
			out := make([]Frame, 20000)
			c.Render(out)
			for i, f := range out[10001+Latency+fadeFrames+taps:] {
				if f != (Frame{}) {
					t.Fatalf("wave %d: frame %d after the mute is %v", w, i, f)
				}
			}
		}
	}
}

func TestWaves_HaveNoOffset(t *testing.T) {
	for w := range Sample {
		for mode := range int16(4) {
			v := voiceOf(w)
			v.Duty, v.Mode = constant(mode), constant(mode&1)
			// Whole cycles: A4 at 440 Hz is 1200 cycles in 2.727 s; long noise needs
			// many of its 32767 steps.
			frames := Rate * 30 / 11
			key := int32(69)
			if w == Noise {
				key = 100
			}
			x := left(play(t, nil, v, key<<16, 2000, frames))
			mean := 0.0
			for _, s := range x {
				mean += s / float64(len(x))
			}
			limit := 2e-6
			if w == Noise {
				limit = 5e-4 // its cycle does not fit, and chance is left
			}
			if math.Abs(mean) > limit {
				t.Errorf("wave %d, mode %d: mean %.2g of full scale", w, mode, mean)
			}
		}
	}
}

// TestEnd_DoesNotClick ends and steals a note that has nothing above 4 kHz, a low
// sine, at the worst moment: what is heard up there is the click.
func TestEnd_DoesNotClick(t *testing.T) {
	sine := make([]int16, 480)
	for i := range sine {
		sine[i] = int16(math.Round(30000 * math.Sin(2*math.Pi*float64(i)/480)))
	}
	smooth := &Voice{Wave: Sample, Polyphony: 1, Gain: 1000, SampleLen: 480, SampleRate: Rate, SampleRoot: 60 << 16, SampleLevel: 1000}
	// And a pulse of 8 Hz, halfway between two of its edges.
	slow := &Voice{Wave: Pulse, Polyphony: 1, Gain: 1000}
	var v *Voice
	const at = 10080 + 120 // a crest
	energy := func(length int64, end []byte) float64 {
		p := AppendSamples(nil, 0, sine)
		p = AppendVoice(p, 0, 0, v)
		key := int32(60)
		if v == slow {
			key = 0
		}
		p = AppendNote(p, 0, &Note{Pitch: key << 16, Velocity: 127, Frames: length})
		c := New()
		c.Push(append(AppendAt(p, at), end...))
		out := make([]Frame, 16384)
		c.Render(out)
		s := spectrum(left(out[at+Latency-2048 : at+Latency+2048]))
		e := 0.0
		for i := 4000 * 4096 / Rate; i < len(s); i++ {
			e += s[i] * s[i]
		}
		return 10 * math.Log10(e)
	}
	for _, v = range []*Voice{smooth, slow} {
		hard := energy(1<<30, AppendControl(nil, 0, 0, ParamVolume, 0))
		for name, soft := range map[string]float64{
			"released": energy(1<<30, AppendOff(nil, 0, 0)),
			"ended":    energy(at, nil),
			"stolen":   energy(1<<30, AppendNote(nil, 0, &Note{Pitch: 0, Velocity: 1, Frames: 9999})),
		} {
			if soft > -60 || soft > hard-12 || v == slow && soft > hard-30 {
				t.Errorf("wave %d, %s: %.1f dB above 4 kHz, cut off %.1f dB", v.Wave, name, soft, hard)
			}
			t.Logf("wave %d, %s: %.1f dB above 4 kHz, cut off %.1f dB", v.Wave, name, soft, hard)
		}
	}
}

func TestPolyphony_OldestGoesAndFades(t *testing.T) {
	c := New()
	v := voiceOf(Pulse)
	v.Polyphony = 2
	p := AppendVoice(nil, 0, 3, v)
	for i := range 5 {
		p = AppendNote(p, 1000, &Note{Voice: 3, Pitch: int32(60+i) << 16, Velocity: 90, Frames: 48000})
	}
	c.Push(p)
	c.Render(make([]Frame, 7200))
	var keys []int32
	for i := range c.channels {
		if c.busy>>i&1 == 1 {
			keys = append(keys, c.channels[i].pitch>>16)
		}
	}
	if len(keys) != 2 || keys[0]+keys[1] != 63+64 || c.Stats().Stolen != 3 {
		t.Errorf("keys %v sound and %d were stolen; want 63 and 64, and 3", keys, c.Stats().Stolen)
	}
}

func TestEcho_ComesLaterAndQuieter(t *testing.T) {
	v := voiceOf(Pulse)
	v.EchoLevel, v.EchoDelay = 333, 12000
	c := New()
	c.Push(AppendNote(AppendVoice(nil, 0, 0, v), 0, &Note{Pitch: 69 << 16, Velocity: 127, Frames: 6000}))
	out := make([]Frame, 24000)
	c.Render(out)
	x := left(out[Latency:])
	note, gap, again := rms(x[500:5500]), rms(x[6100:11900]), rms(x[12500:17500])
	if d := note - again; math.Abs(d-20*math.Log10(1/0.333)) > 0.2 || gap > -200 {
		t.Errorf("the echo is %.2f dB below the note, want 9.55; between them %.0f dB", d, gap)
	}
}

// TestSample_IsClean plays a recorded sine at other pitches, up and down: what is not
// the sine must stay below.
func TestSample_IsClean(t *testing.T) {
	const size = 24000
	sine := make([]int16, size)
	for i := range sine { // 1000 Hz at 24 kHz
		sine[i] = int16(math.Round(30000 * math.Sin(2*math.Pi*float64(i)/24)))
	}
	for _, tt := range []struct {
		key   float64
		below float64
	}{{60, -100}, {55.5, -100}, {67.3, -100}, {72, -100}, {79, -100}, {91, -100}} {
		v := &Voice{Wave: Sample, Polyphony: 1, Gain: 1000, SampleLen: size, SampleRate: 24000, SampleRoot: 60 << 16, SampleLevel: 1000}
		c := New()
		p := AppendVoice(AppendSamples(nil, 0, sine), 0, 0, v)
		p = AppendNote(p, 0, &Note{Pitch: int32(tt.key * 65536), Velocity: 127, Frames: 1 << 30})
		for len(p) > 0 {
			p = p[c.Push(p):]
		}
		out := make([]Frame, 2000+1<<15)
		c.Render(out)
		s := spectrum(left(out[2000:]))
		f := 1000 * math.Exp2((tt.key-60)/12)
		b := int(f / Rate * (1 << 15))
		level := peakNear(s, f/Rate*(1<<15))
		if level < 0.2 || level > 0.4 {
			t.Errorf("key %.1f: the sine has level %.3f", tt.key, level)
		}
		worst := 0.0
		for i := 20; i < len(s); i++ {
			if i < b-16 || i > b+17 {
				worst = max(worst, s[i])
			}
		}
		db := 20 * math.Log10(worst/level)
		if db > tt.below {
			t.Errorf("key %.1f: %.1f dB beside the sine, want %.0f at most", tt.key, db, tt.below)
		}
		t.Logf("key %.1f: %.1f dB", tt.key, db)
	}
}
