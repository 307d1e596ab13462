package mapping

import (
	"proscenium/sonify"
	"proscenium/sonify/mapping/expression"
)

// numberState is what a performance remembers of a number of the piece.
type numberState struct {
	domain *domain
	held   float64
	has    bool
}

// greatest bounds the numbers that are reckoned with, so that neither sums nor
// squares of them overflow: no measurement is larger.
const greatest = 1e100

func bounded(f float64) float64 { return min(max(f, -greatest), greatest) }

// whole returns f rounded to the nearest whole number, half up, between low and
// high; a NaN is low. What Go makes of a float that no integer can hold differs
// from one CPU to another.
func whole(f float64, low, high int64) int64 {
	switch {
	case !(f > float64(low)):
		return low
	case f >= float64(high):
		return high
	}
	return floor(f + 0.5)
}

// evaluate returns what a formula says about an event (nil: about the signals
// alone). Failures count and are missing values.
func (p *Performance) evaluate(f *formula, ev *sonify.Event) sonify.Value {
	v, err := f.expr.Eval(expression.Input{Fields: f.read(ev), Signals: p.values})
	if err != nil {
		p.lose("expression failed: " + f.text)
		return sonify.Value{}
	}
	return v
}

// holds reports whether a condition is fulfilled; nil always is, a missing
// value never.
func (p *Performance) holds(f *formula, ev *sonify.Event) bool {
	if f == nil {
		return true
	}
	b, ok := p.evaluate(f, ev).Bool()
	return b && ok
}

// number returns the value of n for an event, and what was read for it. ok is
// false if a value was missing and the policy is to skip.
func (p *Performance) number(n *number, ev *sonify.Event) (value float64, raw sonify.Value, ok bool) {
	if n.fixed {
		return n.value, sonify.Value{}, true
	}
	st := &p.numbers[n.id]
	var f float64
	if n.signal >= 0 {
		if f, ok = p.values[n.signal], p.known[n.signal]; ok {
			raw = sonify.Num(f)
		}
	} else {
		raw = p.evaluate(&n.from, ev)
		f, ok = raw.Float()
		f = bounded(f)
	}
	if !ok {
		switch {
		case n.policy == holdMissing && st.has:
			return st.held, raw, true
		case n.policy == fillMissing:
			return n.value, raw, true
		}
		return 0, raw, false
	}
	if n.mapped {
		d := p.domainOf(n)
		if d == nil {
			d = newDomain(n.domain)
			st.domain = d
		}
		if d == st.domain {
			d.see(f)
		}
		f = n.onto(d, f)
	}
	st.held, st.has = f, true
	return f, raw, true
}

// domainOf returns the domain from which a mapped number goes to its range; nil
// for one of its own that has seen nothing yet.
func (p *Performance) domainOf(n *number) *domain {
	d := p.numbers[n.id].domain
	if d == nil && n.domain == nil {
		d = p.signals[n.signal].domain // the signal's own
	}
	return d
}

// onto returns what v becomes on the way from domain d to the range of n.
func (n *number) onto(d *domain, v float64) float64 {
	x := d.place(v)
	if n.curve != "" && n.curve != "linear" {
		x = shape(n.curve, x, d.low, d.high)
	}
	if n.down {
		x = 1 - x
	}
	return n.low + float64(x*(n.high-n.low))
}

// middle returns the value between low and high that lies in the middle of what is
// heard: the one that n's curve takes half of the way.
func (n *number) middle(low, high float64) float64 {
	if n == nil || n.curve == "" || n.curve == "linear" {
		return low + float64(0.5*(high-low))
	}
	below, above := 0.0, 1.0
	for range 50 {
		if x := float64(0.5 * (below + above)); shape(n.curve, x, low, high) < 0.5 {
			below = x
		} else {
			above = x
		}
	}
	return low + float64(float64(0.5*(below+above))*(high-low))
}

// or returns the value of n, or fallback if n is nil or its value is missing.
func (p *Performance) or(n *number, ev *sonify.Event, fallback float64) float64 {
	if n == nil {
		return fallback
	}
	if n.fixed {
		return n.value
	}
	if f, _, ok := p.number(n, ev); ok {
		return f
	}
	return fallback
}
