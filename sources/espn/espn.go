// Package espn is the source that follows matches of many sports on the scoreboards of ESPN. README.md lists what becomes of what.
package espn

import (
	_ "embed"
	"fmt"
	"net/url"
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
	Sport  string        `toml:"sport" doc:"the sport; football is the American one" default:"soccer" enum:"soccer|tennis|basketball|baseball|football|hockey|rugby"`
	League string        `toml:"league" doc:"the league at the service: fifa.world, eng.1, atp, wta, nba, mlb, nfl, nhl, ..." required:"without path" example:"eng.1"`
	Date   string        `toml:"date" doc:"the day, as 20260822; without it, today as the service sees it" default:"" example:"20260822"`
	Every  time.Duration `toml:"every" doc:"how long after an answer the service is asked again" default:"30s" example:"30s"`
	URL    string        `toml:"url" doc:"the address of the service" default:"https://site.api.espn.com/apis/site/v2/sports"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "espn",
		Doc:  "matches of many sports by their scores, from the scoreboards of ESPN", Group: "sports",
		Sample: sample,
		Live:   true,
		Config: func() any {
			return &Config{Sport: "soccer", Every: 30 * time.Second, URL: "https://site.api.espn.com/apis/site/v2/sports"}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("espn: configuration is a %T, a *espn.Config was expected", config)
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
	if c.League == "" && !c.Recorded() {
		ps.Add("league", `league = "eng.1"`, "the league is missing")
	} else if c.League != "" && !league.MatchString(c.League) {
		ps.Add("league", `league = "eng.1"`, "%q is no league of the service: small letters, digits, dots and dashes were expected", c.League)
	}
	if c.Date != "" {
		if _, err := time.Parse("20060102", c.Date); err != nil {
			ps.Add("date", `date = "20260822"`, "%q is no day", c.Date)
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	address := base.JoinPath(c.Sport, c.League, "scoreboard")
	if c.Date != "" {
		address.RawQuery = url.Values{"dates": {c.Date}}.Encode()
	}
	return &polled.Source{
		Env: env, Path: c.Path,
		New: func(whole bool) decode.Normaliser { return normaliser(env, c.Sport, c.League, whole) },
		Poller: func() (*poll.Poller, error) {
			return poll.New(poll.Options{URL: address.String(), Every: c.Every, JSON: true, Header: map[string]string{"Accept": "application/json"}})
		},
	}, nil
}

var league = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,40}$`)

// normaliser returns what takes the scoreboards of a sport apart.
func normaliser(env sonify.SourceEnv, sport, league string, whole bool) decode.Normaliser {
	if sport == "soccer" {
		return football.NewFeed(env.Name, env.Tally, whole, soccerReports)
	}
	return newContests(env.Name, sport, league, env.Tally, whole)
}
