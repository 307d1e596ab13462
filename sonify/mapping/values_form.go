package mapping

import (
	"strings"

	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/score"
)

// Progressions is one list of chords, or several.
type Progressions [][]string

// FromTOML implements [grammar.Value].
func (v *Progressions) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	const what = `a list of chords such as ["i", "VI"], or several such lists`
	if n.Kind() == grammar.String {
		r.Expected(n, what, `write ["`+strings.Join(strings.Fields(n.Text()), `", "`)+`"]`)
		return
	}
	if n.Kind() != grammar.Array {
		r.Expected(n, what, "")
		return
	}
	before := r.Errors()
	var out Progressions
	if kids := n.Children(); len(kids) > 0 && kids[0].Kind() == grammar.Array {
		var lists [][]string
		r.Bind(n, &lists)
		out = lists
	} else {
		var list []string
		r.Bind(n, &list)
		out = Progressions{list}
	}
	if r.Errors() > before {
		return
	}
	for _, list := range out {
		if len(list) == 0 {
			r.Error(n, "leave it out to keep the chord of the tonic", "a progression without chords")
			return
		}
	}
	*v = out
}

// Describe implements [grammar.Value].
func (v *Progressions) Describe() grammar.Type {
	chord := grammar.Type{Name: "chord", Kind: grammar.String, Examples: []string{"i", "VI", "bVII", "V7"}}
	list := grammar.Type{Name: "progression", Kind: grammar.Array, Of: &chord, Least: 1}
	return grammar.Type{Name: "progressions", Doc: "a list of chords, or several such lists", OneOf: []grammar.Type{
		list, {Name: "progressions", Kind: grammar.Array, Of: &list, Least: 1}}}
}

// Build is how a section grows towards what it leads to.
type Build struct {
	Over     grammar.Fraction
	Density  float64
	Velocity float64
	Register float64
	Roll     bool
}

// buildTable is the table form of a Build.
type buildTable struct {
	Over     grammar.Fraction `toml:"over" doc:"how long it takes" required:"true" example:"4 bars"`
	Density  float64          `toml:"density" doc:"how many of the silent steps of the rhythms play at its end" unit:"parts" default:"0.5" min:"0" max:"1" example:"0.75"`
	Velocity float64          `toml:"velocity" doc:"factor on how hard the patterns play at its end" unit:"factor" default:"1.25" min:"0.25" max:"2" example:"1.4"`
	Register float64          `toml:"register" doc:"how far the patterns have risen at its end, in whole octaves" unit:"semitones" default:"0" min:"-24" max:"24" example:"12"`
	Roll     bool             `toml:"roll" doc:"whether the hits of unpitched voices are doubled in its last quarter" default:"true" example:"false"`
}

// FromTOML implements [grammar.Value].
func (v *Build) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	var t buildTable
	grammar.Defaults(&t)
	if n.Kind() == grammar.Table {
		r.Bind(n, &t)
	} else {
		t.Over.FromTOML(n, r)
	}
	*v = Build(t)
}

// Describe implements [grammar.Value].
func (v *Build) Describe() grammar.Type {
	return grammar.Type{Name: "build", Doc: "a length in musical time, or a table for what grows", OneOf: []grammar.Type{
		new(grammar.Fraction).Describe(), {Name: "build at length", Kind: grammar.Table, Fields: &buildTable{}}}}
}

// Temperament is where the twelve keys of the octave lie.
type Temperament struct{ score.Temperament }

// FromTOML implements [grammar.Value].
func (v *Temperament) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if n.Kind() != grammar.String {
		r.Expected(n, `a temperament such as "just", "19 edo" or twelve cents in quotes`, "")
		return
	}
	t, err := score.ParseTemperament(n.Text())
	if err != nil {
		hint := ""
		if u, ok := err.(*score.UnknownTemperament); ok {
			hint = u.Hint()
		}
		r.Error(n, hint, "%v", err)
		return
	}
	v.Temperament = t
}

// Describe implements [grammar.Value].
func (v *Temperament) Describe() grammar.Type {
	return grammar.Type{Name: "temperament", Doc: "the name of a temperament, an equal division of the octave, or twelve cents or ratios", Kind: grammar.String,
		Examples: append(score.TemperamentNames(), "19 edo", "0 112 204 316 386 498 590 702 814 884 1018 1088")}
}
