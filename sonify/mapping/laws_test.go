package mapping_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
)

// caseFile returns a piece and its events from testdata.
func caseFile(t testing.TB, name string) (piece, events string) {
	t.Helper()
	ar, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range ar.Files {
		switch f.Name {
		case "piece.toml":
			piece = string(f.Data)
		case "events":
			events = string(f.Data)
		}
	}
	return piece, events
}

func compile(t testing.TB, piece, events string) *mapping.Piece {
	t.Helper()
	p, ps := mapping.Compile(environment(t, events, nil), "piece.toml", []byte(piece), nil)
	if p == nil {
		t.Fatal(ps)
	}
	return p
}

func text(t testing.TB, p *mapping.Piece) string {
	var b bytes.Buffer
	perform(t, p, jsonl.NewText(&b))
	return b.String()
}

// A query of [a, c) is the query of [a, b) and that of [b, c): patterns give the
// same notes however finely the conductor asks.
func TestPatterns_AreAdditive(t *testing.T) {
	piece, events := caseFile(t, "patterns")
	var want string
	for _, pulse := range []sonify.Tick{60, 120, 240, 480, 960} {
		p := compile(t, piece, events)
		mapping.SetPulse(p, pulse)
		got := text(t, p)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("asked every %d ticks the piece differs:\n%s", pulse, firstDifference(got, want))
		}
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d: %s", i+1, x[i])
		}
	}
	return "one is longer"
}

const diced = `
tempo = 120
seed = 3
[source.s]
type = "script"
[voice.a]
[voice.b]
[[pattern]]
name = "a"
voice = "a"
notes = { arpeggio = "random", span = 6 }
chance = 0.6
vary = 0.3
[[rule]]
name = "r"
on = "r"
voice = "b"
pitch = { from = "v", domain = [0, 9], range = ["C4", "C5"] }
chance = 0.5
`

// Adding a voice, a pattern or a rule changes nothing in the others: every part
// throws its own dice.
func TestDice_ArePrivate(t *testing.T) {
	var events strings.Builder
	for i := range 60 {
		fmt.Fprintf(&events, "%d.%d r v=%d\n", i/2, i%2*5, i%10)
	}
	only := func(s, voice string) string {
		var out []string
		for _, l := range strings.Split(s, "\n") {
			if strings.Contains(l, "| "+voice+" ") {
				out = append(out, l)
			}
		}
		return strings.Join(out, "\n")
	}
	alone := text(t, compile(t, diced, events.String()))
	more := strings.Replace(diced, "[[pattern]]", "[voice.c]\nwave = \"noise\"\n[[pattern]]\nname = \"c\"\nvoice = \"c\"\nchance = 0.5\n[[rule]]\nname = \"first\"\non = \"r\"\nvoice = \"c\"\nchance = 0.5\n[[pattern]]", 1)
	beside := text(t, compile(t, more, events.String()))
	for _, v := range []string{"a", "b"} {
		if only(alone, v) == "" || only(alone, v) != only(beside, v) {
			t.Errorf("voice %s plays otherwise beside another voice:\n%s", v, firstDifference(only(beside, v), only(alone, v)))
		}
	}
	if other := text(t, compile(t, strings.Replace(diced, "seed = 3", "seed = 4", 1), events.String())); only(other, "a") == only(alone, "a") {
		t.Error("another seed plays the same")
	}
}

type bubbleClock struct{}

func (bubbleClock) Now() time.Time { return time.Now() }
func (bubbleClock) Wait(ctx context.Context, at time.Time) error {
	select {
	case <-time.After(time.Until(at)):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Live playing and rendering a file are the same loop with another clock.
func TestLive_IsTheRenderWithAClock(t *testing.T) {
	for _, name := range []string{"rule", "patterns", "form", "idle", "idle_section", "cross_time", "controls", "harmony", "build", "choices", "idle_priority", "sections", "meters", "caption_waits", "mapped", "clocks"} {
		piece, events := caseFile(t, name)
		want := text(t, compile(t, piece, events))
		synctest.Test(t, func(t *testing.T) {
			p := compile(t, piece, events)
			var in []conductor.Intake
			for _, s := range p.Sources {
				in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			feed := conductor.Start(ctx, in)
			defer feed.Stop()
			var b bytes.Buffer
			if _, err := conductor.Perform(ctx, &p.Header, p.Perform(), feed, []sonify.Output{jsonl.NewText(&b)}, conductor.Options{Clock: bubbleClock{}}); err != nil {
				t.Fatal(err)
			}
			if b.String() != want {
				t.Errorf("%s: live differs: %s", name, firstDifference(b.String(), want))
			}
		})
	}
}

// limits are what the parameters of a voice may be; see [sonify.Param].
var limits = map[sonify.Param][2]int32{sonify.ParamVolume: {0, 1000}, sonify.ParamDuty: {-1, 3}, sonify.ParamPan: {-100, 100},
	sonify.ParamBend: {-2400, 2400}, sonify.ParamVibrato: {-1, 200}, sonify.ParamEcho: {-1, 1000}}

// fuzzedOver is the mapping "base" that fuzzed pieces may start from.
const fuzzedOver = `
tempo = 120
[signal.x]
on = "r"
value = "v"
[voice.a]
[voice.b]
notes = 3
[[rule]]
name = "one"
on = "r"
when = "v > 3"
voice = "a"
pitch = { from = "v", range = ["C4", "C5"] }
[[pattern]]
name = "two"
voice = "b"
notes = "chord 0 _ -"
[[control]]
name = "three"
voice = "a"
what = "echo"
to = "signal.x"
[form]
progression = [["i", "VI"], ["iv"]]
[[form.sections]]
name = "play"
`

// FuzzCompile tries whatever anybody may write as a piece.
func FuzzCompile(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatalf("no cases: %v", err)
	}
	for _, n := range names {
		piece, _ := caseFile(f, strings.TrimSuffix(filepath.Base(n), ".txtar"))
		f.Add(piece)
	}
	if b, err := os.ReadFile("../../mappings/tennis.toml"); err == nil {
		f.Add(string(b) + "\n[source.s]\ntype = \"script\"\n")
	}
	env := environment(f, "0 r v=1 w=2 name=ann\n0.5 point speed=120\n", map[string]string{"mappings/base.toml": fuzzedOver})
	f.Fuzz(func(t *testing.T, src string) {
		p, ps := mapping.Compile(env, "piece.toml", []byte(src), nil)
		if (p == nil) != (ps.Err() != nil) {
			t.Fatalf("piece %v, problems %v", p != nil, ps)
		}
		for _, pr := range ps {
			if pr.Msg == "" {
				t.Error("a problem without words")
			}
		}
		if p == nil {
			return
		}
		// What compiles also plays, for a while.
		pf := p.Perform()
		sh := sonify.NewShape("r", sonify.Field{Name: "v"}, sonify.Field{Name: "w"}, sonify.Field{Name: "name"})
		notes := 0
		for i := 0; i < 200 && !pf.Over() && notes < 100000; i++ {
			_, at := pf.Now()
			ev := sonify.Event{Source: "s", Shape: sh, Values: []sonify.Value{sonify.Num(float64(i % 11)), sonify.Num(float64(i)), sonify.Word("x")}}
			pf.Hear(&ev, at)
			if i == 150 {
				pf.End()
			}
			pf.Open()
			if pf.Over() {
				break
			}
			ps := pf.Close()
			for _, c := range ps.Controls {
				if l := limits[c.Param]; c.Voice >= len(p.Header.Voices) || c.Value < l[0] || c.Value > l[1] || c.Frame < ps.Begin || c.Frame >= ps.End {
					t.Fatalf("a control that cannot be: %+v", c)
				}
			}
			for _, n := range ps.Notes {
				notes++
				if n.Frames < 1 || n.Length < 1 || n.Velocity < 1 || n.Voice >= len(p.Header.Voices) || n.Pitch < 0 || n.Pitch > sonify.Key(127) {
					t.Fatalf("a note that cannot be played: %+v", n)
				}
			}
			pf.Clear()
		}
	})
}
