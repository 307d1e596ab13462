// Package recipetest compares what a recipe makes of recorded payloads with what it
// should: payloads in, exact events out.
package recipetest

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/internal/sse"
)

var update = flag.Bool("update", false, "rewrite the events in testdata")

// Goldens plays every testdata/*.txtar. An archive has a file of payloads (in.jsonl,
// one a line; in.sse, a stream; in.json, one payload; anything else, lines), the
// events, and what was counted; go test -update rewrites the latter two. Its comment
// says what it is about; words after "with:" at the beginning of a line are given to
// make.
func Goldens(t *testing.T, make func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata/*.txtar", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			with := ""
			for _, l := range strings.Split(string(a.Comment), "\n") {
				if w, ok := strings.CutPrefix(l, "with:"); ok {
					with = strings.TrimSpace(w)
				}
			}
			env := sonify.SourceEnv{Name: "x", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}
			n := make(t, env, with)
			var events, counted strings.Builder
			for _, f := range a.Files {
				if strings.HasPrefix(f.Name, "in.") {
					Play(t, env, n, f.Name, f.Data, func(ev sonify.Event) { events.WriteString(Line(&ev) + "\n") })
				}
			}
			for _, c := range env.Tally.Counts() {
				fmt.Fprintf(&counted, "%s: %s: %d\n", c.Fate, c.What, c.Count)
			}
			compare(t, name, a, map[string]string{"events": events.String(), "counted": counted.String()})
		})
	}
}

func compare(t *testing.T, name string, a *txtar.Archive, got map[string]string) {
	t.Helper()
	if *update {
		kept := a.Files[:0]
		for _, f := range a.Files {
			if strings.HasPrefix(f.Name, "in.") {
				kept = append(kept, f)
			}
		}
		a.Files = append(kept, txtar.File{Name: "events", Data: []byte(got["events"])}, txtar.File{Name: "counted", Data: []byte(got["counted"])})
		if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for what, text := range got {
		want := ""
		for _, f := range a.Files {
			if f.Name == what {
				want = string(f.Data)
			}
		}
		if text != want {
			t.Errorf("%s of %s:\n%s\nwant\n%s", what, name, text, want)
		}
	}
}

// Play gives n the payloads of a file, as its name says how they stand in it.
func Play(t testing.TB, env sonify.SourceEnv, n decode.Normaliser, name string, data []byte, emit func(sonify.Event)) {
	t.Helper()
	give := func(m decode.Message) {
		if err := n.Normalise(&m, emit); err != nil {
			env.Tally.Add(sonify.Skipped, err.Error(), m.Line)
		}
	}
	switch filepath.Ext(name) {
	case ".sse":
		r := sse.NewReader(bytes.NewReader(data), 0, "")
		for {
			f, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			give(decode.Message{Body: f.Data, Topic: f.Event, Place: f.ID, Line: f.Line})
		}
	case ".json":
		give(decode.Message{Body: data, Line: 1})
	default:
		for i, l := range bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
			give(decode.Message{Body: l, Line: int64(i + 1)})
		}
	}
	decode.Flush(n, time.Time{}, emit)
}

// Line is an event to read: its kind, its time, and every field that is there; those
// that are personal with a star.
func Line(ev *sonify.Event) string {
	var b strings.Builder
	b.WriteString(ev.Kind())
	if !ev.At.IsZero() {
		b.WriteString(" at=" + ev.At.Format(time.RFC3339Nano))
	}
	if ev.Timed {
		b.WriteString(" clock=" + ev.Clock.String())
	}
	for i, f := range ev.Shape.Fields() {
		v := ev.Values[i]
		if v.IsMissing() {
			continue
		}
		b.WriteByte(' ')
		if f.Personal {
			b.WriteByte('*')
		}
		if v.Type() == sonify.Text {
			fmt.Fprintf(&b, "%s=%q", f.Name, v.String())
		} else {
			fmt.Fprintf(&b, "%s=%s", f.Name, v)
		}
	}
	if ev.Place != "" {
		fmt.Fprintf(&b, " place=%q", ev.Place)
	}
	return b.String()
}

// Data returns a file of the recordings that the project may not copy. Where they are
// not, it does as [servertest.Recorded] does.
func Data(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{servertest.Recorded(t)}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Env is what a source may use of the program, for tests.
func Env() sonify.SourceEnv {
	return sonify.SourceEnv{Name: "x", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}
}

// Sane fails the test if an event breaks what every source promises.
func Sane(t testing.TB, ev *sonify.Event) {
	t.Helper()
	if ev.Shape == nil || len(ev.Values) != len(ev.Shape.Fields()) {
		t.Fatalf("an event with %d values", len(ev.Values))
	}
	for i, f := range ev.Shape.Fields() {
		if v := ev.Values[i]; !v.IsMissing() && f.Type != sonify.Missing && v.Type() != f.Type {
			t.Fatalf("%s.%s is a %v, it should be a %v", ev.Kind(), f.Name, v.Type(), f.Type)
		}
	}
}
