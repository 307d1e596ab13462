package grammar_test

import (
	"fmt"

	"proscenium/sonify/mapping/grammar"
)

// Level is a value that may be written as a number or as a word.
type Level struct{ Value float64 }

func (l *Level) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if x, ok := n.Number(); ok {
		l.Value = x
		return
	}
	switch n.Text() {
	case "soft":
		l.Value = 0.3
	case "loud":
		l.Value = 1
	default:
		r.Expected(n, `a number, "soft" or "loud"`, "")
	}
}

func (l *Level) Describe() grammar.Type {
	return grammar.Type{Name: "level", Doc: `a number, "soft" or "loud"`, OneOf: []grammar.Type{
		{Name: "number", Kind: grammar.Float},
		{Name: "word", Kind: grammar.String, Enum: []string{"soft", "loud"}},
	}}
}

type Voice struct {
	Wave  string `toml:"wave" enum:"pulse|triangle|noise" default:"pulse" doc:"the kind of sound"`
	Level Level  `toml:"level" default:"1" doc:"how loud"`
}

type Piece struct {
	Title string             `toml:"title" required:"true" doc:"what the piece is called"`
	Tempo float64            `toml:"tempo" min:"10" max:"400" unit:"bpm" default:"112" doc:"quarter notes a minute"`
	Voice grammar.Map[Voice] `toml:"voice" doc:"the parts"`
}

func ExampleParse() {
	doc, problems := grammar.Parse("piece.toml", []byte(`
tempo = 1120
[voice.lead]
wave  = "puls"
level = "laud"
[voice.bass]
level = 0.5
`))
	piece := Piece{}
	grammar.Defaults(&piece)
	problems = append(problems, doc.Bind(&piece)...)
	for _, p := range problems {
		fmt.Println(p)
	}
	for name, v := range piece.Voice.All() {
		fmt.Println(name, v.Wave, v.Level.Value)
	}
	// Output:
	// piece.toml:1:1: title: is missing: what the piece is called
	// piece.toml:2:9: tempo: 1120 is out of range: expected 10 to 400 bpm
	// piece.toml:4:9: voice.lead.wave: expected one of pulse, triangle, noise, found "puls" (did you mean "pulse"?)
	// piece.toml:5:9: voice.lead.level: expected a number, "soft" or "loud", found the text "laud"
	// lead pulse 1
	// bass pulse 0.5
}
