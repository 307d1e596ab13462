package mapping

import (
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/score"
)

// harmony compiles what of the harmony follows the data.
func (c *compiler) harmony(f *Form, h *harmonyPlan) {
	sc := c.scope(nil, "", false)
	within := func(key string, n Number, low, high float64) *number {
		for _, x := range writtenEnds(n) {
			if x < low || x > high {
				c.at(f.Pos, key, "", "%v is out of range: expected %v to %v", x, low, high)
				break
			}
		}
		return c.number(f.Pos, key, n, sc)
	}
	h.richness = within("richness", f.Richness, 0, score.MaxRichness)
	h.tension = within("tension", f.Tension, 0, 1)
	h.keyUp = within("key_up", f.KeyUp, -12, 12)
	h.choose = c.choose(f.Pos, f.Choose, max(len(f.Progression), 1), false)
	for _, m := range f.Modes {
		if m == "relative" {
			h.modes = append(h.modes, modePlan{relative: true})
			continue
		}
		s, err := score.ParseScale(m)
		if err != nil {
			hint := ""
			if u, ok := err.(*score.UnknownScale); ok {
				if hint = u.Hint(); sonify.Nearest(m, []string{"relative"}) != "" {
					hint = `did you mean "relative"?`
				}
			}
			c.at(f.Pos, "modes", hint, "%v", err)
			continue
		}
		h.modes = append(h.modes, modePlan{scale: s})
	}
	switch {
	case f.Mode.Set && len(f.Modes) == 0:
		c.at(f.Pos, "mode", `add modes = ["minor", "dorian", "major"], say`, "there are no modes to choose from")
	case !f.Mode.Set && len(f.Modes) > 0:
		c.at(f.Pos, "modes", `add mode = { from = "signal.mood", range = [0, 2] }, say`, "nothing chooses among the modes")
	case f.Mode.Set && len(h.modes) > 0:
		h.mode = within("mode", f.Mode, 0, float64(len(f.Modes)-1))
		h.bySect = f.ModeAt == "section"
	}
	for _, n := range []*number{h.richness, h.tension, h.choose, h.keyUp, h.mode} {
		if n == nil || n.from.fieldReader == nil {
			continue
		}
		for _, i := range n.from.expr.Signals() {
			if i < len(c.piece.signals) && !slices.Contains(h.steering, i) {
				h.steering = append(h.steering, i)
			}
		}
	}
}

// writtenEnds are the numbers that are written down: a constant, or the ends of a
// range.
func writtenEnds(n Number) []float64 {
	switch {
	case n.IsConst:
		return []float64{n.Const}
	case n.HasRange:
		return []float64{n.Low, n.High}
	}
	return nil
}

// choose compiles what chooses among several progressions. anyway says that
// there may be others to choose from than these.
func (c *compiler) choose(pos grammar.Pos, n Number, lists int, anyway bool) *number {
	if !n.Set {
		return nil
	}
	if lists == 1 && !anyway {
		c.warn(pos, "choose", `write progression = [["i", "VI"], ["iv", "V"]], say`, "there is one progression: nothing to choose from")
		return nil
	}
	for _, x := range writtenEnds(n) {
		if x < 0 || !anyway && x > float64(lists-1) {
			c.at(pos, "choose", "", "%v is out of range: the progressions are counted from 0 to %d", x, lists-1)
			break
		}
	}
	return c.number(pos, "choose", n, c.scope(nil, "", false))
}
