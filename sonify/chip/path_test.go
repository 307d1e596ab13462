package chip

import (
	"math"
	"slices"
	"testing"
)

// keyOf returns the pitch of a frequency.
func keyOf(f float64) int32 { return int32(math.Round((69 + 12*math.Log2(f/440)) * 65536)) }

// crowd makes a chip take the grid: a voice that nobody hears and that has very many
// steps.
func makeCrowd(p []byte) []byte {
	p = AppendVoice(p, 0, 30, &Voice{Wave: Pulse, Polyphony: 8})
	for range 8 {
		p = AppendNote(p, 0, &Note{Voice: 30, Pitch: 127 << 16, Velocity: 1, Frames: 1 << 40})
	}
	return p
}

func renderCrowd(t *testing.T, v *Voice, pitch int32, frames int) []Frame {
	t.Helper()
	c := New()
	p := AppendNote(AppendVoice(makeCrowd(nil), 0, 0, v), 0, &Note{Pitch: pitch, Velocity: 127, Frames: 1 << 40})
	if n := c.Push(p); n != len(p) {
		t.Fatalf("Push took %d of %d bytes", n, len(p))
	}
	out := make([]Frame, 4000+frames)
	c.Render(out)
	if !c.master.crowded {
		t.Fatal("the chip does not take the grid")
	}
	return out[4000:]
}

// TestGrid_Alias is the promise of TestAlias, for a chip with very many steps.
func TestGrid_Alias(t *testing.T) {
	for _, v := range []*Voice{voiceOf(Pulse), voiceOf(Triangle), voiceOf(Table)} {
		worst := -999.0
		for key := 37; key <= 108; key += 5 {
			x := left(renderCrowd(t, v, int32(key)<<16, 1<<15))
			db, at := alias(spectrum(x), keyFrequency(float64(key)))
			worst = max(worst, db)
			if db > -100 {
				t.Errorf("wave %d, key %d: %.1f dB at %.0f Hz", v.Wave, key, db, at)
			}
		}
		t.Logf("wave %d: worst %.1f dB", v.Wave, worst)
	}
}

// TestGrid_SoundsTheSame compares the two roads of a step frame by frame.
func TestGrid_SoundsTheSame(t *testing.T) {
	v := voiceOf(Pulse)
	v.Duty, v.Pan = constant(0), 30
	for _, key := range []int32{40, 63, 81} {
		a := play(t, nil, v, key<<16, 4000, 1<<14)
		b := renderCrowd(t, v, key<<16, 1<<14)
		for ch := range 2 {
			d := make([]float64, len(a))
			x := make([]float64, len(a))
			for i := range a {
				x[i] = float64(a[i][ch]) / full
				d[i] = float64(b[i][ch]-a[i][ch]) / full
			}
			top, sx, sd := 0.0, spectrum(x), spectrum(d)
			for i := range sx {
				top = max(top, sx[i])
			}
			worst, where := 0.0, 0
			for i, y := range sd[:len(sd)*5/6] { // to 20 kHz
				if y > worst {
					worst, where = y, i
				}
			}
			if db := 20 * math.Log10(worst/top); db > -90 {
				t.Errorf("key %d: the grid is off by %.1f dB at %.0f Hz", key, db, float64(where)*Rate/2/float64(len(sd)))
			} else {
				t.Logf("key %d: %.1f dB at %.0f Hz", key, db, float64(where)*Rate/2/float64(len(sd)))
			}
		}
	}
}

// tonedVoices are the waves that are played from tables when they are high.
func tonedVoices() []*Voice {
	short := voiceOf(Noise)
	short.Mode = constant(1)
	return []*Voice{voiceOf(Triangle), voiceOf(Table), short}
}

// TestTone_BorderIsNotHeard holds a note just below the border of tables against
// the same just above.
func TestTone_BorderIsNotHeard(t *testing.T) {
	for _, v := range tonedVoices() {
		var levels [2][]float64
		for i, f := range []float64{519.9, 520.1} {
			c := New()
			c.Push(AppendNote(AppendVoice(nil, 0, 0, v), 0, &Note{Pitch: keyOf(f), Velocity: 127, Frames: 1 << 40}))
			out := make([]Frame, 4000+1<<16)
			c.Render(out)
			if c.channels[0].toned != (i == 1) {
				t.Fatalf("wave %d at %.1f Hz: toned is %v", v.Wave, f, c.channels[0].toned)
			}
			s := spectrum(left(out[4000:]))
			for k := 1.0; k*f < 20000; k++ {
				// The power under the window's main lobe has no scallop.
				b, sum := int(math.Round(k*f/Rate*(1<<16))), 0.0
				for _, a := range s[b-12 : b+13] {
					sum += a * a
				}
				levels[i] = append(levels[i], 10*math.Log10(sum))
			}
		}
		for k := range levels[0] {
			if levels[0][k] < levels[0][0]-70 { // a triangle has no even harmonics
				continue
			}
			if d := levels[1][k] - levels[0][k]; math.Abs(d) > 0.1 {
				t.Errorf("wave %d: harmonic %d differs by %+.3f dB across the border", v.Wave, k+1, d)
			}
		}
	}
}

// TestTone_ChangeDoesNotClick makes a note go over to its table and back while it
// sounds, where either would do, and compares with a note that stays.
func TestTone_ChangeDoesNotClick(t *testing.T) {
	const f, n = 490.0, 1 << 14
	for _, v := range tonedVoices() {
		var out [2][]Frame
		for i := range out {
			c := New()
			c.Push(AppendNote(AppendVoice(nil, 0, 0, v), 0, &Note{Pitch: keyOf(f), Velocity: 127, Frames: 1 << 40}))
			out[i] = make([]Frame, n)
			for at := 0; at+Block <= n; at += Block {
				ch := &c.channels[0]
				if c.busy&1 == 0 {
					ch = &c.channels[1]
				}
				if i == 1 && at%(20*Block) == 10*Block && c.change(ch) == nil {
					t.Fatalf("wave %d: a note does not change", v.Wave)
				}
				c.Render(out[i][at : at+Block])
			}
		}
		d := make([]float64, n)
		for i := range d {
			d[i] = float64(out[1][i][0]-out[0][i][0]) / full
		}
		top := slices.Max(spectrum(left(out[0])))
		worst, where := 0.0, 0
		for i, y := range spectrum(d)[:n/2*5/6] { // to 20 kHz
			if y > worst {
				worst, where = y, i
			}
		}
		limit := -80.0
		if v.Wave == Noise { // its steps are large against those of the fades
			limit = -60
		}
		if db := 20 * math.Log10(worst/top); db > limit {
			t.Errorf("wave %d: %.1f dB at %.0f Hz", v.Wave, db, float64(where)*Rate/n)
		}
	}
}
