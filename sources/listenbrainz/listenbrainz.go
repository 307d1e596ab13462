// Package listenbrainz is the source that hears what people listen to, as ListenBrainz
// knows it. README.md lists what becomes of what.
package listenbrainz

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/poll"
	"proscenium/sources/internal/polled"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/span"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about listeners.
type Config struct {
	replay.Config
	Users   []string      `toml:"users" doc:"whose listening is heard, at most 20" required:"without path" example:"[\"rob\"]"`
	Now     bool          `toml:"now" doc:"whether what they listen to at the moment is told, too" default:"false"`
	Token   string        `toml:"token" doc:"where a token is kept; public listens need none" default:"" example:"env:LISTENBRAINZ_TOKEN"`
	CatchUp time.Duration `toml:"catch_up" doc:"how much of what was missed is heard after a restart; what is older is left out" default:"1h"`
	Spread  time.Duration `toml:"spread" doc:"over how long what came in one answer is told, in its order and with its distances; 0s: at once" default:"1m"`
	Every   time.Duration `toml:"every" doc:"how long after an answer the service is asked again; it may want longer" default:"1m"`
	API     string        `toml:"api" doc:"the service" default:"https://api.listenbrainz.org"`
}

// maxUsers bounds how much is asked: one question for each, every time.
const maxUsers = 20

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "listenbrainz",
		Doc:    "what people listen to, as ListenBrainz knows it",
		Group:  "social",
		Sample: sample,
		Live:   true,
		Config: func() any {
			return &Config{CatchUp: time.Hour, Spread: time.Minute, Every: time.Minute, API: "https://api.listenbrainz.org"}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("listenbrainz: configuration is a %T, a *listenbrainz.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	base, err := reach.Parse(c.API, "https", "http")
	if err != nil {
		ps.Add("api", `api = "https://api.listenbrainz.org"`, "%v", err)
	}
	span.Check(&ps, "every", c.Every, 10*time.Second, 24*time.Hour)
	span.Check(&ps, "spread", c.Spread, 0, time.Hour)
	span.Check(&ps, "catch_up", c.CatchUp, 0, 7*24*time.Hour)
	secret.Check(&ps, "token", c.Token)
	if len(c.Users) == 0 && !c.Recorded() || len(c.Users) > maxUsers {
		ps.Add("users", `users = ["rob"]`, "%d users, 1 to %d were expected", len(c.Users), maxUsers)
	}
	for _, u := range c.Users {
		if u == "" || len(u) > 200 || strings.ContainsAny(u, "/\\?#\x00\n") || u == "." || u == ".." {
			ps.Add("users", `users = ["rob"]`, "%q is no name of a user", u)
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	p := new(progress)
	s := &polled.Source{Env: env, Path: c.Path, New: func(whole bool) decode.Normaliser { return newNormaliser(env, &c, p, whole) }}
	s.Poller = func() (*poll.Poller, error) {
		p.begin(len(c.Users), env.Place.Get(), time.Now(), c.CatchUp)
		round := &round{base: base, users: c.Users, now: c.Now, progress: p}
		o := poll.Options{URL: round.address(0, false), Every: c.Every, JSON: true, Next: round.next}
		if c.Token != "" {
			token, err := secret.Read(env, c.Token)
			if err != nil {
				return nil, err
			}
			o.Secrets = []string{token}
			o.Header = map[string]string{"Authorization": "Token " + token}
		}
		return poll.New(o)
	}
	return s, nil
}

// round asks about one user after the other.
type round struct {
	base     *url.URL
	users    []string
	now      bool
	progress *progress
	user     int
	after    bool // the question about what they listen to now was the last
}

// address is the question about a user.
func (r *round) address(user int, now bool) string {
	if now {
		return r.base.JoinPath("1", "user", url.PathEscape(r.users[user]), "playing-now").String()
	}
	u := r.base.JoinPath("1", "user", url.PathEscape(r.users[user]), "listens")
	u.RawQuery = url.Values{"min_ts": {strconv.FormatInt(r.progress.of(user), 10)}, "count": {"100"}}.Encode()
	return u.String()
}

// next is the question after this one; more is false when the round is over.
func (r *round) next(http.Header, []byte) (address string, more bool) {
	if r.now && !r.after {
		r.after = true
		return r.address(r.user, true), true
	}
	r.after = false
	r.user = (r.user + 1) % len(r.users)
	return r.address(r.user, false), r.user != 0
}
