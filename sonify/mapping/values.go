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
	Domain   Domain      `toml:"domain" doc:"what counts as low and high; a signal brings its own" example:"[140, 230]" beside:"range"`
	Range    *[2]float64 `toml:"range" doc:"what low and high become" example:"[96, 128]"`
	Curve    string      `toml:"curve" doc:"the shape between" default:"linear" enum:"linear|log|exp|sqrt|square|smooth|step" example:"log" beside:"range"`
	Polarity string      `toml:"polarity" doc:"up: more becomes more; down: more becomes less" default:"up" enum:"up|down" example:"down" beside:"range"`
	Missing  Policy      `toml:"missing" doc:"when the value is missing: \"skip\" does not play, \"hold\" keeps what it last became, a number is what it becomes" default:"skip" example:"hold"`
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
	Start      *[2]float64 `toml:"start" doc:"the ends during the warm-up" default:"[0, 1]" example:"[0, 40]"`
	WarmUp     int         `toml:"warm_up" doc:"how many values it sees before it follows them" unit:"values" default:"5" min:"0" max:"100000" example:"12"`
	Freeze     int         `toml:"freeze" doc:"after how many values it stays as it is; 0 never" unit:"values" default:"0" min:"0" example:"200"`
	Hysteresis float64     `toml:"hysteresis" doc:"how far outside a value must lie before an end moves" unit:"parts of the width" default:"0" min:"0" max:"1" example:"0.1"`
	Slew       float64     `toml:"slew" doc:"how much of the way an end moves with each value" unit:"parts of the way" default:"1" min:"0.001" max:"1" example:"0.2"`
	Confirm    int         `toml:"confirm" doc:"how many of the last 64 values must lie more than a width outside before an end follows them; 1 follows every spike" unit:"values" default:"2" min:"1" max:"64" example:"3"`
	Margin     float64     `toml:"margin" doc:"room left beyond either end, so that what is higher than ever is heard as higher" unit:"parts of the width" default:"0" min:"0" max:"1" example:"0.1"`
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
		v.of(n, r, n.Text(), domainPlan{warmUp: 5, slew: 1, confirm: 2, start: [2]float64{0, 1}})
	case grammar.Table:
		var t domainTable
		grammar.Defaults(&t)
		r.Bind(n, &t)
		p := domainPlan{warmUp: t.WarmUp, freeze: t.Freeze, hysteresis: t.Hysteresis, slew: t.Slew, margin: t.Margin, confirm: t.Confirm, start: [2]float64{0, 1}}
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
		p = domainPlan{kind: seenDomain, warmUp: 5, slew: 1, confirm: 2, start: [2]float64{0, 1}}
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
	return grammar.Type{Name: "key", Doc: "a note and a scale (by name, as an equal division, or as cents or ratios from the tonic up), or a list of notes", OneOf: []grammar.Type{
		{Name: "key", Kind: grammar.String, Examples: []string{"A minor", "D dorian", "C# pelog", "A 19 edo", "D 0 204 386 498 702 884 1088", "D 1/1 9/8 5/4 3/2 5/3"}},
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

// Moment is what a clock shows: time since its zero, or a date, since 1970.
type Moment struct {
	At   time.Duration
	Set  bool
	Date bool
}

// moments are the ways to write a date; without a zone it is in UTC.
var moments = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}

// FromTOML implements [grammar.Value].
func (v *Moment) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	s := strings.TrimSpace(n.Text())
	if n.Kind() == grammar.String {
		if d, err := grammar.ParseDuration(s); err == nil {
			v.At, v.Set = d, true
			return
		}
		for _, layout := range moments {
			if t, err := time.Parse(layout, s); err == nil && t.Year() > 1700 && t.Year() < 2250 { // what fits a Duration
				v.At, v.Set, v.Date = time.Duration(t.UnixNano()), true, true
				return
			}
		}
	}
	r.Expected(n, `a stretch of time ("9h", "0s") or a date ("2014-08-25", "2014-08-25T11:00:00Z")`, "")
}

// Describe implements [grammar.Value].
func (v *Moment) Describe() grammar.Type {
	return grammar.Type{Name: "moment", Doc: "a stretch of time such as \"9h\", or a date such as \"2014-08-25T11:00:00Z\"", Kind: grammar.String, Examples: []string{"9h", "0s", "2014-08-25", "2014-08-25T11:00:00Z"}}
}

// Window is how far back a signal looks; at most one of its fields is set. Events
// and Time are of the data, Music is what the listener counts: so long at the
// tempo with which the piece begins, however fast the data is replayed.
type Window struct {
	Events int
	Time   time.Duration
	Music  grammar.Fraction
}

// FromTOML implements [grammar.Value].
func (v *Window) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	const what = `so many events ("12 events"), a stretch of the data's time ("30s", "10m") or of the music ("2 bars")`
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
	if f, err := grammar.ParseFraction(s); err == nil && f.Of != grammar.OfWhole {
		v.Music = f
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
	return grammar.Type{Name: "window", Doc: "so many events, a stretch of the data's time, or so many bars or beats", Kind: grammar.String, Examples: []string{"12 events", "30s", "10m", "2 bars"}}
}

// Budget is how many notes there may be in a window. The zero value is as many as
// there are.
type Budget struct {
	Notes int // at least 1, if Per is set
	Per   grammar.Fraction
}

// FromTOML implements [grammar.Value].
func (v *Budget) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	const what = `so many notes in so long, such as "8 per bar" or "4 per 1/4"`
	if i, ok := n.Int(); ok {
		r.Error(n, `write "`+strconv.FormatInt(i, 10)+` per bar"`, "%d notes in how long? expected %s", i, what)
		return
	}
	many, per, ok := strings.Cut(strings.TrimSpace(n.Text()), " per ")
	notes, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(many), "notes"), "note")))
	if n.Kind() != grammar.String || !ok || err != nil {
		r.Expected(n, what, "")
		return
	}
	if per = strings.TrimSpace(per); per == "bar" || per == "beat" {
		per = "1 " + per
	}
	f, err := grammar.ParseFraction(per)
	if err != nil {
		r.Error(n, "", "%q is no length: %v; expected %s", per, err, what)
		return
	}
	if notes < 1 || notes > budgetLimit {
		r.Error(n, "", "%d notes: expected 1 to %d", notes, budgetLimit)
		return
	}
	*v = Budget{notes, f}
}

// budgetLimit is the largest budget: more than anybody can hear.
const budgetLimit = 1000

// Describe implements [grammar.Value].
func (v *Budget) Describe() grammar.Type {
	return grammar.Type{Name: "budget", Doc: "so many notes in so long", Kind: grammar.String, Examples: []string{"8 per bar", "4 per beat", "2 per 1/8"}}
}
