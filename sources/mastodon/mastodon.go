// Package mastodon is the source that hears what is posted on a Mastodon server, or
// another one that streams as it does. README.md lists what becomes of what.
package mastodon

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/span"
	"proscenium/sources/internal/sse"
	"proscenium/sources/internal/words"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a server.
type Config struct {
	replay.Config
	Server    string        `toml:"server" doc:"the server: its name" required:"without path" example:"mastodon.social"`
	Token     string        `toml:"token" doc:"where the access token is kept; most servers want one, even for what everybody may read" default:"" example:"env:MASTODON_TOKEN"`
	Stream    string        `toml:"stream" doc:"what is heard: public (all that the server knows), local (its own people), remote (the others), hashtag, hashtag_local, user (the home of the one whose token it is, and what is said about them), list" default:"public" enum:"public|local|remote|hashtag|hashtag_local|user|list"`
	Tag       string        `toml:"tag" doc:"for hashtag: which, without the #" default:"" example:"mytour"`
	List      string        `toml:"list" doc:"for list: its number" default:"" example:"12249"`
	Contains  []string      `toml:"contains" doc:"only posts in which one of these words stands; \"#tour\" is the tag. The word becomes the topic; the text goes no further" example:"[\"my band\", \"#mytour\"]"`
	Langs     []string      `toml:"langs" doc:"only posts in these languages" example:"[\"en\", \"ja\"]"`
	Streaming string        `toml:"streaming" doc:"where the server streams, if that is not a host of its own name" default:"" example:"https://streaming.example.org"`
	Silence   time.Duration `toml:"silence" doc:"how long nothing may come, not even the server's thump, before the connection is taken for dead" default:"90s"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "mastodon",
		Doc:    "what is posted on a Mastodon server, as it is posted",
		Group:  "social",
		Sample: sample,
		Live:   true,
		Config: func() any { return &Config{Stream: "public", Silence: 90 * time.Second} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("mastodon: configuration is a %T, a *mastodon.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env  sonify.SourceEnv
	c    Config
	base *url.URL
	n    *normaliser
}

// paths are the streams' below /api/v1/streaming/.
var paths = map[string]string{
	"public": "public", "local": "public/local", "remote": "public/remote",
	"hashtag": "hashtag", "hashtag_local": "hashtag/local", "user": "user", "list": "list",
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	server := strings.TrimSuffix(c.Server, "/")
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	base, err := reach.Parse(server, "https", "http")
	if recorded := c.Server == "" && c.Recorded(); !recorded && (err != nil || base.Path != "" || base.RawQuery != "") {
		ps.Add("server", `for example server = "mastodon.social"`, "this is no name of a server")
	}
	if c.Streaming != "" {
		if _, err := reach.Parse(c.Streaming, "https", "http"); err != nil {
			ps.Add("streaming", `for example "https://streaming.example.org"`, "%v", err)
		}
	}
	secret.Check(&ps, "token", c.Token)
	words.Check(&ps, "contains", c.Contains)
	span.Check(&ps, "silence", c.Silence, time.Second, time.Hour)
	hashtag := strings.HasPrefix(c.Stream, "hashtag")
	switch {
	case hashtag && c.Tag == "":
		ps.Add("tag", `tag = "mytour"`, "which hashtag is not said")
	case !hashtag && c.Tag != "":
		ps.Add("tag", `stream = "hashtag"`, "a tag, but the stream is %q", c.Stream)
	case strings.HasPrefix(c.Tag, "#"):
		ps.Add("tag", fmt.Sprintf("tag = %q", c.Tag[1:]), "the tag is written without its #")
	}
	if (c.Stream == "list") != (c.List != "") {
		ps.Add("list", `stream = "list" and list = "12249" go together`, "which list is not said, or the stream is none")
	}
	if c.Token == "" && (c.Stream == "user" || c.Stream == "list") {
		ps.Add("token", `token = "env:MASTODON_TOKEN"`, "the stream %q is somebody's own and wants their token", c.Stream)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &source{env, c, base, newNormaliser(env, &c)}, nil
}

// Run hears the stream.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.c.Recorded() {
		return replay.Run(ctx, s.env, s.c.Path, s.n, emit)
	}
	head := make(http.Header)
	var secrets []string
	if s.c.Token != "" {
		token, err := secret.Read(s.env, s.c.Token)
		if err != nil {
			return err
		}
		secrets = append(secrets, token)
		head.Set("Authorization", "Bearer "+token)
	}
	at, err := s.streaming(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("mastodon: %w", secret.Scrub(reach.Error(err), secrets...))
	}
	at = at.JoinPath("api/v1/streaming", paths[s.c.Stream])
	q := make(url.Values)
	if s.c.Tag != "" {
		q.Set("tag", s.c.Tag)
	}
	if s.c.List != "" {
		q.Set("list", s.c.List)
	}
	at.RawQuery = q.Encode()
	err = sse.Run(ctx, s.env, sse.Options{Name: "mastodon", URL: at, Header: head, Secrets: secrets, Silence: s.c.Silence, Limit: 4 << 20}, s.n, emit)
	var refused *sse.Refused
	if s.c.Token == "" && errors.As(err, &refused) && (refused.Status == 401 || refused.Status == 403) {
		return fmt.Errorf("%w (this server wants a token: token = \"env:MASTODON_TOKEN\")", err)
	}
	return err
}

// streaming finds out where the server streams: it says so itself. Only a host of
// its own name is believed.
func (s *source) streaming(ctx context.Context) (*url.URL, error) {
	if s.c.Streaming != "" {
		return reach.Parse(s.c.Streaming, "https", "http")
	}
	client := reach.Policy{}.Client(s.base)
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base.JoinPath("api/v2/instance").String(), nil)
	if err != nil {
		return nil, &sonify.Permanent{Err: err}
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound { // an old server, or another program: it streams where it is
		return s.base, nil
	}
	if err := reach.Status(resp, time.Now()); err != nil {
		return nil, err
	}
	var about struct {
		Configuration struct {
			URLs struct {
				Streaming string `json:"streaming"`
			} `json:"urls"`
		} `json:"configuration"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&about); err != nil {
		return nil, fmt.Errorf("%s: what the server says of itself cannot be read", reach.Redact(req.URL.String()))
	}
	said := about.Configuration.URLs.Streaming
	if said == "" {
		return s.base, nil
	}
	u, err := url.Parse(said)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errors.New("where the server says it streams is no address")
	}
	u.Scheme = map[string]string{"wss": "https", "https": "https", "ws": s.base.Scheme, "http": s.base.Scheme}[u.Scheme]
	host, own := strings.ToLower(u.Hostname()), strings.ToLower(s.base.Hostname())
	if u.Scheme == "" || s.base.Scheme == "https" && u.Scheme != "https" || host != own && !strings.HasSuffix(host, "."+own) {
		return nil, &sonify.Permanent{Err: fmt.Errorf("the server says it streams at another host, %s: if that is right, write it into the piece as streaming = \"https://...\"", u.Hostname())}
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Probe implements sonify.Prober.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	if s.c.Recorded() {
		return replay.Probe(s.env, s.c.Path, s.n)
	}
	return s.n.Prospect(), nil
}

var _ sonify.Prober = (*source)(nil)
