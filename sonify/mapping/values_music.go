package mapping

import (
	"fmt"
	"strconv"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sonify/score"
)

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
	Domain   Domain            `toml:"domain" doc:"what counts as low and high; a signal brings its own" example:"[140, 230]" beside:"range"`
	Range    *[2]grammar.Pitch `toml:"range" doc:"the pitches that low and high become; without it the value is a MIDI key" example:"[\"A3\", \"A6\"]"`
	Curve    string            `toml:"curve" doc:"the shape between" default:"linear" enum:"linear|log|exp|sqrt|square|smooth|step" example:"log" beside:"range"`
	Polarity string            `toml:"polarity" doc:"up: more is higher; down: more is lower" default:"up" enum:"up|down" example:"down" beside:"range"`
	Missing  Policy            `toml:"missing" doc:"when the value is missing: \"skip\" does not play, \"hold\" keeps the last pitch, a number is the MIDI key that plays instead" default:"skip" example:"hold"`
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
		t, err := score.ParseTone(n.Text())
		if err == nil && t.Whole {
			r.Error(n, `write pitch = "root" and chord = [0, 2, 4]`, "a rule's pitch is one note")
			return
		}
		if err == nil && !t.Rest && !t.Tie {
			*v = Pitch{Set: true, Degree: []score.Tone{t}}
			return
		}
		r.Error(n, `to play a value, write pitch = { from = "`+n.Text()+`", range = ["A3", "A6"] }`, "%q is no pitch: expected a note such as \"A4\", a word of the chord such as \"root\", or a table with from", n.Text())
	case grammar.Table:
		var t pitchTable
		grammar.Defaults(&t)
		before := r.Errors()
		r.Bind(n, &t)
		v.Set = true
		v.Number = Number{Set: true, Table: true, From: t.From, Domain: t.Domain, Curve: t.Curve, Polarity: t.Polarity, Missing: t.Missing.Do, Fill: t.Missing.Fill}
		if t.Range != nil && r.Errors() > before {
			t.Range = nil // its ends may be no pitches, which is told
			t.Domain.Set = false
		}
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
	Unit     string      `toml:"unit" doc:"what the number counts: quarter notes, or seconds" default:"quarter" enum:"quarter|s" example:"s"`
	Domain   Domain      `toml:"domain" doc:"what counts as low and high" example:"[0, 2]" beside:"range"`
	Range    *[2]float64 `toml:"range" doc:"what low and high become" example:"[0.25, 2]"`
	Curve    string      `toml:"curve" doc:"the shape between" default:"linear" enum:"linear|log|exp|sqrt|square|smooth|step" example:"sqrt" beside:"range"`
	Polarity string      `toml:"polarity" doc:"up: more is longer; down: more is shorter" default:"up" enum:"up|down" example:"down" beside:"range"`
}

// FromTOML implements [grammar.Value].
func (v *Length) FromTOML(n *grammar.Node, r *grammar.Reporter) {
	if n.Kind() != grammar.Table {
		if d, err := grammar.ParseDuration(n.Text()); n.Kind() == grammar.String && err == nil && d > 0 {
			r.Error(n, fmt.Sprintf(`write length = { from = "%g", unit = "s" }`, d.Seconds()), "%q is a time of the world, and a length is one of music", n.Text())
			return
		}
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
	Steps  int    `toml:"steps" doc:"how many steps there are" unit:"steps" default:"16" min:"1" max:"256" example:"12"`
	Hits   Number `toml:"hits" doc:"how many of them play, spread as evenly as can be" unit:"steps" required:"true" example:"{ from = \"signal.tension\", range = [2, 11] }"`
	Rotate Number `toml:"rotate" doc:"steps to turn the rhythm by" unit:"steps" default:"0" example:"{ from = \"signal.momentum\", range = [0, 4] }"`
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
	Lines  [][]score.Tone // if there are several, Tones the first of them
	Order  string
	Span   int
	Markov *markov
}

type notesTable struct {
	Arpeggio string                 `toml:"arpeggio" doc:"the notes of the chord one after the other" enum:"up|down|updown|random" example:"updown"`
	Span     int                    `toml:"span" doc:"arpeggio: over how many notes of the chord" unit:"notes" default:"4" min:"1" max:"24" example:"6" beside:"arpeggio"`
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
	case grammar.Array:
		var lines []string
		before := r.Errors()
		if r.Bind(n, &lines); r.Errors() > before {
			return
		}
		out := Notes{Set: true, Order: "line"}
		for i, l := range lines {
			t, err := score.ParseTones(l)
			if err != nil {
				r.Error(n.Children()[i], "", "%v", err)
				return
			}
			out.Lines = append(out.Lines, t)
		}
		if len(out.Lines) == 0 {
			r.Error(n, "", "a list without lines")
			return
		}
		out.Tones = out.Lines[0]
		*v = out
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
		r.Expected(n, `notes such as "root fifth root octave", a list of such lines, or a table with arpeggio or markov`, "")
	}
}

// Describe implements [grammar.Value].
func (v *Notes) Describe() grammar.Type {
	line := grammar.Type{Name: "line", Kind: grammar.String, Examples: []string{"root fifth root octave", "0 2 4 2"}}
	return grammar.Type{Name: "notes", Doc: "words of the chord, degrees of the scale, a list of such lines, or a table", OneOf: []grammar.Type{
		line, {Name: "lines", Kind: grammar.Array, Of: &line, Least: 1},
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
