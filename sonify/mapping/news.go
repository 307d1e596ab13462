package mapping

import (
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
)

// newsPlan is what is heard of the sources themselves, compiled: short soft
// figures, so that silence is never taken for data.
type newsPlan struct {
	maker    int
	voice    int
	stale    []int // scale steps above the tonic
	failed   []int
	back     []int
	unit     sonify.Tick // of their notes
	every    sonify.Tick
	velocity float64
}

// sourceTrouble is what is wrong with a source.
type sourceTrouble uint8

const (
	noTrouble sourceTrouble = iota
	staleTrouble
	failedTrouble
)

var troubles = [...]string{"", "stale", "failed"}

// newsState is where a performance stands in telling them.
type newsState struct {
	next   sonify.Tick // a figure is repeated then, while something is wrong
	wrong  bool        // something is
	figure []int       // one that is to be played on the next bar line
	of     int         // the source it is about
	word   string      // and what it says
}

// hearNews takes what has become of a source. The figure is heard on the next bar
// line; of several the last.
func (p *Performance) hearNews(name, state string) {
	pl := p.piece.news
	if pl == nil || p.ending > 0 {
		return
	}
	i := -1
	for k, s := range p.piece.Header.Sources {
		if s == name {
			i = k
		}
	}
	if i < 0 {
		return
	}
	st := &p.news
	before := p.trouble[i]
	switch state {
	case "stale":
		p.trouble[i] = staleTrouble
		st.figure, st.of, st.word = pl.stale, i, state
	case "failed":
		p.trouble[i] = failedTrouble
		st.figure, st.of, st.word = pl.failed, i, state
	default:
		p.trouble[i] = noTrouble
		if before == noTrouble {
			return
		}
		st.figure, st.of, st.word = nil, i, "live"
		if state == "live" {
			st.figure = pl.back
		}
	}
	st.wrong = false
	for _, t := range p.trouble {
		st.wrong = st.wrong || t != noTrouble
	}
	st.next = -1
}

// playNews plays what is to be told of the sources, if a bar begins at b.
func (p *Performance) playNews(b sonify.Tick) {
	pl, st := p.piece.news, &p.news
	if pl == nil || b%p.piece.Header.Meter.Bar() != 0 || p.ending > 0 {
		return
	}
	switch {
	case st.figure != nil:
		p.playFigure(st.figure, b, st.of, st.word)
		st.figure = nil
	case st.wrong && st.next >= 0 && b >= st.next:
		for i, t := range p.trouble {
			if t != noTrouble {
				f := pl.stale
				if t == failedTrouble {
					f = pl.failed
				}
				p.playFigure(f, b, i, troubles[t])
				break
			}
		}
	case st.wrong && st.next < 0:
	default:
		return
	}
	st.next = b + pl.every
}

func (p *Performance) playFigure(steps []int, at sonify.Tick, source int, word string) {
	pl := p.piece.news
	key := p.form.key
	tonic := key.Nearest(newsCentre)
	tonic -= ((tonic % len(key.Scale.Steps)) + len(key.Scale.Steps)) % len(key.Scale.Steps)
	for k, s := range steps {
		if len(p.queue) >= queueLimit {
			return
		}
		n := sonify.Note{Tick: at + sonify.Tick(k)*pl.unit, Length: pl.unit, Voice: pl.voice,
			Pitch: p.tuned(key.Degree(tonic+s), &key), Velocity: velocityOf(pl.velocity),
			Pan: p.piece.Header.Voices[pl.voice].Pan, Cause: sonify.Cause{By: pl.maker, From: p.piece.Header.Sources[source], Value: sonify.Word(word), Step: k}}
		p.queue.push(queuedNote{Note: n, order: p.order})
		p.order++
	}
}

// newsCentre is where the figures lie: above the accompaniment, below the tunes.
const newsCentre = 74 * sonify.Semitone

// compileNews compiles the figures, for pieces that have a live source: what a file
// says has been said.
func (c *compiler) compileNews() {
	q := &c.file.News
	live := false
	for i := range c.piece.Sources {
		live = live || c.piece.Sources[i].Live
	}
	p := &newsPlan{stale: q.Stale, failed: q.Failed, back: q.Back, velocity: q.Velocity,
		unit: c.fraction(q.Pos, "unit", q.Unit), every: max(c.fraction(q.Pos, "every", q.Every), c.meter.Bar())}
	p.voice = -1
	if q.Voice != "" {
		p.voice = c.voice(q.Pos, q.Voice)
	}
	if !live || !q.Play || p.unit == 0 || len(c.voices) == 0 {
		return
	}
	if p.voice < 0 {
		p.voice = c.ownVoice("news", sonify.Voice{Instrument: sonify.Instrument{Wave: sonify.Triangle, Volume: plainMacro(15, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1, 0)},
			Gain: 600, Polyphony: 1, Pitched: true, MIDIProgram: 80})
	}
	pos := q.Pos
	if pos.Line == 0 {
		pos = grammar.Pos{File: c.doc.File()}
	}
	p.maker = c.maker(sonify.MakerIdle, "news", pos, "two notes down: a source says nothing; three down: it cannot be reached; three up: it is back", false)
	c.piece.news = p
}

func (p *Performance) newsMemory() *newsMemory {
	st := &p.news
	if p.piece.news == nil || !st.wrong && st.figure == nil {
		return nil
	}
	m := &newsMemory{Next: st.next, Figure: slices.Clone(st.figure), Of: p.piece.Header.Sources[st.of], Word: st.word, Wrong: make(map[string]string)}
	for i, t := range p.trouble {
		if t != noTrouble {
			m.Wrong[p.piece.Header.Sources[i]] = troubles[t]
		}
	}
	return m
}

// news takes over what is wrong with the sources. Those of an edit that are gone
// are well.
func (r *resumption) news() {
	m := r.s.News
	if m == nil || r.piece.news == nil {
		return
	}
	st := &r.Performance.news
	for i, name := range r.piece.Header.Sources {
		for k, word := range troubles {
			if k > 0 && m.Wrong[name] == word {
				r.trouble[i], st.wrong = sourceTrouble(k), true
			}
		}
		if name == m.Of {
			st.figure, st.of, st.word = slices.Clone(m.Figure), i, m.Word
		}
	}
	if st.next = m.Next; st.next >= 0 {
		st.next += r.shift
	}
}
