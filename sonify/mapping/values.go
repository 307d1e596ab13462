package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/score"
)

// Number is a number of the piece: a constant, a field, a signal, an
// expression, or a table that maps one of these from a domain to a range.
type Number struct {
	Set      bool
	IsConst  bool
	Const    float64
	Table    bool
	From     string
	Domain   Domain
	Low      float64 // range
	High     float64
	HasRange bool
	Curve    string
	Polarity string
	Missing  string // "skip", "hold" or "fill"
	Fill     float64
}

// numberTable is the table form of a Number.
type numberTable struct {
	From     string      `toml:"from" doc:"what is read: a field, signal.NAME or an expression" required:"true" example:"signal.tension"`
	Domain   Domain      `toml:"domain" doc:"what counts as low and high; a signal brings its own" example:"[140, 230]"`
	Range    *[2]float64 `toml:"range" doc:"what low and high become" example:"[0.5, 1.0]"`
	Curve    string      `toml:"curve" doc:"the shape between" default:"linear" enum:"linear|log|exp|sqrt|square|smooth|step"`
	Polarity string      `toml:"polarity" doc:"up: more becomes more; down: more becomes less" default:"up" enum:"up|down"`
	Missing  Policy      `toml:"missing" doc:"when the value is missing: \"skip\" does not play, \"hold\" uses the last value, a number is used in its place" default:"skip" example:"hold"`
}

// FromTOML implements [grammar.Value].
func (v *Number) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if f, ok := n.Number(); ok {
		*v = Number{Set: true, IsConst: true, Const: f}
		return
	}
	switch n.Kind() {
	case grammar.String:
		*v = Number{Set: true, From: n.Text()}
	case grammar.Table:
		var t numberTable
		grammar.Defaults(&t)
		r.Bind(n, &t)
		*v = Number{Set: true, Table: true, From: t.From, Domain: t.Domain, Curve: t.Curve, Polarity: t.Polarity, Missing: t.Missing.Do, Fill: t.Missing.Fill}
		if t.Range != nil {
			v.HasRange, v.Low, v.High = true, t.Range[0], t.Range[1]
			if v.Low > v.High {
				// "More becomes less" is said by polarity, so that the legend can say it.
				r.Error(n.Get("range"), `put the lower end first and write polarity = "down"`, "low end %v is above high end %v", v.Low, v.High)
			}
		}
	default:
		r.Expected(n, "a number, a field, signal.NAME, an expression in quotes, or a table with from", "")
	}
}

// Describe implements [grammar.Value].
func (v *Number) Describe() grammar.Type {
	return grammar.Type{Name: "number", Doc: "a number, or a field, signal or expression in quotes, or a table that maps one from a domain to a range", OneOf: []grammar.Type{
		{Name: "constant", Kind: grammar.Float},
		{Name: "expression", Kind: grammar.String, Examples: []string{"signal.tension", "speed_kmh / 230"}},
		{Name: "mapped value", Kind: grammar.Table, Fields: &numberTable{}},
	}}
}

// Policy is what is done when a value is missing.
type Policy struct {
	Do   string
	Fill float64
}

// FromTOML implements [grammar.Value].
func (v *Policy) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if f, ok := n.Number(); ok {
		*v = Policy{Do: "fill", Fill: f}
		return
	}
	switch n.Text() {
	case "skip", "hold":
		v.Do = n.Text()
	default:
		r.Expected(n, `"skip", "hold" or a number`, sonify.DidYouMean(n.Text(), []string{"skip", "hold"}))
	}
}

// Describe implements [grammar.Value].
func (v *Policy) Describe() grammar.Type {
	return grammar.Type{Name: "policy", Doc: `"skip", "hold" or a number`, OneOf: []grammar.Type{
		{Name: "policy", Kind: grammar.String, Enum: []string{"skip", "hold"}}, {Name: "number", Kind: grammar.Float}}}
}

// Domain is what counts as low and as high.
type Domain struct {
	Set  bool
	Plan domainPlan
}

// domainTable is the long form of a Domain.
type domainTable struct {
	Of         string      `toml:"of" doc:"\"seen\": the least and greatest so far; \"p5..p95\": percentiles of the last 512; \"zscore\": two standard deviations about the mean" required:"true" example:"p5..p95"`
	Start      *[2]float64 `toml:"start" doc:"the ends during the warm-up" default:"[0, 1]"`
	WarmUp     int         `toml:"warm_up" doc:"how many values it sees before it follows them" default:"5" min:"0" max:"100000"`
	Freeze     int         `toml:"freeze" doc:"after how many values it stays as it is; 0 never" default:"0" min:"0"`
	Hysteresis float64     `toml:"hysteresis" doc:"how far outside a value must lie before an end moves" unit:"parts of the width" default:"0" min:"0" max:"1"`
	Slew       float64     `toml:"slew" doc:"how much of the way an end moves with each value" unit:"parts of the way" default:"1" min:"0.001" max:"1"`
}

// FromTOML implements [grammar.Value].
func (v *Domain) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	switch n.Kind() {
	case grammar.Array:
		var ends [2]float64
		before := r.Errors()
		r.Bind(n, &ends)
		if r.Errors() > before {
			return
		}
		if ends[0] > ends[1] {
			r.Error(n, `put the lower end first; polarity = "down" turns a mapping round`, "low end %v is above high end %v", ends[0], ends[1])
			return
		}
		*v = Domain{Set: true, Plan: domainPlan{kind: fixedDomain, low: ends[0], high: ends[1]}}
	case grammar.String:
		v.of(n, r, n.Text(), domainPlan{warmUp: 5, slew: 1, start: [2]float64{0, 1}})
	case grammar.Table:
		var t domainTable
		grammar.Defaults(&t)
		r.Bind(n, &t)
		p := domainPlan{warmUp: t.WarmUp, freeze: t.Freeze, hysteresis: t.Hysteresis, slew: t.Slew, start: [2]float64{0, 1}}
		if t.Start != nil {
			p.start = *t.Start
			if p.start[0] > p.start[1] {
				r.Error(n.Get("start"), "put the lower end first", "low end %v is above high end %v", p.start[0], p.start[1])
			}
		}
		if t.Freeze > 0 && t.Freeze < t.WarmUp {
			r.Error(n.Get("freeze"), fmt.Sprintf("write freeze = %d or more, or a smaller warm_up", t.WarmUp), "a domain that stays as it is after %d values never ends its warm-up of %d", t.Freeze, t.WarmUp)
		}
		if t.Of != "" {
			v.of(n.Get("of"), r, t.Of, p)
		}
	default:
		r.Expected(n, `two ends such as [0, 100], or "seen", "p5..p95" or "zscore"`, "")
	}
}

func (v *Domain) of(n *grammar.Node, r *grammar.Reporter, s string, p domainPlan) {
	switch {
	case s == "seen":
		p.kind = seenDomain
	case s == "zscore":
		p.kind, p.low, p.high = zscoreDomain, -2, 2
	case strings.HasPrefix(s, "p"):
		a, b, ok := strings.Cut(s, "..")
		lo, err1 := strconv.ParseFloat(strings.TrimPrefix(a, "p"), 64)
		hi, err2 := strconv.ParseFloat(strings.TrimPrefix(b, "p"), 64)
		if !ok || err1 != nil || err2 != nil || !(lo >= 0 && lo < hi && hi <= 100) {
			r.Error(n, `such as "p5..p95"`, "%q is no range of percentiles", s)
			return
		}
		p.kind, p.low, p.high = rankDomain, lo, hi
	default:
		r.Error(n, sonify.DidYouMean(s, []string{"seen", "zscore", "p5..p95"}), "%q is no domain: expected two ends such as [0, 100], or \"seen\", \"p5..p95\" or \"zscore\"", s)
		return
	}
	*v = Domain{Set: true, Plan: p}
}

// Describe implements [grammar.Value].
func (v *Domain) Describe() grammar.Type {
	num := grammar.Type{Name: "number", Kind: grammar.Float}
	return grammar.Type{Name: "domain", Doc: `two ends, or "seen", "p5..p95" or "zscore", or a table for how a live one moves`, OneOf: []grammar.Type{
		{Name: "two ends", Kind: grammar.Array, Of: &num, Least: 2, Most: 2},
		{Name: "live domain", Kind: grammar.String, Pattern: `^(seen|zscore|p[0-9.]+\.\.p[0-9.]+)$`, Examples: []string{"seen", "p5..p95", "zscore"}},
		{Name: "live domain at length", Kind: grammar.Table, Fields: &domainTable{}},
	}}
}

// plan returns the domain; without one, what was seen.
func (v *Domain) plan() *domainPlan {
	p := v.Plan
	if !v.Set {
		p = domainPlan{kind: seenDomain, warmUp: 5, slew: 1, start: [2]float64{0, 1}}
	}
	return &p
}

// KeyName is a key or scale: by name, or a list of notes.
type KeyName struct {
	Set bool
	Off bool // "off": no scale at all
	Key score.Key
}

// FromTOML implements [grammar.Value].
func (v *KeyName) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	var err error
	var k score.Key
	switch n.Kind() {
	case grammar.String:
		if n.Text() == "off" {
			*v = KeyName{Set: true, Off: true}
			return
		}
		k, err = score.ParseKey(n.Text())
	case grammar.Array:
		var notes []string
		before := r.Errors()
		r.Bind(n, &notes)
		if r.Errors() > before {
			return
		}
		k, err = score.KeyOf(notes)
	default:
		r.Expected(n, `a key such as "A minor", or a list of notes`, "")
		return
	}
	if err != nil {
		hint := ""
		if u, ok := err.(*score.UnknownScale); ok {
			hint = u.Hint()
		}
		r.Error(n, hint, "%v", err)
		return
	}
	*v = KeyName{Set: true, Key: k}
}

// Describe implements [grammar.Value].
func (v *KeyName) Describe() grammar.Type {
	note := grammar.Type{Name: "note", Kind: grammar.String}
	return grammar.Type{Name: "key", Doc: "a note and the name of a scale, or a list of notes", OneOf: []grammar.Type{
		{Name: "key", Kind: grammar.String, Examples: []string{"A minor", "D dorian", "C# pelog"}},
		{Name: "notes", Kind: grammar.Array, Of: &note, Least: 2},
	}}
}

// Grid is where an event may sound.
type Grid struct {
	Set bool
	Off bool
	Of  grammar.Fraction
}

// FromTOML implements [grammar.Value].
func (v *Grid) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if n.Text() == "off" {
		*v = Grid{Set: true, Off: true}
		return
	}
	before := r.Errors()
	var f grammar.Fraction
	f.FromTOML(n, r)
	if r.Errors() == before {
		*v = Grid{Set: true, Of: f}
	}
}

// Describe implements [grammar.Value].
func (v *Grid) Describe() grammar.Type {
	f := new(grammar.Fraction).Describe()
	return grammar.Type{Name: "grid", Doc: `a note's length such as "1/16", or "off"`, OneOf: []grammar.Type{
		{Name: "off", Kind: grammar.String, Enum: []string{"off"}}, f}}
}

// Words is one name or several.
type Words []string

// FromTOML implements [grammar.Value].
func (v *Words) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if n.Kind() == grammar.String {
		*v = Words{n.Text()}
		return
	}
	var list []string
	before := r.Errors()
	if n.Kind() != grammar.Array {
		r.Expected(n, "a name, or a list of names", "")
		return
	}
	r.Bind(n, &list)
	if r.Errors() == before {
		*v = list
	}
}

// Describe implements [grammar.Value].
func (v *Words) Describe() grammar.Type {
	w := grammar.Type{Name: "name", Kind: grammar.String}
	return grammar.Type{Name: "names", Doc: "a name, or a list of names", OneOf: []grammar.Type{w, {Name: "list of names", Kind: grammar.Array, Of: &w}}}
}

// Window is how far back a signal looks.
type Window struct {
	Events int
	Time   time.Duration
}

// FromTOML implements [grammar.Value].
func (v *Window) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	const what = `so many events ("12 events"), or a stretch of the data's time ("30s", "10m")`
	if i, ok := n.Int(); ok {
		r.Error(n, `write "`+strconv.FormatInt(i, 10)+` events" or "`+strconv.FormatInt(i, 10)+`s"`, "a window of %d what? expected %s", i, what)
		return
	}
	s := strings.TrimSpace(n.Text())
	if num, word, ok := strings.Cut(s, " "); ok && (word == "events" || word == "event") {
		i, err := strconv.Atoi(num)
		if err != nil || i < 1 || i > windowLimit {
			r.Error(n, "", "%q is no window: expected 1 to %d events", s, windowLimit)
			return
		}
		v.Events = i
		return
	}
	d, err := grammar.ParseDuration(s)
	if n.Kind() != grammar.String || err != nil || d <= 0 {
		r.Expected(n, what, "")
		return
	}
	v.Time = d
}

// Describe implements [grammar.Value].
func (v *Window) Describe() grammar.Type {
	return grammar.Type{Name: "window", Doc: "so many events, or a stretch of the data's time", Kind: grammar.String, Examples: []string{"12 events", "30s", "10m"}}
}

// Pitch is what note a rule plays.
type Pitch struct {
	Set    bool
	Fixed  bool
	Pitch  sonify.Pitch
	Degree []score.Tone // a word such as "root" or "4'"
	Number Number       // a table: values become pitches between two
	Low    sonify.Pitch
	High   sonify.Pitch
}

// pitchTable is the table form of a Pitch.
type pitchTable struct {
	From     string            `toml:"from" doc:"what is read: a field, signal.NAME or an expression" required:"true" example:"speed_kmh"`
	Domain   Domain            `toml:"domain" doc:"what counts as low and high; a signal brings its own" example:"[140, 230]"`
	Range    *[2]grammar.Pitch `toml:"range" doc:"the pitches that low and high become; without it the value is a MIDI key" example:"[\"A3\", \"A6\"]"`
	Curve    string            `toml:"curve" doc:"the shape between" default:"linear" enum:"linear|log|exp|sqrt|square|smooth|step"`
	Polarity string            `toml:"polarity" doc:"up: more is higher; down: more is lower" default:"up" enum:"up|down"`
	Missing  Policy            `toml:"missing" doc:"when the value is missing: \"skip\" does not play, \"hold\" uses the last value, a number is used in its place" default:"skip"`
}

// FromTOML implements [grammar.Value].
func (v *Pitch) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if f, ok := n.Number(); ok {
		p, err := sonify.ParsePitch(strconv.FormatFloat(f, 'f', -1, 64))
		if err != nil {
			r.Error(n, "", "%v", err)
			return
		}
		*v = Pitch{Set: true, Fixed: true, Pitch: p}
		return
	}
	switch n.Kind() {
	case grammar.String:
		// In quotes a bare number is a degree, as in the notes of a pattern; without
		// them it is a MIDI key.
		if _, err := strconv.ParseFloat(n.Text(), 64); err != nil {
			if p, err := sonify.ParsePitch(n.Text()); err == nil {
				*v = Pitch{Set: true, Fixed: true, Pitch: p}
				return
			}
		} else if i, err := strconv.Atoi(n.Text()); err != nil || i < -50 || i > 50 {
			r.Error(n, "without the quotes it is a MIDI key", "%q is no degree of the scale: expected -50 to 50", n.Text())
			return
		}
		if t, err := score.ParseTone(n.Text()); err == nil && !t.Rest && !t.Tie {
			*v = Pitch{Set: true, Degree: []score.Tone{t}}
			return
		}
		r.Error(n, `to play a value, write pitch = { from = "`+n.Text()+`", range = ["A3", "A6"] }`, "%q is no pitch: expected a note such as \"A4\", a word of the chord such as \"root\", or a table with from", n.Text())
	case grammar.Table:
		var t pitchTable
		grammar.Defaults(&t)
		r.Bind(n, &t)
		v.Set = true
		v.Number = Number{Set: true, Table: true, From: t.From, Domain: t.Domain, Curve: t.Curve, Polarity: t.Polarity, Missing: t.Missing.Do, Fill: t.Missing.Fill}
		if t.Range != nil {
			v.Low, v.High = t.Range[0].Std(), t.Range[1].Std()
			v.Number.HasRange, v.Number.Low, v.Number.High = true, v.Low.Semitones(), v.High.Semitones()
			if v.Low > v.High {
				r.Error(n.Get("range"), `swap them, and write polarity = "down" if more is to be lower`, "low end %v is above high end %v", v.Low, v.High)
			}
		} else if t.Domain.Set {
			r.Error(n, `add range = ["A3", "A6"]`, "a domain without a range: what should its ends become?")
		}
	default:
		r.Expected(n, `a note such as "A4", a word of the chord such as "root", or a table with from`, "")
	}
}

// Describe implements [grammar.Value].
func (v *Pitch) Describe() grammar.Type {
	return grammar.Type{Name: "pitch", Doc: `a note, a word of the chord or degree of the scale, or a table that makes a pitch of a value`, OneOf: []grammar.Type{
		{Name: "note", Kind: grammar.String, Examples: []string{"A4", "root", "fifth", "4'"}},
		{Name: "MIDI key", Kind: grammar.Float},
		{Name: "mapped pitch", Kind: grammar.Table, Fields: &pitchTable{}},
	}}
}

// Length is how long a note of a rule lasts.
type Length struct {
	Fraction grammar.Fraction
	Number   Number
	Seconds  bool
}

type lengthTable struct {
	From     string      `toml:"from" doc:"what is read: a field, signal.NAME or an expression" required:"true" example:"dur_s"`
	Unit     string      `toml:"unit" doc:"what the number counts: quarter notes, or seconds" default:"quarter" enum:"quarter|s"`
	Domain   Domain      `toml:"domain" doc:"what counts as low and high"`
	Range    *[2]float64 `toml:"range" doc:"what low and high become"`
	Curve    string      `toml:"curve" doc:"the shape between" default:"linear" enum:"linear|log|exp|sqrt|square|smooth|step"`
	Polarity string      `toml:"polarity" doc:"up: more is longer; down: more is shorter" default:"up" enum:"up|down"`
}

// FromTOML implements [grammar.Value].
func (v *Length) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if n.Kind() != grammar.Table {
		v.Fraction.FromTOML(n, r)
		v.Number = Number{}
		return
	}
	var t lengthTable
	grammar.Defaults(&t)
	r.Bind(n, &t)
	*v = Length{Seconds: t.Unit == "s", Number: Number{Set: true, Table: true, From: t.From, Domain: t.Domain, Curve: t.Curve, Polarity: t.Polarity, Missing: "skip"}}
	if t.Range != nil {
		v.Number.HasRange, v.Number.Low, v.Number.High = true, t.Range[0], t.Range[1]
		if t.Range[0] > t.Range[1] {
			r.Error(n.Get("range"), `put the lower end first and write polarity = "down"`, "low end %v is above high end %v", t.Range[0], t.Range[1])
		}
	}
}

// Describe implements [grammar.Value].
func (v *Length) Describe() grammar.Type {
	return grammar.Type{Name: "length", Doc: "a note's length, or a table that makes one of a value", OneOf: []grammar.Type{
		new(grammar.Fraction).Describe(), {Name: "mapped length", Kind: grammar.Table, Fields: &lengthTable{}}}}
}

// Rhythm is when a pattern plays.
type Rhythm struct {
	Set    bool
	Fixed  []uint8
	Steps  int
	Hits   Number
	Rotate Number
}

type rhythmTable struct {
	Steps  int    `toml:"steps" doc:"how many steps there are" default:"16" min:"1" max:"256"`
	Hits   Number `toml:"hits" doc:"how many of them play, spread as evenly as can be" required:"true" example:"{ from = \"signal.tension\", range = [2, 11] }"`
	Rotate Number `toml:"rotate" doc:"steps to turn the rhythm by" default:"0"`
}

// FromTOML implements [grammar.Value].
func (v *Rhythm) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	switch n.Kind() {
	case grammar.String:
		f, err := score.ParseRhythm(n.Text())
		if err != nil {
			r.Error(n, "", "%v", err)
			return
		}
		*v = Rhythm{Set: true, Fixed: f, Steps: len(f)}
	case grammar.Table:
		var t rhythmTable
		grammar.Defaults(&t)
		r.Bind(n, &t)
		*v = Rhythm{Set: true, Steps: t.Steps, Hits: t.Hits, Rotate: t.Rotate}
	default:
		r.Expected(n, `a rhythm such as "x..x..x.", or a table with steps and hits`, "")
	}
}

// Describe implements [grammar.Value].
func (v *Rhythm) Describe() grammar.Type {
	return grammar.Type{Name: "rhythm", Doc: "hits as drummers type them, or a number of hits spread over steps", OneOf: []grammar.Type{
		{Name: "steps", Kind: grammar.String, Pattern: `^[xXoO.\-_ |]+$`, Examples: []string{"x..x..x.", "X...x..."}},
		{Name: "hits over steps", Kind: grammar.Table, Fields: &rhythmTable{}},
	}}
}

// Notes is what a pattern plays at its hits.
type Notes struct {
	Set    bool
	Tones  []score.Tone
	Order  string
	Span   int
	Markov *markov
}

type notesTable struct {
	Arpeggio string                 `toml:"arpeggio" doc:"the notes of the chord one after the other" enum:"up|down|updown|random" example:"updown"`
	Span     int                    `toml:"span" doc:"arpeggio: over how many notes of the chord" default:"4" min:"1" max:"24"`
	Markov   grammar.Map[[]float64] `toml:"markov" doc:"for every note, how likely each follows, in the order of the notes" example:"{ root = [1, 2, 1], third = [2, 0, 1], fifth = [1, 1, 0] }"`
}

// FromTOML implements [grammar.Value].
func (v *Notes) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	switch n.Kind() {
	case grammar.String:
		t, err := score.ParseTones(n.Text())
		if err != nil {
			r.Error(n, "", "%v", err)
			return
		}
		*v = Notes{Set: true, Tones: t, Order: "line"}
	case grammar.Table:
		var t notesTable
		grammar.Defaults(&t)
		before := r.Errors()
		r.Bind(n, &t)
		if r.Errors() > before {
			return
		}
		switch {
		case t.Arpeggio != "" && t.Markov.Len() > 0, t.Arpeggio == "" && t.Markov.Len() == 0:
			r.Error(n, "", "expected either arpeggio or markov")
		case t.Arpeggio != "":
			*v = Notes{Set: true, Order: t.Arpeggio, Span: t.Span}
		default:
			m := &markov{}
			for _, name := range t.Markov.Names() {
				tone, err := score.ParseTone(name)
				if err != nil {
					r.Error(n, "", "markov: %v", err)
					return
				}
				m.states = append(m.states, tone)
			}
			for _, name := range t.Markov.Names() {
				row := *t.Markov.Get(name)
				if len(row) != len(m.states) {
					r.Error(n, "", "markov: %s has %d numbers for %d notes", name, len(row), len(m.states))
					return
				}
				sum := 0.0
				for _, x := range row {
					if x < 0 {
						r.Error(n, "", "markov: %s has a number below 0", name)
						return
					}
					sum += x
				}
				if sum <= 0 {
					r.Error(n, "", "markov: nothing can follow %s: all its numbers are 0", name)
					return
				}
				acc, next := 0.0, make([]float64, len(row))
				for i, x := range row {
					acc += x / sum
					next[i] = acc
				}
				m.next = append(m.next, next)
			}
			*v = Notes{Set: true, Order: "markov", Markov: m}
		}
	default:
		r.Expected(n, `notes such as "root fifth root octave", or a table with arpeggio or markov`, "")
	}
}

// Describe implements [grammar.Value].
func (v *Notes) Describe() grammar.Type {
	return grammar.Type{Name: "notes", Doc: "words of the chord, degrees of the scale, or a table", OneOf: []grammar.Type{
		{Name: "line", Kind: grammar.String, Examples: []string{"root fifth root octave", "0 2 4 2"}},
		{Name: "arpeggio or chain", Kind: grammar.Table, Fields: &notesTable{}},
	}}
}

// Loudness is a target in LUFS, or "off".
type Loudness struct{ LUFS float64 }

// FromTOML implements [grammar.Value].
func (v *Loudness) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if n.Text() == "off" {
		v.LUFS = 0
		return
	}
	f, ok := n.Number()
	if !ok || f < -40 || f > -5 {
		r.Expected(n, `a loudness from -40 to -5 LUFS, or "off"`, "")
		return
	}
	v.LUFS = f
}

// Describe implements [grammar.Value].
func (v *Loudness) Describe() grammar.Type {
	lo, hi := -40.0, -5.0
	return grammar.Type{Name: "loudness", Doc: `LUFS from -40 to -5, or "off"`, OneOf: []grammar.Type{
		{Name: "LUFS", Kind: grammar.Float, Min: &lo, Max: &hi}, {Name: "off", Kind: grammar.String, Enum: []string{"off"}}}}
}

// Macro is a list of values that a voice steps through at 60 Hz.
type Macro struct {
	Set bool
	sonify.Macro
}

// FromTOML implements [grammar.Value].
func (v *Macro) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	const limit = 256
	var list []int
	switch {
	case n.Kind() == grammar.Integer:
		i, _ := n.Int()
		list = []int{int(i)}
	case n.Kind() == grammar.Array:
		before := r.Errors()
		r.Bind(n, &list)
		if r.Errors() > before {
			return
		}
	case n.Kind() == grammar.String:
		m := sonify.Macro{Loop: -1}
		release := false
		for _, w := range strings.Fields(strings.NewReplacer("|", " | ", "/", " / ", ",", " ").Replace(n.Text())) {
			switch w {
			case "|":
				m.Loop = len(m.Values)
			case "/":
				release = true
			default:
				i, err := strconv.Atoi(w)
				if err != nil {
					r.Error(n, `such as "15 13 | 11 9 / 5 2 0"`, "%q is no number: expected numbers, | before the part that repeats and / before the part after the note's end", w)
					return
				}
				if release {
					m.Release = append(m.Release, i)
				} else {
					m.Values = append(m.Values, i)
				}
			}
		}
		if m.Loop >= len(m.Values) {
			m.Loop = -1
		}
		if len(m.Values) == 0 {
			r.Error(n, "", "a macro needs at least one value before any /")
			return
		}
		if len(m.Values) > limit || len(m.Release) > limit {
			r.Error(n, "", "a macro has at most %d values", limit)
			return
		}
		*v = Macro{Set: true, Macro: m}
		return
	default:
		r.Expected(n, `a number, a list of numbers, or a text such as "15 13 | 11 9 / 5 2 0"`, "")
		return
	}
	if len(list) == 0 || len(list) > limit {
		r.Error(n, "", "a macro has 1 to %d values", limit)
		return
	}
	*v = Macro{Set: true, Macro: sonify.Macro{Values: list, Loop: -1}}
}

// Describe implements [grammar.Value].
func (v *Macro) Describe() grammar.Type {
	num := grammar.Type{Name: "number", Kind: grammar.Integer}
	return grammar.Type{Name: "macro", Doc: "values stepped through at 60 Hz; in a text, | stands before the part that repeats and / before the part after the note's end", OneOf: []grammar.Type{
		num, {Name: "list", Kind: grammar.Array, Of: &num, Least: 1}, {Name: "steps", Kind: grammar.String, Examples: []string{"15 13 | 11 9 / 5 2 0"}}}}
}
