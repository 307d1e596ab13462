// Package nba is the source that follows a game of basketball action by action on the live data of the NBA. README.md lists what becomes of what.
package nba

import (
	_ "embed"
	"fmt"
	"regexp"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
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
	Game  string        `toml:"game" doc:"the number of the game at the service, ten digits" default:"" example:"0022500011"`
	Home  string        `toml:"home" doc:"the name of the hosts: the feed has only letters for them" default:"Home" example:"Boston"`
	Away  string        `toml:"away" doc:"the name of the guests" default:"Away" example:"Miami"`
	Every time.Duration `toml:"every" doc:"how long after an answer the service is asked again" default:"10s" example:"10s"`
	URL   string        `toml:"url" doc:"the address of the service" default:"https://cdn.nba.com"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "nba",
		Doc:  "a game of basketball action by action, from the live data of the NBA", Group: "sports",
		Sample: sample,
		Live:   true,
		Config: func() any {
			return &Config{Home: "Home", Away: "Away", Every: 10 * time.Second, URL: "https://cdn.nba.com"}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("nba: configuration is a %T, a *nba.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	span.Check(&ps, "every", c.Every, 5*time.Second, time.Hour)
	base, err := reach.Parse(c.URL, "https", "http")
	if err != nil {
		ps.Add("url", "", "%v", err)
	}
	if c.Game != "" && !gameNumber.MatchString(c.Game) {
		ps.Add("game", `game = "0022500011"`, "%q is no number of a game: ten digits were expected", c.Game)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	address := base.JoinPath("static", "json", "liveData", "playbyplay", "playbyplay_"+c.Game+".json")
	var lacks sonify.Problems
	if c.Game == "" {
		lacks.Add("game", `game = "0022500011"`, "the number of the game is missing")
	}
	return &polled.Source{
		Lacks: lacks,
		Env:   env, Path: c.Path,
		New: func(whole bool) decode.Normaliser { return newNormaliser(env.Name, env.Tally, whole, c.Home, c.Away) },
		Poller: func() (*poll.Poller, error) {
			// The file of a game appears when the game does. Until then the service, which is a
			// store of files, answers 403.
			return poll.New(poll.Options{URL: address.String(), Every: c.Every, JSON: true, Absent: []int{403, 404}, Header: map[string]string{"Accept": "application/json"}})
		},
	}, nil
}

var gameNumber = regexp.MustCompile(`^[0-9]{10}$`)
