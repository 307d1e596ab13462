// Package sse is the source that reads server-sent events from any address.
// README.md tells what becomes of what.
package sse

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/access"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/span"
	"proscenium/sources/internal/sse"
)

//go:embed sample.toml
var head string

// Config is what a piece says about a stream.
type Config struct {
	URL     string        `toml:"url" doc:"the address of the stream" required:"true" example:"https://example.org/events"`
	Silence time.Duration `toml:"silence" doc:"how long nothing may come, not even a comment, before the connection is taken for dead; 0s: for ever" default:"5m"`
	Path    string        `toml:"path" doc:"a recording of the stream's messages, from the piece's folder on; it is played instead of listening, a message every 500 ms if it has no times, or by clock and step" default:"" example:"night.jsonl"`
	access.Keys
	decode.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "sse", Doc: "server-sent events (text/event-stream) of any service", Group: "transports", Live: true,
		Sample: head + "\n" + access.SampleTOML + "\n" + decode.SampleTOML(),
		Config: func() any { return &Config{Silence: 5 * time.Minute, Config: decode.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("sse: configuration is a %T, a *sse.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env sonify.SourceEnv
	c   Config
	url *url.URL
	n   *decode.Decoder
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	u, err := reach.Parse(c.URL, "https", "http")
	if err != nil {
		ps.Add("url", `for example url = "https://example.org/events"`, "%v", err)
	}
	c.Keys.Check(&ps, u)
	c.Config.Check(&ps)
	span.Check(&ps, "silence", c.Silence, 0, 24*time.Hour)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	n, err := decode.New(env, c.Config)
	if err != nil {
		return nil, err
	}
	return &source{env, c, u, n}, nil
}

// Run reads the stream.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.c.Path != "" {
		return replay.Run(ctx, s.env, s.c.Path, s.n, emit)
	}
	e, err := s.c.Keys.Read(s.env, s.url)
	if err != nil {
		return err
	}
	return sse.Run(ctx, s.env, sse.Options{Name: "sse", URL: e.URL, Header: e.Header, Policy: e.Policy, Secrets: e.Secrets, Silence: s.c.Silence, Limit: s.c.MaxRecord << 10}, s.n, emit)
}

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	if s.c.Path != "" {
		return replay.Probe(s.env, s.c.Path, s.n)
	}
	return s.n.Prospect(), nil
}

var _ sonify.Prober = (*source)(nil)
