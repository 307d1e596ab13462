package mapping

import (
	"slices"

	"proscenium/sonify"
)

// stage plays parts of a piece by themselves, for its legend: with the piece's
// own voices, patterns and form, while the signals stand still.
type stage struct {
	piece  *Piece
	survey *Survey // nil if there was none
}

// stageLimit bounds what one sample may last, in bars.
const stageLimit = 16

// copy returns the piece with nothing in it that plays: its form is the one
// section k, which neither ends nor is silent, its signals stand where they
// typically do, and its controls go there at once.
func (g *stage) copy(k int) *Piece {
	q := *g.piece
	q.rules, q.patterns, q.tempo, q.idle = nil, nil, nil, idlePlan{section: -1}
	q.ticks, q.reference = nil, nil
	sec := g.piece.form.sections[k]
	sec.kinds, sec.atEnd, sec.hasUntil, sec.bars, sec.then, sec.silence, sec.say = kindFilter{}, false, false, 0, -1, 0, nil
	q.form.sections = []sectionPlan{sec}
	q.controls = slices.Clone(g.piece.controls)
	for i := range q.controls {
		c := &q.controls[i]
		if c.glide = 0; c.sections != nil {
			c.sections = []bool{c.sections[k]}
		}
	}
	q.signals = make([]signalPlan, len(g.piece.signals))
	for i := range q.signals {
		s := g.piece.signals[i]
		low, typical, high, _ := g.signalEnds(i)
		s.domain = &domainPlan{kind: fixedDomain, low: low, high: high}
		if !s.derived && !s.started || g.survey != nil && !s.derived {
			s.start, s.started = typical, true
		}
		s.show = false
		q.signals[i] = s
	}
	return &q
}

// pin makes signal i stand at v, whatever moves it.
func pin(q *Piece, i int, v float64) {
	s := &q.signals[i]
	s.derived, s.kinds, s.start, s.started, s.slew = false, kindFilter{}, v, true, 1
}

// add puts a pattern of the piece on the stage. asks says whether it minds the
// condition under which it plays.
func (g *stage) add(q *Piece, i int, asks bool) {
	p := g.piece.patterns[i]
	p.sections = []bool{true}
	if !asks {
		p.when = nil
	}
	q.patterns = append(q.patterns, p)
}

// perform begins a performance of a copy, its live domains standing where the
// survey left them.
func (g *stage) perform(q *Piece) *Performance {
	pf := q.Perform()
	for i := range pf.numbers {
		if g.survey != nil && i < len(g.survey.numbers) && g.survey.numbers[i].known {
			e := g.survey.numbers[i]
			pf.numbers[i].domain = newDomain(&domainPlan{kind: fixedDomain, low: e.low, high: e.high})
		}
	}
	return pf
}

// play plays the stage for length ticks (0: until all that was begun has ended)
// and returns what is heard. begin, if not nil, is called before the first
// stretch.
func (g *stage) play(q *Piece, length sonify.Tick, begin func(pf *Performance)) *sonify.Passage {
	pf := g.perform(q)
	if begin != nil {
		begin(pf)
	}
	out := &sonify.Passage{}
	limit := length
	if limit == 0 {
		limit = stageLimit * q.Header.Meter.Bar()
	}
	last := sonify.Tick(0)
	for pf.now < limit && (length > 0 || pf.now == 0 || len(pf.queue) > 0) {
		pf.Open()
		ps := pf.Close()
		for _, n := range ps.Notes {
			if n.Tick < limit {
				out.Notes = append(out.Notes, n)
				last = max(last, n.Tick+n.Length)
			}
		}
		for _, m := range ps.Marks {
			switch m.Kind {
			case sonify.MarkTempo, sonify.MarkKey, sonify.MarkChord:
				out.Marks = append(out.Marks, m)
			}
		}
		out.Controls = append(out.Controls, ps.Controls...)
		pf.Clear()
	}
	if length == 0 {
		length = min(max(last, 1), limit)
	}
	out.Controls = slices.DeleteFunc(out.Controls, func(c sonify.Control) bool {
		return !slices.ContainsFunc(out.Notes, func(n sonify.Note) bool { return n.Voice == c.Voice })
	})
	out.Span.End, out.End = length, pf.tempo.Frame(length)
	return out
}

// signalEnds returns the low end, the typical value and the high end of a
// signal's domain; known is false if only data could tell.
func (g *stage) signalEnds(i int) (low, typical, high float64, known bool) {
	s := &g.piece.signals[i]
	low, high, known = s.domain.low, s.domain.high, s.domain.kind == fixedDomain
	if !known {
		low, high = s.domain.start[0], s.domain.start[1]
		if g.survey != nil && g.survey.domains[i].known {
			low, high, known = g.survey.domains[i].low, g.survey.domains[i].high, true
		}
	}
	typical = g.mainOf(i).middle(low, high)
	if g.survey != nil && g.survey.signals[i].n > 0 {
		typical = min(max(g.survey.signals[i].part(0.5), low), high)
	}
	return low, typical, high, known
}

// mainOf returns the number that is heard best of those that read a signal over its
// own domain, nil if there is none.
func (g *stage) mainOf(i int) *number {
	own := func(n *number) bool { return n != nil && !n.fixed && n.mapped && n.signal == i && n.domain == nil }
	for k := range g.piece.patterns {
		for _, l := range g.piece.patterns[k].levers() {
			if own(l.n) {
				return l.n
			}
		}
	}
	for k := range g.piece.rules {
		for _, n := range g.piece.rules[k].moving() {
			if own(n) {
				return n
			}
		}
	}
	return nil
}

// numberEnds does the same for a number of a rule. ok is false if there is
// nothing to show before the data comes.
func (g *stage) numberEnds(rule int, n *number) (low, typical, high float64, known, ok bool) {
	seen := g.valuesOf(rule, n)
	switch {
	case n.signal >= 0 && n.signal < len(g.piece.signals) && (n.domain == nil || !n.mapped):
		low, _, high, known = g.signalEnds(n.signal)
		if !n.mapped && !known {
			return 0, 0, 0, false, false
		}
	case !n.mapped && seen != nil:
		low, high, known = seen.low, seen.high, true
	case !n.mapped && n.key != "pitch":
		high, known = 1, true
		if n.key == "pan" {
			low = -1
		}
	case !n.mapped:
		return 0, 0, 0, false, false
	default:
		d := n.domain
		low, high, known = d.low, d.high, d.kind == fixedDomain
		if !known {
			low, high = d.start[0], d.start[1]
			if g.survey != nil && g.survey.numbers[n.id].known {
				low, high, known = g.survey.numbers[n.id].low, g.survey.numbers[n.id].high, true
			}
		}
	}
	typical = n.middle(low, high)
	if seen != nil {
		typical = min(max(seen.part(0.5), low), high)
	}
	return low, typical, high, known, true
}

// valuesOf returns what the survey saw of a number of a rule, nil if nothing.
func (g *stage) valuesOf(rule int, n *number) *values {
	if g.survey == nil {
		return nil
	}
	for k := range g.survey.rules[rule].of {
		if s := &g.survey.rules[rule].of[k]; s.number.id == n.id && s.n > 0 {
			return &s.values
		}
	}
	return nil
}
