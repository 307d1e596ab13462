// Package wikipedia is the source that hears the changes of Wikipedia and its sister
// projects as they are made. README.md lists what becomes of what.
package wikipedia

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/span"
	"proscenium/sources/internal/sse"
	"proscenium/sources/internal/words"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about the wikis.
type Config struct {
	replay.Config
	Wikis      []string      `toml:"wikis" doc:"which: \"de\" is the German Wikipedia, \"dewiktionary\" and \"de.wiktionary.org\" a project by its names, \"*.wikipedia.org\" all of a kind; without it, all" example:"[\"eo\", \"hu\", \"ca\"]"`
	Kinds      []string      `toml:"kinds" doc:"what is heard: edit, new (pages), log (moved, blocked, uploaded, ...), categorize, external (of Wikidata)" default:"[\"edit\", \"new\"]" enum:"edit|new|log|categorize|external"`
	Namespaces []int         `toml:"namespaces" doc:"only pages of these namespaces; 0 are articles" example:"[0]"`
	Bots       string        `toml:"bots" doc:"what becomes of what programs do" default:"keep" enum:"keep|skip|only"`
	Contains   []string      `toml:"contains" doc:"only changes in whose title or summary one of these words stands" example:"[\"music\"]"`
	URL        string        `toml:"url" doc:"the stream" default:"https://stream.wikimedia.org/v2/stream/recentchange"`
	CatchUp    time.Duration `toml:"catch_up" doc:"how much of what was missed is heard after a break; what is older is left out" default:"2m"`
	Silence    time.Duration `toml:"silence" doc:"how long nothing may come before the connection is taken for dead" default:"1m"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "wikipedia",
		Doc:    "changes of Wikipedia, in any language, and of its sister projects",
		Group:  "social",
		Sample: sample,
		Live:   true,
		Config: func() any {
			return &Config{Kinds: []string{"edit", "new"}, Bots: "keep", URL: "https://stream.wikimedia.org/v2/stream/recentchange", CatchUp: 2 * time.Minute, Silence: time.Minute}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("wikipedia: configuration is a %T, a *wikipedia.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env sonify.SourceEnv
	c   Config
	url *url.URL
	n   *normaliser
}

var wikiName = regexp.MustCompile(`^(\*\.)?[a-zA-Z][a-zA-Z0-9_.-]*$`)

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	u, err := reach.Parse(c.URL, "https", "http")
	if err != nil {
		ps.Add("url", `url = "https://stream.wikimedia.org/v2/stream/recentchange"`, "%v", err)
	}
	words.Check(&ps, "contains", c.Contains)
	span.Check(&ps, "catch_up", c.CatchUp, 0, 7*24*time.Hour)
	span.Check(&ps, "silence", c.Silence, time.Second, time.Hour)
	for _, w := range c.Wikis {
		if !wikiName.MatchString(w) {
			ps.Add("wikis", `for example "de", "enwiki", "fr.wiktionary.org" or "*.wikipedia.org"`, "%q is no wiki", w)
		}
	}
	if len(c.Kinds) == 0 {
		ps.Add("kinds", `kinds = ["edit", "new"]`, "nothing is to be heard")
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	s := &source{env: env, c: c, url: u}
	s.n = newNormaliser(env, &s.c)
	return s, nil
}

// Run hears the stream.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.c.Recorded() {
		return replay.Run(ctx, s.env, s.c.Path, s.n, emit)
	}
	return sse.Run(ctx, s.env, sse.Options{
		Name: "wikipedia", URL: s.url, Silence: s.c.Silence, Limit: 4 << 20,
		Resume: func(place string) string { return resume(place, s.c.CatchUp, time.Now()) },
	}, s.n, emit)
}

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	if s.c.Recorded() {
		return replay.Probe(s.env, s.c.Path, s.n)
	}
	return s.n.Prospect(), nil
}

var _ sonify.Prober = (*source)(nil)
