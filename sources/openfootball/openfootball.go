// Package openfootball is the source that reads football championships match by
// match, in the layout of the openfootball project's public JSON files.
//
// README.md lists the events and what becomes of the quirks.
package openfootball

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/football"
	"proscenium/sources/internal/input"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a championship.
type Config struct {
	Path   string `toml:"path" doc:"the file of the championship, from the piece's folder on; \"-\" is standard input" required:"true" example:"worldcup.json"`
	Team   string `toml:"team" doc:"only matches of this team; * for any letters, several with commas" default:"" example:"Germany"`
	Group  string `toml:"group" doc:"only matches of this group, in the same way" default:"" example:"Group A"`
	Round  string `toml:"round" doc:"only matches of this round, in the same way" default:"" example:"*final*"`
	Date   string `toml:"date" doc:"only matches of this day, in the same way" default:"" example:"2014-07-*"`
	Number int    `toml:"number" doc:"only the match of this number: the file's own, else its place by kick-off; 0 takes all" default:"0" min:"0" max:"20000"`
	Pause  int    `toml:"pause_s" doc:"time between one match and the next, on the programme's clock" unit:"s" default:"60" min:"0" max:"86400"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "openfootball",
		Doc:  "football championships goal by goal, from the files of openfootball", Group: "sports",
		Sample: sample,
		Config: func() any { return &Config{Pause: 60} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("openfootball: configuration is a %T, a *openfootball.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

// choice is what one key picks matches by.
type choice struct {
	key      string
	patterns []string // in small letters; none: all
	of       func(m *match) []string
}

type source struct {
	env     sonify.SourceEnv
	c       Config
	choices []choice
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	if c.Path == "" {
		ps.Add("path", `path = "worldcup.json"`, "the name of a file is missing")
	}
	if c.Number < 0 || c.Number > maxMatches {
		ps.Add("number", "", "%d is no number of a match: 0 to %d was expected", c.Number, maxMatches)
	}
	if c.Pause < 0 || c.Pause > 86400 {
		ps.Add("pause_s", "", "%d s: 0 to 86400 were expected", c.Pause)
	}
	s := &source{env: env, c: c}
	for _, k := range []struct {
		key, text string
		of        func(m *match) []string
	}{
		{"team", c.Team, func(m *match) []string { return m.Teams[:] }},
		{"group", c.Group, func(m *match) []string { return []string{m.Group, strings.TrimPrefix(m.Group, "Group ")} }},
		{"round", c.Round, func(m *match) []string { return []string{m.Round} }},
		{"date", c.Date, func(m *match) []string { return []string{m.Date} }},
	} {
		ch := choice{key: k.key, of: k.of}
		for _, w := range strings.Split(k.text, ",") {
			if w = strings.ToLower(strings.TrimSpace(w)); w == "" {
				continue
			}
			if _, err := path.Match(w, ""); err != nil {
				ps.Add(k.key, "", "%q cannot be looked for: a bracket in it is not closed", w)
			}
			ch.patterns = append(ch.patterns, w)
		}
		if len(ch.patterns) > 0 {
			s.choices = append(s.choices, ch)
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// wants reports whether m is one that c picks.
func (c *choice) wants(m *match) bool {
	for _, v := range c.of(m) {
		v = strings.ToLower(v)
		for _, p := range c.patterns {
			if ok, _ := path.Match(p, v); ok || p == v {
				return true
			}
		}
	}
	return false
}

// Probe reads the file and says which kinds of event will come, or why none
// will. Standard input is not touched.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	p := sonify.Prospect{Shapes: football.Shapes(), Timed: true}
	if once, err := input.Once(s.env, s.c.Path); err != nil {
		return p, input.Fail(ctx, "openfootball", s.c.Path, 0, err)
	} else if once {
		return p, nil
	}
	in, err := input.Open(ctx, s.env, s.c.Path)
	if err != nil {
		return p, input.Fail(ctx, "openfootball", s.c.Path, 0, err)
	}
	defer in.Close()
	_, err = s.matches(ctx, in, new(sonify.Tally))
	return p, err
}

// Run tells the matches one after the other, in the order of their kick-offs.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	in, err := input.Open(ctx, s.env, s.c.Path)
	if err != nil {
		return input.Fail(ctx, "openfootball", s.c.Path, 0, err)
	}
	defer in.Close()
	return s.decode(ctx, in, s.env.Tally, emit)
}

// Decode reads the championship that r holds and gives the events of its matches
// to emit; it is Run without a file, for those who have the text already. Tally
// may be nil.
func Decode(r io.Reader, c Config, tally *sonify.Tally, emit func(sonify.Event)) error {
	if tally == nil {
		tally = new(sonify.Tally)
	}
	if c.Path == "" {
		c.Path = "-"
	}
	s, err := newSource(sonify.SourceEnv{Tally: tally}, c)
	if err != nil {
		return err
	}
	return s.decode(context.Background(), r, tally, emit)
}

func (s *source) decode(ctx context.Context, in io.Reader, tally *sonify.Tally, emit func(sonify.Event)) error {
	ms, err := s.matches(ctx, in, tally)
	if err != nil {
		return err
	}
	var clock time.Duration
	for i, m := range ms {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		m.Settle(tally)
		clock = m.Tell(s.env.Name, emit, clock, i+1)
		clock += time.Duration(s.c.Pause) * time.Second
	}
	return nil
}

// matches returns the matches to tell, in their order: at least one.
func (s *source) matches(ctx context.Context, in io.Reader, tally *sonify.Tally) ([]*match, error) {
	text, err := input.Text(in, input.Auto, 64<<10)
	if err != nil {
		return nil, input.Fail(ctx, "openfootball", s.c.Path, 0, err)
	}
	all, line, err := read(ctx, text, tally)
	if err != nil {
		return nil, input.Fail(ctx, "openfootball", s.c.Path, line, err)
	}
	order(all)
	picked := all
	for i := range s.choices {
		c := &s.choices[i]
		if picked = filter(picked, c.wants); len(picked) == 0 {
			return nil, input.Fail(ctx, "openfootball", s.c.Path, 0, nothing(c, all))
		}
	}
	if s.c.Number > 0 {
		if picked = filter(picked, func(m *match) bool { return m.Number == s.c.Number }); len(picked) == 0 {
			return nil, input.Fail(ctx, "openfootball", s.c.Path, 0, permanent("number = %d: there is no such match among its %d that the other keys leave", s.c.Number, len(all)))
		}
	}
	played := filter(picked, func(m *match) bool {
		if m.off {
			tally.Add(sonify.Skipped, "match that was called off, broken off or decided at a table", m.Line)
			return false
		}
		if !m.Played() {
			tally.Add(sonify.Skipped, "match without a result, not played yet", m.Line)
		}
		return m.Played()
	})
	if len(played) == 0 {
		return nil, input.Fail(ctx, "openfootball", s.c.Path, 0, permanent("none of its %d matches has a result", len(picked)))
	}
	return played, nil
}

func filter(ms []*match, want func(m *match) bool) []*match {
	var out []*match
	for _, m := range ms {
		if want(m) {
			out = append(out, m)
		}
	}
	return out
}

// nothing is the error about a choice that leaves no match.
func nothing(c *choice, all []*match) error {
	var known []string
	seen := make(map[string]bool)
	for _, m := range all {
		for _, v := range c.of(m) {
			if v != "" && !seen[v] && len(known) < 1000 {
				seen[v] = true
				known = append(known, v)
			}
		}
	}
	one := filter(all, c.wants)
	if len(one) > 0 {
		return permanent("%s = %q: there are such matches, but the other keys leave none of them", c.key, strings.Join(c.patterns, ", "))
	}
	hint := sonify.DidYouMean(c.patterns[0], known)
	if hint == "" && len(known) > 0 {
		hint = fmt.Sprintf("there is %s, for one", known[0])
	} else if hint == "" {
		hint = "no match of it says its " + c.key
	}
	return permanent("%s = %q: there is no such match among its %d (%s)", c.key, strings.Join(c.patterns, ", "), len(all), hint)
}

var _ sonify.Prober = (*source)(nil)
