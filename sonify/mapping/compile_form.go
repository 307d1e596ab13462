package mapping

import (
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/score"
)

// progressions compiles lists of chords; those that are all wrong are left out.
func (c *compiler) progressions(pos grammar.Pos, lists Progressions) [][]score.Chord {
	var all [][]score.Chord
	for _, list := range lists {
		var out []score.Chord
		for _, s := range list {
			ch, err := score.ParseChord(s)
			if err != nil {
				c.at(pos, "progression", "", "%v", err)
				continue
			}
			out = append(out, ch)
		}
		if len(out) > 0 {
			all = append(all, out)
		}
	}
	return all
}

// wholeBars returns a length as a number of bars.
func (c *compiler) wholeBars(pos grammar.Pos, key string, f grammar.Fraction) int {
	if f.IsZero() {
		return 0
	}
	t, bar := c.fraction(pos, key, f), c.meter.Bar()
	if t%bar != 0 {
		c.at(pos, key, `such as "2 bars"`, "chords change on bar lines: expected whole bars")
		return 1
	}
	return int(t / bar)
}

// compileForm compiles the form. A piece without sections has one, "piece".
func (c *compiler) compileForm() {
	f := &c.file.Form
	p := &c.piece.form
	prog := f.Progression
	if len(prog) == 0 {
		prog = Progressions{{"i"}}
		if !c.key.Minor() {
			prog = Progressions{{"I"}}
		}
	}
	if p.progressions = c.progressions(f.Pos, prog); len(p.progressions) == 0 {
		ch, _ := score.ParseChord("i")
		p.progressions = [][]score.Chord{{ch}}
	}
	c.harmony(f, &p.harmony)
	p.perChord = max(1, c.wholeBars(f.Pos, "every", f.Every))
	sections := f.Sections
	if len(sections) == 0 {
		var s Section
		grammar.Defaults(&s)
		s.Name, s.Pos = "piece", f.Pos
		sections = []Section{s}
	}
	index := map[string]int{}
	var names []string
	for i := range sections {
		if _, twice := index[sections[i].Name]; twice {
			c.at(sections[i].Pos, "name", "", "there are two sections named %q", sections[i].Name)
		}
		index[sections[i].Name] = i
		names = append(names, sections[i].Name)
	}
	for i := range sections {
		s := &sections[i]
		q := sectionPlan{name: s.Name, bars: s.Bars, then: -1, priority: s.Priority, keyUp: s.KeyUp, tempo: s.Tempo,
			only: s.Alone || s.Thin, velocity: s.Velocity, again: s.Again}
		for _, k := range s.On {
			if k == "end" {
				q.atEnd = true
			} else {
				q.kinds.kinds = append(q.kinds.kinds, k)
			}
		}
		q.kinds.source = s.Source
		c.kinds(s.Pos, "on", s.On, s.Source)
		sc := c.scope(q.kinds.kinds, s.Source, len(q.kinds.kinds) > 0)
		if len(q.kinds.kinds) > 0 {
			q.when = c.formula(s.Pos, "when", s.When, sc)
		} else if s.When != "" {
			c.at(s.Pos, "when", "add on", "a section without an event has nothing to ask")
		}
		c.note(s.On, s.Source, q.when)
		if len(s.Until) == 0 && s.UntilWhen != "" {
			c.at(s.Pos, "until_when", "add until = "+c.someKind()+", say", "a section that no event ends has nothing to ask")
		}
		if s.Remove {
			c.nothingToRemove(s.Pos, s.Name)
		}
		if len(s.Until) > 0 {
			q.hasUntil = true
			q.until = kindFilter{kinds: s.Until, source: s.Source}
			c.kinds(s.Pos, "until", s.Until, s.Source)
			q.untilIf = c.formula(s.Pos, "until_when", s.UntilWhen, c.scope(s.Until, s.Source, true))
			c.note(s.Until, s.Source, q.untilIf)
		}
		if s.Then != "" {
			t, ok := index[s.Then]
			if !ok {
				c.at(s.Pos, "then", sonify.DidYouMean(s.Then, names), "there is no section named %q", s.Then)
			}
			q.then = t
		}
		switch s.At {
		case "bar":
			q.at = c.meter.Bar()
		case "beat":
			q.at = c.meter.Beat()
		}
		q.progressions = c.progressions(s.Pos, s.Progression)
		q.choose = c.choose(s.Pos, s.Choose, max(len(s.Progression), 1), len(s.Progression) == 0)
		q.perChord = c.wholeBars(s.Pos, "every", s.Every)
		for _, k := range s.Keys {
			key, err := score.ParseKey(k)
			if err != nil {
				hint := ""
				if u, ok := err.(*score.UnknownScale); ok {
					hint = u.Hint()
				}
				c.at(s.Pos, "keys", hint, "%v", err)
				continue
			}
			q.keys = append(q.keys, key)
		}
		q.silence = c.fraction(s.Pos, "silence", s.Silence)
		if t := c.fraction(s.Pos, "build", s.Build.Over); t > 0 {
			q.build = &buildPlan{over: t, density: s.Build.Density, velocity: s.Build.Velocity, register: s.Build.Register, roll: s.Build.Roll}
		}
		q.release = sonify.Tick(c.wholeBars(s.Pos, "release", s.Release)) * c.meter.Bar()
		q.say = c.caption(s.Pos, s.Say, sc)
		if q.say != nil {
			for k := range q.say.parts {
				c.note(s.On, s.Source, q.say.parts[k].value)
			}
		}
		says := "section " + s.Name
		if len(s.On) > 0 {
			says += " on " + strings.Join(s.On, ", ")
		}
		q.maker = c.maker(sonify.MakerSection, s.Name, s.Pos, says, false)
		c.piece.Header.Makers[q.maker].Title = s.Title
		p.sections = append(p.sections, q)
	}
	c.compileIdle(index, names)
}

func (c *compiler) compileIdle(index map[string]int, names []string) {
	ip := &c.piece.idle
	ip.after = sonify.Frames(time.Duration(c.file.Idle.After))
	ip.section = -1
	if play := c.file.Idle.Play; play != "" && play != "breathe" {
		i, ok := index[play]
		if !ok {
			p := c.doc.Pos("idle")
			c.at(p, "play", sonify.DidYouMean(play, append([]string{"breathe"}, names...)), "there is no section named %q", play)
			return
		}
		ip.section = i
	}
}

// compileRest compiles what may read any signal.
func (c *compiler) compileRest() {
	sc := c.scope(nil, "", false)
	if n := c.file.Tempo; n.Set {
		if n.IsConst {
			if n.Const < sonify.MinBPM || n.Const > sonify.MaxBPM {
				c.at(c.root(), "tempo", "", "%v is out of range: expected %d to %d quarter notes a minute", n.Const, sonify.MinBPM, sonify.MaxBPM)
			}
			c.piece.Header.Tempo = sonify.BPM(n.Const)
		} else {
			c.piece.tempo = c.number(c.root(), "tempo", n, sc)
			if n.HasRange {
				c.piece.Header.Tempo = sonify.BPM(n.Low)
			}
		}
	}
	switch {
	case c.env.Listen, c.bare:
	case len(c.file.Rule) == 0 && len(c.file.Pattern) == 0:
		c.at(c.root(), "", "add a [[rule]]", "the piece plays nothing: it has neither rules nor patterns")
	case c.wanted == 0:
		c.at(c.root(), "level", `write level = "full"`, "the piece plays nothing: all its rules and patterns are of a higher level")
	}
	if len(c.order) == 0 {
		c.at(c.root(), "source", "add a table such as [source.court] with type = \"slam\" and a path", "the piece has no source")
	}
}
