package mapping

import (
	"proscenium/sonify"
	"proscenium/sonify/score"
)

// harmonyPlan is how the data moves the harmony: all of it may be nil.
type harmonyPlan struct {
	richness *number
	tension  *number
	choose   *number // which of several progressions
	keyUp    *number
	mode     *number
	modes    []modePlan
	bySect   bool  // the mode changes only where a section begins
	steering []int // the signals that all of these read, each once
}

// modePlan is a mode to change to: a scale on the tonic of the moment, or the
// relative key.
type modePlan struct {
	scale    score.Scale
	relative bool
}

// From these tensions on something is heard. The shares of notes outside the key
// follow from them: see [formState.turned].
const (
	suspendAt = 0.25 // the third comes late
	seventhAt = 0.5  // sevenths are added
	leadAt    = 0.75 // the progression ends on the dominant
	borrowAt  = 0.9  // and every other time a borrowed chord comes before it
)

// progressionsOf returns the lists of chords that the section of the moment has
// to choose from, and what chooses.
func (f *formState) progressionsOf(p *Performance) ([][]score.Chord, *number) {
	s := &p.piece.form.sections[f.section]
	choose := p.piece.form.harmony.choose
	if s.choose != nil {
		choose = s.choose
	}
	if len(s.progressions) > 0 {
		return s.progressions, choose
	}
	return p.piece.form.progressions, choose
}

// chooseProgression decides which progression begins now.
func (f *formState) chooseProgression(p *Performance) {
	list, choose := f.progressionsOf(p)
	f.chords = list[whole(p.or(choose, nil, 0), 0, int64(len(list)-1))]
}

// tune puts the piece into the key that the sections and the data ask for.
// section says that one begins, first that a progression does.
func (f *formState) tune(p *Performance, section, first bool) {
	h := &p.piece.form.harmony
	if h.keyUp != nil && (first || section) {
		f.up = int(whole(p.or(h.keyUp, nil, 0), -12, 12))
	}
	if h.mode != nil && (section || !h.bySect) {
		f.mode = -1
		if i, _, ok := p.number(h.mode, nil); ok {
			f.mode = int(whole(i, 0, int64(len(h.modes)-1)))
		}
	}
	k := f.home.Up(f.up)
	f.modal = false
	if f.mode >= 0 {
		m := h.modes[f.mode]
		switch {
		case m.relative:
			k = k.Relative()
			f.modal = true
		default:
			f.modal = m.scale.Name != k.Scale.Name
			k.Scale = m.scale
		}
	}
	if k.String() != f.key.String() {
		f.key = k
		p.markKey()
	}
}

// sound puts the current chord into the current key, as rich and as tense as the
// data says, and remembers when it turns.
func (f *formState) sound(p *Performance, b sonify.Tick) {
	c := f.chords[f.chord%len(f.chords)]
	s := c.In(f.key)
	if f.modal {
		s = c.Modal(f.key)
	}
	h := &p.piece.form.harmony
	tension := min(max(p.or(h.tension, nil, 0), 0), 1)
	rich := int64(1)
	if h.richness != nil {
		rich = whole(p.or(h.richness, nil, 1), 0, score.MaxRichness)
	}
	if tension >= seventhAt {
		rich = max(rich, 2)
	}
	s = s.Rich(f.key, int(rich))
	f.turnAt = 0
	f.turn = s
	if half := f.half(p); tension >= suspendAt && half > 0 {
		f.turnAt = f.chordAt + half
		f.turn = f.turned(s, tension)
		s = s.Suspended(f.key)
	}
	f.let(p, s)
}

// half returns where a chord turns: on the beat at or before its middle, 0 if it
// is too short for that.
func (f *formState) half(p *Performance) sonify.Tick {
	m := p.piece.Header.Meter
	return sonify.Tick(f.perChord) * m.Bar() / 2 / m.Beat() * m.Beat()
}

// turned returns what chord s becomes in its second half. The last chord of a
// progression becomes the dominant, one note in four of which may be outside the
// key, and every other time the chord before it one that is borrowed, with as
// many: of the notes of four chords that is one in 21 at most.
func (f *formState) turned(s score.Sounding, tension float64) score.Sounding {
	cycle := len(f.chords)
	for cycle < 4 {
		cycle += len(f.chords) // of a progression of one or two chords the second half
	}
	switch at := f.counted % cycle; {
	case tension >= leadAt && at == cycle-1:
		return f.key.Dominant()
	case tension >= borrowAt && at == cycle-2 && f.counted/cycle%2 == 1:
		if b, ok := f.key.Borrowed(); ok {
			return b
		}
	}
	return s
}

// let makes s the chord that sounds, and says so.
func (f *formState) let(p *Performance, s score.Sounding) {
	f.sounding = s
	m := sonify.Mark{Kind: sonify.MarkChord, Name: s.Name, Text: s.String()}
	if r := p.piece.form.harmony.steering; len(r) > 0 {
		m.Cause = sonify.Cause{By: -1, Steered: p.steered(r)}
	}
	p.mark(m)
}

// moveChords changes the chord where it is due: on bar lines, where a section
// begins, and where a tense chord turns.
func (f *formState) moveChords(p *Performance, b, bar sonify.Tick, onBar bool) {
	switch {
	case f.cadence(p, b):
	case f.fresh || b == 0:
		f.firstChord(p, b/bar*bar, b)
	case onBar && b-f.chordAt >= sonify.Tick(f.perChord)*bar:
		f.chord = (f.chord + 1) % len(f.chords)
		f.counted++
		f.chordAt = b
		if f.chord == 0 {
			f.chooseProgression(p)
		}
		f.tune(p, false, f.chord == 0)
		f.sound(p, b)
	case f.turnAt > 0 && b >= f.turnAt:
		f.turnAt = 0
		if f.turn.Name != f.sounding.Name {
			f.let(p, f.turn)
		}
	}
}

// firstChord begins a progression, counted from tick at.
func (f *formState) firstChord(p *Performance, at, b sonify.Tick) {
	f.chord, f.counted, f.chordAt = 0, 0, at
	f.chooseProgression(p)
	f.sound(p, b)
}
