package mapping

import (
	"proscenium/sonify"
	"proscenium/sonify/score"
)

// formState is where the performance stands in its form: section, chord, key.
type formState struct {
	section  int // index; there is always one
	base     int // the section to go back to
	began    sonify.Tick
	fresh    bool // the section began at this very tick
	pending  int  // section asked for, -1: none
	pendCap  captionCause
	leaving  bool
	entered  []int // how often each section was entered
	key      score.Key
	chord    int
	chordAt  sonify.Tick
	chords   []score.Chord
	perChord int
	sounding score.Sounding
	bars     int
}

type captionCause struct {
	ev    *sonify.Event
	cause sonify.Cause
}

func (f *formState) init(p *Performance) {
	f.pending = -1
	f.key = p.piece.key
	f.entered = make([]int, len(p.piece.form.sections))
	f.section, f.base = 0, 0
	f.chords, f.perChord = p.piece.form.chords, p.piece.form.perChord
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

// advance moves the form to tick b, a boundary of the pulse.
func (f *formState) advance(p *Performance, b sonify.Tick) {
	meter := p.piece.Header.Meter
	bar := meter.Bar()
	f.fresh = false
	sections := p.piece.form.sections
	onBar := b%bar == 0

	if b == 0 {
		f.enter(p, f.section, b)
	}
	// The bar in which the last event came is played out, and what is queued.
	if p.ending == 1 && onBar && b > p.asked && len(p.queue) == 0 && len(p.out.Notes) == 0 {
		p.ending = 2
		end := -1
		for i := range sections {
			if sections[i].atEnd {
				end = i
			}
		}
		asked := f.pending >= 0 && f.pending == end // by the last event itself
		switch {
		case end < 0:
			p.ending = 3
			return
		case end == f.section:
			// The data's own last section is the ending; it plays its bars.
		case asked:
			f.begin(p, end, b)
		default:
			f.enter(p, end, b)
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
			i := f.pending
			f.pending, f.leaving = -1, false
			if cur.priority == 0 && cur.bars == 0 {
				f.base = f.section
			} else if cur.priority == 0 && cur.then >= 0 {
				f.base = cur.then // an interrupted section does not begin again
			}
			f.begin(p, i, b)
		}
	} else if f.leaving && onBar {
		f.leaving = false
		to := cur.then
		if to < 0 {
			to = f.base
		}
		f.enter(p, to, b)
	}

	if onBar {
		f.bars = int(b / bar)
		n := len(p.piece.signals)
		p.values[n+sigSectionBar] = float64((b - f.began) / bar)
		p.values[n+sigBar] = float64(f.bars)
		if f.fresh || b == 0 {
			f.chord = 0
			f.chordAt = b
			f.sound(p, b)
		} else if b-f.chordAt >= sonify.Tick(f.perChord)*bar {
			f.chord = (f.chord + 1) % len(f.chords)
			f.chordAt = b
			f.sound(p, b)
		}
		f.setTempo(p, b)
	} else if f.fresh {
		f.chord, f.chordAt = 0, b/bar*bar
		f.sound(p, b)
	}
}

// begin enters the section that an event asked for, and says so.
func (f *formState) begin(p *Performance, i int, b sonify.Tick) {
	f.enter(p, i, b)
	if s := &p.piece.form.sections[i]; s.say != nil {
		p.caption(s.say, f.pendCap.ev, f.pendCap.cause, b, p.tempo.Frame(b))
	}
}

// sound puts the current chord into the current key.
func (f *formState) sound(p *Performance, b sonify.Tick) {
	f.sounding = f.chords[f.chord%len(f.chords)].In(f.key)
	p.mark(sonify.Mark{Kind: sonify.MarkChord, Name: f.sounding.Name, Text: f.sounding.String()})
}

// enter begins a section.
func (f *formState) enter(p *Performance, i int, b sonify.Tick) {
	s := &p.piece.form.sections[i]
	f.section, f.began, f.fresh = i, b, true
	if s.priority == 0 && s.bars == 0 {
		f.base = i
	}
	if n := len(s.keys); n > 0 {
		k := s.keys[f.entered[i]%n]
		if k.String() != f.key.String() {
			f.key = k
			p.markKey()
		}
	}
	if s.keyUp != 0 {
		f.key = f.key.Up(s.keyUp)
		p.markKey()
	}
	f.entered[i]++
	f.chords, f.perChord = p.piece.form.chords, p.piece.form.perChord
	if len(s.chords) > 0 {
		f.chords = s.chords
	}
	if s.perChord > 0 {
		f.perChord = s.perChord
	}
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
	if p.idle || ip.after == 0 || p.ending != 0 || at-p.lastHeard < ip.after {
		return
	}
	p.idle = true
	p.values[len(p.piece.signals)+sigIdle] = 1
	p.mark(sonify.Mark{Kind: sonify.MarkState, Name: "data", Text: "idle"})
	if ip.section >= 0 && ip.section != p.form.section {
		p.form.pending = ip.section
		p.form.pendCap = captionCause{}
	}
}

// wake ends the music of waiting.
func (p *Performance) wake(at sonify.Frame) {
	p.idle = false
	p.values[len(p.piece.signals)+sigIdle] = 0
	p.out.Marks = append(p.out.Marks, sonify.Mark{Kind: sonify.MarkState, Name: "data", Text: "live", Tick: p.tempo.Tick(at), Frame: at})
	if ip := &p.piece.idle; ip.section >= 0 && p.form.section == ip.section {
		p.form.leaving = true
	} else if ip.section >= 0 && p.form.pending == ip.section {
		p.form.pending = -1
	}
}

// Source marks that a source has ended, failed or come back; text is "live",
// "ended", "stale" or "failed".
func (p *Performance) Source(name, text string) {
	p.mark(sonify.Mark{Kind: sonify.MarkState, Name: name, Text: text})
}
