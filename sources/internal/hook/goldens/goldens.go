// Package goldens tests normalisers against recorded messages and the events that are
// expected of them.
package goldens

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/replay"
)

var update = flag.Bool("update", false, "rewrite the events in the goldens")

// Test tests a normaliser against files of recorded messages: testdata/NAME.jsonl
// and, beside it, testdata/NAME.events, which -update rewrites. New makes a normaliser;
// it is given the part of NAME before the first "-".
func Test(t *testing.T, make func(env sonify.SourceEnv, name string) decode.Normaliser) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no recordings in testdata")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		t.Run(name, func(t *testing.T) {
			first, _, _ := strings.Cut(name, "-")
			got := Events(t, file, func(env sonify.SourceEnv) decode.Normaliser { return make(env, first) })
			golden := strings.TrimSuffix(file, ".jsonl") + ".events"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the events differ from %s (-update writes them):\n%s", golden, got)
			}
		})
	}
}

// Events returns the events that a normaliser makes of a recording, to be read, and
// below them the oddities that it counted. Personal fields have a "!" before their
// values.
func Events(t *testing.T, file string, make func(env sonify.SourceEnv) decode.Normaliser) string {
	t.Helper()
	env := sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Place: new(sonify.Place)}
	n := make(env)
	known := map[*sonify.Shape]bool{}
	p := n.Prospect()
	for _, s := range p.Shapes {
		known[s] = true
	}
	var b bytes.Buffer
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	emit := func(ev sonify.Event) {
		if !known[ev.Shape] && !p.Open {
			t.Errorf("%s was not announced", ev.Kind())
		}
		b.WriteString(Line(&ev) + "\n")
	}
	err = replay.Read(context.Background(), f, env.Tally, func(m *decode.Message) error {
		m.Place = "place"
		if err := n.Normalise(m, emit); err != nil {
			fmt.Fprintf(&b, "error in line %d: %v\n", m.Line, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	decode.Flush(n, time.Time{}, emit)
	for _, c := range env.Tally.Counts() {
		fmt.Fprintf(&b, "# %v: %s: %d\n", c.Fate, c.What, c.Count)
	}
	return b.String()
}

// Line writes an event on one line.
func Line(ev *sonify.Event) string {
	var b strings.Builder
	b.WriteString(ev.Kind())
	if !ev.At.IsZero() {
		b.WriteString(" " + ev.At.Format(time.RFC3339Nano))
	}
	for i, f := range ev.Shape.Fields() {
		v := ev.Values[i]
		if v.IsMissing() {
			continue
		}
		mark := ""
		if f.Personal {
			mark = "!"
		}
		if v.Type() == sonify.Text {
			fmt.Fprintf(&b, " %s=%s%q", f.Name, mark, v)
		} else {
			fmt.Fprintf(&b, " %s=%s%v", f.Name, mark, v)
		}
	}
	return b.String()
}
