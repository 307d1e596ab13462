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
		top = max(top, g.truePeak(b, 0))
		g.held = *b
	}
	db := 20 * math.Log10(float64(top)/full)
	if db > -1.0 || db < -1.6 {
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
	c.SetStems(MaxVoices)
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

// What is pushed late in a lane of its own sounds as if everything had been pushed
// in the order of its time, also when the chip is put away and taken up between.
func TestPush_ALaneComesBetween(t *testing.T) {
	setup := AppendConfig(nil, 0, &Config{A4: 440000, Loudness: -1600, Guard: true, Ceiling: -100})
	for i := range 4 {
		setup = AppendVoice(setup, 0, uint8(i), &Voice{Polyphony: 2, Gain: 900, Pan: int8(20*i - 30), Volume: constant(12), Duty: constant(int16(i % 4))})
	}
	note := func(i int64, voice uint8) *Note {
		return &Note{Voice: voice, Pitch: int32(50+i%30) << 16, Velocity: uint8(60 + i%40), Frames: 7000}
	}
	const step = 6000
	inOrder := append([]byte(nil), setup...)
	last := int64(0)
	for i := int64(0); i < 40; i++ {
		inOrder = AppendNote(inOrder, i*step-last, note(i, uint8(i%2)))
		last = i * step
		if i%3 == 0 { // at the same frame, and between
			inOrder = AppendNote(inOrder, 0, note(i+7, 2))
			inOrder = AppendNote(inOrder, step/2, note(i+9, 3))
			last += step / 2
		}
	}
	want := make([]Frame, 41*step)
	c := New()
	c.Push(inOrder)
	c.Render(want)

	c = New()
	early := append([]byte(nil), setup...)
	last = 0
	for i := int64(0); i < 40; i++ {
		early = AppendNote(early, i*step-last, note(i, uint8(i%2)))
		last = i * step
	}
	if n := c.Push(early); n != len(early) {
		t.Fatal(n)
	}
	got := make([]Frame, 41*step)
	late := int64(0)
	for i := int64(0); i < 41; i++ {
		if i%3 == 0 && i < 40 {
			p := AppendLane(nil, 1)
			p = AppendNote(p, i*step-late, note(i+7, 2))
			p = AppendNote(p, step/2, note(i+9, 3))
			late = i*step + step/2
			if n := c.Push(AppendLane(p, 0)); n != len(p)+2 {
				t.Fatal(n)
			}
		}
		if i%5 == 0 {
			other := New()
			if err := other.Restore(c.Snapshot(nil)); err != nil {
				t.Fatal(err)
			}
			c = other
		}
		c.Render(got[i*step : (i+1)*step])
	}
	if sum(got) != sum(want) {
		t.Error("the same notes in two lanes sound different")
	}
	if c.Stats().Late > 0 {
		t.Errorf("%d commands were late", c.Stats().Late)
	}
}
