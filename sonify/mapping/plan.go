package mapping

import (
	"time"

	"proscenium/sonify"
	"proscenium/sonify/mapping/expression"
	"proscenium/sonify/score"
)

// Piece is a compiled piece: what a performance needs, with nothing left to
// look up or to go wrong. It does not change. Performances of one piece must run
// on one goroutine, for they share its expressions.
type Piece struct {
	Header  sonify.Header
	Sources []SourcePlan

	signals   []signalPlan
	rules     []rulePlan
	patterns  []patternPlan
	controls  []controlPlan
	form      formPlan
	key       score.Key
	tempo     *number // nil: Header.Tempo throughout
	swing     sonify.Tick
	temper    *score.Temperament // nil: equal
	pulse     sonify.Tick        // what patterns and controls play is decided for so long at once
	stretch   sonify.Tick        // and what events play for so long; it goes up in the pulse
	duck      float64
	idle      idlePlan
	formMoves bool      // a signal is derived from one that the form moves
	numbers   int       // how many number states a performance needs
	reading   []*number // those that read something, and so remember
	told      told      // what the piece says for its legend
	ticks     *ticksPlan
	reference []referencePlan
	news      *newsPlan // nil: nothing is told
	board     *boardPlan

	budgets       []budgetPlan // of the voices
	sourceBudgets []budgetPlan // of the sources, as Header.Sources
	sourced       bool         // a source has one
}

// SourcePlan is one source of a piece, ready to be run.
type SourcePlan struct {
	Name   string
	Kind   string // "slam"
	Source sonify.Source
	Tally  *sonify.Tally
	Place  *sonify.Place // where it stands; to be filled before it is run
	Link   *sonify.Link  // how its connection is
	Door   Door
	Stale  time.Duration // after so long without an event it has fallen silent; 0: as the station says
	Pace   Pace
	Live   bool // see [sonify.SourceInfo]
	// Prospect is what the source said it would report, nil if it was not asked.
	Prospect *sonify.Prospect
	// Is tells sources apart: two of one piece and its edit that have the same name
	// and Is report the same, at the same pace.
	Is string
}

// Door says what of a source's events passes.
type Door struct {
	Keep    []string // fields that pass as they are
	Hash    []string // fields that pass as hashes
	AtLeast int      // how many a group must have to be named; 0: any number
	Group   []string // the fields that say to which group an event belongs
	Members string   // the field whose different values are counted; "": events are
}

// Pace says how the time of a source becomes the time of the performance.
type Pace struct {
	Clock  string        // "own", "step" or "arrival"
	Speed  float64       // own: how many times faster than life
	Step   sonify.Frame  // step: from one event to the next
	MaxGap sonify.Frame  // own: a longer silence is cut to this; 0: never (in frames of the performance)
	Delay  sonify.Frame  // before the first event
	Begin  time.Duration // own: what the source's clock shows when the music begins
	Begins bool          // Begin is given; otherwise it is what the first event says
	Dated  bool          // Begin is a date, since 1970
}

// fieldReader fetches the fields that one expression reads from events of
// whatever shape, remembering where they stand.
type fieldReader struct {
	expr   *expression.Expr
	shape  *sonify.Shape
	slots  []int
	values []sonify.Value
	cache  map[*sonify.Shape][]int
}

func newFieldReader(e *expression.Expr) *fieldReader {
	return &fieldReader{expr: e, values: make([]sonify.Value, len(e.Fields()))}
}

// read returns the fields of ev in the expression's order. The slice is used
// again at the next call.
func (r *fieldReader) read(ev *sonify.Event) []sonify.Value {
	if ev == nil || ev.Shape == nil {
		clear(r.values)
		return r.values
	}
	if ev.Shape != r.shape {
		r.bind(ev.Shape)
	}
	for i, s := range r.slots {
		if s >= 0 && s < len(ev.Values) {
			r.values[i] = ev.Values[s]
		} else {
			r.values[i] = sonify.Value{}
		}
	}
	return r.values
}

// shapeLimit bounds how many shapes are remembered, against a source that
// makes a new one for every event.
const shapeLimit = 256

func (r *fieldReader) bind(s *sonify.Shape) {
	r.shape = s
	if slots, ok := r.cache[s]; ok {
		r.slots = slots
		return
	}
	r.slots = make([]int, len(r.values))
	for i, f := range r.expr.Fields() {
		r.slots[i] = s.Slot(f)
	}
	if r.cache == nil || len(r.cache) >= shapeLimit {
		r.cache = make(map[*sonify.Shape][]int)
	}
	r.cache[s] = r.slots
}

// formula is an expression of the piece with its way to the fields.
type formula struct {
	*fieldReader
	text string
}

// missing says what a rule does when a value it reads is missing.
type missingPolicy uint8

const (
	skipMissing missingPolicy = iota // the event does not sound
	holdMissing                      // the last value is used again
	fillMissing                      // a stated value is used
)

// number is a number of the piece: a constant, or something read and perhaps
// mapped from a domain to a range.
type number struct {
	id     int // index of its state in a performance
	fixed  bool
	value  float64 // if fixed, and what fillMissing uses
	from   formula
	signal int // the signal it reads and nothing else, or -1
	mapped bool
	domain *domainPlan
	low    float64 // range
	high   float64
	curve  string
	down   bool // polarity
	policy missingPolicy
	key    string // for messages and causes: "pitch"
}

type signalPlan struct {
	name     string
	kinds    kindFilter
	when     *formula
	value    *formula
	derived  bool // value reads signals only, and no event feeds it
	how      string
	win      window
	winTicks sonify.Tick // of a window in bars or beats; win has it in frames
	speed    float64
	domain   *domainPlan
	start    float64
	started  bool    // start was given: the signal has that value before any event
	slew     float64 // part of the way to a new value per beat, in (0, 1]; 1 jumps
	show     bool
}

// kindFilter chooses events. An empty kind takes all; a kind that ends in ".*"
// takes all below it.
type kindFilter struct {
	kinds  []string
	source string
}

func (k *kindFilter) takes(kind, source string) bool {
	if k.source != "" && k.source != source {
		return false
	}
	if len(k.kinds) == 0 {
		return true
	}
	for _, w := range k.kinds {
		if w == kind || w == "*" {
			return true
		}
		if n := len(w); n > 2 && w[n-2:] == ".*" && len(kind) >= n-1 && kind[:n-1] == w[:n-1] {
			return true
		}
	}
	return false
}

type crossPlan struct {
	signal     int
	from       string // "signal.tension", for causes
	up, down   float64
	hasUp      bool
	hasDown    bool
	hysteresis float64
}

type rulePlan struct {
	name     string
	maker    int
	kinds    kindFilter
	cross    *crossPlan
	when     *formula
	voice    int // -1: says something and plays nothing
	pitch    *number
	pitchLow sonify.Pitch // range as pitches
	pitchTop sonify.Pitch
	free     bool // pitch does not go to the scale
	named    bool // the pitch is a note that the piece names: it sounds as written, and only the steps of a motif are the scale's
	scale    *score.Key
	degree   []score.Tone // plays these when it has no pitch
	centre   sonify.Pitch
	motif    []int // scale steps above the note, the first is 0
	chord    []int // scale steps sounding at once, the first is 0
	every    sonify.Tick
	length   *number
	seconds  bool // length is in seconds, not in quarter notes
	velocity *number
	pan      *number
	chance   *number
	doubled  []*number   // those of the above that say what the pitch says
	grid     sonify.Tick // 0: off
	maxDelay sonify.Tick
	coolDown sonify.Tick
	say      *caption
	label    *caption // what its notes stand for
	stop     bool     // later rules do not hear an event that this one played
	priority *number
	crowd    int // crowdOff, ...
}

type patternPlan struct {
	name     string
	maker    int
	voice    int
	rand     string
	level    int
	sections []bool // by index in form.sections
	when     *formula
	react    sonify.Tick
	steering []int // the signals of the piece that its numbers read, each once

	// A line of its own: rhythm and notes.
	step   sonify.Tick
	cycle  int
	fixed  []uint8
	hits   *number
	rotate *number
	tones  []score.Tone
	lines  [][]score.Tone // several lines, tones the first of them; nil: one
	order  string         // "line", "up", "down", "updown", "random", "markov"
	span   int            // arpeggio: how many notes
	markov *markov
	perHit bool // tones are taken one per hit, else one per step

	themes   []score.Theme
	choose   *number // which theme, 0 the first; nil takes them in turn
	shift    *number // degrees
	invert   *formula
	stretch  *number
	thin     *number
	ornament *number
	delay    sonify.Tick

	centre   sonify.Pitch
	register *number // semitones added to the centre, in whole octaves
	length   float64 // part of the step, or of the note
	velocity *number
	accent   float64
	pan      *number
	chance   *number
	vary     *number
}

type markov struct {
	states []score.Tone
	next   [][]float64 // cumulative probabilities
}

type sectionPlan struct {
	name         string
	maker        int
	kinds        kindFilter
	atEnd        bool
	when         *formula
	until        kindFilter
	hasUntil     bool
	untilIf      *formula
	bars         int
	then         int         // index, or -1: back to the section that waits below
	at           sonify.Tick // boundary on which it begins: bar, beat; 0 the pulse
	priority     int
	progressions [][]score.Chord
	choose       *number // which of them; nil: as the form has it
	perChord     int     // bars
	build        *buildPlan
	release      sonify.Tick // the cadence after it, in whole bars
	keys         []score.Key
	keyUp        int
	tempo        float64 // factor
	only         bool
	silence      sonify.Tick // patterns rest so long
	say          *caption
	velocity     float64
	again        bool // starts anew when its event comes while it plays
}

type formPlan struct {
	sections     []sectionPlan
	progressions [][]score.Chord
	perChord     int
	harmony      harmonyPlan
}

type idlePlan struct {
	after   sonify.Frame
	section int // -1: breathe
}
