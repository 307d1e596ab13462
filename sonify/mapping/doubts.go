package mapping

import (
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// Doubts are warnings that only the data can raise: what the survey showed of a
// mapping that is right and will hardly be heard. They are in the order of their
// places.
func (p *Piece) Doubts(s *Survey) sonify.Problems {
	d := doubter{piece: p, survey: s}
	for i := range p.Sources {
		if n := s.sources[i]; n.cut*5 > n.heard && n.heard >= 10 {
			gap := float64(p.Sources[i].Pace.MaxGap) / float64(sonify.SampleRate) * p.Sources[i].Pace.Speed
			d.warn(&p.told.sources[i], "max_gap", `write max_gap = "0s" if the distances of the events are to be heard`, "%s of the %d silences between its events are longer than %s, and are cut to that", part(n.cut, n.heard-1), n.heard-1, seconds(gap))
		}
	}
	for i := range p.rules {
		if p.rules[i].voice >= 0 {
			d.rule(i)
		}
	}
	for i := range p.signals {
		d.signal(i)
	}
	d.problems.Sort()
	return d.problems
}

type doubter struct {
	piece    *Piece
	survey   *Survey
	problems sonify.Problems
}

// enough is how many values say something about a series.
const enough = 20

func (d *doubter) warn(of *toldOf, key, hint, format string, args ...any) {
	p := of.pos.At(key).Problem(hint, format, args...)
	p.Warning = true
	d.problems = append(d.problems, p)
}

func (d *doubter) rule(i int) {
	r, rs, t := &d.piece.rules[i], &d.survey.rules[i], &d.piece.told.rules[i]
	if lost := int64(d.survey.Lost[noRoom(r.name)]); lost*10 > rs.played && rs.played >= enough {
		d.warn(t, "", "give the voice a budget, which gathers what is too much, let the source run slower, or take a finer grid", "%s of its %d events find no room on the grid and are not heard", part(lost, rs.played), rs.played)
	}
	if len(rs.of) == 0 || rs.played < enough {
		return
	}
	if n := r.carrier(); n != nil && n.mapped && r.grid < sonify.PPQ/16 && rs.near*10 > rs.played {
		d.warn(t, "", `write grid = "1/16", or let the source run slower`, "%s of its %d events come within 50 ms of the one before: so near, values run into one another", part(rs.near, rs.played), rs.played)
	}
	for k := range rs.of {
		d.number(t, &rs.of[k], rs.played)
	}
}

// number doubts what a number of a rule reads.
func (d *doubter) number(t *toldOf, n *numberSurvey, played int64) {
	key, what := n.number.key, n.number.from.text
	if n.missing*2 > played {
		d.warn(t, key, "see which events have it with \"proscenium events --all\", or add a when", "%s is missing in %s of the %d events that it is read of", what, part(n.missing, played), played)
	}
	if n.n < enough || !n.number.mapped {
		return
	}
	plan := n.number.domain
	if plan == nil {
		return // the signal's own: told there
	}
	d.series(t, key, what, &n.values, plan)
	if plan.kind != fixedDomain {
		return
	}
	key += ".domain"
	low, high := n.part(0.02), n.part(0.98)
	better := fmt.Sprintf("domain = [%s, %s] would hold most of them", tidy(low, high-low), tidy(high, high-low))
	width := plan.high - plan.low
	switch out := n.below + n.top; {
	case out*5 > n.n && len(n.few) == fewLimit:
		side := "below or above it"
		if n.below*10 < out {
			side = "above it"
		} else if n.top*10 < out {
			side = "below it"
		}
		d.warn(t, key, better, "%s of the %d values of %s lies %s: all of those sound as its ends do", part(out, n.n), n.n, what, side)
	case len(n.few) == fewLimit && (heardAt(n.number, n.part(0.95))-heardAt(n.number, n.part(0.05)))*5 < 1:
		d.warn(t, key, better, "most values of %s lie between %s and %s: a fifth of the range at most is used", what, tidy(n.part(0.05), width), tidy(n.part(0.95), width))
	}
}

// heardAt returns where v lies in the range that n makes of its fixed domain, 0
// to 1, as its curve has it.
func heardAt(n *number, v float64) float64 {
	p := n.domain
	if p.high == p.low {
		return 0
	}
	return shape(n.curve, exact.Clamp((v-p.low)/(p.high-p.low), 0, 1), p.low, p.high)
}

// series doubts values of which there are one or two on a domain that stretches
// them over its whole range.
func (d *doubter) series(t *toldOf, key, what string, v *values, plan *domainPlan) {
	switch {
	case len(v.few) == 1:
		d.warn(t, key, "read something that changes", "%s is %s in all %d events: there is nothing to hear in it", what, formatValue(sonify.Num(v.low), ""), v.n)
	case len(v.few) == 2 && plan.kind != fixedDomain:
		d.warn(t, key, "two rules with a when each, and sounds of their own, say it better", "%s takes two values only, %s and %s, which become the two ends of the range", what, formatValue(sonify.Num(v.low), ""), formatValue(sonify.Num(v.high), ""))
	}
}

// signal doubts a signal that steers something and stands still, or moves beside
// its domain.
func (d *doubter) signal(i int) {
	v, s, t := &d.survey.signals[i], &d.piece.signals[i], &d.piece.told.signals[i]
	if v.n < enough || s.domain.kind != fixedDomain || !d.piece.steers(i) {
		if v.n >= enough && d.piece.steers(i) && len(v.few) == 1 {
			d.warn(t, "", "read something that changes", "signal.%s stays at %s through all %d events: what it steers never changes", s.name, formatValue(sonify.Num(v.low), ""), v.n)
		}
		return
	}
	low, high := v.part(0.02), v.part(0.98)
	better := fmt.Sprintf("domain = [%s, %s] would hold most of it", tidy(low, high-low), tidy(high, high-low))
	width := s.domain.high - s.domain.low
	switch {
	case len(v.few) == 1:
		d.warn(t, "", "read something that changes", "signal.%s stays at %s through all %d events: what it steers never changes", s.name, formatValue(sonify.Num(v.low), ""), v.n)
	case v.part(0.2) > s.domain.high || v.part(0.8) < s.domain.low:
		d.warn(t, "domain", better, "most values of signal.%s lie outside its domain: what it steers stays at one end", s.name)
	case len(v.few) == fewLimit && (high-low)*5 < width:
		d.warn(t, "domain", better, "signal.%s moves between %s and %s: a fifth of its domain at most is used", s.name, tidy(low, width), tidy(high, width))
	}
}

// steers reports whether a number of the piece reads signal i by its own domain.
func (p *Piece) steers(i int) bool {
	for _, n := range p.reading {
		if n.signal == i && n.mapped && n.domain == nil {
			return true
		}
	}
	return false
}

// seconds writes a stretch of time: "10m".
func seconds(s float64) string {
	d := time.Duration(float64(s*1e9) + 0.5).Round(time.Second / 10).String()
	for _, zero := range []string{"m0s", "h0m"} { // 10m0s is 10m
		if strings.HasSuffix(d, zero) {
			d = d[:len(d)-2]
		}
	}
	return d
}

// noRoom is why an event is lost that a rule can put nowhere.
// overBudget is what is lost when a budget is used up and a rule has no crowd.
func overBudget(rule string) string { return "the budget was used up for rule " + rule }

func noRoom(rule string) string { return "no room on the grid for rule " + rule }

// part says what part of all n is.
func part(n, all int64) string {
	if n == all {
		return "all"
	}
	return decimals(float64(n*100)/float64(max(1, all)), 0) + " %"
}
