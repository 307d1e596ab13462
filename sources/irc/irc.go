// Package irc is the source that hears what is said in channels of Internet Relay
// Chat. README.md lists what becomes of what.
package irc

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/irc"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/span"
	"proscenium/sources/internal/words"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about channels.
type Config struct {
	replay.Config
	URL             string        `toml:"url" doc:"the server: ircs:// is encrypted, irc:// is not, wss:// is WebSocket" required:"without path" example:"ircs://irc.libera.chat"`
	Channels        []string      `toml:"channels" doc:"the channels to hear" required:"without path" example:"[\"#music\"]"`
	Nick            string        `toml:"nick" doc:"as whom; if the name is taken, a number is put behind it" default:"proscenium"`
	Contains        []string      `toml:"contains" doc:"only what has one of these words in it. The word becomes the topic; the text goes no further" example:"[\"encore\"]"`
	Joins           bool          `toml:"joins" doc:"whether people who come and go are told, too" default:"false"`
	Password        string        `toml:"password" doc:"where the password of the server is kept, if it has one" default:"" example:"env:IRC_PASSWORD"`
	Account         string        `toml:"account" doc:"the account to log in with, by SASL" default:"" example:"mybot"`
	AccountPassword string        `toml:"account_password" doc:"where its password is kept" default:"" example:"env:IRC_ACCOUNT_PASSWORD"`
	Private         bool          `toml:"private" doc:"whether a name may lead to an address of the local network" default:"false"`
	Silence         time.Duration `toml:"silence" doc:"how long nothing may come, not even an answer to a ping, before the connection is taken for dead" default:"2m"`
	secure.TLS
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "irc",
		Doc:    "what is said in channels of Internet Relay Chat",
		Group:  "transports",
		Sample: sample,
		Live:   true,
		Config: func() any { return &Config{Nick: "proscenium", Silence: 2 * time.Minute} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("irc: configuration is a %T, a *irc.Config was expected", config)
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

var (
	channelName = regexp.MustCompile(`^[#&+!][^ ,:\x00-\x1f\x7f]{1,63}$`)
	nickName    = regexp.MustCompile("^[A-Za-z\\[\\]\\\\`_^{|}][A-Za-z0-9\\[\\]\\\\`_^{|}-]{0,28}$")
)

// maxChannels is how many a line of 512 bytes holds safely.
const maxChannels = 20

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	u, err := reach.Parse(c.URL, "ircs", "irc", "wss", "ws")
	if err != nil && (c.URL != "" || !c.Recorded()) {
		ps.Add("url", `for example url = "ircs://irc.libera.chat"`, "%v", err)
	}
	total := 0
	for _, ch := range c.Channels {
		if total += len(ch) + 1; !channelName.MatchString(ch) {
			ps.Add("channels", `for example channels = ["#music"]`, "%q is no channel", ch)
		}
	}
	if len(c.Channels) == 0 && !c.Recorded() || len(c.Channels) > maxChannels || total > 480 {
		ps.Add("channels", `channels = ["#music"]`, "%d channels, 1 to %d were expected, with names of 480 bytes in all", len(c.Channels), maxChannels)
	}
	if !nickName.MatchString(c.Nick) {
		ps.Add("nick", `nick = "proscenium"`, "%q is no name that somebody can have", c.Nick)
	}
	words.Check(&ps, "contains", c.Contains)
	secret.Check(&ps, "password", c.Password)
	secret.Check(&ps, "account_password", c.AccountPassword)
	span.Check(&ps, "silence", c.Silence, time.Second, time.Hour)
	if (c.Account == "") != (c.AccountPassword == "") {
		ps.Add("account_password", `account = "mybot" and account_password = "env:IRC_ACCOUNT_PASSWORD" go together`, "an account without its password, or a password without its account")
	}
	plain := u != nil && (u.Scheme == "irc" || u.Scheme == "ws")
	if plain && (c.Password != "" || c.AccountPassword != "") && !reach.Private(u.Hostname()) {
		ps.Add("url", "write ircs:// or wss://", "a password would go over the net for everybody to read")
	}
	c.TLS.Check(&ps, u != nil && !plain)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &source{env, c, u, newNormaliser(env, &c)}, nil
}

// Run hears the channels.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.c.Recorded() {
		return replay.Run(ctx, s.env, s.c.Path, s.n, emit)
	}
	o := irc.Options{Name: "irc", URL: s.url, Nick: s.c.Nick, Channels: s.c.Channels, Silence: s.c.Silence, Account: s.c.Account,
		Caps: []string{"message-tags", "server-time"}, Policy: reach.Policy{Private: s.c.Private}}
	for _, of := range []struct {
		ref string
		to  *string
	}{{s.c.Password, &o.Pass}, {s.c.AccountPassword, &o.Password}} {
		if of.ref == "" {
			continue
		}
		text, err := secret.Read(s.env, of.ref)
		if err != nil {
			return err
		}
		*of.to = text
		o.Secrets = append(o.Secrets, text)
	}
	var err error
	if o.Policy.TLS, err = s.c.TLS.Config(s.env); err != nil {
		return err
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
