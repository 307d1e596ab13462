// Package ticketmaster is the source that hears events announced, put on sale,
// repriced, moved and called off at Ticketmaster. README.md tells what becomes of
// what.
package ticketmaster

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/ask"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"

	"github.com/tidwall/gjson"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about the events to look at.
type Config struct {
	Key    string            `toml:"key" doc:"the API key, where it is kept: env:NAME, file:PATH or cred:NAME" default:"" example:"env:TICKETMASTER_KEY"`
	Search map[string]string `toml:"search" doc:"which events: parameters of the Discovery API's event search" example:"{ attractionId = \"K8vZ9171K-0\", countryCode = \"DE\" }"`
	Every  time.Duration     `toml:"every" doc:"how often to look; 5,000 questions a day are free, and a search of many events is several" default:"5m" min:"1m" max:"24h"`
	replay.Config
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "ticketmaster", Doc: "events at Ticketmaster as they are announced, put on sale, repriced and called off", Group: "tickets and orders", Live: true, Sample: sample,
		Config: func() any { return &Config{Every: 5 * time.Minute} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("ticketmaster: made of a %T", config)
			}
			return newSource(env, *c, "https://app.ticketmaster.com", reach.Policy{})
		}}
}

// Pages of a search: the API gives the first thousand events, 200 at a time.
const (
	pageSize = 200
	maxPages = 5
)

var parameter = regexp.MustCompile(`^[A-Za-z]{1,40}$`)

type source struct {
	env    sonify.SourceEnv
	c      Config
	server string
	policy reach.Policy
	known  *normaliser // of the runs before: what was known then still is
}

func newSource(env sonify.SourceEnv, c Config, server string, policy reach.Policy) (sonify.Source, error) {
	var ps sonify.Problems
	secret.Check(&ps, "key", c.Key)
	for k := range c.Search {
		switch {
		case k == "apikey":
			ps.Add("search", `such as key = "env:TICKETMASTER_KEY"`, "the key does not stand in a piece")
		case k == "size" || k == "page" || k == "sort":
			ps.Add("search", "", "%s is the source's own business", k)
		case !parameter.MatchString(k):
			ps.Add("search", "", "%.60q is no parameter of the search", k)
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &source{env: env, c: c, server: server, policy: policy}, nil
}

// Recorded implements sonify.Recording.
func (s *source) Recorded() bool { return s.c.Recorded() }

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	n := newNormaliser(s.env)
	if s.Recorded() {
		return replay.Probe(s.env, s.c.Path, n)
	}
	if s.c.Key == "" {
		return sonify.Prospect{}, &sonify.Problem{Key: "key", Hint: `such as key = "env:TICKETMASTER_KEY"`, Msg: "Ticketmaster answers nobody without a key"}
	}
	return n.Prospect(), nil
}

// Run implements sonify.Source.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.Recorded() {
		// Of a recording nothing is known before it: an answer that was saved once says
		// what there is.
		n := newNormaliser(s.env)
		n.begun = true
		return replay.Run(ctx, s.env, s.c.Path, n, emit)
	}
	key, err := secret.Read(s.env, s.c.Key)
	if err != nil {
		return err
	}
	if key == "" {
		return &sonify.Permanent{Err: errors.New("there is no key to ask Ticketmaster with")}
	}
	service, err := ask.New(s.server, s.policy, nil, key)
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	defer service.Close()
	if s.known == nil {
		s.known = newNormaliser(s.env)
	}
	return ask.Poll(ctx, s.env, s.c.Every, func(ctx context.Context) ([]byte, error) { return s.search(ctx, service, key) }, s.known, emit)
}

// search returns all events of the search as one list.
func (s *source) search(ctx context.Context, service *ask.Service, key string) ([]byte, error) {
	q := url.Values{"apikey": {key}, "size": {strconv.Itoa(pageSize)}, "sort": {"date,asc"}}
	for k, v := range s.c.Search {
		q.Set(k, v)
	}
	var all bytes.Buffer
	all.WriteString(`{"events":[`)
	first := true
	for page := range maxPages {
		q.Set("page", strconv.Itoa(page))
		body, err := service.Get(ctx, "discovery/v2/events.json", q)
		if err != nil {
			if errors.Is(err, ask.ErrGone) {
				return nil, &sonify.Permanent{Err: err}
			}
			return nil, err
		}
		b := gjson.ParseBytes(body)
		b.Get("_embedded.events").ForEach(func(_, ev gjson.Result) bool {
			if !first {
				all.WriteByte(',')
			}
			first = false
			all.WriteString(ev.Raw)
			return true
		})
		total := b.Get("page.totalPages").Int()
		if int64(page+1) >= total {
			break
		}
		if page+1 == maxPages {
			s.env.Tally.Add(sonify.Skipped, "events beyond the first thousand of the search", 0)
		}
	}
	all.WriteString(`]}`)
	return all.Bytes(), nil
}

var _ decode.Flusher = (*normaliser)(nil)
