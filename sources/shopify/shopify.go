// Package shopify is the source that hears a Shopify shop sell: orders,
// payments, cancellations and refunds, as the shop posts them to an address of ours.
// README.md tells what becomes of what.
package shopify

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

// Config is what a piece says about a shop.
type Config struct {
	hook.Address
	hook.Secrets
	replay.Config
	orders.House
	Only       []string `toml:"only" doc:"what counts as a ticket: SKUs, product or variant numbers; without it everything that the shop sells" example:"[\"BALCONY\", \"632910392\"]"`
	Authorized bool     `toml:"authorized" doc:"whether an order counts as paid when its payment is only authorised" default:"false"`
	EventName  string   `toml:"event_name" doc:"what is sold for, as events and captions say it" default:"" example:"Summer night"`
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "shopify", Doc: "orders and refunds of a Shopify shop, as they are made", Group: "tickets and orders", Live: true, Sample: sample,
		Config: func() any { return &Config{Address: hook.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("shopify: made of a %T", config)
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
	scheme, _ := hook.Preset("shopify")
	return &hook.Source{Env: env, Path: c.Path, Options: hook.Options{Address: c.Address, Secrets: c.Secrets, Scheme: scheme},
		New: func(env sonify.SourceEnv) (decode.Normaliser, error) { return newNormaliser(env, c), nil }}, nil
}
