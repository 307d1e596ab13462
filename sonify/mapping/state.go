package mapping

import (
	"errors"
	"slices"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/score"
)

// State is all that a performance knows between two stretches. With it
// another performance goes on as if it were the first: after a restart of the
// program, on another machine, or as another piece ([Piece.Resume]). As JSON it is
// lossless; its keys are no promise from one version of the program to the next.
//
// Parts of the piece are named, with a fingerprint of what they are, so that a
// piece that was edited takes over what is still the same.
type State struct {
	Position
	Meter string `json:"meter"`
	Key   string `json:"key"` // fingerprint of the piece's; what sounds now is in Form

	Order  uint64            `json:"order,omitempty"`
	Idle   bool              `json:"idle,omitempty"`
	Ending int               `json:"ending,omitempty"`
	Asked  sonify.Tick       `json:"asked,omitempty"`
	Lost   map[string]uint64 `json:"lost,omitempty"`

	Signals  []signalMemory  `json:"signals"`
	Builtins []float64       `json:"builtins"`
	Numbers  []numberMemory  `json:"numbers,omitempty"`
	Rules    []ruleMemory    `json:"rules,omitempty"`
	Voices   []voiceMemory   `json:"voices,omitempty"`
	Budgets  []budgetMemory  `json:"budgets,omitempty"` // of the sources
	Queue    []noteMemory    `json:"queue,omitempty"`
	Captions []captionMemory `json:"captions,omitempty"`
	Sounding []noteMemory    `json:"sounding,omitempty"`
	Patterns []patternMemory `json:"patterns,omitempty"`
	Controls []controlMemory `json:"controls,omitempty"`
	Slots    []slotMemory    `json:"slots,omitempty"`
	Form     formMemory      `json:"form"`

	Ticks      *ticksMemory      `json:"ticks,omitempty"`
	References []referenceMemory `json:"references,omitempty"`
	News       *newsMemory       `json:"news,omitempty"`
	Board      []placeMemory     `json:"board,omitempty"`
}

// Position is where a performance stands, and what it has counted.
type Position struct {
	// Base is the tick from which the ticks below are counted, Now how far the
	// performance is from there. The tick that outputs see is their sum.
	Base sonify.Tick `json:"base,omitempty"`
	Now  sonify.Tick `json:"now"`
	// Exact is where that sounds, in 1/20000 of a frame.
	Exact     int64        `json:"exact"`
	Tempo     sonify.Tempo `json:"tempo"`
	Heard     uint64       `json:"heard,omitempty"`
	Notes     uint64       `json:"notes,omitempty"`
	Sounded   uint64       `json:"sounded,omitempty"`
	Gathered  uint64       `json:"gathered,omitempty"`
	Crowds    uint64       `json:"crowds,omitempty"`
	LastHeard sonify.Frame `json:"last_heard,omitempty"`
}

// Tick returns the tick of the position as outputs count.
func (p Position) Tick() sonify.Tick { return p.Base + p.Now }

// Frame returns the frame on which it sounds.
func (p Position) Frame() sonify.Frame {
	return sonify.NewTempoMapAt(0, p.Exact, p.Tempo).Frame(0)
}

type signalMemory struct {
	Name   string         `json:"name"`
	Is     string         `json:"is"`
	Value  float64        `json:"value"`
	Target float64        `json:"target"`
	Known  bool           `json:"known"`
	Fed    bool           `json:"fed"`
	Shown  *float64       `json:"shown,omitempty"`
	Reduce *reducerMemory `json:"reduce,omitempty"`
	Domain *domainMemory  `json:"domain,omitempty"`
}

type reducerMemory struct {
	At     []sonify.Frame `json:"at,omitempty"` // of the observations in the window
	Num    []float64      `json:"num,omitempty"`
	Cat    []int32        `json:"cat,omitempty"`
	Many   []int32        `json:"many,omitempty"` // how many values each stands for; without it, one
	Count  float64        `json:"count"`
	Mean   float64        `json:"mean"`
	M2     float64        `json:"m2"`
	Sum    float64        `json:"sum"`
	Low    float64        `json:"low"`
	Top    float64        `json:"top"`
	First  sonify.Frame   `json:"first"`
	EMA    float64        `json:"ema"`
	EMAAt  *sonify.Frame  `json:"ema_at,omitempty"`
	Before float64        `json:"before"`
	Gap    float64        `json:"gap"`
	Same   float64        `json:"same"`
	Mid    float64        `json:"mid"`
	Last   float64        `json:"last"`
	Words  []string       `json:"words,omitempty"`
	Counts []int64        `json:"counts,omitempty"`
	Free   []int32        `json:"free,omitempty"`
	Newest int32          `json:"newest,omitempty"`
	Lost   uint64         `json:"lost,omitempty"`
}

type domainMemory struct {
	Is       string    `json:"is"`
	Low      float64   `json:"low"`
	High     float64   `json:"high"`
	N        int       `json:"n"`
	Mean     float64   `json:"mean"`
	M2       float64   `json:"m2"`
	SeenLow  float64   `json:"seen_low"`
	SeenHigh float64   `json:"seen_high"`
	Recent   []float64 `json:"recent,omitempty"`
	Next     int       `json:"next,omitempty"`
	Spikes   int       `json:"spikes,omitempty"`
	Spike    float64   `json:"spike,omitempty"`
	Since    int       `json:"since,omitempty"`
}

type numberMemory struct {
	Is     string        `json:"is"`
	Held   *float64      `json:"held,omitempty"`
	Domain *domainMemory `json:"domain,omitempty"`
}

type ruleMemory struct {
	Name    string       `json:"name"`
	Ready   sonify.Tick  `json:"ready"`
	Free    sonify.Tick  `json:"free"`
	Above   bool         `json:"above,omitempty"`
	Below   bool         `json:"below,omitempty"`
	Started bool         `json:"started,omitempty"`
	Count   uint64       `json:"count"`
	Crowd   *crowdMemory `json:"crowd,omitempty"`
}

// crowdMemory is what a rule has gathered.
type crowdMemory struct {
	Until    sonify.Tick  `json:"until"`
	N        uint64       `json:"n"`
	Sum      int64        `json:"sum"`
	Low      sonify.Pitch `json:"low"`
	High     sonify.Pitch `json:"high"`
	Priority float64      `json:"priority"`
	Note     noteMemory   `json:"note"`
	Say      string       `json:"say,omitempty"`
}

// budgetMemory is what was used of a budget in the window that began last.
type budgetMemory struct {
	Name  string      `json:"name"`
	Began sonify.Tick `json:"began"`
	Used  int         `json:"used"`
}

// newsMemory is where the figures about the sources stand.
type newsMemory struct {
	Wrong  map[string]string `json:"wrong,omitempty"` // "stale" or "failed" by source
	Next   sonify.Tick       `json:"next"`
	Figure []int             `json:"figure,omitempty"`
	Of     string            `json:"of,omitempty"`
	Word   string            `json:"word,omitempty"`
}

type voiceMemory struct {
	Name  string      `json:"name"`
	Is    string      `json:"is"`
	Free  sonify.Tick `json:"free,omitempty"`
	Used  int         `json:"used,omitempty"` // of its budget, in the window that began last
	Began sonify.Tick `json:"began,omitempty"`
}

type causeMemory struct {
	Event   uint64           `json:"event,omitempty"`
	Kind    sonify.MakerKind `json:"kind"`
	By      string           `json:"by"`
	From    string           `json:"from,omitempty"`
	Value   any              `json:"value,omitempty"`
	Label   string           `json:"label,omitempty"`
	Step    int              `json:"step,omitempty"`
	Steered []readingMemory  `json:"steered,omitempty"`
}

type readingMemory struct {
	Signal string  `json:"signal"`
	Value  float64 `json:"value"`
}

type noteMemory struct {
	Tick     sonify.Tick     `json:"tick"`
	Length   sonify.Tick     `json:"length"`
	Frame    sonify.Frame    `json:"frame,omitempty"`
	Frames   sonify.Frame    `json:"frames,omitempty"`
	Voice    string          `json:"voice"`
	Pitch    sonify.Pitch    `json:"pitch"`
	Velocity sonify.Velocity `json:"velocity"`
	Pan      sonify.Pan      `json:"pan,omitempty"`
	Cause    causeMemory     `json:"cause"`
	Order    uint64          `json:"order,omitempty"`
	Rule     bool            `json:"rule,omitempty"`
	OnGrid   bool            `json:"on_grid,omitempty"`
}

type captionMemory struct {
	Tick  sonify.Tick  `json:"tick"`
	Frame sonify.Frame `json:"frame"`
	Text  string       `json:"text"`
	Cause causeMemory  `json:"cause"`
}

type patternMemory struct {
	Name    string          `json:"name"`
	Is      string          `json:"is"`
	Looked  sonify.Tick     `json:"looked"`
	On      bool            `json:"on"`
	Active  bool            `json:"active"`
	Grid    string          `json:"grid,omitempty"` // "x..x"
	Hits    int             `json:"hits,omitempty"`
	Theme   int             `json:"theme,omitempty"`
	Cycle   uint64          `json:"cycle,omitempty"`
	Began   sonify.Tick     `json:"began"`
	Shift   int             `json:"shift,omitempty"`
	Invert  bool            `json:"invert,omitempty"`
	Stretch sonify.Tick     `json:"stretch,omitempty"`
	Thin    float64         `json:"thin"`
	Orn     float64         `json:"ornament"`
	Vary    float64         `json:"vary"`
	Chance  float64         `json:"chance"`
	Centre  sonify.Pitch    `json:"centre"`
	State   int             `json:"state,omitempty"`
	Steered []readingMemory `json:"steered,omitempty"`
}

type controlMemory struct {
	Name   string      `json:"name"`
	Active bool        `json:"active,omitempty"`
	On     bool        `json:"on,omitempty"`
	Value  int32       `json:"value"`
	Cause  causeMemory `json:"cause"`
}

// slotMemory is where a parameter of a voice stands.
type slotMemory struct {
	Voice  string      `json:"voice"`
	Param  string      `json:"param"`
	Has    string      `json:"has"` // the control that moved it last
	Rest   int32       `json:"rest"`
	Sent   int32       `json:"sent"`
	Target int32       `json:"target"`
	From   int32       `json:"from"`
	Began  sonify.Tick `json:"began"`
	Glide  sonify.Tick `json:"glide,omitempty"`
	Cause  causeMemory `json:"cause"`
}

type formMemory struct {
	Section string         `json:"section"`
	Base    string         `json:"base"`
	Under   []string       `json:"under,omitempty"`
	Silent  bool           `json:"silent,omitempty"`
	Began   sonify.Tick    `json:"began"`
	Pending string         `json:"pending,omitempty"`
	Asked   *askedMemory   `json:"asked,omitempty"`
	Leaving bool           `json:"leaving,omitempty"`
	Waiting bool           `json:"waiting,omitempty"`
	Held    bool           `json:"held,omitempty"`
	Entered map[string]int `json:"entered,omitempty"`
	Sounds  score.Key      `json:"sounds"` // the key of the moment
	Home    score.Key      `json:"home"`
	Up      int            `json:"up,omitempty"`
	Mode    int            `json:"mode"`
	Modal   bool           `json:"modal,omitempty"`

	Progression int             `json:"progression,omitempty"` // of those of its section
	Chord       int             `json:"chord,omitempty"`
	Counted     int             `json:"counted,omitempty"`
	ChordAt     sonify.Tick     `json:"chord_at"`
	Sounding    score.Sounding  `json:"sounding"`
	TurnAt      sonify.Tick     `json:"turn_at,omitempty"`
	Turn        *score.Sounding `json:"turn,omitempty"`

	CadenceFrom  sonify.Tick `json:"cadence_from,omitempty"`
	CadenceUntil sonify.Tick `json:"cadence_until,omitempty"`
	Homed        bool        `json:"homed,omitempty"`
	Bars         int         `json:"bars,omitempty"`
}

// askedMemory is why the pending section was asked for.
type askedMemory struct {
	Event *eventMemory `json:"event,omitempty"`
	Cause causeMemory  `json:"cause"`
}

type eventMemory struct {
	Source string         `json:"source,omitempty"`
	Kind   string         `json:"kind"`
	Fields []string       `json:"fields,omitempty"`
	Values []any          `json:"values,omitempty"`
	At     *time.Time     `json:"at,omitempty"`
	Clock  *time.Duration `json:"clock,omitempty"`
	Line   int64          `json:"line,omitempty"`
}

// Between reports whether p stands between two stretches and has heard nothing of
// the next, where its State can be had. At its very beginning it does not: it has
// things to say first.
func (p *Performance) Between() bool {
	return p.end == p.now && p.reach <= p.now && len(p.out.Notes)+len(p.out.Controls)+len(p.out.Marks) == 0
}

// OnBar reports whether p stands between two stretches, on a bar line, where
// another piece can take over.
func (p *Performance) OnBar() bool { return p.Between() && p.now%p.piece.Header.Meter.Bar() == 0 }

// Position returns where p stands.
func (p *Performance) Position() Position {
	return Position{Base: p.base, Now: p.now, Exact: p.tempo.Exact(p.now), Tempo: p.tempo.At(p.now),
		Heard: p.heard, Notes: p.notes, Sounded: p.sounded, Gathered: p.gathered, Crowds: p.crowds, LastHeard: p.lastHeard}
}

var errWithin = errors.New("a performance can be written down between two stretches only, before it hears what comes next")

// State returns all that p knows. p must stand between two stretches: see Between.
func (p *Performance) State() (*State, error) {
	if !p.Between() {
		return nil, errWithin
	}
	h := &p.piece.Header
	s := &State{Position: p.Position(), Meter: h.Meter.String(), Key: fingerprint(p.piece.key),
		Order: p.order, Idle: p.idle, Ending: p.ending, Asked: p.asked, Lost: make(map[string]uint64)}
	for why, n := range p.lost {
		s.Lost[why] = n
	}
	n := len(p.piece.signals)
	s.Builtins = slices.Clone(p.values[n:])
	for i := range p.signals {
		s.Signals = append(s.Signals, p.signals[i].memory(p.values[i], p.known[i]))
	}
	for _, k := range p.piece.reading {
		st := &p.numbers[k.id]
		m := numberMemory{Is: fingerprint(k), Domain: st.domain.memory()}
		if st.has {
			m.Held = copied(st.held)
		}
		s.Numbers = append(s.Numbers, m)
	}
	for i, r := range p.rules {
		s.Rules = append(s.Rules, ruleMemory{p.piece.rules[i].name, r.ready, r.free, r.above, r.below, r.started, r.count, p.crowdMemory(&r.crowd)})
	}
	for i, v := range p.voices {
		s.Voices = append(s.Voices, voiceMemory{h.Voices[i].Name, voiceFingerprint(h.Voices[i]), v.free, v.budget.used, v.budget.began})
	}
	for i, b := range p.sources {
		if b.used > 0 {
			s.Budgets = append(s.Budgets, budgetMemory{h.Sources[i], b.began, b.used})
		}
	}
	queue := slices.Clone(p.queue)
	slices.SortFunc(queue, func(a, b queuedNote) int {
		if (noteQueue{a, b}).less(0, 1) {
			return -1
		}
		return 1
	})
	for _, q := range queue {
		m := p.noteMemory(&q.Note)
		m.Order, m.Rule, m.OnGrid = q.order, q.rule, q.onGrid
		s.Queue = append(s.Queue, m)
	}
	for i := range p.captions {
		c := &p.captions[i]
		s.Captions = append(s.Captions, captionMemory{c.Tick, c.Frame, c.Text, p.causeMemory(&c.Cause)})
	}
	for i := range p.sounding {
		s.Sounding = append(s.Sounding, p.noteMemory(&p.sounding[i]))
	}
	for i := range p.patterns {
		s.Patterns = append(s.Patterns, p.patternMemory(i))
	}
	for i := range p.controls {
		c := &p.controls[i]
		s.Controls = append(s.Controls, controlMemory{p.piece.controls[i].name, c.active, c.on, c.value, p.causeMemory(&c.cause)})
	}
	for i := range p.slots {
		c := &p.slots[i]
		s.Slots = append(s.Slots, slotMemory{h.Voices[c.voice].Name, c.param.String(), p.piece.controls[c.has].name, c.rest,
			c.sent, c.target, c.from, c.began, c.glide, p.causeMemory(&c.cause)})
	}
	s.Form = p.formMemory()
	s.Ticks, s.References = p.axisMemory()
	s.News = p.newsMemory()
	s.Board = p.boardMemory()
	return s, nil
}

func (st *signalState) memory(value float64, known bool) signalMemory {
	m := signalMemory{Name: st.plan.name, Is: st.plan.fingerprint(), Value: value, Known: known, Target: st.target, Fed: st.fed, Domain: st.domain.memory()}
	if st.isShown {
		m.Shown = copied(st.shown)
	}
	if st.plan.derived {
		return m
	}
	r := st.reduce
	k := &reducerMemory{Count: r.count, Mean: r.mean, M2: r.m2, Sum: r.sum, Low: r.low, Top: r.top, First: r.first,
		EMA: r.ema, Before: r.before, Gap: r.gap, Same: r.same, Mid: r.mid, Last: r.last,
		Words: slices.Clone(r.names), Counts: slices.Clone(r.counts), Free: slices.Clone(r.free), Newest: r.newest, Lost: r.lost}
	if r.how == "ema" && len(r.ring) > 0 {
		k.EMAAt = copied(r.ring[0].at)
	}
	for i := range r.n {
		o := r.at(i)
		k.At = append(k.At, o.at)
		if r.held > r.n {
			k.Many = append(k.Many, o.many)
		}
		if r.cats != nil {
			k.Cat = append(k.Cat, o.cat)
		} else {
			k.Num = append(k.Num, o.num)
		}
	}
	m.Reduce = k
	return m
}

// memory returns what a live domain has seen; nil for one that is fixed, or not
// there.
func (d *domain) memory() *domainMemory {
	if d == nil || d.plan.kind == fixedDomain {
		return nil
	}
	return &domainMemory{fingerprint(d.plan), d.low, d.high, d.n, d.mean, d.m2, d.seenLow, d.seenHigh, slices.Clone(d.recent), d.next, d.spikes, d.spike, d.since}
}

func (p *Performance) crowdMemory(c *crowd) *crowdMemory {
	if c.n == 0 {
		return nil
	}
	return &crowdMemory{c.until, c.n, c.sum, c.low, c.high, c.priority, p.noteMemory(&c.note), c.say}
}

func copied[T any](v T) *T { return &v }

func plain(v sonify.Value) any {
	switch v.Type() {
	case sonify.Number:
		f, _ := v.Float()
		return f
	case sonify.Text:
		return v.String()
	case sonify.Bool:
		b, _ := v.Bool()
		return b
	}
	return nil
}

func (p *Performance) causeMemory(c *sonify.Cause) causeMemory {
	m := p.piece.Header.Makers[c.By]
	return causeMemory{Event: c.Event, Kind: m.Kind, By: m.Name, From: c.From, Value: plain(c.Value), Label: c.Label, Step: c.Step, Steered: p.readings(c.Steered)}
}

func (p *Performance) readings(rs []sonify.Reading) (out []readingMemory) {
	for _, r := range rs {
		out = append(out, readingMemory{p.piece.Header.Signals[r.Signal].Name, r.Value})
	}
	return out
}

func (p *Performance) noteMemory(n *sonify.Note) noteMemory {
	return noteMemory{Tick: n.Tick, Length: n.Length, Frame: n.Frame, Frames: n.Frames, Voice: p.piece.Header.Voices[n.Voice].Name,
		Pitch: n.Pitch, Velocity: n.Velocity, Pan: n.Pan, Cause: p.causeMemory(&n.Cause)}
}

func (p *Performance) patternMemory(i int) patternMemory {
	pl, st := &p.piece.patterns[i], &p.patterns[i]
	m := patternMemory{Name: pl.name, Is: pl.fingerprint(), Looked: st.looked, On: st.on, Active: st.active, Hits: st.hits,
		Theme: st.theme, Cycle: st.cycle, Began: st.began, Shift: st.shift, Invert: st.invert, Stretch: st.stretch,
		Thin: st.thin, Orn: st.orn, Vary: st.vary, Chance: st.chance, Centre: st.centre, State: st.state, Steered: p.readings(st.steered)}
	grid := make([]byte, len(st.grid))
	for k, hit := range st.grid {
		grid[k] = '.'
		if hit {
			grid[k] = 'x'
		}
	}
	m.Grid = string(grid)
	return m
}

func (p *Performance) formMemory() formMemory {
	f, sections := &p.form, p.piece.form.sections
	m := formMemory{Section: sections[f.section].name, Base: sections[f.base].name, Silent: f.silent, Began: f.began,
		Leaving: f.leaving, Waiting: f.waiting, Held: f.held, Entered: make(map[string]int), Sounds: f.key, Home: f.home, Up: f.up, Mode: f.mode, Modal: f.modal,
		Chord: f.chord, Counted: f.counted, ChordAt: f.chordAt, Sounding: f.sounding, Bars: f.bars}
	if f.cadUntil > 0 {
		m.CadenceFrom, m.CadenceUntil, m.Homed = f.cadFrom, f.cadUntil, f.homed
	}
	list, _ := f.progressionsOf(p)
	m.Progression = max(0, slices.IndexFunc(list, func(l []score.Chord) bool { return &l[0] == &f.chords[0] }))
	if f.turnAt > 0 {
		m.TurnAt, m.Turn = f.turnAt, copied(f.turn)
	}
	for _, i := range f.under {
		m.Under = append(m.Under, sections[i].name)
	}
	for i, n := range f.entered {
		if n > 0 {
			m.Entered[sections[i].name] = n
		}
	}
	if f.pending >= 0 {
		m.Pending = sections[f.pending].name
	}
	if f.pending >= 0 {
		m.Asked = &askedMemory{Cause: p.causeMemory(&f.pendCap.cause)}
		if ev := f.pendCap.ev; ev != nil {
			e := &eventMemory{Source: ev.Source, Kind: ev.Kind(), Line: ev.Line}
			if ev.Shape != nil {
				for k, fd := range ev.Shape.Fields() {
					e.Fields = append(e.Fields, fd.Name)
					v := sonify.Value{}
					if k < len(ev.Values) {
						v = ev.Values[k]
					}
					e.Values = append(e.Values, plain(v))
				}
			}
			if !ev.At.IsZero() {
				e.At = &ev.At
			}
			if ev.Timed {
				e.Clock = &ev.Clock
			}
			m.Asked.Event = e
		}
	}
	return m
}
