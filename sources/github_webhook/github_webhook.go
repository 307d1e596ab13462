// Package github_webhook is the source that hears what happens in repositories on
// GitHub as it happens: pushes, issues, comments, stars, forks and releases, posted
// to an address of ours. README.md tells what becomes of what.
package github_webhook

import (
	_ "embed"
	"fmt"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/github"
	"proscenium/sources/internal/hook"
	"proscenium/sources/internal/replay"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about repositories.
type Config struct {
	hook.Address
	hook.Secrets
	replay.Config
	Repositories []string `toml:"repositories" doc:"the repositories to listen to; without it all that deliver" example:"[\"owner/name\"]"`
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "github_webhook", Doc: "what happens in repositories on GitHub, as it happens", Group: "social", Live: true, Sample: sample,
		Config: func() any { return &Config{Address: hook.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("github_webhook: made of a %T", config)
			}
			return newSource(env, *c)
		}}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	c.Address.Check(&ps)
	c.Secrets.Check(&ps)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	scheme, _ := hook.Preset("github")
	return &hook.Source{Env: env, Path: c.Path, Options: hook.Options{Address: c.Address, Secrets: c.Secrets, Scheme: scheme, Form: hook.Form{Skip: skip}},
		New: func(env sonify.SourceEnv) (decode.Normaliser, error) { return newNormaliser(env, c), nil }}, nil
}

// skip passes over the ping that GitHub sends when a webhook is made.
func skip(_ *sonify.Call, d hook.Checked) string {
	if d.Topic == "ping" {
		return "ping"
	}
	return ""
}

// normaliser makes an event of each delivery.
type normaliser struct {
	env  sonify.SourceEnv
	only map[string]bool
}

func newNormaliser(env sonify.SourceEnv, c Config) *normaliser {
	n := &normaliser{env: env, only: make(map[string]bool, len(c.Repositories))}
	for _, r := range c.Repositories {
		n.only[strings.ToLower(r)] = true
	}
	return n
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: github.Shapes()} }

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	ev, ok, err := github.Webhook(m.Topic, m.Body, m.At)
	if err != nil {
		return err
	}
	if !ok {
		n.env.Tally.Add(sonify.Skipped, "delivery that tells nothing", m.Line)
		return nil
	}
	if len(n.only) > 0 && !n.only[strings.ToLower(ev.Value("place").String())] {
		n.env.Tally.Add(sonify.Skipped, "delivery of another repository", m.Line)
		return nil
	}
	ev.Place = m.Place
	emit(ev)
	return nil
}
