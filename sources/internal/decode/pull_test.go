package decode_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
)

// slowly is a normaliser that holds every event back for a second.
type slowly struct {
	shape *sonify.Shape
	held  []sonify.Event
	due   []time.Time
}

func (s *slowly) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if err := quickly(*s).Normalise(m, func(ev sonify.Event) {
		s.held, s.due = append(s.held, ev), append(s.due, time.Now().Add(time.Second))
	}); err != nil {
		return err
	}
	return nil
}

func (s *slowly) Prospect() sonify.Prospect { return sonify.Prospect{} }

func (s *slowly) Flush(now time.Time, emit func(sonify.Event)) time.Time {
	for len(s.held) > 0 && (now.IsZero() || !now.Before(s.due[0])) {
		emit(s.held[0])
		s.held, s.due = s.held[1:], s.due[1:]
	}
	if len(s.due) == 0 {
		return time.Time{}
	}
	return s.due[0]
}

// quickly makes an event of every message at once.
type quickly slowly

func (q quickly) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	switch string(m.Body) {
	case "odd":
		return errors.New("odd")
	case "fatal":
		return &sonify.Permanent{Err: errors.New("fatal")}
	case "quiet":
		return nil
	}
	emit(sonify.Event{Shape: q.shape, Values: []sonify.Value{sonify.Word(string(m.Body))}, Place: m.Place})
	return nil
}

func (q quickly) Prospect() sonify.Prospect { return sonify.Prospect{} }

func TestPull(t *testing.T) {
	shape := sonify.NewShape("x", sonify.Field{Name: "v"})
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		say          []string // a number waits so many milliseconds
		quick, slow  string   // what is emitted, with the millisecond of it
		err          error
		place        string
		skippedCount int64
	}{
		"to the break": {say: []string{"a", "500", "b"}, quick: "0 a, 500 b", slow: "500 a, 500 b", err: broken, place: "b", skippedCount: 0},
		"waits":        {say: []string{"a", "300", "b", "1500", "c"}, quick: "0 a, 300 b, 1800 c", slow: "1000 a, 1300 b, 1800 c", err: broken, place: "c"},
		"odd ones":     {say: []string{"a", "odd", "quiet"}, quick: "0 a", slow: "0 a", err: broken, place: "quiet", skippedCount: 1},
		"fatal":        {say: []string{"a", "fatal", "b"}, quick: "0 a", slow: "0 a", place: "a"},
	} {
		for _, how := range []string{"quick", "slow"} {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				began := time.Now()
				emit := func(ev sonify.Event) {
					got = append(got, fmt.Sprint(time.Since(began).Milliseconds(), " ", ev.Value("v")))
				}
				left := c.say
				read := func(m *decode.Message) error {
					for {
						if len(left) == 0 {
							return broken
						}
						text := left[0]
						left = left[1:]
						if ms, err := time.ParseDuration(text + "ms"); err == nil {
							time.Sleep(ms)
							continue
						}
						m.Body, m.Place = []byte(text), text
						return nil
					}
				}
				var n decode.Normaliser = quickly{shape: shape}
				want := c.quick
				if how == "slow" {
					n, want = &slowly{shape: shape}, c.slow
				}
				env := sonify.SourceEnv{Tally: new(sonify.Tally), Place: new(sonify.Place)}
				err := decode.Pull(t.Context(), env, n, emit, read, func() {})
				if strings.Join(got, ", ") != want {
					t.Errorf("%s, %s: emitted %s, want %s", name, how, strings.Join(got, ", "), want)
				}
				if c.err != nil && err != c.err || c.err == nil && (err == nil || err.Error() != "fatal") {
					t.Errorf("%s, %s: %v", name, how, err)
				}
				if env.Place.Get() != c.place {
					t.Errorf("%s, %s: stands at %q", name, how, env.Place.Get())
				}
				n2 := int64(0)
				for _, o := range env.Tally.Counts() {
					n2 += o.Count
				}
				if n2 != c.skippedCount {
					t.Errorf("%s, %s: counted %v", name, how, env.Tally.Counts())
				}
			})
		}
	}
}

// When the context is done, Pull returns its cause and has ended what it began,
// whether it reads, waits, or is in the middle of a message.
func TestPull_EndsWithItsContext(t *testing.T) {
	shape := sonify.NewShape("x", sonify.Field{Name: "v"})
	why := errors.New("enough")
	for _, n := range []decode.Normaliser{quickly{shape: shape}, &slowly{shape: shape}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(2500*time.Millisecond, func() { cancel(why) })
			stop := make(chan struct{})
			halt := func() { close(stop) }
			read := func(m *decode.Message) error {
				select {
				case <-time.After(time.Second):
				case <-stop:
					return errors.New("stopped")
				case <-ctx.Done():
					return context.Cause(ctx)
				}
				m.Body = []byte("a")
				return nil
			}
			count := 0
			err := decode.Pull(ctx, sonify.SourceEnv{Tally: new(sonify.Tally)}, n, func(sonify.Event) { count++ }, read, halt)
			if err != why || count == 0 {
				t.Errorf("%T: %v after %d events", n, err, count)
			}
		})
	}
}
