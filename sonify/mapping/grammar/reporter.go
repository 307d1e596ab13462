package grammar

import (
	"fmt"

	"proscenium/sonify"
)

// Reporter collects the mistakes of one Bind, and binds the parts of values that
// have parts. It is handed to [Value.FromTOML].
type Reporter struct {
	problems sonify.Problems
	errors   int
	last     *sonify.Problem
	more     int
}

// Error reports a mistake at n.
func (r *Reporter) Error(n *Node, hint, format string, args ...any) {
	r.add(n.Pos().Problem(hint, format, args...))
}

// Warn reports a doubt about n.
func (r *Reporter) Warn(n *Node, hint, format string, args ...any) {
	p := n.Pos().Problem(hint, format, args...)
	p.Warning = true
	r.add(p)
}

// Expected reports that n is not what it should be: "expected …, found …".
func (r *Reporter) Expected(n *Node, what, hint string) {
	r.Error(n, hint, "expected %s, found %s", what, n.found())
}

// Errors returns the number of mistakes so far, so that a Value can tell whether
// a part it bound was right.
func (r *Reporter) Errors() int { return r.errors }

// Bind fills into, a pointer, from n the way a field of that type is filled.
// Structs are filled over what they hold: call [Defaults] first where default
// tags are to count.
func (r *Reporter) Bind(n *Node, into any) {
	v := pointer(into)
	r.value(n, v, &field{lenMax: -1})
}

func (r *Reporter) add(p *sonify.Problem) {
	if !p.Warning {
		r.errors++
	}
	if len(r.problems) >= maxProblems {
		r.more++
		r.last = p
		return
	}
	r.problems = append(r.problems, p)
}

// all returns what was reported, in the order of the files.
func (r *Reporter) all() sonify.Problems {
	r.problems.Sort()
	if r.more > 0 {
		p := *r.last
		p.Key, p.Hint, p.Warning = "", "", false
		p.Msg = fmt.Sprintf("and %d more mistakes", r.more)
		r.problems = append(r.problems, &p)
	}
	return r.problems
}
