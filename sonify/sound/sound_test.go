package sound_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sonifytest"
	"proscenium/sonify/sound"
)

// keep is a sink that keeps everything.
type keep struct {
	frames   []pcm.Frame
	marks    []string
	finished int
	closed   int
	fail     error
}

func (k *keep) Write(b []pcm.Frame) error { k.frames = append(k.frames, b...); return k.fail }
func (k *keep) Mark(at sonify.Frame, label string) error {
	k.marks = append(k.marks, fmt.Sprintf("%d %s", at, label))
	return nil
}
func (k *keep) Finish() error { k.finished++; return nil }
func (k *keep) Close() error  { k.closed++; return nil }

// plainHeader is a piece of one voice, left as it is written.
func plainHeader() *sonify.Header {
	return &sonify.Header{
		Tempo: sonify.BPM(120), Meter: sonify.Meter{Beats: 4, Unit: 4},
		Voices: []sonify.Voice{{
			Name: "lead", Gain: 1000, Polyphony: 1, Pitched: true,
			Instrument: sonify.Instrument{Wave: sonify.Pulse, Volume: sonify.Macro{Values: []int{15}, Loop: -1}},
		}},
	}
}

// perform plays one passage with the given notes and finishes.
func perform(t *testing.T, h *sonify.Header, ps *sonify.Passage, cuts ...sonify.Frame) (*keep, *sound.Output) {
	t.Helper()
	k := &keep{}
	o := sound.New([]pcm.Sink{k}, sound.Options{})
	if err := o.Begin(h); err != nil {
		t.Fatal(err)
	}
	begin := ps.Begin
	for _, end := range append(cuts, ps.End) {
		part := &sonify.Passage{Begin: begin, End: end}
		for _, n := range ps.Notes {
			if n.Frame >= begin && n.Frame < end {
				part.Notes = append(part.Notes, n)
			}
		}
		for _, c := range ps.Controls {
			if c.Frame >= begin && c.Frame < end {
				part.Controls = append(part.Controls, c)
			}
		}
		for _, m := range ps.Marks {
			if m.Frame >= begin && m.Frame < end {
				part.Marks = append(part.Marks, m)
			}
		}
		if err := o.Play(sonify.Cue{Passage: part}); err != nil {
			t.Fatal(err)
		}
		begin = end
	}
	if err := o.Finish(&sonify.Summary{Frames: ps.End}); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	return k, o
}

func TestOutput(t *testing.T) {
	sonifytest.TestOutput(t, func(t *testing.T) sonify.Output {
		return sound.New([]pcm.Sink{&pcm.Null{}}, sound.Options{})
	})
}

func TestOutput_Stems(t *testing.T) {
	sonifytest.TestOutput(t, func(t *testing.T) sonify.Output {
		return sound.New(nil, sound.Options{Stems: func(string) (pcm.Sink, error) { return &pcm.Null{}, nil }})
	})
}

func TestOutput_AsFile(t *testing.T) {
	sonifytest.TestFile(t, "out.wav", func(path string) (sonify.Output, error) {
		w, err := pcm.CreateWAV(path, pcm.WAVOptions{})
		if err != nil {
			return nil, err
		}
		return sound.New([]pcm.Sink{w}, sound.Options{}), nil
	})
}

// TestAsWritten is the promise of a score that is played as it is: loudness 0, no
// guard, constant volume, no echo.
func TestAsWritten(t *testing.T) {
	for _, start := range []sonify.Frame{0, 1, 777, 48000} {
		const frames = 12000
		k, _ := perform(t, plainHeader(), &sonify.Passage{End: 96000, Notes: []sonify.Note{
			{Frame: start, Frames: frames, Pitch: sonify.Key(69), Velocity: sonify.MaxVelocity},
		}})
		first, last := -1, 0
		for i, f := range k.frames {
			if f[0] > 100000 || f[0] < -100000 {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		if first < int(start)-2 || first > int(start)+2 || last > int(start)+frames+2 || last < int(start)+frames-20 {
			t.Errorf("a note of frames %d to %d sounds from %d to %d", start, start+frames-1, first, last)
		}
		for i, f := range k.frames {
			if (i < int(start)-16 || i > int(start)+frames+16) && f != (pcm.Frame{}) {
				t.Fatalf("frame %d is %v, the note is %d to %d", i, f, start, start+frames-1)
			}
		}
	}
}

func TestPlay_CutsMakeNoDifference(t *testing.T) {
	h := plainHeader()
	h.Mix = sonify.Mix{Loudness: -16, Guard: true, Ceiling: -1}
	h.Voices[0].Instrument.EchoLevel, h.Voices[0].Instrument.EchoDelay = 300, 480
	ps := &sonify.Passage{End: 200000}
	for i := range 50 {
		at := sonify.Frame(i * 3777)
		ps.Notes = append(ps.Notes, sonify.Note{Frame: at, Frames: 2500, Pitch: sonify.Key(50 + i), Velocity: 90, Pan: sonify.Pan(i)})
		ps.Controls = append(ps.Controls, sonify.Control{Frame: at + 1000, Param: sonify.ParamBend, Value: int32(i)})
		ps.Marks = append(ps.Marks, sonify.Mark{Frame: at + 1500, Kind: sonify.MarkTempo, Tempo: sonify.BPM(float64(100 + i))})
	}
	want, _ := perform(t, h, ps)
	got, _ := perform(t, h, ps, 1, 2, 100, 239, 240, 241, 3777, 3778, 50000, 50001, 100007)
	if !reflect.DeepEqual(got.frames, want.frames) {
		t.Error("the cuts between passages can be heard")
	}
}

func TestFinish_RingsOut(t *testing.T) {
	h := plainHeader()
	in := &h.Voices[0].Instrument
	in.Volume.Release = []int{8, 4, 2, 1}
	in.EchoLevel, in.EchoDelay = 500, 960 // a quarter note of half a second
	k, o := perform(t, h, &sonify.Passage{End: 12000, Notes: []sonify.Note{{Frame: 0, Frames: 12000, Pitch: sonify.Key(60), Velocity: 100}}})
	n := len(k.frames)
	// The echo begins at 24000, ends at 36000, and its release takes four ticks.
	if o.Frames() != sonify.Frame(n) || n < 36000+4*800 || n > 36000+6*800+1000 {
		t.Errorf("%d frames were written and %d counted, want about %d", n, o.Frames(), 36000+4*800)
	}
	if k.frames[n-1] != (pcm.Frame{}) || k.finished != 1 || k.closed != 1 {
		t.Errorf("the last frame is %v; finished %d times, closed %d", k.frames[n-1], k.finished, k.closed)
	}
}

func TestFinish_EndsWhatWouldNotEnd(t *testing.T) {
	k, _ := perform(t, plainHeader(), &sonify.Passage{End: 480, Notes: []sonify.Note{{Frames: 1 << 39, Pitch: sonify.Key(60), Velocity: 100}}})
	if s := len(k.frames) / 48000; s < 5 || s > 12 {
		t.Errorf("an endless note rings for %d s", s)
	}
	if f := k.frames[len(k.frames)-1]; f != (pcm.Frame{}) {
		t.Errorf("and ends on %v", f)
	}
}

func TestFinish_IsAtLeastAsLongAsTheScore(t *testing.T) {
	k, _ := perform(t, plainHeader(), &sonify.Passage{End: 100000})
	if len(k.frames) < 100000 {
		t.Errorf("%d frames, the score has 100000", len(k.frames))
	}
}

// onset returns the first frame after from that is louder than a hundredth of full
// scale.
func onset(f []pcm.Frame, from int) int {
	for i := from; i < len(f); i++ {
		if f[i][0] > pcm.Full/100 || f[i][0] < -pcm.Full/100 {
			return i
		}
	}
	return -1
}

func TestEcho_FollowsTheTempo(t *testing.T) {
	h := plainHeader()
	in := &h.Voices[0].Instrument
	in.EchoLevel, in.EchoDelay = 500, 480 // an eighth
	note := sonify.Note{Frames: 1000, Pitch: sonify.Key(80), Velocity: 127}
	later := note
	later.Frame = 48000
	k, _ := perform(t, h, &sonify.Passage{End: 96000, Notes: []sonify.Note{note, later}, Marks: []sonify.Mark{{Frame: 47000, Kind: sonify.MarkTempo, Tempo: sonify.BPM(60)}}})
	first, second := onset(k.frames, 2000), onset(k.frames, 50000)
	if first < 11990 || first > 12010 || second < 48000+23990 || second > 48000+24010 {
		t.Errorf("the echoes begin at %d and %d, want 12000 and 72000", first, second)
	}
}

func TestMarks_ReachTheSinks(t *testing.T) {
	k, _ := perform(t, plainHeader(), &sonify.Passage{End: 4800, Marks: []sonify.Mark{
		{Frame: 10, Kind: sonify.MarkSection, Name: "set"},
		{Frame: 20, Kind: sonify.MarkChord, Name: "VI"},
		{Frame: 30, Kind: sonify.MarkCaption, Text: "Ace, 203 km/h"},
	}})
	if want := []string{"10 set", "30 Ace, 203 km/h"}; !reflect.DeepEqual(k.marks, want) {
		t.Errorf("marks %q, want %q", k.marks, want)
	}
}

func TestStems_SumToTheMix(t *testing.T) {
	stems := map[string]*keep{}
	master := &keep{}
	o := sound.New([]pcm.Sink{master}, sound.Options{Stems: func(name string) (pcm.Sink, error) {
		stems[name] = &keep{}
		return stems[name], nil
	}})
	if _, err := (sonifytest.Performance{Bars: 8}).Play(o); err != nil {
		t.Fatal(err)
	}
	alone := &keep{}
	if _, err := (sonifytest.Performance{Bars: 8}).Play(sound.New([]pcm.Sink{alone}, sound.Options{})); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(master.frames, alone.frames) {
		t.Error("with stems the master sounds different")
	}
	mix := stems["mix"]
	if mix == nil || len(stems) < 4 {
		t.Fatalf("there are stems for %v", reflect.ValueOf(stems).MapKeys())
	}
	sum := make([]pcm.Frame, len(mix.frames))
	loud := 0
	for name, s := range stems {
		if name == "mix" {
			continue
		}
		if len(s.frames) != len(sum) || len(s.frames) != len(master.frames) || s.finished != 1 {
			t.Fatalf("stem %q has %d frames, the mix %d, the master %d", name, len(s.frames), len(sum), len(master.frames))
		}
		for i, f := range s.frames {
			sum[i][0] += f[0]
			sum[i][1] += f[1]
			if f != (pcm.Frame{}) {
				loud++
			}
		}
	}
	if !reflect.DeepEqual(sum, mix.frames) || loud == 0 {
		t.Error("the stems do not sum to the mix")
	}
}

func TestBegin_SaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		change func(h *sonify.Header)
		want   string
	}{
		{func(h *sonify.Header) { h.Mix.Tuning = "just" }, `tuning "just"`},
		{func(h *sonify.Header) { h.Mix.A4 = math.NaN() }, "a4 of NaN"},
		{func(h *sonify.Header) { h.Mix.Loudness = 3 }, "loudness of 3 LUFS"},
		{func(h *sonify.Header) { h.Voices[0].Instrument.Wave = "saw" }, `voice "lead": unknown wave "saw"`},
		{func(h *sonify.Header) { h.Voices[0].Instrument.Volume.Values = []int{16} }, `volume of 16: it can be 0 to 15`},
		{func(h *sonify.Header) { h.Voices[0].Instrument.Wave = sonify.Table }, `a wave has 32 steps, this one 0`},
		{func(h *sonify.Header) { h.Voices[0].Instrument.Wave = sonify.Sample }, `needs a recorded sound`},
		{func(h *sonify.Header) { h.Voices[0].Instrument.Duty.Values = make([]int, 300) }, `duty has 300 values`},
		{func(h *sonify.Header) { h.Voices = make([]sonify.Voice, 33) }, `the chip has 32 voices`},
		{func(h *sonify.Header) {
			h.Voices[0].Instrument.Wave = sonify.Sample
			h.Voices[0].Instrument.Sample = &sonify.SampleSound{PCM: make([]int16, 1<<20+1), Rate: 8000, Loop: -1}
		}, `it can be 1 to 1048576`},
	} {
		h := plainHeader()
		tt.change(h)
		if err := sound.New(nil, sound.Options{}).Begin(h); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}

func TestSinkErrors_AreReported(t *testing.T) {
	broken := errors.New("disk full")
	o := sound.New([]pcm.Sink{&keep{fail: broken}}, sound.Options{})
	if err := o.Begin(plainHeader()); err != nil {
		t.Fatal(err)
	}
	if err := o.Play(sonify.Cue{Passage: &sonify.Passage{End: 48000}}); !errors.Is(err, broken) {
		t.Errorf("Play says %v", err)
	}
}

func Example() {
	o := sound.New([]pcm.Sink{&pcm.Null{}}, sound.Options{})
	defer o.Close()
	h := &sonify.Header{
		Tempo:  sonify.BPM(120),
		Voices: []sonify.Voice{{Name: "lead", Gain: 1000, Polyphony: 1, Instrument: sonify.Instrument{Wave: sonify.Triangle}}},
	}
	if err := o.Begin(h); err != nil {
		fmt.Println(err)
		return
	}
	ps := &sonify.Passage{End: 24000, Notes: []sonify.Note{{Frames: 24000, Pitch: sonify.Key(69), Velocity: 100}}}
	if err := o.Play(sonify.Cue{Passage: ps}); err != nil {
		fmt.Println(err)
		return
	}
	if err := o.Finish(&sonify.Summary{Frames: 24000}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(o.Frames() >= 24000)
	// Output: true
}

// fourVoices is what the speed is promised for: four voices, about eleven notes a
// second.
func fourVoices() (*sonify.Header, *sonify.Passage) {
	vol := sonify.Macro{Values: []int{15, 14, 13, 12, 11, 10, 9, 8}, Loop: -1, Release: []int{5, 3, 1}}
	pulse := sonify.Instrument{Wave: sonify.Pulse, Volume: vol, VibratoDepth: 15, VibratoRate: 550, VibratoDelay: 10}
	h := &sonify.Header{Tempo: sonify.BPM(120), Mix: sonify.Mix{Loudness: -16, Guard: true, Ceiling: -1}, Voices: []sonify.Voice{
		{Name: "lead", Gain: 1000, Polyphony: 1, Pan: -20, Instrument: pulse},
		{Name: "answer", Gain: 800, Polyphony: 1, Pan: 20, Instrument: pulse},
		{Name: "bass", Gain: 1000, Polyphony: 1, Instrument: sonify.Instrument{Wave: sonify.Triangle}},
		{Name: "drums", Gain: 1000, Polyphony: 1, Instrument: sonify.Instrument{Wave: sonify.Noise, Volume: sonify.Macro{Values: []int{12, 9, 7, 5, 3, 2, 1, 0}, Loop: -1}}},
	}}
	ps := &sonify.Passage{End: 60 * sonify.SampleRate}
	seed := uint32(3)
	next := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>16) % n
	}
	for i := range 600 {
		at := sonify.Frame(i * 4800)
		play := func(voice, key int, frames sonify.Frame) {
			ps.Notes = append(ps.Notes, sonify.Note{Frame: at, Frames: frames, Voice: voice, Pitch: sonify.Key(key), Velocity: sonify.Velocity(64 + next(60))})
		}
		if i%2 == 0 && next(10) < 9 {
			play(0, 64+next(20), 9600)
		}
		if i%4 > 0 && next(10) < 4 {
			play(1, 60+next(16), 4800)
		}
		if i%4 == 0 {
			play(2, 33+next(19), 14400)
		}
		if i%8 == 4 || i%2 == 1 && next(10) < 2 {
			play(3, []int{40, 60, 76}[next(3)], 4800)
		}
	}
	return h, ps
}

func BenchmarkFourVoices(b *testing.B) {
	h, ps := fourVoices()
	for _, bb := range []struct {
		name string
		sink func() pcm.Sink
	}{
		{"null", func() pcm.Sink { return &pcm.Null{} }},
		{"wav16", func() pcm.Sink {
			w, err := pcm.NewWAV(io.Discard, pcm.WAVOptions{})
			if err != nil {
				b.Fatal(err)
			}
			return w
		}},
		{"wav16 file", func() pcm.Sink {
			w, err := pcm.CreateWAV(filepath.Join(b.TempDir(), "out.wav"), pcm.WAVOptions{})
			if err != nil {
				b.Fatal(err)
			}
			return w
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var frames sonify.Frame
			for b.Loop() {
				o := sound.New([]pcm.Sink{bb.sink()}, sound.Options{})
				if err := o.Begin(h); err != nil {
					b.Fatal(err)
				}
				if err := o.Play(sonify.Cue{Passage: ps}); err != nil {
					b.Fatal(err)
				}
				if err := o.Finish(&sonify.Summary{Frames: ps.End}); err != nil {
					b.Fatal(err)
				}
				frames += o.Frames()
				o.Close()
			}
			ns := float64(b.Elapsed().Nanoseconds()) / float64(frames)
			b.ReportMetric(ns, "ns/frame")
			b.ReportMetric(1e9/48000/ns, "x-realtime")
		})
	}
}

// BenchmarkStart is how long it takes until the first sound is there.
func BenchmarkStart(b *testing.B) {
	h, ps := fourVoices()
	first := &sonify.Passage{End: 4800, Notes: ps.Notes[:4]}
	for b.Loop() {
		o := sound.New([]pcm.Sink{&pcm.Null{}}, sound.Options{})
		if err := o.Begin(h); err != nil {
			b.Fatal(err)
		}
		if err := o.Play(sonify.Cue{Passage: first}); err != nil {
			b.Fatal(err)
		}
		o.Close()
	}
}

// A voice that stands aside is silent, whatever it plays, until a listener's own chip
// sets its volume.
func TestAside_IsSilentUntilAsked(t *testing.T) {
	h := plainHeader()
	h.Voices[0].Aside = true
	ps := &sonify.Passage{End: 48000, Notes: []sonify.Note{{Frames: 24000, Pitch: sonify.Key(69), Velocity: 100}}}
	k, _ := perform(t, h, ps)
	for i, f := range k.frames {
		if f != (pcm.Frame{}) {
			t.Fatalf("frame %d is %v", i, f)
		}
	}
	ps.Controls = []sonify.Control{{Frame: 0, Param: sonify.ParamVolume, Value: 1000}}
	k, _ = perform(t, h, ps)
	if i := onset(k.frames, 0); i < 0 || i > 24000 {
		t.Error("it is silent for whoever asks too")
	}
}
