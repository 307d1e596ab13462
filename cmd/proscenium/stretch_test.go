package main

import (
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/sonifytest"
)

// cutOut plays the synthetic performance through a stretch.
func cutOut(t *testing.T, from, to sonify.Frame) (whole, part *sonifytest.Recorder) {
	t.Helper()
	whole, part = &sonifytest.Recorder{}, &sonifytest.Recorder{}
	perf := sonifytest.Performance{Bars: 40, Seed: 3}
	if _, err := perf.Play(whole); err != nil {
		t.Fatal(err)
	}
	if _, err := perf.Play(&stretch{outs: []sonify.Output{part}, from: from, to: to}); err != nil {
		t.Fatal(err)
	}
	return whole, part
}

func TestStretch_HoldsWhatSoundsInIt(t *testing.T) {
	const from, to = 7*sonify.SampleRate + 11, 31*sonify.SampleRate + 5
	whole, part := cutOut(t, from, to)
	if len(part.Notes) == 0 || part.Summary == nil {
		t.Fatal("nothing came out")
	}
	// The stretch begins on the first tick at or after from: less than a
	// millisecond later.
	begin := sonify.Frame(-1)
	var want []sonify.Note
	for _, n := range whole.Notes {
		if n.Frame < from || n.Frame >= to {
			continue
		}
		if begin < 0 {
			begin = n.Frame - part.Notes[0].Frame
		}
		want = append(want, n)
	}
	if begin < from || begin > from+sonify.SampleRate/1000 {
		t.Fatalf("it begins at frame %d, expected %d or a little later", begin, from)
	}
	if len(part.Notes) != len(want) {
		t.Fatalf("%d notes, expected %d", len(part.Notes), len(want))
	}
	tick := want[0].Tick - part.Notes[0].Tick
	cut := 0
	for i, n := range part.Notes {
		w := want[i]
		if n.Frame != w.Frame-begin || n.Tick != w.Tick-tick || n.Voice != w.Voice || n.Pitch != w.Pitch || n.Velocity != w.Velocity {
			t.Fatalf("note %d is %+v, expected %+v moved by %d", i, n, w, begin)
		}
		if n.Frames != w.Frames {
			cut++
			if n.Frame+n.Frames+begin != to {
				t.Errorf("note %d ends at frame %d, expected the end or %d", i, n.Frame+n.Frames+begin, to)
			}
		}
		if n.Frame+n.Frames+begin > to {
			t.Errorf("note %d sounds past the end", i)
		}
	}
	if cut == 0 {
		t.Error("no note was cut at the end: the test shows nothing about it")
	}
	if got := part.Spans[0].Begin; got != 0 {
		t.Errorf("the first passage begins at tick %d", got)
	}
	if got, want := part.Summary.Frames, to-begin; got < want || got > want+sonify.SampleRate/1000 {
		t.Errorf("it lasts %d frames, expected %d", got, want)
	}
	if got := int(part.Summary.Notes); got != len(part.Notes) {
		t.Errorf("the summary tells of %d notes, there are %d", got, len(part.Notes))
	}
}

// state returns what holds at a frame: the last mark of each kind and subject,
// and the last control of each voice and parameter.
func state(r *sonifytest.Recorder, at sonify.Frame) (marks map[[3]any]sonify.Mark, controls map[[2]any]int32) {
	marks, controls = map[[3]any]sonify.Mark{}, map[[2]any]int32{}
	for _, m := range r.Marks {
		switch {
		case m.Frame > at, m.Kind == sonify.MarkCaption, m.Kind == sonify.MarkEvent:
		case m.Kind == sonify.MarkSignal, m.Kind == sonify.MarkBoard:
			marks[[3]any{m.Kind, m.Index}] = m
		case m.Kind == sonify.MarkState:
			marks[[3]any{m.Kind, m.Name}] = m
		default:
			marks[[3]any{m.Kind}] = m
		}
	}
	for _, c := range r.Controls {
		if c.Frame <= at {
			controls[[2]any{c.Voice, c.Param}] = c.Value
		}
	}
	return marks, controls
}

func TestStretch_BeginsWithWhatHolds(t *testing.T) {
	const from = 23 * sonify.SampleRate
	whole, part := cutOut(t, from, 0)
	marks, controls := state(whole, from)
	gotMarks, gotControls := state(part, 0)
	if len(marks) < 5 || len(controls) == 0 {
		t.Fatalf("the performance sets %d marks and %d controls: the test shows nothing", len(marks), len(controls))
	}
	for k, m := range marks {
		g, ok := gotMarks[k]
		if !ok || g.Name != m.Name || g.Text != m.Text || g.Number != m.Number || g.Tempo != m.Tempo || g.Meter != m.Meter {
			t.Errorf("%v: the stretch begins with %+v, expected %+v", k, g, m)
		}
	}
	for k, v := range controls {
		if g, ok := gotControls[k]; !ok || g != v {
			t.Errorf("control %v begins at %d, expected %d", k, g, v)
		}
	}
	for k, m := range marks {
		if k[0] == sonify.MarkTempo && part.Header.Tempo != m.Tempo {
			t.Errorf("the header says %v, expected %v", part.Header.Tempo, m.Tempo)
		}
	}
}

func TestStretch_OfAllIsAll(t *testing.T) {
	whole, part := cutOut(t, 0, 0)
	if len(whole.Notes) != len(part.Notes) || len(whole.Marks) != len(part.Marks) || len(whole.Controls) != len(part.Controls) {
		t.Fatalf("%d notes, %d marks, %d controls; expected %d, %d, %d", len(part.Notes), len(part.Marks), len(part.Controls), len(whole.Notes), len(whole.Marks), len(whole.Controls))
	}
	for i, n := range part.Notes {
		if w := whole.Notes[i]; n.Frame != w.Frame || n.Tick != w.Tick || n.Frames != w.Frames || n.Length != w.Length {
			t.Fatalf("note %d is %+v, expected %+v", i, n, w)
		}
	}
}

func TestStretch_AfterTheEnd_IsAnError(t *testing.T) {
	r := &sonifytest.Recorder{}
	_, err := sonifytest.Performance{Bars: 4}.Play(&stretch{outs: []sonify.Output{r}, from: 3600 * sonify.SampleRate})
	if err == nil {
		t.Fatal("no error")
	}
	if r.Summary != nil {
		t.Error("the output was finished all the same")
	}
}
