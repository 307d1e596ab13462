package mapping

import (
	"proscenium/sonify"
	"proscenium/sonify/exact"
	"proscenium/sonify/score"
)

// patternState is what a pattern remembers from one beat to the next: what the
// signals said when it last looked. Its dice are thrown by position, so that
// nothing depends on how often it was asked.
type patternState struct {
	rand   exact.Stream
	looked sonify.Tick // when it last looked at the signals, -1 never
	on     bool
	grid   []bool
	hits   int

	theme   int
	cycle   uint64 // number of the phrase, for its dice
	began   sonify.Tick
	shift   int
	invert  bool
	stretch sonify.Tick
	thin    float64
	orn     float64
	vary    float64
	chance  float64
	centre  sonify.Pitch
	state   int // of the Markov chain
	steered []sonify.Reading
	active  bool
}

// themes and lines are looked at again on every cycle; the rest every react.

// playPattern adds the notes of one pattern that start between b and reach.
func (p *Performance) playPattern(i int, b sonify.Tick) {
	pl, st := &p.piece.patterns[i], &p.patterns[i]
	f := &p.form
	sec := &p.piece.form.sections[f.section]
	if !pl.sections[f.section] {
		st.active = false
		return
	}
	if sec.silence > 0 && b-f.began < sec.silence {
		st.active = false
		return
	}
	if !st.active || f.fresh {
		st.active = true
		st.looked = -1
		st.began = b
		if len(pl.themes) > 0 {
			// A theme begins on a bar line of the piece, where the chords and the drums
			// have theirs, also in a section that began on a beat.
			bar := p.piece.Header.Meter.Bar()
			st.began = (b+bar-1)/bar*bar + pl.delay
		} else if !f.fresh {
			st.began = f.began
		}
	}
	if len(pl.themes) > 0 {
		p.playTheme(i, b)
		return
	}
	if st.looked < 0 || (b-f.began)%pl.react == 0 {
		p.look(pl, st)
		st.looked = b
		p.drawRhythm(pl, st)
	}
	if !st.on {
		return
	}
	for t := b + (pl.step-(b-st.began)%pl.step)%pl.step; t < p.reach; t += pl.step {
		if t < st.began {
			continue
		}
		pos := int((t-st.began)/pl.step) % pl.cycle
		if !st.grid[pos] {
			continue
		}
		p.playStep(i, t, pos)
	}
}

// look reads the signals that steer a pattern.
func (p *Performance) look(pl *patternPlan, st *patternState) {
	st.on = p.holds(pl.when, nil)
	st.chance = p.or(pl.chance, nil, 1)
	st.vary = min(max(p.or(pl.vary, nil, 0), 0), 1)
	st.thin = min(max(p.or(pl.thin, nil, 0), 0), 1)
	st.orn = min(max(p.or(pl.ornament, nil, 0), 0), 1)
	build, x := p.building()
	if build != nil {
		st.thin = float64(st.thin * (1 - x))
	}
	st.centre = pl.centre + sonify.Pitch(whole(p.or(pl.register, nil, 0)/12, -12, 12))*12*sonify.Semitone
	if build != nil && p.piece.Header.Voices[pl.voice].Pitched {
		st.centre += sonify.Pitch(whole(float64(build.register*x)/12, -12, 12)) * 12 * sonify.Semitone
	}
	st.shift = int(whole(p.or(pl.shift, nil, 0), -100, 100))
	if pl.lines != nil && pl.choose != nil {
		st.theme = int(whole(p.or(pl.choose, nil, 0), 0, int64(len(pl.lines)-1)))
	}
	if len(pl.steering) > 0 {
		st.steered = p.steered(pl.steering)
	}
}

func (p *Performance) drawRhythm(pl *patternPlan, st *patternState) {
	if cap(st.grid) < pl.cycle {
		st.grid = make([]bool, pl.cycle)
	}
	st.grid = st.grid[:pl.cycle]
	if pl.fixed != nil {
		for i, x := range pl.fixed {
			st.grid[i] = x > 0
		}
		p.thicken(st.grid)
		return
	}
	if pl.hits == nil {
		for i := range st.grid {
			st.grid[i] = true
		}
		return
	}
	hits := int(whole(p.or(pl.hits, nil, float64(pl.cycle)/2), 0, int64(pl.cycle)))
	score.Euclid(st.grid, hits, pl.cycle, int(whole(p.or(pl.rotate, nil, 0), -4096, 4096)))
	st.hits = hits
	p.thicken(st.grid)
}

// playStep plays one hit of a line, at step pos of its rhythm.
func (p *Performance) playStep(i int, t sonify.Tick, pos int) {
	pl, st := &p.piece.patterns[i], &p.patterns[i]
	dice := st.rand.Fork(uint64(t))
	if st.chance < 1 && !dice.Chance(0, st.chance) {
		return
	}
	idle := p.idle && p.piece.idle.section < 0
	if idle && dice.Chance(1, 0.5) {
		return // breathing: half of the notes
	}
	// A line begins anew with every cycle of its rhythm, so that "root fifth" has
	// its root on the first beat however many hits the data asks for.
	n := pos
	if pl.perHit {
		n = hitsBefore(st.grid, pos)
	}
	line := pl.tones
	switch {
	case pl.lines == nil:
	case pl.choose != nil:
		line = pl.lines[st.theme]
	default:
		line = pl.lines[int((t-st.began)/pl.step)/pl.cycle%len(pl.lines)]
	}
	tone, ok := p.tone(pl, st, dice, line, n)
	if !ok {
		return
	}
	if st.vary > 0 && dice.Chance(2, st.vary) {
		switch dice.Intn(3, 4) {
		case 0:
			tone.Degree++
		case 1:
			tone.Degree--
		case 2:
			tone.Octave++
		case 3:
			return
		}
	}
	accent := pl.fixed != nil && pl.fixed[pos] == 2 || tone.Accent
	length := max(1, sonify.Tick(float64(pl.length*float64(pl.step))+0.5))
	if pl.order == "line" {
		length += sonify.Tick(pl.held(st.grid, line, pos, n)) * pl.step
	}
	p.patternTones(i, t, length, tone, accent)
	if build, x := p.building(); build != nil && build.roll && x >= rollAt && !p.piece.Header.Voices[pl.voice].Pitched {
		p.postpone(i, t+pl.step/2, max(1, length/2), tone)
	}
}

// patternTones adds one note of a pattern, or all those of the chord.
func (p *Performance) patternTones(i int, t, length sonify.Tick, tone score.Tone, accent bool) {
	pl := &p.piece.patterns[i]
	v := &p.piece.Header.Voices[pl.voice]
	if !tone.Whole || !v.Pitched {
		p.patternNote(i, t, length, tone, accent, 0)
		return
	}
	at := len(p.fresh)
	p.patternNote(i, t, length, tone, accent, 0)
	root := p.fresh[at]
	p.fresh = p.fresh[:at]
	low := tone.Pitch(p.form.key, p.form.sounding, p.patterns[i].centre, 0)
	for _, q := range p.form.sounding.Voicing(max(1, v.Polyphony)) {
		n := root
		n.Pitch = p.tuned(low+q-p.form.sounding.Root, &p.form.key)
		p.fresh = append(p.fresh, n)
	}
}

// held returns how many steps longer the n-th note of a line lasts, at step pos,
// because ties follow it.
func (pl *patternPlan) held(grid []bool, line []score.Tone, pos, n int) int {
	last := pos
	for at := pos + 1; at < len(grid); at++ {
		if !grid[at] {
			continue
		}
		if n++; !line[n%len(line)].Tie {
			break
		}
		last = at
	}
	return last - pos
}

// hitsBefore counts the hits of a rhythm before step pos.
func hitsBefore(grid []bool, pos int) int {
	n := 0
	for _, g := range grid[:pos] {
		if g {
			n++
		}
	}
	return n
}

// tone chooses the n-th note of a line.
func (p *Performance) tone(pl *patternPlan, st *patternState, dice exact.Stream, line []score.Tone, n int) (score.Tone, bool) {
	switch pl.order {
	case "up", "down", "updown", "random":
		j, span := 0, max(1, pl.span)
		switch pl.order {
		case "up":
			j = n % span
		case "down":
			j = span - 1 - n%span
		case "updown":
			period := max(1, 2*span-2)
			if j = n % period; j >= span {
				j = period - j
			}
		case "random":
			j = dice.Intn(4, span)
		}
		return score.Tone{Chordal: true, Close: true, Degree: j}, true
	case "markov":
		m := pl.markov
		row := m.next[st.state]
		x := dice.Float(5)
		s := 0
		for s < len(row)-1 && x >= row[s] {
			s++
		}
		st.state = s
		t := m.states[s]
		return t, !t.Rest
	}
	t := line[n%len(line)]
	return t, !t.Rest && !t.Tie
}

// patternNote adds one note of a pattern.
func (p *Performance) patternNote(i int, t, length sonify.Tick, tone score.Tone, accent bool, delta int) {
	pl, st := &p.piece.patterns[i], &p.patterns[i]
	pitch := st.centre
	if p.piece.Header.Voices[pl.voice].Pitched {
		pitch = p.tuned(tone.Pitch(p.form.key, p.form.sounding, st.centre, st.shift+delta), &p.form.key)
	} else if len(pl.tones) > 0 {
		pitch = st.centre + sonify.Pitch(tone.Degree)*sonify.Semitone
	}
	v := p.or(pl.velocity, nil, 0.6)
	if accent {
		v += pl.accent
	}
	sec := &p.piece.form.sections[p.form.section]
	v = float64(v * sec.velocity)
	if build, x := p.building(); build != nil {
		v = float64(v * (1 + float64(x*(build.velocity-1))))
	}
	if p.idle && p.piece.idle.section < 0 {
		// Breathing: a slow swell of four bars.
		period := 4 * p.piece.Header.Meter.Bar()
		x := float64(t%period) / float64(period)
		if x > 0.5 {
			x = 1 - x
		}
		v = float64(v * (0.4 + float64(x*0.6)))
	}
	t = p.swung(t)
	frame := p.tempo.Frame(t)
	p.fresh = append(p.fresh, sonify.Note{
		Tick: t, Length: length, Frame: frame, Frames: max(1, p.tempo.Frame(t+length)-frame),
		Voice: pl.voice, Pitch: clampPitch(pitch), Velocity: velocityOf(v), Pan: p.panOf(pl.pan, nil, pl.voice),
		Cause: sonify.Cause{By: pl.maker, Steered: st.steered},
	})
}

// swung returns where a note at t sounds when the piece swings. Sixteenths are
// counted from the bar line: in 7/16 every bar begins on one that is not late.
func (p *Performance) swung(t sonify.Tick) sonify.Tick {
	m := p.piece.Header.Meter
	if p.piece.swing > 0 && m.Unit >= 4 && t%m.Bar()%(sonify.PPQ/2) == sonify.PPQ/4 {
		t += p.piece.swing
	}
	return t
}

// postpone queues a note of a pattern for a moment after what is being decided, or
// adds it if it still falls within.
func (p *Performance) postpone(i int, t, length sonify.Tick, tone score.Tone) {
	p.patternNote(i, t, length, tone, false, 0)
	if n := len(p.fresh) - 1; p.fresh[n].Tick >= p.reach {
		late := p.fresh[n]
		p.fresh = p.fresh[:n]
		late.Frames = 0 // the tempo may have changed by then
		p.queue.push(queuedNote{Note: late, order: p.order})
		p.order++
	}
}
