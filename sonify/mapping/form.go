package mapping

import (
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/score"
)

// formState is where the performance stands in its form: section, chord, key.
type formState struct {
	section  int   // index; there is always one
	silent   bool  // it has not begun yet
	base     int   // the section that plays while nothing interrupts
	under    []int // the sections that were interrupted and go on later, the last first; none twice
	began    sonify.Tick
	fresh    bool // the section began at this very tick
	pending  int  // section asked for, -1: none
	pendCap  captionCause
	leaving  bool
	waiting  bool      // the section of waiting was asked for because no data came
	held     bool      // it is to begin when the section that outranks it is over
	entered  []int     // how often each section was entered
	key      score.Key // as it sounds: home, moved by the data
	home     score.Key // as the piece and its sections have it
	up       int       // semitones the data moves it by
	mode     int       // index in the form's modes, -1: that of home
	modal    bool      // the mode is another than the chords were written for
	chord    int
	counted  int // chords since the section began
	chordAt  sonify.Tick
	chords   []score.Chord
	perChord int
	sounding score.Sounding
	turnAt   sonify.Tick // when the chord turns into the next, 0: not
	turn     score.Sounding
	bars     int

	cadFrom  sonify.Tick // the cadence that releases a section: from here
	cadUntil sonify.Tick // to there, 0: there is none
	homed    bool        // it has come to the tonic
}

type captionCause struct {
	ev    *sonify.Event
	cause sonify.Cause
}

func (f *formState) init(p *Performance) {
	f.pending, f.silent = -1, true
	f.key, f.home, f.mode = p.piece.key, p.piece.key, -1
	f.entered = make([]int, len(p.piece.form.sections))
	f.section, f.base = 0, 0
	f.chords, f.perChord = p.piece.form.progressions[0], p.piece.form.perChord
	f.sounding = f.chords[0].In(f.key)
}

// hear takes note of the sections that an event begins or ends.
func (f *formState) hear(p *Performance, hs *hearers, ev *sonify.Event, tick sonify.Tick) {
	for _, i := range hs.leave {
		s := &p.piece.form.sections[i]
		if i == f.section && f.pending != i && p.holds(s.untilIf, ev) {
			f.leaving = true
		}
		if i == f.pending && p.holds(s.untilIf, ev) {
			f.pending = -1 // it was over before it began
		}
		if k := slices.Index(f.under, i); k >= 0 && p.holds(s.untilIf, ev) {
			f.under = slices.Delete(f.under, k, k+1) // it was over while another played
		}
	}
	for _, i := range hs.enter {
		s := &p.piece.form.sections[i]
		if !p.holds(s.when, ev) {
			continue
		}
		if f.pending >= 0 && p.piece.form.sections[f.pending].priority > s.priority {
			continue
		}
		if i == f.section && !s.again {
			f.leaving = false // asked for again: it goes on
			continue
		}
		cur := &p.piece.form.sections[f.section]
		if cur.priority > s.priority && !f.leaving && f.section != f.base {
			continue
		}
		f.pending = i
		f.pendCap = captionCause{ev, sonify.Cause{Event: p.heard, By: s.maker}}
	}
}

// lastBars is how long, in bars, a section may hold up the end of the piece when
// the last event asked for it.
const lastBars = 16

// advance moves the form to tick b, a boundary of the pulse.
func (f *formState) advance(p *Performance, b sonify.Tick) {
	meter := p.piece.Header.Meter
	bar := meter.Bar()
	f.fresh = false
	sections := p.piece.form.sections
	onBar := b%bar == 0

	if f.silent {
		cause := f.pendCap // of the section that waits, if any
		f.pendCap = captionCause{}
		f.begin(p, f.section, b)
		f.pendCap = cause
	}
	// The bar in which the last event came is played out, and what is queued.
	end := -1
	for i := range sections {
		if sections[i].atEnd {
			end = i
		}
	}
	asked := f.pending >= 0 && f.pending == end // by the last event itself
	// A section that the last events asked for is heard before the end.
	if p.ending == 1 && onBar && b > p.asked && p.waiting == 0 && len(p.out.Notes) == 0 && (f.pending < 0 || asked) {
		p.ending = 2
		switch {
		case end < 0:
			p.ending = 3
			return
		case end == f.section:
			// The data's own last section is the ending; it plays its bars.
		case asked:
			f.begin(p, end, b)
		default:
			f.pendCap = captionCause{}
			f.begin(p, end, b)
		}
		f.pending, f.leaving = -1, false
	}
	cur := &sections[f.section]
	if cur.bars > 0 && onBar && b > f.began && b-f.began >= sonify.Tick(cur.bars)*bar {
		if p.ending == 2 {
			p.ending = 3
			return
		}
		f.leaving = true
	} else if p.ending == 2 && cur.bars == 0 && onBar && b-f.began >= 2*bar {
		p.ending = 3
		return
	}
	if f.pending >= 0 {
		s := &sections[f.pending]
		at := s.at
		if at == 0 || b%at == 0 {
			i, over := f.pending, f.leaving
			f.pending, f.leaving = -1, false
			f.interrupt(p, i, over)
			f.begin(p, i, b)
			if p.ending == 1 {
				p.asked = b + sonify.Tick(min(max(1, s.bars), lastBars))*bar - 1
			}
		}
	} else if f.leaving && onBar {
		f.leaving = false
		to := cur.then
		if to < 0 {
			to = f.base
			if n := len(f.under); n > 0 {
				to = f.under[n-1]
			}
		}
		if i := p.piece.idle.section; f.held && (to == f.base || sections[to].priority <= sections[i].priority) {
			f.held, f.waiting = false, true
			f.interrupt(p, i, true)
			to = i
		}
		f.pendCap = captionCause{}
		f.begin(p, to, b)
	}

	if onBar {
		f.bars = int(b / bar)
		n := len(p.piece.signals)
		p.values[n+sigSectionBar] = float64((b - f.began) / bar)
		p.values[n+sigBar] = float64(f.bars)
	} else if f.fresh {
		p.values[len(p.piece.signals)+sigSectionBar] = 0
	}
	f.build(p, b)
	f.moveChords(p, b, bar, onBar)
	if onBar {
		f.setTempo(p, b)
	}
}

// begin enters a section, and says so. What was asked for by no event has no
// fields to speak of: a caption that needs some is then left out.
func (f *formState) begin(p *Performance, i int, b sonify.Tick) {
	f.enter(p, i, b)
	s := &p.piece.form.sections[i]
	if s.say == nil || f.pendCap.ev == nil && s.say.reads() {
		return
	}
	cause := f.pendCap.cause
	cause.By = s.maker
	p.caption(s.say, f.pendCap.ev, cause, b, p.tempo.Frame(b))
}

// stays reports whether section i is a state of the piece, in which it remains
// until another section of that kind, and no episode that ends.
func (f *formState) stays(p *Performance, i int) bool {
	s := &p.piece.form.sections[i]
	return s.priority == 0 && s.bars == 0 && !s.hasUntil && i != p.piece.idle.section
}

// interrupt remembers where to go when section i, which is about to begin, is
// over. over says that the section that plays has come to its end.
func (f *formState) interrupt(p *Performance, i int, over bool) {
	back := f.section
	if cur := &p.piece.form.sections[back]; over || cur.bars > 0 {
		back = cur.then // a section with a length does not begin again
	}
	if back < 0 || back == i {
		return
	}
	if f.stays(p, back) {
		f.base, f.under = back, f.under[:0]
	} else if !slices.Contains(f.under, back) {
		f.under = append(f.under, back)
	}
}

// enter begins a section.
func (f *formState) enter(p *Performance, i int, b sonify.Tick) {
	s := &p.piece.form.sections[i]
	f.release(p, i, b)
	f.section, f.began, f.fresh, f.silent = i, b, true, false
	if f.stays(p, i) {
		f.base, f.under = i, f.under[:0]
	} else if k := slices.Index(f.under, i); k >= 0 {
		f.under = f.under[:k]
	}
	if n := len(s.keys); n > 0 {
		f.home = s.keys[f.entered[i]%n]
	}
	f.home = f.home.Up(s.keyUp)
	f.entered[i]++
	f.perChord = p.piece.form.perChord
	if s.perChord > 0 {
		f.perChord = s.perChord
	}
	f.tune(p, true, true)
	p.mark(sonify.Mark{Kind: sonify.MarkSection, Name: s.name, Index: i, Cause: sonify.Cause{By: s.maker}})
}

// setTempo lets the tempo follow the data and the section, on bar lines.
func (f *formState) setTempo(p *Performance, b sonify.Tick) {
	s := &p.piece.form.sections[f.section]
	bpm := p.piece.Header.Tempo.BPM()
	if p.piece.tempo != nil {
		bpm = p.or(p.piece.tempo, nil, bpm)
	}
	t := p.piece.Header.Tempo
	if p.piece.tempo != nil || s.tempo != 1 {
		t = sonify.BPM(bpm * s.tempo)
	}
	if t == p.tempo.At(b) {
		return
	}
	p.tempo.Set(b, t)
	p.mark(sonify.Mark{Kind: sonify.MarkTempo, Number: t.BPM(), Tempo: t})
}

// checkIdle begins the music of waiting when no event has come for long.
func (p *Performance) checkIdle(at sonify.Frame) {
	ip := &p.piece.idle
	if p.idle {
		p.form.wait(p)
		return
	}
	if ip.after == 0 || p.ending != 0 || at-p.lastHeard < ip.after {
		return
	}
	p.idle = true
	p.values[len(p.piece.signals)+sigIdle] = 1
	p.mark(sonify.Mark{Kind: sonify.MarkState, Name: "data", Text: "idle"})
	p.form.held = ip.section >= 0 && ip.section != p.form.section
	p.form.wait(p)
}

// wait asks for the section of waiting, once no section plays, or is asked for,
// that it may not interrupt: as with sections that events ask for, priority
// decides.
func (f *formState) wait(p *Performance) {
	sections, i := p.piece.form.sections, p.piece.idle.section
	if !f.held || f.section != f.base && !f.leaving && sections[f.section].priority > sections[i].priority ||
		f.pending >= 0 && sections[f.pending].priority > sections[i].priority {
		return
	}
	f.held, f.waiting = false, true
	f.pending, f.pendCap = i, captionCause{}
}

// wake ends the music of waiting.
func (p *Performance) wake(at sonify.Frame) {
	p.idle = false
	p.values[len(p.piece.signals)+sigIdle] = 0
	p.out.Marks = append(p.out.Marks, sonify.Mark{Kind: sonify.MarkState, Name: "data", Text: "live", Tick: p.tempo.Tick(at), Frame: at})
	f := &p.form
	switch {
	case !f.waiting: // the section was there before the data stopped
	case f.pending == p.piece.idle.section:
		f.pending = -1
	case f.section == p.piece.idle.section:
		f.leaving = true
	}
	f.waiting, f.held = false, false
}

// Source marks that a source has ended, failed or come back; text is "live",
// "ended", "stale" or "failed".
func (p *Performance) Source(name, text string) {
	p.mark(sonify.Mark{Kind: sonify.MarkState, Name: name, Text: text})
	p.tickSource(name, text)
	p.hearNews(name, text)
}
