package chip

import (
	"math"
	"sort"
	"testing"
)

// biquad is a second-order filter; its state is its last inputs and outputs.
type biquad struct{ b0, b1, b2, a1, a2, x1, x2, y1, y2 float64 }

func (f *biquad) next(x float64) float64 {
	y := f.b0*x + f.b1*f.x1 + f.b2*f.x2 - f.a1*f.y1 - f.a2*f.y2
	f.x2, f.x1, f.y2, f.y1 = f.x1, x, f.y1, y
	return y
}

// kWeighting are the two filters of ITU-R BS.1770-4, tables 1 and 2, at 48 kHz.
func kWeighting() [2]biquad {
	return [2]biquad{
		{b0: 1.53512485958697, b1: -2.69169618940638, b2: 1.19839281085285, a1: -1.69065929318241, a2: 0.73248077421585},
		{b0: 1, b1: -2, b2: 1, a1: -1.99004745483398, a2: 0.99007225036621},
	}
}

// integrated returns the gated loudness of f in LUFS, by the book.
func integrated(f []Frame) float64 {
	filters := [2][2]biquad{kWeighting(), kWeighting()}
	var tenths []float64
	sum := 0.0
	for i, x := range f {
		for ch := range 2 {
			y := filters[ch][1].next(filters[ch][0].next(float64(x[ch]) / full))
			sum += y * y
		}
		if i%4800 == 4799 {
			tenths = append(tenths, sum/4800)
			sum = 0
		}
	}
	var blocks []float64
	for i := 3; i < len(tenths); i++ {
		blocks = append(blocks, (tenths[i]+tenths[i-1]+tenths[i-2]+tenths[i-3])/4)
	}
	lufs := func(p float64) float64 { return -0.691 + 10*math.Log10(p) }
	gated := func(limit float64) float64 {
		n, s := 0, 0.0
		for _, b := range blocks {
			if lufs(b) > limit {
				n, s = n+1, s+b
			}
		}
		return s / float64(n)
	}
	return lufs(gated(lufs(gated(-70)) - 10))
}

// TestMeter_FollowsTheStandard holds the chip's own measure of single tones against
// K-weighting. None is a multiple of 1500 Hz: such a tone stands still in the groups
// of 16 and can be off by 1.2 dB.
func TestMeter_FollowsTheStandard(t *testing.T) {
	for _, f := range []float64{40, 55, 80, 110, 220, 440, 700, 1010, 1470, 2093, 2960, 5030, 8070, 11900, 15900} {
		var m meter
		var block [Block]Frame
		filters := kWeighting()
		want := 0.0
		const blocks = 1200
		for i := range blocks {
			for k := range block {
				x := 0.1 * math.Sin(2*math.Pi*f*float64(i*Block+k)/Rate)
				block[k][0] = int32(math.Round(x * full))
				y := filters[1].next(filters[0].next(x))
				if i >= 200 {
					want += y * y
				}
			}
			if i == 200 {
				m.power = 0
			}
			m.measure(&block)
		}
		// centibels of the mean over 100 ms, as decide sees it.
		got := float64(centibels(m.power/(blocks-200)*stretch100)-powerZero)/100 + 0.69
		db := 10 * math.Log10(want/(blocks-200)/Block)
		if math.Abs(got-db) > 0.4 {
			t.Errorf("%.0f Hz: %.2f dB, want %.2f", f, got, db)
		}
	}
}

// scene is a piece whose loudness does something: which of the voices of busy play,
// and how hard.
type scene struct {
	name     string
	seconds  int
	velocity func(t float64) float64
	voices   func(t float64) int // bits
}

// commands returns the scene's commands.
func (s *scene) commands() []byte {
	p := busy(4, 0)
	seed := uint32(99)
	next := func(n uint32) uint32 {
		seed = seed*1664525 + 1013904223
		return seed >> 16 % n
	}
	delta := int64(0)
	for step := range s.seconds * 8 {
		t := float64(step) / 8
		for i := range 4 {
			plays := [4]bool{next(8) < 6, step%2 == 1, step%4 == 0, step%4 == 2 || next(5) == 0}[i]
			key := [4]int32{69, 57, 33, 60}[i] + []int32{0, 2, 3, 5, 7, 8, 10}[next(7)]
			velocity := max(1, float64(80+next(40))*s.velocity(t))
			if !plays || s.voices(t)>>i&1 == 0 {
				continue
			}
			p = AppendNote(p, delta, &Note{Voice: uint8(i), Pitch: key << 16, Velocity: uint8(velocity), Frames: []int64{5500, 2800, 11000, 6000}[i]})
			delta = 0
		}
		delta += Rate / 8
	}
	return p
}

// TestLoudness_IsWhatWasAskedFor is the promise of the mix: -16 LUFS within half a
// LU, for any piece of 30 s or more, in one pass.
func TestLoudness_IsWhatWasAskedFor(t *testing.T) {
	same := func(float64) float64 { return 1 }
	all := func(float64) int { return 15 }
	only := func(v int) func(float64) int { return func(float64) int { return v } }
	for _, s := range []scene{
		{"full", 30, same, all},
		{"soft", 40, func(float64) float64 { return 0.25 }, all},
		{"melody alone", 35, same, only(1)},
		{"bass alone", 35, same, only(4)},
		{"drums alone", 35, same, only(8)},
		{"sections", 80, func(t float64) float64 { return []float64{0.5, 1}[int(t)/15%2] }, all},
		{"quiet beginning", 30, func(t float64) float64 { return []float64{0.5, 1}[min(int(t)/10, 1)] }, all},
		{"thin beginning", 45, same, func(t float64) int { return []int{4, 15}[min(int(t)/12, 1)] }},
		{"build", 60, func(t float64) float64 { return 0.3 + t/90 }, func(t float64) int { return []int{1, 5, 7, 15}[min(int(t)/10, 3)] }},
		{"fade", 60, func(t float64) float64 { return 1 - t/100 }, all},
		{"late", 50, same, func(t float64) int { return []int{0, 15}[min(int(t)/20, 1)] }},
		{"late after a note", 50, same, func(t float64) int {
			if t < 0.5 {
				return 1
			}
			return []int{0, 15}[min(int(t)/20, 1)]
		}},
		{"sparse", 40, same, func(t float64) int { return []int{1, 0, 0, 0}[int(t*2)%4] }},
		{"sparse drums", 40, same, func(t float64) int { return []int{8, 0, 0, 0}[int(t*2)%4] }},
		{"sparse and soft", 60, func(float64) float64 { return 0.2 }, func(t float64) int { return []int{1, 0, 0, 0, 0, 0}[int(t*2)%6] }},
		{"sparse, then full", 60, same, func(t float64) int {
			if t > 30 {
				return 15
			}
			return []int{1, 0, 0, 0}[int(t*2)%4]
		}},
		{"full, then sparse", 60, same, func(t float64) int {
			if t < 30 {
				return 15
			}
			return []int{1, 0, 0, 0}[int(t*2)%4]
		}},
		{"soft, then loud", 45, func(t float64) float64 { return []float64{0.15, 1}[min(int(t)/20, 1)] }, all},
		{"loud, then soft", 45, func(t float64) float64 { return []float64{1, 0.15}[min(int(t)/20, 1)] }, all},
		{"bursts", 60, same, func(t float64) int { return []int{15, 0, 0, 0, 0}[int(t)/2%5] }},
		{"a hole", 45, same, func(t float64) int { return []int{15, 0, 15}[min(int(t)/18, 2)] }},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			f := renderAll(s.commands(), s.seconds*Rate, 4800)
			if got := integrated(f); math.Abs(got+16) > 0.5 {
				t.Errorf("%.2f LUFS, want -16", got)
			} else {
				t.Logf("%.2f LUFS", got)
			}
		})
	}
}

// TestLoudness_CountsWhatTheGuardTakes plays chords that are plucked far apart: to be
// as loud as a band they would need peaks that the guard takes.
func TestLoudness_CountsWhatTheGuardTakes(t *testing.T) {
	p := AppendConfig(nil, 0, &Config{A4: 440000, Loudness: -1600, Guard: true, Ceiling: -100})
	decay := Macro{Values: []int16{15, 13, 11, 9, 8, 7, 6, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1, 0}, Loop: -1}
	p = AppendVoice(p, 0, 0, &Voice{Wave: Pulse, Polyphony: 8, Gain: 1000, Volume: decay, Duty: Macro{Values: []int16{1}, Loop: -1}, SampleLoop: -1})
	const seconds = 60
	delta := int64(0)
	for range seconds * 2 {
		for _, key := range []int32{57, 64, 72} {
			p = AppendNote(p, delta, &Note{Pitch: key << 16, Velocity: 110, Frames: 16000})
			delta = 0
		}
		delta = Rate / 2
	}
	f := renderAll(p, seconds*Rate, 4800)
	if got := integrated(f); math.Abs(got+16) > 0.5 {
		t.Errorf("%.2f LUFS, want -16", got)
	}
}

// TestLoudness_MovesSlowly looks at the gain itself: after the first seconds of an
// even piece it must stand still, so that the dynamics are the piece's own.
func TestLoudness_MovesSlowly(t *testing.T) {
	s := scene{"", 40, func(float64) float64 { return 1 }, func(float64) int { return 15 }}
	p := s.commands()
	c := New()
	block := make([]Frame, 4800)
	var gains []float64
	for i := range s.seconds * 10 {
		p = p[c.Push(p):]
		c.Render(block)
		if i >= 100 {
			gains = append(gains, float64(c.level.gain)/25600)
		}
	}
	sort.Float64s(gains)
	if d := gains[len(gains)-1] - gains[0]; d > 1.5 {
		t.Errorf("in an even piece the gain moves by %.2f dB", d)
	}
}

func TestLoudness_OffLeavesTheSoundAsItIs(t *testing.T) {
	c, d := New(), New()
	p := AppendNote(AppendVoice(nil, 0, 0, voiceOf(Pulse)), 0, &Note{Pitch: 60 << 16, Velocity: 127, Frames: 1 << 30})
	c.Push(p)
	d.Push(append(AppendConfig(nil, 0, &Config{A4: 440000, Guard: true, Ceiling: -100}), p...))
	a, b := make([]Frame, 48000), make([]Frame, 48000)
	c.Render(a)
	d.Render(b)
	if sum(a) != sum(b) {
		t.Error("the guard changes a sound that stays far below its ceiling")
	}
	peak := int32(0)
	for _, f := range a {
		peak = max(peak, f[0])
	}
	// A pulse of half duty at full volume is 0.1875 of full scale, and rings 9 % over.
	if want := 0.1875 * full; math.Abs(float64(peak)/want-1.1) > 0.15 {
		t.Errorf("the peak is %d, want about %.0f", peak, want)
	}
}

// TestCentre_TakesTheOffsetAway plays basses and drums, which all begin with their
// higher halves, and then looks whether silence is silence.
func TestCentre_TakesTheOffsetAway(t *testing.T) {
	s := scene{"", 60, func(float64) float64 { return 1 }, func(float64) int { return 15 }}
	offset := func(loudness int32) (db float64, c *Chip) {
		p := s.commands()
		c = New()
		n := c.Push(p)
		p = p[n:]
		block := make([]Frame, 2400)
		var sum [2]float64
		for range s.seconds * 20 {
			c.config.Loudness = loudness
			c.Render(block)
			p = p[c.Push(p):]
			for _, f := range block {
				sum[0] += float64(f[0])
				sum[1] += float64(f[1])
			}
		}
		most := max(math.Abs(sum[0]), math.Abs(sum[1]))
		return 20 * math.Log10(most/float64(s.seconds*Rate)/full), c
	}
	db, c := offset(-1600)
	if db > -80 {
		t.Errorf("the offset is %.1f dBFS, want -80 at most", db)
	}
	if raw, _ := offset(0); raw < db+20 {
		t.Errorf("as it is, the offset is %.1f dBFS: this piece has none to take away", raw)
	}
	for range 40 {
		if c.Idle() {
			return
		}
		c.Render(make([]Frame, 2400))
	}
	t.Error("two seconds after the last note something is left")
}
