package mapping

import (
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
)

// Board is a table that displays show beside the music.
type Board struct {
	Pos     grammar.Pos `toml:"-"`
	Doc     string      `toml:"doc" doc:"what it shows" example:"the score of the match"`
	On      Words       `toml:"on" doc:"the kind of event that fills it in, or several; without it, all that the piece hears" example:"[\"tennis.match_started\", \"tennis.point\"]"`
	Source  string      `toml:"source" doc:"only events of this source" example:"court"`
	Columns []string    `toml:"columns" doc:"the headings; \"\" has none" len:"1..12" example:"[\"player\", \"games\", \"points\"]"`
	Rows    BoardRows   `toml:"rows" doc:"the rows, each a list with a text for every column, with values in braces as in a caption. A place that reads fields is filled in by every event that has one of them and otherwise keeps what it says; one that reads signals alone follows them, beat by beat. A missing value leaves its room empty" example:"[[\"{player1}\", \"{games1}\", \"{points1}\"], [\"{player2}\", \"{games2}\", \"{points2}\"]]"`
}

// BoardRows are the texts of a board, row by row.
type BoardRows [][]string

// FromTOML implements [grammar.Value].
func (v *BoardRows) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	const what = `a list of rows, each a list of texts`
	if n.Kind() != grammar.Array {
		r.Expected(n, what, `such as [["{player1}", "{games1}"], ["{player2}", "{games2}"]]`)
		return
	}
	if n.Len() > sonify.MaxBoardRows {
		r.Error(n, "", "%d rows are too many for a board: at most %d", n.Len(), sonify.MaxBoardRows)
		return
	}
	before := r.Errors()
	var rows [][]string
	for _, k := range n.Children() {
		if k.Kind() != grammar.Array {
			r.Expected(k, "a row, which is a list of texts", "write it in brackets of its own")
			continue
		}
		var row []string
		r.Bind(k, &row)
		rows = append(rows, row)
	}
	if r.Errors() == before {
		*v = rows
	}
}

// Describe implements [grammar.Value].
func (v *BoardRows) Describe() grammar.Type {
	text := grammar.Type{Name: "text", Kind: grammar.String, Examples: []string{"{games1}"}}
	row := grammar.Type{Name: "row", Kind: grammar.Array, Of: &text, Least: 1, Most: sonify.MaxBoardColumns}
	return grammar.Type{Name: "rows", Doc: "a list of rows, each a list of texts with values in braces", Kind: grammar.Array, Of: &row, Most: sonify.MaxBoardRows}
}

// boardPlan is the board, compiled.
type boardPlan struct {
	kindFilter
	places []*caption // row by row; nil is always empty
}

// boardState is what stands on the board.
type boardState struct {
	shown []string      // by place
	heard *sonify.Event // the last that has not been filled in; nil if none
	at    sonify.Frame  // of its arrival
}

// compileBoard compiles the board.
func (c *compiler) compileBoard() {
	q := &c.file.Board
	if len(q.Rows) == 0 {
		if q.Pos.Line > 0 && !written(q.Pos, "rows") {
			c.at(q.Pos, "rows", `such as rows = [["{signal.sold:,}"]]`, "the board has no rows")
		}
		return // rows = [] takes the mapping's away
	}
	c.kinds(q.Pos, "on", q.On, q.Source)
	sc := c.scope(q.On, q.Source, true)
	columns := q.Columns
	if len(columns) == 0 {
		columns = make([]string, len(q.Rows[0]))
	}
	p := &boardPlan{kindFilter: kindFilter{kinds: q.On, source: q.Source}}
	for i, row := range q.Rows {
		at := "rows[" + decimals(float64(i), 0) + "]"
		if len(row) != len(columns) || len(row) > sonify.MaxBoardColumns {
			c.at(q.Pos, at, "", "a row of %d texts on a board of %d columns (at most %d)", len(row), len(columns), sonify.MaxBoardColumns)
			continue
		}
		for k, text := range row {
			place := c.captionAt(q.Pos, at+"["+decimals(float64(k), 0)+"]", text, sc)
			p.places = append(p.places, place)
			if place == nil {
				continue
			}
			for j := range place.parts {
				c.note(q.On, q.Source, place.parts[j].value)
			}
		}
	}
	c.piece.board = p
	c.piece.Header.Board = &sonify.Board{Doc: q.Doc, Columns: slices.Clone(columns), Rows: len(q.Rows)}
}

// BoardSays returns what the piece writes in each place of its board, row by row.
func (p *Piece) BoardSays() (out []string) {
	if p.board == nil {
		return nil
	}
	for _, c := range p.board.places {
		var b strings.Builder
		for i := 0; c != nil && i < len(c.parts); i++ {
			part := &c.parts[i]
			if part.value == nil {
				b.WriteString(part.literal)
				continue
			}
			b.WriteString("{" + part.value.text)
			if part.format != "" {
				b.WriteString(":" + part.format)
			}
			b.WriteString("}")
		}
		out = append(out, b.String())
	}
	return out
}

// boardHear takes an event that stands on the board. What it says is filled in when
// the stretch is over, however many come before that: a board is looked at, and of a
// flood the last counts.
func (p *Performance) boardHear(ev *sonify.Event, at sonify.Frame) {
	st := &p.board
	if st.heard != nil && st.heard.Shape != ev.Shape {
		p.fillFrom(st.heard) // another kind may say less
	}
	st.heard, st.at = ev, at
}

// fillBoard brings the board up to date at the end of a stretch.
func (p *Performance) fillBoard() {
	b, st := p.piece.board, &p.board
	if b == nil {
		return
	}
	if st.heard != nil {
		p.fillFrom(st.heard)
		st.heard = nil
	}
	if p.now%p.piece.Header.Meter.Beat() != 0 {
		return
	}
	for i, c := range b.places {
		if c != nil && !c.reads() {
			p.fillPlace(i, c, nil, p.out.Begin)
		}
	}
}

// fillFrom fills in what an event says.
func (p *Performance) fillFrom(ev *sonify.Event) {
	if ev.Shape == nil {
		return
	}
	for i, c := range p.piece.board.places {
		if c != nil && c.concerns(ev.Shape) {
			p.fillPlace(i, c, ev, p.board.at)
		}
	}
}

// fillPlace marks what stands in a place, if that is new.
func (p *Performance) fillPlace(i int, c *caption, ev *sonify.Event, at sonify.Frame) {
	text := c.fill(p, ev, "")
	if len(text) > sonify.MaxBoardText {
		const more = "…"
		text = strings.ToValidUTF8(text[:sonify.MaxBoardText-len(more)], "") + more
	}
	if text == p.board.shown[i] {
		return
	}
	p.board.shown[i] = text
	p.out.Marks = append(p.out.Marks, sonify.Mark{Kind: sonify.MarkBoard, Tick: max(p.tempo.Tick(at), 0), Frame: at, Index: i, Text: text})
}

// concerns reports whether events of a shape have a field that the caption reads.
func (c *caption) concerns(s *sonify.Shape) bool {
	for i := range c.parts {
		if v := c.parts[i].value; v != nil && slices.ContainsFunc(v.expr.Fields(), func(f string) bool { return s.Slot(f) >= 0 }) {
			return true
		}
	}
	return false
}

// placeMemory is what stands in a place of the board.
type placeMemory struct {
	Is   string `json:"is"` // fingerprint of what is written there
	Text string `json:"text"`
}

func (p *Performance) boardMemory() (out []placeMemory) {
	for i, text := range p.board.shown {
		if text != "" {
			out = append(out, placeMemory{fingerprint(p.piece.board.places[i]), text})
		}
	}
	return out
}

// board takes over what stands in the places that are still the same, wherever they
// are now.
func (r *resumption) board() {
	if r.piece.board == nil {
		return
	}
	for i, c := range r.piece.board.places {
		is := fingerprint(c)
		for _, m := range r.s.Board {
			if m.Is == is && len(m.Text) <= sonify.MaxBoardText {
				r.Performance.board.shown[i] = m.Text
			}
		}
	}
}
