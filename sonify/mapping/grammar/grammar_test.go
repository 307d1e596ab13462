package grammar

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify"
)

var update = flag.Bool("update", false, "write what came out into testdata")

// The structs below use every tag and type once.

type testPiece struct {
	Title  string          `toml:"title" required:"true" doc:"what it is called" example:"Point by point"`
	Tempo  float64         `toml:"tempo" min:"10" max:"400" unit:"bpm" default:"112" doc:"quarter notes a minute"`
	Seed   uint64          `toml:"seed" default:"2014" doc:"of the dice"`
	Key    testKey         `toml:"key" default:"A minor" doc:"the scale"`
	Loud   bool            `toml:"loud" default:"true" doc:"whether it is loud"`
	Level  string          `toml:"level" enum:"plain|gentle|full" default:"full" doc:"how much music"`
	After  Duration        `toml:"after" min:"1s" max:"10m" default:"45s" doc:"when it is idle"`
	Wait   time.Duration   `toml:"wait" doc:"before the first event" default:"(none)"`
	Source Map[testSource] `toml:"source" doc:"where events come from"`
	Voice  Map[testVoice]  `toml:"voice" doc:"the parts"`
	Rule   []testRule      `toml:"rule" doc:"what an event plays"`
	Limits Map[float64]    `toml:"limits" doc:"numbers by name"`
	Idle   *testIdle       `toml:"idle" doc:"what is heard when the data stops"`
	Keep   []string        `toml:"keep" len:"1..3" enum:"server|winner|ace" doc:"fields that pass"`
	Grid   [][]int         `toml:"grid" min:"0" max:"9" doc:"numbers in rows"`
	Small  int8            `toml:"small" doc:"a small number"`
	Hidden int             `toml:"-"`
	Plain  string
	testMix
}

type testMix struct {
	Gain float64 `toml:"gain" max:"12" unit:"dB" doc:"before everything else"`
}

type testSource struct {
	At   Pos
	Type string `toml:"type" required:"true" doc:"its kind" example:"slam"`
	Rest Raw    `toml:"*"`
}

type testSlam struct {
	Path  string  `toml:"path" required:"true" doc:"the file" example:"match.csv"`
	Speed float64 `toml:"speed" min:"0" default:"1" doc:"times faster than life"`
}

type testVoice struct {
	Wave   string `toml:"wave" enum:"pulse|triangle|noise" default:"pulse" doc:"the kind of sound"`
	Duty   []int  `toml:"duty" min:"0" max:"3" len:"1..32" doc:"of the pulse"`
	Levels [4]int `toml:"levels" doc:"four of them"`
	MIDI   *struct {
		Channel int `toml:"channel" min:"1" max:"16" default:"1" doc:"on the cable"`
	} `toml:"midi" doc:"for the DAW"`
}

type testRule struct {
	Pos    Pos
	Name   string          `toml:"name" doc:"for people"`
	On     string          `toml:"on" required:"true" doc:"the kind of event" example:"tennis.point"`
	Pitch  testNumber      `toml:"pitch" doc:"how high"`
	Range  [2]sonify.Pitch `toml:"range" min:"C2" max:"C7" doc:"of pitches"`
	Root   Pitch           `toml:"root" default:"A3" doc:"the lowest"`
	Length Fraction        `toml:"length" default:"1/16" doc:"of a note"`
}

type testIdle struct {
	Play string `toml:"play" default:"breathe" doc:"a name"`
}

// testKey is a union of a text and a list.
type testKey struct{ names []string }

func (k *testKey) FromTOML(n *Node, r *Reporter) {
	switch n.Kind() {
	case String:
		k.names = strings.Fields(n.Text())
	case Array:
		k.names = nil
		r.Bind(n, &k.names)
	default:
		r.Expected(n, `a key such as "A minor", or a list of notes`, "")
	}
}

func (k *testKey) Describe() Type {
	return Type{Name: "key", Doc: `a key such as "A minor", or a list of notes`, OneOf: []Type{
		{Name: "key", Kind: String, Examples: []string{"A minor"}}, {Name: "notes", Kind: Array, Of: &Type{Name: "note", Kind: String}},
	}}
}

// testNumber is a constant, an expression or a table.
type testNumber struct {
	konst float64
	from  string
	table testTable
}

type testTable struct {
	Pos    Pos
	From   string     `toml:"from" required:"true" doc:"what is read"`
	Domain [2]float64 `toml:"domain" doc:"of the data"`
}

func (t *testNumber) FromTOML(n *Node, r *Reporter) {
	if x, ok := n.Number(); ok {
		t.konst = x
		return
	}
	switch n.Kind() {
	case String:
		t.from = n.Text()
	case Table:
		r.Bind(n, &t.table)
	default:
		r.Expected(n, "a number, an expression or a table", "")
	}
}

func (t *testNumber) Describe() Type {
	return Type{Name: "number", Doc: "a number, an expression or a table", OneOf: []Type{
		{Name: "number", Kind: Float}, {Name: "expression", Kind: String}, {Name: "mapping", Kind: Table, Fields: &testTable{}},
	}}
}

// result runs one case: in.toml (over over base.toml, if there is one), then the
// lines of a file "set", and says what came of it.
func result(a *txtar.Archive) string {
	file := func(name string) ([]byte, bool) {
		for _, f := range a.Files {
			if f.Name == name {
				return f.Data, true
			}
		}
		return nil, false
	}
	var out strings.Builder
	report := func(ps sonify.Problems) {
		for _, p := range ps {
			fmt.Fprintln(&out, p)
		}
	}
	in, _ := file("in.toml")
	doc, ps := Parse("in.toml", in)
	report(ps)
	if base, ok := file("base.toml"); ok {
		under, ps := Parse("base.toml", base)
		report(ps)
		doc, ps = Merge(under, doc)
		report(ps)
	}
	set, _ := file("set")
	for _, line := range strings.Split(strings.TrimSpace(string(set)), "\n") {
		if path, value, ok := strings.Cut(line, "="); ok {
			report(doc.Set(path, value))
		}
	}
	var piece testPiece
	Defaults(&piece)
	ps = doc.Bind(&piece)
	for _, s := range piece.Source.All() {
		slam := testSlam{}
		ps = append(ps, s.Rest.Bind(&slam)...)
	}
	report(ps)
	if len(ps) == 0 {
		out.WriteString(show(&piece))
	}
	return out.String()
}

func show(p *testPiece) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title %q tempo %v seed %d key %q loud %v level %s after %v wait %v gain %v keep %q grid %v small %d\n", p.Title, p.Tempo, p.Seed, p.Key.names, p.Loud, p.Level, p.After, p.Wait, p.Gain, p.Keep, p.Grid, p.Small)
	for n, s := range p.Source.All() {
		fmt.Fprintf(&b, "source %s %s:%d:%d %s %v\n", n, s.At.File, s.At.Line, s.At.Col, s.Type, s.Rest.Keys())
	}
	for n, v := range p.Voice.All() {
		fmt.Fprintf(&b, "voice %s %s %v %v", n, v.Wave, v.Duty, v.Levels)
		if v.MIDI != nil {
			fmt.Fprintf(&b, " midi %d", v.MIDI.Channel)
		}
		b.WriteByte('\n')
	}
	for _, r := range p.Rule {
		fmt.Fprintf(&b, "rule %s %s:%d %q on %s pitch %v %q %q %v range %v root %v length %v\n", r.Pos.Path, r.Pos.File, r.Pos.Line, r.Name, r.On, r.Pitch.konst, r.Pitch.from, r.Pitch.table.From, r.Pitch.table.Domain, r.Range, r.Root, r.Length)
	}
	for n, l := range p.Limits.All() {
		fmt.Fprintf(&b, "limit %s %v\n", n, *l)
	}
	if p.Idle != nil {
		fmt.Fprintf(&b, "idle %s\n", p.Idle.Play)
	}
	return b.String()
}

func TestCases(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) < 10 {
		t.Fatalf("found %d cases: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := result(a)
			last := &a.Files[len(a.Files)-1]
			if last.Name != "want" {
				a.Files = append(a.Files, txtar.File{Name: "want"})
				last = &a.Files[len(a.Files)-1]
			}
			if *update {
				last.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(last.Data); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// Sources may not import this package; a table of names they know is a Go map.
func TestBind_AGoMapIsATableOfNames(t *testing.T) {
	type config struct {
		Fields map[string]string    `toml:"fields" doc:"names"`
		Limits map[string][]float64 `toml:"limits" doc:"limits"`
	}
	doc, problems := Parse("a.toml", []byte("fields = { b = \"x.y\", a = \"$.z\" }\nlimits.t = [-40, 60]\n"))
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	var c config
	if err := doc.Bind(&c).Err(); err != nil {
		t.Fatal(err)
	}
	if len(c.Fields) != 2 || c.Fields["b"] != "x.y" || c.Fields["a"] != "$.z" || len(c.Limits["t"]) != 2 || c.Limits["t"][0] != -40 {
		t.Errorf("bound %v", c)
	}
	doc, _ = Parse("a.toml", []byte("fields = { b = 3 }\nlimits = [1]\n"))
	err := doc.Bind(&c).Err()
	for _, want := range []string{"a.toml:1:16: fields.b: expected a text", "a.toml:2:10: limits: expected a table of lists of numbers"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	if s := string(Schema(&config{}, "x")); !strings.Contains(s, "additionalProperties") {
		t.Errorf("schema: %s", s)
	}
}
