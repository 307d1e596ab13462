// Package stripe is the source that hears money come in by Stripe:
// checkouts, payments and refunds. README.md tells what becomes of what.
package stripe

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
	Count     string `toml:"count" doc:"which of Stripe's objects are orders; the others report the same sale and are passed over" default:"checkout" enum:"checkout|payment_intent|charge" instead:"payment=payment_intent|session=checkout"`
	Quantity  string `toml:"quantity" doc:"the key of the metadata in which the shop says how many tickets" default:"quantity"`
	Tier      string `toml:"tier" doc:"the key of the metadata with the price category" default:"tier"`
	Channel   string `toml:"channel" doc:"the key of the metadata that says where it was bought" default:"channel"`
	EventName string `toml:"event_name" doc:"what is sold for, as events and captions say it" default:"" example:"Summer night"`
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "stripe", Doc: "payments and refunds by Stripe, as they are made", Group: "tickets and orders", Live: true, Sample: sample,
		Config: func() any {
			return &Config{Address: hook.Defaults(), Count: "checkout", Quantity: "quantity", Tier: "tier", Channel: "channel"}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("stripe: made of a %T", config)
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
	scheme, _ := hook.Preset("stripe")
	return &hook.Source{Env: env, Path: c.Path, Options: hook.Options{Address: c.Address, Secrets: c.Secrets, Scheme: scheme},
		New: func(env sonify.SourceEnv) (decode.Normaliser, error) { return newNormaliser(env, c), nil }}, nil
}
