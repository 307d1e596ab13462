package mapping

import (
	"fmt"
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/score"
)

func (c *compiler) compilePatterns() {
	themes := map[string]score.Theme{}
	for _, name := range c.file.Theme.Names() {
		t := c.file.Theme.Get(name)
		themes[name] = score.Theme{}
		unit := c.fraction(t.Pos, "unit", t.Unit)
		if unit == 0 || t.Notes == "" {
			continue // told already
		}
		th, err := score.ParseTheme(t.Notes, unit, c.meter.Bar())
		if err != nil {
			c.at(t.Pos, "notes", "", "%v", err)
			continue
		}
		themes[name] = th
	}
	sc := c.scope(nil, "", false)
	for i := range c.file.Pattern {
		q := &c.file.Pattern[i]
		c.reach(q.Level)
		if q.Remove {
			c.nothingToRemove(q.Pos, q.Name)
			continue
		}
		if c.twice(q.Pos, "pattern", q.Name) {
			continue
		}
		p := patternPlan{name: numbered(q.Name, "pattern", i), delay: c.fraction(q.Pos, "delay", q.Delay), length: q.Length, accent: q.Accent, level: levelOf(q.Level)}
		p.rand = p.name
		if q.Voice != "" {
			if p.voice = c.voice(q.Pos, q.Voice); p.voice < 0 {
				continue
			}
		}
		p.sections = c.sections(q.Pos, q.Sections)
		p.when = c.formula(q.Pos, "when", q.When, sc)
		if p.react = c.fraction(q.Pos, "react", q.React); p.react <= 0 {
			p.react = c.meter.Beat()
		}
		// Looking happens on the pulse: a shorter span would never be due.
		p.react = max(p.react/c.piece.pulse*c.piece.pulse, c.piece.pulse)
		if p.step = c.fraction(q.Pos, "step", q.Step); p.step <= 0 {
			p.step = sonify.PPQ / 4
		}
		if p.step < 30 {
			c.at(q.Pos, "step", "such as \"1/16\"", "steps shorter than a 128th note are too many to hear")
			p.step = 30
		}
		centre, err := sonify.ParsePitch(q.Centre)
		if err != nil {
			c.at(q.Pos, "centre", "", "%v", err)
		}
		p.centre = centre
		switch {
		case len(q.Theme) > 0:
			if q.Rhythm.Set || q.Notes.Set {
				c.at(q.Pos, "theme", "", "a pattern plays either a theme, or notes in a rhythm")
			}
			for _, t := range q.Theme {
				th, ok := themes[t]
				if !ok {
					c.at(q.Pos, "theme", sonify.DidYouMean(t, c.file.Theme.Names()), "there is no theme named %q", t)
					continue
				}
				if len(th.Steps) > 0 {
					p.themes = append(p.themes, th)
				}
			}
			if len(p.themes) == 0 {
				continue
			}
		default:
			c.line(q, &p)
			c.onlyThemes(q)
		}
		if q.Choose != nil {
			p.choose = c.number(q.Pos, "choose", *q.Choose, sc)
		}
		p.shift = c.number(q.Pos, "shift", q.Shift, sc)
		p.invert = c.formula(q.Pos, "invert", q.Invert, sc)
		p.stretch = c.number(q.Pos, "stretch", q.Stretch, sc)
		p.thin = c.number(q.Pos, "thin", q.Thin, sc)
		p.ornament = c.number(q.Pos, "ornament", q.Ornament, sc)
		p.register = c.number(q.Pos, "register", q.Register, sc)
		p.velocity = c.number(q.Pos, "velocity", q.Velocity, sc)
		p.pan = c.number(q.Pos, "pan", q.Pan, sc)
		p.chance = c.number(q.Pos, "chance", q.Chance, sc)
		p.vary = c.number(q.Pos, "vary", q.Vary, sc)
		c.doublePattern(q, &p)
		says := "pattern " + p.name + " plays " + q.Voice
		var steered []string
		for _, n := range []*number{p.hits, p.rotate, p.choose, p.shift, p.stretch, p.thin, p.ornament, p.register, p.velocity, p.pan, p.chance, p.vary} {
			if n == nil || n.fixed {
				continue
			}
			steered = append(steered, n.key+" by "+n.from.text)
			for _, i := range n.from.expr.Signals() {
				if i < len(c.piece.signals) && !slices.Contains(p.steering, i) {
					p.steering = append(p.steering, i)
				}
			}
		}
		if q.When != "" {
			says += " while " + q.When
		}
		if len(steered) > 0 {
			says += ", " + strings.Join(steered, ", ")
		}
		p.maker = c.maker(sonify.MakerPattern, p.name, q.Pos, says, false)
		if !c.muted {
			c.piece.patterns = append(c.piece.patterns, p)
		}
	}
	c.muted = false
}

// sections returns, by index in the form, which sections are meant: those named,
// or without names all that do not stand alone.
func (c *compiler) sections(pos grammar.Pos, wanted []string) []bool {
	out := make([]bool, len(c.piece.form.sections))
	var names []string
	for k := range c.piece.form.sections {
		names = append(names, c.piece.form.sections[k].name)
		out[k] = len(wanted) == 0 && !c.piece.form.sections[k].only
	}
	for _, s := range wanted {
		k := indexOf(names, s)
		if k < 0 {
			c.at(pos, "sections", sonify.DidYouMean(s, names), "there is no section named %q", s)
			continue
		}
		out[k] = true
	}
	return out
}

// onlyThemes warns of keys that do nothing for a pattern without a theme.
func (c *compiler) onlyThemes(q *Pattern) {
	moves := func(n Number, still float64) bool { return n.Set && !(n.IsConst && n.Const == still) }
	for _, k := range []struct {
		key string
		set bool
	}{
		{"choose", q.Choose != nil && len(q.Notes.Lines) == 0}, {"invert", q.Invert != ""}, {"stretch", moves(q.Stretch, 1)},
		{"thin", moves(q.Thin, 0)}, {"ornament", moves(q.Ornament, 0)}, {"delay", !q.Delay.IsZero()},
	} {
		if k.set {
			c.warn(q.Pos, k.key, "add theme, or leave it out", "only themes have this: it does nothing here")
		}
	}
}

// line compiles a pattern of rhythm and notes.
func (c *compiler) line(q *Pattern, p *patternPlan) {
	sc := c.scope(nil, "", false)
	p.order = "line"
	p.perHit = true
	if q.Rhythm.Set {
		p.cycle, p.fixed = q.Rhythm.Steps, q.Rhythm.Fixed
		if q.Rhythm.Fixed == nil {
			p.hits = c.number(q.Pos, "rhythm.hits", q.Rhythm.Hits, sc)
			p.rotate = c.number(q.Pos, "rhythm.rotate", q.Rhythm.Rotate, sc)
		}
	} else {
		p.cycle = 16
	}
	if p.cycle <= 0 {
		p.cycle = 16
	}
	if q.Notes.Set {
		p.order, p.span, p.markov, p.tones = q.Notes.Order, q.Notes.Span, q.Notes.Markov, q.Notes.Tones
		p.lines = q.Notes.Lines
		whole := false
		for _, l := range append([][]score.Tone{p.tones}, p.lines...) {
			whole = whole || slices.ContainsFunc(l, func(t score.Tone) bool { return t.Whole })
		}
		if v := &c.piece.Header.Voices; whole && p.voice < len(*v) && (*v)[p.voice].Polyphony == 1 {
			c.warn(q.Pos, "notes", fmt.Sprintf("write notes = 4 in [voice.%s]", q.Voice), "the voice %s plays one note of the chord at once", q.Voice)
		}
	} else {
		p.tones = []score.Tone{{Chordal: true}}
		if p.voice < len(c.piece.Header.Voices) && !c.piece.Header.Voices[p.voice].Pitched {
			p.tones = []score.Tone{{}}
		}
	}
}

func indexOf(names []string, s string) int {
	for i, n := range names {
		if n == s {
			return i
		}
	}
	return -1
}
