package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sonify/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var began = time.Date(2026, 11, 24, 4, 10, 30, 123e6, time.UTC)

func header() *journal.Header {
	return &journal.Header{Program: "0.1.0", Station: "court", Run: journal.RunName(began), Time: began,
		Piece: journal.Piece{File: "p.toml", Text: "title = \"ü\"\n", Set: []string{"tempo=96"},
			Files:   []journal.File{{Name: "tennis", Library: true, Text: "# a mapping\n"}, {Name: "clap.wav", Base64: []byte("RIFF\xff\x00")}},
			Reports: []journal.Report{{Source: "s", Live: true, Kinds: []journal.Kind{{Kind: "k", Fields: []journal.Field{{Name: "v", Type: "number", Unit: "km/h"}}}}}}},
		Sources: []journal.Cursor{{Name: "s", Begin: 4800, Heard: 7}},
		State:   json.RawMessage(`{"now":3840}`)}
}

var point = sonify.NewShape("tennis.point", sonify.Field{Name: "server", Type: sonify.Number}, sonify.Field{Name: "name", Type: sonify.Text}, sonify.Field{Name: "ace", Type: sonify.Bool}, sonify.Field{Name: "odd"})

func records() []journal.Record {
	return []journal.Record{
		&journal.Event{At: 4800, Event: sonify.Event{Source: "s", Shape: point, Values: []sonify.Value{sonify.Num(0.1), sonify.Word("Zoë \"q\"\n"), sonify.Truth(true), {}}, Line: 3, Timed: true, Clock: -1500000001}},
		&journal.News{At: 4801, Source: "s", State: "failed", Error: "broken pipe"},
		&journal.Event{At: 4801, Event: sonify.Event{Source: "t", Values: []sonify.Value{}, At: began}},
		&journal.Change{Frame: 96000, Tick: 3840, Why: "edited", Piece: header().Piece, Sources: header().Sources},
		&journal.Here{Frame: 192000, Tick: 7680},
		&journal.Held{Frame: 192000, Time: began},
		&journal.Over{At: 192001},
		&journal.End{Frame: 288000, Tick: 11520, Why: "stopped"},
	}
}

// write writes the records and returns the segment.
func write(t testing.TB, dir string, rs ...journal.Record) string {
	t.Helper()
	w, err := journal.New(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Begin(header()); err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return w.Name()
}

// read returns all records of a segment.
func read(name string, b []byte) (h *journal.Header, rs []journal.Record, torn bool, err error) {
	d, err := journal.NewReader(name, bytes.NewReader(b))
	if err != nil {
		return nil, nil, false, err
	}
	for {
		r, err := d.Next()
		if err == io.EOF {
			return d.Header(), rs, d.Torn(), nil
		}
		if err != nil {
			return d.Header(), rs, false, err
		}
		rs = append(rs, r)
	}
}

// shown makes records comparable: shapes by what they say.
func shown(rs []journal.Record) (out []string) {
	for _, r := range rs {
		s := fmt.Sprintf("%T %+v", r, r)
		if e, ok := r.(*journal.Event); ok {
			kind := journal.Kind{}
			if e.Event.Shape != nil {
				kind = journal.KindOf(e.Event.Shape)
			}
			e.Event.Shape = nil
			s = fmt.Sprintf("%v %+v", kind, e)
		}
		out = append(out, s)
	}
	return out
}

func TestJournal_ReadsWhatWasWritten(t *testing.T) {
	name := write(t, t.TempDir(), records()...)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	h, rs, torn, err := read(name, b)
	if err != nil || torn {
		t.Fatalf("%v, torn %v", err, torn)
	}
	want := header()
	want.Version, want.Segment = journal.Version, 1
	if !reflect.DeepEqual(h, want) {
		t.Errorf("header\n%+v\nwant\n%+v", h, want)
	}
	if got, want := shown(rs), shown(records()); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", info.Mode())
	}
}

// However a file is cut, what is read is a beginning of what was written, record
// by record.
func TestJournal_TornAnywhere(t *testing.T) {
	b, err := os.ReadFile(write(t, t.TempDir(), records()...))
	if err != nil {
		t.Fatal(err)
	}
	want := shown(records())
	first := bytes.IndexByte(b, '\n') + 1
	for n := range b {
		for _, tail := range []string{"", "\x00\x00\x00\x00\x00", "\xff garbage\nmore of it\n"} {
			h, rs, torn, err := read("x.log", append(b[:n:n], tail...))
			if n < first {
				if err == nil {
					t.Fatalf("cut at %d, in the header, it was read: %+v", n, h)
				}
				continue
			}
			if err != nil {
				t.Fatalf("cut at %d with %q: %v", n, tail, err)
			}
			whole := bytes.Count(b[:n], []byte("\n"))
			if want := tail != "" || b[n-1] != '\n'; torn != want {
				t.Fatalf("cut at %d with %q: torn is %v", n, tail, torn)
			}
			if got := shown(rs); len(got) > 0 && !reflect.DeepEqual(got, want[:len(got)]) {
				t.Fatalf("cut at %d: %v", n, got)
			}
			if lines := whole - 2; len(rs) != max(0, lines) && n > first { // less the header and the shape
				t.Fatalf("cut at %d: %d records of %d lines", n, len(rs), whole)
			}
		}
	}
}

// Damage in the middle is told with its line, and not read over.
func TestJournal_DamageIsAnError(t *testing.T) {
	b, err := os.ReadFile(write(t, t.TempDir(), records()...))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(b), "\n")
	for name, c := range map[string]struct {
		line      int
		now, want string
	}{
		"no JSON":          {3, "{\"type\":\"source\",\"at\n", "x.log:4: this is no JSON object"},
		"another version":  {0, strings.Replace(lines[0], `"version":1`, `"version":2`, 1), "x.log:1: this is version 2 of the format; version 1 is understood"},
		"no header":        {0, "\n", `x.log:3: the first line of a journal has the type "journal"`},
		"unknown type":     {4, `{"type":"note"}` + "\n", `x.log:5: there is no type "note"`},
		"back in time":     {4, `{"type":"here","frame":17,"tick":0}` + "\n", "x.log:5: frame 17 lies before frame 4801 of a line above"},
		"unknown shape":    {2, `{"type":"event","at":4800,"shape":9,"values":[]}` + "\n", "x.log:3: no line above describes shape 9"},
		"a list":           {2, `{"type":"event","at":4800,"shape":1,"values":[[1]]}` + "\n", "x.log:3: value 1 is no number, text, true, false or null"},
		"a frame too far":  {4, `{"type":"here","frame":900000000000000000,"tick":0}` + "\n", "x.log:5: frame 900000000000000000 or tick 0 is out of range"},
		"a day of nothing": {4, `{"type":"here","frame":5000000000,"tick":0}` + "\n", "x.log:5: frame 5000000000 lies more than a day after frame 4801 of a line above: a log says on every bar line where it is"},
		"an unknown state": {3, `{"type":"source","at":4801,"source":"s","state":"odd"}` + "\n", `x.log:4: there is no state "odd"`},
		"a second header":  {4, lines[0], "x.log:5: frame 0 lies before frame 4801 of a line above"},
	} {
		ls := append([]string(nil), lines...)
		ls[c.line] = c.now
		_, _, _, err := read("x.log", []byte(strings.Join(ls, "")))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestCanonical_IsWhatIsReadBack(t *testing.T) {
	long := strings.Repeat("ä", 40000)
	ev := sonify.Event{Source: "s", Shape: sonify.NewShape("k", sonify.Field{Name: "a"}, sonify.Field{Name: "b"}, sonify.Field{Name: "c"}),
		Values: []sonify.Value{sonify.Word("bad \xff\xfe bytes"), sonify.Word(long), sonify.Num(1e-300)},
		At:     time.Date(2026, 1, 1, 0, 0, 0, 5, time.FixedZone("x", 3600))}
	journal.Canonical(&ev)
	want := fmt.Sprintf("%+v", ev.Values) + ev.At.String()
	b, err := os.ReadFile(write(t, t.TempDir(), &journal.Event{At: 1, Event: ev}))
	if err != nil {
		t.Fatal(err)
	}
	_, rs, _, err := read("x.log", b)
	if err != nil {
		t.Fatal(err)
	}
	e := rs[0].(*journal.Event).Event
	if got := fmt.Sprintf("%+v", e.Values) + e.At.String(); got != want {
		t.Errorf("read back as %.200s, heard as %.200s", got, want)
	}
}

// Segments end when they are full or old, and the oldest are deleted.
func TestWriter_RotatesAndForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		w, err := journal.New(dir, journal.Options{SegmentBytes: 3000, KeepBytes: 10000, SegmentAge: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if err := w.Begin(header()); err != nil {
			t.Fatal(err)
		}
		segments := 1
		for i := range 2000 {
			if err := w.Write(&journal.Event{At: sonify.Frame(i), Event: sonify.Event{Source: "s", Shape: point, Values: []sonify.Value{sonify.Num(1)}}}); err != nil {
				t.Fatal(err)
			}
			if w.Due() {
				h := header()
				h.Frame = sonify.Frame(i)
				if err := w.Begin(h); err != nil {
					t.Fatal(err)
				}
				if segments++; h.Segment != segments {
					t.Fatalf("segment %d has the number %d", segments, h.Segment)
				}
			}
		}
		paths, err := journal.LastRun(dir)
		if err != nil || len(paths) < 2 || len(paths) > 5 || segments < 20 || paths[len(paths)-1] != w.Name() {
			t.Errorf("%d of %d segments are kept: %v", len(paths), segments, err)
		}
		for _, p := range paths {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			if p == w.Name() {
				continue // not flushed
			}
			if _, _, torn, err := read(p, b); err != nil || torn {
				t.Errorf("%s alone: %v, torn %v", p, err, torn)
			}
		}
		if w.Due() {
			t.Error("a new segment is due")
		}
		time.Sleep(61 * time.Minute) // of the bubble's time
		if !w.Due() {
			t.Error("an old segment is not due")
		}
	})
}

func TestLastRun_IsTheNewest(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"20261124T041030.123Z-0001.log", "20261124T041030.123Z-0002.log", "20261123T041030.123Z-0007.log", "notes.log", "20261125T000000.000Z-1.log", "x-0001.txt"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := journal.LastRun(dir)
	if err != nil || len(got) != 2 || filepath.Base(got[1]) != "20261124T041030.123Z-0002.log" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := journal.LastRun(filepath.Join(dir, "none")); got != nil || err != nil {
		t.Errorf("a folder that is not there: %v, %v", got, err)
	}
}

// After an error nothing more is written until a new segment begins.
func TestWriter_AfterAnError(t *testing.T) {
	dir := t.TempDir()
	w, err := journal.New(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Begin(header()); err != nil {
		t.Fatal(err)
	}
	huge := &journal.News{Error: strings.Repeat("x", 33<<20)}
	err = w.Write(huge)
	if err == nil || w.Write(&journal.Here{}) == nil || w.Flush() == nil || w.Due() {
		t.Fatalf("after %v it goes on", err)
	}
	if err := w.Begin(header()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(&journal.Here{}), w.Flush()); err != nil {
		t.Errorf("in a new segment: %v", err)
	}
}

// A source that makes up shapes without end makes neither memory nor file grow
// without end, and what was written can be read.
func TestWriter_ShapesWithoutEnd(t *testing.T) {
	var rs []journal.Record
	for i := range 10000 {
		s := sonify.NewShape("k", sonify.Field{Name: fmt.Sprint("f", i)})
		rs = append(rs, &journal.Event{At: sonify.Frame(i), Event: sonify.Event{Source: "s", Shape: s, Values: []sonify.Value{sonify.Num(float64(i))}}})
	}
	b, err := os.ReadFile(write(t, t.TempDir(), rs...))
	if err != nil {
		t.Fatal(err)
	}
	_, got, _, err := read("x.log", b)
	if err != nil || !reflect.DeepEqual(shown(got), shown(rs)) {
		t.Errorf("%d of %d, %v", len(got), len(rs), err)
	}
}

func FuzzReader(f *testing.F) {
	b, err := os.ReadFile(write(f, f.TempDir(), records()...))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		_, rs, torn, err := read("x.log", b)
		if err != nil {
			return
		}
		// Whatever is torn off, what is left reads as a beginning of it.
		all := shown(rs)
		cut := len(b) * 2 / 3
		_, rs, cutTorn, err := read("x.log", b[:cut])
		if err != nil {
			return // into its header, or before the damage that a line after it proves
		}
		part := shown(rs)
		if len(part) > len(all) || !slices.Equal(part, all[:len(part)]) {
			t.Fatalf("cut at %d it reads as\n%v\nand whole (torn %v, cut %v) as\n%v", cut, part, torn, cutTorn, all)
		}
	})
}

// A segment that cannot be begun leaves no file: each try would leave another one.
func TestBegin_LeavesNothingOfWhatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	w, err := journal.New(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	h := header()
	h.State = json.RawMessage(`"` + strings.Repeat("x", 32<<20) + `"`) // as much as no line may hold
	for range 3 {
		if err := w.Begin(h); err == nil {
			t.Error("a line without end is written")
		}
	}
	if paths, err := journal.Segments(dir); err != nil || len(paths) > 0 {
		t.Errorf("left are %v, %v", paths, err)
	}
	if err := w.Begin(header()); err != nil {
		t.Error(err)
	}
	if paths, err := journal.Segments(dir); err != nil || len(paths) != 1 {
		t.Errorf("begun are %v, %v", paths, err)
	}
}
