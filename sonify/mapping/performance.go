package mapping

import (
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// Performance is one playing of a piece: all that changes while it lasts. It is
// a fold over the events it hears and the moments it is asked to go on; it
// knows no clock. One goroutine uses it.
//
// Whoever conducts does, again and again: Hear every event that arrived up to
// the frame of Now, Open the next stretch, Hear what arrives within it, Close
// it and pass its passage on.
type Performance struct {
	piece *Piece
	rand  exact.Stream

	base  sonify.Tick // of the whole performance: what follows counts ticks from there
	now   sonify.Tick // everything before it has been passed on
	end   sonify.Tick // of the stretch that is open, = now if none is
	reach sonify.Tick // what patterns and controls play before it has been decided
	tempo *sonify.TempoMap
	out   sonify.Passage
	rest  sonify.Passage // what was decided and starts after the stretch that was closed

	signals []signalState
	values  []float64 // of the signals, as expressions see them
	known   []bool
	numbers []numberState
	byShape map[speaker]*hearers
	last    speaker
	lastH   *hearers

	rules    []ruleState
	voices   []voiceState
	sources  []budgetState // of those of the piece
	queue    noteQueue
	waiting  int           // notes of rules in the queue
	captions []sonify.Mark // that are said later, in the order of their events
	order    uint64
	sounding []sonify.Note // data notes that have not ended, for ducking
	fresh    []sonify.Note // notes of patterns, up to reach
	later    []sonify.Note // of them, those after the stretch that is being closed

	patterns []patternState
	controls []controlState
	slots    []controlSlot
	ticks    ticksState
	refs     []referenceState // one for each reference of the piece
	news     newsState
	trouble  []sourceTrouble // of the sources, as Header.Sources
	form     formState
	board    boardState

	heard     uint64
	notes     uint64
	sounded   uint64 // events that made a note
	gathered  uint64 // events that sounded together with others
	crowds    uint64 // in how many sounds
	lastHeard sonify.Frame
	idle      bool
	ending    int         // 0 going on, 1 asked to end, 2 in the last section, 3 over
	asked     sonify.Tick // when it was asked to end
	lost      map[string]uint64
}

type signalState struct {
	plan    *signalPlan
	reduce  *reducer
	domain  *domain
	target  float64
	fed     bool // it had a value of its own
	shown   float64
	isShown bool
}

// speaker is who reports what: events of one shape from one source.
type speaker struct {
	shape  *sonify.Shape
	source string
}

// hearers are the signals and rules that an event of some shape can concern.
type hearers struct {
	signals []int
	rules   []int
	enter   []int // sections
	leave   []int
	board   bool // it stands on the board
}

type ruleState struct {
	ready   sonify.Tick // cool-down ends
	free    sonify.Tick // the first grid place without a note of this rule
	above   bool        // cross: the signal is above its upper threshold
	below   bool
	started bool
	count   uint64
	crowd   crowd
}

type voiceState struct {
	free   sonify.Tick // of monophonic voices: the first grid place that no data note has
	budget budgetState
}

// The builtin signals, after the piece's own.
const (
	sigSectionBar = iota // bars since the section began, from 0
	sigBar               // bars since the beginning, from 0
	sigIdle              // 1 while no event comes, else 0
	sigEnding            // 1 when nothing more will come, else 0
	sigBuild             // how far the section has built up what it builds up, 0 to 1
	sigRelease           // falls from 1 to 0 while a section is released
	builtins
)

var builtinNames = [builtins]string{"section_bar", "bar", "idle", "ending", "build", "release"}

// Perform begins a performance of p.
func (p *Piece) Perform() *Performance {
	pf := &Performance{
		piece:    p,
		rand:     exact.Rand(p.Header.Seed, "piece"),
		tempo:    sonify.NewTempoMap(p.Header.Tempo),
		signals:  make([]signalState, len(p.signals)),
		values:   make([]float64, len(p.signals)+builtins),
		known:    make([]bool, len(p.signals)+builtins),
		numbers:  make([]numberState, p.numbers),
		byShape:  make(map[speaker]*hearers),
		rules:    make([]ruleState, len(p.rules)),
		voices:   make([]voiceState, len(p.Header.Voices)),
		sources:  make([]budgetState, len(p.Header.Sources)),
		patterns: make([]patternState, len(p.patterns)),
		controls: make([]controlState, len(p.controls)),
		refs:     make([]referenceState, len(p.reference)),
		trouble:  make([]sourceTrouble, len(p.Header.Sources)),
		lost:     make(map[string]uint64),
	}
	for i := range p.signals {
		sp := &p.signals[i]
		speed := sp.speed
		pf.signals[i] = signalState{plan: sp, target: sp.start,
			reduce: newReducer(sp.how, sp.win, speed/float64(sonify.SampleRate)), domain: newDomain(sp.domain)}
		pf.values[i], pf.known[i] = sp.start, sp.started
	}
	for i := range builtins {
		pf.known[len(p.signals)+i] = true
	}
	for i := range p.rules {
		if c := p.rules[i].cross; c != nil && pf.known[c.signal] {
			pf.rules[i].crossed(c, pf.values[c.signal])
		}
	}
	for i := range p.patterns {
		pf.patterns[i].rand = exact.Rand(p.Header.Seed, "pattern "+p.patterns[i].rand)
	}
	pf.form.init(pf)
	pf.initControls()
	pf.board.shown = make([]string, p.Header.Board.Places())
	pf.opening()
	return pf
}

// opening marks what holds at the beginning.
func (p *Performance) opening() {
	h := &p.piece.Header
	p.mark(sonify.Mark{Kind: sonify.MarkMeter, Name: h.Meter.String(), Meter: h.Meter})
	p.mark(sonify.Mark{Kind: sonify.MarkTempo, Number: h.Tempo.BPM(), Tempo: h.Tempo})
	p.markKey()
}

func (p *Performance) markKey() {
	k := p.form.key
	p.mark(sonify.Mark{Kind: sonify.MarkKey, Name: k.String(), Number: float64(k.Signature()), Minor: k.Minor()})
}

// mark adds a mark at now.
func (p *Performance) mark(m sonify.Mark) {
	m.Tick, m.Frame = p.now, p.tempo.Frame(p.now)
	p.out.Marks = append(p.out.Marks, m)
}

// Now returns the tick up to which everything has been passed on, and its
// frame.
func (p *Performance) Now() (sonify.Tick, sonify.Frame) {
	return p.base + p.now, p.tempo.Frame(p.now)
}

// Over reports whether the piece has come to its end.
func (p *Performance) Over() bool { return p.ending == 3 }

// End asks the performance to come to its end: nothing more will be heard. It
// closes on a bar line, by way of the section that waits for the end if the
// piece has one.
func (p *Performance) End() {
	if p.ending == 0 {
		p.ending = 1
		p.asked = p.now
		p.values[len(p.piece.signals)+sigEnding] = 1
	}
}

// Open begins the next stretch of the piece and returns the frame at which it
// ends. Events up to the frame of Now must have been heard.
func (p *Performance) Open() sonify.Frame {
	b := p.now
	begin := p.tempo.Frame(b)
	if b >= p.reach {
		p.reach = b + p.piece.pulse
		p.decide(b, begin)
	}
	p.end = min(b+p.piece.stretch, p.reach)
	p.out.Span = sonify.Span{Begin: b, End: p.end}
	p.out.Begin = begin
	p.out.End = p.tempo.Frame(p.end)
	return p.out.End
}

// decide moves the form to tick b, a boundary of the pulse, and adds what patterns
// and controls play from there to reach.
func (p *Performance) decide(b sonify.Tick, begin sonify.Frame) {
	p.checkIdle(begin)
	onBeat := b%p.piece.Header.Meter.Beat() == 0
	if onBeat {
		p.refresh(begin)
	}
	p.form.advance(p, b)
	if onBeat && p.ending < 3 {
		if p.piece.formMoves {
			p.derive(begin)
		}
		p.crossings(nil, &sonify.Heard{}, begin, b)
	}
	if p.ending == 3 {
		return
	}
	p.playCrowds(b)
	for i := range p.patterns {
		p.playPattern(i, b)
	}
	p.playReferences(b)
	p.playNews(b)
	p.moveControls(b)
}

// Close ends the stretch that is open and returns everything that starts in
// it. The passage is valid until the next Open.
func (p *Performance) Close() *sonify.Passage {
	// Notes of rules that have come due.
	for len(p.queue) > 0 && p.queue[0].Tick < p.end {
		q := p.queue.pop()
		if q.rule {
			p.waiting--
		}
		n := q.Note
		if q.onGrid {
			n.Tick = p.swung(n.Tick)
		}
		n.Frame = p.tempo.Frame(n.Tick)
		if n.Frames == 0 {
			n.Frames = max(1, p.tempo.Frame(n.Tick+n.Length)-n.Frame)
		}
		p.out.Notes = append(p.out.Notes, n)
	}
	p.tickUntil(p.out.End)
	p.sayDue()
	p.fillBoard()
	later := p.keepRest()
	p.seeReferences()
	p.duckFor()
	p.out.Notes = append(p.out.Notes, p.fresh...)
	p.fresh = append(p.fresh[:0], later...)
	slices.SortStableFunc(p.out.Notes, func(a, b sonify.Note) int {
		if a.Frame != b.Frame {
			return cmpFrame(a.Frame, b.Frame)
		}
		return int(a.Tick - b.Tick)
	})
	p.sortControls()
	slices.SortStableFunc(p.out.Marks, func(a, b sonify.Mark) int { return cmpFrame(a.Frame, b.Frame) })
	p.notes += uint64(len(p.out.Notes))
	p.rebase()
	p.now = p.end
	p.tempo.Forget(p.now)
	return &p.out
}

// keepRest takes what starts after the open stretch out of the passage, and returns
// what patterns play there: it was decided for the whole pulse. At the pulse's own
// end nothing is left over.
func (p *Performance) keepRest() (later []sonify.Note) {
	if p.end == p.reach {
		return nil
	}
	p.out.Notes, p.rest.Notes = parted(p.out.Notes, p.rest.Notes, p.out.End, func(n *sonify.Note) sonify.Frame { return n.Frame })
	p.out.Controls, p.rest.Controls = parted(p.out.Controls, p.rest.Controls, p.out.End, func(c *sonify.Control) sonify.Frame { return c.Frame })
	p.out.Marks, p.rest.Marks = parted(p.out.Marks, p.rest.Marks, p.out.End, func(m *sonify.Mark) sonify.Frame { return m.Frame })
	p.fresh, p.later = parted(p.fresh, p.later[:0], p.out.End, func(n *sonify.Note) sonify.Frame { return n.Frame })
	return p.later
}

// parted returns those of list that start before frame, and rest with the others.
func parted[T any](list, rest []T, frame sonify.Frame, start func(*T) sonify.Frame) (before, after []T) {
	before = list[:0]
	for i := range list {
		if start(&list[i]) < frame {
			before = append(before, list[i])
		} else {
			rest = append(rest, list[i])
		}
	}
	return before, rest
}

// rebase makes the ticks of the passage those of the whole performance.
func (p *Performance) rebase() {
	if p.base == 0 {
		return
	}
	p.out.Span.Begin += p.base
	p.out.Span.End += p.base
	for i := range p.out.Notes {
		p.out.Notes[i].Tick += p.base
	}
	for i := range p.out.Controls {
		p.out.Controls[i].Tick += p.base
	}
	for i := range p.out.Marks {
		p.out.Marks[i].Tick += p.base
	}
}

// Clear empties the passage that Close returned, but for what is decided of the
// next. The conductor calls it when all outputs have had it.
func (p *Performance) Clear() {
	p.out.Notes = append(p.out.Notes[:0], p.rest.Notes...)
	p.out.Marks = append(p.out.Marks[:0], p.rest.Marks...)
	p.out.Controls = append(p.out.Controls[:0], p.rest.Controls...)
	p.rest.Notes, p.rest.Marks, p.rest.Controls = p.rest.Notes[:0], p.rest.Marks[:0], p.rest.Controls[:0]
}

func cmpFrame(a, b sonify.Frame) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Summary tells what became of the performance so far.
func (p *Performance) Summary() *sonify.Summary {
	return &sonify.Summary{Ticks: p.base + p.now, Frames: p.tempo.Frame(p.now), Heard: p.heard, Sounded: p.sounded, Gathered: p.gathered, Crowds: p.crowds, Notes: p.notes, Lost: p.lost}
}

func (p *Performance) lose(why string) { p.lost[why]++ }

// steered returns the readings that steer a pattern, for its causes. What no
// event has told yet steers nothing.
func (p *Performance) steered(signals []int) []sonify.Reading {
	var out []sonify.Reading
	for _, i := range signals {
		if p.known[i] {
			out = append(out, sonify.Reading{Signal: i, Value: p.values[i]})
		}
	}
	return out
}

// noteQueue holds notes that start later, a heap by tick and then by order of
// arrival.
type noteQueue []queuedNote

type queuedNote struct {
	sonify.Note
	order uint64
	rule  bool // a rule made it, and no pattern
	// onGrid notes of rules swing with the patterns.
	onGrid bool
}

func (q noteQueue) less(i, j int) bool {
	if q[i].Tick != q[j].Tick {
		return q[i].Tick < q[j].Tick
	}
	return q[i].order < q[j].order
}

func (q *noteQueue) push(n queuedNote) {
	*q = append(*q, n)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.less(i, up) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (q *noteQueue) pop() queuedNote {
	h := *q
	top := h[0]
	n := len(h) - 1
	h[0] = h[n]
	h[n] = queuedNote{}
	h = h[:n]
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && h.less(c+1, c) {
			c++
		}
		if !h.less(c, i) {
			break
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
	*q = h
	return top
}
