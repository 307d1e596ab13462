package mapping

import (
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
)

// doubles are what may say a second time what the main parameter says, each with
// the range it has unless the piece says another. Velocity spans 8 dB, which is
// heard beside a change of pitch and leaves the quiet end audible; length goes
// from a sixteenth to a quarter note, in quarter notes; all of it is taste.
var doubles = map[string][2]float64{
	"velocity": {0.4, 1}, "length": {0.25, 1}, "pan": {-0.8, 0.8}, "register": {-12, 12},
}

var (
	ruleDoubles    = []string{"velocity", "length", "pan"}
	patternDoubles = []string{"velocity", "pan", "register"}
)

// Double names the parameters that say again what another says.
type Double struct {
	Keys   []string // in the order of the piece
	Ranges map[string][2]float64
}

// FromTOML implements [grammar.Value].
func (v *Double) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	var out Double
	add := func(at *grammar.Node, key string) {
		all := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(ruleDoubles), patternDoubles...))))
		switch {
		case !slices.Contains(all, key):
			r.Error(at, sonify.DidYouMean(key, all), "%q cannot say a value again", key)
		case slices.Contains(out.Keys, key):
			r.Error(at, "", "%q is named twice", key)
		default:
			out.Keys = append(out.Keys, key)
		}
	}
	switch n.Kind() {
	case grammar.String:
		add(n, n.Text())
	case grammar.Array:
		for _, kid := range n.Children() {
			add(kid, kid.Text())
		}
	case grammar.Table:
		out.Ranges = map[string][2]float64{}
		for _, kid := range n.Children() {
			add(kid, kid.Name())
			var ends [2]float64
			before := r.Errors()
			if r.Bind(kid, &ends); r.Errors() == before && ends[0] > ends[1] {
				r.Error(kid, "put the lower end first: it moves the way the first parameter does", "low end %v is above high end %v", ends[0], ends[1])
			}
			out.Ranges[kid.Name()] = ends
		}
	default:
		r.Expected(n, `a parameter such as "velocity", a list of them, or a table with their ranges`, "")
	}
	*v = out
}

// Describe implements [grammar.Value].
func (v *Double) Describe() grammar.Type {
	one := grammar.Type{Name: "parameter", Kind: grammar.String, Enum: []string{"velocity", "length", "pan", "register"}}
	num := grammar.Type{Name: "number", Kind: grammar.Float}
	ends := grammar.Type{Name: "two ends", Kind: grammar.Array, Of: &num, Least: 2, Most: 2}
	return grammar.Type{Name: "double", Doc: `"velocity", "length" or "pan" (rules), "velocity", "pan" or "register" (patterns), a list of them, or a table with their ranges`, OneOf: []grammar.Type{
		one, {Name: "list of parameters", Kind: grammar.Array, Of: &one}, {Name: "ranges", Kind: grammar.Table, Of: &ends}}}
}

// doubled returns a number that reads what n reads and moves the way n does,
// between other ends.
func (c *compiler) doubled(n *number, key string, d *Double) *number {
	ends, ok := d.Ranges[key]
	if !ok {
		ends = doubles[key]
	}
	out := *n
	out.id, out.key, out.low, out.high = c.piece.numbers, key, ends[0], ends[1]
	c.piece.numbers++
	if n.policy == fillMissing && n.high != n.low {
		out.value = out.low + float64(min(max((n.value-n.low)/(n.high-n.low), 0), 1)*(out.high-out.low))
	}
	if !c.muted {
		c.piece.reading = append(c.piece.reading, &out)
	}
	return &out
}

// doubleRule lets other parameters of a rule say what its pitch says.
func (c *compiler) doubleRule(r *Rule, p *rulePlan) {
	if len(r.Double.Keys) == 0 {
		return
	}
	switch {
	case p.pitch == nil && r.Pitch.Number.Set:
		return // told already
	case p.pitch == nil || p.pitch.fixed:
		c.at(r.Pos, "double", `write pitch = { from = "speed_kmh", range = ["A3", "A6"] }, say`, "the pitch says no value that could be said again")
		return
	case !p.pitch.mapped:
		c.at(r.Pos, "double", `add range = ["A3", "A6"] to the pitch`, "only a pitch with a range can be said again")
		return
	}
	for _, key := range r.Double.Keys {
		if !c.mayDouble(r.Pos, key, ruleDoubles, "a rule") {
			continue
		}
		n := c.doubled(p.pitch, key, &r.Double)
		switch key {
		case "velocity":
			p.velocity = n
		case "length":
			p.length, p.seconds = n, false
		case "pan":
			p.pan = n
		}
		p.doubled = append(p.doubled, n)
	}
}

// doublePattern lets other parameters of a pattern say what the first of those
// says that the data moves.
func (c *compiler) doublePattern(q *Pattern, p *patternPlan) {
	if len(q.Double.Keys) == 0 {
		return
	}
	var main *number
	for _, n := range []*number{p.hits, p.shift, p.register, p.chance} {
		if n != nil && !n.fixed && n.mapped {
			main = n
			break
		}
	}
	if main == nil {
		c.at(q.Pos, "double", `write rhythm = { hits = { from = "signal.tension", range = [2, 11] } }, say`, "no range of rhythm.hits, shift, register or chance says a value that could be said again")
		return
	}
	for _, key := range q.Double.Keys {
		if !c.mayDouble(q.Pos, key, patternDoubles, "a pattern") {
			continue
		}
		n := c.doubled(main, key, &q.Double)
		switch key {
		case "velocity":
			p.velocity = n
		case "pan":
			p.pan = n
		case "register":
			p.register = n
		}
	}
}

func (c *compiler) mayDouble(pos grammar.Pos, key string, keys []string, what string) bool {
	if !slices.Contains(keys, key) {
		c.at(pos, "double", "there are: "+strings.Join(keys, ", "), "in %s %s cannot say a value again", what, key)
		return false
	}
	if written(pos, key) {
		c.at(pos, "double", "leave one of them out; double = { "+key+" = [0.2, 1] } says between which ends", "%s is written already", key)
		return false
	}
	return true
}
