package sound_test

import (
	"fmt"
	"slices"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sound"
)

func voiceOf(name string, wave sonify.Wave, gain int) sonify.Voice {
	return sonify.Voice{Name: name, Gain: gain, Polyphony: 2, Pitched: true, Instrument: sonify.Instrument{
		Wave: wave, Volume: sonify.Macro{Values: []int{15, 12}, Loop: -1}, EchoLevel: 400, EchoDelay: 480,
		Steps: slices.Repeat([]int{15, 3, 8, 0}, 8)}}
}

func headerOf(voices ...sonify.Voice) *sonify.Header {
	return &sonify.Header{Tempo: sonify.BPM(120), Meter: sonify.Meter{Beats: 4, Unit: 4}, Voices: voices}
}

// changed plays a note of voice "a" from frame 10000 to 90000, with its echoes,
// changes the piece at 48000, and plays a note of voice "then" at 60000 if it is not
// empty.
func changed(t *testing.T, from, to *sonify.Header, then string) []pcm.Frame {
	t.Helper()
	k := &keep{}
	o := sound.New([]pcm.Sink{k}, sound.Options{})
	index := func(h *sonify.Header, name string) int {
		return slices.IndexFunc(h.Voices, func(v sonify.Voice) bool { return v.Name == name })
	}
	if err := o.Begin(from); err != nil {
		t.Fatal(err)
	}
	err := o.Play(sonify.Cue{Passage: &sonify.Passage{End: 48000, Notes: []sonify.Note{
		{Frame: 10000, Frames: 80000, Voice: index(from, "a"), Pitch: sonify.Key(60), Velocity: 100},
		{Frame: 47000, Frames: 500, Voice: index(from, "a"), Pitch: sonify.Key(67), Velocity: 100}}}})
	if err != nil {
		t.Fatal(err)
	}
	if to != nil {
		to.Frame, to.Tick = 48000, 1920
		if err := o.Change(to); err != nil {
			t.Fatal(err)
		}
	} else {
		to = from
	}
	p := &sonify.Passage{Begin: 48000, End: 144000}
	if then != "" {
		p.Notes = []sonify.Note{{Frame: 60000, Frames: 20000, Voice: index(to, then), Pitch: sonify.Key(72), Velocity: 90}}
	}
	if err := o.Play(sonify.Cue{Passage: p}); err != nil {
		t.Fatal(err)
	}
	if err := o.Finish(&sonify.Summary{Frames: p.End}); err != nil {
		t.Fatal(err)
	}
	return k.frames
}

// When a piece takes over, what sounds rings out to the sample, with its echoes,
// whatever became of its voice.
func TestChange_LetsRingWhatSounds(t *testing.T) {
	a, b := voiceOf("a", sonify.Pulse, 1000), voiceOf("b", sonify.Triangle, 700)
	other := voiceOf("a", sonify.Table, 300)
	want := changed(t, headerOf(a, b), nil, "")
	for name, to := range map[string]*sonify.Header{
		"the same":          headerOf(a, b),
		"in another order":  headerOf(b, voiceOf("c", sonify.Noise, 1000), a),
		"without the voice": headerOf(b),
		"another sound":     headerOf(other, b),
	} {
		if got := changed(t, headerOf(a, b), to, ""); !slices.Equal(got, want) {
			t.Errorf("%s: the sound changes where nothing new plays", name)
		}
	}
	// What plays next has its new sound.
	same := changed(t, headerOf(a, b), headerOf(b, a), "a")
	if !slices.Equal(same, changed(t, headerOf(a, b), nil, "a")) {
		t.Error("a voice that moved in the piece sounds different")
	}
	if slices.Equal(same, changed(t, headerOf(a, b), headerOf(b, other), "a")) {
		t.Error("a voice that was edited sounds as before")
	}
}

// Pieces may change as often as they like: the chip's numbers and the memory of
// its samples come round.
func TestChange_HundredTimes(t *testing.T) {
	o := sound.New([]pcm.Sink{&pcm.Null{}}, sound.Options{})
	header := func(i int) *sonify.Header {
		h := headerOf()
		for k := range 12 {
			v := voiceOf(fmt.Sprint("v", k), sonify.Pulse, 100+i)
			if k == 0 {
				v.Instrument.Wave = sonify.Sample
				v.Instrument.Sample = &sonify.SampleSound{Rate: 48000, Root: sonify.Key(60), PCM: slices.Repeat([]int16{int16(i), 5}, 150000), Loop: -1, Level: 1000}
			}
			h.Voices = append(h.Voices, v)
		}
		h.Frame = sonify.Frame(i) * 4800
		return h
	}
	if err := o.Begin(header(0)); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < 100; i++ {
		h := header(i)
		p := &sonify.Passage{Begin: h.Frame - 4800, End: h.Frame}
		for k := range 12 {
			p.Notes = append(p.Notes, sonify.Note{Frame: p.Begin, Frames: 9000, Voice: k, Pitch: sonify.Key(50 + k), Velocity: 80})
		}
		if err := o.Play(sonify.Cue{Passage: p}); err != nil {
			t.Fatal(err)
		}
		if err := o.Change(h); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	big := headerOf(voiceOf("a", sonify.Sample, 1000))
	big.Voices[0].Instrument.Sample = &sonify.SampleSound{Rate: 48000, Root: sonify.Key(60), PCM: make([]int16, 1<<20), Loop: -1, Level: 1000}
	big.Frame = 100 * 4800
	if err := o.Change(big); err == nil {
		t.Error("a sound that does not fit is taken")
	}
	if err := o.Play(sonify.Cue{Passage: &sonify.Passage{Begin: 99 * 4800, End: 101 * 4800, Notes: []sonify.Note{{Frame: 99 * 4800, Frames: 100, Voice: 11, Velocity: 100}}}}); err != nil {
		t.Errorf("after a change that failed: %v", err)
	}
}

// An output that joins a performance under way begins where the performance is.
func TestBegin_InTheMiddle(t *testing.T) {
	h := headerOf(voiceOf("a", sonify.Pulse, 1000))
	play := func(at sonify.Frame) []pcm.Frame {
		k := &keep{}
		o := sound.New([]pcm.Sink{k}, sound.Options{})
		h.Frame = at
		if err := o.Begin(h); err != nil {
			t.Fatal(err)
		}
		p := &sonify.Passage{Begin: at, End: at + 20000, Notes: []sonify.Note{{Frame: at + 100, Frames: 10000, Pitch: sonify.Key(60), Velocity: 100}}}
		if err := o.Play(sonify.Cue{Passage: p}); err != nil {
			t.Fatal(err)
		}
		if err := o.Finish(&sonify.Summary{Frames: p.End}); err != nil {
			t.Fatal(err)
		}
		return k.frames
	}
	if a, b := play(0), play(1<<33); !slices.Equal(a, b) {
		t.Errorf("%d frames from the beginning, %d from the middle, or others", len(a), len(b))
	}
}
