// Package square is the source that hears money come in by Square:
// payments at a till or online, and refunds. README.md tells what becomes of what.
package square

import (
	_ "embed"
	"fmt"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/hook"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/replay"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about an account.
type Config struct {
	hook.Address
	hook.Secrets
	replay.Config
	orders.House
	URL       string `toml:"url" doc:"the whole address as Square knows it: it is signed, to the letter. Without it what the request says, which a proxy may have changed" default:"" example:"https://music.example.org/hooks/till"`
	Location  string `toml:"location" doc:"the id of the one location to listen to; without it all" default:"" example:"L88917AVBK2S5"`
	EventName string `toml:"event_name" doc:"what is sold for, as events and captions say it" default:"" example:"Summer night"`
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "square", Doc: "payments and refunds by Square, as they are made", Group: "tickets and orders", Live: true, Sample: sample,
		Config: func() any { return &Config{Address: hook.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("square: made of a %T", config)
			}
			return newSource(env, *c)
		}}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	c.Address.Check(&ps)
	c.Secrets.Check(&ps)
	c.House.Check(&ps)
	hook.CheckURL(&ps, c.URL)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	scheme, _ := hook.Preset("square")
	return &hook.Source{Env: env, Path: c.Path, Options: hook.Options{Address: c.Address, Secrets: c.Secrets, Scheme: scheme, URL: c.URL},
		New: func(env sonify.SourceEnv) (decode.Normaliser, error) { return newNormaliser(env, c), nil }}, nil
}
