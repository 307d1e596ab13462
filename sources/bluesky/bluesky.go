// Package bluesky is the source that hears what is posted on Bluesky, from its
// Jetstream. README.md lists what becomes of what.
package bluesky

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/span"
	"proscenium/sources/internal/words"
	"proscenium/sources/internal/ws"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about Bluesky.
type Config struct {
	replay.Config
	Contains    []string      `toml:"contains" doc:"only posts in which one of these words stands; \"#tour\" is the tag. The word becomes the topic; the text goes no further" example:"[\"my band\", \"#mytour\"]"`
	Langs       []string      `toml:"langs" doc:"only posts in these languages" example:"[\"en\", \"ja\"]"`
	Collections []string      `toml:"collections" doc:"what is heard: posts, likes (app.bsky.feed.like), reposts (app.bsky.feed.repost), follows (app.bsky.graph.follow), any other record; \"app.bsky.*\" is all of Bluesky" default:"[\"app.bsky.feed.post\"]"`
	Accounts    []string      `toml:"accounts" doc:"only what these accounts do, by their ids" example:"[\"did:plc:abcdefghijklmnopqrstuvwx\"]"`
	URL         string        `toml:"url" doc:"the Jetstream; addresses of the second form end in subscribeEvents" default:"wss://jetstream2.us-east.bsky.network/subscribe"`
	CatchUp     time.Duration `toml:"catch_up" doc:"how much of what was missed is heard after a break; what is older is left out" default:"2m"`
	Silence     time.Duration `toml:"silence" doc:"how long nothing may come before the connection is taken for dead" default:"1m"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "bluesky",
		Doc:    "what is posted on Bluesky, as it is posted",
		Group:  "social",
		Sample: sample,
		Live:   true,
		Config: func() any {
			return &Config{Collections: []string{posts}, URL: "wss://jetstream2.us-east.bsky.network/subscribe", CatchUp: 2 * time.Minute, Silence: time.Minute}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("bluesky: configuration is a %T, a *bluesky.Config was expected", config)
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
	collection = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+)*(\.\*)?$`)
	did        = regexp.MustCompile(`^did:[a-z]+:[a-zA-Z0-9._:%-]+$`)
)

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	u, err := reach.Parse(c.URL, "wss", "ws")
	if err != nil {
		ps.Add("url", `for example "wss://jetstream1.us-west.bsky.network/subscribe"`, "%v", err)
	}
	words.Check(&ps, "contains", c.Contains)
	span.Check(&ps, "catch_up", c.CatchUp, 0, 36*time.Hour)
	span.Check(&ps, "silence", c.Silence, time.Second, time.Hour)
	if len(c.Collections) == 0 || len(c.Collections) > 100 {
		ps.Add("collections", `collections = ["app.bsky.feed.post"]`, "%d collections, 1 to 100 were expected", len(c.Collections))
	}
	for _, name := range c.Collections {
		if !collection.MatchString(name) {
			ps.Add("collections", `for example "app.bsky.feed.post"`, "%q is no collection", name)
		}
	}
	if len(c.Accounts) > 1000 {
		ps.Add("accounts", "", "%d accounts, at most 1000 were expected", len(c.Accounts))
	}
	for _, a := range c.Accounts {
		if !did.MatchString(a) {
			ps.Add("accounts", `for example "did:plc:abcdefghijklmnopqrstuvwx"; https://bsky.app shows it under "copy DID"`, "%q is no id of an account", a)
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &source{env, c, u, newNormaliser(env, &c)}, nil
}

// rewind is how much before the last event a stream goes on: the service's advice,
// since it does not promise order.
const rewind = 5 * time.Second

// address is where to connect at now, to go on from place.
func (s *source) address(place string, now time.Time) (u *url.URL, resumes bool) {
	a := *s.url
	u = &a
	q := u.Query()
	second := strings.HasSuffix(u.Path, "subscribeEvents")
	collections, accounts := "wantedCollections", "wantedDids"
	if second {
		collections, accounts = "collections", "dids"
		q.Set("kinds", "commit")
	}
	for _, c := range s.c.Collections {
		q.Add(collections, c)
	}
	for _, a := range s.c.Accounts {
		q.Add(accounts, a)
	}
	at, us, two := strings.Cut(place, " ")
	if !two {
		us = at
	}
	cursor, err := strconv.ParseInt(at, 10, 64)
	micro, err2 := strconv.ParseInt(us, 10, 64)
	if err == nil && err2 == nil && two == second && s.c.CatchUp > 0 {
		if ago := now.Sub(time.UnixMicro(micro)); ago >= 0 && ago <= s.c.CatchUp {
			if !second {
				cursor -= rewind.Microseconds()
			}
			q.Set("cursor", strconv.FormatInt(cursor, 10))
			resumes = true
		}
	}
	u.RawQuery = q.Encode()
	return u, resumes
}

// Run hears the stream.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.c.Recorded() {
		return replay.Run(ctx, s.env, s.c.Path, s.n, emit)
	}
	u, resumes := s.address(s.env.Place.Get(), time.Now())
	err := ws.Run(ctx, s.env, ws.Options{Name: "bluesky", URL: u, Silence: s.c.Silence, Limit: 4 << 20}, nil, s.n, emit)
	var refused *ws.Refused
	if resumes && errors.As(err, &refused) && refused.Status == 400 {
		// The service does not go back so far.
		s.env.Place.Set("")
		return errors.New("bluesky: the service cannot go on from where we were, so from now on")
	}
	return err
}

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	if s.c.Recorded() {
		return replay.Probe(s.env, s.c.Path, s.n)
	}
	return s.n.Prospect(), nil
}

var _ sonify.Prober = (*source)(nil)
