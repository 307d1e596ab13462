package mapping_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify"
	"proscenium/sonify/mapping"
)

// strict is an output that holds passages to what their type promises.
type strict struct {
	t    *testing.T
	last sonify.Passage
}

func (s *strict) Begin(*sonify.Header) error { return nil }
func (s *strict) Play(c sonify.Cue) error {
	p := c.Passage
	if p.Span.Begin != s.last.Span.End || p.Begin != s.last.End {
		s.t.Errorf("%v from frame %d follows %v to frame %d", p.Span, p.Begin, s.last.Span, s.last.End)
	}
	within := func(what string, t sonify.Tick, f sonify.Frame) {
		// What is off the grid has its frame, and the first tick at or after it.
		if !p.Span.Contains(t) && t != p.Span.End || f < p.Begin || f >= p.End {
			s.t.Errorf("%s at tick %d, frame %d lies outside of %v, frames %d to %d", what, t, f, p.Span, p.Begin, p.End)
		}
	}
	for i, n := range p.Notes {
		within("a note", n.Tick, n.Frame)
		if i > 0 && n.Frame < p.Notes[i-1].Frame {
			s.t.Errorf("notes out of order at frame %d", n.Frame)
		}
	}
	for i, m := range p.Marks {
		within(m.Kind.String(), m.Tick, m.Frame)
		if i > 0 && m.Frame < p.Marks[i-1].Frame {
			s.t.Errorf("marks out of order at frame %d", m.Frame)
		}
	}
	s.last = *p
	return nil
}
func (s *strict) Finish(*sonify.Summary) error { return nil }
func (s *strict) Close() error                 { return nil }

// A passage is what starts within its span, in order, and nothing else.
func TestPassages_HoldWhatStartsWithinThem(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range ar.Files {
				files[f.Name] = string(f.Data)
			}
			if p, _ := mapping.Compile(environment(t, files["events"], files), "piece.toml", []byte(files["piece.toml"]), nil); p != nil {
				perform(t, p, &strict{t: t})
			}
		})
	}
}
