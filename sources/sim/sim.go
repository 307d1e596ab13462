// Package sim is the source that invents its events: data that behaves like the
// real thing where there is none at hand, or none that may be shown. The same seed
// invents the same, on every machine.
package sim

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/tennis"
)

//go:embed sample.toml
var sample string

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "sim",
		Doc:  "invented data that behaves like the real thing: tennis, ticket sales, mentions, sensors, a radio station", Group: "invented",
		Sample: sample,
		Config: func() any { return defaults() },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("sim: configuration is a %T, a *sim.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

// simulation is one kind of thing that can be simulated.
type simulation struct {
	name   string
	shapes func() []*sonify.Shape
	run    func(s *source, ctx context.Context, emit func(sonify.Event)) error
}

// simulations are all kinds; the enum of Config.Of names them too.
var simulations = []simulation{
	{"tennis", tennis.Shapes, (*source).tennis},
	{"tickets", ticketShapes, (*source).tickets},
	{"mentions", mentionShapes, (*source).mentions},
	{"sensor", sensorShapes, (*source).sensor},
	{"plays", playShapes, (*source).plays},
}

type source struct {
	env sonify.SourceEnv
	c   Config
	of  simulation
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	s := &source{env: env, c: c}
	var known []string
	for _, k := range simulations {
		known = append(known, k.name)
		if k.name == c.Of {
			s.of = k
		}
	}
	if s.of.run == nil {
		ps.Add("of", sonify.DidYouMean(c.Of, known), "%q cannot be simulated", c.Of)
	}
	checkKeys(&c, s.of.run != nil, &ps)
	if len(c.Players) == 1 {
		ps.Add("players", "name two or more, or none", "one player alone cannot play")
	}
	seen := make(map[string]bool)
	for i, p := range c.Players {
		if strings.TrimSpace(p) == "" || seen[p] {
			ps.Add(fmt.Sprintf("players[%d]", i), "", "%q is empty or there twice", p)
		}
		seen[p] = true
	}
	if len(c.Strengths) > 0 && len(c.Strengths) != len(c.Players) {
		ps.Add("strengths", "", "%d strengths for %d players: as many were expected", len(c.Strengths), len(c.Players))
	}
	switch c.BestOf {
	case 0, 1, 3, 5:
	default:
		ps.Add("best_of", "", "%d sets: 0, 1, 3 or 5 were expected", c.BestOf)
	}
	s.c.fill()
	s.c.check(&ps)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// seed returns the seed of the invention.
func (s *source) seed() uint64 {
	if s.c.Seed != 0 {
		return uint64(s.c.Seed)
	}
	return s.env.Seed
}

// Shapes returns all kinds of event that the simulations report, but for those of
// tennis, which are those of package slam.
func Shapes() []*sonify.Shape {
	var all []*sonify.Shape
	for _, k := range simulations[1:] {
		all = append(all, k.shapes()...)
	}
	return all
}

// Run invents the events and reports them.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	return s.of.run(s, ctx, emit)
}

// Probe says what kinds of event will come.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	return sonify.Prospect{Shapes: s.of.shapes(), Timed: true}, nil
}

// tennis plays a programme of matches.
func (s *source) tennis(ctx context.Context, emit func(sonify.Event)) error {
	t := Tournament{Seed: s.seed(), Matches: s.c.First - 1 + s.c.Matches, BestOf: s.c.BestOf, Players: s.c.Players, Strengths: s.c.Strengths}
	teller := &tennis.Teller{Source: s.env.Name, Emit: emit}
	var clock time.Duration
	for n := range s.c.Matches {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		m := t.Match(s.c.First - 1 + n)
		var err error
		if clock, err = teller.Tell(ctx, m, m.Format(), clock, n+1); err != nil {
			return err
		}
		clock += time.Duration(s.c.Pause) * time.Second
	}
	return nil
}

var _ sonify.Prober = (*source)(nil)
