package csv_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sources/csv"
)

// config returns the default configuration, changed.
func config(change func(c *csv.Config)) csv.Config {
	c := csv.Info().Config().(*csv.Config)
	if change != nil {
		change(c)
	}
	return *c
}

// read returns what a table becomes: one line an event, the counts, the error.
func read(text string, c csv.Config) (events []string, counts []string, err error) {
	tally := new(sonify.Tally)
	err = csv.Decode(strings.NewReader(text), c, tally, func(ev sonify.Event) {
		var b strings.Builder
		b.WriteString(ev.Kind())
		if ev.Timed {
			fmt.Fprintf(&b, " %v", ev.Clock)
		}
		if !ev.At.IsZero() {
			b.WriteString(" " + ev.At.UTC().Format("2006-01-02T15:04:05"))
		}
		for i, f := range ev.Shape.Fields() {
			v := ev.Values[i]
			switch v.Type() {
			case sonify.Text:
				fmt.Fprintf(&b, " %s=%q", f.Name, v)
			case sonify.Missing:
				fmt.Fprintf(&b, " %s?", f.Name)
			default:
				fmt.Fprintf(&b, " %s=%v", f.Name, v)
			}
		}
		events = append(events, b.String())
	})
	for _, c := range tally.Counts() {
		counts = append(counts, fmt.Sprintf("%v: %s: %d from line %d", c.Fate, c.What, c.Count, c.First))
	}
	return events, counts, err
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, text string
		change     func(c *csv.Config)
		events     []string
		counts     []string
	}{
		{"plain", "time,Speed KMH,who\n1,200,Ada\n2,,Bert\n", nil,
			[]string{`reading time=1 speed_kmh=200 who="Ada"`, `reading time=2 speed_kmh? who="Bert"`},
			[]string{"missing: no value for speed_kmh: 1 from line 3"}},
		{"a column for each measure", "time,Air (°C),house,CO2 [ppm],Door (open?)x\n1,20.5,A,410,0\n2,,A,420,1\n",
			func(c *csv.Config) { c.Measures, c.Time = []string{"CO2 [ppm]", "Air (°C)", "door_open_x"}, "time" },
			[]string{
				`reading 1s time=1 house="A" measure="co2" value=410 unit="ppm"`,
				`reading 1s time=1 house="A" measure="air" value=20.5 unit="°C"`,
				`reading 1s time=1 house="A" measure="door_open_x" value=0 unit?`,
				`reading 2s time=2 house="A" measure="co2" value=420 unit="ppm"`,
				`reading 2s time=2 house="A" measure="air" value? unit="°C"`,
				`reading 2s time=2 house="A" measure="door_open_x" value=1 unit?`,
			},
			[]string{"missing: no value for air_c: 1 from line 3"}},
		{"own clock", "t,v\n1.5,7\n3,8\n2,9\n,1\nsoon,2\n4,3\n", func(c *csv.Config) { c.Time = "t" },
			[]string{"reading 1.5s t=1.5 v=7", "reading 3s t=3 v=8", "reading 3s t=2 v=9", "reading 3s t? v=1", `reading 3s t="soon" v=2`, "reading 4s t=4 v=3"},
			[]string{"repaired: clock ran backwards, held: 1 from line 4", "repaired: time not readable, held: 1 from line 6",
				"missing: no time in its row, held: 1 from line 5", "missing: no value for t: 1 from line 5"}},
		{"calendar", "timestamp,value\n2014-08-18 00:00:00,9875\n2014-08-18 00:30:00,7581\n", func(c *csv.Config) { c.Time = "timestamp" },
			[]string{`reading 0s 2014-08-18T00:00:00 timestamp="2014-08-18 00:00:00" value=9875`, `reading 30m0s 2014-08-18T00:30:00 timestamp="2014-08-18 00:30:00" value=7581`}, nil},
		{"rows before the first time", "t,v\n,1\nx,2\n5,3\n", func(c *csv.Config) { c.Time = "t" },
			[]string{"reading 5s t=5 v=3"}, []string{"skipped: row before the first readable time: 2 from line 2"}},
		{"semicolons and commas", "a;b\n1,5;1.234,5\n", nil, []string{"reading a=1.5 b=1234.5"}, nil},
		{"sep= of Excel", "sep=;\na;b\n1;2\n", nil, []string{"reading a=1 b=2"}, nil},
		{"tabs", "a\tb\n1\tx y\n", nil, []string{`reading a=1 b="x y"`}, nil},
		{"mark and CRLF", "\xef\xbb\xbfa,b\r\n1,2\r\n", nil, []string{"reading a=1 b=2"}, nil},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00\n\x001\x00,\x00\xf6\x00\n\x00", nil, []string{`reading a=1 b="ö"`}, nil},
		{"Latin-1", "a,b\n1,Gr\xf6\xdfe\n", nil, []string{`reading a=1 b="Größe"`}, []string{"repaired: not UTF-8, read as Latin-1: 1 from line 2"}},
		{"Latin-1 as told", "a,b\n1,Gr\xf6\xdfe\n", func(c *csv.Config) { c.Encoding = "latin-1" }, []string{`reading a=1 b="Größe"`}, nil},
		{"no header", "1,2\n3,4\n", func(c *csv.Config) { c.Header = false; c.Names = []string{"a", "B c"} }, []string{"reading a=1 b_c=2", "reading a=3 b_c=4"}, nil},
		{"other names", "x,y\n1,2\n", func(c *csv.Config) { c.Names = []string{"a"} }, []string{"reading a=1 y=2"}, nil},
		{"lines before", "# made by\n# somebody\na\n1\n", func(c *csv.Config) { c.SkipLines = 2 }, []string{"reading a=1"}, nil},
		{"same names", "a,a,,a 2\n1,2,3,4\n", nil, []string{"reading a=1 a_2=2 column_3=3 a_2_2=4"}, nil},
		{"kinds", "what,n\nOrder Paid,1\n,2\norder.paid,3\n", func(c *csv.Config) { c.EventFrom = "what"; c.Event = "other.thing" },
			[]string{`order_paid what="Order Paid" n=1`, `other.thing what? n=2`, `order.paid what="order.paid" n=3`}, []string{"missing: no value for what: 1 from line 3"}},
		{"ragged", "a,b,c\n1\n1,2,3,4\n1,2,3,,\n", nil, []string{"reading a=1 b? c?", "reading a=1 b=2 c=3", "reading a=1 b=2 c=3"},
			[]string{"repaired: row with too few cells, the others missing: 1 from line 2", "repaired: row with too many cells, the others left out: 1 from line 3"}},
		{"empty rows", "a,b\n,\n\n1,2\n", nil, []string{"reading a=1 b=2"}, []string{"skipped: empty row: 1 from line 2"}},
		{"missing in all its forms", "a\nnan\nNone\nN/A\n-\ninf\nundefined\n\"\"\n1\n", nil,
			[]string{"reading a?", "reading a?", "reading a?", "reading a?", "reading a?", "reading a?", "reading a=1"},
			[]string{"skipped: empty row: 1 from line 8", "missing: no value for a: 6 from line 2"}},
		{"0 as missing and as zero", "s,n\n0,0\n0.0,1\n", func(c *csv.Config) { c.ZeroMissing = []string{"s"} },
			[]string{"reading s? n=0", "reading s? n=1"}, []string{"missing: no value for s: 2 from line 2"}},
		{"texts", "plz,n\n10115,1\n", func(c *csv.Config) { c.Text = []string{"PLZ"} }, []string{`reading plz="10115" n=1`}, nil},
		{"cut off", "a,b\n1,2\n3", nil, []string{"reading a=1 b=2"}, []string{"skipped: last row cut off: 1 from line 3"}},
		{"no last end of line", "a,b\n1,2\n3,4", nil, []string{"reading a=1 b=2", "reading a=3 b=4"}, nil},
		{"open quote", "a,b\n1,\"2\n3", nil, []string{`reading a=1 b="2\n3"`}, []string{"repaired: quote not closed at the end: 1 from line 2"}},
		{"only a header", "a,b\n", nil, nil, nil},
	} {
		events, counts, err := read(c.text, config(c.change))
		if err != nil || !reflect.DeepEqual(events, c.events) || !reflect.DeepEqual(counts, c.counts) {
			t.Errorf("%s: %v\n got %q\nwant %q\n got %q\nwant %q", c.name, err, events, c.events, counts, c.counts)
		}
	}
}

func TestDecode_RefusesForGood(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		change     func(c *csv.Config)
	}{
		"empty":          {"", "empty", nil},
		"binary":         {"a,b\n1,\x00\n", "binary", nil},
		"workbook":       {"PK\x03\x04", "Excel", nil},
		"no such column": {"timestamp,v\n1,2\n", `did you mean "timestamp"?`, func(c *csv.Config) { c.Time = "timestmap" }},
		"no such text":   {"a,v\n1,2\n", "no such column", func(c *csv.Config) { c.Text = []string{"zzz"} }},
		"no time":        {"t,v\n1/2/2014,2\n1/3/2014,3\n", `time_format`, func(c *csv.Config) { c.Time = "t" }},
		"lost column":    {"value,a,b\n1,2,3\n", `column "value" of its own`, func(c *csv.Config) { c.Measures = []string{"a", "b"} }},
		"twice":          {"a,b\n1,2\n", "named twice", func(c *csv.Config) { c.Measures = []string{"a", "A"} }},
		"no measure":     {"air,b\n1,2\n", `did you mean "air"?`, func(c *csv.Config) { c.Measures = []string{"aire"} }},
		"long row":       {"a\n" + strings.Repeat("x", 3000), "more than 2048 bytes", func(c *csv.Config) { c.MaxRecord = 2 }},
	} {
		_, _, err := read(c.text, config(c.change))
		var gone *sonify.Permanent
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not speak of %q", name, err, c.want)
		}
	}
}

func TestNew_TellsAllMistakesAtOnce(t *testing.T) {
	c := config(func(c *csv.Config) {
		c.Event, c.TimeFormat, c.Header, c.Zone = "Sale!", "secnods", false, ""
	})
	_, err := csv.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, &c)
	var ps sonify.Problems
	if !errors.As(err, &ps) {
		t.Fatal(err)
	}
	var keys []string
	for _, p := range ps {
		keys = append(keys, p.Key)
	}
	if want := []string{"path", "time_format", "event", "names"}; !reflect.DeepEqual(keys, want) {
		t.Errorf("mistakes in %v, want %v", keys, want)
	}
}

func TestProbe_TellsFieldsAndTypes(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "a.csv"), []byte("when,Speed KMH,who,mixed\n2014-08-18,1,Ada,1\n2014-08-19,,Bert,x\n"), 0o644)
	c := config(func(c *csv.Config) { c.Path, c.Time = "a.csv", "when" })
	s, err := csv.Info().New(sonify.SourceEnv{Dir: dir, Tally: new(sonify.Tally)}, &c)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.(sonify.Prober).Probe(t.Context())
	if err != nil || !p.Timed || p.Open || len(p.Shapes) != 1 || p.Shapes[0].Kind() != "reading" {
		t.Fatalf("%+v, %v", p, err)
	}
	got := ""
	for _, f := range p.Shapes[0].Fields() {
		got += fmt.Sprintf("%s: %v; ", f.Name, f.Type)
	}
	if want := "when: text; speed_kmh: number; who: text; mixed: missing; "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	c.Path = "b.csv"
	s, _ = csv.Info().New(sonify.SourceEnv{Dir: dir, Tally: new(sonify.Tally)}, &c)
	if _, err := s.(sonify.Prober).Probe(t.Context()); err == nil {
		t.Error("a file that is not there is no mistake")
	}
}

// Two columns in other units are two measures.
func TestDecode_MeasuresHaveNamesOfTheirOwn(t *testing.T) {
	got, _, err := read("Air (°C),Air (°F)\n20,68\n", config(func(c *csv.Config) { c.Measures = []string{"air_c", "air_f"} }))
	want := []string{`reading measure="air" value=20 unit="°C"`, `reading measure="air_f" value=68 unit="°F"`}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func TestRun_ReadsTheFileAndNamesTheSource(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "a.csv"), []byte("a\n1\n2\n3\n"), 0o644)
	c := config(func(c *csv.Config) { c.Path = "a.csv" })
	s, err := csv.Info().New(sonify.SourceEnv{Name: "hall", Dir: dir, Tally: new(sonify.Tally)}, &c)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a source can be run again
		n := int64(0)
		err = s.Run(t.Context(), func(ev sonify.Event) {
			if n++; ev.Source != "hall" || ev.Line != n+1 {
				t.Errorf("source %q, line %d", ev.Source, ev.Line)
			}
		})
		if err != nil || n != 3 {
			t.Errorf("%d events, %v", n, err)
		}
	}
	enough := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	n := 0
	if err := s.Run(ctx, func(sonify.Event) { n++; stop(enough) }); err != enough || n != 1 {
		t.Errorf("%d events, %v", n, err)
	}
}

// What comes on standard input is reported when it comes, not when more does.
func TestRun_FollowsStandardInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		defer w.Close()
		c := config(func(c *csv.Config) { c.Path = "-" })
		s, err := csv.Info().New(sonify.SourceEnv{Stdin: r, Tally: new(sonify.Tally)}, &c)
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		ctx, stop := context.WithCancelCause(t.Context())
		n := 0
		done := make(chan error)
		go func() { done <- s.Run(ctx, func(sonify.Event) { n++ }) }()
		w.Write([]byte("a,b\n1,2\n"))
		synctest.Wait()
		if n != 1 {
			t.Errorf("%d events after the first row", n)
		}
		w.Write([]byte("3,4\n"))
		synctest.Wait()
		if n != 2 {
			t.Errorf("%d events after the second row", n)
		}
		stop(enough)
		if err := <-done; err != enough {
			t.Error(err)
		}
	})
}

// The recorded tables that lie in the data folder are read without an oddity.
func TestDecode_RecordedTables(t *testing.T) {
	dir := os.Getenv("PROSCENIUM_DATA")
	if dir == "" {
		t.Skip("PROSCENIUM_DATA does not name a folder with recorded data")
	}
	for _, file := range []string{"sensors/nyc-taxi-30min-usopen2014.csv", "sensors/road-speed-7578.csv", "social/mentions-IBM-5min.csv"} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		tally := new(sonify.Tally)
		n, last := 0, time.Duration(0)
		err = csv.Decode(strings.NewReader(string(data)), config(func(c *csv.Config) { c.Time = "timestamp" }), tally, func(ev sonify.Event) {
			n++
			if ev.Value("value").Type() != sonify.Number || ev.At.Year() < 2014 || ev.Clock < last {
				t.Fatalf("%s: line %d", file, ev.Line)
			}
			last = ev.Clock
		})
		if want := strings.Count(string(data), "\n") - 1; err != nil || n < want || n > want+1 || last == 0 {
			t.Errorf("%s: %d events over %v, %v", file, n, last, err)
		}
		for _, c := range tally.Counts() {
			t.Logf("%s: %v %s: %d", file, c.Fate, c.What, c.Count)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("t,v\n1,2\n3,\"x\n", "t", true)
	f.Add("a;b\n1,5;€ 3\n", "", true)
	f.Add("\xff\xfea\x00\n\x001\x00", "a", false)
	f.Fuzz(func(t *testing.T, text, column string, header bool) {
		last := time.Duration(math.MinInt64)
		c := config(func(c *csv.Config) { c.Time, c.Header, c.Names = column, header, []string{"t", "v"} })
		csv.Decode(strings.NewReader(text), c, nil, func(ev sonify.Event) {
			if ev.Timed && ev.Clock < last {
				t.Fatalf("clock %v after %v", ev.Clock, last)
			}
			if len(ev.Values) != len(ev.Shape.Fields()) || ev.Line < 1 {
				t.Fatalf("%d values, line %d", len(ev.Values), ev.Line)
			}
			last = ev.Clock
		})
	})
}

func BenchmarkDecode(b *testing.B) {
	text := "timestamp,speed,who\n" + strings.Repeat("2014-08-18 00:00:00,201.5,Ada Arpeggio\n", 10_000)
	c := config(func(c *csv.Config) { c.Time = "timestamp" })
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := csv.Decode(strings.NewReader(text), c, nil, func(sonify.Event) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func ExampleDecode() {
	c := csv.Info().Config().(*csv.Config)
	c.Time = "time"
	text := "time;Wind km/h\n0:00:10;12,5\n0:00:20;n/a\n"
	csv.Decode(strings.NewReader(text), *c, nil, func(ev sonify.Event) {
		v := ev.Value("wind_km_h")
		fmt.Println(ev.Clock, v.Type(), v)
	})
	// Output:
	// 10s number 12.5
	// 20s missing
}
