// Package websocket is the source that reads messages from any WebSocket. README.md
// tells what becomes of what.
package websocket

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"proscenium/sonify"
	"proscenium/sources/internal/access"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/span"
	"proscenium/sources/internal/ws"
)

//go:embed sample.toml
var head string

// Config is what a piece says about a WebSocket.
type Config struct {
	URL         string        `toml:"url" doc:"the address" required:"true" example:"wss://example.org/feed"`
	Subscribe   []string      `toml:"subscribe" doc:"messages that are sent once the connection is there; ${env:NAME} and ${file:PATH} stand for what is kept there" example:"['{\"type\": \"subscribe\", \"channel\": \"trades\"}']"`
	Protocols   []string      `toml:"protocols" doc:"the protocols to offer, the preferred first" example:"[\"wamp.2.json\"]"`
	ResumeField string        `toml:"resume_field" doc:"the field of a message that says where to go on after it" default:"" example:"time_us"`
	ResumeParam string        `toml:"resume_parameter" doc:"the parameter of the address that asks to go on there" default:"" example:"cursor"`
	Silence     time.Duration `toml:"silence" doc:"how long nothing may come, not even an answer to a ping, before the connection is taken for dead; 0s: for ever, and without pings" default:"1m"`
	Path        string        `toml:"path" doc:"a recording of the messages, from the piece's folder on; it is played instead of listening, a message every 500 ms if it has no times, or by clock and step" default:"" example:"night.jsonl"`
	access.Keys
	decode.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "websocket", Doc: "messages of any WebSocket", Group: "transports", Live: true,
		Sample: head + "\n" + access.SampleTOML + "\n" + decode.SampleTOML(),
		Config: func() any { return &Config{Silence: time.Minute, Config: decode.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("websocket: configuration is a %T, a *websocket.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env sonify.SourceEnv
	c   Config
	url *url.URL
	n   *decode.Decoder
}

// kept is where a secret stands in a message.
var kept = regexp.MustCompile(`\$\{((?:env|file|cred):[^}]*)\}`)

const (
	maxSubscribe = 50
	maxMessage   = 16 << 10
)

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	u, err := reach.Parse(c.URL, "wss", "ws")
	if err != nil {
		ps.Add("url", `for example url = "wss://example.org/feed"`, "%v", err)
	}
	c.Keys.Check(&ps, u)
	c.Config.Check(&ps)
	span.Check(&ps, "silence", c.Silence, 0, 24*time.Hour)
	if len(c.Subscribe) > maxSubscribe {
		ps.Add("subscribe", "", "%d messages, at most %d were expected", len(c.Subscribe), maxSubscribe)
	}
	for i, m := range c.Subscribe {
		if len(m) > maxMessage {
			ps.Add("subscribe", "", "message %d has %d bytes, at most %d were expected", i+1, len(m), maxMessage)
		}
		for _, ref := range kept.FindAllStringSubmatch(m, -1) {
			secret.Check(&ps, "subscribe", ref[1])
		}
	}
	for _, p := range c.Protocols {
		if p == "" || strings.ContainsAny(p, " ,;\"\r\n\t") {
			ps.Add("protocols", "", "%q is no name of a protocol", p)
		}
	}
	if (c.ResumeField == "") != (c.ResumeParam == "") {
		ps.Add("resume_field", `resume_field = "time_us" and resume_parameter = "cursor" go together`, "where to go on is read from a message, or asked for, but not both")
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	n, err := decode.New(env, c.Config)
	if err != nil {
		return nil, err
	}
	return &source{env, c, u, n}, nil
}

// Run reads the messages.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.c.Path != "" {
		return replay.Run(ctx, s.env, s.c.Path, s.n, emit)
	}
	e, err := s.c.Keys.Read(s.env, s.url)
	if err != nil {
		return err
	}
	o := ws.Options{Name: "websocket", URL: e.URL, Header: e.Header, Policy: e.Policy, Secrets: e.Secrets, Protocols: s.c.Protocols, Silence: s.c.Silence, Limit: s.c.MaxRecord << 10}
	for _, m := range s.c.Subscribe {
		var failed error
		m = kept.ReplaceAllStringFunc(m, func(ref string) string {
			text, err := secret.Read(s.env, ref[2:len(ref)-1])
			if err != nil {
				failed = err
			}
			o.Secrets = append(o.Secrets, text)
			return text
		})
		if failed != nil {
			return failed
		}
		o.Subscribe = append(o.Subscribe, m)
	}
	if s.c.ResumeField == "" {
		return ws.Run(ctx, s.env, o, nil, s.n, emit)
	}
	if at := s.env.Place.Get(); at != "" {
		q := o.URL.Query()
		q.Set(s.c.ResumeParam, at)
		o.URL.RawQuery = q.Encode()
	}
	return ws.Run(ctx, s.env, o, s.place, s.n, emit)
}

// place is where to go on after a message: a number or a text of it.
func (s *source) place(body []byte) string {
	v := gjson.GetBytes(body, s.c.ResumeField)
	switch v.Type {
	case gjson.Number:
		return v.Raw
	case gjson.String:
		return v.Str
	}
	return ""
}

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	if s.c.Path != "" {
		return replay.Probe(s.env, s.c.Path, s.n)
	}
	return s.n.Prospect(), nil
}

var _ sonify.Prober = (*source)(nil)
