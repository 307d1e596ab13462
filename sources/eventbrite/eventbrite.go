// Package eventbrite is the source that hears tickets sold by Eventbrite. Its
// deliveries are not signed and say only where something happened; the source asks
// Eventbrite itself what. README.md tells what becomes of what.
package eventbrite

import (
	"context"
	_ "embed"
	"fmt"

	"proscenium/sonify"
	"proscenium/sources/internal/ask"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/hook"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about an organisation.
type Config struct {
	Token string `toml:"token" doc:"the private token with which Eventbrite is asked, where it is kept: env:NAME, file:PATH or cred:NAME" default:"" example:"env:EVENTBRITE_TOKEN"`
	Event string `toml:"event" doc:"the number of the one event to listen to; without it all of the organisation's" default:"" example:"123456789012"`
	hook.Address
	replay.Config
	orders.House
	EventName string `toml:"event_name" doc:"what is sold for, as events and captions say it" default:"" example:"Summer night"`
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "eventbrite", Doc: "orders, refunds and check-ins of an organisation on Eventbrite", Group: "tickets and orders", Live: true, Sample: sample,
		Config: func() any { return &Config{Address: hook.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("eventbrite: made of a %T", config)
			}
			return newSource(env, *c, server, reach.Policy{})
		}}
}

// The one host that is asked, whatever a delivery says.
const (
	host   = "www.eventbriteapi.com"
	server = "https://" + host
)

func newSource(env sonify.SourceEnv, c Config, server string, policy reach.Policy) (sonify.Source, error) {
	var ps sonify.Problems
	c.Address.Check(&ps)
	c.House.Check(&ps)
	secret.Check(&ps, "token", c.Token)
	if c.Event != "" && !number.MatchString(c.Event) {
		ps.Add("event", `such as "123456789012"`, "%.60q is no number of an event", c.Event)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &hook.Asking{
		Source: hook.Source{Env: env, Path: c.Path, Options: hook.Options{Address: c.Address, Scheme: hook.Scheme{TopicField: "config.action"},
			Form: hook.Form{Skip: skip}},
			New: func(env sonify.SourceEnv) (decode.Normaliser, error) { return newNormaliser(env, c), nil }},
		Server: server, Token: c.Token, Scheme: "Bearer ", Policy: policy,
		Fetch: func(s *ask.Service) func(context.Context, *decode.Message) error {
			return (&asker{service: s}).fetch
		},
	}, nil
}

func skip(_ *sonify.Call, d hook.Checked) string {
	if d.Topic == "test" {
		return "test delivery"
	}
	return ""
}
