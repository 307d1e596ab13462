package mapping

import (
	"math/bits"
	"strconv"

	"proscenium/sonify"
)

// The governor keeps a flood of events music. A voice, and a source, may have a
// budget: so many notes in so long a window. Events beyond it are not thrown away
// but gathered, rule by rule, and sound when the window is over as one crowd: a
// chord that spans the values that were gathered, harder the more there are, with
// the cause of the weightiest of them. What is heard of a flood is so its size and
// its spread, and not whichever events came first.

// budgetPlan is how many notes there may be in a window.
type budgetPlan struct {
	notes int
	per   sonify.Tick // 0: as many as there are
}

// budgetState counts the notes of the window that began last.
type budgetState struct {
	began sonify.Tick
	used  int
}

// room reports whether n notes more at tick are within the part of the budget that
// is open to a note of that priority. A window always has room for one thing, or a
// long motif would never be heard.
func (b *budgetState) room(plan *budgetPlan, tick sonify.Tick, n int, priority float64) bool {
	if plan.per == 0 {
		return true
	}
	if began := tick - tick%plan.per; began != b.began {
		b.began, b.used = began, 0
	}
	return b.used == 0 || b.used+n <= openTo(plan.notes, priority)
}

// openTo is how much of a budget is open to a priority: a quarter at 0, all at 1.
func openTo(notes int, priority float64) int {
	return int(whole(float64(float64(notes)*(0.25+float64(0.75*priority))), 1, int64(notes)))
}

func (b *budgetState) use(plan *budgetPlan, n int) {
	if plan.per > 0 {
		b.used += n
	}
}

// How a crowd sounds.
const (
	crowdOff   = iota // it does not: the events are lost, and counted
	crowdNote         // the weightiest of its events
	crowdChord        // the spread of their values
)

// crowd is what a rule has gathered.
type crowd struct {
	until     sonify.Tick // it sounds then; 0: nothing is gathered
	n         uint64
	sum       int64 // of the pitches, in semitones of 2^-16
	low, high sonify.Pitch
	priority  float64 // of the weightiest
	note      sonify.Note
	say       string
}

// governed reports whether a budget watches over a rule's notes.
func (p *Performance) governed(r *rulePlan, source int) bool {
	return p.piece.budgets[r.voice].per > 0 || source >= 0 && p.piece.sourceBudgets[source].per > 0
}

// sourceOf returns the number of an event's source, -1 if it has none.
func (p *Performance) sourceOf(ev *sonify.Event) int {
	if ev == nil || !p.piece.sourced {
		return -1
	}
	for i, name := range p.piece.Header.Sources {
		if name == ev.Source {
			return i
		}
	}
	return -1
}

// allowed reports whether the budgets have room for the notes of a rule, and if
// not, when the window is over.
func (p *Performance) allowed(r *rulePlan, source int, tick sonify.Tick, priority float64) (ok bool, until sonify.Tick) {
	n := len(r.motif)
	plan := &p.piece.budgets[r.voice]
	if !p.voices[r.voice].budget.room(plan, tick, n, priority) {
		return false, tick - tick%plan.per + plan.per
	}
	if source >= 0 {
		plan := &p.piece.sourceBudgets[source]
		if !p.sources[source].room(plan, tick, n, priority) {
			return false, tick - tick%plan.per + plan.per
		}
	}
	return true, 0
}

// spend takes a rule's notes from the budgets.
func (p *Performance) spend(r *rulePlan, source int) {
	n := len(r.motif)
	p.voices[r.voice].budget.use(&p.piece.budgets[r.voice], n)
	if source >= 0 {
		p.sources[source].use(&p.piece.sourceBudgets[source], n)
	}
}

// gather adds an event to the crowd of rule i. n is the note that it would have
// been.
func (p *Performance) gather(i int, ev *sonify.Event, n sonify.Note, until sonify.Tick, priority float64) {
	r, c := &p.piece.rules[i], &p.rules[i].crowd
	if c.n == 0 {
		*c = crowd{until: until, low: n.Pitch, high: n.Pitch, priority: -1}
		p.waiting++
	}
	c.n++
	c.sum += int64(n.Pitch)
	c.low, c.high = min(c.low, n.Pitch), max(c.high, n.Pitch)
	if priority > c.priority {
		c.priority, c.note, c.say = priority, n, ""
		if r.say != nil {
			c.say = r.say.text(p, ev)
		}
	}
}

// tones is how many different notes a crowd of n sounds: one more whenever there
// are four times as many, three at most.
func tones(n uint64) int { return min(3, (bits.Len64(n)+1)/2) }

// playCrowds sounds the crowds whose windows are over at tick b.
func (p *Performance) playCrowds(b sonify.Tick) {
	for i := range p.rules {
		c := &p.rules[i].crowd
		if c.n == 0 || c.until > b {
			continue
		}
		p.playCrowd(&p.piece.rules[i], &p.rules[i], b)
		*c = crowd{}
		p.waiting--
	}
}

func (p *Performance) playCrowd(r *rulePlan, st *ruleState, b sonify.Tick) {
	c := &st.crowd
	land := b
	if r.grid > 0 {
		land = (b + r.grid - 1) / r.grid * r.grid
		free := st.free
		if p.piece.Header.Voices[r.voice].Polyphony <= 1 {
			free = max(free, p.voices[r.voice].free)
		}
		if free > land {
			land = (free + r.grid - 1) / r.grid * r.grid
		}
		if r.maxDelay > 0 && land-b > r.maxDelay || len(p.queue)+3 > queueLimit {
			p.lost[noRoom(r.name)] += c.n
			return
		}
	}
	p.gathered += c.n
	p.crowds++
	n := c.note
	n.Tick = land
	n.Cause.Step = 0
	if c.n > 1 {
		n.Cause.From, n.Cause.Value = crowdOf, sonify.Num(float64(c.n))
		if n.Cause.Label != "" {
			n.Cause.Label += " (+" + strconv.FormatUint(c.n-1, 10) + ")"
		}
		n.Velocity = sonify.Velocity(min(int(n.Velocity)+4*(bits.Len64(c.n)-1), 127))
	}
	cause := n.Cause
	pitches := []sonify.Pitch{n.Pitch}
	if r.crowd == crowdChord && c.n > 1 {
		pitches = p.spread(r, c)
	}
	for k, pitch := range pitches {
		n.Pitch = pitch
		if n.Cause.Step = k; k > 0 {
			n.Cause.Label = ""
		}
		p.queue.push(queuedNote{Note: n, order: p.order, rule: true, onGrid: r.grid > 0})
		p.order++
		p.waiting++
	}
	if r.grid > 0 {
		st.free = land + r.grid
		p.voices[r.voice].free = max(p.voices[r.voice].free, land+r.grid)
	}
	if c.say != "" {
		text := c.say
		if c.n > 1 {
			text += " (+" + strconv.FormatUint(c.n-1, 10) + ")"
		}
		p.say(text, cause, land, p.tempo.Frame(land))
	}
}

// crowdOf is what causes say of a crowd was read: the value is how many events it
// stands for.
const crowdOf = "events at once"

// spread returns the notes of a crowd, the range of its values: the lowest, the highest, the mean between them, as many as its size and the voice
// allow, each once.
func (p *Performance) spread(r *rulePlan, c *crowd) []sonify.Pitch {
	v := &p.piece.Header.Voices[r.voice]
	if !v.Pitched {
		return []sonify.Pitch{c.note.Pitch}
	}
	var out []sonify.Pitch
	add := func(pitch sonify.Pitch) {
		for _, o := range out {
			if o == pitch {
				return
			}
		}
		out = append(out, pitch)
	}
	mean := sonify.Pitch(c.sum / int64(c.n))
	if !r.free {
		key := p.form.key
		if r.scale != nil {
			key = *r.scale
		}
		mean = p.tuned(key.Snap(mean), &key)
	}
	switch min(tones(c.n), v.Polyphony) {
	case 1:
		add(mean)
	case 2:
		add(c.high)
		add(c.low)
	default:
		add(c.high)
		add(mean)
		add(c.low)
	}
	return out
}
