package mapping

import (
	"fmt"
	"slices"
	"strings"

	"proscenium/sonify"
)

// controlParams are what a control can move: the parameter, how many of its
// steps one unit of the language has, and what may be written.
var controlParams = map[string]struct {
	param     sonify.Param
	steps     float64
	low, high float64
}{
	"volume":  {sonify.ParamVolume, 1000, 0, 1},
	"duty":    {sonify.ParamDuty, 1, 0, 3},
	"pan":     {sonify.ParamPan, 100, -1, 1},
	"bend":    {sonify.ParamBend, 1, -2400, 2400},
	"vibrato": {sonify.ParamVibrato, 1, 0, 200},
	"echo":    {sonify.ParamEcho, 1000, 0, 1},
}

func (c *compiler) compileControls() {
	sc := c.scope(nil, "", false)
	moved := map[int]int{} // voice -> how many controls
	for i := range c.file.Control {
		q := &c.file.Control[i]
		c.muted = levelOf(q.Level) > c.level
		if q.Remove {
			c.nothingToRemove(q.Pos, q.Name)
			continue
		}
		if c.twice(q.Pos, "control", q.Name) {
			continue
		}
		what, ok := controlParams[q.What]
		if !ok || !q.To.Set {
			continue // told already
		}
		p := controlPlan{name: numbered(q.Name, "control", i), param: what.param, steps: what.steps, glide: c.fraction(q.Pos, "glide", q.Glide)}
		for _, v := range q.Voice {
			k := c.voice(q.Pos, v)
			if k < 0 {
				continue
			}
			if slices.Contains(p.voices, k) {
				c.at(q.Pos, "voice", "", "the voice %q is named twice", v)
				continue
			}
			p.voices = append(p.voices, k)
			if moved[k]++; moved[k] == 4 {
				c.warn(q.Pos, "voice", "", "four controls move the voice %s: most listeners can follow two", v)
			}
			if q.What == "duty" && c.piece.Header.Voices[k].Instrument.Wave != sonify.Pulse {
				c.warn(q.Pos, "what", `write wave = "pulse"`, "only the wave \"pulse\" has a duty, and the voice %s has %q", v, c.piece.Header.Voices[k].Instrument.Wave)
			}
		}
		p.sections = c.sections(q.Pos, q.Sections)
		if len(q.Sections) == 0 {
			p.sections = nil
		}
		p.when = c.formula(q.Pos, "when", q.When, sc)
		if p.react = c.fraction(q.Pos, "react", q.React); p.react <= 0 {
			p.react = c.meter.Beat()
		}
		p.react = max(p.react/c.piece.pulse*c.piece.pulse, c.piece.pulse)
		inside := func(key string, x float64) {
			if !(x >= what.low && x <= what.high) {
				c.at(q.Pos, key, "", "%v is out of range: %s goes from %v to %v", x, q.What, what.low, what.high)
			}
		}
		if q.To.IsConst {
			inside("to", q.To.Const)
		}
		if q.To.HasRange {
			inside("to.range", q.To.Low)
			inside("to.range", q.To.High)
		}
		if p.to = c.number(q.Pos, "to", q.To, sc); p.to == nil {
			continue
		}
		if p.to.from.fieldReader != nil {
			for _, s := range p.to.from.expr.Signals() {
				if s < len(c.piece.signals) && p.to.signal < 0 && !slices.Contains(p.steering, s) {
					p.steering = append(p.steering, s)
				}
			}
		}
		p.maker = c.maker(sonify.MakerControl, p.name, q.Pos, c.saysControl(q, &p), false)
		if !c.muted {
			c.piece.controls = append(c.piece.controls, p)
		}
	}
	c.muted = false
}

// saysControl tells in words what a control does, for legends.
func (c *compiler) saysControl(q *Control, p *controlPlan) string {
	says := ""
	for i, v := range p.voices {
		if i > 0 {
			says += ", "
		}
		says += c.piece.Header.Voices[v].Name
	}
	says = q.What + " of " + says
	switch {
	case p.to.fixed:
		says += fmt.Sprintf(" is %v", p.to.value)
	case p.to.mapped:
		more := controlAxes[p.param].more
		if p.to.down {
			more = controlAxes[p.param].less
		}
		says += fmt.Sprintf(" follows %s from %v to %v, more is %s", p.to.from.text, p.to.low, p.to.high, strings.TrimPrefix(more, "with "))
	default:
		says += " follows " + p.to.from.text
	}
	if q.When != "" {
		says += " while " + q.When
	}
	return says
}
