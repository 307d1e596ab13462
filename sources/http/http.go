// Package http is the source that asks a service again and again by HTTP: JSON, CSV,
// XML or text. Only what is new or has changed becomes an event. README.md tells how to
// describe it.
package http

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/leaves"
	"proscenium/sources/internal/poll"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
)

//go:embed sample.toml
var head string

// Config is what a piece says about a service.
type Config struct {
	URL         string            `toml:"url" doc:"the address that is asked for" required:"true" example:"https://api.example.org/v1/items?limit=50"`
	Every       time.Duration     `toml:"every" doc:"how long after an answer it is asked again; a service that names a pace of its own is obeyed" default:"1m" min:"1s" max:"24h" example:"30s"`
	Headers     map[string]string `toml:"headers" doc:"headers that are sent, without secrets" example:"{ Accept = \"application/json\" }"`
	Secrets     map[string]string `toml:"secret_headers" doc:"headers that hold a secret, and where it is kept" example:"{ X-Api-Key = \"env:API_KEY\" }"`
	Token       string            `toml:"token" doc:"where the token is kept that is sent as Authorization: Bearer" default:"" example:"env:API_TOKEN"`
	SecretQuery map[string]string `toml:"secret_query" doc:"parts of the address's query that are secret, and where they are kept" example:"{ apikey = \"env:API_KEY\" }"`
	PaceFrom    string            `toml:"pace_from" doc:"the field of the answer that says after how many seconds to ask again" default:"" example:"metaData.wait"`
	NextFrom    string            `toml:"next_from" doc:"the field of the answer with the address of its next page, which is asked for at once" default:"" example:"links.next"`
	NotYet      []int             `toml:"not_yet" doc:"statuses by which the service says that it is not there yet, such as the file of a game that has not begun: it is asked for again, once a minute at most, where otherwise the source ends for good" example:"[404]"`
	MaxAnswer   int               `toml:"max_answer_mib" doc:"the longest answer that is read" unit:"MiB" default:"16" min:"1" max:"256"`
	Private     bool              `toml:"private" doc:"whether the name may lead to this machine or the local network" default:"false"`
	decode.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "http", Doc: "what a service answers when it is asked again and again: JSON, CSV, XML, text", Group: "transports", Live: true,
		Sample: head + "\n" + decode.SampleTOML(),
		Config: func() any { return &Config{Every: time.Minute, MaxAnswer: 16, Config: decode.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("http: configuration is a %T, an *http.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env    sonify.SourceEnv
	c      Config
	url    *url.URL
	dec    *decode.Decoder
	poller *poll.Poller // made by the first Run; it remembers what it has seen
	keys   []string     // the secrets
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	s := &source{env: env}
	u, err := reach.Parse(c.URL, "https", "http")
	if err != nil {
		ps.Add("url", `url = "https://api.example.org/items"`, "%v", err)
	}
	s.url = u
	if u != nil {
		for _, k := range slices.Sorted(maps.Keys(u.Query())) {
			if telling(k) {
				ps.Add("url", fmt.Sprintf(`take it out and write secret_query = { %s = "env:%s" }`, k, strings.ToUpper(k)), "its query holds what is called %q: a secret does not stand in a piece", k)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(c.Headers)) {
		if telling(k) {
			ps.Add("headers."+k, fmt.Sprintf(`secret_headers = { %s = "env:NAME" }`, k), "this header holds a secret, which does not stand in a piece")
		}
		header(&ps, "headers."+k, k)
	}
	for _, k := range slices.Sorted(maps.Keys(c.Secrets)) {
		secret.Check(&ps, "secret_headers."+k, c.Secrets[k])
		header(&ps, "secret_headers."+k, k)
	}
	for _, k := range slices.Sorted(maps.Keys(c.SecretQuery)) {
		secret.Check(&ps, "secret_query."+k, c.SecretQuery[k])
	}
	secret.Check(&ps, "token", c.Token)
	for _, code := range c.NotYet {
		if code < 400 || code > 499 || code == 401 || code == 429 {
			ps.Add("not_yet", "not_yet = [404]", "%d does not say that something is not there: 403, 404 or 410 was expected", code)
		}
	}
	c.Config.Asked = true
	c.Config.MaxRecord = max(c.Config.MaxRecord, c.MaxAnswer<<10)
	s.c = c
	if c.Config.Check(&ps); ps.Err() != nil {
		return nil, ps
	}
	if s.dec, err = decode.New(env, c.Config); err != nil {
		return nil, err
	}
	return s, nil
}

// telling reports whether a header or part of a query is one that holds secrets.
func telling(name string) bool {
	n := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
	for _, w := range []string{"authorization", "apikey", "token", "secret", "password", "cookie", "xauth", "accesskey", "signature"} {
		if strings.Contains(n, w) {
			return true
		}
	}
	return n == "key" || n == "sig" || n == "appid"
}

func header(ps *sonify.Problems, key, name string) {
	if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("()<>@,;:\\\"/[]?={}", r) }) || name == "" {
		ps.Add(key, "", "%q is no name of a header", name)
	}
}

// begin reads the secrets and makes the poller.
func (s *source) begin() error {
	h := map[string]string{}
	for k, v := range s.c.Headers {
		h[k] = v
	}
	u := *s.url
	q := u.Query()
	take := func(text string, put func(v string)) error {
		v, err := secret.Read(s.env, text)
		if err != nil || v == "" {
			return err
		}
		s.keys = append(s.keys, v, url.QueryEscape(v))
		put(v)
		return nil
	}
	for _, k := range slices.Sorted(maps.Keys(s.c.Secrets)) {
		if err := take(s.c.Secrets[k], func(v string) { h[k] = v }); err != nil {
			return err
		}
	}
	for _, k := range slices.Sorted(maps.Keys(s.c.SecretQuery)) {
		if err := take(s.c.SecretQuery[k], func(v string) { q.Set(k, v) }); err != nil {
			return err
		}
	}
	if err := take(s.c.Token, func(v string) { h["Authorization"] = "Bearer " + v }); err != nil {
		return err
	}
	if len(s.c.SecretQuery) > 0 {
		u.RawQuery = q.Encode()
	}
	o := poll.Options{URL: u.String(), Header: h, Secrets: s.keys, Every: s.c.Every, Absent: s.c.NotYet, MaxBytes: int64(s.c.MaxAnswer) << 20, Policy: reach.Policy{Private: s.c.Private}}
	if s.c.PaceFrom != "" {
		o.Least = time.Second
		o.Hint = func(_ http.Header, body []byte) time.Duration {
			f, err := strconv.ParseFloat(text(body, s.c.PaceFrom), 64)
			if err != nil || !(f > 0 && f < 86400) {
				return 0
			}
			return time.Duration(f * float64(time.Second))
		}
	}
	if s.c.NextFrom != "" {
		o.Next = func(_ http.Header, body []byte) (string, bool) {
			next := text(body, s.c.NextFrom)
			return next, next != ""
		}
	}
	var err error
	s.poller, err = poll.New(o)
	return err
}

// text returns the value at a path of a JSON answer, as it is written.
func text(body []byte, path string) string {
	var p leaves.Parser
	p.Note, p.Missing, p.MaxDepth, p.MaxLeaves = func(sonify.Fate, string) {}, func(string) bool { return false }, 1, 1
	v, ok, err := p.Find(body, strings.Split(path, "."))
	if err != nil || !ok || p.Value(v) != nil || len(p.Leaves) != 1 {
		return ""
	}
	if l := p.Leaves[0]; l.Value.Type() == sonify.Text || l.Value.Type() == sonify.Number {
		return l.Raw
	}
	return ""
}

// Run implements [sonify.Source].
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.poller == nil {
		if err := s.begin(); err != nil {
			return err
		}
		if t, err := time.Parse(time.RFC3339Nano, s.env.Place.Get()); err == nil && s.c.Time != "" {
			s.dec.Begin(t)
		}
	}
	return secret.Scrub(s.poller.Run(ctx, s.env, &placed{s: s}, emit), s.keys...)
}

// Probe implements [sonify.Prober]: it asks nobody.
func (s *source) Probe(context.Context) (sonify.Prospect, error) { return s.dec.Prospect(), nil }

// placed gives the last event of an answer its place: the latest time so far. What
// happened until then is known when the program begins again.
type placed struct {
	s      *source
	latest time.Time
	held   []sonify.Event
}

func (p *placed) Prospect() sonify.Prospect { return p.s.dec.Prospect() }

func (p *placed) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	err := p.s.dec.Normalise(m, p.hold)
	p.let(emit)
	return err
}

func (p *placed) Flush(now time.Time, emit func(sonify.Event)) time.Time {
	next := p.s.dec.Flush(now, p.hold)
	p.let(emit)
	return next
}

func (p *placed) hold(ev sonify.Event) {
	if ev.At.After(p.latest) {
		p.latest = ev.At
	}
	p.held = append(p.held, ev)
}

func (p *placed) let(emit func(sonify.Event)) {
	for i := range p.held {
		if i == len(p.held)-1 && p.s.c.Time != "" && !p.latest.IsZero() {
			p.held[i].Place = p.latest.UTC().Format(time.RFC3339Nano)
		}
		emit(p.held[i])
	}
	clear(p.held)
	p.held = p.held[:0]
}

var (
	_ sonify.Prober  = (*source)(nil)
	_ decode.Flusher = (*placed)(nil)
)
