package mapping

import (
	"fmt"
	"slices"
	"strings"

	"proscenium/sonify"
)

// lever is a number of a pattern that a signal moves.
type lever struct {
	n *number
	// strong levers are heard by themselves; the others colour what is there.
	strong bool
}

// levers returns the numbers of a pattern that move, the best heard first.
func (p *patternPlan) levers() []lever {
	var out []lever
	add := func(strong bool, ns ...*number) {
		for _, n := range ns {
			if n != nil && !n.fixed {
				out = append(out, lever{n, strong})
			}
		}
	}
	add(true, p.hits, p.choose, p.register, p.shift, p.stretch)
	add(false, p.chance, p.thin, p.rotate, p.vary, p.ornament, p.velocity, p.pan)
	return out
}

// reads reports whether an expression reads signal i.
func (f *formula) reads(i int) bool {
	return f != nil && f.fieldReader != nil && slices.Contains(f.expr.Signals(), i)
}

// readsAny reports whether an expression reads any of the signals.
func (f *formula) readsAny(of []int) bool {
	return slices.ContainsFunc(of, f.reads)
}

// following returns signal i and the signals that are made of it.
func (p *Piece) following(i int) []int {
	of := []int{i}
	for changed := true; changed; {
		changed = false
		for k := range p.signals {
			if s := &p.signals[k]; s.derived && !slices.Contains(of, k) && s.value.readsAny(of) {
				of, changed = append(of, k), true
			}
		}
	}
	return of
}

// moved returns the levers of a pattern that the signals move.
func (p *patternPlan) moved(of []int) []lever {
	var out []lever
	for _, l := range p.levers() {
		if l.n.from.readsAny(of) {
			out = append(out, l)
		}
	}
	return out
}

// strong reports whether one of the signals is heard in the pattern by itself.
func (p *patternPlan) strong(of []int) bool {
	if p.when.readsAny(of) || p.invert.readsAny(of) {
		return true
	}
	for _, l := range p.moved(of) {
		if l.strong {
			return true
		}
	}
	return false
}

// leverWords say how a number sounds as signal i rises: "more notes".
func (g *stage) leverWords(i int, n *number) string {
	a, ok := patternAxes[n.key]
	if !ok {
		a, ok = ruleAxes[n.key]
	}
	switch rises := g.rises(i, n); {
	case ok && rises > 0:
		return a.more
	case ok && rises < 0:
		return a.less
	}
	return "another value of " + carrierWord(n.key)
}

// rises reports whether n is more (1), less (-1) or the same (0) at the high end
// of signal i than at its low end.
func (g *stage) rises(i int, n *number) int {
	low, _, high, _ := g.signalEnds(i)
	at := func(v float64) float64 {
		q := g.copy(0)
		pin(q, i, v)
		pf := g.perform(q)
		pf.derive(0)
		return pf.or(n, nil, 0)
	}
	switch x, y := at(low), at(high); {
	case y > x:
		return 1
	case y < x:
		return -1
	}
	return 0
}

// colours says what controls that signal i moves do to voices, and returns the
// voices that they move.
func (g *stage) colours(i int, does *effects, e *LegendEntry) []int {
	of := g.piece.following(i)
	var voices []int
	for k := range g.piece.controls {
		c := &g.piece.controls[k]
		if !c.to.from.readsAny(of) {
			continue
		}
		a := controlAxes[c.param]
		w := a.more
		rises := g.rises(i, c.to)
		if rises < 0 {
			w = a.less
		}
		for _, v := range c.voices {
			does.add(w, "voice "+g.piece.Header.Voices[v].Name)
			e.effect(c.param.String(), polarityOf(rises), g.piece.Header.Voices[v].Name)
			voices = append(voices, v)
		}
	}
	return voices
}

// harmonyAxes say how the chords sound when a number of the form rises or falls.
var harmonyAxes = map[string]axis{
	"richness": {"richer chords", "barer chords"}, "tension": {"tenser chords", "calmer chords"},
	"key_up": {"a higher key", "a lower key"}, "choose": {"other chords", "other chords"}, "mode": {"another mode", "another mode"},
}

// harmony says what signal i does to the chords and the key, and reports whether
// it does anything.
func (g *stage) harmony(i int, does *effects, e *LegendEntry) bool {
	of := g.piece.following(i)
	h := &g.piece.form.harmony
	moved := false
	for _, n := range []*number{h.richness, h.tension, h.choose, h.mode, h.keyUp} {
		if n == nil || n.fixed || !n.from.readsAny(of) {
			continue
		}
		w := harmonyAxes[n.key].more
		rises := g.rises(i, n)
		if rises < 0 {
			w = harmonyAxes[n.key].less
		}
		e.effect("harmony."+n.key, polarityOf(rises), "")
		does.add(w, "the harmony")
		moved = true
	}
	return moved
}

// polarityOf names what rises or falls; what stays, or goes to and fro, has no name.
func polarityOf(rises int) string {
	switch {
	case rises > 0:
		return polarityUp
	case rises < 0:
		return polarityDown
	}
	return ""
}

// effect adds what a signal moves, of something that has a name or of all.
func (e *LegendEntry) effect(what, polarity, of string) {
	k := slices.IndexFunc(e.Effects, func(f LegendEffect) bool { return f.What == what && f.Polarity == polarity })
	if k < 0 {
		k = len(e.Effects)
		e.Effects = append(e.Effects, LegendEffect{What: what, Polarity: polarity})
	}
	if f := &e.Effects[k]; of != "" && !slices.Contains(f.Of, of) {
		f.Of = append(f.Of, of)
	}
}

// signal returns the entry of a signal: all that it steers, heard together.
func (g *stage) signal(i int) LegendEntry {
	p := g.piece
	s := &p.signals[i]
	of := p.following(i)
	t := p.told.signals[i]
	e := LegendEntry{Kind: LegendSignal, Name: s.name, Title: t.title, Maker: -1, Doc: t.doc, From: "signal." + s.name, Unit: t.unit, inner: !s.show, Times: -1, Voices: []string{}, Samples: []LegendSample{}}
	e.domain(s.domain, t.unit)
	var does effects
	var while []string
	strong := false
	tempo := p.tempo != nil && p.tempo.from.readsAny(of)
	if tempo {
		e.Carrier, e.Polarity = "tempo", p.tempo.polarity()
		e.effect("tempo", e.Polarity, "")
		if p.tempo.down {
			while = append(while, "the tempo falls")
		} else {
			while = append(while, "the tempo rises")
		}
	}
	for _, first := range []bool{true, false} { // what is heard best is said first
		for k := range p.patterns {
			q := &p.patterns[k]
			strong = strong || q.strong(of)
			for _, l := range q.moved(of) {
				if l.strong == first {
					does.add(g.leverWords(i, l.n), spoken(q.name))
					e.effect(l.n.key, polarityOf(g.rises(i, l.n)), q.name)
				}
			}
		}
	}
	for k := range p.rules {
		if n := p.rules[k].reading(of); n != nil {
			does.add(g.leverWords(i, n), spoken(p.rules[k].name))
			e.effect(n.key, polarityOf(g.rises(i, n)), p.rules[k].name)
		}
	}
	coloured := g.colours(i, &does, &e)
	harmony := g.harmony(i, &does, &e)
	if len(does.what) > 0 {
		while = append(while, does.String())
	}
	if len(while) > 0 {
		while[0] = "as it rises: " + while[0]
	}
	var conditions effects
	for k := range p.patterns {
		q := &p.patterns[k]
		if q.when.readsAny(of) {
			conditions.add("only while "+q.when.text, spoken(q.name))
		}
		if q.invert.readsAny(of) {
			conditions.add("upside down while "+q.invert.text, spoken(q.name))
		}
	}
	if len(conditions.what) > 0 {
		while = append(while, conditions.String())
	}
	var feeds []string
	for k := range p.signals {
		if p.signals[k].derived && p.signals[k].value.reads(i) {
			feeds = append(feeds, p.signals[k].name)
		}
	}
	if len(feeds) > 0 {
		while = append(while, "moves "+list(feeds))
	}
	if e.Words = strings.Join(while, "; "); e.Words == "" {
		e.Words = "is shown, and moves nothing that plays"
	}
	// What plays: in the section where most of what it steers does.
	best, section := 0, -1
	steered := func(k, sec int) bool {
		q := &p.patterns[k]
		return q.sections[sec] && (q.strong(of) || !strong && (len(q.moved(of)) > 0 || slices.Contains(coloured, q.voice)) || (tempo || harmony) && !strong)
	}
	for sec := range p.form.sections {
		n := 0
		for k := range p.patterns {
			if steered(k, sec) {
				n++
			}
		}
		if n > best {
			best, section = n, sec
		}
	}
	if section < 0 {
		return e
	}
	var which []int
	for k := range p.patterns {
		if steered(k, section) {
			which = append(which, k)
			v := p.Header.Voices[p.patterns[k].voice].Name
			if !slices.Contains(e.Voices, v) {
				e.Voices = append(e.Voices, v)
			}
			if l := p.patterns[k].moved(of); len(l) > 0 && e.Carrier == "" {
				e.Carrier, e.Polarity = l[0].n.key, polarityOf(g.rises(i, l[0].n))
			}
		}
	}
	e.Samples = g.steeredSamples(i, section, which, tempo, s.name, t)
	return e
}

// reading returns the first number of a rule, but for the one that carries its
// value, that reads one of the signals; nil if none does.
func (r *rulePlan) reading(of []int) *number {
	for _, n := range r.moving() {
		if n.from.readsAny(of) && n != r.carrier() {
			return n
		}
	}
	return nil
}

// pattern returns the entry of one pattern: what moves it above all, heard in it
// alone.
func (g *stage) pattern(i int) LegendEntry {
	p := &g.piece.patterns[i]
	e := LegendEntry{Kind: LegendPattern, Name: p.name, Maker: p.maker, Times: -1, Voices: []string{g.piece.Header.Voices[p.voice].Name}, Samples: []LegendSample{}}
	own := len(g.piece.signals)
	main := -1
	for _, l := range p.levers() {
		for _, s := range l.n.from.expr.Signals() {
			if s < own && main < 0 {
				main, e.Carrier = s, l.n.key
			}
		}
	}
	var by effects
	for _, l := range p.levers() {
		if l.n.signal >= 0 && l.n.signal < own {
			by.add("as "+g.piece.signals[l.n.signal].name+" rises", g.leverWords(l.n.signal, l.n))
		} else {
			by.add("by "+l.n.from.text, carrierWord(l.n.key))
		}
	}
	var does []string
	for _, w := range by.what {
		does = append(does, w+": "+list(by.to[w]))
	}
	if p.when != nil {
		does = append(does, "only while "+p.when.text)
	}
	if p.invert != nil {
		does = append(does, "upside down while "+p.invert.text)
	}
	e.Words = strings.Join(append([]string{"plays " + e.Voices[0] + g.where(p)}, does...), "; ")
	section := slices.Index(p.sections, true)
	if section < 0 {
		return e
	}
	if main < 0 {
		e.Samples = append(e.Samples, LegendSample{Caption: spoken(p.name), Passage: g.steeredSound(-1, 0, section, []int{i}, false)})
		return e
	}
	t := g.piece.told.signals[main]
	e.From, e.Unit = "signal."+g.piece.signals[main].name, t.unit
	if n := p.main(main); n != nil && n.signal == main {
		if e.Polarity = "up"; n.down {
			e.Polarity = "down"
		}
	}
	e.Samples = g.steeredSamples(main, section, []int{i}, false, p.name, t)
	return e
}

// where says in which sections a pattern plays, if not in all.
func (g *stage) where(p *patternPlan) string {
	var in []string
	for k, on := range p.sections {
		if on {
			in = append(in, g.piece.form.sections[k].name)
		}
	}
	switch len(in) {
	case len(p.sections):
		return ""
	case 0:
		return " in no section"
	}
	return " in " + list(in)
}

// main returns the best heard number of a pattern that signal i moves.
func (p *patternPlan) main(i int) *number {
	for _, l := range p.moved([]int{i}) {
		return l.n
	}
	return nil
}

// steeredSamples returns patterns as they sound at the low, the typical and the
// high value of signal i.
func (g *stage) steeredSamples(i, section int, patterns []int, tempo bool, name string, t toldOf) []LegendSample {
	low, typical, high, known := g.signalEnds(i)
	surveyed := g.survey != nil && g.survey.signals[i].n > 0
	var out []LegendSample
	for k, which := range []string{whichLow, whichTypical, whichHigh} {
		v := []float64{low, typical, high}[k]
		s := LegendSample{Which: which}
		if known {
			s.Value = sonify.Num(v)
			s.Caption = sayCaption(spoken(name), withUnit(tidy(v, high-low), t.unit), endWords(g.piece.signals[i].domain, which, t, surveyed))
		} else {
			s.Caption = sayCaption(spoken(name), "", domainWords(g.piece.signals[i].domain, which, t))
		}
		s.Word, s.End = endCode(g.piece.signals[i].domain, which, t, surveyed)
		if s.Passage = g.steeredSound(i, v, section, patterns, tempo); len(s.Passage.Notes) == 0 {
			s.Caption += " (silent)"
		}
		out = append(out, s)
		if known && low == high {
			out[0].Which, out[0].Word, out[0].End, out[0].Caption = "", "always", "", sayCaption(spoken(name), withUnit(tidy(v, 0), t.unit), "always")
			break
		}
	}
	return out
}

// sampleBars is how many bars of patterns a sample holds at most.
const sampleBars = 2

// steeredSound plays patterns while signal i stands at v, for as long as the
// longest of them takes to come round, but no more than two bars.
func (g *stage) steeredSound(i int, v float64, section int, patterns []int, tempo bool) *sonify.Passage {
	q := g.copy(section)
	if i >= 0 {
		pin(q, i, v)
	}
	if tempo {
		q.tempo = g.piece.tempo
	}
	bar := q.Header.Meter.Bar()
	length := bar
	for _, k := range patterns {
		p := &g.piece.patterns[k]
		// A condition on something else would only hide what is to be heard.
		g.add(q, k, i >= 0 && p.when.readsAny(g.piece.following(i)))
		round := sonify.Tick(p.cycle) * p.step
		for _, th := range p.themes {
			round = max(round, th.Length)
		}
		length = max(length, min((round+bar-1)/bar, sampleBars)*bar)
	}
	return g.play(q, length, nil)
}

// section returns the entry of a section: what it sounds like, and when it
// comes.
func (g *stage) section(i int) LegendEntry {
	p := g.piece
	s := &p.form.sections[i]
	e := LegendEntry{Kind: LegendSection, Name: s.name, Title: p.Header.Makers[s.maker].Title, Maker: s.maker, Times: -1, Words: g.sectionWords(i), decisive: i > 0 && len(s.kinds.kinds) > 0, Voices: []string{}, Samples: []LegendSample{}}
	if g.survey != nil {
		e.Times = g.survey.sections[i].entered
	}
	q := g.copy(i)
	for k := range p.patterns {
		if !p.patterns[k].sections[i] {
			continue
		}
		g.add(q, k, true)
		if v := p.Header.Voices[p.patterns[k].voice].Name; !slices.Contains(e.Voices, v) {
			e.Voices = append(e.Voices, v)
		}
	}
	ps := g.play(q, sampleBars*p.Header.Meter.Bar(), nil)
	if len(ps.Notes) == 0 {
		return e
	}
	caption := spoken(s.name)
	var ev *sonify.Event
	if g.survey != nil {
		ev = g.survey.sections[i].first
	}
	if s.say != nil && (ev != nil || !s.say.reads()) {
		caption = named(caption, s.say.text(g.perform(g.copy(i)), ev))
	}
	e.Samples = append(e.Samples, LegendSample{Caption: caption, Passage: ps})
	return e
}

// sectionWords say when a section begins and ends, and what is special.
func (g *stage) sectionWords(i int) string {
	s := &g.piece.form.sections[i]
	var w []string
	begins := slices.Clone(s.kinds.kinds)
	if s.atEnd {
		begins = append(begins, "the end of the data")
	}
	switch {
	case len(begins) > 0:
		w = append(w, "begins with "+list(begins))
		if s.when != nil {
			w[0] += " when " + s.when.text
		}
		if i == 0 {
			w[0] += ", and at the beginning"
		}
	case i == 0:
		w = append(w, "at the beginning")
	default:
		w = append(w, "follows other sections")
	}
	switch {
	case s.hasUntil:
		w = append(w, "ends with "+list(s.until.kinds))
	case s.bars > 0:
		bars := "1 bar"
		if s.bars > 1 {
			bars = fmt.Sprintf("%d bars", s.bars)
		}
		w = append(w, "lasts "+bars)
	}
	if s.keyUp != 0 {
		w = append(w, fmt.Sprintf("the key moves by %+d semitones", s.keyUp))
	}
	if s.tempo != 1 {
		w = append(w, "the tempo is "+decimals(s.tempo*100, 0)+" % of the usual")
	}
	if s.say != nil {
		w = append(w, "shows "+s.say.source())
	}
	return strings.Join(w, ", ")
}

// idleWords say what is heard when no data comes.
func (g *stage) idleWords() string {
	ip := &g.piece.idle
	if ip.after == 0 {
		return ""
	}
	text := "after " + decimals(float64(ip.after)/float64(sonify.SampleRate), 0) + " s without an event "
	if ip.section >= 0 {
		return text + "comes the section " + spoken(g.piece.form.sections[ip.section].name)
	}
	return text + "the music breathes: half the notes, in a slow swell"
}
