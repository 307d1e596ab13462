package sse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// all reads a stream to its end; every event is a line of the result.
func all(r *Reader) (string, error) {
	var b strings.Builder
	for {
		f, err := r.Next()
		if err != nil {
			return b.String(), err
		}
		fmt.Fprintf(&b, "%s %q id=%q line %d\n", f.Event, f.Data, f.ID, f.Line)
	}
}

func TestReader(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"one line", "data: hello\n\n", " \"hello\" id=\"\" line 2\n"},
		{"lines of data are joined", "data: a\ndata\ndata:b\n\n", " \"a\\n\\nb\" id=\"\" line 4\n"},
		{"one blank after the colon is dropped", "data:  x\n\ndata:\tx\n\n", " \" x\" id=\"\" line 2\n \"\\tx\" id=\"\" line 4\n"},
		{"comments and unknown fields are nothing", ": hi\n:\nfoo: bar\ndata: x\n: y\n\n", " \"x\" id=\"\" line 6\n"},
		{"without data there is no event, but its id holds", "event: a\nid: 7\n\ndata: x\n\n", " \"x\" id=\"7\" line 5\n"},
		{"the kind is each event's own, the id goes on", "event: a\nid: 1\ndata: x\n\ndata: y\n\nid\ndata: z\n\n", "a \"x\" id=\"1\" line 4\n \"y\" id=\"1\" line 6\n \"z\" id=\"\" line 9\n"},
		{"CR, LF and CR LF", "data: a\r\rdata: b\n\ndata: c\r\n\r\ndata: d\n\r\n", " \"a\" id=\"\" line 2\n \"b\" id=\"\" line 4\n \"c\" id=\"\" line 6\n \"d\" id=\"\" line 8\n"},
		{"a byte order mark, once", "\ufeffdata: a\n\n\ufeffdata: b\n\n", " \"a\" id=\"\" line 2\n"},
		{"an id that is JSON", "id: [{\"topic\":\"a\",\"offset\":-1}]\ndata: x\n\n", " \"x\" id=\"[{\\\"topic\\\":\\\"a\\\",\\\"offset\\\":-1}]\" line 3\n"},
		{"an id with a NUL is none", "id: 1\ndata: x\n\nid: 2\x003\ndata: y\n\n", " \"x\" id=\"1\" line 3\n \"y\" id=\"1\" line 6\n"},
		{"what the stream ends within is no event", "data: a\n\ndata: b\n", " \"a\" id=\"\" line 2\n"},
		{"nothing", "", ""},
		{"two bytes", "\n\n", ""},
		{"data that is not JSON", "event: filters_changed\ndata: undefined\n\nevent: delete\ndata: 42\n\n", "filters_changed \"undefined\" id=\"\" line 3\ndelete \"42\" id=\"\" line 6\n"},
	} {
		// However the bytes come, the events are the same.
		for how, r := range map[string]io.Reader{
			"at once":      strings.NewReader(c.in),
			"byte by byte": iotest.OneByteReader(strings.NewReader(c.in)),
			"in halves":    iotest.HalfReader(strings.NewReader(c.in)),
			"with the end": iotest.DataErrReader(strings.NewReader(c.in)),
		} {
			got, err := all(NewReader(r, 0, ""))
			if got != c.want || err != io.EOF {
				t.Errorf("%s, %s:\n%s(%v), want\n%s", c.name, how, got, err, c.want)
			}
		}
	}
}

func TestReader_RetryIsDigits(t *testing.T) {
	r := NewReader(strings.NewReader("retry: 250\n\nretry: soon\nretry: -1\nretry:\n\n"), 0, "")
	if _, err := all(r); err != io.EOF || r.Retry() != 250*time.Millisecond {
		t.Errorf("%v, %v", r.Retry(), err)
	}
	r = NewReader(strings.NewReader("retry: 99999999999999999999999999\n"), 0, "")
	if _, err := all(r); err != io.EOF || r.Retry() != time.Hour {
		t.Errorf("%v, %v", r.Retry(), err)
	}
}

// A line of ten million bytes is passed over and counted, and so is an event of many
// lines; what comes after them is whole, and memory is not what they were.
func TestReader_TooLong(t *testing.T) {
	in := "data: a\n\nid: 5\ndata: " + strings.Repeat("x", 10<<20) + "\n\ndata: b\n\n" +
		strings.Repeat("data: y\n", 10000) + "\n" + "data: c\n\n" + strings.Repeat("z", 1<<20) + "\n\ndata: d\n\n"
	r := NewReader(strings.NewReader(in), 4096, "")
	noted := map[string]int{}
	r.Note = func(what string, _ int64) { noted[what]++ }
	got, err := all(r)
	want := " \"a\" id=\"\" line 2\n \"b\" id=\"5\" line 7\n \"c\" id=\"5\" line 10010\n \"d\" id=\"5\" line 10014\n"
	if got != want || err != io.EOF {
		t.Errorf("%s%v", got, err)
	}
	if noted["event longer than the limit"] != 3 || len(noted) != 1 {
		t.Errorf("noted: %v", noted)
	}
	if n := cap(r.buf) + cap(r.data); n > 1<<20 {
		t.Errorf("holds %d bytes after it", n)
	}
}

func TestReader_LongIDAndName(t *testing.T) {
	r := NewReader(strings.NewReader("id: "+strings.Repeat("i", 5000)+"\nevent: "+strings.Repeat("e", 1000)+"\ndata: x\n\n"), 0, "before")
	n := 0
	r.Note = func(string, int64) { n++ }
	f, err := r.Next()
	if err != nil || f.ID != "before" || len(f.Event) != 256 || n != 1 {
		t.Errorf("id %q, event of %d bytes, %d notes, %v", f.ID, len(f.Event), n, err)
	}
}

func TestReader_WhereItEnds(t *testing.T) {
	for in, whole := range map[string]bool{"": true, "data: x\n\n": true, ": thump\n": true, "data: x\n": false, "data: x\n\ndat": false, "data: x\n\ndata: y": false} {
		r := NewReader(strings.NewReader(in), 0, "")
		if _, err := all(r); err != io.EOF || r.Whole() != whole {
			t.Errorf("%q: whole is %v", in, r.Whole())
		}
	}
	broken := errors.New("reset")
	r := NewReader(io.MultiReader(strings.NewReader("data: x\n\n"), iotest.ErrReader(broken)), 0, "")
	if got, err := all(r); err != broken || got == "" {
		t.Errorf("%q, %v", got, err)
	}
}

// slow is the standard's algorithm, put down as simply as it goes.
func slow(in string, limit int) string {
	in = strings.TrimPrefix(in, "\ufeff")
	in = strings.ReplaceAll(strings.ReplaceAll(in, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(in, "\n")
	lines = lines[:len(lines)-1]
	var b strings.Builder
	data, event, id, last, any, long := "", "", "", "", false, false
	for n, l := range lines {
		if l == "" {
			last = id
			if any && !long {
				fmt.Fprintf(&b, "%s %q id=%q line %d\n", event, strings.TrimSuffix(data, "\n"), last, n+1)
			}
			data, event, any, long = "", "", false, false
			continue
		}
		if len(l) > limit+6 {
			long = true
			continue
		}
		k, v, _ := strings.Cut(l, ":")
		v = strings.TrimPrefix(v, " ")
		switch k {
		case "data":
			if len(data)+len(v)+1 > limit {
				long = true
			}
			data, any = data+v+"\n", true
		case "event":
			event = strings.ToValidUTF8(v[:min(len(v), nameLimit)], "\ufffd")
		case "id":
			if !strings.Contains(v, "\x00") && len(v) <= idLimit {
				id = strings.ToValidUTF8(v, "\ufffd")
			}
		}
	}
	return b.String()
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"data: x\n\n", "\ufeffevent: a\r\nid: 1\rdata: b\n\n", ":c\nretry: 1\ndata\ndata\n\n", "id: \x00\ndata: \xff\n\n",
		"data: " + strings.Repeat("x", 100) + "\n\ndata: y\n\n", "\xef\xbb", "\r\n\r\n", strings.Repeat("data: z\n", 30) + "\n",
	} {
		f.Add([]byte(s), 64)
	}
	f.Fuzz(func(t *testing.T, in []byte, limit int) {
		limit = 16 + limit&0xfff
		want := slow(string(in), limit)
		for _, r := range []io.Reader{bytes.NewReader(in), iotest.OneByteReader(bytes.NewReader(in))} {
			got, err := all(NewReader(r, limit, ""))
			if err != io.EOF || got != want {
				t.Fatalf("%q, limit %d:\n%s(%v), want\n%s", in, limit, got, err, want)
			}
		}
	})
}

// BenchmarkReader reads events of 500 bytes.
func BenchmarkReader(b *testing.B) {
	one := "event: message\nid: [{\"topic\":\"eqiad.x\",\"partition\":0,\"timestamp\":1596207527001}]\ndata: {\"k\":\"" + strings.Repeat("v", 400) + "\"}\n\n"
	in := strings.Repeat(one, 1000)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(strings.NewReader(in), 0, "")
		n := 0
		for {
			if _, err := r.Next(); err != nil {
				break
			}
			n++
		}
		if n != 1000 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "events/s")
}
