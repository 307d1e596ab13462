package figures

import (
	"math"
	"strings"
	"testing"

	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

const second = sonify.SampleRate

// performance is a take of notes at 120 quarter notes a minute: voice 0 a lead
// with a theme, 1 a bell that rules play, 2 a pad, 3 drums.
func performance(seconds int, notes ...sonify.Note) *take.Take {
	t := &take.Take{Themes: []int{0}, Idle: 10 * second}
	t.Header.Meter = sonify.Meter{Beats: 4, Unit: 4}
	t.Header.Level = "full"
	decay := sonify.Macro{Values: []int{15, 15, 15, 10, 5, 0}, Loop: -1}
	hold := sonify.Macro{Values: []int{15}, Loop: -1, Release: []int{5, 0}}
	t.Header.Voices = []sonify.Voice{
		{Name: "lead", Pitched: true, Gain: 1000, Polyphony: 1, Instrument: sonify.Instrument{Volume: hold}},
		{Name: "bell", Pitched: true, Gain: 1000, Polyphony: 3, Instrument: sonify.Instrument{Volume: decay}},
		{Name: "pad", Pitched: true, Gain: 500, Polyphony: 4},
		{Name: "drums", Gain: 1000, Polyphony: 1, Instrument: sonify.Instrument{Volume: decay}},
	}
	t.Header.Makers = []sonify.Maker{{Kind: sonify.MakerPattern, Name: "tune"}, {Kind: sonify.MakerRule, Name: "serve"}, {Kind: sonify.MakerPattern, Name: "pad"}, {Kind: sonify.MakerPattern, Name: "beat"}}
	t.Marks = []sonify.Mark{{Kind: sonify.MarkKey, Name: "C major"}}
	for _, n := range notes {
		n.Tick = sonify.Tick(n.Frame / 25) // 24000 frames a quarter
		n.Length = max(1, sonify.Tick(n.Frames/25))
		if n.Velocity == 0 {
			n.Velocity = 127
		}
		if n.Cause.By == 0 {
			n.Cause.By = n.Voice
		}
		t.Notes = append(t.Notes, n)
	}
	t.Summary = &sonify.Summary{Frames: sonify.Frame(seconds) * second}
	return t
}

func at(voice int, from, length float64, key int) sonify.Note {
	n := sonify.Note{Voice: voice, Frame: sonify.Frame(from * float64(second)), Frames: sonify.Frame(length * float64(second)), Pitch: sonify.Key(key)}
	if voice == 1 {
		n.Cause.Event = uint64(from*1000) + 1
	}
	return n
}

func TestOf_KeyAndEntropy(t *testing.T) {
	p := performance(8, at(0, 0, 1, 60), at(0, 1, 1, 64), at(3, 1.5, 0.1, 61), at(0, 2, 1, 66), at(0, 3, 1, 67))
	p.Marks = append(p.Marks, sonify.Mark{Kind: sonify.MarkKey, Name: "G major", Frame: 5 * second / 2})
	f := Of(p)
	if f.InKey != 0.75 || f.Pitched != 4 || f.Entropy != 2 {
		t.Errorf("in key %v of %d, %v bits", f.InKey, f.Pitched, f.Entropy)
	}
	p.Marks[1].Frame = 2 * second
	if f := Of(p); f.InKey != 1 {
		t.Errorf("in the new key: %v", f.InKey)
	}
	p.Marks[0].Name, p.Marks[1].Name = "C C E G", "F# F# G"
	if f := Of(p); f.InKey != 1 {
		t.Errorf("in keys of listed notes: %v", f.InKey)
	}
}

func TestOf_OnsetsAreMoments(t *testing.T) {
	if f := Of(performance(4, at(0, 0, 1, 60), at(2, 0, 1, 64), at(3, 0, 1, 61), at(0, 1, 1, 66))); f.Onsets != 0.5 {
		t.Errorf("%v onsets a second", f.Onsets)
	}
}

func TestOf_SilenceIsWhereNothingSounds(t *testing.T) {
	// The lead's note of 2 s and a release of one 60th; then a bell that is over
	// after five 60ths though its note lasts 4 s.
	f := Of(performance(20, at(0, 1, 2, 60), at(1, 6, 4, 64), at(0, 18, 1, 60)))
	if want := 18 - 6 - 5.0/60; math.Abs(f.Silence-want) > 1e-3 || math.Abs(f.SilentAt-(18-want)) > 1e-3 {
		t.Errorf("silence of %v s from %v s on, expected %v", f.Silence, f.SilentAt, want)
	}
	out := f.Outside(performance(20))
	if !strings.Contains(strings.Join(out, "\n"), "silence of 11.9 s from 6.1 s on") {
		t.Errorf("%q", out)
	}
	// A note that another takes the place of is over.
	f = Of(performance(20, at(0, 0, 20, 60), at(0, 1, 1, 62)))
	if math.Abs(f.Silence-18+1.0/60) > 1e-3 {
		t.Errorf("silence of %v s after a note was cut", f.Silence)
	}
}

func TestOf_RecurrenceIsOfTheTheme(t *testing.T) {
	theme := []int{60, 67, 65, 64, 60, 62, 59, 60}
	var notes []sonify.Note
	for k := range 4 {
		for i, key := range theme {
			notes = append(notes, at(0, float64(k)*4+float64(i)*0.5, 0.4, key+2*k)) // each time a tone higher
		}
	}
	f := Of(performance(20, notes...))
	// 32 notes, 31 steps, 28 grams; all within the theme (4 a time) and across its
	// seam recur.
	if f.Grams != 28 || f.Recurs != 1 {
		t.Errorf("%v of %d grams recur", f.Recurs, f.Grams)
	}
	for i := range notes {
		notes[i].Pitch += sonify.Key(i * i % 11)
	}
	if f := Of(performance(20, notes...)); f.Recurs > 0.2 {
		t.Errorf("%v of a melody at random recurs", f.Recurs)
	}
	if f := Of(performance(20, at(1, 0, 1, 60), at(1, 1, 1, 60))); !math.IsNaN(f.Recurs) {
		t.Errorf("no theme: %v", f.Recurs)
	}
}

func TestOf_Masking(t *testing.T) {
	soft := func(n sonify.Note, v sonify.Velocity) sonify.Note { n.Velocity = v; return n }
	of := func(event uint64, n sonify.Note) sonify.Note {
		n.Cause.Event, n.Cause.By = event, 1
		return n
	}
	for name, c := range map[string]struct {
		masked int
		notes  []sonify.Note
	}{
		"alone":                         {0, []sonify.Note{at(1, 1, 1, 72)}},
		"as loud":                       {0, []sonify.Note{at(0, 0, 3, 70), at(1, 1, 1, 72)}},
		"under a louder one":            {1, []sonify.Note{at(0, 0, 3, 70), soft(at(1, 1, 1, 72), 90)}},
		"the louder one is an octave":   {0, []sonify.Note{at(0, 0, 3, 60), soft(at(1, 1, 1, 72), 90)}},
		"the louder one is over":        {0, []sonify.Note{at(0, 0, 0.9, 70), soft(at(1, 1, 1, 72), 90)}},
		"the louder one comes later":    {0, []sonify.Note{soft(at(1, 1, 1, 72), 90), at(0, 1.2, 1, 70)}},
		"at one moment":                 {1, []sonify.Note{soft(at(1, 1, 1, 72), 90), at(0, 1, 1, 70)}},
		"the other's voice is soft":     {0, []sonify.Note{at(2, 0, 3, 70), soft(at(1, 1, 1, 72), 90)}},
		"drums":                         {0, []sonify.Note{at(3, 1, 1, 72), soft(at(1, 1, 1, 72), 90)}},
		"a bell that has died away":     {0, []sonify.Note{at(1, 0, 3, 70), soft(at(1, 1, 1, 72), 40)}},
		"another event at the moment":   {0, []sonify.Note{at(1, 1, 1, 70), of(7, soft(at(1, 1, 1, 72), 90))}},
		"one that drowns it":            {1, []sonify.Note{at(1, 1, 1, 70), of(7, soft(at(1, 1, 1, 72), 60))}},
		"cut off by its own voice":      {1, []sonify.Note{of(7, at(0, 1, 1, 72)), at(0, 1.04, 1, 84)}},
		"cut later":                     {0, []sonify.Note{of(7, at(0, 1, 1, 72)), at(0, 1.06, 1, 84)}},
		"the same event":                {0, []sonify.Note{at(1, 1, 1, 70), soft(at(1, 1, 1, 72), 90)}},
		"a motif's later note is below": {0, []sonify.Note{at(0, 0, 3, 70), func() sonify.Note { n := soft(at(1, 1, 1, 72), 90); n.Cause.Step = 1; return n }()}},
	} {
		if f := Of(performance(4, c.notes...)); f.Masked != c.masked {
			t.Errorf("%s: %d of %d masked, expected %d: %q", name, f.Masked, f.Data, c.masked, f.Masks)
		}
	}
	p := performance(4, at(0, 0, 3, 70), soft(at(1, 1, 1, 72), 90))
	p.Controls = []sonify.Control{{Frame: second / 2, Voice: 0, Param: sonify.ParamVolume, Value: 500}}
	if f := Of(p); f.Masked != 0 {
		t.Errorf("turned down by a control: %q", f.Masks)
	}
}

func TestVolumeAt_IsTheMacro(t *testing.T) {
	m := sonify.Macro{Values: []int{15, 9, 6}, Loop: 1, Release: []int{3, 0}}
	for age, want := range map[sonify.Frame]float64{-1: 0, 0: 15, 799: 15, 800: 9, 1600: 6, 2400: 9, 3200: 6, 4000: 3, 4800: 0, 9999: 0} {
		if got := volumeAt(&m, 4000, age); math.Abs(got-want/15) > 1e-12 {
			t.Errorf("after %d frames %.3f, expected %.3f", age, got, want/15)
		}
	}
	if d := audible(&m, 4000); d != 4800 {
		t.Errorf("audible for %d frames", d)
	}
}
