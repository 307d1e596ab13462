// Package vivenu is the source that hears tickets sold and scanned by
// vivenu. README.md tells what becomes of what.
package vivenu

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

// Config is what a piece says about a seller.
type Config struct {
	hook.Address
	hook.Secrets
	replay.Config
	orders.House
	EventID   string `toml:"event_id" doc:"the id of the one event to listen to; without it all" default:"" example:"5f6e0d2c1a"`
	EventName string `toml:"event_name" doc:"what is sold for, as events and captions say it" default:"" example:"Summer night"`
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "vivenu", Doc: "transactions and scans of a seller on vivenu", Group: "tickets and orders", Live: true, Sample: sample,
		Config: func() any { return &Config{Address: hook.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("vivenu: made of a %T", config)
			}
			return newSource(env, *c)
		}}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	c.Address.Check(&ps)
	c.Secrets.Check(&ps)
	c.House.Check(&ps)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	scheme, _ := hook.Preset("vivenu")
	return &hook.Source{Env: env, Path: c.Path, Options: hook.Options{Address: c.Address, Secrets: c.Secrets, Scheme: scheme},
		New: func(env sonify.SourceEnv) (decode.Normaliser, error) { return newNormaliser(env, c), nil }}, nil
}
