// Package ern is the source that reads what labels announce, in DDEX's messages of releases (ERN). README.md lists what
// becomes of what.
package ern

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/whole"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about it.
type Config struct {
	Path string `toml:"path" doc:"the message, packed by gzip or not, from the piece's folder on; * stands for any letters, and messages are told in the order of their names; \"-\" is standard input" required:"true" example:"deliveries/*.xml"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "ddex_ern",
		Doc:  "what labels announce: DDEX's release notifications (ERN), releases, tracks and deals", Group: "music business",
		Sample: sample,
		Config: func() any { return &Config{} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("ddex_ern: configuration is a %T, a *ern.Config was expected", config)
			}
			var ps sonify.Problems
			if c.Path == "" {
				ps.Add("path", `path = "deliveries/*.xml"`, "the name of a file is missing")
			} else if _, err := filepath.Match(c.Path, ""); err != nil {
				ps.Add("path", "", "%q cannot be looked for: a bracket in it is not closed", c.Path)
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

const (
	maxBytes = 256 << 20       // of one message
	between  = 5 * time.Second // from one message to the next
)

// Run tells the messages, one after the other.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	list, err := whole.Files(s.env, s.c.Path)
	if err != nil {
		return err
	}
	var clock time.Duration
	for _, path := range list {
		err := whole.Tell(ctx, s.env, "ddex_ern", path, maxBytes, emit, func(body []byte, emit func(sonify.Event)) (err error) {
			clock, err = tell(body, s.env.Name, clock, s.env.Tally, emit)
			if len(list) > 1 && errors.Is(err, errOther) {
				s.env.Tally.Add(sonify.Skipped, "file of the folder that is another message, or empty", 0)
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
		clock += between
	}
	return nil
}

// Probe reads the first message of labels and says what will come, or why nothing will. Standard
// input is not touched.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	p := sonify.Prospect{Shapes: Shapes(), Timed: true}
	list, err := whole.Files(s.env, s.c.Path)
	if err != nil {
		return p, err
	}
	for i, path := range list {
		other := false
		p, err = whole.Probe(ctx, s.env, "ddex_ern", path, maxBytes, p, func(body []byte) error {
			_, err := tell(body, "", 0, new(sonify.Tally), func(sonify.Event) {})
			other = errors.Is(err, errOther)
			return err
		})
		if !other || i == len(list)-1 {
			break
		}
	}
	return p, err
}

var _ sonify.Prober = (*source)(nil)
