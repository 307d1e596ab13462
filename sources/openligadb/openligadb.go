// Package openligadb is the source that follows matches of German football and others on OpenLigaDB. README.md lists what becomes of what.
package openligadb

import (
	_ "embed"
	"fmt"
	"regexp"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/football"
	"proscenium/sources/internal/poll"
	"proscenium/sources/internal/polled"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/span"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about it.
type Config struct {
	replay.Config
	League   string        `toml:"league" doc:"the league's short name at the service: bl1, bl2, bl3, dfb, ..." default:"bl1" example:"bl2"`
	Season   int           `toml:"season" doc:"the year in which the season began; 0 is the present one" default:"0" min:"0" max:"2200" example:"2026"`
	Matchday int           `toml:"matchday" doc:"the matchday; 0 is the present one, or the whole season if season is given" default:"0" min:"0" max:"99"`
	Every    time.Duration `toml:"every" doc:"how long after an answer the service is asked again" default:"1m" example:"1m"`
	URL      string        `toml:"url" doc:"the address of the service" default:"https://api.openligadb.de"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "openligadb",
		Doc:  "matches of German football and others, goal by goal, from OpenLigaDB", Group: "sports",
		Sample: sample,
		Live:   true,
		Config: func() any { return &Config{League: "bl1", Every: time.Minute, URL: "https://api.openligadb.de"} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("openligadb: configuration is a %T, a *openligadb.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	span.Check(&ps, "every", c.Every, 10*time.Second, time.Hour)
	base, err := reach.Parse(c.URL, "https", "http")
	if err != nil {
		ps.Add("url", "", "%v", err)
	}
	if !league.MatchString(c.League) {
		ps.Add("league", `league = "bl1"`, "%q is no short name of a league: letters, digits and dashes were expected", c.League)
	}
	if c.Matchday > 0 && c.Season == 0 {
		ps.Add("season", `season = 2026`, "a matchday without its season")
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	address := base.JoinPath("getmatchdata", c.League)
	if c.Season > 0 {
		address = address.JoinPath(fmt.Sprint(c.Season))
	}
	if c.Matchday > 0 {
		address = address.JoinPath(fmt.Sprint(c.Matchday))
	}
	return &polled.Source{
		Env: env, Path: c.Path,
		New: func(whole bool) decode.Normaliser { return football.NewFeed(env.Name, env.Tally, whole, reports) },
		Poller: func() (*poll.Poller, error) {
			return poll.New(poll.Options{URL: address.String(), Every: c.Every, JSON: true, Header: map[string]string{"Accept": "application/json"}})
		},
	}, nil
}

var league = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)
