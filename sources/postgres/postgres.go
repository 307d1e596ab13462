// Package postgres is the source that listens to notices of PostgreSQL and asks for
// the rows that are new. README.md tells what becomes of what.
//
// Of the client only the part that speaks the protocol is used: rows come as JSON that
// the server makes, so the types of columns are the server's business.
package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about a database and what to hear of it.
type Config struct {
	Server    string        `toml:"server" doc:"the server and the database" default:"postgres://localhost/postgres" example:"postgres://db.example.org/shop"`
	SSLMode   string        `toml:"sslmode" doc:"how the connection is encrypted, in the words of PostgreSQL" default:"prefer" enum:"disable|prefer|require|verify_full" instead:"verify-full=verify_full|off=disable|on=require"`
	Username  string        `toml:"username" doc:"the name to log in with, or where it is kept; without it that of this system's user" default:"" example:"stage"`
	Password  string        `toml:"password" doc:"where the password is kept: \"env:NAME\", \"file:PATH\" or \"cred:NAME\"" default:"" example:"env:PGPASSWORD"`
	Channels  []string      `toml:"channels" doc:"the channels of NOTIFY to listen to" default:"[\"proscenium\"]" example:"[\"orders\"]"`
	Query     string        `toml:"query" doc:"a query of which each row with a new key is an event" default:"" example:"select id, total, paid_at from orders where paid"`
	KeyColumn string        `toml:"key_column" doc:"the column of the query that only rises and is different in each row" default:"id" example:"order_no"`
	Every     time.Duration `toml:"every" doc:"how often the query is asked" default:"5s" min:"100ms" max:"24h"`
	Wake      string        `toml:"wake" doc:"a channel of NOTIFY that says when to ask at once" default:"" example:"orders"`
	LookBack  int           `toml:"look_back" doc:"of how many rows before the last the query asks again, for those that can be seen later than rows after them" default:"100" min:"0" max:"10000"`
	Begin     string        `toml:"from" doc:"where to begin when nothing was heard so far" default:"new" enum:"new|all" instead:"start=all|end=new"`
	secure.TLS
	decode.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "postgres",
		Doc:    "notices of a PostgreSQL database, and the rows of a query that are new",
		Group:  "transports",
		Sample: sample + secure.SampleTOML() + "\n" + decode.SampleTOML(),
		Live:   true,
		Config: func() any {
			return &Config{Server: "postgres://localhost/postgres", SSLMode: "prefer", Channels: []string{"proscenium"}, KeyColumn: "id", Every: 5 * time.Second, LookBack: 100, Begin: "new", Config: decode.Defaults()}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("postgres: configuration is a %T, a *postgres.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env     sonify.SourceEnv
	c       Config
	decoder *decode.Decoder
	rows    rows
}

// maxChannels bounds how many channels a source may ask for.
const maxChannels = 100

// longestName is how long a name may be in PostgreSQL, in bytes: NAMEDATALEN - 1.
const longestName = 63

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	u, err := reach.Parse(c.Server, "postgres", "postgresql")
	switch {
	case err != nil:
		ps.Add("server", `server = "postgres://localhost/shop"`, "%v", err)
	case u.User != nil:
		ps.Add("server", `username = "NAME"`, "a name to log in with has a key of its own")
	case u.RawQuery != "":
		ps.Add("server", `sslmode = "require"`, "what else there is to say of a connection has keys of its own")
	case strings.Trim(u.Path, "/") == "" || strings.Contains(strings.Trim(u.Path, "/"), "/"):
		ps.Add("server", "for example "+fmt.Sprintf("%q", "postgres://"+u.Host+"/shop"), "the address does not say which database")
	}
	c.TLS.Check(&ps, c.SSLMode != "disable")
	if c.SSLMode == "prefer" && c.CA != "" {
		ps.Add("ca", `sslmode = "verify_full"`, "with sslmode = \"prefer\" nobody looks at the server's certificate")
	}
	secret.Check(&ps, "password", c.Password)
	if secret.Refers(c.Username) {
		secret.Check(&ps, "username", c.Username)
	}
	if len(c.Channels) == 0 && c.Query == "" {
		ps.Add("channels", `channels = ["orders"] or query = "select ..."`, "there is nothing to listen to")
	}
	if len(c.Channels) > maxChannels {
		ps.Add("channels", "", "%d channels, at most %d were expected", len(c.Channels), maxChannels)
	}
	name := func(key, text string) {
		if text == "" || len(text) > longestName || strings.ContainsRune(text, 0) {
			ps.Add(key, "", "a name of 1 to %d bytes was expected", longestName)
		}
	}
	for i, ch := range c.Channels {
		name(fmt.Sprintf("channels[%d]", i), ch)
	}
	if c.Query == "" {
		if c.Wake != "" {
			ps.Add("wake", `query = "select ..."`, "there is no query to wake; channels are to be heard themselves")
		}
	} else {
		name("key_column", c.KeyColumn)
		if c.Wake != "" {
			name("wake", c.Wake)
		}
		q := strings.TrimSpace(c.Query)
		if strings.HasSuffix(q, ";") {
			ps.Add("query", "leave the semicolon away", "the query becomes part of another")
		}
		word := ""
		if f := strings.Fields(strings.ToLower(q)); len(f) > 0 {
			word = f[0]
		}
		if word != "select" && word != "with" && word != "table" && word != "values" {
			ps.Add("query", `query = "select id, total from orders"`, "a query that reads was expected")
		}
	}
	c.Config.Check(&ps)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	d, err := decode.New(env, c.Config)
	if err != nil {
		return nil, err
	}
	return &source{env: env, c: c, decoder: d, rows: rows{look: c.LookBack}}, nil
}

// Probe says what will come, without asking the server.
func (s *source) Probe(context.Context) (sonify.Prospect, error) { return s.decoder.Prospect(), nil }
