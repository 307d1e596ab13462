// Package twitchchat is the source that hears the chat of broadcasts on Twitch.
// README.md lists what becomes of what.
package twitchchat

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/irc"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/span"
	"proscenium/sources/internal/words"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about chats.
type Config struct {
	replay.Config
	Channels []string      `toml:"channels" doc:"whose chats are heard, at most 20: the names in the addresses of the broadcasts" required:"without path" example:"[\"somebody\"]"`
	Contains []string      `toml:"contains" doc:"only what has one of these words in it. The word becomes the topic; the text goes no further" example:"[\"encore\"]"`
	User     string        `toml:"user" doc:"as whom; without it nobody in particular, which needs no token" default:"" example:"mybot"`
	Token    string        `toml:"token" doc:"where the user's token is kept, which has the right chat:read" default:"" example:"env:TWITCH_CHAT_TOKEN"`
	URL      string        `toml:"url" doc:"the server" default:"wss://irc-ws.chat.twitch.tv:443"`
	Silence  time.Duration `toml:"silence" doc:"how long nothing may come, not even an answer to a ping, before the connection is taken for dead" default:"1m"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "twitch_chat",
		Doc:    "the chat of broadcasts on Twitch, with subscriptions, cheers and raids",
		Group:  "social",
		Sample: sample,
		Live:   true,
		Config: func() any { return &Config{URL: "wss://irc-ws.chat.twitch.tv:443", Silence: time.Minute} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("twitch_chat: configuration is a %T, a *twitchchat.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env sonify.SourceEnv
	c   Config
	url *url.URL
	n   *normaliser
}

// name is that of a Twitch account.
var name = regexp.MustCompile(`^[a-zA-Z0-9_]{1,25}$`)

// maxChannels is how many may be joined in ten seconds by who is not verified:
// https://dev.twitch.tv/docs/chat/#rate-limits.
const maxChannels = 20

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	u, err := reach.Parse(c.URL, "wss", "ws", "ircs", "irc")
	if err != nil {
		ps.Add("url", `url = "wss://irc-ws.chat.twitch.tv:443"`, "%v", err)
	}
	if len(c.Channels) == 0 && !c.Recorded() || len(c.Channels) > maxChannels {
		ps.Add("channels", `channels = ["somebody"]`, "%d channels, 1 to %d were expected", len(c.Channels), maxChannels)
	}
	for _, ch := range c.Channels {
		if !name.MatchString(strings.TrimPrefix(ch, "#")) {
			ps.Add("channels", `for example channels = ["somebody"]: what stands after twitch.tv/`, "%q is no channel", ch)
		}
	}
	words.Check(&ps, "contains", c.Contains)
	secret.Check(&ps, "token", c.Token)
	span.Check(&ps, "silence", c.Silence, time.Second, time.Hour)
	switch {
	case (c.User == "") != (c.Token == ""):
		ps.Add("token", `user = "mybot" and token = "env:TWITCH_CHAT_TOKEN" go together`, "a user without a token, or a token without its user")
	case c.User != "" && !name.MatchString(c.User):
		ps.Add("user", `for example user = "mybot"`, "%q is no user", c.User)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &source{env, c, u, newNormaliser(env, &c)}, nil
}

// Run hears the chats.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.c.Recorded() {
		return replay.Run(ctx, s.env, s.c.Path, s.n, emit)
	}
	o := irc.Options{Name: "twitch_chat", URL: s.url, Silence: s.c.Silence, Caps: []string{"twitch.tv/tags", "twitch.tv/commands"}}
	for _, c := range s.c.Channels {
		o.Channels = append(o.Channels, "#"+strings.ToLower(strings.TrimPrefix(c, "#")))
	}
	// Who gives such a name listens only, and needs no token.
	o.Nick = fmt.Sprintf("justinfan%d", 10000+rand.IntN(80000))
	if s.c.Token != "" {
		token, err := secret.Read(s.env, s.c.Token)
		if err != nil {
			return err
		}
		o.Nick, o.Pass = strings.ToLower(s.c.User), "oauth:"+strings.TrimPrefix(token, "oauth:")
		o.Secrets = []string{o.Pass, token}
	}
	return irc.Run(ctx, s.env, o, s.n, emit)
}

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	if s.c.Recorded() {
		return replay.Probe(s.env, s.c.Path, s.n)
	}
	return s.n.Prospect(), nil
}

var _ sonify.Prober = (*source)(nil)
