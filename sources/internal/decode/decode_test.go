package decode_test

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sources/internal/decode"
)

var update = flag.Bool("update", false, "rewrite what is expected in testdata")

// config reads keys as a piece has them.
func config(t testing.TB, keys string) decode.Config {
	t.Helper()
	doc, problems := grammar.Parse("piece.toml", []byte(keys))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	c := decode.Defaults()
	if err := doc.Bind(&c).Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func decoder(t testing.TB, keys string) (*decode.Decoder, *sonify.Tally) {
	t.Helper()
	tally := new(sonify.Tally)
	d, err := decode.New(sonify.SourceEnv{Name: "feed", Tally: tally}, config(t, keys))
	if err != nil {
		t.Fatal(err)
	}
	return d, tally
}

// line writes an event the way the goldens have it.
func line(ev *sonify.Event) string {
	var b strings.Builder
	b.WriteString(ev.Kind())
	if !ev.At.IsZero() {
		b.WriteString(" at " + ev.At.UTC().Format(time.RFC3339Nano))
	}
	if ev.Timed {
		fmt.Fprintf(&b, " clock %v", ev.Clock)
	}
	if ev.Place != "" {
		fmt.Fprintf(&b, " place %q", ev.Place)
	}
	for i, f := range ev.Shape.Fields() {
		v := ev.Values[i]
		switch {
		case v.IsMissing():
			continue
		case v.Type() == sonify.Text:
			fmt.Fprintf(&b, " %s=%q", f.Name, v.String())
		default:
			fmt.Fprintf(&b, " %s=%v", f.Name, v)
		}
	}
	return b.String()
}

func tallied(tally *sonify.Tally) string {
	var b strings.Builder
	for _, c := range tally.Counts() {
		fmt.Fprintf(&b, "%v %d: %s\n", c.Fate, c.Count, c.What)
	}
	return b.String()
}

// TestGoldens reads the messages of each file of testdata, one after the other, and
// compares the events and the oddities with what is expected. A message whose name has
// a topic after a blank has it.
func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var keys, want, wantTally string
			var got strings.Builder
			var messages []txtar.File
			for _, f := range ar.Files {
				switch f.Name {
				case "keys":
					keys = string(f.Data)
				case "events":
					want = string(f.Data)
				case "tally":
					wantTally = string(f.Data)
				default:
					messages = append(messages, f)
				}
			}
			d, tally := decoder(t, keys)
			emit := func(ev sonify.Event) {
				if len(ev.Values) != len(ev.Shape.Fields()) {
					t.Errorf("%d values for %d fields", len(ev.Values), len(ev.Shape.Fields()))
				}
				got.WriteString(line(&ev) + "\n")
			}
			for i, f := range messages {
				name, topic, _ := strings.Cut(f.Name, " ")
				m := decode.Message{Body: f.Data, Topic: topic, Line: int64(i + 1)}
				if id, ok := strings.CutPrefix(name, "id:"); ok {
					m.ID = id
				}
				if place, ok := strings.CutPrefix(name, "place:"); ok {
					m.Place = place
				}
				if at, ok := strings.CutPrefix(name, "at:"); ok {
					if m.At, err = time.Parse(time.RFC3339, at); err != nil {
						t.Fatal(err)
					}
				}
				if err := d.Normalise(&m, emit); err != nil {
					got.WriteString("error: " + err.Error() + "\n")
				}
			}
			if next := d.Flush(time.Time{}, emit); !next.IsZero() {
				t.Errorf("after the last flush something waits until %v", next)
			}
			if *update {
				for i := range ar.Files {
					switch ar.Files[i].Name {
					case "events":
						ar.Files[i].Data = []byte(got.String())
					case "tally":
						ar.Files[i].Data = []byte(tallied(tally))
					}
				}
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got.String() != want {
				t.Errorf("events:\n%swant:\n%s", got.String(), want)
			}
			if have := tallied(tally); have != wantTally {
				t.Errorf("tally:\n%swant:\n%s", have, wantTally)
			}
		})
	}
}

// What a field is called and where it comes from are two things; who writes the latter is
// told the former.
func TestCheck_NamesAreNotPlaces(t *testing.T) {
	c := config(t, `fields = { amount = "total", total = "sum", seats = "n" }
numbers = ["total", "amount", "n", "other"]
zero_is_missing = ["n"]
durations = { sum = "ms" }
`)
	var ps sonify.Problems
	c.Check(&ps)
	var got []string
	for _, p := range ps {
		got = append(got, p.Key+": "+p.Hint)
	}
	slices.Sort(got)
	if want := []string{"durations.sum: write total", "numbers[2]: write seats", "zero_is_missing[0]: write seats"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestCheck_TellsAllMistakesByKey(t *testing.T) {
	c := config(t, `format = "text"
pattern = "(a"
select = "$.a["
event = "Order Paid"
kinds = [{ event = "x", when = "a >" }]
where = "a ==="
fields = { "Total Price" = "a", b = "$[" }
labels = ["subject"]
period = "quarter"
counts_down = true
durations = { length = "unix" }
minor = { amount = "EURO" }
on_missing = { a = "holde" }
on_outlier = { b = "skip" }
limits = { c = [3, 1] }
spikes = { d = 1 }
only = "changed"
reorder = "1h"
on_gap = "hold"
with = ["x"]
time = "$.at"
zone = "Vienna"
`)
	var ps sonify.Problems
	c.Check(&ps)
	have := map[string]bool{}
	for _, p := range ps {
		have[p.Key] = true
		if p.Key == "zone" && !strings.Contains(p.Hint, `"Europe/Vienna"`) {
			t.Errorf("zone: %q", p.Hint)
		}
		if p.Msg == "" || strings.ToLower(p.Msg[:1]) != p.Msg[:1] || strings.HasSuffix(p.Msg, ".") {
			t.Errorf("%s: %q", p.Key, p.Msg)
		}
	}
	for _, key := range []string{"pattern", "select", "event", "kinds[0].when", "where", "fields.Total Price", "fields.b", "labels[0]", "period_length",
		"durations.length", "minor.amount", "on_missing.a", "on_outlier.b", "limits.c", "spikes.d", "reorder", "gap", "time", "zone"} {
		if !have[key] {
			t.Errorf("nothing is said of %s:\n%v", key, ps)
		}
	}
	if _, err := decode.New(sonify.SourceEnv{}, c); err == nil {
		t.Error("a decoder was made of it")
	}
	var none sonify.Problems
	def := decode.Defaults()
	if def.Check(&none); len(none) > 0 {
		t.Errorf("of the defaults: %v", none)
	}
	if err := grammar.CheckDefaults(&def); err != nil {
		t.Error(err)
	}
}

func TestNormalise_RefusesWhatCannotBeRead(t *testing.T) {
	deep := strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)
	for _, c := range []struct{ keys, body, want string }{
		{`format = "json"`, `{"a":`, "the message is no JSON"},
		{`format = "json"`, `[{"a":1},{"b"]`, "the message is no JSON"},
		{`format = "json"`, strings.Repeat("[", 5000), "the message is no JSON"},
		{`format = "xml"`, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "document type"},
		{`format = "xml"`, "<a>&b;</a>", "no XML"},
		{`format = "xml"`, deep, "deeper"},
		{`format = "xml"`, "<a><b></a></b>", "ends nothing"},
		{`format = "xml"`, "<a>", "is not ended"},
		{`format = "xml"`, "hello", "no element"},
		{`format = "xml"`, "<?xml version=\"1.0\" encoding=\"shift_jis\"?><a/>", "encoding"},
		{`max_message_kib = 1`, strings.Repeat("x", 2000), "max_message_kib"},
		{`format = "text"`, "a\x00b", "byte of zero"},
	} {
		d, _ := decoder(t, c.keys)
		n := 0
		err := d.Normalise(&decode.Message{Body: []byte(c.body)}, func(sonify.Event) { n++ })
		if err == nil || !strings.Contains(err.Error(), c.want) || n > 0 {
			t.Errorf("%.40q: %d events, %v; want an error with %q", c.body, n, err, c.want)
		}
		var p *sonify.Permanent
		if errors.As(err, &p) {
			t.Errorf("%.40q ends the source for good", c.body)
		}
		// What comes next is read.
		if err := d.Normalise(&decode.Message{Body: []byte("<a>1</a>")}, func(sonify.Event) { n++ }); n != 1 && strings.Contains(c.keys, "xml") {
			t.Errorf("after %.40q: %d events, %v", c.body, n, err)
		}
	}
}

func TestProspect_IsKnownIfThePieceSaysIt(t *testing.T) {
	d, _ := decoder(t, `fields = { amount = "total_price", who = "customer.email" }
kinds = [{ event = "order.big", when = "amount > 100" }]
event = "order.paid"
deleted = "cancelled"
numbers = ["amount"]
labels = ["topic_2"]`)
	p := d.Prospect()
	kinds := map[string]*sonify.Shape{}
	for _, s := range p.Shapes {
		kinds[s.Kind()] = s
	}
	if p.Open || len(kinds) != 4 || kinds["order.paid"] == nil || kinds["order.big.deleted"] == nil {
		t.Fatalf("%v, open: %v", kinds, p.Open)
	}
	s := kinds["order.paid"]
	if len(s.Fields()) != 3 || s.Fields()[s.Slot("amount")].Type != sonify.Number {
		t.Errorf("%v", s.Fields())
	}
	d, _ = decoder(t, "select = \"list\"\nwith = [\"station.name\"]\nfields = { v = \"v\" }")
	d.Foresee("room")
	s = d.Prospect().Shapes[0]
	if s.Slot("station_name") < 0 || s.Slot("room") < 0 {
		t.Errorf("what with and the transport add is not foreseen: %v", s.Fields())
	}
	d, _ = decoder(t, `event_from = "type"`)
	if !d.Prospect().Open {
		t.Error("kinds that the data says are foreseen")
	}
}

func TestWindow_IsBoundedAndForgets(t *testing.T) {
	d, _ := decoder(t, "unique = \"id\"\nunique_for = \"1h\"")
	n := 0
	emit := func(sonify.Event) { n++ }
	for i := range 200_000 {
		d.Normalise(&decode.Message{Body: fmt.Appendf(nil, `{"id":"%d"}`, i)}, emit)
	}
	d.Normalise(&decode.Message{Body: []byte(`{"id":"199999"}`)}, emit)
	if n != 200_000 {
		t.Errorf("%d events", n)
	}
	if d.Normalise(&decode.Message{Body: []byte(`{"id":"1"}`)}, emit); n != 200_001 {
		t.Error("the window remembers without end")
	}
}

// What is heard of messages in whatever order is in the order of time, and nothing is
// lost unless it is skipped.
func TestReorder_PutsIntoOrder(t *testing.T) {
	d, tally := decoder(t, "time = \"t\"\ntime_format = \"seconds\"\nreorder = \"10s\"")
	last, n := time.Duration(-1), 0
	emit := func(ev sonify.Event) {
		n++
		if ev.Clock < last {
			t.Fatalf("%v after %v", ev.Clock, last)
		}
		last = ev.Clock
	}
	for i := range 1000 {
		at := i + (i*7919)%9 - 4
		d.Normalise(&decode.Message{Body: fmt.Appendf(nil, `{"t":%d}`, max(at, 0)), Place: fmt.Sprint(i)}, emit)
	}
	waiting := 1000 - n
	d.Flush(time.Time{}, emit)
	if n != 1000 || waiting == 0 || waiting > 30 {
		t.Errorf("%d events, %d waited", n, waiting)
	}
	if got := tallied(tally); got != "" {
		t.Errorf("oddities:\n%s", got)
	}
}

// A place is told only when everything before it has been heard.
func TestPlace_IsSafe(t *testing.T) {
	d, _ := decoder(t, "time = \"t\"\ntime_format = \"seconds\"\nreorder = \"10s\"")
	heard := map[int]bool{}
	told := 0
	emit := func(ev sonify.Event) {
		n, _ := ev.Value("n").Float()
		heard[int(n)] = true
		if ev.Place == "" {
			return
		}
		told++
		var upTo int
		fmt.Sscan(ev.Place, &upTo)
		for i := range upTo + 1 {
			if !heard[i] {
				t.Fatalf("after event %v the place is %d, and %d has not been heard", n, upTo, i)
			}
		}
	}
	for i := range 500 {
		at := max(i+(i*31)%13-6, 0)
		d.Normalise(&decode.Message{Body: fmt.Appendf(nil, `{"t":%d,"n":%d}`, at, i), Place: fmt.Sprint(i)}, emit)
	}
	d.Flush(time.Time{}, emit)
	if told < 100 || len(heard) != 500 {
		t.Errorf("%d places for %d events", told, len(heard))
	}
}

func TestFlush_TellsWhenItIsDue(t *testing.T) {
	d, _ := decoder(t, "time = \"t\"\ntime_format = \"unix\"\nreorder = \"3s\"")
	n := 0
	emit := func(sonify.Event) { n++ }
	d.Normalise(&decode.Message{Body: []byte(`{"t":1408320000}`)}, emit)
	now := time.Now()
	next := d.Flush(now, emit)
	if n != 0 || next.Before(now) || next.Sub(now) > 3*time.Second {
		t.Errorf("%d events, next %v from now", n, next.Sub(now))
	}
	if next = d.Flush(next, emit); n != 1 || !next.IsZero() {
		t.Errorf("%d events, next %v", n, next)
	}
}

// What a service on Windows sends is UTF-16, and says so.
func TestNormalise_ReadsUTF16(t *testing.T) {
	for _, text := range []string{"<?xml version=\"1.0\" encoding=\"utf-16\"?><a><v>1</v><w>ö</w></a>", `{"v":1,"w":"ö"}`} {
		body := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(text)) {
			body = binary.LittleEndian.AppendUint16(body, u)
		}
		for _, b := range [][]byte{body, []byte(text)} {
			d, _ := decoder(t, "")
			var got []string
			err := d.Normalise(&decode.Message{Body: b}, func(ev sonify.Event) { got = append(got, line(&ev)) })
			if err != nil || fmt.Sprint(got) != `[reading v=1 w="ö"]` {
				t.Errorf("%.20q: %v, %v", b, got, err)
			}
		}
	}
}

// payload is a message of 500 bytes, as services send them.
const payload = `{"id":"evt_1PqLm2","type":"order.paid","created":1408320000,"livemode":true,"shop":"harbour","data":{"object":{"id":"ord_55","amount_total":11250,"currency":"eur","quantity":2,"status":"paid","customer":{"country":"DE","email":"a@example.org","marketing":false},"lines":[{"sku":"A1","qty":1,"price":"62.50"},{"sku":"A2","qty":1,"price":"50.00"}],"venue":{"name":"Hall 1","city":"Hamburg","seats":2100},"channel":"web","tier":"early","discount":0.0}},"request":{"id":null,"attempt":1},"pad":"xxxxxx"}`

func BenchmarkNormalise(b *testing.B) {
	for name, keys := range map[string]string{
		"all":    "time = \"created\"\nevent_from = \"type\"",
		"fields": "time = \"created\"\nevent_from = \"type\"\nfields = { amount = \"data.object.amount_total\", currency = \"data.object.currency\", quantity = \"data.object.quantity\", tier = \"data.object.tier\" }\nminor = { amount = \"currency\" }\nunique = \"id\"\nwhere = \"quantity > 0\"",
	} {
		b.Run(name, func(b *testing.B) {
			d, _ := decoder(b, keys)
			if n := len(payload); n < 490 || n > 510 {
				b.Fatalf("%d bytes", n)
			}
			m := &decode.Message{Body: []byte(payload)}
			i := 0
			emit := func(sonify.Event) {}
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				copy(m.Body[len(`{"id":"evt_`):], fmt.Sprintf("%06d", i%1_000_000))
				i++
				if err := d.Normalise(m, emit); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func ExampleDecoder() {
	c := decode.Defaults()
	c.Select, c.Event = "data.items", "order.paid"
	c.Fields = map[string]string{"amount": "total", "currency": "currency"}
	c.Minor = map[string]string{"amount": "currency"}
	d, err := decode.New(sonify.SourceEnv{Name: "shop"}, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	body := `{"data":{"items":[{"total":4990,"currency":"eur"},{"total":500,"currency":"jpy"}]}}`
	d.Normalise(&decode.Message{Body: []byte(body)}, func(ev sonify.Event) {
		fmt.Println(ev.Kind(), ev.Value("amount"), ev.Value("currency"))
	})
	// Output:
	// order.paid 49.9 eur
	// order.paid 500 jpy
}

func FuzzNormalise(f *testing.F) {
	keys := []string{
		"", `format = "json"`, "format = \"json\"\nselect = \"a.b\"", "format = \"json\"\nselect = \"$.a[*]\"", `format = "jsonl"`, `format = "csv"`, `format = "xml"`,
		"format = \"xml\"\nselect = \"a.b\"\nwith = [\"@x\", \"c\"]", "format = \"text\"\npattern = \"(?P<n>[0-9]+) (?P<w>.*)\"",
		"time = \"t\"\nreorder = \"5s\"\nkey = \"k\"\ntotals = [\"n\"]\non_missing = { v = \"interpolate\" }\nspikes = { v = 4 }\ngap = \"1m\"\non_gap = \"interpolate\"",
		"key = \"id\"\nonly = \"changed\"\nfirst = \"take\"\nunique = \"id\"\nduplicates = \"mark\"\nlate = \"mark\"\ntime = \"t\"",
	}
	for i, s := range []string{payload, `{"a":{"b":[{"x":1},{"x":2}]}}`, `[1,2]`, "{\"a\":1}\n{\"a\":2}", "a,b\n1,2\n", "<a x=\"1\"><b>1</b><b>2</b><c/></a>", "12 hello", `{"t":1,"v":null}`, "21.5", "ON", "<!DOCTYPE a>"} {
		f.Add(uint8(i), s)
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		d, _ := decoder(t, keys[int(which)%len(keys)])
		last := time.Duration(-1 << 62)
		emit := func(ev sonify.Event) {
			if len(ev.Values) != len(ev.Shape.Fields()) || len(ev.Values) > 260 {
				t.Fatalf("%d values for %d fields", len(ev.Values), len(ev.Shape.Fields()))
			}
			if ev.Timed {
				if ev.Clock < last {
					t.Fatalf("clock %v after %v", ev.Clock, last)
				}
				last = ev.Clock
			}
		}
		for range 2 {
			d.Normalise(&decode.Message{Body: []byte(text), Topic: "a/b"}, emit)
		}
		d.Flush(time.Time{}, emit)
	})
}

// What a table is cannot be seen from its first byte: the transport knows.
func TestNormalise_GoesByTheType(t *testing.T) {
	for _, c := range []struct{ keys, media, body, want string }{
		{"", "text/csv", "a,b\n1,x\n2,y\n", `reading a=1 b="x"|reading a=2 b="y"`},
		{"", "application/csv", "a;b\r\n1;x\r\n", `reading a=1 b="x"`},
		{"", "text/csv", "\"a\",b\n1,x\n", `reading a=1 b="x"`},
		{"", "text/tab-separated-values", "a, b\tc\n1, 2\t3\n", `reading a_b="1, 2" c=3`},
		{"separator = \"semicolon\"", "text/csv", "a;b,c\n1;2\n", `reading a=1 b_c=2`},
		{"columns = [\"n\", \"s\"]", "text/csv", "1,x\n", `reading n=1 s="x"`},
		{"", "text/csv", `[{"a":1},{"a":2}]`, `reading a=1|reading a=2`},
		{"", "application/json", `{"a":1}`, `reading a=1`},
		{"", "text/xml", `<r><a>1</a></r>`, `reading a=1`},
		{"", "text/plain", "a,b\n1,x\n", "reading text=\"a,b\\n1,x\""},
		{"", "", "a,b\n1,x\n", "reading text=\"a,b\\n1,x\""},
		{"format = \"text\"", "text/csv", "a,b", `reading text="a,b"`},
		{"format = \"text\"\npattern = '^(?P<v>[a-z]+)'", "text/csv", "a,b", `reading v="a"`},
	} {
		d, _ := decoder(t, c.keys)
		var got []string
		err := d.Normalise(&decode.Message{Type: c.media, Body: []byte(c.body)}, func(ev sonify.Event) { got = append(got, line(&ev)) })
		if text := strings.Join(got, "|"); err != nil || text != c.want {
			t.Errorf("%s %q: %s, %v; want %s", c.media, c.body, text, err, c.want)
		}
	}
}
