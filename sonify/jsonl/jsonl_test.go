package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/sonifytest"
)

func TestWriter_Contract(t *testing.T) {
	sonifytest.TestOutput(t, func(*testing.T) sonify.Output { return NewWriter(io.Discard) })
	sonifytest.TestOutput(t, func(*testing.T) sonify.Output { return NewText(io.Discard) })
	sonifytest.TestFile(t, "a.jsonl", func(p string) (sonify.Output, error) { return Create(p) })
	sonifytest.TestFile(t, "a.txt", func(p string) (sonify.Output, error) { return CreateText(p) })
}

func write(t *testing.T, p sonifytest.Performance) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b)
	defer w.Close()
	if _, err := p.Play(w); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip_GivesTheScoreBack(t *testing.T) {
	p := sonifytest.Performance{Bars: 120, Voice: 3, Gap: 40}
	var want, got sonifytest.Recorder
	if _, err := p.Play(&want); err != nil {
		t.Fatal(err)
	}
	text := write(t, p)
	if err := Replay(bytes.NewReader(text), &got); err != nil {
		t.Fatal(err)
	}
	// What the lines do not say: the types and units of fields, and a name for
	// signals beside the index.
	for i := range want.Marks {
		m, n := &want.Marks[i], &got.Marks[i]
		if m.Kind != sonify.MarkEvent {
			continue
		}
		var a, b []string
		for _, f := range m.Heard.Event.Shape.Fields() {
			a = append(a, f.Name)
		}
		for _, f := range n.Heard.Event.Shape.Fields() {
			b = append(b, f.Name)
		}
		if !reflect.DeepEqual(a, b) || m.Heard.Event.Kind() != n.Heard.Event.Kind() {
			t.Fatalf("shape %v %v, want %v %v", n.Heard.Event.Kind(), b, m.Heard.Event.Kind(), a)
		}
		x := *m.Heard.Event
		x.Shape = n.Heard.Event.Shape
		m.Heard.Event = &x
	}
	if !reflect.DeepEqual(got.Header, want.Header) {
		t.Errorf("header\n%+v\nwant\n%+v", got.Header, want.Header)
	}
	for i := range want.Notes {
		if !reflect.DeepEqual(got.Notes[i], want.Notes[i]) {
			t.Fatalf("note %d\n%+v\nwant\n%+v", i, got.Notes[i], want.Notes[i])
		}
	}
	for i := range want.Marks {
		if !reflect.DeepEqual(got.Marks[i], want.Marks[i]) {
			t.Fatalf("mark %d\n%+v\nwant\n%+v", i, got.Marks[i], want.Marks[i])
		}
	}
	if !reflect.DeepEqual(got.Controls, want.Controls) || !reflect.DeepEqual(got.Summary, want.Summary) {
		t.Error("controls or summary differ")
	}
	// Spans follow each other (the Recorder checks it) and end where the score does.
	if last := got.Spans[len(got.Spans)-1]; got.Spans[0].Begin != 0 || last.End != want.Summary.Ticks {
		t.Errorf("spans from %d to %d, want 0 to %d", got.Spans[0].Begin, last.End, want.Summary.Ticks)
	}
	// Written again, it is the same text, though the passages are others.
	var again bytes.Buffer
	if err := Replay(bytes.NewReader(text), NewWriter(&again)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Bytes(), text) {
		t.Error("a score that was read and written again has other bytes")
	}
}

func TestWriter_EveryLineIsJSONOfAKnownType(t *testing.T) {
	seen := map[string]int{}
	for line := range bytes.Lines(write(t, sonifytest.Performance{Bars: 64})) {
		var m map[string]any
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		seen[m["type"].(string)]++
	}
	for name := range types {
		if seen[name] == 0 {
			t.Errorf("no line of type %s", name)
		}
	}
	if seen["score"] != 1 || seen["end"] != 1 || seen["note"] == 0 || seen["control"] == 0 || len(seen) != len(types)+4 {
		t.Errorf("lines: %v", seen)
	}
}

func TestWriter_Lines(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	w.Begin(&sonify.Header{Title: "T", Seed: 1 << 63, Meter: sonify.Meter{Beats: 4, Unit: 4}, Tempo: sonify.BPM(120),
		Voices: []sonify.Voice{{Name: "lead", Pitched: true}}, Signals: []sonify.Signal{{Name: "tension"}},
		Makers: []sonify.Maker{{Kind: sonify.MakerRule, Name: "ace"}, {Kind: sonify.MakerPattern, Name: "bass"}, {Kind: sonify.MakerRule, Name: "ace"}}})
	shape := sonify.NewShape("tennis.point", sonify.Field{Name: "speed_kmh"}, sonify.Field{Name: "ace"}, sonify.Field{Name: "gun"})
	w.Play(sonify.Cue{Passage: &sonify.Passage{
		Marks: []sonify.Mark{{Tick: 0, Frame: 0, Kind: sonify.MarkEvent, Heard: &sonify.Heard{Number: 12, Frame: 5, Notes: 1, Event: &sonify.Event{
			Source: "court", Shape: shape, Values: []sonify.Value{sonify.Num(201), sonify.Truth(true), {}}, Timed: true, Clock: 61500 * time.Millisecond,
			At: time.Date(2014, 9, 8, 17, 0, 0, 0, time.UTC), Line: 13}}}},
		Notes: []sonify.Note{
			{Tick: 0, Length: 240, Frame: 0, Frames: 6000, Voice: 0, Pitch: sonify.Key(69), Velocity: 102, Pan: -30,
				Cause: sonify.Cause{Event: 12, By: 0, From: "speed_kmh", Value: sonify.Num(201)}},
			{Tick: 240, Length: 240, Frame: 6000, Frames: 6000, Voice: 0, Pitch: sonify.Key(69) + 1, Velocity: 127,
				Cause: sonify.Cause{By: 1, Steered: []sonify.Reading{{Signal: 0, Value: 0.42}}}},
			{Tick: 480, Length: 240, Frame: 12000, Frames: 6000, Voice: 0, Pitch: sonify.Key(60), Velocity: 1,
				Cause: sonify.Cause{Event: 99, By: 2, From: "x", Step: 3}},
		}}})
	w.Finish(&sonify.Summary{Ticks: 3840, Frames: 96000, Notes: 3, Heard: 1, Lost: map[string]uint64{"b": 1, "a": 2}})
	got := strings.Split(strings.TrimSpace(b.String()), "\n")[1:]
	want := []string{
		`{"type":"event","frame":0,"tick":0,"n":12,"source":"court","kind":"tennis.point","arrived":5,"notes":1,"clock_s":61.5,"at":"2014-09-08T17:00:00Z","line":13,"values":{"speed_kmh":201,"ace":true,"gun":null}}`,
		`{"type":"note","frame":0,"tick":0,"voice":"lead","pitch":69,"name":"A4","velocity":0.8031,"length":240,"frames":6000,"pan":-0.3,"cause":{"event":12,"source":"court","kind":"tennis.point","rule":"ace","from":"speed_kmh","value":201,"step":0}}`,
		`{"type":"note","frame":6000,"tick":240,"voice":"lead","pitch":69.00002,"name":"A4+0.00153c","velocity":1,"length":240,"frames":6000,"pan":0,"cause":{"pattern":"bass","steered":{"tension":0.42}}}`,
		`{"type":"note","frame":12000,"tick":480,"voice":"lead","pitch":60,"name":"C4","velocity":0.0079,"length":240,"frames":6000,"pan":0,"cause":{"event":99,"rule":"ace","maker":2,"from":"x","value":null,"step":3}}`,
		`{"type":"end","ticks":3840,"frames":96000,"notes":3,"events":1,"lost":{"a":2,"b":1}}`,
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("line %d\n%s\nwant\n%s", i, got[i], want[i])
		}
	}
	var r sonifytest.Recorder
	if err := Replay(&b, &r); err != nil || r.Notes[2].Cause.By != 2 || r.Header.Seed != 1<<63 {
		t.Errorf("read back: %v, %+v", err, r.Notes)
	}
}

func TestNumbers_Invert(t *testing.T) {
	for v := range 128 {
		var f float64
		if err := json.Unmarshal(velocities[v], &f); err != nil || int(f*127+0.5) != v {
			t.Errorf("velocity %d is written %s", v, velocities[v])
		}
	}
	for p := sonify.Pitch(0); p < sonify.Key(127); p += 97 {
		var f float64
		b := appendPitch(nil, p)
		if err := json.Unmarshal(b, &f); err != nil || sonify.Pitch(f*65536+0.5) != p {
			t.Fatalf("pitch %d is written %s", p, b)
		}
	}
	for _, d := range []time.Duration{0, 1, -1, time.Second, -61500 * time.Millisecond, 1<<63 - 1, -1<<63 + 1} {
		b := appendSeconds(nil, d)
		if got, err := seconds(string(b)); err != nil || got != d {
			t.Errorf("%d is written %s and read %d, %v", d, b, got, err)
		}
	}
}

func TestReader_SaysWhatIsWrong(t *testing.T) {
	good := string(write(t, sonifytest.Performance{Bars: 2}))
	first, rest, _ := strings.Cut(good, "\n")
	note := `{"type":"note","frame":9e9,"tick":0}`
	if i := strings.Index(rest, `{"type":"note"`); i >= 0 {
		note = rest[i : i+strings.IndexByte(rest[i:], '\n')]
	}
	change := func(old, new string) string { return first + "\n" + strings.Replace(note, old, new, 1) + "\n" }
	for want, text := range map[string]string{
		"it is empty":                          "\n\n",
		"line 1: this is no JSON: character 1": "RIFF",
		"line 1: the first line of a score has the type \"score\", not \"note\"": note,
		"version 2 of the format":                                    strings.Replace(first, `"version":1`, `"version":2`, 1),
		"480 ticks a quarter note":                                   strings.Replace(first, `"ppq":960`, `"ppq":480`, 1),
		"line 2: there is no type \"nota\" (did you mean \"note\"?)": change(`"type":"note"`, `"type":"nota"`),
		"there is no voice \"leed\" (did you mean \"lead\"?)":        change(`"voice":"`, `"voice":"leed","x":"`),
		"pitch 4000 is outside":                                      change(`"pitch":`, `"pitch":4000,"x":`),
		"velocity -1 is outside":                                     change(`"velocity":`, `"velocity":-1,"x":`),
		"length 0 or frames":                                         change(`"length":`, `"length":0,"x":`),
		"\"pitch\" cannot be a string":                               change(`"pitch":`, `"pitch":"A4","x":`),
		"\"frame\" or \"tick\" is missing":                           change(`"tick":`, `"tock":`),
		"is out of range":                                            change(`"tick":`, `"tick":-5,"x":`),
		"breaks off after line 1":                                    first + "\n",
		"two voices \"lead\"":                                        strings.Replace(first, `"name":"answer"`, `"name":"lead"`, 1),
		"\"5/3\" is no meter":                                        "",
	} {
		if want == "\"5/3\" is no meter" {
			want, text = "5/3 is no meter", strings.Replace(first, `"meter":"4/4"`, `"meter":"5/3"`, 1)
		}
		if err := Replay(strings.NewReader(text), &sonifytest.Recorder{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q\ngot  %v", want, err)
		}
	}
	back := first + "\n" + strings.Replace(note, `"tick":0`, `"tick":7`, 1) + "\n" + note + "\n"
	if err := Replay(strings.NewReader(back), &sonifytest.Recorder{}); err == nil || !strings.Contains(err.Error(), "line 3: tick 0") {
		t.Errorf("going back: %v", err)
	}
	if err := Replay(strings.NewReader(first+"\n"+strings.Repeat(" ", maxLine+1)), &sonifytest.Recorder{}); err == nil || !strings.Contains(err.Error(), "line 2: it is longer than 4 MiB") {
		t.Errorf("a long line: %v", err)
	}
	err := Replay(strings.NewReader(good[:len(good)/2]), &sonifytest.Recorder{})
	if err == nil {
		t.Error("half a score is a score")
	}
	cut := good[:strings.LastIndex(strings.TrimSpace(good), "\n")]
	if err := Replay(strings.NewReader(cut), &sonifytest.Recorder{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a score without its last line: %v", err)
	}
}

func TestReader_ALeapInTimeIsOnePassage(t *testing.T) {
	first, _, _ := strings.Cut(string(write(t, sonifytest.Performance{Bars: 1})), "\n")
	text := first + "\n" + `{"type":"section","frame":0,"tick":0,"name":"a"}` + "\n" +
		`{"type":"section","frame":1000000000000,"tick":400000000000,"name":"b"}` + "\n" + `{"type":"end","ticks":400000000001,"frames":1000000000001}`
	var r sonifytest.Recorder
	if err := Replay(strings.NewReader(text), &r); err != nil || len(r.Spans) != 2 || len(r.Marks) != 2 {
		t.Errorf("%v, %d passages", err, len(r.Spans))
	}
}

func TestWriter_DoesNotAllocateForNotes(t *testing.T) {
	w := NewWriter(io.Discard)
	w.Begin(&sonify.Header{Meter: sonify.Meter{Beats: 4, Unit: 4}, Voices: []sonify.Voice{{Name: "lead"}}, Makers: []sonify.Maker{{Kind: sonify.MakerRule, Name: "ace"}}})
	ps := &sonify.Passage{Notes: make([]sonify.Note, 100)}
	for i := range ps.Notes {
		ps.Notes[i] = sonify.Note{Pitch: sonify.Key(69), Velocity: 100, Length: 240, Frames: 5000, Cause: sonify.Cause{Event: 7, From: "x", Value: sonify.Num(1.5)}}
	}
	if n := testing.AllocsPerRun(100, func() { w.Play(sonify.Cue{Passage: ps}) }); n > 3 {
		t.Errorf("%v allocations for 100 notes", n)
	}
}

func TestText_Golden(t *testing.T) {
	var b bytes.Buffer
	if _, err := (sonifytest.Performance{Bars: 4, Gap: 1}).Play(NewText(&b)); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "text.golden")
	if os.Getenv("UPDATE") != "" {
		os.MkdirAll("testdata", 0o755)
		os.WriteFile(golden, b.Bytes(), 0o644)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")); !bytes.Equal(b.Bytes(), want) {
		t.Errorf("the text changed (UPDATE=1 go test accepts it):\n%s", b.Bytes())
	}
}

func FuzzReader(f *testing.F) {
	var b bytes.Buffer
	w := NewWriter(&b)
	(sonifytest.Performance{Bars: 2}).Play(w)
	lines := strings.SplitAfter(b.String(), "\n")
	short := lines[0]
	for _, l := range lines[1:] { // one line of every type
		if i := strings.Index(l, `"frame"`); i < 0 || !strings.Contains(short, l[:i]) {
			short += l
		}
	}
	f.Add([]byte(short))
	f.Add([]byte(lines[0]))
	f.Fuzz(func(t *testing.T, in []byte) {
		var once, twice bytes.Buffer
		if err := Replay(bytes.NewReader(in), NewWriter(&once)); err != nil {
			return
		}
		if err := Replay(bytes.NewReader(once.Bytes()), NewWriter(&twice)); err != nil {
			t.Fatalf("our own score is not understood: %v\n%s", err, once.Bytes())
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("written twice:\n%s\nand\n%s", once.Bytes(), twice.Bytes())
		}
		if err := Replay(bytes.NewReader(in), NewText(io.Discard)); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkWriter(b *testing.B) {
	w := NewWriter(io.Discard)
	w.Begin(&sonify.Header{Meter: sonify.Meter{Beats: 4, Unit: 4}, Voices: []sonify.Voice{{Name: "lead"}}, Makers: []sonify.Maker{{Kind: sonify.MakerRule, Name: "ace"}}})
	ps := &sonify.Passage{Notes: make([]sonify.Note, 1000)}
	for i := range ps.Notes {
		ps.Notes[i] = sonify.Note{Tick: 123456789, Frame: 987654321, Pitch: sonify.Key(69), Velocity: 100, Pan: -30, Length: 240, Frames: 5000, Cause: sonify.Cause{Event: 7, From: "speed_kmh", Value: sonify.Num(201)}}
	}
	for range b.N {
		w.Play(sonify.Cue{Passage: ps})
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "notes/s")
}

func BenchmarkReader(b *testing.B) {
	var buf bytes.Buffer
	(sonifytest.Performance{Bars: 1000}).Play(NewWriter(&buf))
	n := bytes.Count(buf.Bytes(), []byte("\n"))
	for range b.N {
		if err := Replay(bytes.NewReader(buf.Bytes()), NewWriter(io.Discard)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "lines/s")
}
