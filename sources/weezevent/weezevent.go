// Package weezevent is the source that hears tickets sold by Weezevent: it looks for
// new participants every so often. README.md tells what becomes of what.
package weezevent

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/ask"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"

	"github.com/tidwall/gjson"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about an event at Weezevent.
type Config struct {
	Event    int           `toml:"event" doc:"the number of the event" default:"0" min:"0" example:"1364696"`
	Key      string        `toml:"api_key" doc:"the API key, where it is kept: env:NAME, file:PATH or cred:NAME" default:"" example:"env:WEEZEVENT_KEY"`
	User     string        `toml:"username" doc:"the account's name, where it is kept" default:"" example:"env:WEEZEVENT_USER"`
	Password string        `toml:"password" doc:"the account's password, where it is kept" default:"" example:"env:WEEZEVENT_PASSWORD"`
	Every    time.Duration `toml:"every" doc:"how often to look" default:"1m" min:"10s" max:"24h"`
	Currency string        `toml:"currency" doc:"of the prices, which come without one" default:"EUR" example:"CHF"`
	replay.Config
	orders.House
	EventName string `toml:"event_name" doc:"what is sold for, as events and captions say it" default:"" example:"Summer night"`
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "weezevent", Doc: "tickets sold and scanned by Weezevent, as often as one looks", Group: "tickets and orders", Live: true, Sample: sample,
		Config: func() any { return &Config{Every: time.Minute, Currency: "EUR"} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("weezevent: made of a %T", config)
			}
			return newSource(env, *c, "https://api.weezevent.com", reach.Policy{})
		}}
}

type source struct {
	env    sonify.SourceEnv
	c      Config
	server string
	policy reach.Policy
}

func newSource(env sonify.SourceEnv, c Config, server string, policy reach.Policy) (sonify.Source, error) {
	var ps sonify.Problems
	c.House.Check(&ps)
	secret.Check(&ps, "api_key", c.Key)
	secret.Check(&ps, "username", c.User)
	secret.Check(&ps, "password", c.Password)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &source{env: env, c: c, server: server, policy: policy}, nil
}

// Recorded implements sonify.Recording.
func (s *source) Recorded() bool { return s.c.Recorded() }

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	n := newNormaliser(s.env, s.c)
	if s.Recorded() {
		return replay.Probe(s.env, s.c.Path, n)
	}
	var ps sonify.Problems
	if s.c.Event == 0 {
		ps.Add("event", "such as event = 1364696", "which event is to be looked at is not said")
	}
	for _, k := range []struct{ key, value string }{{"api_key", s.c.Key}, {"username", s.c.User}, {"password", s.c.Password}} {
		if k.value == "" {
			ps.Add(k.key, fmt.Sprintf("such as %s = %q", k.key, "env:WEEZEVENT"), "Weezevent answers nobody without it")
		}
	}
	return n.Prospect(), ps.Err()
}

// Run implements sonify.Source.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.Recorded() {
		env := s.env
		env.Place = nil
		n := newNormaliser(env, s.c)
		n.begun = true // a recording has no past
		return replay.Run(ctx, env, s.c.Path, n, emit)
	}
	var words [3]string
	for i, ref := range []string{s.c.Key, s.c.User, s.c.Password} {
		var err error
		if words[i], err = secret.Read(s.env, ref); err != nil {
			return err
		}
		if words[i] == "" {
			return &sonify.Permanent{Err: errors.New("api_key, username and password are needed to ask Weezevent")}
		}
	}
	first, err := ask.New(s.server, s.policy, nil, words[:]...)
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	defer first.Close()
	body, err := first.Post(ctx, "auth/access_token", url.Values{"username": {words[1]}, "password": {words[2]}, "api_key": {words[0]}})
	if err != nil {
		return err
	}
	token := gjson.GetBytes(body, "accessToken").String()
	if token == "" {
		return &sonify.Permanent{Err: errors.New("no access to Weezevent: api_key, username or password is wrong")}
	}
	service, err := ask.New(s.server, s.policy, nil, append(words[:], token)...)
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	defer service.Close()
	auth := url.Values{"api_key": {words[0]}, "access_token": {token}}
	n := newNormaliser(s.env, s.c)
	if err := s.tickets(ctx, service, auth, n); err != nil {
		return err
	}
	return ask.Poll(ctx, s.env, s.c.Every, func(ctx context.Context) ([]byte, error) { return s.participants(ctx, service, auth, n) }, n, emit)
}

// tickets learns names and prices of the tickets.
func (s *source) tickets(ctx context.Context, service *ask.Service, auth url.Values, n *normaliser) error {
	q := url.Values{"id_event[]": {strconv.Itoa(s.c.Event)}}
	for k, v := range auth {
		q[k] = v
	}
	body, err := service.Get(ctx, "tickets", q)
	if err != nil {
		if errors.Is(err, ask.ErrGone) {
			return nil // then they have neither
		}
		return err
	}
	n.learn(gjson.ParseBytes(body))
	return nil
}

// Pages of participants.
const (
	pageSize = 500
	maxPages = 400
)

// participants returns who is new or changed since the last time, as one list.
func (s *source) participants(ctx context.Context, service *ask.Service, auth url.Values, n *normaliser) ([]byte, error) {
	q := url.Values{"id_event[]": {strconv.Itoa(s.c.Event)}, "full": {"1"}, "include_deleted": {"1"}, "include_unpaid": {"1"}, "max": {strconv.Itoa(pageSize)}}
	for k, v := range auth {
		q[k] = v
	}
	if n.begun && !n.since.IsZero() {
		q.Set("last_update", n.since.In(paris()).Format(layout))
	}
	var all bytes.Buffer
	all.WriteString(`{"participants":[`)
	first, clock := true, ""
	for page := 1; page <= maxPages; page++ {
		q.Set("page", strconv.Itoa(page))
		body, err := service.Get(ctx, "participant/list", q)
		if err != nil {
			return nil, err
		}
		b := gjson.ParseBytes(body)
		if clock == "" {
			clock = b.Get("server_time").String()
		}
		count := 0
		b.Get("participants").ForEach(func(_, p gjson.Result) bool {
			if count++; !first {
				all.WriteByte(',')
			}
			first = false
			all.WriteString(p.Raw)
			return true
		})
		if count < pageSize {
			break
		}
		if page == maxPages {
			s.env.Tally.Add(sonify.Skipped, "participants beyond 200,000", 0)
		}
	}
	all.WriteString(`],"server_time":` + strconv.Quote(safe(clock)) + `}`)
	return all.Bytes(), nil
}

// safe returns a time as it may stand in JSON.
func safe(t string) string {
	for _, r := range t {
		if !(r >= '0' && r <= '9' || r == '-' || r == ':' || r == ' ') {
			return ""
		}
	}
	return t
}
