package mapping_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
	"proscenium/sources"
)

// interrupted is a performance that is stopped again and again, on bar lines and
// elsewhere, and gone on with by another one that knows only what the first wrote
// down.
type interrupted struct {
	*mapping.Performance
	t     *testing.T
	piece func() *mapping.Piece
	times int
	n     int
}

func (p *interrupted) Now() (sonify.Tick, sonify.Frame) {
	if p.n++; p.Between() && (p.n%16 == 0 || p.n%37 == 0) {
		s, err := p.State()
		if err != nil {
			p.t.Fatal(err)
		}
		b, err := json.Marshal(s)
		if err != nil {
			p.t.Fatal(err)
		}
		var read mapping.State
		if err := json.Unmarshal(b, &read); err != nil {
			p.t.Fatal(err)
		}
		if p.Performance, err = p.piece().Resume(&read); err != nil {
			p.t.Fatalf("%v\n%s", err, b)
		}
		again, err := p.State()
		if err != nil {
			p.t.Fatal(err)
		}
		if b2, _ := json.Marshal(again); !bytes.Equal(b, b2) {
			p.t.Fatalf("what was written down reads back as something else:\n%s\n%s", b, b2)
		}
		p.times++
	}
	return p.Performance.Now()
}

func playInto(t *testing.T, p *mapping.Piece, pf conductor.Performer, out sonify.Output) *sonify.Summary {
	t.Helper()
	var in []conductor.Intake
	for _, s := range p.Sources {
		in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
	}
	feed := conductor.Start(context.Background(), in)
	defer feed.Stop()
	sum, err := conductor.Perform(context.Background(), &p.Header, pf, feed, []sonify.Output{out}, conductor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func sameUninterrupted(t *testing.T, compile func() *mapping.Piece) {
	t.Helper()
	var want, got bytes.Buffer
	p := compile()
	playInto(t, p, p.Perform(), jsonl.NewWriter(&want))
	p = compile()
	i := &interrupted{Performance: p.Perform(), t: t, piece: compile}
	playInto(t, p, i, jsonl.NewWriter(&got))
	if want.String() != got.String() {
		t.Errorf("interrupted %d times it differs: %s", i.times, firstDifference(got.String(), want.String()))
	}
	if i.times == 0 && strings.Count(want.String(), "\n") > 200 {
		t.Error("it was never interrupted")
	}
}

// Whatever a performance knows is in its State: nobody hears that it was stopped
// and gone on with. Every case of the language is tried, and the library.
func TestResume_NobodyHearsIt(t *testing.T) {
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
			compile := func() *mapping.Piece {
				p, _ := mapping.Compile(environment(t, files["events"], files), "piece.toml", []byte(files["piece.toml"]), sets)
				return p
			}
			if compile() != nil {
				sameUninterrupted(t, compile)
			}
		})
	}
}

// Nor what a window has put together of a flood.
func TestResume_AfterAFlood(t *testing.T) {
	var events strings.Builder
	for i := range 9000 {
		fmt.Fprintf(&events, "%.4f r v=%d\n", float64(i)*0.001, i%7)
	}
	events.WriteString("20 r v=1\n")
	piece := "tempo = 120\n[source.s]\ntype = \"script\"\n[voice.a]\n"
	for i, how := range []string{"count", "mean"} {
		piece += fmt.Sprintf("[signal.x%d]\non = \"r\"\nvalue = \"v\"\nreduce = %q\nwindow = \"8s\"\ndomain = [0, 9000]\n", i, how)
	}
	piece += "[[pattern]]\nvoice = \"a\"\nlevel = \"plain\"\nnotes = \"0\"\nstep = \"1/4\"\nshift = \"signal.x0 / 1000 + signal.x1\"\n[[rule]]\non = \"r\"\nwhen = \"v > 9\"\nvoice = \"a\"\n"
	sameUninterrupted(t, func() *mapping.Piece {
		p, problems := mapping.Compile(environment(t, events.String(), nil), "piece.toml", []byte(piece), nil)
		if p == nil {
			t.Fatal(problems)
		}
		return p
	})
}

func TestResume_NobodyHearsItInTheLibrary(t *testing.T) {
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	of := map[string]string{"ticket_sales": "tickets", "mentions": "mentions", "sensor": "sensor", "diversity": "plays", "tennis": "tennis"}
	for _, name := range mappings.Names() {
		kind, ok := of[name]
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			compile := func() *mapping.Piece {
				src := "mapping = \"" + name + "\"\nseed = 3\n[source.s]\ntype = \"sim\"\nof = \"" + kind + "\"\n"
				if kind == "tennis" {
					src += "best_of = 3\nspeed = 60\nmax_gap = \"2m\"\n"
				} else {
					src += "days = 1\nspeed = 900\n"
				}
				p, ps := mapping.Compile(mapping.Env{Sources: &reg, Library: mappings.Get, Mappings: mappings.Names()}, "p.toml", []byte(src), nil)
				if p == nil {
					t.Fatal(ps)
				}
				return p
			}
			sameUninterrupted(t, compile)
		})
	}
}

// A field that a performance remembers and its State does not would be lost at
// every restart. Whoever adds one says here that it is written down, or follows
// from what is.
func TestState_HoldsEveryField(t *testing.T) {
	want := map[string]string{
		"Performance":    "piece rand base now end reach tempo out rest signals values known numbers byShape last lastH rules voices sources queue waiting captions order sounding fresh later patterns controls slots ticks refs news trouble form board heard notes sounded gathered crowds lastHeard idle ending asked lost",
		"signalState":    "plan reduce domain target fed shown isShown",
		"reducer":        "how win perFrame ring head n held count mean m2 sum low top first ema before gap same mid last cats counts free newest names sorted lost",
		"domain":         "plan low high n mean m2 seenLow seenHigh recent next sorted spikes spike since",
		"numberState":    "domain held has",
		"ruleState":      "ready free above below started count crowd",
		"voiceState":     "free budget",
		"newsState":      "next wrong figure of word",
		"boardState":     "shown heard at", // heard is filled in before the stretch is over
		"crowd":          "until n sum low high priority note say",
		"budgetState":    "began used",
		"patternState":   "rand looked on grid hits theme cycle began shift invert stretch thin orn vary chance centre state steered active",
		"formState":      "section silent base under began fresh pending pendCap leaving waiting held entered key home up mode modal chord counted chordAt chords perChord sounding turnAt turn bars cadFrom cadUntil homed",
		"controlState":   "active on value cause",
		"controlSlot":    "voice param wants has rest home sent target from began glide cause",
		"ticksState":     "known clock at next ofDay events count last ended",
		"referenceState": "n low high mean",
		"queuedNote":     "Note order rule onGrid",
		"captionCause":   "ev cause",
		"sonify.Note":    "Tick Length Frame Frames Voice Pitch Velocity Pan Cause",
		"sonify.Cause":   "Event By From Value Label Step Steered",
		"sonify.Reading": "Signal Value",
	}
	for name, typ := range mapping.Remembered() {
		var fields []string
		for i := range typ.NumField() {
			fields = append(fields, typ.Field(i).Name)
		}
		if got := strings.Join(fields, " "); got != want[name] {
			t.Errorf("%s remembers\n%s\nand State was made for\n%s", name, got, want[name])
		}
	}
}

const before = `
tempo = 120
[source.s]
type = "script"
open = true
[signal.level]
on = "r"
value = "v"
reduce = "mean"
window = "20 events"
domain = [0, 9]
[signal.other]
on = "r"
value = "v"
reduce = "sum"
domain = [0, 1000]
[voice.a]
[voice.b]
wave = "triangle"
[theme.t]
notes = "0:4 2:4 | 4:4 2:4 | 5:8 | 4:8"
[[pattern]]
name = "tune"
voice = "a"
theme = "t"
[[rule]]
name = "r"
on = "r"
voice = "b"
pitch = { from = "signal.level", range = ["C4", "C5"] }
motif = [0, 1]
every = "1/8"
[form]
sections = [ { name = "first" }, { name = "second", on = "go" } ]
`

// edit plays a piece and, from bar 7 on, the edited one. It returns a line for
// each note and section, with the bar.
func edit(t *testing.T, events, before, after string) []string {
	t.Helper()
	p := compile(t, before, events)
	e := &editing{Performance: p.Perform(), t: t, piece: p, next: compile(t, after, events)}
	w := &written{editing: e}
	playInto(t, p, e, w)
	return w.lines
}

type editing struct {
	*mapping.Performance
	t           *testing.T
	piece, next *mapping.Piece
}

func (p *editing) Now() (sonify.Tick, sonify.Frame) {
	tick, _ := p.Performance.Now()
	if p.next != nil && tick >= 6*4*sonify.PPQ && p.OnBar() {
		s, err := p.State()
		if err != nil {
			p.t.Fatal(err)
		}
		if p.Performance, err = p.next.Resume(s); err != nil {
			p.t.Fatal(err)
		}
		p.piece, p.next = p.next, nil
	}
	return p.Performance.Now()
}

// written writes down what is played under the names that it has then.
type written struct {
	*editing
	lines []string
}

func (w *written) Begin(*sonify.Header) error   { return nil }
func (w *written) Finish(*sonify.Summary) error { return nil }
func (w *written) Close() error                 { return nil }
func (w *written) Play(c sonify.Cue) error {
	for _, m := range c.Marks {
		if m.Kind == sonify.MarkSection {
			w.lines = append(w.lines, fmt.Sprintf("%2d section %s", m.Tick/(4*sonify.PPQ)+1, m.Name))
		}
	}
	for _, n := range c.Notes {
		w.lines = append(w.lines, fmt.Sprintf("%2d | %s %v at %d for %d, %s", n.Tick/(4*sonify.PPQ)+1, w.piece.Header.Voices[n.Voice].Name, n.Pitch, n.Tick, n.Length, w.piece.Header.Makers[n.Cause.By].Name))
	}
	return nil
}

func eventsEverySecond(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d r v=%d\n", i, i*7%10)
		if i == 3 {
			b.WriteString("3 go\n")
		}
	}
	return b.String()
}

// An edit is heard on its bar line and not before; what it does not concern goes
// on as if nothing had happened.
func TestResume_OfAnEditedPiece(t *testing.T) {
	events := eventsEverySecond(24)
	want := edit(t, events, before, before)
	lines := func(s []string, part string) (out []string) {
		for _, l := range s {
			if strings.Contains(l, part) {
				out = append(out, l)
			}
		}
		return out
	}
	for name, c := range map[string]struct {
		from, to  string
		same, not []string
	}{
		"nothing":              {"", "", []string{"| a ", "| b ", "section"}, nil},
		"a voice before":       {"[voice.a]", "[voice.new]\n[voice.a]", []string{"| a ", "| b "}, nil},
		"another signal":       {`reduce = "sum"`, `reduce = "max"`, []string{"| a ", "| b ", "section"}, nil},
		"another theme":        {"0:4 2:4", "1:4 3:4", []string{"| b ", "section"}, []string{"| a "}},
		"how the rule is said": {"[0, 1]", "[0, 2]", []string{"| a ", "section"}, []string{"| b "}},
		"a section less":       {`{ name = "second", on = "go" }`, `{ name = "third", on = "stop" }`, []string{"| b "}, []string{"section"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := edit(t, events, before, strings.Replace(before, c.from, c.to, 1))
			for _, part := range c.same {
				if a, b := lines(got, part), lines(want, part); !slices.Equal(a, b) {
					t.Errorf("%q is not what it was: %s", part, firstDifference(strings.Join(a, "\n"), strings.Join(b, "\n")))
				}
			}
			for _, part := range c.not {
				a, b := lines(got, part), lines(want, part)
				k := 0
				for k < len(a) && k < len(b) && a[k] == b[k] {
					k++
				}
				switch {
				case k == len(a) && k == len(b):
					t.Errorf("%q is what it was", part)
				case k < len(a) && a[k] < " 7" || k < len(b) && b[k] < " 7":
					t.Errorf("%q changes before bar 7, in line %d", part, k+1)
				case k < len(b) && !strings.HasPrefix(b[k], " 7"):
					t.Errorf("%q does not change in bar 7 but in %q", part, b[k])
				}
			}
		})
	}
}

// In another meter the bars are counted from the change on, and passages go on
// without a gap.
func TestResume_InAnotherMeter(t *testing.T) {
	events := eventsEverySecond(24)
	p := compile(t, before, events)
	after := compile(t, "meter = \"7/8\"\n"+strings.NewReplacer("2:4", "2:3", "tempo = 120", "tempo = 90", "5:8", "5:7", "4:8", "4:7").Replace(before), events)
	rec := &strict{t: t}
	playInto(t, p, &editing{Performance: p.Perform(), t: t, piece: p, next: after}, rec)
	if rec.last.Span.End < 10*4*sonify.PPQ {
		t.Errorf("it ended at tick %d", rec.last.Span.End)
	}
}

// Nothing that a file can hold makes a performance that panics or hangs.
func FuzzResume(f *testing.F) {
	events := eventsEverySecond(12)
	piece := compile(f, before, events)
	pf := piece.Perform()
	for range 16 * 5 {
		pf.Open()
		pf.Close()
		pf.Clear()
	}
	s, err := pf.State()
	if err != nil {
		f.Fatal(err)
	}
	b, _ := json.Marshal(s)
	f.Add(b)
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s mapping.State
		if json.Unmarshal(b, &s) != nil {
			return
		}
		pf, err := piece.Resume(&s)
		if err != nil {
			return
		}
		shape := sonify.NewShape("r", sonify.Field{Name: "v"})
		for range 40 {
			_, at := pf.Now()
			pf.Hear(&sonify.Event{Shape: shape, Values: []sonify.Value{sonify.Num(3)}}, at)
			pf.Open()
			pf.Close()
			pf.Clear()
		}
	})
}
