// Package redis is the source that listens to channels of Redis and reads its streams.
// README.md tells what becomes of what.
//
// The client is our own: it only listens. The usual one would add a half to the time
// that a first build takes, and to the size of the program; see DESIGN.md.
package redis

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/topic"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a server of Redis and what to hear of it.
type Config struct {
	Server   string   `toml:"server" doc:"the server: redis:// or rediss:// (encrypted)" default:"redis://localhost" example:"rediss://redis.example.org"`
	Database int      `toml:"database" doc:"which database of the server" default:"0" min:"0" max:"10000"`
	Username string   `toml:"username" doc:"the name to log in with, or where it is kept" default:"" example:"stage"`
	Password string   `toml:"password" doc:"where the password is kept: \"env:NAME\", \"file:PATH\" or \"cred:NAME\"" default:"" example:"env:REDIS_PASSWORD"`
	Channels []string `toml:"channels" doc:"the channels to listen to: names, patterns with *, ? and [...], or with names in braces, which become fields; all of them if there are neither channels nor streams" example:"[\"house:{room}:{sensor}\"]"`
	Streams  []string `toml:"streams" doc:"the streams to read" example:"[\"orders\"]"`
	Begin    string   `toml:"from" doc:"where to begin in a stream when nothing was heard so far" default:"new" enum:"new|all" instead:"$=new|0=all|start=all|end=new"`
	Body     string   `toml:"body" doc:"the field of a stream's entries that holds the whole message; without it each field is one of the event" default:"" example:"data"`
	secure.TLS
	decode.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "redis",
		Doc:    "messages of Redis channels, and the entries of its streams",
		Group:  "transports",
		Sample: sample + secure.SampleTOML() + "\n" + decode.SampleTOML(),
		Live:   true,
		Config: func() any {
			return &Config{Server: "redis://localhost", Begin: "new", Config: decode.Defaults()}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("redis: configuration is a %T, a *redis.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

// dialect is how names of channels are written that have fields in them.
var dialect = topic.Dialect{Sep: ":", One: "*", Rest: "**"}

// channel is one of the channels to listen to.
type channel struct {
	filter string
	glob   bool
	names  *topic.Pattern // nil if there are none
}

type source struct {
	env      sonify.SourceEnv
	c        Config
	channels []channel
	decoder  *decode.Decoder
	parts    []string
	last     map[string]string // of each stream: the entry after which to go on
}

// maxNames bounds how many channels or streams a source may ask for.
const maxNames = 200

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	s := &source{env: env, c: c, last: make(map[string]string)}
	u, err := reach.Parse(c.Server, "redis", "rediss")
	switch {
	case err != nil:
		hint := `server = "redis://localhost"`
		if !strings.Contains(c.Server, "://") && c.Server != "" && !strings.ContainsAny(c.Server, "@/? ") {
			hint = fmt.Sprintf("write %q", "redis://"+c.Server)
		}
		ps.Add("server", hint, "%v", err)
	case u.User != nil:
		ps.Add("server", `username = "NAME"`, "a name to log in with has a key of its own")
	case u.Path != "" && u.Path != "/":
		ps.Add("server", "database = "+strings.Trim(u.Path, "/"), "the database has a key of its own")
	default:
		c.TLS.Check(&ps, u.Scheme == "rediss")
	}
	secret.Check(&ps, "password", c.Password)
	if secret.Refers(c.Username) {
		secret.Check(&ps, "username", c.Username)
	}
	if c.Username != "" && c.Password == "" {
		ps.Add("password", `password = "env:REDIS_PASSWORD"`, "a name needs a password")
	}
	if len(c.Channels)+len(c.Streams) == 0 {
		c.Channels = []string{"*"}
	}
	if len(c.Channels) > 0 && len(c.Streams) > 0 {
		ps.Add("streams", "make two sources of it", "a connection either listens to channels or reads streams")
	}
	if len(c.Channels) > maxNames || len(c.Streams) > maxNames {
		ps.Add("channels", "", "at most %d names were expected", maxNames)
	}
	for i, text := range c.Channels {
		ch, err := newChannel(text)
		if err != nil {
			ps.Add(fmt.Sprintf("channels[%d]", i), `for example "house:{room}:{sensor}"`, "%v", err)
			continue
		}
		if ch.names != nil {
			s.parts = append(s.parts, ch.names.Names()...)
		}
		s.channels = append(s.channels, ch)
	}
	for i, text := range c.Streams {
		if text == "" || len(text) > 1024 {
			ps.Add(fmt.Sprintf("streams[%d]", i), `for example "orders"`, "this is no name of a stream")
		}
	}
	if len(c.Streams) == 0 {
		if c.Begin != "new" {
			ps.Add("from", `streams = ["NAME"]`, "only a stream keeps what was")
		}
		if c.Body != "" {
			ps.Add("body", `streams = ["NAME"]`, "only the entries of a stream have fields")
		}
	}
	c.Config.Check(&ps)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	if s.decoder, err = decode.New(env, c.Config); err != nil {
		return nil, err
	}
	s.decoder.Foresee(s.parts...)
	return s, nil
}

func newChannel(text string) (channel, error) {
	if strings.Contains(text, "{") {
		p, err := dialect.New(text)
		if err != nil {
			return channel{}, err
		}
		filter := strings.ReplaceAll(p.Filter(), "**", "*")
		return channel{filter: filter, glob: true, names: p}, nil
	}
	switch {
	case text == "":
		return channel{}, fmt.Errorf("the name is empty")
	case len(text) > 1024:
		return channel{}, fmt.Errorf("the name is longer than 1024 bytes")
	}
	return channel{filter: text, glob: strings.ContainsAny(text, "*?[")}, nil
}

// Probe says what will come, without asking the server.
func (s *source) Probe(context.Context) (sonify.Prospect, error) { return s.decoder.Prospect(), nil }

// Run implements sonify.Source.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	c, err := s.connect(ctx)
	if err == nil {
		defer context.AfterFunc(ctx, c.close)()
		defer c.close()
		if len(s.c.Streams) > 0 {
			err = s.read(ctx, c, emit)
		} else {
			err = s.listen(ctx, c, emit)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// connect dials, and logs in.
func (s *source) connect(ctx context.Context) (*client, error) {
	u, err := url.Parse(s.c.Server)
	if err != nil {
		return nil, &sonify.Permanent{Err: fmt.Errorf("server is no address")}
	}
	password, err := secret.Read(s.env, s.c.Password)
	if err != nil {
		return nil, err
	}
	user := s.c.Username
	if secret.Refers(user) {
		if user, err = secret.Read(s.env, user); err != nil {
			return nil, err
		}
	}
	conf, err := s.c.TLS.Config(s.env)
	if err != nil {
		return nil, err
	}
	c, err := dial(ctx, u, conf, s.c.MaxRecord<<10)
	if err != nil {
		return nil, secret.Scrub(err, password)
	}
	stop := context.AfterFunc(ctx, c.close)
	defer stop()
	c.conn.SetDeadline(time.Now().Add(patience))
	err = func() error {
		if password != "" {
			words := []string{"AUTH", password}
			if user != "" {
				words = []string{"AUTH", user, password}
			}
			if _, err := c.ask(words...); err != nil {
				return err
			}
		}
		if _, err := c.ask("PING"); err != nil {
			return err
		}
		if s.c.Database > 0 {
			_, err := c.ask("SELECT", fmt.Sprint(s.c.Database))
			return err
		}
		return nil
	}()
	if err != nil {
		c.close()
		return nil, secret.Scrub(err, password)
	}
	c.conn.SetDeadline(time.Time{})
	return c, nil
}
