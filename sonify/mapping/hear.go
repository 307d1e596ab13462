package mapping

import (
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/score"
)

// Hear takes one event that arrived at frame at, which does not lie after the
// end of the stretch that is open (or, if none is, after the frame of Now). What
// lies before the frame of Now has been passed on already: an event so late is
// taken as arriving now. Events come in the order of their arrival. The
// performance keeps ev, which must not change any more.
func (p *Performance) Hear(ev *sonify.Event, at sonify.Frame) {
	at = max(at, p.tempo.Frame(p.now))
	p.heard++
	p.lastHeard = at
	if p.idle {
		p.wake(at)
	}
	hs := p.hearersOf(ev)
	for _, i := range hs.signals {
		p.feed(i, ev, at)
	}
	p.derive(at)
	h := &sonify.Heard{Number: p.heard, Event: ev, Frame: at}
	tick := max(p.tempo.Tick(at), 0)
	p.out.Marks = append(p.out.Marks, sonify.Mark{Kind: sonify.MarkEvent, Tick: tick, Frame: at, Heard: h})
	p.form.hear(p, hs, ev, tick)
	p.tickHear(ev, at)
	if hs.board {
		p.boardHear(ev, at)
	}
	before := h.Notes
	for _, i := range hs.rules {
		r := &p.piece.rules[i]
		if r.cross != nil {
			continue
		}
		if !p.holds(r.when, ev) {
			continue
		}
		if p.playRule(i, ev, h, at, tick) && r.stop {
			break
		}
	}
	p.crossings(ev, h, at, tick)
	if h.Notes > before {
		p.sounded++
	}
}

func (p *Performance) hearersOf(ev *sonify.Event) *hearers {
	who := speaker{ev.Shape, ev.Source} // two sources may share a shape
	if who == p.last && p.lastH != nil {
		return p.lastH
	}
	hs, ok := p.byShape[who]
	if !ok {
		hs = &hearers{}
		kind := ev.Kind()
		for i := range p.piece.signals {
			s := &p.piece.signals[i]
			if !s.derived && s.kinds.takes(kind, ev.Source) {
				hs.signals = append(hs.signals, i)
			}
		}
		for i := range p.piece.rules {
			if r := &p.piece.rules[i]; r.cross == nil && r.kinds.takes(kind, ev.Source) {
				hs.rules = append(hs.rules, i)
			}
		}
		for i := range p.piece.form.sections {
			s := &p.piece.form.sections[i]
			if len(s.kinds.kinds) > 0 && s.kinds.takes(kind, ev.Source) {
				hs.enter = append(hs.enter, i)
			}
			if s.hasUntil && s.until.takes(kind, ev.Source) {
				hs.leave = append(hs.leave, i)
			}
		}
		hs.board = p.piece.board != nil && p.piece.board.takes(kind, ev.Source)
		if len(p.byShape) >= shapeLimit {
			clear(p.byShape)
		}
		p.byShape[who] = hs
	}
	p.last, p.lastH = who, hs
	return hs
}

// feed gives one event to a signal.
func (p *Performance) feed(i int, ev *sonify.Event, at sonify.Frame) {
	s := &p.signals[i]
	if !p.holds(s.plan.when, ev) {
		return
	}
	v := sonify.Num(1)
	if s.plan.value != nil {
		v = p.evaluate(s.plan.value, ev)
	}
	s.reduce.expire(at)
	lost := s.reduce.lost
	s.reduce.add(at, v)
	if s.reduce.lost > lost {
		p.lose("more values in the window of signal " + s.plan.name + " than it can hold")
	}
	p.setSignal(i, at)
}

// setSignal takes over what a signal's reducer says.
func (p *Performance) setSignal(i int, at sonify.Frame) {
	s := &p.signals[i]
	f, ok := s.reduce.value(at)
	if !ok {
		return // a value once known stays: silence of the data is not zero
	}
	first := !s.fed // the first value is no step from where the signal started
	s.target, s.fed = f, true
	p.known[i] = true
	s.domain.see(f)
	if first || s.plan.slew >= 1 {
		p.values[i] = f
	}
	p.show(i, at)
}

// show marks a signal's value for displays when it has moved enough to see.
func (p *Performance) show(i int, at sonify.Frame) {
	s := &p.signals[i]
	if !s.plan.show {
		return
	}
	v := p.values[i]
	if s.isShown {
		d := v - s.shown
		if d < 0 {
			d = -d
		}
		if w := s.domain.high - s.domain.low; d == 0 || d*200 < w {
			return
		}
	}
	s.shown, s.isShown = v, true
	t := max(p.tempo.Tick(at), 0)
	p.out.Marks = append(p.out.Marks, sonify.Mark{Kind: sonify.MarkSignal, Tick: t, Frame: at, Index: i, Name: s.plan.name, Number: v})
}

// derive computes the signals that are made of signals, in the order in which
// the piece lists them.
func (p *Performance) derive(at sonify.Frame) {
	for i := range p.piece.signals {
		sp := &p.piece.signals[i]
		if !sp.derived {
			continue
		}
		f, ok := p.evaluate(sp.value, nil).Float()
		if !ok {
			continue
		}
		f = bounded(f)
		s := &p.signals[i]
		first := !s.fed
		s.target, s.fed, p.known[i] = f, true, true
		s.domain.see(f)
		if first || sp.slew >= 1 {
			p.values[i] = f
		}
		p.show(i, at)
	}
}

// refresh, once a beat, lets windows of time forget and slewed signals move.
func (p *Performance) refresh(at sonify.Frame) {
	for i := range p.signals {
		s := &p.signals[i]
		if !s.plan.derived && s.reduce.expire(at) {
			p.setSignal(i, at)
		}
		if s.plan.slew < 1 && p.known[i] && p.values[i] != s.target {
			d := s.target - p.values[i]
			p.values[i] += float64(d * s.plan.slew)
			if d < 0 {
				d = -d
			}
			if w := s.domain.high - s.domain.low; d*1000 < w {
				p.values[i] = s.target
			}
			p.show(i, at)
		}
	}
	p.derive(at)
}

// playRule makes the notes of a rule whose conditions are fulfilled. It reports
// whether the rule did anything.
func (p *Performance) playRule(i int, ev *sonify.Event, h *sonify.Heard, at sonify.Frame, tick sonify.Tick) bool {
	r, st := &p.piece.rules[i], &p.rules[i]
	if tick < st.ready {
		if r.voice >= 0 { // who only speaks is not to speak of everything
			p.lose("rule " + r.name + " was cooling down")
		}
		return false
	}
	st.count++
	if r.chance != nil {
		at := h.Number
		if at == 0 {
			at = 1<<63 | uint64(tick) // no event: the moment decides
		}
		dice := p.rand.Sub("rule " + r.name).Fork(at)
		if !dice.Chance(0, p.or(r.chance, ev, 1)) {
			return false // by choice of the piece, so not lost
		}
	}
	cause := sonify.Cause{Event: h.Number, By: r.maker}
	if c := r.cross; c != nil {
		cause.From, cause.Value = c.from, sonify.Num(p.values[c.signal])
	}

	if r.voice < 0 {
		st.ready = tick + r.coolDown
		p.caption(r.say, ev, cause, tick, at)
		return true
	}

	pitch, ok := p.rulePitch(r, ev, &cause)
	if !ok {
		p.lose("a value that rule " + r.name + " plays was missing")
		return false
	}

	// Where it lands: on the grid, at or after its arrival, and after what this
	// voice still has to say.
	land, frame := tick, at
	onGrid := r.grid > 0
	source := p.sourceOf(ev)
	governed, until := p.governed(r, source), sonify.Tick(0)
	priority := 1.0
	within := true
	if governed {
		priority = min(max(p.or(r.priority, ev, 1), 0), 1)
		within, until = p.allowed(r, source, tick, priority)
	}
	if onGrid && within {
		land = (tick + r.grid - 1) / r.grid * r.grid
		free := st.free
		if v := &p.voices[r.voice]; p.piece.Header.Voices[r.voice].Polyphony <= 1 && v.free > free {
			free = v.free
		}
		if free > land {
			land = (free + r.grid - 1) / r.grid * r.grid
		}
		if r.maxDelay > 0 && land-tick > r.maxDelay {
			if !governed || r.crowd == crowdOff {
				p.lose(noRoom(r.name))
				return false
			}
			within, until = false, tick+r.maxDelay
		}
	}
	if !within && r.crowd == crowdOff {
		p.lose(overBudget(r.name))
		return false
	}

	length, frames := r.every, sonify.Frame(0)
	if r.length != nil {
		q := p.or(r.length, ev, 0.25)
		if r.seconds {
			frames = sonify.Frame(whole(float64(q*float64(sonify.SampleRate)), 1, longest*int64(sonify.SampleRate)))
			length = max(1, p.tempo.Tick(frame+frames)-p.tempo.Tick(frame))
		} else {
			length = sonify.Tick(whole(float64(q*float64(sonify.PPQ)), 1, longest*int64(sonify.PPQ)))
		}
	}
	velocity := velocityOf(p.or(r.velocity, ev, 0.8))
	pan := p.panOf(r.pan, ev, r.voice)

	if r.label != nil {
		cause.Label = strings.TrimSpace(r.label.text(p, ev)) // a unit that is missing leaves a space
	}
	if !within {
		p.gather(i, ev, sonify.Note{Length: length, Frames: frames, Voice: r.voice, Pitch: p.sounds(r, pitch), Velocity: velocity, Pan: pan, Cause: cause}, until, priority)
		return true
	}
	every := r.every
	if every <= 0 {
		every = length
	}
	if len(p.queue)+len(r.motif)*len(r.chord) > queueLimit {
		p.lose("too many notes were waiting for rule " + r.name)
		return false
	}
	if governed {
		p.spend(r, source)
	}
	st.ready = tick + r.coolDown
	key := p.form.key
	if r.scale != nil {
		key = *r.scale
	}
	step := 0
	base := 0
	if !r.free {
		base = key.Nearest(pitch)
	}
	for k, m := range r.motif {
		for _, above := range r.chord {
			pp := pitch
			if m+above != 0 {
				if r.free {
					pp += sonify.Pitch(m+above) * sonify.Semitone
				} else {
					pp = key.Degree(base + m + above)
				}
			}
			if p.piece.Header.Voices[r.voice].Pitched {
				pp = p.tuned(pp, &key)
			}
			n := sonify.Note{Tick: land + sonify.Tick(k)*every, Length: length, Voice: r.voice,
				Pitch: clampPitch(pp), Velocity: velocity, Pan: pan, Cause: cause}
			if n.Cause.Step = step; step > 0 {
				n.Cause.Label = ""
			}
			step++
			h.Notes++
			if onGrid || k > 0 {
				n.Frames = frames
				p.queue.push(queuedNote{Note: n, order: p.order, rule: true, onGrid: onGrid})
				p.order++
				p.waiting++
				continue
			}
			n.Frame = frame
			n.Frames = frames
			if frames == 0 {
				n.Frames = max(1, p.tempo.Frame(tick+length)-p.tempo.Frame(tick))
			}
			p.out.Notes = append(p.out.Notes, n)
		}
	}
	if onGrid {
		busy := land + sonify.Tick(len(r.motif))*max(every, r.grid)
		if len(r.motif) == 1 {
			busy = land + r.grid
		}
		st.free = busy
		p.voices[r.voice].free = max(p.voices[r.voice].free, busy)
	}
	if r.say != nil {
		f := frame
		if onGrid {
			f = p.tempo.Frame(land)
		}
		p.caption(r.say, ev, cause, land, f)
	}
	return true
}

// sounds returns the pitch at which a rule's note sounds.
func (p *Performance) sounds(r *rulePlan, pitch sonify.Pitch) sonify.Pitch {
	if !p.piece.Header.Voices[r.voice].Pitched {
		return clampPitch(pitch)
	}
	key := p.form.key
	if r.scale != nil {
		key = *r.scale
	}
	return p.tuned(pitch, &key)
}

// rulePitch chooses the pitch of a rule's note.
func (p *Performance) rulePitch(r *rulePlan, ev *sonify.Event, cause *sonify.Cause) (sonify.Pitch, bool) {
	key := p.form.key
	if r.scale != nil {
		key = *r.scale
	}
	if r.pitch == nil {
		if len(r.degree) == 0 {
			return r.centre, true
		}
		t := r.degree[0]
		return t.Pitch(key, p.form.sounding, r.centre, 0), true
	}
	f, raw, ok := p.number(r.pitch, ev)
	if !ok {
		return 0, false
	}
	if !r.pitch.fixed {
		cause.From, cause.Value = r.pitch.from.text, raw
	}
	return r.snapped(f, key), true
}

// snapped returns the note that stands for a pitch in semitones, in the scale of
// the rule or of the moment.
func (r *rulePlan) snapped(f float64, key score.Key) sonify.Pitch {
	pitch := sonify.Pitch(whole(float64(f*65536), 0, int64(sonify.Key(127))))
	if !r.free && !r.named {
		pitch = key.Snap(pitch)
		if r.pitch.mapped && r.scale != nil {
			// The ends of the range are promises: the scale may not carry a note past
			// them by more than its nearest step does.
			pitch = min(max(pitch, key.Snap(r.pitchLow)), key.Snap(r.pitchTop))
		}
	}
	return pitch
}

// longest is how long a note may last, in quarter notes or in seconds.
const longest = 3600

// queueLimit is how many notes may wait for their time.
const queueLimit = 1 << 16

func velocityOf(v float64) sonify.Velocity {
	return sonify.Velocity(whole(float64(v*127), 1, 127))
}

// floor returns f rounded down; f is within the whole numbers of 62 bits.
func floor(f float64) int64 {
	i := int64(f)
	if float64(i) > f {
		i--
	}
	return i
}

// tuned returns where a note of a key sounds in the temperament of the piece.
func (p *Performance) tuned(pitch sonify.Pitch, key *score.Key) sonify.Pitch {
	if t := p.piece.temper; t != nil && key.Scale.Semitones() {
		pitch = t.Tune(pitch, key.Tonic)
	}
	return clampPitch(pitch)
}

func clampPitch(p sonify.Pitch) sonify.Pitch { return min(max(p, 0), sonify.Key(127)) }

func (p *Performance) panOf(n *number, ev *sonify.Event, voice int) sonify.Pan {
	if n == nil {
		return p.piece.Header.Voices[voice].Pan
	}
	return sonify.Pan(whole(float64(p.or(n, ev, 0)*100), -100, 100))
}
