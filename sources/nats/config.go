package nats

import (
	"fmt"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/topic"
)

// Config is what a piece says about a server of NATS and what to hear of it.
type Config struct {
	Servers  []string `toml:"servers" doc:"the servers, of which one is asked: nats:// or tls:// (encrypted), ws:// or wss:// (through a web server)" default:"[\"nats://localhost\"]" example:"[\"tls://nats.example.org\"]"`
	Subjects []string `toml:"subjects" doc:"what to listen to: * is one token, > all that follow, and so are {name} and {name...}, which become fields" required:"true" example:"[\"sensors.{room}.{sensor}\"]"`
	Queue    string   `toml:"queue" doc:"a queue group: each message goes to one of those that name it" default:"" example:"stage"`
	Stream   string   `toml:"stream" doc:"the stream of JetStream that keeps the messages; without it what happens while nobody listens is lost" default:"" example:"SENSORS"`
	Durable  string   `toml:"durable" doc:"with stream: the name of a consumer by which the server remembers what was heard; without it the station remembers" default:"" example:"stage"`
	Begin    string   `toml:"from" doc:"with stream: where to begin when nothing was heard so far" default:"new" enum:"new|all|last" instead:"start=all|beginning=all|end=new"`
	Username string   `toml:"username" doc:"the name to log in with, or where it is kept" default:"" example:"stage"`
	Password string   `toml:"password" doc:"where the password is kept: \"env:NAME\", \"file:PATH\" or \"cred:NAME\"" default:"" example:"env:NATS_PASSWORD"`
	Token    string   `toml:"token" doc:"where a token to log in with is kept" default:"" example:"env:NATS_TOKEN"`
	NKey     string   `toml:"nkey" doc:"where the seed of an NKey to log in with is kept" default:"" example:"file:stage.nk"`
	Creds    string   `toml:"creds" doc:"where the credentials are kept, a JWT with its seed" default:"" example:"file:stage.creds"`
	secure.TLS
	decode.Config
}

var schemes = []string{"nats", "tls", "ws", "wss"}

// check adds the mistakes in c to ps and returns the subjects.
func (c *Config) check(ps *sonify.Problems) []*topic.Pattern {
	encrypted := false
	if len(c.Servers) == 0 {
		ps.Add("servers", `servers = ["nats://localhost"]`, "there is no server")
	}
	for i, s := range c.Servers {
		key := fmt.Sprintf("servers[%d]", i)
		u, err := reach.Parse(s, schemes...)
		switch {
		case err != nil:
			hint := `for example "nats://localhost"`
			if !strings.Contains(s, "://") && s != "" && !strings.ContainsAny(s, "@/? ") {
				hint = fmt.Sprintf("write %q", "nats://"+s)
			}
			ps.Add(key, hint, "%v", err)
		case u.User != nil:
			ps.Add(key, `username = "NAME" or token = "env:NATS_TOKEN"`, "what to log in with has keys of its own")
		default:
			encrypted = encrypted || u.Scheme == "tls" || u.Scheme == "wss"
		}
	}
	c.TLS.Check(ps, encrypted)
	for _, s := range []struct{ key, text string }{{"password", c.Password}, {"token", c.Token}, {"nkey", c.NKey}, {"creds", c.Creds}} {
		secret.Check(ps, s.key, s.text)
	}
	if secret.Refers(c.Username) {
		secret.Check(ps, "username", c.Username)
	}
	ways := 0
	for _, s := range []string{c.Username, c.Token, c.NKey, c.Creds} {
		if s != "" {
			ways++
		}
	}
	if ways > 1 {
		ps.Add("username", "", "username, token, nkey and creds are different ways to log in: one of them was expected")
	}
	if c.Stream == "" && c.Durable != "" {
		ps.Add("durable", `stream = "NAME"`, "only a stream remembers what was heard")
	}
	if c.Stream == "" && c.Begin != "new" {
		ps.Add("from", `stream = "NAME"`, "only a stream keeps what was")
	}
	if c.Stream != "" && c.Queue != "" {
		ps.Add("queue", `durable = "NAME"`, "a stream is shared by those that name the same durable")
	}
	for _, s := range []struct{ key, text string }{{"stream", c.Stream}, {"durable", c.Durable}, {"queue", c.Queue}} {
		if strings.ContainsAny(s.text, " .*>/\\\t\r\n") {
			ps.Add(s.key, "", "%q is no name: letters, digits, - and _ were expected", s.text)
		}
	}
	if len(c.Subjects) == 0 {
		ps.Add("subjects", `subjects = ["sensors.{room}.{sensor}"]`, "there is nothing to listen to")
	}
	if len(c.Subjects) > maxSubjects {
		ps.Add("subjects", "", "%d subjects, at most %d were expected", len(c.Subjects), maxSubjects)
		return nil
	}
	var out []*topic.Pattern
	for i, s := range c.Subjects {
		p, err := topic.NATS.New(s)
		if err != nil {
			ps.Add(fmt.Sprintf("subjects[%d]", i), `for example "sensors.{room}.{sensor}"`, "%v", err)
			continue
		}
		out = append(out, p)
	}
	c.Config.Check(ps)
	return out
}

// maxSubjects bounds how many subjects a source may ask for.
const maxSubjects = 100
