// Package cricsheet is the source that reads cricket matches ball by ball, in the
// JSON layout of Cricsheet. README.md lists what becomes of what.
package cricsheet

import (
	"context"
	_ "embed"
	"fmt"

	"proscenium/sonify"
	"proscenium/sources/internal/whole"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a match.
type Config struct {
	Path string `toml:"path" doc:"the file of the match, from the piece's folder on; \"-\" is standard input" required:"true" example:"1410472.json"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "cricsheet",
		Doc:  "a cricket match ball by ball, from the files of Cricsheet", Group: "sports",
		Sample: sample,
		Config: func() any { return &Config{} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("cricsheet: configuration is a %T, a *cricsheet.Config was expected", config)
			}
			var ps sonify.Problems
			if c.Path == "" {
				ps.Add("path", `path = "1410472.json"`, "the name of a file is missing")
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

// maxBytes bounds a file: a test match has about 2 MB.
const maxBytes = 64 << 20

// Run tells the match.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	return whole.Tell(ctx, s.env, "cricsheet", s.c.Path, maxBytes, emit, func(body []byte, emit func(sonify.Event)) error {
		return tell(body, s.env.Name, whole.Name(s.c.Path), s.env.Tally, emit)
	})
}

// Probe reads the file and says what will come, or why nothing will. Standard input is
// not touched.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	p := sonify.Prospect{Shapes: Shapes(), Timed: true}
	return whole.Probe(ctx, s.env, "cricsheet", s.c.Path, maxBytes, p, func(body []byte) error {
		return tell(body, s.env.Name, "", new(sonify.Tally), func(sonify.Event) {})
	})
}

var _ sonify.Prober = (*source)(nil)
