// Package footballdata is the source that follows matches of football on football-data.org. README.md lists what becomes of what.
package footballdata

import (
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/football"
	"proscenium/sources/internal/poll"
	"proscenium/sources/internal/polled"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/span"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about it.
type Config struct {
	replay.Config
	Competitions []string      `toml:"competitions" doc:"the competitions by the service's codes: PL, BL1, SA, PD, FL1, CL, WC, ...; none takes all of the subscription" example:"[\"PL\", \"CL\"]"`
	Token        string        `toml:"token" doc:"where the token of the subscription is: env:NAME, file:PATH or cred:NAME" default:"" example:"env:FOOTBALL_DATA_TOKEN"`
	Every        time.Duration `toml:"every" doc:"how long after an answer the service is asked again" default:"1m" example:"1m"`
	URL          string        `toml:"url" doc:"the address of the service" default:"https://api.football-data.org"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "football_data",
		Doc:  "matches of football by their scores, from football-data.org", Group: "sports",
		Sample: sample,
		Live:   true,
		Config: func() any { return &Config{Every: time.Minute, URL: "https://api.football-data.org"} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("football_data: configuration is a %T, a *footballdata.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	span.Check(&ps, "every", c.Every, 6*time.Second, time.Hour)
	base, err := reach.Parse(c.URL, "https", "http")
	if err != nil {
		ps.Add("url", "", "%v", err)
	}
	for _, code := range c.Competitions {
		if !competition.MatchString(code) {
			ps.Add("competitions", `competitions = ["PL"]`, "%q is no code of a competition: capital letters and digits were expected", code)
		}
	}
	secret.Check(&ps, "token", c.Token)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	address := base.JoinPath("v4", "matches")
	if len(c.Competitions) > 0 {
		address.RawQuery = url.Values{"competitions": {strings.Join(c.Competitions, ",")}}.Encode()
	}
	var lacks sonify.Problems
	if c.Token == "" {
		lacks.Add("token", `token = "env:FOOTBALL_DATA_TOKEN"`, "the service wants a token; it is free")
	}
	return &polled.Source{
		Lacks: lacks,
		Env:   env, Path: c.Path,
		New: func(whole bool) decode.Normaliser { return football.NewFeed(env.Name, env.Tally, whole, reports) },
		Poller: func() (*poll.Poller, error) {
			token, err := secret.Read(env, c.Token)
			if err != nil {
				return nil, err
			}
			return poll.New(poll.Options{URL: address.String(), Every: c.Every, JSON: true, Secrets: []string{token},
				Header: map[string]string{"Accept": "application/json", "X-Auth-Token": token}})
		},
	}, nil
}

var competition = regexp.MustCompile(`^[A-Z0-9]{1,10}$`)
