package servertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
)

// Heard is a source that runs in the background, and what it says.
type Heard struct {
	Env sonify.SourceEnv

	tb     testing.TB
	src    sonify.Source
	events chan sonify.Event
	done   chan error
	stop   context.CancelFunc
}

// Env returns what a source may use of the program around it.
func Env() sonify.SourceEnv {
	return sonify.SourceEnv{Name: "house", Tally: new(sonify.Tally), Link: new(sonify.Link), Place: new(sonify.Place)}
}

// Make makes a source of a kind; change may change its configuration.
func Make[C any](tb testing.TB, info sonify.SourceInfo, env sonify.SourceEnv, change func(*C)) sonify.Source {
	tb.Helper()
	c, ok := info.Config().(*C)
	if !ok {
		tb.Fatalf("the configuration is a %T", info.Config())
	}
	change(c)
	src, err := info.New(env, c)
	if err != nil {
		tb.Fatal(err)
	}
	return src
}

// Listen runs a source in the background until the test ends or Stop is called, and
// returns when its connection is up. The place of every event is taken over, as the
// engine does it.
func Listen(tb testing.TB, src sonify.Source, env sonify.SourceEnv) *Heard {
	tb.Helper()
	env.Link.Down("not yet")
	ctx, stop := context.WithCancel(context.Background())
	h := &Heard{Env: env, tb: tb, src: src, events: make(chan sonify.Event, 100_000), done: make(chan error, 1), stop: stop}
	go func() {
		h.done <- src.Run(ctx, func(ev sonify.Event) {
			if ev.Place != "" {
				env.Place.Set(ev.Place)
			}
			h.events <- ev
		})
	}()
	tb.Cleanup(func() { h.Stop() })
	Wait(tb, "the connection is up", func() bool {
		if len(h.done) > 0 {
			err := <-h.done
			h.done <- err
			tb.Fatalf("it ended: %v", err)
		}
		return env.Link.Status().State == sonify.LinkUp
	})
	return h
}

// Wait returns when a condition holds, and fails the test when it does not for long.
func Wait(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	for end := time.Now().Add(60 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("waited in vain: %s", what)
		}
	}
}

// Event returns the next event.
func (h *Heard) Event() sonify.Event {
	h.tb.Helper()
	select {
	case ev := <-h.events:
		return ev
	case err := <-h.done:
		h.done <- err
		h.tb.Fatalf("it ended: %v", err)
	case <-time.After(60 * time.Second):
		h.tb.Fatal("nothing came")
	}
	return sonify.Event{}
}

// Next returns the next event as a text: its kind and its fields.
func (h *Heard) Next() string {
	h.tb.Helper()
	return Text(h.Event())
}

// Expect compares the next events with texts.
func (h *Heard) Expect(want ...string) {
	h.tb.Helper()
	for _, w := range want {
		if got := h.Next(); got != w {
			h.tb.Errorf("heard %.200q, expected %.200q", got, w)
		}
	}
}

// Text writes an event with its fields in the order of their names: "reading room=hall
// value=21.5". Missing fields are left out.
func Text(ev sonify.Event) string {
	var parts []string
	for i, f := range ev.Shape.Fields() {
		if i < len(ev.Values) && !ev.Values[i].IsMissing() {
			parts = append(parts, fmt.Sprintf("%s=%v", f.Name, ev.Values[i]))
		}
	}
	slices.Sort(parts)
	return strings.Join(append([]string{ev.Kind()}, parts...), " ")
}

// Stop stops the source, checks that it takes no longer than it may and says why it
// ended, and returns the error. It may be called again.
func (h *Heard) Stop() error {
	h.tb.Helper()
	begin := time.Now()
	running := len(h.done) == 0
	h.stop()
	err := <-h.done
	h.done <- err
	if d := time.Since(begin); d > 1500*time.Millisecond {
		h.tb.Errorf("it took %v to stop", d)
	}
	if running && !errors.Is(err, context.Canceled) {
		// It may have broken in the same moment, but then it says so.
		if err == nil {
			h.tb.Error("stopped without a cause")
		}
	}
	return err
}

// Broke waits until the source ends by itself, and returns why.
func (h *Heard) Broke() error {
	h.tb.Helper()
	select {
	case err := <-h.done:
		h.done <- err
		return err
	case <-time.After(60 * time.Second):
		h.tb.Fatal("nobody noticed")
		return nil
	}
}

// Counted returns how often an oddity was counted whose name holds a text.
func Counted(t *sonify.Tally, what string) (n int64) {
	for _, c := range t.Counts() {
		if strings.Contains(c.What, what) {
			n += c.Count
		}
	}
	return n
}

// Permanent reports whether an error is one for good.
func Permanent(err error) bool {
	var p *sonify.Permanent
	return errors.As(err, &p)
}

// Within returns the next event if one comes within d.
func (h *Heard) Within(d time.Duration) (sonify.Event, bool) {
	select {
	case ev := <-h.events:
		return ev, true
	case <-time.After(d):
		return sonify.Event{}, false
	}
}

// Golden runs a source that ends, and compares its events and what was counted with
// a file; with update it writes that.
func Golden(tb testing.TB, src sonify.Source, env sonify.SourceEnv, file string, update bool) {
	tb.Helper()
	var b strings.Builder
	if err := src.Run(context.Background(), func(ev sonify.Event) {
		fmt.Fprintf(&b, "%8.3fs %s\n", ev.Clock.Seconds(), Text(ev))
	}); err != nil {
		tb.Fatal(err)
	}
	for _, c := range env.Tally.Counts() {
		fmt.Fprintf(&b, "%s: %s: %d\n", c.Fate, c.What, c.Count)
	}
	if update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			tb.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	if b.String() != string(want) {
		tb.Errorf("%s differs (-update writes it):\n%s\nexpected\n%s", file, b.String(), want)
	}
}

// Recorded returns the folder of the recordings that the project may not copy. Without
// one the test is skipped, in CI too: the recordings' licences keep them out of the
// repository, and a machine of somebody else has none.
func Recorded(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("PROSCENIUM_DATA")
	if dir == "" {
		tb.Skip("PROSCENIUM_DATA does not name a folder with recorded data")
	}
	return dir
}

// TopicFile makes a recording of a file of the recordings that the project may not copy,
// in which each line is a topic, a tab and a message, and returns its path. Where they
// are not, it does as [Recorded] does.
func TopicFile(tb testing.TB, path ...string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{Recorded(tb)}, path...)...))
	if err != nil {
		tb.Fatal(err)
	}
	var b strings.Builder
	at := time.Date(2026, 11, 28, 18, 0, 0, 0, time.UTC)
	for line := range strings.Lines(string(text)) {
		topic, body, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		if ok {
			at = at.Add(time.Second)
			l, _ := json.Marshal(map[string]any{"at": at, "topic": topic, "text": body})
			b.Write(append(l, '\n'))
		}
	}
	out := filepath.Join(tb.TempDir(), "recording.jsonl")
	if err := os.WriteFile(out, []byte(b.String()), 0o644); err != nil {
		tb.Fatal(err)
	}
	return out
}

// All runs a source that ends, and returns its events as texts.
func All(tb testing.TB, src sonify.Source) []string {
	tb.Helper()
	var all []string
	if err := src.Run(context.Background(), func(ev sonify.Event) { all = append(all, Text(ev)) }); err != nil {
		tb.Fatal(err)
	}
	return all
}

func newContext() (context.Context, context.CancelFunc) {
	return context.WithCancel(context.Background())
}
