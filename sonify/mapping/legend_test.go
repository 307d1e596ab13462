package mapping_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
)

// survey runs through the data of a piece.
func survey(t testing.TB, p *mapping.Piece, events uint64) *mapping.Survey {
	t.Helper()
	var in []conductor.Intake
	for _, s := range p.Sources {
		in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
	}
	feed := conductor.Start(context.Background(), in)
	defer feed.Stop()
	s := p.Survey(events, 3600*sonify.SampleRate)
	if err := conductor.Run(context.Background(), s, feed, nil, conductor.Options{}); err != nil {
		t.Fatal(err)
	}
	return s.Done()
}

// legendText is a legend as a reviewer reads it.
func legendText(l *mapping.Legend) string {
	var b strings.Builder
	for _, e := range l.Entries {
		fmt.Fprintf(&b, "%s %q", e.Kind, e.Name)
		if e.From != "" {
			fmt.Fprintf(&b, " %s -> %s %s", e.From, e.Carrier, e.Polarity)
		}
		if e.Times >= 0 {
			fmt.Fprintf(&b, " x%d", e.Times)
		}
		fmt.Fprintf(&b, " %v\n  %s\n", e.Voices, e.Words)
		if e.Doc != "" {
			fmt.Fprintf(&b, "  %s\n", e.Doc)
		}
		for _, s := range e.Samples {
			fmt.Fprintf(&b, "  %-8s%q %d:", s.Which, s.Caption, s.Passage.Span.End)
			for _, n := range s.Passage.Notes {
				fmt.Fprintf(&b, " %v@%d/%d", n.Pitch, n.Tick, n.Length)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Every case in testdata/legend is a piece and what its legend says and plays,
// from the piece alone and after a survey of its events, or what the survey
// makes one doubt.
func TestLegend_Cases(t *testing.T) {
	names, err := filepath.Glob("testdata/legend/*.txtar")
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
			p, problems := mapping.Compile(environment(t, files["events"], files), "piece.toml", []byte(files["piece.toml"]), nil)
			if p == nil {
				t.Fatal(problems)
			}
			s := survey(t, p, 1000)
			got := map[string]string{"legend": legendText(p.Legend(nil)), "surveyed": legendText(p.Legend(s)), "doubts": p.Doubts(s).Error() + "\n"}
			for i, f := range ar.Files {
				want, ok := got[f.Name]
				if !ok || want == string(f.Data) {
					continue
				}
				if !*update {
					t.Errorf("%s: got\n%s\nwant\n%s", f.Name, want, f.Data)
				}
				ar.Files[i].Data = []byte(want)
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

const steeredPiece = `
[source.s]
type = "script"
[signal.load]
on = "r"
value = "v"
domain = [0, 10]
[voice.bass]
wave = "triangle"
[voice.lead]
[voice.bell]
[theme.call]
notes = "0:2 4:3 3 2:2 | 1:3 0 -:4"
[[rule]]
name = "reading"
on = "r"
voice = "bell"
pitch = { from = "v", domain = [0, 10], range = ["A4", "A6"], curve = "smooth" }
motif = [0, 2]
length = { from = "v", domain = [0, 20], range = [0.25, 2] }
[[pattern]]
name = "bass"
voice = "bass"
rhythm = { steps = 16, hits = { from = "signal.load", range = [2, 11] } }
notes = "root fifth"
centre = "A2"
vary = { from = "signal.load", range = [0, 0.4] }
[[pattern]]
name = "tune"
voice = "lead"
theme = "call"
shift = { from = "signal.load", range = [0, 7] }
centre = "A4"
`

// What the legend plays for a value is what the piece plays for it.
func TestLegend_SoundsAsThePieceDoes(t *testing.T) {
	for v, k := range map[string]int{"0": 0, "5": 1, "10": 2} {
		env := environment(t, "0 r v="+v+"\n60 r v="+v, nil)
		p, problems := mapping.Compile(env, "piece.toml", []byte(steeredPiece), nil)
		if p == nil {
			t.Fatal(problems)
		}
		r := &kept{}
		perform(t, p, r)
		bar := p.Header.Meter.Bar()
		for _, e := range p.Legend(nil).Entries {
			if e.Maker < 0 {
				continue
			}
			heard := ""
			for _, n := range r.notes {
				if n.Cause.By == e.Maker && n.Tick < 2*bar {
					heard += fmt.Sprintln(n.Tick, n.Length, n.Pitch, n.Voice, n.Pan)
				}
			}
			told := ""
			for round := sonify.Tick(0); round < 2*bar; round += e.Samples[k].Passage.Span.End {
				for _, n := range e.Samples[k].Passage.Notes {
					told += fmt.Sprintln(round+n.Tick, n.Length, n.Pitch, n.Voice, n.Pan)
				}
				if e.Kind == mapping.LegendRule {
					break // it plays once
				}
			}
			if e.Name == "bass" && v != "0" {
				// Its dice fall otherwise in the second bar.
				heard, told = firstBar(heard, bar), firstBar(told, bar)
			}
			if heard == "" || heard != told {
				t.Errorf("%s at %s: the piece plays\n%s\nthe legend\n%s", e.Name, v, heard, told)
			}
		}
	}
}

func firstBar(notes string, bar sonify.Tick) string {
	var b strings.Builder
	for _, l := range strings.SplitAfter(notes, "\n") {
		var at sonify.Tick
		if n, _ := fmt.Sscan(l, &at); n == 1 && at < bar {
			b.WriteString(l)
		}
	}
	return b.String()
}

// kept is an output that keeps what it is given.
type kept struct {
	header *sonify.Header
	notes  []sonify.Note
	marks  []sonify.Mark
	spans  []sonify.Span
	sum    *sonify.Summary

	controls []sonify.Control
}

func (k *kept) Begin(h *sonify.Header) error { k.header = h; return nil }
func (k *kept) Play(c sonify.Cue) error {
	k.notes = append(k.notes, c.Notes...)
	for _, m := range c.Marks {
		if m.Heard != nil {
			h := *m.Heard
			m.Heard = &h
		}
		k.marks = append(k.marks, m)
	}
	k.controls = append(k.controls, c.Controls...)
	k.spans = append(k.spans, c.Span)
	return nil
}
func (k *kept) Finish(s *sonify.Summary) error { k.sum = s; return nil }
func (k *kept) Close() error                   { return nil }

// To ask for the legend changes nothing of the piece.
func TestLegend_LeavesThePieceAsItIs(t *testing.T) {
	play := func(legend bool) string {
		p, problems := mapping.Compile(environment(t, "0 r v=3\n2 r v=9\n5 r v=1", nil), "piece.toml", []byte(steeredPiece), nil)
		if p == nil {
			t.Fatal(problems)
		}
		if legend {
			p.Legend(nil)
			p.Legend(survey(t, p, 1000))
		}
		var b bytes.Buffer
		perform(t, p, jsonl.NewText(&b))
		return b.String()
	}
	if a, b := play(false), play(true); a != b {
		t.Errorf("without a legend\n%s\nafter it\n%s", a, b)
	}
}

// A survey looks at no more than it was asked to.
func TestSurvey_IsBounded(t *testing.T) {
	var events strings.Builder
	for i := range 500 {
		fmt.Fprintf(&events, "%d r v=%d\n", i, i%11)
	}
	p, problems := mapping.Compile(environment(t, events.String(), nil), "piece.toml", []byte(steeredPiece), nil)
	if p == nil {
		t.Fatal(problems)
	}
	if s := survey(t, p, 100); s.Events != 100 || s.Whole {
		t.Errorf("of 500 events 100 were asked for, and %d surveyed (whole %v)", s.Events, s.Whole)
	}
	if s := survey(t, p, 1000); s.Events != 500 || !s.Whole {
		t.Errorf("of 500 events %d were surveyed (whole %v)", s.Events, s.Whole)
	}
}

const coloured = steeredPiece + `
[[control]]
voice = "bass"
what = "echo"
to = { from = "signal.load", range = [0, 0.5] }
[[form.sections]]
name = "piece"
[[form.sections]]
name = "slow"
on = "slow"
tempo = 0.5
keys = ["D minor"]
bars = 1
`

// What follows a legend is the performance as it would be, later: every note,
// control and mark moved by one distance.
func TestPrelude_ThePieceFollowsAsItIs(t *testing.T) {
	const events = "0 r v=3\n2 r v=9\n5 r v=1\n6 slow\n9 r v=4"
	compile := func() *mapping.Piece {
		p, problems := mapping.Compile(environment(t, events, nil), "piece.toml", []byte(coloured), nil)
		if p == nil {
			t.Fatal(problems)
		}
		return p
	}
	alone, after := &kept{}, &kept{}
	perform(t, compile(), alone)
	p := compile()
	all := []mapping.LegendKind{mapping.LegendRule, mapping.LegendSignal, mapping.LegendPattern, mapping.LegendSection}
	l, left := p.Legend(survey(t, compile(), 100)).Chosen(&p.Header, all, 0)
	if left != 0 || len(l.Entries) != 6 {
		t.Fatalf("%d entries, %d left out", len(l.Entries), left)
	}
	pre := mapping.NewPrelude(l, []sonify.Output{after})
	perform(t, p, pre)

	begin := len(after.notes) - len(alone.notes)
	if begin <= 0 {
		t.Fatalf("%d notes after a legend, %d alone", len(after.notes), len(alone.notes))
	}
	df := pre.Length()
	dt := after.spans[len(after.spans)-len(alone.spans)].Begin
	if dt%p.Header.Meter.Bar() != 0 || df <= 0 {
		t.Errorf("the piece begins at tick %d, frame %d", dt, df)
	}
	for i, n := range alone.notes {
		m := after.notes[begin+i]
		m.Tick -= dt
		m.Frame -= df
		if fmt.Sprint(n) != fmt.Sprint(m) {
			t.Fatalf("note %d is\n%+v, alone\n%+v", i, m, n)
		}
	}
	for i, n := range after.notes[:begin] {
		if n.Tick >= dt-p.Header.Meter.Bar() || n.Frame >= df {
			t.Errorf("note %d of the legend begins at %d, within a bar of the piece at %d", i, n.Tick, dt)
		}
		if n.Cause.Event != 0 {
			t.Errorf("note %d of the legend names event %d as its cause", i, n.Cause.Event)
		}
	}
	at := sonify.Tick(0)
	for _, s := range after.spans {
		if s.Begin != at {
			t.Errorf("after %d comes %v", at, s)
		}
		at = s.End
	}
	own := len(after.marks) - len(alone.marks)
	for i, m := range alone.marks {
		n := after.marks[own+i]
		if n.Kind != m.Kind || n.Name != m.Name || n.Text != m.Text || n.Tempo != m.Tempo || n.Tick-dt != m.Tick || n.Frame-df != m.Frame {
			t.Errorf("mark %d is %+v, alone %+v", i, n, m)
		}
		if m.Heard != nil && n.Heard.Frame-df != m.Heard.Frame {
			t.Errorf("event %d arrives at %d, alone at %d", m.Heard.Number, n.Heard.Frame, m.Heard.Frame)
		}
	}
	if last := after.controls[len(after.controls)-len(alone.controls)-1]; last.Value != -1 || last.Tick >= dt {
		t.Errorf("the legend leaves the echo at %d, at tick %d", last.Value, last.Tick)
	}
	if after.sum.Notes != uint64(len(after.notes)) || after.sum.Heard != alone.sum.Heard || after.sum.Frames != alone.sum.Frames+df || after.sum.Ticks != alone.sum.Ticks+dt {
		t.Errorf("summary %+v, alone %+v", after.sum, alone.sum)
	}
	captions := 0
	for _, m := range after.marks[:own] {
		if m.Kind == sonify.MarkCaption {
			captions++
		}
	}
	if captions < 12 {
		t.Errorf("%d captions", captions)
	}
}

// A legend fits into the room it gets, and says what it leaves out.
func TestLegend_ChosenFitsItsRoom(t *testing.T) {
	p, problems := mapping.Compile(environment(t, "0 r v=3\n1 slow", nil), "piece.toml", []byte(coloured), nil)
	if p == nil {
		t.Fatal(problems)
	}
	l := p.Legend(nil)
	kinds := []mapping.LegendKind{mapping.LegendRule, mapping.LegendSignal, mapping.LegendPattern, mapping.LegendSection}
	whole, _ := l.Chosen(&p.Header, kinds, 0)
	before := len(whole.Entries) + 1
	for _, seconds := range []sonify.Frame{60, 40, 20, 10, 1} {
		some, left := l.Chosen(&p.Header, kinds, seconds*sonify.SampleRate)
		if n := len(some.Entries); n+left != len(whole.Entries) || n > before {
			t.Errorf("in %d s there is room for %d of %d, and %d are left out", seconds, n, len(whole.Entries), left)
		}
		pre := mapping.NewPrelude(some, nil)
		if err := pre.Begin(&p.Header); err != nil {
			t.Fatal(err)
		}
		if pre.Length() > seconds*sonify.SampleRate {
			t.Errorf("the legend for %d s lasts %v", seconds, pre.Length().Duration())
		}
		for i := range some.Entries {
			if some.Entries[i].Name != whole.Entries[i].Name {
				t.Errorf("in %d s %q comes before %q", seconds, some.Entries[i].Name, whole.Entries[i].Name)
			}
		}
		before = len(some.Entries)
	}
	if before != 0 {
		t.Errorf("%d entries fit into a second", before)
	}
	if rules, _ := l.Chosen(&p.Header, []mapping.LegendKind{mapping.LegendRule}, 0); len(rules.Entries) != 1 || rules.Entries[0].Name != "reading" {
		t.Errorf("rules alone: %+v", rules.Entries)
	}
}
