// Package mqtt is the source that listens to a broker of MQTT: sensors, houses,
// machines. README.md tells what becomes of what.
package mqtt

import (
	"context"
	_ "embed"
	"fmt"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/mqtt"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/vocabulary"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a broker and what to hear of it.
type Config struct {
	Topics       []string `toml:"topics" doc:"what to listen to: + is one level, # all that follow, and so are {name} and {name...}, which become fields" required:"without path" example:"[\"home/{room}/{sensor}\"]"`
	Availability []string `toml:"availability" doc:"the topics on which devices say that they are there: a state, of which only the changes are events" example:"[\"home/{device...}/availability\"]"`
	Ignore       []string `toml:"ignore" doc:"topics of which nothing is heard, though topics match them" example:"[\"home/{device...}/set\"]"`
	mqtt.Connection
	Recording
	decode.Config
}

// Recording has the key of a recording that is played instead.
type Recording = replay.Config

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "mqtt",
		Doc:    "messages of an MQTT broker, 5 or 3.1.1: sensors, houses, machines",
		Group:  "transports",
		Sample: sample + mqtt.SampleTOML() + "\n" + decode.SampleTOML(),
		Live:   true,
		Config: func() any {
			return &Config{Connection: mqtt.Defaults(), Config: decode.Defaults()}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("mqtt: configuration is a %T, a *mqtt.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env          sonify.SourceEnv
	path         string
	engine       *mqtt.Engine
	decoder      *decode.Decoder
	availability bool
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	o := mqtt.Options{Connection: c.Connection, Longest: c.MaxRecord << 10}
	if len(c.Topics) == 0 && c.Recorded() {
		c.Topics = []string{"#"}
	}
	if len(c.Topics) == 0 {
		ps.Add("topics", `topics = ["home/{room}/{sensor}"]`, "there is nothing to listen to")
	}
	o.Topics = mqtt.Patterns(&ps, "topics", c.Topics)
	o.Availability = mqtt.Patterns(&ps, "availability", c.Availability)
	o.Ignore = mqtt.Patterns(&ps, "ignore", c.Ignore)
	c.Connection.Check(&ps)
	c.Config.Check(&ps)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	d, err := decode.New(env, c.Config)
	if err != nil {
		return nil, err
	}
	for _, p := range o.Topics {
		d.Foresee(p.Names()...)
	}
	if c.Retained == "mark" {
		d.Foresee("retained")
	}
	return &source{env: env, path: c.Path, engine: mqtt.New(env, o), decoder: d, availability: len(c.Availability) > 0}, nil
}

// Run implements sonify.Source.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.Recorded() {
		return s.engine.Replay(ctx, s.path, s.decoder, emit)
	}
	return s.engine.Run(ctx, s.decoder, emit)
}

// Recorded implements sonify.Recording.
func (s *source) Recorded() bool { return s.path != "" }

// Probe says what will come, without asking the broker.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	p := s.decoder.Prospect()
	if s.Recorded() {
		var err error
		if p, err = replay.Probe(s.env, s.path, s.decoder); err != nil {
			return p, err
		}
	}
	if s.availability {
		p.Shapes = append(p.Shapes, vocabulary.ReadingOnline, vocabulary.ReadingOffline)
	}
	return p, nil
}
