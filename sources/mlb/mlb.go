// Package mlb is the source that follows a game of baseball pitch by pitch on the live feed of Major League Baseball. README.md lists what becomes of what.
package mlb

import (
	_ "embed"
	"fmt"
	"net/http"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/poll"
	"proscenium/sources/internal/polled"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/span"

	"github.com/tidwall/gjson"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about it.
type Config struct {
	replay.Config
	Game  int           `toml:"game" doc:"the number of the game at the service (gamePk)" default:"0" min:"0" example:"715720"`
	Every time.Duration `toml:"every" doc:"how long after an answer the service is asked again" default:"10s" example:"10s"`
	URL   string        `toml:"url" doc:"the address of the service" default:"https://statsapi.mlb.com"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "mlb",
		Doc:  "a game of baseball pitch by pitch, from the live feed of Major League Baseball", Group: "sports",
		Sample: sample,
		Live:   true,
		Config: func() any { return &Config{Every: 10 * time.Second, URL: "https://statsapi.mlb.com"} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("mlb: configuration is a %T, a *mlb.Config was expected", config)
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
	if err := ps.Err(); err != nil {
		return nil, err
	}
	address := base.JoinPath("api", "v1.1", "game", fmt.Sprint(c.Game), "feed", "live")
	var lacks sonify.Problems
	if c.Game <= 0 {
		lacks.Add("game", "game = 715720", "the number of the game is missing")
	}
	return &polled.Source{
		Lacks: lacks,
		Env:   env, Path: c.Path,
		New: func(whole bool) decode.Normaliser { return newNormaliser(env.Name, env.Tally, whole) },
		Poller: func() (*poll.Poller, error) {
			return poll.New(poll.Options{URL: address.String(), Every: c.Every, Least: 5 * time.Second, Hint: pace, JSON: true, Header: map[string]string{"Accept": "application/json"}})
		},
	}, nil
}

// pace is what the feed says of how long to wait.
func pace(_ http.Header, body []byte) time.Duration {
	return time.Duration(min(max(gjson.GetBytes(body, "metaData.wait").Int(), 0), 3600)) * time.Second
}
