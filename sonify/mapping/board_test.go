package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/mapping"
)

const boardPiece = `
[source.s]
type = "script"
[signal.level]
on = "reading"
value = "v"
start = 7
[voice.a]
[[pattern]]
voice = "a"
[board]
doc = "what stands where"
on = ["score", "name"]
columns = ["who", "points", "level"]
rows = [
  ["{name}", "{a}", "{signal.level:0.0}"],
  ["guest", "{b:+0}", ""],
]
`

// boardLines plays a piece and returns what was written on its board, a line for
// each place: the second, row.column and the text.
func boardLines(t *testing.T, p *mapping.Piece) string {
	t.Helper()
	w := &boardWatch{columns: len(p.Header.Board.Columns)}
	perform(t, p, w)
	return w.String()
}

type boardWatch struct {
	strings.Builder
	columns int
}

func (*boardWatch) Begin(*sonify.Header) error   { return nil }
func (*boardWatch) Finish(*sonify.Summary) error { return nil }
func (*boardWatch) Close() error                 { return nil }
func (w *boardWatch) Play(c sonify.Cue) error {
	for _, m := range c.Marks {
		if m.Kind == sonify.MarkBoard {
			fmt.Fprintf(w, "%.1f %d.%d %s\n", m.Frame.Duration().Seconds(), m.Index/w.columns, m.Index%w.columns, m.Text)
		}
	}
	return nil
}

func TestBoard_SaysWhatHolds(t *testing.T) {
	got := boardLines(t, compile(t, boardPiece, `
		1 name name=ann
		2 score a=1 b=2
		3 score a=1 b=-3
		4 score a= b=4
		5 reading v=3.14
		6 name name=`+strings.Repeat("é", 60)+`
		7 score a=9 b=9
		7.01 name name=bo`))
	// What an event does not tell stays; what it tells as missing is empty; a signal
	// comes with the next beat; of several kinds in one stretch each is told.
	want := `0.0 0.0 ann
0.0 0.2 7.0
0.0 1.0 guest
1.0 0.1 1
1.0 1.1 +2
2.0 1.1 -3
3.0 0.1 ` + `
3.0 1.1 +4
4.3 0.2 3.1
5.0 0.0 ` + strings.Repeat("é", 38) + `…
6.0 0.1 9
6.0 1.1 +9
6.0 0.0 bo
`
	if got != want {
		t.Errorf("the board said\n%s\nwanted\n%s", got, want)
	}
}

// Of a flood the last is told.
func TestBoard_IsFilledOncePerStretch(t *testing.T) {
	var events strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&events, "1 score a=%d b=0\n", i)
	}
	got := boardLines(t, compile(t, boardPiece, "0 name name=x\n0 reading v=7\n"+events.String()))
	if !strings.HasSuffix(got, "1.0 0.1 4999\n1.0 1.1 +0\n") || strings.Count(got, "\n") > 7 {
		t.Errorf("the board said\n%s", got)
	}
}

func TestBoard_Mistakes(t *testing.T) {
	const events = "0 score a=1 b=2 speed_kmh=3"
	for _, c := range []struct{ board, want string }{
		{`rows = [["{speed_khm}"]]`, `board.rows[0][0]: there is no field "speed_khm" (did you mean "speed_kmh"?)`},
		{"columns = [\"x\"]\nrows = [[\"{a}\", \"{b}\"]]", "board.rows[0]: a row of 2 texts on a board of 1 columns"},
		{`rows = ["{a}"]`, "expected a row, which is a list of texts"},
		{`rows = [["{a"]]`, "the brace at character 1 is not closed"},
		{"on = \"scor\"\nrows = [[\"1\"]]", `did you mean "score"?`},
		{`doc = "nothing"`, "the board has no rows"},
		{"colums = [\"x\"]\nrows = [[\"1\"]]", `did you mean "columns"?`},
		{"rows = [" + strings.Repeat(`["1"],`, 17) + "]", "17 rows are too many"},
	} {
		p, ps := mapping.Compile(environment(t, events, nil), "piece.toml", []byte("[source.s]\ntype = \"script\"\n[voice.a]\n[[pattern]]\nvoice = \"a\"\n[board]\n"+c.board+"\n"), nil)
		if p != nil || !strings.Contains(fmt.Sprint(ps), c.want) {
			t.Errorf("%s\n got %v\nwant %s", c.board, ps, c.want)
		}
	}
}

// What stands on the board is still there after a restart, and after an edit in the
// places that are still the same.
func TestBoard_IsRemembered(t *testing.T) {
	const events = "0.1 name name=ann\n0.15 reading v=7\n0.2 score a=1 b=2\n9 score a=3 b=4"
	sameUninterrupted(t, func() *mapping.Piece { return compile(t, boardPiece, events) })

	p := compile(t, boardPiece, events)
	pf := p.Perform()
	ev := &sonify.Event{Shape: sonify.NewShape("score", sonify.Field{Name: "a", Type: sonify.Number}), Values: []sonify.Value{sonify.Num(12)}}
	pf.Hear(ev, 0)
	pf.Open()
	pf.Close()
	pf.Clear()
	s, err := pf.State()
	if err != nil {
		t.Fatal(err)
	}
	edited := compile(t, strings.Replace(boardPiece, `["guest"`, `["away"`, 1), events)
	after, err := edited.Resume(s)
	if err != nil {
		t.Fatal(err)
	}
	after.Announce()
	after.Open()
	var told []string
	for _, m := range after.Close().Marks {
		if m.Kind == sonify.MarkBoard {
			told = append(told, fmt.Sprintf("%d %s", m.Index, m.Text))
		}
	}
	if got := strings.Join(told, ", "); got != "1 12, 2 7.0" {
		t.Errorf("after the edit the board says %s", got)
	}
}
