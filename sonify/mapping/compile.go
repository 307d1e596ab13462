package mapping

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping/expression"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/score"
)

// Env is what a piece may use of the program around it.
type Env struct {
	Sources *sonify.Registry
	// Library returns a mapping of the library by name; nil if there is none.
	Library func(name string) ([]byte, bool)
	// Mappings are the names that Library knows, for hints.
	Mappings []string
	// ReadFile reads a file that the piece names, its path already made relative
	// to the piece's folder. It is used for mappings and for samples.
	ReadFile func(path string) ([]byte, error)
	// Sample decodes the WAV file of a sample voice.
	Sample  func(name string, wav []byte) (*sonify.SampleSound, error)
	Stdin   io.Reader
	Version string
	// Say is told, from any goroutine, what sources have to say to whoever runs the
	// program; it may be nil.
	Say func(source, text string)
	// Hooks are where sources can be called from outside; nil where nobody listens.
	Hooks sonify.Hooks
	// Probe lets the compiler ask the sources what they will report, which opens
	// their files: fields and kinds are then checked. Without it only what the
	// sources say of themselves at rest is. Those of live kinds are asked in any case:
	// they answer without asking their service.
	Probe bool
	// Live means that the piece is to be played live: events may be timed by their
	// arrival, and those of live sources are.
	Live bool
	// Listen means that nothing is to be played: what the sources of the piece report is
	// only looked at, and it needs neither rules nor voices for that.
	Listen bool
	// Recorded, if not nil, is what each source said it would report when the piece
	// was compiled before. The piece is then compiled to hear those events again: no
	// source is made, and the plans of the sources hold none.
	Recorded map[string]Recorded
}

// Recorded is what a source said when a piece was compiled before.
type Recorded struct {
	Prospect *sonify.Prospect // nil: it was not asked
	Live     bool             // see [sonify.SourceInfo]
}

// compiler turns a File into a Piece, collecting every mistake.
type compiler struct {
	env      Env
	doc      *grammar.Document
	file     *File
	piece    *Piece
	problems sonify.Problems

	key     score.Key
	meter   sonify.Meter
	signals map[string]int
	names   []string // of signals, builtins too, in order
	voices  map[string]int
	voiceNs []string
	sources map[string]*prospect
	order   []string
	level   int
	reads   map[string]map[string]bool // source -> field
	named   map[string]bool            // rules and patterns
	wanted  int                        // rules and patterns of the piece's level
	muted   bool                       // what is compiled now is above it, and will not play
	bare    bool                       // the mapping that it stands on is not there
	fine    bool                       // it was told that the piece's grid is too fine
}

type prospect struct {
	sonify.Prospect
	known bool
	// strange means that its data come from outside, from whoever speaks there; a file
	// that the piece names is its author's own.
	strange bool
	speed   float64
	keep    []string
	door    Door
	pos     grammar.Pos
}

var levels = []string{"plain", "gentle", "full"}

func levelOf(name string) int {
	for i, l := range levels {
		if l == name {
			return i
		}
	}
	return 0
}

// Compile reads a piece and everything it builds on, and makes it ready to be
// played. file is how the person named it; overrides are pairs "key.path=value"
// that replace what the files say. All mistakes come at once; the piece is nil
// if any of them is more than a warning.
func Compile(env Env, file string, src []byte, overrides []string) (*Piece, sonify.Problems) {
	doc, problems := open(env, file, src, overrides)
	if doc == nil {
		problems.Sort()
		return nil, problems
	}
	f := NewFile()
	problems = append(problems, doc.Bind(f)...)
	c := &compiler{env: env, doc: doc, file: f, problems: problems,
		signals: map[string]int{}, voices: map[string]int{}, sources: map[string]*prospect{}, reads: map[string]map[string]bool{}, named: map[string]bool{}}
	// What a mapping that is not there would have brought is not missed one by one.
	c.bare = slices.ContainsFunc(problems, func(p *sonify.Problem) bool { return p.Key == "mapping" })
	c.piece = &Piece{}
	c.head(file)
	c.compileSources()
	c.compileVoices()
	c.declareSignals()
	c.compileSignals()
	c.compileForm()
	c.compileRules()
	c.compilePatterns()
	c.compileControls()
	c.compileTicks()
	c.compileReferences()
	c.compileNews()
	c.compileBoard()
	c.compileStretch()
	c.compileRest()
	c.musicalWindows()
	c.doors()
	if c.problems.Err() != nil {
		c.problems.Sort()
		return nil, c.problems
	}
	c.tell()
	c.audible()
	c.problems.Sort()
	return c.piece, c.problems
}

// at adds a mistake at a key below pos.
func (c *compiler) at(pos grammar.Pos, key, hint, format string, args ...any) {
	c.problems = append(c.problems, pos.At(key).Problem(hint, format, args...))
}

func (c *compiler) warn(pos grammar.Pos, key, hint, format string, args ...any) {
	p := pos.At(key).Problem(hint, format, args...)
	p.Warning = true
	c.problems = append(c.problems, p)
}

// written reports whether the table at pos has the key at all, rightly or not.
func written(pos grammar.Pos, key string) bool {
	at := pos.At(key)
	return at.Line != pos.Line || at.Col != pos.Col
}

func (c *compiler) root() grammar.Pos { return c.doc.Root().Pos() }

// head compiles what stands at the top of the piece.
func (c *compiler) head(file string) {
	f, h := c.file, &c.piece.Header
	h.About = f.About
	h.Language = f.Language
	h.Title, h.Piece, h.Version, h.Seed, h.Level = f.Title, baseName(file), c.env.Version, uint64(f.Seed), f.Level
	if h.Title == "" {
		h.Title = strings.TrimSuffix(h.Piece, ".toml")
	}
	c.level = levelOf(f.Level)
	c.meter = sonify.Meter{Beats: 4, Unit: 4}
	if m, err := parseMeter(f.Meter); err != nil {
		c.at(c.root(), "meter", "", "%v", err)
	} else {
		c.meter = m
	}
	h.Meter = c.meter
	c.key, _ = score.ParseKey("A minor")
	if f.Key.Off {
		c.at(c.root(), "key", `write "A chromatic" for all notes, and scale = "off" in a rule for any pitch`, "a piece needs a key")
	} else if f.Key.Set {
		c.key = f.Key.Key
	}
	c.piece.key = c.key
	if !f.Temperament.Equal() {
		c.piece.temper = &f.Temperament.Temperament
	}
	h.Key = c.key.String()
	c.piece.pulse, c.piece.stretch = sonify.PPQ/4, sonify.PPQ/4
	h.Tempo = sonify.BPM(112)
	c.piece.swing = sonify.Tick(float64(f.Swing*float64(sonify.PPQ/4)) + 0.5)
	h.Mix = sonify.Mix{Tuning: f.Tuning, A4: f.A4, Loudness: f.Mix.Loudness.LUFS, Gain: f.Mix.Gain, Guard: f.Mix.Guard, Ceiling: f.Mix.Ceiling}
	c.piece.duck = f.Mix.Duck
}

func baseName(file string) string {
	if i := strings.LastIndexAny(file, `/\`); i >= 0 {
		return file[i+1:]
	}
	return file
}

func dirName(file string) string {
	if i := strings.LastIndexAny(file, `/\`); i >= 0 {
		return file[:i]
	}
	return "."
}

func parseMeter(s string) (sonify.Meter, error) {
	var m sonify.Meter
	if n, err := fmt.Sscanf(s, "%d/%d", &m.Beats, &m.Unit); err != nil || n != 2 || fmt.Sprintf("%d/%d", m.Beats, m.Unit) != s {
		return m, fmt.Errorf("%q is no meter: write two numbers, such as \"4/4\" or \"6/8\"", s)
	}
	ok := false
	for u := 1; u <= 16; u *= 2 {
		ok = ok || m.Unit == u
	}
	if m.Beats < 1 || m.Beats > 32 || !ok {
		return m, fmt.Errorf("%q is no meter that can be played: 1 to 32 beats of 1, 2, 4, 8 or 16", s)
	}
	return m, nil
}

// formula compiles an expression; nil if it is empty or wrong.
func (c *compiler) formula(pos grammar.Pos, key, src string, sc *expression.Scope) *formula {
	if strings.TrimSpace(src) == "" {
		return nil
	}
	// A mapping is written for a kind of data, and the piece may bring one with
	// fewer fields: what is not there is missing, and no mistake.
	if !sc.Open && sc.Fields != nil && c.borrowed(pos.At(key)) {
		lenient := *sc
		lenient.Open = true
		sc = &lenient
	}
	e, err := expression.Compile(src, sc)
	if err != nil {
		c.expressionError(pos, key, src, err)
		return nil
	}
	return &formula{fieldReader: newFieldReader(e), text: strings.TrimSpace(src)}
}

// borrowed reports whether what stands at pos was taken from a mapping, and not
// written in the piece.
func (c *compiler) borrowed(pos grammar.Pos) bool {
	return pos.File != "" && pos.File != c.doc.File()
}

func (c *compiler) expressionError(pos grammar.Pos, key, src string, err error) {
	p := pos.At(key)
	if e, ok := err.(*expression.Error); ok {
		q := p.Problem(e.Hint, "%s", e.Msg)
		// Inside a one-line string the fault has a column of its own; the quote
		// is one before the text.
		if p.Line > 0 && e.Line <= 1 && e.Col > 0 && !strings.Contains(src, "\n") {
			q.Col += e.Col
		}
		c.problems = append(c.problems, q)
		return
	}
	c.at(pos, key, "", "%v", err)
}

// number compiles a number of the piece. sc is what it may read.
func (c *compiler) number(pos grammar.Pos, key string, n Number, sc *expression.Scope) *number {
	if !n.Set {
		return nil
	}
	out := &number{id: c.piece.numbers, signal: -1, key: key, value: n.Const}
	c.piece.numbers++
	if n.IsConst {
		out.fixed = true
		return out
	}
	at := key
	if n.Table {
		at = key + ".from"
	}
	f := c.formula(pos, at, n.From, sc)
	if f == nil {
		return nil
	}
	out.from = *f
	if s := f.expr.Signals(); len(s) == 1 && len(f.expr.Fields()) == 0 && f.text == "signal."+c.names[s[0]] {
		out.signal = s[0]
	}
	out.mapped = n.HasRange || n.Domain.Set
	out.low, out.high, out.curve, out.down = n.Low, n.High, n.Curve, n.Polarity == "down"
	if !n.HasRange {
		out.low, out.high = 0, 1
	}
	switch n.Missing {
	case "hold":
		out.policy = holdMissing
	case "fill":
		out.policy, out.value = fillMissing, n.Fill
	}
	if out.mapped {
		switch {
		case n.Domain.Set:
			out.domain = n.Domain.plan()
		case out.signal >= 0 && out.signal < len(c.piece.signals):
			out.domain = nil // the signal's own
		case out.signal >= 0:
			out.domain = &domainPlan{kind: fixedDomain, low: 0, high: 1}
			if out.signal >= len(c.file.Signal.Names())+sigSectionBar && (c.names[out.signal] == "bar" || c.names[out.signal] == "section_bar") {
				out.domain = &domainPlan{kind: fixedDomain, low: 0, high: 8}
			}
		default:
			out.domain = (&Domain{}).plan() // seen
		}
	}
	if !c.muted {
		c.piece.reading = append(c.piece.reading, out)
	}
	return out
}

func (c *compiler) declareSignals() {
	for i, n := range c.file.Signal.Names() {
		c.signals[n] = i
		c.names = append(c.names, n)
	}
	c.piece.signals = make([]signalPlan, len(c.names))
	for i, b := range builtinNames {
		if j, taken := c.signals[b]; taken {
			s := c.file.Signal.Get(c.names[j])
			c.at(s.Pos, "", "", "%q is a signal that every piece has: choose another name", b)
		}
		c.signals[b] = len(c.piece.signals) + i
		c.names = append(c.names, b)
	}
}

func (c *compiler) compileSignals() {
	for i, name := range c.file.Signal.Names() {
		s := c.file.Signal.Get(name)
		p := &c.piece.signals[i]
		*p = signalPlan{name: name, kinds: kindFilter{kinds: s.On, source: s.Source}, how: s.Reduce, slew: s.Slew, show: s.Show, speed: 1}
		if s.Start != nil {
			p.start, p.started = bounded(*s.Start), true
		}
		p.domain = s.Domain.plan()
		p.derived = len(s.On) == 0 && s.Source == ""
		if p.derived {
			if s.Value == "" {
				if written(s.Pos, "on") || written(s.Pos, "value") {
					continue // told already what is wrong with it
				}
				c.at(s.Pos, "", `write on = "*" for every event`, "signal %s has neither on nor value: nothing would move it", name)
				continue
			}
			if s.When != "" || s.Window != (Window{}) || s.Reduce != "last" {
				c.warn(s.Pos, "", "add on, or leave them out", "when, window and reduce are about events, and none moves this signal")
			}
			// Signals later in the file would be a beat behind; to read oneself is a
			// mistake.
			told := len(c.problems)
			p.value = c.formula(s.Pos, "value", s.Value, c.scope(nil, "", false))
			if p.value == nil && len(c.problems) > told && !strings.Contains(s.Value, "signal.") {
				c.problems[told].Hint = "to read a field of an event, add on = " + c.someKind() + ", say"
			}
			if p.value != nil {
				for _, j := range p.value.expr.Signals() {
					c.piece.formMoves = c.piece.formMoves || j >= len(c.piece.signals)
					if j == i {
						c.at(s.Pos, "value", "", "signal %s reads itself", name)
					}
				}
			}
		} else {
			c.kinds(s.Pos, "on", s.On, s.Source)
			sc := c.scope(s.On, s.Source, true)
			p.when = c.formula(s.Pos, "when", s.When, sc)
			p.value = c.formula(s.Pos, "value", s.Value, sc)
			p.speed = c.speedOf(s.On, s.Source)
			c.note(s.On, s.Source, p.when, p.value)
		}
		if s.Window.Events > 0 || s.Window.Time > 0 {
			p.win.events = s.Window.Events
			p.win.frames = sonify.Frame(float64(sonify.Frames(s.Window.Time)) / p.speed)
			if p.win.events > windowLimit {
				c.at(s.Pos, "window", "", "a window of %d events is too large: at most %d", p.win.events, windowLimit)
			}
		}
		if !p.derived && !s.Window.Music.IsZero() {
			p.winTicks = c.fraction(s.Pos, "window", s.Window.Music) // frames, once the tempo is known
		}
		info := sonify.Signal{Name: name, Title: s.Title, Doc: s.Doc, Unit: s.Unit, Hidden: !s.Show}
		if p.domain.kind == fixedDomain {
			info.Low, info.High = p.domain.low, p.domain.high
		}
		c.piece.Header.Signals = append(c.piece.Header.Signals, info)
	}
}

// musicalWindows turns windows that were given in bars or beats into frames.
func (c *compiler) musicalWindows() {
	tempo := sonify.NewTempoMap(c.piece.Header.Tempo)
	for i := range c.piece.signals {
		if p := &c.piece.signals[i]; p.winTicks > 0 {
			p.win.frames = max(1, tempo.Frame(p.winTicks))
		}
	}
}

// fraction returns a length as ticks, bars and beats by the piece's meter; 0 if
// nothing was written, or less than a tick, which is a mistake.
func (c *compiler) fraction(pos grammar.Pos, key string, f grammar.Fraction) sonify.Tick {
	t := f.Ticks(c.meter)
	if t == 0 && !f.IsZero() {
		c.at(pos, key, "such as \"1/16\"", "%v is shorter than anything that can be played", f)
	}
	return t
}
