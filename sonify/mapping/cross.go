package mapping

import "proscenium/sonify"

// crossings plays the rules that wait for a signal to cross a threshold. ev is
// nil if time alone moved the signals.
func (p *Performance) crossings(ev *sonify.Event, h *sonify.Heard, at sonify.Frame, tick sonify.Tick) {
	for i := range p.piece.rules {
		r := &p.piece.rules[i]
		c := r.cross
		if c == nil || !p.known[c.signal] {
			continue
		}
		st := &p.rules[i]
		if st.crossed(c, p.values[c.signal]) && p.holds(r.when, ev) {
			p.playRule(i, ev, h, at, tick)
		}
	}
}

// crossed takes over a signal's value and reports whether it crossed a
// threshold. Where the signal happens to begin is no crossing.
func (st *ruleState) crossed(c *crossPlan, v float64) bool {
	rose := c.hasUp && !st.above && v >= c.up
	fell := c.hasDown && !st.below && v <= c.down
	if c.hasUp {
		if v >= c.up {
			st.above = true
		} else if v < c.up-c.hysteresis {
			st.above = false
		}
	}
	if c.hasDown {
		if v <= c.down {
			st.below = true
		} else if v > c.down+c.hysteresis {
			st.below = false
		}
	}
	began := !st.started
	st.started = true
	return !began && (rose || fell)
}
