// Package github is the source that hears what happens in repositories on GitHub, by
// its events API. README.md lists what becomes of what.
package github

import (
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
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

// Config is what a piece says about repositories.
type Config struct {
	replay.Config
	Repo   string        `toml:"repo" doc:"what happens in this repository" default:"" example:"golang/go"`
	Org    string        `toml:"org" doc:"what happens in all of this organisation" default:"" example:"golang"`
	User   string        `toml:"user" doc:"what this user does in public" default:"" example:"torvalds"`
	Token  string        `toml:"token" doc:"where a token is kept; without one sixty questions an hour are free, which is one a minute" default:"" example:"env:GITHUB_TOKEN"`
	First  string        `toml:"first" doc:"what is there when it begins is taken for known (skip) or for news (take)" default:"skip" enum:"skip|take"`
	Spread time.Duration `toml:"spread" doc:"over how long what came in one answer is told, in its order and with its distances; 0s: at once" default:"1m"`
	Every  time.Duration `toml:"every" doc:"how long after an answer the service is asked again; it may want longer" default:"1m"`
	API    string        `toml:"api" doc:"the service; a GitHub of your own has https://HOST/api/v3" default:"https://api.github.com"`
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "github",
		Doc:    "what happens in repositories on GitHub: pushes, issues, comments, stars",
		Group:  "social",
		Sample: sample,
		Live:   true,
		Config: func() any {
			return &Config{First: "skip", Spread: time.Minute, Every: time.Minute, API: "https://api.github.com"}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("github: configuration is a %T, a *github.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

var (
	repoName = regexp.MustCompile(`^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$`)
	userName = regexp.MustCompile(`^[A-Za-z0-9-]{1,39}(\[bot\])?$`)
)

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	base, err := reach.Parse(c.API, "https", "http")
	if err != nil {
		ps.Add("api", `api = "https://api.github.com"`, "%v", err)
	}
	span.Check(&ps, "every", c.Every, 10*time.Second, 24*time.Hour)
	span.Check(&ps, "spread", c.Spread, 0, time.Hour)
	secret.Check(&ps, "token", c.Token)
	path, said := "events", 0
	for _, of := range []struct{ key, value, path string }{{"repo", c.Repo, "repos/" + c.Repo + "/events"}, {"org", c.Org, "orgs/" + c.Org + "/events"}, {"user", c.User, "users/" + c.User + "/events/public"}} {
		if of.value == "" {
			continue
		}
		if path, said = of.path, said+1; said == 2 {
			ps.Add(of.key, "", "one of repo, org and user was expected")
		}
		ok, example := userName.MatchString(of.value), "golang"
		if of.key == "repo" {
			ok, example = repoName.MatchString(of.value), "golang/go"
		}
		if !ok {
			ps.Add(of.key, fmt.Sprintf("for example %s = %q", of.key, example), "%q is no name of a %s", of.value, of.key)
		}
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	address := base.JoinPath(path)
	address.RawQuery = url.Values{"per_page": {"100"}}.Encode()
	return &polled.Source{
		Env: env, Path: c.Path,
		New: func(whole bool) decode.Normaliser { return newNormaliser(env, &c, whole) },
		Poller: func() (*poll.Poller, error) {
			o := poll.Options{URL: address.String(), Every: c.Every, JSON: true, Header: map[string]string{"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}}
			if c.Token != "" {
				token, err := secret.Read(env, c.Token)
				if err != nil {
					return nil, err
				}
				o.Secrets = []string{token}
				o.Header["Authorization"] = "Bearer " + token
			}
			return poll.New(o)
		},
	}, nil
}
