package mapping

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
)

// audible warns where research says that rules, taken together, will not be
// heard for what they are. What is wrong with one rule alone [compiler.hearable]
// tells.
func (c *compiler) audible() {
	p := c.piece
	for i := range p.rules {
		c.weakPair(i)
		c.tooFine(i)
	}
	for i := range p.rules {
		for k := range i { // the first is enough
			if c.alike(k, i) {
				break
			}
		}
		for k := range i {
			if c.opposed(k, i) {
				break
			}
		}
	}
	c.crowded()
	for i := range p.signals {
		c.softly(i)
	}
}

// advise warns, unless it is a mapping of the library that would have to be
// changed: it is none of the business of who uses it.
func (c *compiler) advise(pos grammar.Pos, key, hint, format string, args ...any) {
	if !c.borrowed(pos) {
		c.warn(pos, key, hint, format, args...)
	}
}

// weakPair warns of a value that loudness and panning carry together: neither is
// judged well, and one of them is lost on one loudspeaker.
func (c *compiler) weakPair(i int) {
	r := &c.piece.rules[i]
	var keys []string
	for _, n := range r.moving() {
		keys = append(keys, n.key)
	}
	if r.voice >= 0 && slices.Equal(keys, []string{"velocity", "pan"}) {
		c.advise(c.piece.told.rules[i].pos, "velocity", "let pitch or rhythm carry it", "a value carried by loudness and panning alone is hardly heard")
	}
}

// tooFine warns of a grid so fine that values on it run into one another.
func (c *compiler) tooFine(i int) {
	r := &c.piece.rules[i]
	if r.grid == 0 || r.carrier() == nil {
		return
	}
	tempo := c.piece.Header.Tempo
	if t := c.piece.tempo; t != nil {
		tempo = sonify.BPM(max(t.low, t.high))
	}
	gap := sonify.NewTempoMap(tempo).Frame(r.grid)
	if gap >= tooNear {
		return
	}
	pos, key := c.piece.told.rules[i].pos, "grid"
	if !written(pos, key) {
		if pos = c.root(); c.fine {
			return // told once for all that keep to it
		}
		c.fine = true
	}
	c.advise(pos, key, `such as "1/16"`, "values may come %d ms apart: nearer than 50 ms they run into one another", gap.Duration()/time.Millisecond)
}

// rhythmOf is what tells two rules on one voice apart besides their pitch.
func (r *rulePlan) rhythmOf() string {
	length := "moves"
	if r.length == nil || r.length.fixed {
		length = ""
		if r.length != nil {
			length = decimals(r.length.value, 3)
		}
	}
	return fmt.Sprint(r.motif, r.chord, r.every, length, r.seconds)
}

// apart reports whether fixed places from left to right tell two rules apart.
func (r *rulePlan) apart(s *rulePlan) bool {
	if r.pan == nil || s.pan == nil || !r.pan.fixed || !s.pan.fixed {
		return false
	}
	d := r.pan.value - s.pan.value
	return d >= 0.8 || d <= -0.8
}

// alike warns, and reports, of two rules that one cannot tell apart by ear: different values
// on one voice in one register, or different events that sound the same.
func (c *compiler) alike(k, i int) bool {
	a, b := &c.piece.rules[k], &c.piece.rules[i]
	if a.voice < 0 || a.voice != b.voice || a.rhythmOf() != b.rhythmOf() || a.apart(b) {
		return false
	}
	voice := c.piece.Header.Voices[a.voice]
	pos := c.piece.told.rules[i].pos
	m, n := a.pitch, b.pitch
	switch {
	case m != nil && n != nil && !m.fixed && !n.fixed:
		if m.from.text == n.from.text && sameDomain(m.domain, n.domain) && a.kinds.source == b.kinds.source || !m.mapped || !n.mapped {
			return false
		}
		low, top := max(a.pitchLow, b.pitchLow), min(a.pitchTop, b.pitchTop)
		if 2*(top-low) <= min(a.pitchTop-a.pitchLow, b.pitchTop-b.pitchLow) {
			return false
		}
		c.advise(pos, "voice", "give one a voice of its own, a range two octaves away, or a motif",
			"%s and %s play different values (%s, %s) on the voice %s between %v and %v: one cannot hear which it is", a.name, b.name, whose(a, b, m), whose(b, a, n), voice.Name, low, top)
		return true
	case len(a.moving()) == 0 && len(b.moving()) == 0 && a.sound(voice.Pitched) == b.sound(voice.Pitched):
		c.advise(pos, "", "give one another pitch, motif or voice", "it sounds just as %s does: one cannot hear which event it was", a.name)
		return true
	}
	return false
}

// whose names what a rule plays, with its source where that is the difference.
func whose(r, other *rulePlan, n *number) string {
	if r.kinds.source != "" && r.kinds.source != other.kinds.source {
		return n.from.text + " of " + r.kinds.source
	}
	return n.from.text
}

// sameDomain reports whether two domains are the same.
func sameDomain(a, b *domainPlan) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// sound is what a rule without moving values sounds like. Of noise a step or two
// is no difference.
func (r *rulePlan) sound(pitched bool) string {
	pitch := fmt.Sprint(r.degree, r.centre)
	if r.pitch != nil {
		pitch = decimals(r.pitch.value, 0)
		if !pitched {
			pitch = decimals(r.pitch.value/3, 0)
		}
	}
	return pitch
}

// opposed warns, and reports, of like things whose pitch moves in opposite directions.
func (c *compiler) opposed(k, i int) bool {
	a, b := &c.piece.rules[k], &c.piece.rules[i]
	m, n := a.carrier(), b.carrier()
	if m == nil || n == nil || m.key != "pitch" || n.key != "pitch" || !m.mapped || !n.mapped || m.down == n.down {
		return false
	}
	what := ""
	ta, tb := c.piece.told.rules[k], c.piece.told.rules[i]
	switch {
	case m.from.text == n.from.text:
		what = m.from.text
	case ta.unit != "" && ta.unit == tb.unit:
		what = "a value in " + ta.unit
	default:
		return false
	}
	up, down := a.name, b.name
	if m.down {
		up, down = down, up
	}
	c.advise(tb.pos, "pitch.polarity", "let like things move the same way", "in %s more of %s is higher, in %s it is lower: a listener learns one direction", up, what, down)
	return true
}

// crowded warns of voices that carry more different values than can be followed.
func (c *compiler) crowded() {
	p := c.piece
	for v := range p.Header.Voices {
		var what []string
		add := func(n *number) {
			read := slices.Clone(n.from.expr.Fields())
			for _, i := range n.from.expr.Signals() {
				if i < len(p.signals) { // those that every piece has are no data
					read = append(read, "signal."+p.signals[i].name)
				}
			}
			for _, name := range read {
				if !slices.Contains(what, name) {
					what = append(what, name)
				}
			}
		}
		for i := range p.rules {
			if r := &p.rules[i]; r.voice == v {
				for _, n := range r.moving() {
					add(n)
				}
			}
		}
		for i := range p.patterns {
			if q := &p.patterns[i]; q.voice == v {
				for _, l := range q.levers() {
					add(l.n)
				}
			}
		}
		for i := range p.controls {
			if k := &p.controls[i]; slices.Contains(k.voices, v) && !k.to.fixed {
				add(k.to)
			}
		}
		if len(what) > 3 {
			name := p.Header.Voices[v].Name
			c.advise(c.file.Voice.Get(name).Pos, "", "give some of them a voice of their own", "%d different values move the voice %s (%s): most listeners can follow two", len(what), name, strings.Join(what, ", "))
		}
	}
}

// softly warns of a signal that is heard in loudness or from the side alone.
func (c *compiler) softly(i int) {
	p := c.piece
	var weak []*number
	names := map[string]bool{}
	note := func(n *number) {
		if n != nil && !n.fixed && n.from.reads(i) {
			weak = append(weak, n)
			names[n.key] = true
		}
	}
	for k := range p.patterns {
		note(p.patterns[k].velocity)
		note(p.patterns[k].pan)
	}
	for k := range p.rules {
		note(p.rules[k].velocity)
		note(p.rules[k].pan)
	}
	for k := range p.controls {
		if q := &p.controls[k]; q.param == sonify.ParamVolume || q.param == sonify.ParamPan {
			note(q.to)
		}
	}
	if len(weak) == 0 || c.asked(i) {
		return
	}
	for _, n := range p.reading {
		if n.from.reads(i) && !slices.Contains(weak, n) {
			return
		}
	}
	carrier := "loudness"
	if len(names) == 1 && names["pan"] {
		carrier = "panning"
	}
	c.advise(p.told.signals[i].pos, "", "let it move hits, register or a theme too", "it is heard in %s alone, which listeners judge badly", carrier)
}

// asked reports whether a condition, a section, another signal or a crossing
// reads signal i.
func (c *compiler) asked(i int) bool {
	p := c.piece
	for k := range p.signals {
		if p.signals[k].derived && p.signals[k].value.reads(i) {
			return true
		}
	}
	for k := range p.rules {
		if r := &p.rules[k]; r.when.reads(i) || r.cross != nil && r.cross.signal == i {
			return true
		}
	}
	for k := range p.patterns {
		if q := &p.patterns[k]; q.when.reads(i) || q.invert.reads(i) {
			return true
		}
	}
	for k := range p.controls {
		if p.controls[k].when.reads(i) {
			return true
		}
	}
	for k := range p.form.sections {
		if s := &p.form.sections[k]; s.when.reads(i) || s.untilIf.reads(i) {
			return true
		}
	}
	return false
}
