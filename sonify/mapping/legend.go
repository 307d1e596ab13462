package mapping

import (
	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
)

// A Legend is a piece put into words and into examples to be heard: for each of
// its mappings what a low, a typical and a high value sound like. It is data;
// what shows or plays it chooses. Nobody else holds on to it.
type Legend struct {
	Title string `json:"title"`
	About string `json:"about,omitempty"`
	// Surveyed is true if a run through the data stands behind the values.
	Surveyed bool          `json:"surveyed"`
	Entries  []LegendEntry `json:"entries"`
	// Idle says what is heard when no data comes; empty if nothing special is.
	Idle string `json:"idle,omitempty"`
	// IdleAfter is after how many seconds without an event that is, IdleSection what
	// people call the section that comes then, empty if the music only breathes.
	IdleAfter   float64 `json:"idle_s,omitempty"`
	IdleSection string  `json:"idle_section,omitempty"`
}

// LegendKind tells what an entry of a legend is about.
type LegendKind string

const (
	LegendRule    LegendKind = "rule"    // what an event plays
	LegendSignal  LegendKind = "signal"  // a signal, with all the patterns that it steers together
	LegendPattern LegendKind = "pattern" // one pattern by itself
	LegendSection LegendKind = "section" // a section of the form
)

// LegendEntry is one mapping of a piece.
type LegendEntry struct {
	Kind LegendKind `json:"kind"`
	Name string     `json:"name"`
	// Title is what people call it, empty if it has no other name.
	Title string `json:"title,omitempty"`
	Maker int    `json:"-"` // index in Header.Makers; -1 for a signal
	// Doc is what the piece says it means, or empty.
	Doc string `json:"doc,omitempty"`
	// Words say what becomes what: "speed_kmh becomes pitch: higher is faster".
	Words string `json:"words"`
	// On says which events it hears: "tennis.point when ace". Rules have it.
	On string `json:"on,omitempty"`
	// From is what is read ("speed_kmh", "signal.tension"), empty if no value is.
	From string `json:"from,omitempty"`
	Unit string `json:"unit,omitempty"`
	// Domain says what counts as low and as high: "120 to 225 km/h".
	Domain string `json:"domain,omitempty"`
	// Low and High are its ends where they are fixed, and Live says what they are
	// where the data moves them: "seen", "rank" or "zscore".
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
	Live string   `json:"live,omitempty"`
	// Effects are what a signal moves as it rises.
	Effects []LegendEffect `json:"effects,omitempty"`
	// Alike is "low" or "high" if its typical value sounds as that end does, and is
	// left out.
	Alike string `json:"alike,omitempty"`
	// Carrier is what the value moves above all: "pitch", "hits"; empty if
	// nothing is moved.
	Carrier string `json:"carrier,omitempty"`
	// Polarity is "up" if more becomes more (higher, louder, longer), "down" if
	// it becomes less, empty if it is neither.
	Polarity string   `json:"polarity,omitempty"`
	Voices   []string `json:"voices"`
	// Times is how often the survey met it: events that the rule took up, times
	// that the section began; -1 if there was no survey or it does not say.
	Times int64 `json:"times"`
	// Samples are its low, typical and high value as they sound; one alone, whose
	// Which is empty, if it has no value; none if it makes no sound of its own.
	Samples []LegendSample `json:"samples"`

	decisive bool // a section that an event begins
	inner    bool // a signal that displays leave out
}

// LegendEffect is one thing that rises, falls or becomes another with a signal.
type LegendEffect struct {
	What     string   `json:"what"`               // "rhythm.hits", "tempo", "harmony.richness"
	Polarity string   `json:"polarity,omitempty"` // "up", "down"; empty: it becomes another
	Of       []string `json:"of,omitempty"`       // the patterns, rules and voices
}

// LegendSample is one value as it sounds.
type LegendSample struct {
	Which string `json:"which,omitempty"` // "low", "typical", "high" or ""
	// Value is missing where only the data will tell.
	Value   sonify.Value `json:"value"`
	Caption string       `json:"caption"` // "serve: 120 km/h, the slowest"
	// Word says what the value is among the values, as a code ("slowest",
	// "typical"), End the same in the words of the piece, where it has some.
	Word string `json:"word,omitempty"`
	End  string `json:"end,omitempty"`
	// Passage is what the piece's own voices and patterns play, from tick and
	// frame 0, at the tempo that its first mark sets. Its notes begin before
	// Span.End and may ring on.
	Passage *sonify.Passage `json:"-"`
}

// The names of [LegendSample].Which.
const (
	whichLow     = "low"
	whichTypical = "typical"
	whichHigh    = "high"
)

// The values of Polarity.
const (
	polarityUp   = "up"
	polarityDown = "down"
)

// Legend returns the legend of the piece. s is what a survey of its data
// showed, nil if there was none: then the ends of live domains are known by
// words only. It plays nothing for anybody, but must run on the goroutine of
// the piece's performances.
func (p *Piece) Legend(s *Survey) *Legend {
	g := &stage{piece: p, survey: s}
	l := &Legend{Title: p.Header.Title, About: p.Header.About, Surveyed: s != nil, Idle: g.idleWords(), IdleAfter: float64(p.idle.after) / float64(sonify.SampleRate)}
	if k := p.idle.section; p.idle.after > 0 && k >= 0 {
		if s := &p.form.sections[k]; p.Header.Makers[s.maker].Title != "" {
			l.IdleSection = p.Header.Makers[s.maker].Title
		} else {
			l.IdleSection = spoken(s.name)
		}
	}
	for i := range p.rules {
		l.Entries = append(l.Entries, g.rule(i))
	}
	for i := range p.signals {
		l.Entries = append(l.Entries, g.signal(i))
	}
	for i := range p.patterns {
		l.Entries = append(l.Entries, g.pattern(i))
	}
	if len(p.form.sections) > 1 {
		for i := range p.form.sections {
			l.Entries = append(l.Entries, g.section(i))
		}
	}
	return l
}

// told is what a piece says for its legend and nothing else of it needs, by the
// index of rules, signals and sources.
type told struct {
	rules   []toldOf
	signals []toldOf
	sources []toldOf
}

type toldOf struct {
	title     string
	doc, unit string
	ends      []string    // the lowest and the highest, or nil
	pos       grammar.Pos // where it stands, for doubts that come later
}

// tell keeps what the legend wants of the file.
func (c *compiler) tell() {
	for i := range c.piece.Sources {
		c.piece.told.sources = append(c.piece.told.sources, toldOf{pos: c.file.Source.Get(c.piece.Sources[i].Name).Pos})
	}
	byName := map[string]*Rule{}
	for i := range c.file.Rule {
		byName[numbered(c.file.Rule[i].Name, "rule", i)] = &c.file.Rule[i]
	}
	for i := range c.piece.rules {
		p := &c.piece.rules[i]
		r := byName[p.name]
		t := toldOf{r.Title, r.Doc, r.Unit, r.Ends, r.Pos}
		if n := p.carrier(); n != nil && n.signal >= 0 && n.signal < len(c.piece.signals) {
			s := c.file.Signal.Get(c.names[n.signal])
			t = t.or(toldOf{"", s.Doc, s.Unit, s.Ends, s.Pos})
		} else if n != nil {
			t = t.or(toldOf{unit: c.unitOf(n.from.text, r.On, r.Source)})
		}
		c.piece.told.rules = append(c.piece.told.rules, t)
		m := &c.piece.Header.Makers[p.maker]
		m.Title, m.Doc, m.Unit = t.title, t.doc, t.unit
		if n := p.carrier(); n != nil {
			m.Carrier, m.Polarity = n.key, n.polarity()
		}
	}
	for _, name := range c.file.Signal.Names() {
		s := c.file.Signal.Get(name)
		c.piece.told.signals = append(c.piece.told.signals, toldOf{s.Title, s.Doc, s.Unit, s.Ends, s.Pos})
	}
}

// or returns t with u where t says nothing.
func (t toldOf) or(u toldOf) toldOf {
	if t.doc == "" {
		t.doc = u.doc
	}
	if t.unit == "" {
		t.unit = u.unit
	}
	if t.ends == nil {
		t.ends = u.ends
	}
	return t
}

// unitOf returns the unit of a field: what the sources say of it, or what its
// name ends in; empty for anything else.
func (c *compiler) unitOf(field string, on []string, source string) string {
	f := kindFilter{kinds: on, source: source}
	for _, name := range c.order {
		for _, sh := range c.sources[name].Shapes {
			if k := sh.Slot(field); k >= 0 && f.takes(sh.Kind(), name) && sh.Fields()[k].Unit != "" {
				return sh.Fields()[k].Unit
			}
		}
	}
	return unitOfName(field)
}
