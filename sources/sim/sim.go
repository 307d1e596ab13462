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

// Config is what a piece says about a simulation.
type Config struct {
	Of        string   `toml:"of" doc:"what is simulated" default:"tennis" enum:"tennis"`
	Seed      int64    `toml:"seed" doc:"another seed, another invention; 0 takes the piece's seed" default:"0" min:"0"`
	Matches   int      `toml:"matches" doc:"how many matches, one after the other" default:"1" min:"1" max:"10000"`
	First     int      `toml:"first" doc:"the number of the first match, so that one out of a programme can be had" default:"1" min:"1" max:"10000"`
	BestOf    int      `toml:"best_of" doc:"sets of a match at most; 0: 5 and 3 in turn, as men and women play" unit:"sets" default:"5" enum:"0|1|3|5"`
	Players   []string `toml:"players" doc:"names of the players: of two they are the match, of more pairs are drawn; without it invented ones" example:"[\"Ada Arpeggio\", \"Bruno Bitcrush\"]"`
	Strengths []int    `toml:"strengths" doc:"how many of 1000 points each player wins on the own serve against an even one; without it drawn" unit:"points" min:"400" max:"800" example:"[660, 630]"`
	Pause     int      `toml:"pause_s" doc:"time between one match and the next, on the programme's clock" unit:"s" default:"60" min:"0" max:"86400"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "sim",
		Doc:    "invented data that behaves like the real thing: tennis matches",
		Sample: sample,
		Config: func() any { return &Config{Of: "tennis", Matches: 1, First: 1, BestOf: 5, Pause: 60} },
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
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return s, nil
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
	t := Tournament{Seed: uint64(s.c.Seed), Matches: s.c.First - 1 + s.c.Matches, BestOf: s.c.BestOf, Players: s.c.Players, Strengths: s.c.Strengths}
	if t.Seed == 0 {
		t.Seed = s.env.Seed
	}
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
