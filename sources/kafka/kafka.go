// Package kafka is the source that listens to topics of Kafka, and of what speaks its
// protocol. README.md tells what becomes of what.
package kafka

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about brokers of Kafka and what to hear of them.
type Config struct {
	Brokers   []string `toml:"brokers" doc:"the brokers to ask first, host:port" default:"[\"localhost:9092\"]" example:"[\"kafka.example.org:9092\"]"`
	Encrypted bool     `toml:"encrypted" doc:"whether the connection is encrypted" default:"false" example:"true"`
	Login     string   `toml:"login" doc:"how to log in" default:"none" enum:"none|plain|scram_sha_256|scram_sha_512" instead:"PLAIN=plain|SCRAM-SHA-256=scram_sha_256|SCRAM-SHA-512=scram_sha_512"`
	Username  string   `toml:"username" doc:"the name to log in with, or where it is kept" default:"" example:"stage"`
	Password  string   `toml:"password" doc:"where the password is kept: \"env:NAME\", \"file:PATH\" or \"cred:NAME\"" default:"" example:"env:KAFKA_PASSWORD"`
	Topics    []string `toml:"topics" doc:"the topics to listen to" required:"true" example:"[\"orders\"]"`
	Group     string   `toml:"consumer_group" doc:"a consumer group: the brokers remember what was heard, and share the partitions among its members; without it the station remembers" default:"" example:"stage"`
	Private   bool     `toml:"private" doc:"whether brokers of public names may name others at private addresses" default:"false" example:"true"`
	Begin     string   `toml:"from" doc:"where to begin in a partition when nothing was heard so far" default:"new" enum:"new|all" instead:"latest=new|earliest=all|end=new|start=all"`
	secure.TLS
	decode.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "kafka",
		Doc:    "records of Kafka topics, and of what speaks its protocol",
		Group:  "transports",
		Sample: sample + secure.SampleTOML() + "\n" + decode.SampleTOML(),
		Live:   true,
		Config: func() any {
			return &Config{Brokers: []string{"localhost:9092"}, Login: "none", Begin: "new", Config: decode.Defaults()}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("kafka: configuration is a %T, a *kafka.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env     sonify.SourceEnv
	c       Config
	decoder *decode.Decoder
	at      place // where it stands; without a group
}

// maxTopics bounds how many topics a source may ask for.
const maxTopics = 100

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	if len(c.Brokers) == 0 {
		ps.Add("brokers", `brokers = ["localhost:9092"]`, "there is no broker")
	}
	for i, b := range c.Brokers {
		host, port, err := net.SplitHostPort(b)
		if err != nil || host == "" || port == "" || strings.ContainsAny(b, "/@ ") {
			hint := `for example "kafka.example.org:9092"`
			if b != "" && !strings.ContainsAny(b, ":/@ ") {
				hint = fmt.Sprintf("write %q", b+":9092")
			}
			ps.Add(fmt.Sprintf("brokers[%d]", i), hint, "a broker is a host and a port")
		}
	}
	c.TLS.Check(&ps, c.Encrypted)
	secret.Check(&ps, "password", c.Password)
	if secret.Refers(c.Username) {
		secret.Check(&ps, "username", c.Username)
	}
	switch {
	case c.Login != "none" && (c.Username == "" || c.Password == ""):
		ps.Add("login", `username = "NAME", password = "env:KAFKA_PASSWORD"`, "to log in needs a name and a password")
	case c.Login == "none" && (c.Username != "" || c.Password != ""):
		ps.Add("login", `login = "plain" or "scram_sha_256"`, "there is a name or a password, and how to log in is not said")
	case c.Login == "plain" && !c.Encrypted:
		ps = append(ps, &sonify.Problem{Key: "login", Msg: "the password goes over the network for all to read", Hint: "encrypted = true", Warning: true})
	}
	if len(c.Topics) == 0 {
		ps.Add("topics", `topics = ["orders"]`, "there is nothing to listen to")
	}
	if len(c.Topics) > maxTopics {
		ps.Add("topics", "", "%d topics, at most %d were expected", len(c.Topics), maxTopics)
	}
	for i, t := range c.Topics {
		if !legal(t) {
			ps.Add(fmt.Sprintf("topics[%d]", i), `for example "orders"`, "%q is no name of a topic: letters, digits, points, - and _ were expected", t)
		}
	}
	c.Config.Check(&ps)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	d, err := decode.New(env, c.Config)
	if err != nil {
		return nil, err
	}
	return &source{env: env, c: c, decoder: d, at: make(place)}, nil
}

// legal reports whether a topic can have that name, by org.apache.kafka.common.internals.Topic.
func legal(name string) bool {
	if name == "" || name == "." || name == ".." || len(name) > 249 {
		return false
	}
	for _, c := range name {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-') {
			return false
		}
	}
	return true
}

// Probe says what will come, without asking the brokers.
func (s *source) Probe(context.Context) (sonify.Prospect, error) { return s.decoder.Prospect(), nil }
