package jsonl_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sources/jsonl"
)

func config(change func(c *jsonl.Config)) jsonl.Config {
	c := jsonl.Info().Config().(*jsonl.Config)
	if change != nil {
		change(c)
	}
	return *c
}

// read returns what a stream becomes: one line an event, the counts, the error.
func read(text string, c jsonl.Config) (events []string, counts []string, err error) {
	tally := new(sonify.Tally)
	err = jsonl.Decode(strings.NewReader(text), c, tally, func(ev sonify.Event) {
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
		change     func(c *jsonl.Config)
		events     []string
		counts     []string
	}{
		{"plain", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2.5,\"b\":null,\"c\":true}\n", nil,
			[]string{`reading a=1 b="x"`, `reading a=2.5 b? c=yes`}, nil},
		{"nested", `{"data":{"object":{"amount_total":499,"Currency":"eur"}},"n":1}`, nil,
			[]string{`reading data_object_amount_total=499 data_object_currency="eur" n=1`}, nil},
		{"lists", `{"tags":["a","b","c"],"e":[],"l":[{"x":1},{"x":2}]}`, func(c *jsonl.Config) { c.Items = 2 },
			[]string{`reading tags_0="a" tags_1="b" tags_count=3 e_count=0 l_0_x=1 l_1_x=2 l_count=2`}, []string{"skipped: elements of long lists: 1 from line 1"}},
		{"numbers as texts stay texts", `{"price":"409.94"}`, nil, []string{`reading price="409.94"`}, nil},
		{"large numbers keep their digits", `{"id":12345678901234567,"t":1408321800123456}`, nil,
			[]string{`reading id="12345678901234567" t=1.408321800123456e+15`}, nil},
		{"missing", `{"a":"None","b":"undefined","c":"","d":NaN,"e":-Infinity,"f":1e999}`, nil,
			[]string{`reading a? b? c="" d? e? f?`},
			[]string{"repaired: NaN or Infinity, taken as missing: 2 from line 1", "repaired: number out of range, taken as missing: 1 from line 1"}},
		{"zero as missing", `{"mph":0,"n":0}`, func(c *jsonl.Config) { c.ZeroMissing = []string{"mph"} }, []string{"reading mph? n=0"}, nil},
		{"one after the other", `{"a":1}{"a":2} {"a":3},{"a":4}`, nil, []string{"reading a=1", "reading a=2", "reading a=3", "reading a=4"}, nil},
		{"over several lines", "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2\n  }\n}\n{\n\"a\": 3\n}\n", nil, []string{"reading a=1 b_c=2", "reading a=3 b_c?"}, nil},
		{"an array around everything", "[{\"a\":1},\n {\"a\":2}, 7, \"x]\", [1,{\"a\":9}], {\"a\":3}]\n", nil,
			[]string{"reading a=1", "reading a=2", "reading a=3"}, []string{"skipped: not an object: 3 from line 2"}},
		{"bad lines", "{\"a\":1}\nnonsense {\"a\":9}\n{\"a\":\n{\"a\":2}\n{\"a\" 3}\n{\"a\":\"x\n{\"a\":4}\n", nil,
			[]string{"reading a=1", "reading a=2", "reading a=4"},
			[]string{"skipped: not an object: 1 from line 2", "skipped: not valid JSON: 1 from line 5", "skipped: object not closed: 2 from line 3"}},
		{"cut off", "{\"a\":1}\n{\"a\":", nil, []string{"reading a=1"}, []string{"skipped: last line cut off: 1 from line 2"}},
		{"mark", "\xef\xbb\xbf{\"a\":1}\r\n", nil, []string{"reading a=1"}, nil},
		{"escapes", `{"a":"\"\\\/\b\f\n\r\té\ud834\udd1e\ud834x","ké":1}`, nil, []string{`reading a="\"\\/\b\f\n\r\té𝄞�x" ke=1`}, nil},
		{"kinds", "{\"type\":\"Order.Paid\",\"n\":1}\n{\"n\":2}\n", func(c *jsonl.Config) { c.EventFrom = "type" },
			[]string{`order.paid type="Order.Paid" n=1`, "reading n=2"}, nil},
		{"kinds by a path", `{"commit":{"operation":"create"}}`, func(c *jsonl.Config) { c.EventFrom = "commit.operation" }, []string{`create commit_operation="create"`}, nil},
		{"own clock", "{\"t\":10}\n{\"t\":12.5}\n{\"t\":11}\n{}\n", func(c *jsonl.Config) { c.Time = "t" },
			[]string{"reading 10s t=10", "reading 12.5s t=12.5", "reading 12.5s t=11", "reading 12.5s t?"},
			[]string{"repaired: clock ran backwards, held: 1 from line 3", "missing: no time in its row, held: 1 from line 4"}},
		{"microseconds", "{\"time_us\":1408320000000001}\n{\"time_us\":1408320000000003}\n", func(c *jsonl.Config) { c.Time = "time_us" },
			[]string{"reading 0s 2014-08-18T00:00:00 time_us=1.408320000000001e+15", "reading 2µs 2014-08-18T00:00:00 time_us=1.408320000000003e+15"}, nil},
		{"too deep", `{"a":{"b":{"c":1}},"d":2}`, func(c *jsonl.Config) { c.MaxDepth = 2 }, []string{"reading d=2"}, []string{"skipped: values nested too deep: 1 from line 1"}},
		{"too many", `{"a":1,"b":2,"c":3}`, func(c *jsonl.Config) { c.MaxFields = 2 }, []string{"reading a=1 b=2"}, []string{"skipped: fields beyond max_fields: 1 from line 1"}},
		{"twice the same", `{"a b":1,"a_b":2}`, nil, []string{"reading a_b=2"}, []string{"repaired: two values of one name, the last taken: 1 from line 1"}},
		{"own lines", `{"kind":"tennis.point","at":"2014-08-18T00:00:00Z","clock_s":12.345678901,"source":"court","values":{"winner":1,"speed_kmh":null,"ace":true},"labels":{"match":"final"}}`, nil,
			[]string{`tennis.point 12.345678901s 2014-08-18T00:00:00 winner=1 speed_kmh? ace=yes match="final"`}, nil},
		{"own line without a clock", `{"kind":"mention","values":{}}`, nil, []string{"mention"}, nil},
		{"others with a kind", `{"kind":"x","values":3}` + "\n" + `{"kind":"x","values":{"a":1},"more":2}`, nil,
			[]string{`reading kind="x" values=3`, `reading kind="x" values? values_a=1 more=2`}, nil},
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
		change     func(c *jsonl.Config)
	}{
		"binary":   {"{\"a\":\x00}", "binary", nil},
		"gzip":     {"\x1f\x8b\x08", "gzip", nil},
		"no field": {strings.Repeat("{\"tmie\":1}\n", 3), `did you mean "tmie"?`, func(c *jsonl.Config) { c.Time = "time" }},
		"no time":  {strings.Repeat("{\"t\":\"soon\"}\n", 300), "first 100 objects", func(c *jsonl.Config) { c.Time = "t" }},
	} {
		_, _, err := read(c.text, config(c.change))
		var gone *sonify.Permanent
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not speak of %q", name, err, c.want)
		}
	}
}

// endless gives text for ever.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e.text) <= len(p) {
		n += copy(p[n:], e.text)
	}
	return n, nil
}

func TestDecode_LongObjectsAreLeftOutInFlatMemory(t *testing.T) {
	// One object of 64 MiB in an array, and one on a line of its own, between good
	// ones.
	for _, open := range []string{"[", ""} {
		text := io.MultiReader(strings.NewReader(open+"{\"a\":1}\n,{\"a\":\""), io.LimitReader(endless{"xxxxxxxx"}, 64<<20), strings.NewReader("\"}\n,{\"a\":2}"))
		n := 0
		tally := new(sonify.Tally)
		c := config(nil)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := jsonl.Decode(text, c, tally, func(sonify.Event) { n++ }); err != nil {
			t.Error(err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("%d MiB of memory for an object of 64", used>>20)
		}
		if n != 2 || len(tally.Counts()) != 1 || tally.Counts()[0].What != "object too long" {
			t.Errorf("%d events, %+v", n, tally.Counts()[0])
		}
	}
}

func TestDecode_FieldsAndKindsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "{\"k\":\"kind%d\",\"f%d\":1}\n", i, i)
	}
	kinds, most := make(map[string]bool), 0
	c := config(func(c *jsonl.Config) { c.EventFrom, c.MaxFields = "k", 50 })
	jsonl.Decode(strings.NewReader(b.String()), c, nil, func(ev sonify.Event) {
		kinds[ev.Kind()] = true
		most = max(most, len(ev.Values))
	})
	if len(kinds) > 201 || most > 50 {
		t.Errorf("%d kinds, %d fields", len(kinds), most)
	}
}

// A field keeps its place when others come, and old shapes stay as they were.
func TestDecode_ShapesGrowAndNeverChange(t *testing.T) {
	var shapes []*sonify.Shape
	jsonl.Decode(strings.NewReader("{\"a\":1}\n{\"b\":2,\"a\":1}\n{\"a\":3}\n"), config(nil), nil, func(ev sonify.Event) {
		shapes = append(shapes, ev.Shape)
		if len(ev.Values) != len(ev.Shape.Fields()) || ev.Shape.Slot("a") != 0 {
			t.Errorf("%d values, a in place %d", len(ev.Values), ev.Shape.Slot("a"))
		}
	})
	if shapes[0] == shapes[1] || shapes[1] != shapes[2] || shapes[0].Slot("b") != -1 || shapes[2].Slot("b") != 1 {
		t.Errorf("shapes %v", shapes)
	}
}

func TestProbe_TellsFieldsAndTypes(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "a.jsonl"), []byte("{\"k\":\"x\",\"n\":1,\"m\":1}\n{\"k\":\"x\",\"n\":null,\"m\":\"a\"}\n{\"k\":\"y\"}\n"), 0o644)
	c := config(func(c *jsonl.Config) { c.Path, c.EventFrom = "a.jsonl", "k" })
	s, err := jsonl.Info().New(sonify.SourceEnv{Dir: dir, Tally: new(sonify.Tally)}, &c)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.(sonify.Prober).Probe(t.Context())
	if err != nil || !p.Open || p.Timed || len(p.Shapes) != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	got := ""
	for _, f := range p.Shapes[0].Fields() {
		got += fmt.Sprintf("%s: %v; ", f.Name, f.Type)
	}
	if want := "k: text; n: number; m: missing; "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRun_FollowsStandardInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		c := config(func(c *jsonl.Config) { c.Path = "-" })
		s, err := jsonl.Info().New(sonify.SourceEnv{Stdin: r, Tally: new(sonify.Tally)}, &c)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		done := make(chan error)
		go func() { done <- s.Run(t.Context(), func(sonify.Event) { n++ }) }()
		for i := range 3 {
			w.Write([]byte("{\"a\":1}\n"))
			synctest.Wait()
			if n != i+1 {
				t.Errorf("%d events after %d lines", n, i+1)
			}
		}
		w.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestDecode_RecordedStreams(t *testing.T) {
	dir := os.Getenv("PROSCENIUM_DATA")
	if dir == "" {
		t.Skip("PROSCENIUM_DATA does not name a folder with recorded data")
	}
	for file, time := range map[string]string{"social/bluesky-jetstream-v1-a.jsonl": "time_us", "social/twitch-eventsub.ndjson": "metadata.message_timestamp", "webhooks/github-push-payload.json": ""} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		tally := new(sonify.Tally)
		err = jsonl.Decode(strings.NewReader(string(data)), config(func(c *jsonl.Config) { c.Time = time }), tally, func(ev sonify.Event) {
			n++
			if len(ev.Values) < 3 {
				t.Errorf("%s: %d fields", file, len(ev.Values))
			}
		})
		if err != nil || n == 0 {
			t.Errorf("%s: %d events, %v", file, n, err)
		}
		for _, c := range tally.Counts() {
			if c.What == "not valid JSON" || c.What == "not an object" {
				t.Errorf("%s: %s in line %d", file, c.What, c.First)
			}
		}
	}
}

// What the standard library takes for one object is one event, and the other way
// round.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a":{"b":[1,"x",null]}}`, `[{"a":1},{"a":"\u00e9"}]`, `{"kind":"a.b","clock_s":1,"values":{"x":1}}`, "{\"a\":1}\n{\"a\":", `{"a":-0.5e+3}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		last := time.Duration(math.MinInt64)
		jsonl.Decode(strings.NewReader(text), config(nil), nil, func(ev sonify.Event) {
			n++
			if len(ev.Values) != len(ev.Shape.Fields()) || ev.Line < 1 {
				t.Fatalf("%d values for %d fields", len(ev.Values), len(ev.Shape.Fields()))
			}
		})
		c := config(func(c *jsonl.Config) { c.Time = "a" })
		jsonl.Decode(strings.NewReader(text), c, nil, func(ev sonify.Event) {
			if ev.Timed && ev.Clock < last {
				t.Fatalf("clock %v after %v", ev.Clock, last)
			}
			last = ev.Clock
		})
		trim := strings.TrimSpace(text)
		if strings.HasPrefix(trim, "{") && json.Valid([]byte(text)) && depth(trim) < 500 {
			if n != 1 && !strings.Contains(text, "\n") {
				t.Fatalf("%q is an object, and %d events", text, n)
			}
			return
		}
		// Of a line with one brace that opens, there is an event only if the standard
		// library can read an object from there on, or NaN and Infinity are in it.
		if strings.ContainsAny(text, "\n[") || strings.Count(text, "{") != 1 || strings.Contains(text, "NaN") || strings.Contains(text, "Infinity") {
			return
		}
		var v map[string]any
		if err := json.NewDecoder(strings.NewReader(text[strings.IndexByte(text, '{'):])).Decode(&v); err != nil && !strings.Contains(err.Error(), "cannot unmarshal number") && n > 0 {
			t.Fatalf("%q is no JSON (%v), and %d events", text, err, n)
		}
	})
}

func depth(s string) int { return strings.Count(s, "{") + strings.Count(s, "[") }

func BenchmarkDecode(b *testing.B) {
	text := strings.Repeat(`{"did":"abc","time_us":1408320000000001,"kind":"commit","commit":{"operation":"create","rev":"x"},"langs":["en","de"]}`+"\n", 10_000)
	c := config(func(c *jsonl.Config) { c.Time = "time_us" })
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := jsonl.Decode(strings.NewReader(text), c, nil, func(sonify.Event) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(10_000*float64(b.N)/b.Elapsed().Seconds(), "objects/s")
}

func ExampleDecode() {
	c := jsonl.Info().Config().(*jsonl.Config)
	c.EventFrom = "action"
	text := `{"action":"order.placed","order":{"total":"49.90"}}`
	jsonl.Decode(strings.NewReader(text), *c, nil, func(ev sonify.Event) {
		total, _ := ev.Value("order_total").Float()
		fmt.Println(ev.Kind(), total)
	})
	// Output: order.placed 49.9
}
