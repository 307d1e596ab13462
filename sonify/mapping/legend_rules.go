package mapping

import (
	"fmt"
	"strings"

	"proscenium/sonify"
)

// carrier returns the number of a rule that carries its value above all, nil if
// no data moves it: what is heard best comes first.
func (r *rulePlan) carrier() *number {
	if r.voice < 0 {
		return nil
	}
	for _, n := range r.moving() {
		return n
	}
	return nil
}

// rule returns the entry of one rule.
func (g *stage) rule(i int) LegendEntry {
	r := &g.piece.rules[i]
	t := g.piece.told.rules[i]
	e := LegendEntry{Kind: LegendRule, Name: r.name, Title: t.title, Maker: r.maker, Doc: t.doc, Times: -1, Words: g.ruleWords(i), On: g.ruleOn(i), Voices: []string{}, Samples: []LegendSample{}}
	if g.survey != nil {
		e.Times = g.survey.rules[i].played
	}
	if r.voice < 0 {
		return e
	}
	e.Voices = append(e.Voices, g.piece.Header.Voices[r.voice].Name)
	n := r.carrier()
	if n == nil {
		e.Samples = append(e.Samples, LegendSample{Caption: g.ruleCaption(i), Passage: g.ruleSound(i, nil, 0, 0)})
		return e
	}
	e.From, e.Unit, e.Carrier, e.Polarity = n.from.text, t.unit, n.key, n.polarity()
	if n.mapped {
		e.domain(g.domainPlan(n), t.unit)
	}
	low, typical, high, known, ok := g.numberEnds(i, n)
	if !ok {
		return e
	}
	surveyed := g.valuesOf(i, n) != nil
	if known && low == high {
		s := LegendSample{Value: sonify.Num(low), Passage: g.ruleSound(i, n, low, 0.5)}
		s.Caption = sayCaption(spoken(r.name), withUnit(tidy(low, 0), t.unit), "always")
		s.Word = "always"
		e.Samples = append(e.Samples, s)
		return e
	}
	for k, which := range []string{whichLow, whichTypical, whichHigh} {
		v := []float64{low, typical, high}[k]
		s := LegendSample{Which: which}
		if known {
			s.Value = sonify.Num(v)
			s.Caption = sayCaption(spoken(r.name), withUnit(tidy(v, high-low), t.unit), endWords(g.domainPlan(n), which, t, surveyed))
		} else {
			s.Caption = sayCaption(spoken(r.name), "", domainWords(g.domainPlan(n), which, t))
		}
		s.Word, s.End = endCode(g.domainPlan(n), which, t, surveyed)
		s.Passage = g.ruleSound(i, n, v, float64(k)/2)
		e.Samples = append(e.Samples, s)
	}
	return e
}

// polarity says whether more of its value is more of what it moves.
func (n *number) polarity() string {
	if n.down {
		return polarityDown
	}
	return polarityUp
}

// domain tells the ends of an entry, in words and in numbers.
func (e *LegendEntry) domain(d *domainPlan, unit string) {
	e.Domain = endsWords(d, unit)
	switch d.kind {
	case seenDomain:
		e.Live = "seen"
	case rankDomain:
		e.Live = "rank"
	case zscoreDomain:
		e.Live = "zscore"
	default:
		low, high := d.low, d.high
		e.Low, e.High = &low, &high
	}
}

// domainPlan returns the domain from which a number is mapped.
func (g *stage) domainPlan(n *number) *domainPlan {
	if n.domain == nil && n.signal >= 0 && n.signal < len(g.piece.signals) {
		return g.piece.signals[n.signal].domain
	}
	if n.domain == nil {
		return &domainPlan{}
	}
	return n.domain
}

// ruleSound plays a rule as it sounds when n reads v, everything else being as
// in the first event that the survey met. Numbers that read the same value move
// with n. Where the value is not known it lies a part x of the way from the low
// to the high end of any domain.
func (g *stage) ruleSound(i int, n *number, v, x float64) *sonify.Passage {
	q := g.copy(0)
	r := g.piece.rules[i]
	r.chance, r.coolDown, r.stop, r.say, r.label, r.cross = nil, 0, false, nil, nil, nil
	if n != nil {
		for _, m := range []**number{&r.pitch, &r.length, &r.velocity, &r.pan} {
			if *m == nil || (*m).fixed || (*m).from.text != n.from.text {
				continue
			}
			f := **m
			f.fixed, f.value = true, v
			if f.mapped {
				low, _, high, known, ok := g.numberEnds(i, *m)
				if !ok || !known {
					low, high = 0, 1
					f.value = x
				}
				f.value = f.onto(newDomain(&domainPlan{kind: fixedDomain, low: low, high: high}), f.value)
			}
			*m = &f
		}
	}
	q.rules = []rulePlan{r}
	ps := g.play(q, 0, func(pf *Performance) {
		var ev *sonify.Event
		if g.survey != nil {
			ev = g.survey.rules[i].first
		}
		pf.playRule(0, ev, &sonify.Heard{Event: ev}, 0, 0)
	})
	if n != nil {
		for k := range ps.Notes {
			ps.Notes[k].Cause.From = n.from.text
			if _, _, _, known, _ := g.numberEnds(i, n); known {
				ps.Notes[k].Cause.Value = sonify.Num(v)
			}
		}
	}
	return ps
}

// ruleCaption says what a rule without a value tells: its own caption filled in
// from the first event that it played, or its name.
func (g *stage) ruleCaption(i int) string {
	r := &g.piece.rules[i]
	name := spoken(r.name)
	if r.say != nil && (!r.say.reads() || g.survey != nil && g.survey.rules[i].first != nil) {
		var ev *sonify.Event
		if g.survey != nil {
			ev = g.survey.rules[i].first
		}
		return named(name, r.say.text(g.perform(g.copy(0)), ev))
	}
	return sayCaption(name, "", g.piece.told.rules[i].doc)
}

// named returns text with the name before it, unless it begins with the name.
func named(name, text string) string {
	if text == "" || strings.EqualFold(name, text) {
		return name
	}
	if len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) {
		return text
	}
	return name + ": " + text
}

// ruleOn says which events a rule hears.
func (g *stage) ruleOn(i int) string {
	r := &g.piece.rules[i]
	on := list(r.kinds.kinds)
	switch {
	case r.cross != nil:
		on = r.cross.from
		if r.cross.hasUp {
			on += " rising to " + formatValue(sonify.Num(r.cross.up), "")
		}
		if r.cross.hasUp && r.cross.hasDown {
			on += " or"
		}
		if r.cross.hasDown {
			on += " falling to " + formatValue(sonify.Num(r.cross.down), "")
		}
	case on == "*":
		on = "every event"
	}
	if r.kinds.source != "" {
		on += " of " + r.kinds.source
	}
	if r.when != nil {
		on += " when " + r.when.text
	}
	return on
}

// ruleWords say what becomes what.
func (g *stage) ruleWords(i int) string {
	r := &g.piece.rules[i]
	if r.voice < 0 {
		return "shows " + r.say.source()
	}
	voice := g.piece.Header.Voices[r.voice].Name
	n := r.carrier()
	if n == nil {
		if r.say != nil {
			return "plays " + voice + ", shows " + r.say.source()
		}
		return "plays " + voice
	}
	t := g.piece.told.rules[i]
	what := n.from.text
	if t.unit != "" {
		what += " in " + t.unit
	}
	b := fmt.Sprintf("%s becomes %s of %s", what, carrierWord(n.key), voice)
	if n.mapped && n.key == "pitch" {
		b += fmt.Sprintf(", %v to %v", r.pitchLow, r.pitchTop)
	}
	if d := g.domainPlan(n); n.mapped {
		b += " for " + endsWords(d, t.unit)
	}
	b += ": " + polarityWords(n, t)
	var more []string
	for _, m := range r.moving() {
		if m == n {
			continue
		}
		if m.from.text == n.from.text {
			more = append(more, carrierWord(m.key)+" too")
		} else {
			more = append(more, m.from.text+" becomes "+carrierWord(m.key))
		}
	}
	if len(more) > 0 {
		b += "; " + list(more)
	}
	if r.say != nil {
		b += "; shows " + r.say.source()
	}
	return b
}

// source returns a caption as it was written, but for formats: "Ace, {speed_kmh}
// km/h".
func (c *caption) source() string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range c.parts {
		if p := &c.parts[i]; p.value != nil {
			b.WriteString("{" + p.value.text + "}")
		} else {
			b.WriteString(p.literal)
		}
	}
	return b.String() + "\""
}

// endsWords say from where to where a domain goes.
func endsWords(d *domainPlan, unit string) string {
	switch d.kind {
	case seenDomain:
		return "the lowest to the highest value so far"
	case rankDomain:
		return fmt.Sprintf("all but the lowest %s %% and the highest %s %% of the last %d values", decimals(d.low, 0), decimals(100-d.high, 0), rankMemory)
	case zscoreDomain:
		return "two standard deviations about the mean so far"
	}
	w := d.high - d.low
	return tidy(d.low, w) + " to " + withUnit(tidy(d.high, w), unit)
}

// polarityWords say what more sounds like: "higher is faster".
func polarityWords(n *number, t toldOf) string {
	a := ruleAxes[n.key]
	if t.ends != nil {
		lo, hi := a.less, a.more
		if n.down {
			lo, hi = hi, lo
		}
		return fmt.Sprintf("%s is %s, %s is %s", lo, t.ends[0], hi, t.ends[1])
	}
	w := a.more
	if n.down {
		w = a.less
	}
	return w + " is " + wordsFor(t.unit).more
}
