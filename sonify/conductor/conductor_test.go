package conductor_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
)

// clocked is a source whose events come at the given seconds of its own clock.
type clocked struct {
	at  []float64
	err error
}

var shape = sonify.NewShape("tick", sonify.Field{Name: "n"})

func (c *clocked) Run(ctx context.Context, emit func(sonify.Event)) error {
	for i, s := range c.at {
		emit(sonify.Event{Shape: shape, Values: []sonify.Value{sonify.Num(float64(i))}, Timed: true, Clock: time.Duration(s * 1e9), Line: int64(i + 1)})
	}
	return c.err
}

func own(speed float64) conductor.Pace { return conductor.Pace{Clock: "own", Speed: speed} }

// drain reads a feed to its end.
func drain(t *testing.T, f *conductor.Sources) (got []string, err error) {
	t.Helper()
	for limit := sonify.Frame(0); ; {
		a, ok, ended, err := f.Next(t.Context(), limit)
		switch {
		case err != nil:
			return got, err
		case ended:
			return got, nil
		case !ok:
			limit += 4800
			continue
		case a.State != "":
			got = append(got, fmt.Sprintf("%s %s", a.Event.Source, a.State))
		default:
			got = append(got, fmt.Sprintf("%s %d@%d", a.Event.Source, a.Event.Line, a.At))
		}
	}
}

func TestSources_MergeByArrivalThenByOrder(t *testing.T) {
	want := "[a 1@0 b 1@0 a 2@48000 b 2@48000 b ended a 3@96000 a ended]"
	for range 50 { // whichever goroutine is faster
		f := conductor.Start(t.Context(), []conductor.Intake{
			{Name: "a", Source: &clocked{at: []float64{0, 1, 2}}, Pace: own(1)},
			{Name: "b", Source: &clocked{at: []float64{10, 12}}, Pace: own(2)},
		})
		got, err := drain(t, f)
		f.Stop()
		if err != nil || fmt.Sprint(got) != want {
			t.Fatalf("got  %v, %v\nwant %s", got, err, want)
		}
	}
}

func TestPace_HoldsAClockThatRunsBack_AndCutsLongSilence(t *testing.T) {
	var tally sonify.Tally
	p := own(1)
	p.MaxGap = 60 * 48000
	f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: &clocked{at: []float64{0, 5, 3, 4, 4000}}, Pace: p, Tally: &tally}})
	defer f.Stop()
	got, err := drain(t, f)
	if want := "[a 1@0 a 2@240000 a 3@240000 a 4@288000 a 5@3168000 a ended]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got  %v, %v\nwant %s", got, err, want)
	}
	if c := tally.Counts(); len(c) != 2 || c[0].Count != 1 || c[1].Count != 1 {
		t.Errorf("counted %+v", c)
	}
}

func TestPace_RoundingDoesNotPileUp(t *testing.T) {
	var at []float64
	for i := range 10000 {
		at = append(at, float64(i)/10)
	}
	f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: &clocked{at: at}, Pace: own(1)}})
	defer f.Stop()
	got, _ := drain(t, f)
	if want := fmt.Sprintf("a 10000@%d", 9999*4800); got[9999] != want {
		t.Errorf("the last of 10,000 events comes as %q, want %q", got[9999], want)
	}
}

func TestSources_ThatGiveNothingFail(t *testing.T) {
	f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: &clocked{err: errors.New("no such file")}, Pace: own(1)}})
	defer f.Stop()
	if _, err := drain(t, f); err == nil || err.Error() != "source a: no such file" {
		t.Errorf("got %v", err)
	}
}

// endless never stops by itself.
type endless struct{}

func (endless) Run(ctx context.Context, emit func(sonify.Event)) error {
	for i := 0; ctx.Err() == nil; i++ {
		emit(sonify.Event{Shape: shape, Timed: true, Clock: time.Duration(i) * time.Second})
	}
	return context.Cause(ctx)
}

func TestSources_StopEndsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: endless{}, Pace: own(1)}})
		if _, _, _, err := f.Next(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		f.Stop() // the bubble fails if a goroutine stays behind
	})
}

// metronome is a performer that plays one note a stretch.
type metronome struct {
	now   sonify.Tick
	heard []sonify.Frame
	order []string
	ended bool
	out   sonify.Passage
	spans []sonify.Span
}

func (m *metronome) Now() (sonify.Tick, sonify.Frame) { return m.now, sonify.Frame(m.now) * 24 }
func (m *metronome) Hear(ev *sonify.Event, at sonify.Frame) {
	m.heard = append(m.heard, at)
	m.order = append(m.order, fmt.Sprintf("hear %d", at))
}
func (m *metronome) Open() sonify.Frame {
	m.out = sonify.Passage{Span: sonify.Span{Begin: m.now, End: m.now + 240}}
	m.order = append(m.order, fmt.Sprintf("open %d", m.now*24))
	return sonify.Frame(m.now+240) * 24
}
func (m *metronome) Close() *sonify.Passage     { m.now += 240; return &m.out }
func (m *metronome) Clear()                     {}
func (m *metronome) End()                       { m.ended = true }
func (m *metronome) Over() bool                 { return m.ended }
func (m *metronome) Source(name, state string)  {}
func (m *metronome) Summary() *sonify.Summary   { return &sonify.Summary{Ticks: m.now} }
func (m *metronome) Begin(*sonify.Header) error { return nil }
func (m *metronome) Play(c sonify.Cue) error {
	m.spans = append(m.spans, c.Span)
	return nil
}
func (m *metronome) Finish(*sonify.Summary) error { return nil }

type output struct {
	*metronome
	finished, closed int
	at               []time.Time
	fail             error
}

func (o *output) Close() error { o.closed++; return nil }
func (o *output) Play(c sonify.Cue) error {
	o.at = append(o.at, c.At)
	o.metronome.spans = append(o.metronome.spans, c.Span)
	return o.fail
}
func (o *output) Finish(*sonify.Summary) error { o.finished++; return nil }

func TestPerform_HearsBeforeItOpens_AndLeavesNoGap(t *testing.T) {
	m := &metronome{}
	o := &output{metronome: m}
	f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: &clocked{at: []float64{0, 0.12, 0.3}}, Pace: own(1)}})
	defer f.Stop()
	if _, err := conductor.Perform(t.Context(), &sonify.Header{}, m, f, []sonify.Output{o}, conductor.Options{}); err != nil {
		t.Fatal(err)
	}
	// A stretch is 5,760 frames. The event at 5,760 belongs to the second, before
	// its patterns play; the one at 14,400 comes within the third.
	want := "[hear 0 open 0 hear 5760 open 5760 open 11520 hear 14400]"
	if fmt.Sprint(m.order) != want {
		t.Errorf("got  %v\nwant %s", m.order, want)
	}
	for i, s := range m.spans {
		if i > 0 && s.Begin != m.spans[i-1].End {
			t.Errorf("a gap before %v", s)
		}
	}
	if o.finished != 1 || o.closed != 1 {
		t.Errorf("finished %d times, closed %d", o.finished, o.closed)
	}
}

func TestPerform_FinishesNothingAfterAnError(t *testing.T) {
	m := &metronome{}
	o := &output{metronome: m, fail: errors.New("disk full")}
	f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: endless{}, Pace: own(1)}})
	defer f.Stop()
	_, err := conductor.Perform(t.Context(), &sonify.Header{}, m, f, []sonify.Output{o}, conductor.Options{})
	if err == nil || o.finished != 0 || o.closed != 1 {
		t.Errorf("error %v, finished %d times, closed %d", err, o.finished, o.closed)
	}
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }
func (realClock) Wait(ctx context.Context, t time.Time) error {
	select {
	case <-time.After(time.Until(t)):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func TestPerform_WithAClock_KeepsItsLookAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &metronome{}
		o := &timed{output: &output{metronome: m}}
		f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: &clocked{at: []float64{0, 10}}, Pace: own(1)}})
		defer f.Stop()
		start := time.Now()
		_, err := conductor.Perform(t.Context(), &sonify.Header{}, m, f, []sonify.Output{o}, conductor.Options{Clock: realClock{}, Ahead: 300 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d < 9*time.Second || d > 11*time.Second {
			t.Errorf("ten seconds of data took %v", d)
		}
		for i, lead := range o.lead {
			if i > 3 && lead != 300*time.Millisecond {
				t.Fatalf("passage %d came %v ahead, want 300ms", i, lead)
			}
		}
	})
}

type timed struct {
	*output
	lead []time.Duration
}

func (o *timed) Play(c sonify.Cue) error {
	o.lead = append(o.lead, time.Until(c.At))
	return o.output.Play(c)
}

// still is a source all of whose events have one time stamp; it never ends.
type still struct{}

func (still) Run(ctx context.Context, emit func(sonify.Event)) error {
	for ctx.Err() == nil {
		emit(sonify.Event{Shape: shape, Timed: true})
	}
	return context.Cause(ctx)
}

// A source whose clock stands still fills one stretch after the other, not the
// memory, and is cancelled like any other.
func TestRun_HearsOnlySoManyEventsInOneStretch(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	f := conductor.Start(ctx, []conductor.Intake{{Name: "a", Source: still{}, Pace: own(1)}})
	defer f.Stop()
	enough := errors.New("enough")
	m := &metronome{}
	o := &counting{output: &output{metronome: m}, stop: func() { cancel(enough) }}
	if err := conductor.Run(ctx, m, f, []sonify.Output{o}, conductor.Options{}); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	if n := len(m.heard); n < 16384 || n > 80000 {
		t.Errorf("%d events were heard in %d stretches", n, o.played)
	}
}

type counting struct {
	*output
	played int
	stop   func()
}

func (c *counting) Play(sonify.Cue) error {
	if c.played++; c.played == 3 {
		c.stop()
	}
	return nil
}

// patient is a source that waits for its end.
type patient struct{}

func (patient) Run(ctx context.Context, emit func(sonify.Event)) error {
	emit(sonify.Event{Shape: shape, Timed: true})
	<-ctx.Done()
	return context.Cause(ctx)
}

// Sources that were told to stop have not come to their end: a render that is
// interrupted may not be finished as if it were whole.
func TestSources_ThatAreStoppedHaveNotEnded(t *testing.T) {
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	f := conductor.Start(ctx, []conductor.Intake{{Name: "a", Source: patient{}, Pace: own(1)}})
	defer f.Stop()
	cancel(enough)
	for {
		// Whoever asks may not have heard of it yet.
		a, _, ended, err := f.Next(t.Context(), 1<<40)
		if ended || a.State != "" {
			t.Fatalf("the source ended: %+v", a)
		}
		if err != nil {
			if !errors.Is(err, enough) {
				t.Error(err)
			}
			return
		}
	}
}
