package mapping

import (
	"fmt"
	"slices"

	"proscenium/sonify"
)

// PerformAt begins a performance of p where another one stopped: its first bar
// begins at that tick and frame, and the events are counted on. Nothing else is
// taken over.
func (p *Piece) PerformAt(at Position) *Performance {
	pf := p.Perform()
	pf.base, pf.heard, pf.notes = at.Base+at.Now, at.Heard, at.Notes
	pf.sounded, pf.gathered, pf.crowds = at.Sounded, at.Gathered, at.Crowds
	pf.tempo = sonify.NewTempoMapAt(0, at.Exact, p.Header.Tempo)
	pf.lastHeard = at.Frame()
	for i := range pf.out.Marks {
		pf.out.Marks[i].Frame = pf.lastHeard
	}
	return pf
}

// Resume goes on with p where a performance left s. If p is what was played then,
// the two are one: no note differs from those of a performance that was not
// interrupted. If it was edited meanwhile, s must stand on a bar line: signals,
// rules, patterns and sections that are still the same keep what they know, and
// the rest begins there; notes that waited for a voice that is gone
// are lost, and counted. Then call Announce.
//
// s may come from a file: what cannot be is an error.
func (p *Piece) Resume(s *State) (*Performance, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	pf := p.Perform()
	pf.out.Marks = pf.out.Marks[:0]
	r := &resumption{Performance: pf, s: s, makers: make(map[makerName]int), signal: make(map[string]int), voice: make(map[string]int)}
	for i, m := range p.Header.Makers {
		r.makers[makerName{m.Kind, m.Name}] = i
	}
	for i := range p.signals {
		r.signal[p.signals[i].name] = i
	}
	for i := range p.Header.Voices {
		r.voice[p.Header.Voices[i].Name] = i
	}
	pf.base, pf.now = s.Base, s.Now
	if s.Meter != p.Header.Meter.String() {
		// Bars of another length are counted from here.
		pf.base, pf.now, r.shift = s.Base+s.Now, 0, -s.Now
	}
	pf.end, pf.reach = pf.now, pf.now
	pf.tempo = sonify.NewTempoMapAt(pf.now, s.Exact, s.Tempo)
	pf.heard, pf.notes, pf.lastHeard, pf.order = s.Heard, s.Notes, s.LastHeard, s.Order
	pf.sounded, pf.gathered, pf.crowds = s.Sounded, s.Gathered, s.Crowds
	pf.idle, pf.ending, pf.asked = s.Idle, s.Ending, s.Asked+r.shift
	for why, n := range s.Lost {
		pf.lost[why] = n
	}
	if len(s.Builtins) == builtins {
		copy(pf.values[len(p.signals):], s.Builtins)
	}
	if err := r.signals(); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	r.numbers()
	r.rules()
	r.notes()
	r.patterns()
	r.controls()
	r.axis()
	r.news()
	r.board()
	r.form()
	return pf, nil
}

// Announce says what holds now, in marks at the next stretch: for outputs whose
// header changed.
func (p *Performance) Announce() {
	h := &p.piece.Header
	p.mark(sonify.Mark{Kind: sonify.MarkMeter, Name: h.Meter.String(), Meter: h.Meter})
	t := p.tempo.At(p.now)
	p.mark(sonify.Mark{Kind: sonify.MarkTempo, Number: t.BPM(), Tempo: t})
	p.markKey()
	if f := &p.form; !f.silent {
		sec := &p.piece.form.sections[f.section]
		p.mark(sonify.Mark{Kind: sonify.MarkSection, Name: sec.name, Index: f.section, Cause: sonify.Cause{By: sec.maker}})
		p.mark(sonify.Mark{Kind: sonify.MarkChord, Name: f.sounding.Name, Text: f.sounding.String()})
	}
	for i := range p.signals {
		st := &p.signals[i]
		if st.plan.show && p.known[i] {
			st.shown, st.isShown = p.values[i], true
			p.mark(sonify.Mark{Kind: sonify.MarkSignal, Index: i, Name: st.plan.name, Number: p.values[i]})
		}
	}
	for i, text := range p.board.shown {
		if text != "" {
			p.mark(sonify.Mark{Kind: sonify.MarkBoard, Index: i, Text: text})
		}
	}
}

type makerName struct {
	kind sonify.MakerKind
	name string
}

// resumption is a performance that is taking over.
type resumption struct {
	*Performance
	s      *State
	shift  sonify.Tick // of all ticks, if the bars are counted anew
	makers map[makerName]int
	signal map[string]int
	voice  map[string]int
}

func (r *resumption) signals() error {
	for i := range r.s.Signals {
		m := &r.s.Signals[i]
		k, ok := r.signal[m.Name]
		if !ok || m.Is != r.piece.signals[k].fingerprint() {
			continue
		}
		st := &r.Performance.signals[k]
		if !st.plan.derived {
			if m.Reduce == nil {
				continue
			}
			if err := m.Reduce.restore(st.reduce); err != nil {
				return fmt.Errorf("signal %s: %w", m.Name, err)
			}
		}
		if err := m.Domain.restore(st.domain); err != nil {
			return fmt.Errorf("signal %s: %w", m.Name, err)
		}
		st.target, st.fed = bounded(m.Target), m.Fed
		r.values[k], r.known[k] = bounded(m.Value), m.Known
		if m.Shown != nil {
			st.shown, st.isShown = *m.Shown, true
		}
	}
	return nil
}

// numbers are told by what they are; of several that are alike each has its own
// memory, in their order.
func (r *resumption) numbers() {
	known := make(map[string][]*numberMemory)
	for i := range r.s.Numbers {
		m := &r.s.Numbers[i]
		known[m.Is] = append(known[m.Is], m)
	}
	for _, n := range r.piece.reading {
		is := fingerprint(n)
		ms := known[is]
		if len(ms) == 0 {
			continue
		}
		m := ms[0]
		known[is] = ms[1:]
		st := &r.Performance.numbers[n.id]
		if m.Held != nil {
			st.held, st.has = *m.Held, true
		}
		if m.Domain != nil && n.domain != nil {
			d := newDomain(n.domain)
			if m.Domain.restore(d) == nil {
				st.domain = d
			}
		}
	}
}

func (r *resumption) rules() {
	for _, m := range r.s.Rules {
		for i := range r.piece.rules {
			if r.piece.rules[i].name == m.Name {
				r.Performance.rules[i] = ruleState{ready: m.Ready + r.shift, free: m.Free + r.shift, above: m.Above, below: m.Below, started: m.Started, count: m.Count}
				r.crowd(i, m.Crowd)
			}
		}
	}
	for _, m := range r.s.Voices {
		if i, ok := r.voice[m.Name]; ok {
			r.voices[i].free = m.Free + r.shift
			r.voices[i].budget = budgetState{m.Began + r.shift, m.Used}
		}
	}
	for _, m := range r.s.Budgets {
		if i := slices.Index(r.piece.Header.Sources, m.Name); i >= 0 {
			r.sources[i] = budgetState{m.Began + r.shift, m.Used}
		}
	}
}

// crowd takes over what a rule has gathered, unless its voice was edited away.
func (r *resumption) crowd(i int, m *crowdMemory) {
	if m == nil {
		return
	}
	n, ok := r.note(&m.Note)
	if !ok || r.piece.rules[i].voice != n.Voice {
		r.lost[overBudget(r.piece.rules[i].name)] += m.N
		return
	}
	r.Performance.rules[i].crowd = crowd{until: m.Until + r.shift, n: m.N, sum: m.Sum, low: m.Low, high: m.High, priority: m.Priority, note: n, say: m.Say}
	r.waiting++
}

func (r *resumption) cause(m *causeMemory) (sonify.Cause, bool) {
	by, ok := r.makers[makerName{m.Kind, m.By}]
	return sonify.Cause{Event: m.Event, By: by, From: m.From, Value: valueOf(m.Value), Label: m.Label, Step: m.Step, Steered: r.readings(m.Steered)}, ok
}

func (r *resumption) readings(ms []readingMemory) (out []sonify.Reading) {
	for _, m := range ms {
		if i, ok := r.signal[m.Signal]; ok {
			out = append(out, sonify.Reading{Signal: i, Value: m.Value})
		}
	}
	return out
}

// valueOf turns what JSON has back into a value.
func valueOf(v any) sonify.Value {
	switch v := v.(type) {
	case float64:
		return sonify.Num(v)
	case string:
		return sonify.Word(v)
	case bool:
		return sonify.Truth(v)
	}
	return sonify.Value{}
}

func (r *resumption) note(m *noteMemory) (sonify.Note, bool) {
	v, ok := r.voice[m.Voice]
	c, made := r.cause(&m.Cause)
	return sonify.Note{Tick: m.Tick + r.shift, Length: m.Length, Frame: m.Frame, Frames: m.Frames, Voice: v,
		Pitch: m.Pitch, Velocity: m.Velocity, Pan: m.Pan, Cause: c}, ok && made
}

func (r *resumption) notes() {
	for i := range r.s.Queue {
		m := &r.s.Queue[i]
		n, ok := r.note(m)
		if !ok {
			r.lose("a waiting note's voice or rule was edited away")
			continue
		}
		r.queue.push(queuedNote{Note: n, order: m.Order, rule: m.Rule, onGrid: m.OnGrid})
		if m.Rule {
			r.waiting++
		}
	}
	for i := range r.s.Captions {
		m := &r.s.Captions[i]
		if c, ok := r.cause(&m.Cause); ok {
			r.captions = append(r.captions, sonify.Mark{Kind: sonify.MarkCaption, Tick: m.Tick + r.shift, Frame: m.Frame, Text: m.Text, Cause: c})
		}
	}
	for i := range r.s.Sounding {
		if n, ok := r.note(&r.s.Sounding[i]); ok {
			r.sounding = append(r.sounding, n)
		}
	}
}

func (r *resumption) patterns() {
	if r.shift != 0 || r.s.Meter != r.piece.Header.Meter.String() {
		return // in bars of another length everything begins anew
	}
	for i := range r.piece.patterns {
		pl := &r.piece.patterns[i]
		k := slices.IndexFunc(r.s.Patterns, func(m patternMemory) bool { return m.Name == pl.name })
		if k < 0 || r.s.Patterns[k].Is != pl.fingerprint() {
			continue
		}
		m := &r.s.Patterns[k]
		st := &r.Performance.patterns[i]
		next := patternState{rand: st.rand, looked: m.Looked, on: m.On, active: m.Active, hits: m.Hits, theme: m.Theme, cycle: m.Cycle,
			began: m.Began, shift: m.Shift, invert: m.Invert, stretch: m.Stretch, thin: m.Thin, orn: m.Orn, vary: m.Vary,
			chance: m.Chance, centre: m.Centre, state: m.State, steered: r.readings(m.Steered)}
		for _, c := range m.Grid {
			next.grid = append(next.grid, c == 'x')
		}
		if next.fits(pl, r.now) {
			*st = next
		}
	}
}

// fits reports whether a pattern can be in state st at tick now.
func (st *patternState) fits(pl *patternPlan, now sonify.Tick) bool {
	if len(st.grid) != 0 && len(st.grid) != pl.cycle || st.state < 0 || st.state > 0 && (pl.markov == nil || st.state >= len(pl.markov.states)) {
		return false
	}
	if len(pl.themes) == 0 {
		if st.theme < 0 || st.theme > 0 && st.theme >= len(pl.lines) {
			return false
		}
		return len(st.grid) > 0 || !st.active || st.looked < 0
	}
	longest := sonify.Tick(0)
	for i := range pl.themes {
		longest = max(longest, pl.themes[i].Length)
	}
	if st.theme < 0 || st.theme >= len(pl.themes) || st.active && now-st.began > 2*longest {
		return false
	}
	switch st.stretch {
	case sonify.PPQ / 2, sonify.PPQ, 2 * sonify.PPQ:
		return true
	}
	return st.looked != st.began // it has not begun its first phrase
}

// controls takes over where the parameters of the voices stand. A voice that
// sounds different now is another voice: its parameters stand where they do by
// themselves. What no control moves any more goes back there.
func (r *resumption) controls() {
	for _, m := range r.s.Controls {
		for i := range r.piece.controls {
			if r.piece.controls[i].name != m.Name {
				continue
			}
			if c, ok := r.cause(&m.Cause); ok || !m.On {
				r.Performance.controls[i] = controlState{active: m.Active, on: m.On, value: m.Value, cause: c}
			}
		}
	}
	params := sonify.Params()
	for i := range r.s.Slots {
		m := &r.s.Slots[i]
		v, ok := r.voice[m.Voice]
		k := slices.IndexFunc(r.s.Voices, func(w voiceMemory) bool { return w.Name == m.Voice })
		param := slices.Index(params, m.Param)
		if !ok || k < 0 || param < 0 || r.s.Voices[k].Is != voiceFingerprint(r.piece.Header.Voices[v]) {
			continue
		}
		s := slices.IndexFunc(r.slots, func(s controlSlot) bool { return s.voice == v && s.param == sonify.Param(param) })
		if s < 0 {
			if m.Sent != m.Rest && len(r.piece.Header.Makers) > 0 {
				r.out.Controls = append(r.out.Controls, sonify.Control{Tick: r.now, Frame: r.tempo.Frame(r.now), Voice: v, Param: sonify.Param(param), Value: m.Rest})
			}
			continue
		}
		slot := &r.slots[s]
		slot.sent, slot.target, slot.from, slot.began, slot.glide = m.Sent, m.Target, m.From, m.Began+r.shift, m.Glide
		slot.has = max(0, slices.IndexFunc(r.piece.controls, func(c controlPlan) bool { return c.name == m.Has }))
		slot.cause, _ = r.cause(&m.Cause)
	}
}

// sane reports whether v can be the value of a control.
func sane(v int32) bool { return v >= -2400 && v <= 2400 }

func (r *resumption) form() {
	f, m, sections := &r.Performance.form, &r.s.Form, r.piece.form.sections
	index := func(name string) int {
		return slices.IndexFunc(sections, func(s sectionPlan) bool { return s.name == name })
	}
	for i := range sections {
		f.entered[i] = m.Entered[sections[i].name]
	}
	if r.s.Key == fingerprint(r.piece.key) {
		f.key, f.home, f.up, f.modal = m.Sounds, m.Home, m.Up, m.Modal
		if m.Mode < len(r.piece.form.harmony.modes) {
			f.mode = m.Mode
		}
	}
	f.base = max(index(m.Base), 0)
	for _, name := range m.Under {
		if i := index(name); i >= 0 && !slices.Contains(f.under, i) {
			f.under = append(f.under, i)
		}
	}
	f.waiting, f.held = m.Waiting, m.Held && r.piece.idle.section >= 0
	if m.Pending != "" && m.Asked != nil {
		if c, ok := r.cause(&m.Asked.Cause); ok {
			if f.pending = index(m.Pending); f.pending >= 0 {
				f.pendCap = captionCause{m.Asked.Event.event(), c}
			}
		}
	}
	i := index(m.Section)
	if i < 0 {
		// The section was edited away: the one below it begins.
		f.section, f.silent = f.base, true
		r.ending = min(r.ending, 1)
		return
	}
	f.section, f.silent, f.leaving, f.bars = i, m.Silent, m.Leaving, m.Bars
	f.began, f.chordAt = m.Began+r.shift, m.ChordAt+r.shift
	if s := &sections[i]; !f.silent && s.perChord > 0 {
		f.perChord = s.perChord
	}
	list, _ := f.progressionsOf(r.Performance)
	f.chords = list[min(max(m.Progression, 0), len(list)-1)]
	f.chord, f.counted = m.Chord%len(f.chords), m.Counted
	f.sounding = m.Sounding
	if m.TurnAt > 0 && m.Turn != nil {
		f.turnAt, f.turn = m.TurnAt+r.shift, *m.Turn
	}
	if m.CadenceUntil > 0 {
		f.cadFrom, f.cadUntil, f.homed = m.CadenceFrom+r.shift, m.CadenceUntil+r.shift, m.Homed
	}
}

func (m *eventMemory) event() *sonify.Event {
	if m == nil {
		return nil
	}
	var fields []sonify.Field
	ev := &sonify.Event{Source: m.Source, Line: m.Line}
	for i, name := range m.Fields {
		if i >= len(m.Values) || slices.ContainsFunc(fields, func(f sonify.Field) bool { return f.Name == name }) {
			continue
		}
		fields = append(fields, sonify.Field{Name: name})
		ev.Values = append(ev.Values, valueOf(m.Values[i]))
	}
	ev.Shape = sonify.NewShape(m.Kind, fields...)
	if m.At != nil {
		ev.At = *m.At
	}
	if m.Clock != nil {
		ev.Clock, ev.Timed = *m.Clock, true
	}
	return ev
}
