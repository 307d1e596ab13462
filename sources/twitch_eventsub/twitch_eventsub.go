// Package twitcheventsub is the source that hears what happens in a broadcast on
// Twitch, by its EventSub. README.md lists what becomes of what.
package twitcheventsub

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/words"
)

const name = "twitch_eventsub"

//go:embed sample.toml
var sample string

// Config is what a piece says about a broadcast.
type Config struct {
	replay.Config
	Channel  string   `toml:"channel" doc:"whose broadcast: the name in its address" required:"without path" example:"somebody"`
	Token    string   `toml:"token" doc:"where the user access token is kept" required:"without path" example:"env:TWITCH_TOKEN"`
	ClientID string   `toml:"client_id" doc:"where the id of the application is kept to which the token was given" required:"without path" example:"env:TWITCH_CLIENT_ID"`
	Events   []string `toml:"events" doc:"what is heard, in the service's own words" default:"[\"channel.follow\", \"channel.subscribe\", \"channel.subscription.gift\", \"channel.subscription.message\", \"channel.cheer\", \"channel.raid\", \"stream.online\", \"stream.offline\"]" example:"[\"channel.chat.message\", \"channel.raid\"]"`
	Contains []string `toml:"contains" doc:"of what is written in the chat, only what has one of these words in it. The word becomes the topic; the text goes no further" example:"[\"encore\"]"`
	URL      string   `toml:"url" doc:"where notifications come from" default:"wss://eventsub.wss.twitch.tv/ws"`
	API      string   `toml:"api" doc:"where they are asked for" default:"https://api.twitch.tv/helix"`
}

// usual are the events that are heard if the piece does not say.
var usual = []string{"channel.follow", "channel.subscribe", "channel.subscription.gift", "channel.subscription.message", "channel.cheer", "channel.raid", "stream.online", "stream.offline"}

// kinds are the types of subscription: https://dev.twitch.tv/docs/eventsub/eventsub-subscription-types/.
var kinds = map[string]struct {
	version string
	whose   string // the condition that names the channel
	me      string // the one that names the user of the token; "" if there is none
}{
	"channel.chat.message":                                {"1", "broadcaster_user_id", "user_id"},
	"channel.chat.notification":                           {"1", "broadcaster_user_id", "user_id"},
	"channel.chat.message_delete":                         {"1", "broadcaster_user_id", "user_id"},
	"channel.chat.clear":                                  {"1", "broadcaster_user_id", "user_id"},
	"channel.chat.clear_user_messages":                    {"1", "broadcaster_user_id", "user_id"},
	"channel.ban":                                         {"1", "broadcaster_user_id", ""},
	"channel.follow":                                      {"2", "broadcaster_user_id", "moderator_user_id"},
	"channel.subscribe":                                   {"1", "broadcaster_user_id", ""},
	"channel.subscription.message":                        {"1", "broadcaster_user_id", ""},
	"channel.subscription.gift":                           {"1", "broadcaster_user_id", ""},
	"channel.cheer":                                       {"1", "broadcaster_user_id", ""},
	"channel.bits.use":                                    {"1", "broadcaster_user_id", ""},
	"channel.raid":                                        {"1", "to_broadcaster_user_id", ""},
	"channel.charity_campaign.donate":                     {"1", "broadcaster_user_id", ""},
	"channel.channel_points_custom_reward_redemption.add": {"1", "broadcaster_user_id", ""},
	"stream.online":                                       {"1", "broadcaster_user_id", ""},
	"stream.offline":                                      {"1", "broadcaster_user_id", ""},
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   name,
		Doc:    "what happens in a broadcast on Twitch: follows, subscriptions, cheers, raids, chat",
		Group:  "social",
		Sample: sample,
		Live:   true,
		Config: func() any {
			return &Config{Events: append([]string(nil), usual...), URL: "wss://eventsub.wss.twitch.tv/ws", API: "https://api.twitch.tv/helix"}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("%s: configuration is a %T, a *twitcheventsub.Config was expected", name, config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env         sonify.SourceEnv
	c           Config
	url, apiURL *url.URL
	n           *normaliser
}

var login = regexp.MustCompile(`^[a-zA-Z0-9_]{1,25}$`)

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	u, err := reach.Parse(c.URL, "wss", "ws")
	if err != nil {
		ps.Add("url", `url = "wss://eventsub.wss.twitch.tv/ws"`, "%v", err)
	}
	api, err := reach.Parse(c.API, "https", "http")
	if err != nil {
		ps.Add("api", `api = "https://api.twitch.tv/helix"`, "%v", err)
	}
	if !login.MatchString(c.Channel) && (c.Channel != "" || !c.Recorded()) {
		ps.Add("channel", `for example channel = "somebody": what stands after twitch.tv/`, "%q is no channel", c.Channel)
	}
	if len(c.Events) == 0 {
		ps.Add("events", `events = ["channel.raid"]`, "nothing is to be heard")
	}
	known := make([]string, 0, len(kinds))
	for k := range kinds {
		known = append(known, k)
	}
	sort.Strings(known)
	for _, e := range c.Events {
		if _, ok := kinds[e]; !ok {
			ps.Add("events", sonify.DidYouMean(e, known), "there is no event %q; known are %s", e, strings.Join(known, ", "))
		}
	}
	words.Check(&ps, "contains", c.Contains)
	secret.Check(&ps, "token", c.Token)
	secret.Check(&ps, "client_id", c.ClientID)
	if c.Token == "" && !c.Recorded() {
		ps.Add("token", `token = "env:TWITCH_TOKEN"`, "the service wants a user access token")
	}
	if c.ClientID == "" && !c.Recorded() {
		ps.Add("client_id", `client_id = "env:TWITCH_CLIENT_ID"`, "the service wants the id of the application")
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &source{env, c, u, api, newNormaliser(env, &c)}, nil
}

// Run hears the broadcast.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.c.Recorded() {
		return replay.Run(ctx, s.env, s.c.Path, s.n, emit)
	}
	token, err := secret.Read(s.env, s.c.Token)
	if err != nil {
		return err
	}
	id, err := secret.Read(s.env, s.c.ClientID)
	if err != nil {
		return err
	}
	x := &session{source: s, id: id, token: token, client: reach.Policy{}.Client(s.apiURL)}
	defer x.client.CloseIdleConnections()
	err = x.run(ctx, emit)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return x.fail(err)
}

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	if s.c.Recorded() {
		return replay.Probe(s.env, s.c.Path, s.n)
	}
	return s.n.Prospect(), nil
}

var _ sonify.Prober = (*source)(nil)
