package mapping

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/mapping/expression"
	"proscenium/sonify/mapping/grammar"
)

// compileSources makes the sources and asks what they will report.
func (c *compiler) compileSources() {
	if c.env.Sources == nil {
		c.env.Sources = &sonify.Registry{}
	}
	for _, name := range c.file.Source.Names() {
		s := c.file.Source.Get(name)
		c.piece.Header.Sources = append(c.piece.Header.Sources, name)
		b := c.budget(s.Pos, s.Budget)
		c.piece.sourceBudgets = append(c.piece.sourceBudgets, b)
		c.piece.sourced = c.piece.sourced || b.per > 0
		pr := &prospect{speed: s.Speed, keep: s.Keep, pos: s.Pos, door: Door{Keep: s.Keep, Hash: s.Hash, AtLeast: s.AtLeast, Group: s.Group, Members: s.Members}}
		pr.Open = true
		c.sources[name] = pr
		c.order = append(c.order, name)
		if s.Type == "" {
			continue // told already: it is required
		}
		if c.env.Recorded != nil {
			got := c.env.Recorded[name]
			if got.Prospect != nil {
				pr.Prospect, pr.known = *got.Prospect, true
			}
			c.piece.Sources = append(c.piece.Sources, SourcePlan{Name: name, Kind: s.Type, Door: pr.door, Stale: time.Duration(s.Stale), Live: got.Live})
			continue
		}
		info, ok := c.env.Sources.Get(s.Type)
		if !ok {
			c.at(s.Pos, "type", sonify.DidYouMean(s.Type, c.env.Sources.Names()), "there is no source of type %q", s.Type)
			continue
		}
		conf := info.Config()
		c.problems = append(c.problems, s.Rest.Bind(conf)...)
		env := sonify.SourceEnv{Name: name, Dir: dirName(s.Pos.File), Stdin: c.env.Stdin, Seed: uint64(c.file.Seed),
			Tally: &sonify.Tally{}, Place: &sonify.Place{}, Link: &sonify.Link{}, Hooks: c.env.Hooks}
		if say := c.env.Say; say != nil {
			env.Say = func(text string) { say(name, text) }
		}
		src, err := info.New(env, conf)
		if err != nil {
			c.sourceErrors(s.Pos, err)
			continue
		}
		live := info.Live
		pr.strange = info.Live
		for _, says := range []any{src, conf} {
			if r, ok := says.(sonify.Recording); ok && r.Recorded() {
				live = false
			}
		}
		plan := SourcePlan{Name: name, Kind: s.Type, Source: src, Tally: env.Tally, Place: env.Place, Link: env.Link, Door: pr.door, Stale: time.Duration(s.Stale), Live: live}
		plan.Pace = Pace{Clock: s.Clock, Speed: s.Speed, Step: sonify.Frames(time.Duration(s.Step)), Delay: sonify.Frames(time.Duration(s.Delay))}
		plan.Pace.MaxGap = sonify.Frame(float64(sonify.Frames(time.Duration(s.MaxGap))) / s.Speed)
		plan.Pace.Begin, plan.Pace.Begins, plan.Pace.Dated = s.Begin.At, s.Begin.Set, s.Begin.Date
		timed := true
		if p, ok := src.(sonify.Prober); ok && (c.env.Probe || info.Live) { // a live kind asks nobody
			got, err := p.Probe(context.Background())
			if err != nil {
				c.sourceErrors(s.Pos, err)
			} else {
				pr.Prospect, pr.known, timed = got, true, got.Timed
				plan.Prospect = &got
			}
		}
		if plan.Pace.Clock == "" {
			switch {
			case live && c.env.Live:
				plan.Pace.Clock = "arrival"
			case timed:
				plan.Pace.Clock = "own"
			default:
				plan.Pace.Clock = "step"
			}
		}
		if plan.Pace.Clock != "own" && s.Begin.Set {
			c.warn(s.Pos, "begin", `write clock = "own"`, "only a source's own clock shows anything when the music begins")
		}
		if plan.Pace.Clock == "step" && plan.Pace.Step <= 0 {
			c.at(s.Pos, "step", "", "a step of no length would play all events at once: write a duration such as \"250ms\"")
		}
		if plan.Pace.Clock == "arrival" && !c.env.Live {
			c.warn(s.Pos, "clock", `write clock = "own" or clock = "step"`, "nothing arrives while a piece is rendered: the events keep the source's own time")
		}
		if plan.Pace.Clock == "own" && pr.known && !timed {
			c.at(s.Pos, "clock", `write clock = "step"`, "this source has no clock of its own")
		}
		// What cannot be written down is never the same.
		if b, err := json.Marshal(conf); err == nil {
			plan.Is = fingerprint(s.Type, string(b), plan.Pace, c.file.Seed, dirName(s.Pos.File))
		}
		c.piece.Sources = append(c.piece.Sources, plan)
	}
}

// sourceErrors reports what a source said of its configuration or its input.
func (c *compiler) sourceErrors(pos grammar.Pos, err error) {
	if ps, ok := err.(sonify.Problems); ok {
		before := c.problems // what the source says twice of one key is two things
		for _, p := range ps {
			q := pos.At(p.Key).Problem(p.Hint, "%s", p.Msg)
			q.Warning = p.Warning
			if !already(before, q.Key) {
				c.problems = append(c.problems, q)
			}
		}
		return
	}
	if p, ok := err.(*sonify.Problem); ok {
		if !already(c.problems, pos.At(p.Key).Problem("", "").Key) {
			c.at(pos, p.Key, p.Hint, "%s", p.Msg)
		}
		return
	}
	c.at(pos, "", "", "%v", err)
}

// already says whether something has been told of a key, or of the list or table it is in,
// or of one that stands there in its place: what else is wrong with it follows from that.
func already(problems sonify.Problems, key string) bool {
	within, leaf := "", key
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		within, leaf = key[:i+1], key[i+1:]
	}
	leaf, _, _ = strings.Cut(leaf, "[")
	return slices.ContainsFunc(problems, func(p *sonify.Problem) bool {
		switch rest, of := strings.CutPrefix(key, p.Key); {
		case p.Warning || p.Key == "":
			return false
		case of && (rest == "" || rest[0] == '['):
			return true
		}
		other, beside := strings.CutPrefix(p.Key, within)
		return beside && !strings.ContainsAny(other, ".[") && p.Msg == "unknown key" && p.Hint == fmt.Sprintf("did you mean %q?", leaf)
	})
}

// scope returns the names an expression may use for events of the given kinds
// and source. kinds nil means signals only.
func (c *compiler) scope(kinds []string, source string, events bool) *expression.Scope {
	sc := &expression.Scope{Signals: c.names}
	if !events {
		return sc
	}
	sc.Fields = map[string]sonify.ValueType{}
	filter := kindFilter{kinds: kinds, source: source}
	matched := false
	for _, name := range c.order {
		pr := c.sources[name]
		if source != "" && source != name {
			continue
		}
		if !pr.known || pr.Open {
			sc.Open = true
		}
		for _, sh := range pr.Shapes {
			if !filter.takes(sh.Kind(), name) {
				continue
			}
			matched = true
			for _, f := range sh.Fields() {
				if slices.Contains(pr.door.Hash, f.Name) {
					f.Type = sonify.Text
				}
				t, had := sc.Fields[f.Name]
				if had && t != f.Type {
					sc.Fields[f.Name] = sonify.Missing
				} else {
					sc.Fields[f.Name] = f.Type
				}
			}
		}
	}
	// Of a kind that nobody reports no field is known: that the kind is wrong
	// is told by itself, not once more for each field.
	sc.Open = sc.Open || !matched
	return sc
}

// kinds checks that some source reports the kinds of event a key names. A
// mapping may name more than the sources of one piece report.
func (c *compiler) kinds(pos grammar.Pos, key string, on []string, source string) {
	if source != "" {
		if _, ok := c.sources[source]; !ok && len(c.order) > 0 {
			c.at(pos, "source", sonify.DidYouMean(source, c.order), "there is no source named %q", source)
			return
		}
	}
	for _, k := range on {
		if k == "*" || k == "end" {
			continue
		}
		var known []string
		open := len(c.order) == 0
		found := false
		for _, name := range c.order {
			pr := c.sources[name]
			if source != "" && source != name {
				continue
			}
			if !pr.known || pr.Open {
				open = true
			}
			for _, sh := range pr.Shapes {
				known = append(known, sh.Kind())
				f := kindFilter{kinds: []string{k}}
				found = found || f.takes(sh.Kind(), name)
			}
		}
		if found || c.borrowed(pos.At(key)) {
			continue
		}
		if !open {
			c.at(pos, key, sonify.DidYouMean(k, unique(known)), "no source reports events of kind %q", k)
		} else if len(known) > 0 {
			if n := sonify.Nearest(k, unique(known)); n != "" {
				c.warn(pos, key, fmt.Sprintf("did you mean %q?", n), "no source is known to report events of kind %q", k)
			}
		}
	}
}

// someKind returns a kind of event that the sources report, in quotes, for
// hints.
func (c *compiler) someKind() string {
	for _, name := range c.order {
		if sh := c.sources[name].Shapes; len(sh) > 0 {
			return strconv.Quote(sh[0].Kind())
		}
	}
	return `"tennis.point"`
}

func unique(names []string) []string {
	seen := map[string]bool{}
	out := names[:0:0]
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

// speedOf returns the speed of the source whose events are meant, 1 if that is
// not one speed.
func (c *compiler) speedOf(kinds []string, source string) float64 {
	speed := 0.0
	for _, name := range c.order {
		if source != "" && source != name {
			continue
		}
		if s := c.sources[name].speed; speed == 0 {
			speed = s
		} else if speed != s {
			return 1
		}
	}
	if speed == 0 {
		return 1
	}
	return speed
}

// note remembers which fields formulas read from which sources, for the doors.
func (c *compiler) note(kinds []string, source string, fs ...*formula) {
	if c.muted {
		return
	}
	for _, f := range fs {
		if f == nil {
			continue
		}
		for _, name := range c.order {
			if source != "" && source != name {
				continue
			}
			if c.reads[name] == nil {
				c.reads[name] = map[string]bool{}
			}
			for _, field := range f.expr.Fields() {
				c.reads[name][field] = true
			}
		}
	}
}

// noteNumbers does the same for numbers.
func (c *compiler) noteNumbers(kinds []string, source string, ns ...*number) {
	for _, n := range ns {
		if n != nil && !n.fixed && n.from.fieldReader != nil {
			c.note(kinds, source, &n.from)
		}
	}
}

func sortedKeys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	// Insertion sort keeps the import list short; the lists are.
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && out[j] < out[j-1]; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}
