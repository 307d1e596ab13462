package mapping

import (
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
)

// Points are values of a rule that reference tones stand for.
type Points []Point

// Point is one: a word, or a number if the word is empty.
type Point struct {
	Word   string
	Number float64
}

// pointWords are the words for values; the first three are of the domain, the
// others of what was played.
var pointWords = []string{"low", "middle", "high", "min", "mean", "max"}

// pointsLimit is how many reference tones one entry may have.
const pointsLimit = 8

// FromTOML implements [grammar.Value].
func (v *Points) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	nodes := []*grammar.Node{n}
	if n.Kind() == grammar.Array {
		nodes = n.Children()
	}
	if len(nodes) == 0 || len(nodes) > pointsLimit {
		r.Error(n, `such as ["low", "high"]`, "%d reference tones: expected 1 to %d", len(nodes), pointsLimit)
		return
	}
	var out Points
	for _, k := range nodes {
		if f, ok := k.Number(); ok {
			out = append(out, Point{Number: f})
			continue
		}
		if k.Kind() != grammar.String || !slices.Contains(pointWords, k.Text()) {
			r.Expected(k, `"low", "middle", "high", "min", "mean", "max" or a number`, sonify.DidYouMean(k.Text(), pointWords))
			return
		}
		out = append(out, Point{Word: k.Text()})
	}
	*v = out
}

// Describe implements [grammar.Value].
func (v *Points) Describe() grammar.Type {
	one := grammar.Type{Name: "value", Doc: "a word for a value, or a number", OneOf: []grammar.Type{
		{Name: "word", Kind: grammar.String, Enum: pointWords}, {Name: "number", Kind: grammar.Float}}}
	return grammar.Type{Name: "values", Doc: `"low", "middle" or "high" of the domain, "min", "mean" or "max" of what was played, a number, or a list of these`, OneOf: []grammar.Type{
		one, {Name: "list of values", Kind: grammar.Array, Of: &one, Least: 1, Most: pointsLimit}}}
}
