// Package statsbomb is the source that reads a football match event by event, in the
// layout of StatsBomb's open data. README.md lists what becomes of what.
package statsbomb

import (
	"context"
	_ "embed"
	"fmt"

	"proscenium/sonify"
	"proscenium/sources/internal/football"
	"proscenium/sources/internal/whole"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a match.
type Config struct {
	Path   string `toml:"path" doc:"the file of events of a match, from the piece's folder on; \"-\" is standard input" required:"true" example:"15986.json"`
	Passes bool   `toml:"passes" doc:"whether passes are told too: some thousand a match" default:"false"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "statsbomb",
		Doc:  "a football match event by event, from the files of StatsBomb's open data", Group: "sports",
		Sample: sample,
		Config: func() any { return &Config{} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("statsbomb: configuration is a %T, a *statsbomb.Config was expected", config)
			}
			var ps sonify.Problems
			if c.Path == "" {
				ps.Add("path", `path = "15986.json"`, "the name of a file is missing")
			}
			if err := ps.Err(); err != nil {
				return nil, err
			}
			return &source{env, *c}, nil
		},
	}
}

type source struct {
	env sonify.SourceEnv
	c   Config
}

// maxBytes bounds a file: a match has some 4 MB, with every player's place at every
// shot.
const maxBytes = 64 << 20

// Run tells the match.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	return whole.Tell(ctx, s.env, "statsbomb", s.c.Path, maxBytes, emit, func(body []byte, emit func(sonify.Event)) error {
		return tell(body, s.env.Name, whole.Name(s.c.Path), s.c.Passes, s.env.Tally, emit)
	})
}

// Shapes returns all kinds of event that the source reports.
func Shapes() []*sonify.Shape {
	return append(football.LiveShapes(), football.Shot, football.Card, football.Foul, football.Substitution, football.Pass)
}

// Probe reads the file and says what will come, or why nothing will. Standard input is
// not touched.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	p := sonify.Prospect{Shapes: Shapes(), Timed: true}
	return whole.Probe(ctx, s.env, "statsbomb", s.c.Path, maxBytes, p, func(body []byte) error {
		return tell(body, s.env.Name, "", false, new(sonify.Tally), func(sonify.Event) {})
	})
}

var _ sonify.Prober = (*source)(nil)
