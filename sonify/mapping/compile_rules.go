package mapping

import (
	"fmt"
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping/expression"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/score"
)

func (c *compiler) compileRules() {
	gridTicks := func(pos grammar.Pos, g Grid) sonify.Tick {
		if g.Off {
			return 0
		}
		return c.fraction(pos, "grid", g.Of)
	}
	grid := gridTicks(c.root(), c.file.Grid)
	for i := range c.file.Rule {
		r := &c.file.Rule[i]
		c.reach(r.Level)
		if r.Remove {
			c.nothingToRemove(r.Pos, r.Name)
			continue
		}
		if c.twice(r.Pos, "rule", r.Name) {
			continue
		}
		p := rulePlan{name: numbered(r.Name, "rule", i), kinds: kindFilter{kinds: r.On, source: r.Source}, voice: -1, stop: r.Stop}
		if len(r.On) == 0 && r.Cross == nil && !written(r.Pos, "on") && !written(r.Pos, "cross") {
			c.at(r.Pos, "on", "add on = "+c.someKind()+`, say, or "*" for every event`, "the rule does not say what it hears")
		}
		c.kinds(r.Pos, "on", r.On, r.Source)
		sc := c.scope(r.On, r.Source, true)
		if r.Cross != nil {
			p.cross = c.cross(r)
			if len(r.On) > 0 {
				c.at(r.Pos, "cross", "", "a rule has either on or cross")
			}
			sc.Open = true
		}
		p.when = c.formula(r.Pos, "when", r.When, sc)
		if r.Voice != "" {
			p.voice = c.voice(r.Pos, r.Voice)
		} else if r.Say == "" {
			hint := "add voice, or say"
			if len(c.voiceNs) > 0 {
				hint = fmt.Sprintf("add voice = %q, say", c.voiceNs[0])
			}
			c.at(r.Pos, "voice", hint, "the rule neither plays nor says anything")
		}
		c.rulePitch(r, &p, sc)
		p.motif, p.chord = []int{0}, []int{0}
		if len(r.Motif) > 0 {
			p.motif = r.Motif
		}
		if len(r.Chord) > 0 {
			p.chord = r.Chord
		}
		if p.voice >= 0 && len(p.chord) > c.piece.Header.Voices[p.voice].Polyphony {
			c.warn(r.Pos, "chord", fmt.Sprintf("write notes = %d in [voice.%s]", len(p.chord), r.Voice), "the voice %s plays %d of the %d notes at once", r.Voice, c.piece.Header.Voices[p.voice].Polyphony, len(p.chord))
		}
		p.every = c.fraction(r.Pos, "every", r.Every)
		if r.Length.Number.Set {
			p.length = c.number(r.Pos, "length", r.Length.Number, sc)
			p.seconds = r.Length.Seconds
		} else if t := c.fraction(r.Pos, "length", r.Length.Fraction); t > 0 {
			p.length = c.constant(float64(t) / float64(sonify.PPQ))
		}
		p.velocity = c.number(r.Pos, "velocity", r.Velocity, sc)
		p.pan = c.number(r.Pos, "pan", r.Pan, sc)
		p.chance = c.number(r.Pos, "chance", r.Chance, sc)
		p.priority = c.number(r.Pos, "priority", r.Priority, sc)
		p.crowd = map[string]int{"chord": crowdChord, "note": crowdNote}[r.Crowd]
		c.doubleRule(r, &p)
		if p.chance != nil && p.chance.fixed && p.chance.value >= 1 {
			p.chance = nil
		}
		p.grid = grid
		if r.Grid.Set {
			p.grid = gridTicks(r.Pos, r.Grid)
		}
		p.maxDelay = c.fraction(r.Pos, "max_delay", r.MaxDelay)
		p.coolDown = c.fraction(r.Pos, "cool_down", r.CoolDown)
		p.say = c.caption(r.Pos, r.Say, sc)
		p.label = c.captionAt(r.Pos, "label", r.Label, sc)
		if r.Label != "" && r.Voice == "" {
			c.warn(r.Pos, "label", "say it with say", "the rule plays nothing: there is no note that the label could stand beside")
		}
		c.note(r.On, r.Source, p.when)
		c.noteNumbers(r.On, r.Source, p.pitch, p.length, p.velocity, p.pan, p.chance, p.priority)
		for _, text := range []*caption{p.say, p.label} {
			if text == nil {
				continue
			}
			for k := range text.parts {
				c.note(r.On, r.Source, text.parts[k].value)
			}
		}
		c.hearable(r, &p)
		p.maker = c.maker(sonify.MakerRule, p.name, r.Pos, c.saysRule(r, &p), p.pitch != nil && !p.pitch.fixed)
		if !c.muted {
			c.piece.rules = append(c.piece.rules, p)
		}
	}
	c.muted = false
}

// reach begins the compilation of a rule or pattern. One of a higher level than
// the piece's is compiled for its mistakes alone: a piece that is right at one
// level is right at all.
func (c *compiler) reach(level string) {
	if c.muted = levelOf(level) > c.level; !c.muted {
		c.wanted++
	}
}

// nothingToRemove reports an entry with remove = true that was left after the
// piece was put on its mapping.
func (c *compiler) nothingToRemove(pos grammar.Pos, name string) {
	c.at(pos, "remove", "", "there is nothing named %q below this piece to remove", name)
}

// twice reports whether there is already a rule or pattern of that name, which
// is a mistake: they would throw the same dice, and nothing could override one.
func (c *compiler) twice(pos grammar.Pos, what, name string) bool {
	k := what + " " + name
	if name == "" {
		return false
	}
	if c.named[k] {
		c.at(pos, "name", "", "there are two %ss named %q", what, name)
		return true
	}
	c.named[k] = true
	return false
}

func (c *compiler) constant(v float64) *number {
	n := &number{id: c.piece.numbers, fixed: true, value: v, signal: -1}
	c.piece.numbers++
	return n
}

func (c *compiler) cross(r *Rule) *crossPlan {
	x := r.Cross
	i, ok := c.signals[x.Signal]
	if !ok {
		c.at(r.Pos, "cross.signal", sonify.DidYouMean(x.Signal, c.names), "there is no signal named %q", x.Signal)
		return nil
	}
	p := &crossPlan{signal: i, from: "signal." + x.Signal, hysteresis: x.Hysteresis}
	if x.Up != nil {
		p.hasUp, p.up = true, *x.Up
	}
	if x.Down != nil {
		p.hasDown, p.down = true, *x.Down
	}
	if !p.hasUp && !p.hasDown {
		c.at(r.Pos, "cross", "such as up = 0.8", "a crossing needs up, down or both")
	}
	return p
}

func (c *compiler) rulePitch(r *Rule, p *rulePlan, sc *expression.Scope) {
	p.centre = r.Centre.Std()
	if r.Scale.Set {
		if r.Scale.Off {
			p.free = true
		} else {
			k := r.Scale.Key
			p.scale = &k
		}
	}
	switch {
	case !r.Pitch.Set:
		if p.voice >= 0 && c.piece.Header.Voices[p.voice].Pitched {
			p.degree = []score.Tone{{Chordal: true}}
		}
	case r.Pitch.Fixed:
		p.centre, p.named = r.Pitch.Pitch, true
		p.pitch = c.constant(r.Pitch.Pitch.Semitones())
	case len(r.Pitch.Degree) > 0:
		p.degree = r.Pitch.Degree
	default:
		p.pitch = c.number(r.Pos, "pitch", r.Pitch.Number, sc)
		p.pitchLow, p.pitchTop = r.Pitch.Low, r.Pitch.High
		if p.pitch != nil && !r.Pitch.Number.HasRange && !p.pitch.fixed {
			p.pitch.mapped = false // the value is a MIDI key
		}
	}
	if p.voice >= 0 && !c.piece.Header.Voices[p.voice].Pitched {
		p.free = true
	}
}

// caption compiles a caption, nil if it is empty or wrong.
func (c *compiler) caption(pos grammar.Pos, say string, sc *expression.Scope) *caption {
	return c.captionAt(pos, "say", say, sc)
}

// captionAt compiles the text with values in braces that stands at a key.
func (c *compiler) captionAt(pos grammar.Pos, key, say string, sc *expression.Scope) *caption {
	if say == "" {
		return nil
	}
	if len(say) > 1000 {
		c.at(pos, key, "", "a caption of %d characters is too long: at most 1,000", len(say))
		return nil
	}
	parts, exprs, err := splitCaption(say)
	if err != nil {
		c.at(pos, key, "", "%v", err)
		return nil
	}
	out := &caption{}
	k := 0
	for _, part := range parts {
		if part.literal == "" {
			part.value = c.formula(pos, key, exprs[k], sc)
			k++
			if part.value == nil {
				return nil
			}
		}
		out.parts = append(out.parts, part)
	}
	return out
}

// hearable warns where research says that a mapping will not be heard.
func (c *compiler) hearable(r *Rule, p *rulePlan) {
	if p.voice < 0 {
		return
	}
	moving := func(n *number) bool { return n != nil && !n.fixed }
	if p.pitch != nil && p.pitch.mapped && (p.pitchLow < sonify.Key(35) || p.pitchTop > sonify.Key(100)) {
		c.warn(r.Pos, "pitch.range", "such as [\"A3\", \"A6\"]", "pitches from %v to %v: below MIDI 35 and above 100 differences are hard to hear", p.pitchLow, p.pitchTop)
	}
	if !moving(p.pitch) && !moving(p.length) && !moving(p.chance) {
		switch {
		case moving(p.velocity) && !moving(p.pan):
			c.warn(r.Pos, "velocity", "let pitch or rhythm carry it too", "a value carried by loudness alone is hardly heard")
		case moving(p.pan) && !moving(p.velocity):
			c.warn(r.Pos, "pan", "let pitch or rhythm carry it too", "a value carried by panning alone is lost on one loudspeaker")
		}
	}
	n := 0
	for _, x := range []*number{p.pitch, p.length, p.velocity, p.pan, p.chance} {
		if moving(x) && !slices.Contains(p.doubled, x) { // to say a thing twice is no more to follow
			n++
		}
	}
	if n > 3 {
		c.warn(r.Pos, "", "", "%d parameters of one note move with the data: most listeners can follow two", n)
	}
}

// saysRule tells in words what a rule does, for legends.
func (c *compiler) saysRule(r *Rule, p *rulePlan) string {
	var b strings.Builder
	what := strings.Join(r.On, ", ")
	if p.cross != nil {
		what = "signal " + r.Cross.Signal
		if p.cross.hasUp {
			what += fmt.Sprintf(" rising to %v", p.cross.up)
		}
		if p.cross.hasDown {
			what += fmt.Sprintf(" falling to %v", p.cross.down)
		}
	}
	b.WriteString(what)
	if r.When != "" {
		fmt.Fprintf(&b, " when %s", r.When)
	}
	if p.voice >= 0 {
		fmt.Fprintf(&b, " plays %s", r.Voice)
	}
	if p.pitch != nil && !p.pitch.fixed {
		fmt.Fprintf(&b, ", %s becomes pitch", p.pitch.from.text)
		if p.pitch.mapped {
			fmt.Fprintf(&b, " from %v to %v", p.pitchLow, p.pitchTop)
			if d := p.pitch.domain; d != nil && d.kind == fixedDomain {
				fmt.Fprintf(&b, " over %v to %v", d.low, d.high)
			}
			for i, n := range append([]*number{p.pitch}, p.doubled...) {
				more := ruleAxes[n.key].more
				if n.down {
					more = ruleAxes[n.key].less
				}
				b.WriteString([]string{", more is ", " and "}[min(i, 1)] + more)
			}
		}
	}
	return b.String()
}
