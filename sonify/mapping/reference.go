package mapping

import (
	"fmt"

	"proscenium/sonify"
)

// referencePlan is a set of tones to compare a rule's notes with, compiled.
type referencePlan struct {
	name     string
	maker    int
	voice    int
	rule     int // index in the piece's rules
	at       []Point
	every    sonify.Tick
	drone    bool
	length   sonify.Tick
	velocity float64
	stats    bool // at asks for what was played
}

// referenceState is what was played of the rule.
type referenceState struct {
	n         int64
	low, high float64
	mean      float64
}

// seeReferences takes note of the values that sound in the open stretch.
func (p *Performance) seeReferences() {
	for i := range p.piece.reference {
		pl, st := &p.piece.reference[i], &p.refs[i]
		if !pl.stats {
			continue
		}
		by := p.piece.rules[pl.rule].maker
		for k := range p.out.Notes {
			c := &p.out.Notes[k].Cause
			if c.By != by || c.Step != 0 {
				continue
			}
			v, ok := c.Value.Float()
			if !ok {
				continue
			}
			v = bounded(v)
			if st.n++; st.n == 1 {
				st.low, st.high = v, v
			}
			st.low, st.high = min(st.low, v), max(st.high, v)
			st.mean += (v - st.mean) / float64(st.n)
		}
	}
}

// playReferences begins the tones that are due between b and reach.
// What the data has not told yet is not heard.
func (p *Performance) playReferences(b sonify.Tick) {
	for i := range p.piece.reference {
		pl := &p.piece.reference[i]
		for t := (b + pl.every - 1) / pl.every * pl.every; t < p.reach; t += pl.every {
			at := t
			for _, q := range pl.at {
				v, pitch, ok := p.referencePitch(i, q)
				if !ok {
					continue
				}
				length := pl.length
				if pl.drone {
					length = pl.every
				}
				n := sonify.Note{Tick: at, Length: length, Voice: pl.voice, Pitch: pitch, Velocity: velocityOf(pl.velocity),
					Pan: p.piece.Header.Voices[pl.voice].Pan, Cause: sonify.Cause{By: pl.maker, From: q.String(), Value: sonify.Num(v)}}
				if at < p.reach {
					n.Frame = p.tempo.Frame(at)
					n.Frames = max(1, p.tempo.Frame(at+length)-n.Frame)
					p.fresh = append(p.fresh, n)
				} else if len(p.queue) < queueLimit {
					p.queue.push(queuedNote{Note: n, order: p.order})
					p.order++
				}
				if !pl.drone {
					at += length
				}
			}
		}
	}
}

// String is what a cause calls the point.
func (q Point) String() string {
	if q.Word == "" {
		return "reference"
	}
	return q.Word
}

// referencePitch returns the value that a point stands for now, and its note.
func (p *Performance) referencePitch(i int, q Point) (float64, sonify.Pitch, bool) {
	pl, st := &p.piece.reference[i], &p.refs[i]
	r := &p.piece.rules[pl.rule]
	d := p.domainOf(r.pitch)
	if d == nil {
		if r.pitch.domain.kind != fixedDomain {
			return 0, 0, false
		}
		d = newDomain(r.pitch.domain)
	}
	if d.plan.kind != fixedDomain && d.n == 0 {
		return 0, 0, false
	}
	v := q.Number
	switch q.Word {
	case "low":
		v = d.low
	case "middle":
		v = d.low + float64(0.5*(d.high-d.low))
	case "high":
		v = d.high
	case "min", "mean", "max":
		if st.n == 0 {
			return 0, 0, false
		}
		v = map[string]float64{"min": st.low, "mean": st.mean, "max": st.high}[q.Word]
	}
	key := p.form.key
	if r.scale != nil {
		key = *r.scale
	}
	pitch := r.snapped(r.pitch.onto(d, v), key)
	if p.piece.Header.Voices[pl.voice].Pitched {
		pitch = p.tuned(pitch, &key)
	}
	return v, clampPitch(pitch), true
}

// compileReferences compiles the reference tones.
func (c *compiler) compileReferences() {
	for i := range c.file.Reference {
		q := &c.file.Reference[i]
		if q.Remove {
			c.nothingToRemove(q.Pos, q.Name)
			continue
		}
		if q.Rule == "" || c.twice(q.Pos, "reference", q.Name) {
			continue // told already
		}
		p := referencePlan{name: q.Name, rule: -1, at: q.At, every: c.fraction(q.Pos, "every", q.Every), drone: q.Drone,
			length: max(1, c.fraction(q.Pos, "length", q.Length)), velocity: q.Velocity}
		if p.name == "" {
			p.name = fmt.Sprintf("reference %d", i+1)
		}
		var names []string
		for k := range c.piece.rules {
			names = append(names, c.piece.rules[k].name)
			if c.piece.rules[k].name == q.Rule {
				p.rule = k
			}
		}
		if p.rule < 0 {
			if !c.hasRule(q.Rule) { // of a higher level it is not played, and needs no reference
				c.at(q.Pos, "rule", sonify.DidYouMean(q.Rule, names), "there is no rule named %q", q.Rule)
			}
			continue
		}
		r := &c.piece.rules[p.rule]
		if r.pitch == nil || r.pitch.fixed || !r.pitch.mapped {
			c.at(q.Pos, "rule", `such as one with pitch = { from = "speed_kmh", range = ["A3", "A6"] }`, "the pitch of %s is not mapped from a value: there is nothing to compare", q.Rule)
			continue
		}
		if len(p.at) == 0 {
			p.at = []Point{{Word: "low"}, {Word: "high"}}
		}
		for _, pt := range p.at {
			p.stats = p.stats || pt.Word == "min" || pt.Word == "mean" || pt.Word == "max"
			if d := r.pitch.domain; d != nil && d.kind == fixedDomain && pt.Word == "" && (pt.Number < d.low || pt.Number > d.high) {
				c.warn(q.Pos, "at", "", "%s lies outside the domain of %s, and sounds as its end does", formatValue(sonify.Num(pt.Number), ""), q.Rule)
			}
		}
		if p.every < c.meter.Beat() {
			c.at(q.Pos, "every", `such as "4 bars"`, "reference tones nearer than a beat would drown the rule: expected a beat at least")
			continue
		}
		if q.Voice != "" {
			if p.voice = c.voice(q.Pos, q.Voice); p.voice < 0 {
				continue
			}
			if v := &c.piece.Header.Voices[p.voice]; p.drone && v.Polyphony < len(p.at) {
				c.warn(q.Pos, "drone", fmt.Sprintf("write notes = %d in [voice.%s]", len(p.at), q.Voice), "the voice %s plays %d of the %d tones at once", q.Voice, v.Polyphony, len(p.at))
			}
		} else {
			p.voice = c.ownVoice("reference", sonify.Voice{Instrument: sonify.Instrument{Wave: sonify.Triangle, Volume: plainMacro(15)},
				Gain: 600, Polyphony: pointsLimit, Pitched: true, MIDIProgram: 74})
		}
		var at []string
		for _, pt := range p.at {
			if pt.Word == "" {
				at = append(at, formatValue(sonify.Num(pt.Number), ""))
			} else {
				at = append(at, pt.Word)
			}
		}
		says := fmt.Sprintf("%s: the tones of %s for %s on %s", p.name, q.Rule, list(at), c.piece.Header.Voices[p.voice].Name)
		p.maker = c.maker(sonify.MakerPattern, p.name, q.Pos, says, false)
		c.piece.reference = append(c.piece.reference, p)
	}
}

// hasRule reports whether the file has a rule of that name, played or not.
func (c *compiler) hasRule(name string) bool {
	for i := range c.file.Rule {
		if numbered(c.file.Rule[i].Name, "rule", i) == name {
			return true
		}
	}
	return false
}
