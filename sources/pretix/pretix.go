// Package pretix is the source that hears tickets sold by pretix: orders, payments,
// refunds, and who comes in at the door. README.md tells what becomes of what.
package pretix

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

// Config is what a piece says about an organiser.
type Config struct {
	Organizer string `toml:"organizer" doc:"the organiser's short name, as it stands in the shop's addresses" required:"without path" example:"summer"`
	Event     string `toml:"event" doc:"the short name of the one event to listen to; without it all of the organiser's" default:"" example:"night"`
	Token     string `toml:"token" doc:"the API token with which the server is asked about orders, where it is kept: env:NAME, file:PATH or cred:NAME" default:"" example:"env:PRETIX_TOKEN"`
	Server    string `toml:"server" doc:"where pretix runs" default:"https://pretix.eu" example:"https://tickets.example.org"`
	hook.Address
	replay.Config
	orders.House
	Only      []int  `toml:"only" doc:"what counts as a ticket: the numbers of products; without it everything but add-ons" example:"[4711]"`
	EventName string `toml:"event_name" doc:"what is sold for, as events and captions say it; without it the event's name" default:"" example:"Summer night"`
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "pretix", Doc: "orders, refunds and check-ins of a ticket shop that runs on pretix", Group: "tickets and orders", Live: true, Sample: sample,
		Config: func() any { return &Config{Address: hook.Defaults(), Server: "https://pretix.eu"} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("pretix: made of a %T", config)
			}
			return newSource(env, *c)
		}}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	c.Address.Check(&ps)
	c.House.Check(&ps)
	secret.Check(&ps, "token", c.Token)
	if !slug.MatchString(c.Organizer) && (c.Organizer != "" || !c.Recorded()) {
		ps.Add("organizer", `such as "summer"`, "%.60q is no short name", c.Organizer)
	}
	if c.Event != "" && !slug.MatchString(c.Event) {
		ps.Add("event", `such as "night"`, "%.60q is no short name", c.Event)
	}
	if _, err := reach.Parse(c.Server, "https", "http"); err != nil {
		ps.Add("server", `such as "https://pretix.eu"`, "%v", err)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &hook.Asking{
		Source: hook.Source{Env: env, Path: c.Path, Options: hook.Options{Address: c.Address, Scheme: hook.Scheme{IDField: "notification_id", TopicField: "action"}},
			New: func(env sonify.SourceEnv) (decode.Normaliser, error) { return newNormaliser(env, c), nil }},
		Server: c.Server, Token: c.Token, Scheme: "Token ",
		Fetch: func(s *ask.Service) func(context.Context, *decode.Message) error {
			return (&asker{c: c, service: s}).fetch
		},
	}, nil
}
