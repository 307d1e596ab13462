package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

// all reads a whole table.
func all(text string, sep byte, size, max int) (out [][]string, err error) {
	r := NewReader(bufio.NewReaderSize(strings.NewReader(text), size))
	r.Max = max
	if s := r.Sniff(); sep == 0 {
		sep = s
	}
	r.Separator = sep
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, append([]string(nil), cells...))
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       [][]string
	}{
		{"plain", "a,b\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}},
		{"CRLF and no last end", "a,b\r\n1,2", [][]string{{"a", "b"}, {"1", "2"}}},
		{"CR alone", "a,b\r1,2\r", [][]string{{"a", "b"}, {"1", "2"}}},
		{"empty cells", ",\n,,x\n", [][]string{{"", ""}, {"", "", "x"}}},
		{"empty lines", "\n\na\n\n", [][]string{{"a"}}},
		{"quotes", `"a","b ""c"" d",e` + "\n", [][]string{{"a", `b "c" d`, "e"}}},
		{"line in quotes", "\"a\nb\r\nc\",d\n", [][]string{{"a\nb\nc", "d"}}},
		{"separator in quotes", "\"a,b\",c\nd,e\n", [][]string{{"a,b", "c"}, {"d", "e"}}},
		{"quote inside", "5\" disk,x\n", [][]string{{`5" disk`, "x"}}},
		{"after a quote", "\"a\"bc,d\n", [][]string{{"abc", "d"}}},
		{"blank before a quote", "a, \"b,c\"\n", [][]string{{"a", "b,c"}}},
		{"open quote at the end", "a,\"b\nc", [][]string{{"a", "b\nc"}}},
		{"semicolons", "a;b\n1,5;2\n", [][]string{{"a", "b"}, {"1,5", "2"}}},
		{"tabs", "a\tb\n1 x\t2\n", [][]string{{"a", "b"}, {"1 x", "2"}}},
		{"bars", "a|b|c\n1|2|3\n", [][]string{{"a", "b", "c"}, {"1", "2", "3"}}},
		{"Latin-1", "Gr\xf6\xdfe,b\n", [][]string{{"Größe", "b"}}},
	} {
		for _, size := range []int{16, 4096} {
			got, err := all(c.text, 0, 4096, 0)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
			}
			sep := map[string]byte{"semicolons": ';', "tabs": '\t', "bars": '|'}[c.name]
			if sep == 0 {
				sep = ','
			}
			if got, err := all(c.text, sep, size, 0); c.name != "CR alone" && (err != nil || !reflect.DeepEqual(got, c.want)) {
				t.Errorf("%s, buffer of %d: %q, %v", c.name, size, got, err)
			}
		}
	}
}

func TestRead_IsBounded(t *testing.T) {
	endless := io.LimitReader(zeros{'x'}, 1<<30) // a gibibyte without an end of line
	r := NewReader(bufio.NewReaderSize(endless, 64<<10))
	_, err := r.Read()
	if err == nil || !errors.Is(err, errLong) {
		t.Errorf("an endless line: %v", err)
	}
	if cap(r.line) > 4*MaxRecord {
		t.Errorf("%d bytes were kept of it", cap(r.line))
	}
	r = NewReader(bufio.NewReaderSize(io.MultiReader(strings.NewReader("a,\"b\n"), io.LimitReader(&lines{}, 1<<30)), 64<<10))
	if _, err := r.Read(); err == nil || !strings.Contains(err.Error(), "a quote opened in line 1") {
		t.Errorf("an open quote: %v", err)
	}
	if _, err := all(strings.Repeat(",", MaxCells+1), ',', 4096, 0); err == nil {
		t.Error("too many cells were taken")
	}
	if _, err := all("a,b\n1,\x00\n", ',', 4096, 0); err != errBinary {
		t.Errorf("a byte of zero: %v", err)
	}
	if got, err := all("abcdefgh\nabc\n", ',', 16, 8); err != nil || len(got) != 2 {
		t.Errorf("a record of exactly the limit: %v", err)
	}
}

type zeros struct{ c byte }

func (z zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = z.c
	}
	return len(p), nil
}

type lines struct{}

func (*lines) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "line\n"[i%5]
	}
	return len(p), nil
}

func TestRead_TellsTheLine(t *testing.T) {
	r := NewReader(bufio.NewReader(strings.NewReader("a\n\n\"b\nc\"\nd")))
	var got []int64
	cut := false
	for {
		if _, err := r.Read(); err != nil {
			break
		}
		got, cut = append(got, r.Line), r.Cut
	}
	if want := []int64{1, 3, 5}; !reflect.DeepEqual(got, want) || !cut {
		t.Errorf("lines %v, want %v", got, want)
	}
}

// Where a table is as RFC 4180 has it, encoding/csv reads the same.
func FuzzRead(f *testing.F) {
	f.Add("a,b\n\"c\"\"d\",e\n", byte(0))
	f.Add("a;b\r\n1;\"2\n3\"", byte(';'))
	f.Fuzz(func(t *testing.T, text string, sep byte) {
		got, err := all(text, sep, 16, 1<<16)
		for _, row := range got {
			if len(row) == 0 {
				t.Fatal("a row without cells")
			}
		}
		if err != nil || sep != ',' || strings.ContainsAny(text, "\r\x00") || strings.Contains(text, " \"") {
			return
		}
		std := csv.NewReader(strings.NewReader(text))
		std.FieldsPerRecord = -1
		want, serr := std.ReadAll()
		if serr != nil {
			return
		}
		for _, row := range want {
			for _, c := range row {
				if strings.ToValidUTF8(c, "") != c {
					return // ours are read as Latin-1
				}
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %q, encoding/csv reads %q", text, got, want)
		}
		for i := range got {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("%q: %q, encoding/csv reads %q", text, got[i], want[i])
			}
		}
	})
}
