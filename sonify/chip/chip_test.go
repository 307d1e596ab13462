package chip

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"os"
	"strings"
	"testing"
)

// everything returns commands that use all of the chip: every wave, macro,
// control, an echo, stealing, a voice that changes, and a long silence.
func everything(seconds int) []byte {
	p := busy(8, seconds)
	q := New()
	q.Push(p)
	return append(withControls(), p...)
}

// withControls returns voices and controls that busy leaves out.
func withControls() []byte {
	pcm := make([]int16, 3000)
	for i := range pcm {
		pcm[i] = int16((i*i*7)%20000 - 10000)
	}
	p := AppendSamples(nil, 100, pcm)
	p = AppendVoice(p, 0, 20, &Voice{Wave: Sample, Polyphony: 2, Gain: 700, SampleStart: 100, SampleLen: 3000, SampleLoop: 500, SampleRate: 22050, SampleRoot: 60 << 16, SampleLevel: 1000})
	v := voiceOf(Table)
	v.Polyphony, v.Slide, v.Pan = 1, 6, 40
	p = AppendVoice(p, 0, 21, v)
	v = voiceOf(Triangle)
	v.Drop, v.DropTime = 24, 6
	p = AppendVoice(p, 0, 22, v)
	v = voiceOf(Noise)
	v.Mode = constant(1)
	p = AppendVoice(p, 0, 23, v)
	delta := int64(0)
	for i := range 40 {
		for n := range uint8(4) {
			p = AppendNote(p, delta, &Note{Voice: 20 + n, Pitch: int32(40+i)<<16 + int32(i)*1000, Velocity: uint8(60 + i), Frames: int64(900 + 700*i), Pan: int8(i - 20)})
			delta = 0
		}
		p = AppendControl(p, int64(i*31), uint8(20+i%4), Param(i%int(paramCount)), paramLimits[i%int(paramCount)][1]/2)
		delta = int64(200 + i*97)
	}
	p = AppendOff(p, 4000, allVoices)
	return AppendAt(p, 0)
}

func sum(f []Frame) string {
	h := sha256.New()
	b := make([]byte, 0, 8*len(f))
	for _, x := range f {
		for _, v := range x {
			b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
		}
	}
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil))
}

func renderAll(p []byte, frames, chunk int) []Frame {
	out := make([]Frame, 0, frames)
	feed(New(), p, frames, make([]Frame, chunk), func(f []Frame) { out = append(out, f...) })
	return out
}

// TestGolden is the law of the project for the chip: the same commands give the
// same samples on every machine. It is run on other architectures as it is.
func TestGolden(t *testing.T) {
	got := sum(renderAll(everything(60), 60*Rate, 4800)) + "\n"
	const file = "testdata/minute.sha256"
	if *update {
		os.MkdirAll("testdata", 0o777)
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the minute's SHA-256 is %s, want %s", strings.TrimSpace(got), strings.TrimSpace(string(want)))
	}
}

func TestRender_ChunksMakeNoDifference(t *testing.T) {
	p := everything(4)
	want := sum(renderAll(p, 5*Rate, 2048))
	for _, chunk := range []int{1, 17, 128, 240, 441} {
		if got := sum(renderAll(p, 5*Rate, chunk)); got != want {
			t.Errorf("chunks of %d give %s, of 2048 %s", chunk, got, want)
		}
	}
}

func TestSnapshot_GoesOnExactly(t *testing.T) {
	p := everything(3)
	c := New()
	if n := c.Push(p); n != len(p) {
		t.Fatalf("Push took %d of %d", n, len(p))
	}
	block := make([]Frame, 97)
	var longest int
	for i := range 1500 {
		c.Render(block)
		if i%23 != 0 {
			continue
		}
		s := c.Snapshot(nil)
		longest = max(longest, len(s))
		d := New()
		if err := d.Restore(s); err != nil {
			t.Fatalf("at frame %d: %v", c.Pos(), err)
		}
		if string(d.Snapshot(nil)) != string(s) {
			t.Fatalf("at frame %d a restored chip makes another snapshot", c.Pos())
		}
		// c goes on as the restored one: every later difference shows.
		want := make([]Frame, 3000)
		e := New()
		e.Restore(s)
		c.Render(want)
		got := make([]Frame, 3000)
		d.Render(got)
		if sum(got) != sum(want) {
			t.Fatalf("restored at frame %d it sounds different", c.Pos()-3000)
		}
		c = e
	}
	t.Logf("the longest snapshot has %d bytes", longest)
}

func TestRestore_RefusesWhatIsNoSnapshot(t *testing.T) {
	c := New()
	c.Push(busy(4, 1))
	c.Render(make([]Frame, 5000))
	good := c.Snapshot(nil)
	other := append([]byte(nil), good...)
	other[4] = 2 * (snapshotVersion + 1)
	flipped := append([]byte(nil), good...)
	flipped[len(flipped)/2] ^= 4
	for _, tt := range []struct {
		name string
		p    []byte
		want error
	}{
		{"nothing", nil, ErrNoSnapshot},
		{"other bytes", []byte("RIFF....WAVEfmt "), ErrNoSnapshot},
		{"another version", other, ErrVersion},
		{"half", good[:len(good)/2], ErrDamaged},
		{"one bit wrong", flipped, ErrDamaged},
	} {
		if err := c.Restore(tt.p); err != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if string(c.Snapshot(nil)) != string(good) {
		t.Error("a refused snapshot changed the chip")
	}
}

func TestRender_AllocatesNothing(t *testing.T) {
	p := busy(8, 20)
	c := New()
	block := make([]Frame, 480)
	c.Push(p)
	if n := testing.AllocsPerRun(200, func() { c.Render(block) }); n != 0 {
		t.Errorf("Render allocates %v times", n)
	}
}

func TestPush_TakesCommandsInAnyPieces(t *testing.T) {
	p := everything(2)
	want := sum(renderAll(p, 3*Rate, 4800))
	c := New()
	var held []byte
	for i := 0; i < len(p); i += 7 {
		held = append(held, p[i:min(i+7, len(p))]...)
		n := c.Push(held)
		if n < 0 {
			t.Fatalf("refused at %d", i+^n)
		}
		held = held[n:]
	}
	if len(held) != 0 {
		t.Fatalf("%d bytes are left", len(held))
	}
	out := make([]Frame, 3*Rate)
	c.Render(out)
	if sum(out) != want {
		t.Error("commands in pieces of 7 bytes sound different")
	}
}

func TestPush_IsBounded(t *testing.T) {
	one := AppendNote(nil, 1000, &Note{Pitch: 60 << 16, Velocity: 100, Frames: 500})
	c := New()
	for range 2 * queueSize {
		if c.Push(one) == 0 {
			c.Render(make([]Frame, 48000))
			if c.Push(one) != len(one) {
				t.Error("after rendering there is still no room")
			}
			return
		}
	}
	t.Error("the queue takes everything")
}

func TestPush_SaysWhatCannotBe(t *testing.T) {
	good := AppendNote(nil, 0, &Note{Pitch: 60 << 16, Velocity: 100, Frames: 500})
	for name, bad := range map[string][]byte{
		"an unknown operation": {99},
		"voice 32":             AppendNote(nil, 0, &Note{Voice: 32, Velocity: 1, Frames: 1}),
		"no velocity":          AppendNote(nil, 0, &Note{Frames: 1}),
		"volume 16":            AppendVoice(nil, 0, 0, &Voice{Polyphony: 1, Volume: constant(16)}),
		"an endless number":    {opKey, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
		"a sound without end":  AppendVoice(nil, 0, 0, &Voice{Wave: Sample, Polyphony: 1}),
	} {
		c := New()
		if got := c.Push(append(append([]byte(nil), good...), bad...)); got != ^len(good) {
			t.Errorf("%s: Push says %d, want %d", name, got, ^len(good))
		}
	}
}

func TestPush_LateCommandsAreCarriedOutAtOnce(t *testing.T) {
	c := New()
	c.Render(make([]Frame, 4800))
	c.Push(AppendNote(nil, 10, &Note{Pitch: 60 << 16, Velocity: 100, Frames: 48000}))
	out := make([]Frame, 4800)
	c.Render(out)
	if out[4799] == (Frame{}) || c.Stats().Late != 1 {
		t.Errorf("a late note sounds %v and was counted %d times", out[4799], c.Stats().Late)
	}
}

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

func TestGuard_KeepsTheCeiling(t *testing.T) {
	cfg := &Config{A4: 440000, Guard: true, Ceiling: -100, Gain: 1200}
	p := append(AppendConfig(nil, 0, cfg), everything(20)[:]...)
	// busy sets a config of its own: push this one again behind it.
	c := New()
	rest := p
	out := []Frame{}
	block := make([]Frame, 2400)
	for len(out) < 20*Rate {
		rest = rest[c.Push(rest):]
		c.config = *cfg
		c.Render(block)
		out = append(out, block...)
	}
	var g guard
	top := int32(0)
	for i := 0; i+Block <= len(out); i += Block {
		b := (*[Block]Frame)(out[i:])
		top = max(top, g.truePeak(b))
		g.held = *b
	}
	db := 20 * math.Log10(float64(top)/full)
	if db > -0.9 || db < -1.6 {
		t.Errorf("the true peak is %.2f dBTP, want -1 at most and near it", db)
	}
	if c.Stats().Limited == 0 {
		t.Error("the guard did not act")
	}
	t.Logf("%.2f dBTP, %d blocks limited", db, c.Stats().Limited)
}

func TestStems_SumExactly(t *testing.T) {
	p := everything(4)
	want := renderAll(p, 4*Rate, 4800)
	c := New()
	c.SetStems(true)
	stems := make([][]Frame, MaxVoices)
	for i := range stems {
		stems[i] = make([]Frame, 4800)
	}
	out, mix := make([]Frame, 4800), make([]Frame, 4800)
	heard := 0
	for i := 0; i < len(want); i += 4800 {
		p = p[c.Push(p):]
		c.RenderStems(out, mix, stems)
		if sum(out) != sum(want[i:i+4800]) {
			t.Fatalf("with stems the sound differs in frames %d to %d", i, i+4799)
		}
		for k := range mix {
			var s Frame
			for v := range stems {
				s[0] += stems[v][k][0]
				s[1] += stems[v][k][1]
				if stems[v][k] != (Frame{}) {
					heard++
				}
			}
			if s != mix[k] {
				t.Fatalf("frame %d: the stems sum to %v, the mix is %v", i+k, s, mix[k])
			}
		}
	}
	if heard == 0 {
		t.Error("the stems are silent")
	}
}

func TestShortNoise_Cycle(t *testing.T) {
	ch := channel{short: true, lfsr: 1}
	high := 0
	for i := range shortCycle {
		if ch.lfsr&1 == 0 {
			high++
		}
		ch.shift(1)
		if ch.lfsr == 1 && i != shortCycle-1 {
			t.Fatalf("it repeats after %d steps", i+1)
		}
	}
	if ch.lfsr != 1 || high != highShort {
		t.Errorf("after %d steps the register is %d, %d of them were high; want 1 and %d", shortCycle, ch.lfsr, high, highShort)
	}
	long := channel{lfsr: 1}
	steps := 0
	for {
		long.shift(1)
		steps++
		if long.lfsr == 1 || steps > 40000 {
			break
		}
	}
	if steps != 32767 {
		t.Errorf("long noise repeats after %d steps, want 32767", steps)
	}
	// Many steps at once are as many single ones.
	for _, short := range []bool{false, true} {
		a, b := channel{short: short, lfsr: 0x5a5a & 0x7fff}, channel{short: short, lfsr: 0x5a5a & 0x7fff}
		n := uint32(14)
		if short {
			n = 9
		}
		a.shift(n)
		for range n {
			b.shift(1)
		}
		if a.lfsr != b.lfsr {
			t.Errorf("short %v: %d steps at once give %#x, one by one %#x", short, n, a.lfsr, b.lfsr)
		}
	}
}

func TestTuning_Exact(t *testing.T) {
	worst := 0.0
	for _, a4 := range []uint32{440000, 415300, 442000} {
		for p := int32(0); p <= 127<<16; p += 6007 {
			f := Rate * float64(1<<32) / float64(cycle(p, a4))
			want := float64(a4) / 1000 * math.Exp2((float64(p)/65536-69)/12)
			worst = max(worst, math.Abs(1200*math.Log2(f/want)))
		}
	}
	if worst > 0.01 {
		t.Errorf("a pitch is off by %.5f cent", worst)
	}
	t.Logf("worst %.6f cent", worst)
}

// TestTuning_Heard measures the pitch of the sound itself.
func TestTuning_Heard(t *testing.T) {
	for _, key := range []int{36, 60, 69, 81, 96, 108} {
		for _, w := range []Wave{Pulse, Triangle, Table} {
			x := left(play(t, nil, voiceOf(w), int32(key)<<16, 4000, 1<<16))
			s := spectrum(x)
			bin := Rate / float64(len(x))
			f := keyFrequency(float64(key))
			b := int(math.Round(f / bin))
			for i := b - 3; i <= b+3; i++ {
				if s[i] > s[b] {
					b = i
				}
			}
			l, m, r := math.Log(s[b-1]), math.Log(s[b]), math.Log(s[b+1])
			got := (float64(b) + (l-r)/(2*(l-2*m+r))) * bin
			if c := 1200 * math.Log2(got/f); math.Abs(c) > 0.5 {
				t.Errorf("wave %d, key %d: %.4f Hz, off by %.3f cent", w, key, got, c)
			}
		}
	}
}

// TestTuning_Authentic holds some keys against what was computed from the chips'
// periods: C4 -1.78 cent on the pulse and so on.
func TestTuning_Authentic(t *testing.T) {
	for _, tt := range []struct {
		w     Wave
		key   int32
		cents float64
	}{
		{Pulse, 60, -1.78}, {Pulse, 69, 1.56}, {Pulse, 93, -12.02}, {Pulse, 96, 14.48}, {Pulse, 108, -17.88},
		{Triangle, 81, -12.02}, {Triangle, 84, 14.48}, {Triangle, 108, 47.45},
	} {
		p := authentic(tt.w, cycle(tt.key<<16, 440000))
		got := 1200 * math.Log2(Rate*float64(1<<32)/float64(p)/keyFrequency(float64(tt.key)))
		if math.Abs(got-tt.cents) > 0.01 {
			t.Errorf("wave %d, key %d is off by %.3f cent, want %.2f", tt.w, tt.key, got, tt.cents)
		}
	}
}
