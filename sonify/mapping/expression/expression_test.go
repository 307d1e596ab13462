package expression

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
)

// testScope has a field of each type, one that is always missing, one of unknown
// type, and two signals.
var testScope = &Scope{
	Fields: map[string]sonify.ValueType{
		"ace": sonify.Bool, "fault": sonify.Bool, "speed": sonify.Number, "zero": sonify.Number, "gone": sonify.Number,
		"player": sonify.Text, "digits": sonify.Text, "any": sonify.Missing,
	},
	Signals: []string{"tension", "unknown"},
	Extra:   map[string]sonify.ValueType{"kind": sonify.Text},
}

var testValues = map[string]sonify.Value{
	"ace": sonify.Truth(true), "fault": sonify.Truth(false), "speed": sonify.Num(201), "zero": sonify.Num(0),
	"player": sonify.Word("Müller"), "digits": sonify.Word("12"), "any": sonify.Word("7"), "kind": sonify.Word("tennis.point"),
}

func testInput(e *Expr) Input {
	in := Input{Signals: []float64{0.25, math.NaN()}}
	for _, f := range e.Fields() {
		in.Fields = append(in.Fields, testValues[f])
	}
	return in
}

func TestEval(t *testing.T) {
	yes, no, none := sonify.Truth(true), sonify.Truth(false), sonify.Value{}
	num, word := sonify.Num, sonify.Word
	for _, c := range []struct {
		src  string
		want sonify.Value
	}{
		{"speed", num(201)}, {"signal.tension", num(0.25)}, {"signal.unknown", none}, {"gone", none}, {"kind", word("tennis.point")},
		{"42", num(42)}, {"'x'", word("x")}, {"true", yes}, {"1_000", num(1000)}, {"0x10", num(16)}, {".5", num(0.5)},
		{"1 + 2 * 3", num(7)}, {"5 / 2", num(2.5)}, {"7 % 4", num(3)}, {"7.5 % 2", num(1.5)}, {"-7 % 4", num(-3)},
		{"2 ** 10", num(1024)}, {"2 ^ 0.5", num(math.Sqrt2)}, {"-speed", num(-201)}, {"+speed", num(201)}, {"-0.0", num(0)},
		{"ace + 1", num(2)}, {"fault * 5", num(0)}, {"ace + ace", num(2)},
		{"speed > 200", yes}, {"speed >= 201 and speed <= 201", yes}, {"speed < 200", no}, {"1 < 2 < 3", yes}, {"3 > 2 > 2", no},
		{"speed == 201", yes}, {"speed != 201", no}, {"ace == true", yes}, {"ace == 1", yes},
		{"player == 'Müller'", yes}, {"player != 'Meier'", yes}, {"player < 'N'", yes}, {"player > 'N'", no},
		{"any == 7", yes}, {"any == '7'", yes}, {"any > 6.5", yes}, {"any + 1", num(8)}, {"any == '07'", no},
		{"ace && speed > 180", yes}, {"fault && gone > 1", no}, {"ace || gone > 1", yes}, {"gone > 1 || ace", none}, {"not ace", no}, {"!fault", yes},
		{"speed && 1", yes}, {"zero || 0", no}, {"not gone", none}, {"ace && 'no'", no},
		{"ace ? speed : gone", num(201)}, {"fault ? speed : gone", none}, {"gone ? 1 : 2", none}, {"ace ? 'a' : 1", word("a")},
		{"if ace { 1 } else { 2 }", num(1)},
		{"has(elsewhere)", no}, {"elsewhere ?? speed", num(201)}, {"gone ?? elsewhere ?? 'x'", word("x")}, {"or_else(elsewhere, 2)", num(2)},
		{"has(gone)", no}, {"has(speed)", yes}, {"has(gone) ? gone : -1", num(-1)}, {"gone ?? 3", num(3)}, {"speed ?? 3", num(201)}, {"gone ?? gone ?? 4", num(4)},
		{"or_else(gone, 'none')", word("none")}, {"(gone + 1) ?? 5", num(5)}, {"has(1 / zero)", no}, {"(1 / zero) ?? 9", num(9)},
		{"player in ['Müller', 'Meier']", yes}, {"player not in ['Meier']", yes}, {"speed in [1, 201]", yes}, {"gone in [1]", none}, {"2 in [1, 2]", yes},
		{"player contains 'üll'", yes}, {"player startsWith 'Mü'", yes}, {"player endsWith 'er'", yes}, {"player not contains 'x'", yes},
		{"player matches '^M.*r$'", yes}, {"player matches '^x'", no},
		{"player + '!'", word("Müller!")}, {"any + '!'", word("7!")}, {"(gone ?? 'x') + '/'", word("x/")}, {"len(player)", num(6)}, {"lower(player)", word("müller")}, {"upper(player)", word("MÜLLER")},
		{"number(digits) + 1", num(13)}, {"number(player)", none}, {"number(ace)", num(1)},
		{"abs(-3)", num(3)}, {"floor(2.7)", num(2)}, {"ceil(2.1)", num(3)}, {"round(2.5)", num(3)}, {"round(-2.5)", num(-3)},
		{"min(3, 1, 2)", num(1)}, {"max(3, speed)", num(201)}, {"min(speed)", num(201)}, {"min(1, gone)", none},
		{"clamp(5, 0, 1)", num(1)}, {"clamp(speed, 0, 300)", num(201)}, {"log2(8)", num(3)}, {"log10(1000)", num(3)}, {"log(1)", num(0)},
		{"sqrt(16)", num(4)}, {"exp(0)", num(1)}, {"pow(3, 4)", num(81)}, {"sin(0.25)", num(1)}, {"cos(0.5)", num(-1)},
		{"sign(-3)", num(-1)}, {"sign(zero)", num(0)}, {"step(speed, 201)", num(1)}, {"step(speed, 202)", num(0)}, {"lerp(10, 20, 0.5)", num(15)},
		{"scale(speed, 101, 301, 0, 1)", num(0.5)}, {"scale(5, 1, 1, 7, 9)", num(7)}, {"between(speed, 201, 300)", yes}, {"between(gone, 1, 2)", none},
		{"speed | clamp(0, 1)", num(1)}, {"field('speed')", num(201)}, {"signal.tension * 4 + speed", num(202)},
		{"speed // a comment", num(201)}, {"speed /* a comment */ + 1", num(202)},
	} {
		e, err := Compile(c.src, testScope)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		got, err := e.Eval(testInput(e))
		if got != c.want || err != nil {
			t.Errorf("%s = %v %q (%v), want %v %q", c.src, got.Type(), got, err, c.want.Type(), c.want)
		}
		if typ := e.Type(); typ != sonify.Missing && got.Type() != typ && !got.IsMissing() {
			t.Errorf("%s: said to be %v, is %v", c.src, typ, got.Type())
		}
		b, ok := got.Bool()
		if cond, _ := e.Cond(testInput(e)); cond != (b && ok) {
			t.Errorf("%s: Cond says %v", c.src, cond)
		}
	}
}

func TestEval_FaultsAreMissingAndSayWhy(t *testing.T) {
	for src, want := range map[string]error{
		"1 / zero": ErrDivision, "speed % zero": ErrDivision, "log(zero)": ErrRange, "log2(-speed)": ErrRange, "sqrt(-speed)": ErrRange,
		"exp(speed * 10)": ErrRange, "speed ** 1e3": ErrRange, "(0 - speed) ** 0.5": ErrRange, "1e308 * speed": ErrRange,
		"player ? 1 : number(player)": nil, "field('any') + any2": ErrText, "any2 > 1": ErrText, "1 / 0": ErrDivision,
		"gone / zero": nil, "has(1 / zero) && gone > 1": nil,
	} {
		scope := *testScope
		scope.Open = true
		e, err := Compile(src, &scope)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		in := testInput(e)
		for i, f := range e.Fields() {
			if f == "any2" {
				in.Fields[i] = sonify.Word("no number")
			}
		}
		v, err := e.Eval(in)
		if !errors.Is(err, want) || want != nil && !v.IsMissing() {
			t.Errorf("%s = %q, %v; want %v", src, v, err, want)
		}
	}
	e, err := Compile("speed + signal.unknown", testScope)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Eval(Input{}); err != ErrInput {
		t.Errorf("an input without fields gives %v", err)
	}
	if _, err := e.Eval(Input{Fields: []sonify.Value{{}}, Signals: []float64{1}}); err != ErrInput {
		t.Errorf("an input without signals gives %v", err)
	}
}

func TestCompile_Errors(t *testing.T) {
	long := strings.Repeat("speed + ", 150) + "1"
	for src, want := range map[string]string{
		"has(sped)":                       `1:5: there is no field "sped" (did you mean "speed"?)`,
		"speed ?? elsewhere":              `1:10: there is no field "elsewhere" (there are: ace, any, digits, fault, gone, kind, player, speed, zero)`,
		"sped > 1":                        `1:1: there is no field "sped" (did you mean "speed"?)`,
		"speed >\n sped":                  `2:2: there is no field "sped" (did you mean "speed"?)`,
		"tension > 1":                     `1:1: tension is a signal (write signal.tension)`,
		"signal.tensoin":                  `1:8: there is no signal "tensoin" (did you mean "tension"?)`,
		"signal > 1":                      `1:1: signal needs the name of a signal (write signal.NAME; there are: tension, unknown)`,
		"event.speed":                     `1:1: nothing can be read from "event": only signals are written with a point, signal.NAME (write speed)`,
		"clam(1, 2, 3)":                   `1:1: there is no function "clam" (did you mean "clamp"?)`,
		"clamp(1)":                        `1:1: clamp takes 3 arguments, found 1 (write clamp(x, low, high))`,
		"clamp":                           `1:1: clamp is a function (write clamp(x, low, high))`,
		"speed = 1":                       `1:7: unexpected = (write == to compare)`,
		"ace AND fault":                   `1:5: unexpected AND (write and in small letters)`,
		"ace and":                         `1:7: the expression ends too early`,
		"(ace":                            `1:4: the expression ends too early (a ) is missing)`,
		"player + 1":                      `1:1: + needs numbers, and player is a text (number(...) reads a number from a text)`,
		"speed * '2'":                     `1:9: * needs numbers, and "2" is a text (write the number without quotes)`,
		"speed == '201'":                  `1:10: "201" is a text, and speed is a number (write the number without quotes)`,
		"ace == 'yes'":                    `1:8: "yes" is a text, and ace is yes or no (write ace or not ace)`,
		"all([1, 2], # > 1)":              `1:1: an expression cannot loop: there is no function "all" (it is evaluated for one event at a time; signals sum, count and compare events)`,
		"sum(map(1..1000000000, # * 2))":  `1:1: an expression cannot loop: there is no function "sum" (it is evaluated for one event at a time; signals sum, count and compare events)`,
		"1..1000000000":                   `1:2: an expression has no ranges (between(x, low, high) tells whether x lies in a range)`,
		"speed in 1..5":                   `1:11: in needs a list of constants (write between(x, low, high))`,
		"speed in [speed]":                `1:11: in needs a list of constants, and speed is none (use == and or)`,
		"let x = 1; x + 1":                `1:5: an expression has no variables and no steps (write it as one expression)`,
		"1; 2":                            `1:1: an expression has no variables and no steps (write it as one expression)`,
		"repeat('x', 100000000)":          `1:1: there is no function "repeat" (there are: abs, between, ceil, clamp, cos, exp, floor, has, len, lerp, log, log10, log2, lower, max, min, number, or_else, pow, round, scale, sign, sin, sqrt, step, upper)`,
		"speed == nil":                    `1:10: nil is not a value (has(x) tells whether x is there; x ?? 0 gives another value)`,
		"[1, 2]":                          `1:1: a list is not a value (lists stand behind "in" only)`,
		"{a: 1}":                          `1:1: a table is not a value`,
		"player[0]":                       `1:7: parts of values cannot be read (fields are written by their name, signals as signal.NAME)`,
		"player matches '('":              "1:16: missing closing ): `(`",
		"player matches player":           `1:16: matches needs a constant text (write x matches "pattern")`,
		"gone ?? 1 + 2":                   `1:11: ?? stands beside another operator (wrap it in parentheses: (x ?? 0))`,
		"5000000000":                      `1:1: the number is too large (write numbers above 2147483647 as 5e9)`,
		"99999999999999999999":            `1:1: the number is too large (write numbers above 2147483647 as 5e9)`,
		"":                                `1:1: the expression is empty`,
		"speed speed":                     `1:7: unexpected speed (an operator is missing before it)`,
		"field(player)":                   `1:1: field needs the name of a field in quotes (write field("name"))`,
		"now()":                           `1:1: there is no function "now" (did you mean "pow"?)`,
		strings.Repeat("1", maxSource+1):  `1:1: the expression has more than 2000 characters`,
		long:                              `1:807: the expression has more than 200 parts`,
		"reduce(1..9, #acc + #, 0)":       `1:1: an expression cannot loop: there is no function "reduce" (it is evaluated for one event at a time; signals sum, count and compare events)`,
		"any(filter(all(1..9, #), #), #)": `1:1: an expression cannot loop: there is no function "any" (it is evaluated for one event at a time; signals sum, count and compare events)`,
		"speed > 'x' ? 1 : 2":             `1:9: "x" is a text, and speed is a number`,
	} {
		_, err := Compile(src, testScope)
		if err == nil {
			t.Errorf("%.60s: no error, want %s", src, want)
			continue
		}
		if got := err.Error(); got != want {
			t.Errorf("%.60s:\n got %s\nwant %s", src, got, want)
		}
	}
}

func TestEval_DoesNotAllocate(t *testing.T) {
	for _, src := range []string{"speed", "ace && speed > 180", "clamp(log(speed) * 12 + 60, 36, 96)", "player == 'Müller' ? signal.tension : gone ?? 1", "player in ['a', 'b']"} {
		e, err := Compile(src, testScope)
		if err != nil {
			t.Fatal(err)
		}
		in := testInput(e)
		if n := testing.AllocsPerRun(100, func() { e.Eval(in) }); n != 0 {
			t.Errorf("%s allocates %v times", src, n)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"ace && speed_kmh > 180", "clamp(log(x)*12+60, 36, 96)", "a ?? b ?? 1", "x in ['a', 2]", "not (a or b) ? 'x' + y : -1 ** 2", "if a { b } else { c }", "player matches '(a+)+$'", "1..2", "map(x, #)", "let a = 1; a", "a?.b", "x | clamp(0,1)", "1 < x <= 2", "((((((((", "\"\\u00e9\""} {
		f.Add(s)
	}
	scope := *testScope
	scope.Open = true
	f.Fuzz(func(t *testing.T, src string) {
		defer func(begin time.Time) {
			if d := time.Since(begin); d > 2*time.Second {
				t.Fatalf("%q took %v", src, d)
			}
		}(time.Now())
		e, err := Compile(src, &scope)
		if err != nil {
			if _, ok := err.(*Error); !ok || err.Error() == "" {
				t.Fatalf("%q: %T %v", src, err, err)
			}
			return
		}
		in := testInput(e)
		v, err := e.Eval(in)
		if err != nil && !v.IsMissing() {
			t.Fatalf("%q is %v and %v", src, v, err)
		}
		if x, ok := v.Float(); ok && x-x != 0 {
			t.Fatalf("%q is %v", src, x)
		}
		if again, _ := e.Eval(in); again != v {
			t.Fatalf("%q is %v, then %v", src, v, again)
		}
		if typ := e.Type(); typ != sonify.Missing && !v.IsMissing() && v.Type() != typ {
			t.Fatalf("%q: said to be %v, is %v", src, typ, v.Type())
		}
	})
}

func benchmark(b *testing.B, src string) {
	e, err := Compile(src, testScope)
	if err != nil {
		b.Fatal(err)
	}
	in := testInput(e)
	b.ReportAllocs()
	for b.Loop() {
		e.Eval(in)
	}
}

func BenchmarkField(b *testing.B)     { benchmark(b, "speed") }
func BenchmarkFilter(b *testing.B)    { benchmark(b, "ace && speed > 180") }
func BenchmarkTexts(b *testing.B)     { benchmark(b, "speed > 10 && player == 'Müller' && !fault") }
func BenchmarkTransform(b *testing.B) { benchmark(b, "clamp(log(speed)*12+60, 36, 96)") }
