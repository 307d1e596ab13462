package mapping_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
)

var update = flag.Bool("update", false, "rewrite the cases in testdata")

// script is a source whose events are lines of a case: "0.5 tennis.point
// winner=1 name=ann ace=yes", the time in seconds first.
type script struct {
	shapes map[string]*sonify.Shape
	events []sonify.Event
}

type scriptConfig struct {
	Open bool `toml:"open" doc:"whether other events may come" default:"false"`
}

func parseScript(t testing.TB, text string) *script {
	s := &script{shapes: map[string]*sonify.Shape{}}
	fields := map[string][]sonify.Field{}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	value := func(w string) sonify.Value {
		if f, err := strconv.ParseFloat(w, 64); err == nil {
			return sonify.Num(f)
		}
		switch w {
		case "yes", "no":
			return sonify.Truth(w == "yes")
		case "":
			return sonify.Value{}
		}
		return sonify.Word(w)
	}
	for _, l := range lines {
		w := strings.Fields(l)
		if len(w) < 2 {
			continue
		}
	next:
		for _, kv := range w[2:] {
			k, v, _ := strings.Cut(kv, "=")
			for i, f := range fields[w[1]] {
				if f.Name == k {
					if f.Type == sonify.Missing {
						fields[w[1]][i].Type = value(v).Type()
					}
					continue next
				}
			}
			fields[w[1]] = append(fields[w[1]], sonify.Field{Name: k, Type: value(v).Type(), Personal: k == "email"})
		}
		if _, ok := fields[w[1]]; !ok {
			fields[w[1]] = nil
		}
	}
	for kind, f := range fields {
		s.shapes[kind] = sonify.NewShape(kind, f...)
	}
	for i, l := range lines {
		w := strings.Fields(l)
		if len(w) < 2 {
			continue
		}
		at, err := strconv.ParseFloat(w[0], 64)
		if err != nil {
			t.Fatalf("line %d of the events: %v", i+1, err)
		}
		sh := s.shapes[w[1]]
		ev := sonify.Event{Shape: sh, Timed: true, Clock: time.Duration(at * 1e9), Line: int64(i + 1), Values: make([]sonify.Value, len(sh.Fields()))}
		for _, kv := range w[2:] {
			k, v, _ := strings.Cut(kv, "=")
			ev.Values[sh.Slot(k)] = value(v)
		}
		s.events = append(s.events, ev)
	}
	return s
}

func (s *script) Run(ctx context.Context, emit func(sonify.Event)) error {
	for _, e := range s.events {
		e.Values = append([]sonify.Value(nil), e.Values...)
		emit(e)
	}
	return nil
}

type probed struct {
	*script
	open bool
}

func (p probed) Probe(context.Context) (sonify.Prospect, error) {
	out := sonify.Prospect{Open: p.open, Timed: true}
	for _, k := range sorted(p.shapes) {
		out.Shapes = append(out.Shapes, p.shapes[k])
	}
	return out, nil
}

func sorted(m map[string]*sonify.Shape) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	for i := range out {
		for j := i; j > 0 && out[j] < out[j-1]; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// environment is one in which the source type "script" plays events.
func environment(t testing.TB, events string, files map[string]string) mapping.Env {
	s := parseScript(t, events)
	var reg sonify.Registry
	info := sonify.SourceInfo{Name: "script", Doc: "events of a case", Config: func() any { return &scriptConfig{} },
		New: func(_ sonify.SourceEnv, c any) (sonify.Source, error) {
			return probed{s, c.(*scriptConfig).Open}, nil
		}}
	live := info
	live.Name, live.Live = "live", true
	if err := reg.Add(info, live); err != nil {
		t.Fatal(err)
	}
	return mapping.Env{Sources: &reg, Probe: true, Version: "test",
		Library: func(name string) ([]byte, bool) {
			b, ok := files["mappings/"+name+".toml"]
			return []byte(b), ok
		},
		Mappings: []string{"base"},
		Sample: func(name string, wav []byte) (*sonify.SampleSound, error) {
			return &sonify.SampleSound{Name: name, Rate: 8000, PCM: make([]int16, len(wav)), Level: 1000}, nil
		},
		ReadFile: func(path string) ([]byte, error) {
			b, ok := files[strings.TrimPrefix(path, "./")]
			if !ok {
				return nil, fmt.Errorf("there is no file %s", path)
			}
			return []byte(b), nil
		}}
}

// newsfeed makes news about their source of events of the kinds "is.stale",
// "is.failed" and "is.live".
type newsfeed struct{ conductor.Feed }

func (f newsfeed) Next(ctx context.Context, limit sonify.Frame) (conductor.Arrival, bool, bool, error) {
	a, ok, ended, err := f.Feed.Next(ctx, limit)
	if state, news := strings.CutPrefix(a.Event.Kind(), "is."); ok && news {
		a.State = state
	}
	return a, ok, ended, err
}

// perform plays a compiled piece into outputs.
func perform(t testing.TB, p *mapping.Piece, outputs ...sonify.Output) *sonify.Summary {
	t.Helper()
	var in []conductor.Intake
	for _, s := range p.Sources {
		in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
	}
	feed := conductor.Start(context.Background(), in)
	defer feed.Stop()
	sum, err := conductor.Perform(context.Background(), &p.Header, p.Perform(), newsfeed{feed}, outputs, conductor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// Every case in testdata is a piece, the events it hears, and either the score
// or the problems that come of it: readable, so that a change can be judged.
func TestCases(t *testing.T) {
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
			var sets []string
			for _, l := range strings.Split(files["set"], "\n") {
				if l != "" {
					sets = append(sets, l)
				}
			}
			p, problems := mapping.Compile(environment(t, files["events"], files), "piece.toml", []byte(files["piece.toml"]), sets)
			got := map[string]string{}
			if len(problems) > 0 {
				got["problems"] = problems.Error() + "\n"
			}
			if p != nil {
				var b bytes.Buffer
				sum := perform(t, p, jsonl.NewText(&b))
				got["score"] = b.String()
				if len(sum.Lost) > 0 {
					got["score"] += fmt.Sprintf("# lost %v\n", sum.Lost)
				}
			}
			wrong := false
			for _, want := range []string{"problems", "score"} {
				if got[want] != files[want] {
					wrong = true
					if !*update {
						t.Errorf("%s: got\n%s\nwant\n%s", want, got[want], files[want])
					}
				}
			}
			if wrong && *update {
				var kept []txtar.File
				for _, f := range ar.Files {
					if f.Name != "problems" && f.Name != "score" {
						kept = append(kept, f)
					}
				}
				for _, k := range []string{"problems", "score"} {
					if got[k] != "" {
						kept = append(kept, txtar.File{Name: k, Data: []byte(got[k])})
					}
				}
				ar.Files = kept
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
