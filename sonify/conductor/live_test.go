package conductor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
)

// spoken is a source that says its words at the given moments of the world, and
// returns what is said at its end.
type spoken struct {
	at  []time.Duration
	err error
	run int
}

func (s *spoken) Run(ctx context.Context, emit func(sonify.Event)) error {
	s.run++
	began := time.Now()
	for i, d := range s.at {
		if err := (conductor.Wall{}).Wait(ctx, began.Add(d)); err != nil {
			return err
		}
		emit(sonify.Event{Shape: shape, Line: int64(i + 1)})
	}
	return s.err
}

// live conducts a metronome with the sources for so long.
func live(t *testing.T, d time.Duration, intakes func(*conductor.Timeline) []conductor.Intake) (*metronome, *timed, []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	m := &metronome{}
	o := &timed{output: &output{metronome: m}}
	line := conductor.NewTimeline(conductor.Wall{}, 0, time.Now().Add(200*time.Millisecond))
	f := conductor.Start(ctx, intakes(line))
	defer f.Stop()
	var news []string
	err := conductor.Run(ctx, m, f, []sonify.Output{o}, conductor.Options{Clock: conductor.Wall{}, Timeline: line,
		Report: func(source, state string, err error) { news = append(news, fmt.Sprint(source, " ", state, " ", err)) }})
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	return m, o, news
}

func TestLive_ArrivalIsWhenItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, _ := live(t, 5*time.Second, func(l *conductor.Timeline) []conductor.Intake {
			return []conductor.Intake{{Name: "a", Live: true, Pace: conductor.Pace{Clock: "arrival"},
				Source: &spoken{at: []time.Duration{time.Second, 1500 * time.Millisecond, 3 * time.Second}},
				Arrive: func() sonify.Frame { return l.Now() + 16000 }}}
		})
		// Frame 0 sounds 200 ms after the beginning; 16,000 frames are 333 ms.
		if want := []sonify.Frame{54400, 78400, 150400}; !slices.Equal(m.heard, want) {
			t.Errorf("heard at %v, want %v", m.heard, want)
		}
	})
}

// A source with a clock of its own that has nothing to say yet does not stop the
// music, nor take away the time that outputs need.
func TestLive_NobodyWaitsForASilentSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, o, _ := live(t, 20*time.Second, func(*conductor.Timeline) []conductor.Intake {
			return []conductor.Intake{
				{Name: "a", Live: true, Pace: own(1), Source: &spoken{at: []time.Duration{10 * time.Second, time.Hour}}},
				{Name: "b", Pace: own(1), Source: &clocked{at: []float64{0, 1, 2, 12}}},
			}
		})
		if len(m.heard) != 5 || len(o.lead) < 150 {
			t.Fatalf("%d events in %d passages", len(m.heard), len(o.lead))
		}
		short := 0
		for _, lead := range o.lead {
			if lead < 200*time.Millisecond {
				short++
			}
			if lead < 100*time.Millisecond {
				t.Fatalf("a passage came %v ahead", lead)
			}
		}
		if short > 2 {
			t.Errorf("%d passages had to wait", short)
		}
	})
}

func TestLive_ASourceThatFailsIsRunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &spoken{at: []time.Duration{time.Second, 2 * time.Second}, err: errors.New("broken pipe")}
		var tries []int
		m, _, news := live(t, 15*time.Second, func(l *conductor.Timeline) []conductor.Intake {
			return []conductor.Intake{{Name: "a", Live: true, Pace: conductor.Pace{Clock: "arrival"}, Source: s, Arrive: l.Now,
				Again: func(err error, n int) (time.Duration, bool) {
					tries = append(tries, n)
					return 3 * time.Second, len(tries) < 3
				}}}
		})
		want := "[a failed broken pipe a live <nil> a failed broken pipe a live <nil> a failed broken pipe]"
		if fmt.Sprint(news) != want || len(m.heard) != 6 || s.run != 3 || !slices.Equal(tries, []int{1, 1, 1}) || !m.ended {
			t.Errorf("news %v, heard %v, %d runs, tries %v, ended %v", news, m.heard, s.run, tries, m.ended)
		}
	})
}

func TestSources_PassOverWhatWasHeard(t *testing.T) {
	f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: &clocked{at: []float64{5, 6, 8, 9}}, Pace: own(2), Begin: 100, Skip: 2}})
	defer f.Stop()
	got, err := drain(t, f)
	if want := "[a 3@72100 a 4@96100 a ended]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got  %v, %v\nwant %s", got, err, want)
	}
}

func TestSources_ComeAndGo(t *testing.T) {
	f := conductor.Start(t.Context(), []conductor.Intake{{Name: "a", Source: endless{}, Pace: own(1)}})
	defer f.Stop()
	for range 300 {
		if a, ok, _, err := f.Next(t.Context(), 1<<40); err != nil || !ok || a.Event.Source != "a" {
			t.Fatalf("%+v, %v, %v", a, ok, err)
		}
	}
	f.Remove("a")
	f.Add(conductor.Intake{Name: "b", Source: &clocked{at: []float64{0, 1}}, Pace: own(1), Begin: 7})
	got, err := drain(t, f)
	if want := "[b 1@7 b 2@48007 b ended]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got  %v, %v\nwant %s", got, err, want)
	}
}

// sleepy is a clock of a machine that is put to sleep once.
type sleepy struct {
	conductor.Wall
	slept time.Duration
	after time.Time
}

func (s *sleepy) Now() time.Time {
	now := time.Now()
	if now.After(s.after) {
		now = now.Add(s.slept)
	}
	return now
}

func (s *sleepy) Wait(ctx context.Context, t time.Time) error {
	return s.Wall.Wait(ctx, time.Now().Add(t.Sub(s.Now())))
}

// After a sleep the music goes on where it was, and is not played faster to catch
// up.
func TestLive_GoesOnAfterASleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &sleepy{slept: time.Hour, after: time.Now().Add(3 * time.Second)}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		m := &metronome{}
		f := conductor.Start(ctx, []conductor.Intake{{Name: "a", Source: endless{}, Pace: own(1)}})
		defer f.Stop()
		var late []time.Duration
		conductor.Run(ctx, m, f, []sonify.Output{&output{metronome: m}}, conductor.Options{Clock: c, Late: func(d time.Duration) { late = append(late, d) }})
		if len(late) != 1 || late[0] < 59*time.Minute {
			t.Errorf("late: %v", late)
		}
		if n := len(m.spans); n < 80 || n > 90 {
			t.Errorf("%d passages of 120 ms in ten seconds", n)
		}
	})
}

// A burst of a live source is heard when it comes, also if nothing follows it.
func TestLive_ABurstIsNotKeptBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := make([]time.Duration, 300)
		for i := range at {
			at[i] = time.Second
		}
		m, _, _ := live(t, 3*time.Second, func(l *conductor.Timeline) []conductor.Intake {
			return []conductor.Intake{{Name: "a", Live: true, Pace: conductor.Pace{Clock: "arrival"}, Source: &spoken{at: append(at, time.Hour)},
				Arrive: func() sonify.Frame { return l.Now() + 48000 }}}
		})
		if len(m.heard) != 300 {
			t.Errorf("%d of 300 were heard", len(m.heard))
		}
	})
}
