package field

import (
	"reflect"
	"strings"
	"testing"

	"proscenium/sonify"
)

func TestName(t *testing.T) {
	for heading, want := range map[string]string{
		"Speed KMH": "speed_kmh", "start_s": "start_s", "PointWinner": "point_winner", "P1Score": "p1_score",
		"Humidity %": "humidity_percent", "%": "percent", "Temp (°C)": "temp_c", "Température": "temperature",
		"Größe": "groesse", "HTTPServer": "http_server", "data.object.amount": "data_object_amount", "2014": "n2014",
		"  a  b  ": "a_b", "a-b/c": "a_b_c", "In": "in_", "matches": "matches_", "": "", "---": "", "日本": "日本",
		"DS18B20": "ds18_b20", "speedKMH": "speed_kmh", "x2y": "x2y", "lower_snake_1": "lower_snake_1", "e\u0301te\u0301": "ete",
	} {
		if got := Name(heading); got != want {
			t.Errorf("Name(%q) = %q, want %q", heading, got, want)
		}
		if got := Name(Name(heading)); got != Name(heading) && !strings.HasSuffix(want, "_") {
			t.Errorf("Name is not the same twice: %q becomes %q", heading, got)
		}
	}
}

func TestNames_AreAllDifferent(t *testing.T) {
	got := Names([]string{"a", "A", "", "a 2", "a", "column 3"})
	want := []string{"a", "a_2", "column_3", "a_2_2", "a_3", "column_3_2"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestKind(t *testing.T) {
	for text, want := range map[string]string{
		"tennis.point": "tennis.point", "Order.Paid": "order.paid", "order placed": "order_placed", "..": "", "PING": "ping", "in": "in",
		"app.bsky.feed.post": "app.bsky.feed.post",
	} {
		if got := Kind(text); got != want {
			t.Errorf("Kind(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestValue_Guesses(t *testing.T) {
	point, comma := NewParser(Missing, false), NewParser(Missing, true)
	num, word, none := sonify.Num, sonify.Word, sonify.Value{}
	for _, c := range []struct {
		text         string
		point, comma sonify.Value
	}{
		{"42", num(42), num(42)},
		{" -7 ", num(-7), num(-7)},
		{"3.5", num(3.5), num(3.5)},
		{"+3.5e-2", num(0.035), num(0.035)},
		{".5", num(0.5), num(0.5)},
		{"5.", num(5), num(5)},
		{"3,5", word("3,5"), num(3.5)},
		{"1,234", num(1234), num(1.234)},
		{"1,234.5", num(1234.5), num(1234.5)},
		{"1.234,5", word("1.234,5"), num(1234.5)},
		{"1.234", num(1.234), num(1234)},
		{"1234.567", num(1234.567), num(1234.567)},
		{"1,23,456", word("1,23,456"), word("1,23,456")},
		{"12,345,678", num(12345678), word("12,345,678")},
		{"1 234", num(1234), num(1234)},
		{"1 234,5", word("1 234,5"), num(1234.5)},
		{"1\u202f234", num(1234), num(1234)},
		{"1\u00a0234", num(1234), num(1234)},
		{"1'234.5", num(1234.5), num(1234.5)},
		{"1 2 3", word("1 2 3"), word("1 2 3")},
		{"€3.50", num(3.5), num(3.5)},
		{"3,50 €", word("3,50 €"), num(3.5)},
		{"$ 1,200", num(1200), num(1.2)},
		{"-$5", num(-5), num(-5)},
		{"$-5", num(-5), num(-5)},
		{"12 %", num(12), num(12)},
		{"12%", num(12), num(12)},
		{"%", word("%"), word("%")},
		{"$", word("$"), word("$")},
		{"−5", num(-5), num(-5)},
		{"-", none, none},
		{"", none, none},
		{"NaN", none, none},
		{"None", none, none},
		{"N/A", none, none},
		{"undefined", none, none},
		{"inf", none, none},
		{"-Infinity", none, none},
		{"1e400", word("1e400"), word("1e400")},
		{"true", sonify.Truth(true), sonify.Truth(true)},
		{"FALSE", sonify.Truth(false), sonify.Truth(false)},
		{"yes", word("yes"), word("yes")},
		{"007", word("007"), word("007")},
		{"0", num(0), num(0)},
		{"-0.5", num(-0.5), num(-0.5)},
		{"0x10", word("0x10"), word("0x10")},
		{"1_000", word("1_000"), word("1_000")},
		{"12345678901234567", word("12345678901234567"), word("12345678901234567")},
		{"2014-08-18", word("2014-08-18"), word("2014-08-18")},
		{"12:15", word("12:15"), word("12:15")},
		{"1.2.3.4", word("1.2.3.4"), word("1.2.3.4")},
		{"--5", word("--5"), word("--5")},
		{"e5", word("e5"), word("e5")},
		{"5e", word("5e"), word("5e")},
		{"Ace", word("Ace"), word("Ace")},
	} {
		if got := point.Value(c.text); got != c.point {
			t.Errorf("%q is a %v %v, want %v %v", c.text, got.Type(), got, c.point.Type(), c.point)
		}
		if got := comma.Value(c.text); got != c.comma {
			t.Errorf("with a comma %q is a %v %v, want %v %v", c.text, got.Type(), got, c.comma.Type(), c.comma)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, s := range []string{"1,234.5", "€3", "−5 %", "1 2", "\u202f", "'", "1e9", "-", "0"} {
		f.Add(s)
	}
	point, comma := NewParser(Missing, false), NewParser(Missing, true)
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range []*Parser{point, comma} {
			v := p.Value(s)
			if v.Type() == sonify.Number && !strings.ContainsAny(s, "0123456789") {
				t.Fatalf("%q is the number %v", s, v)
			}
		}
		if n := Name(s); strings.ContainsAny(n, " .-\"\n") || n != "" && n[0] >= '0' && n[0] <= '9' {
			t.Fatalf("Name(%q) = %q", s, n)
		}
	})
}
