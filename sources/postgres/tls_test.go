package postgres_test

import (
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/postgres"
)

func TestSource_Encrypted(t *testing.T) {
	servertest.Encrypted(t, func(t *testing.T, c *servertest.Certificates, p servertest.Pair, ask bool) servertest.Open {
		s := servertest.PostgresTLS(t, c, p, ask)
		return servertest.Open{
			Make: func(env sonify.SourceEnv, keys secure.TLS) sonify.Source {
				return servertest.Make(t, postgres.Info(), env, config(s, func(o *postgres.Config) { o.Channels, o.SSLMode, o.TLS = []string{"hall"}, "verify_full", keys }))
			},
			Send: func() { open(t, s).do(`notify hall, '7'`) },
		}
	})
}

// In the words of PostgreSQL, require with an authority looks at who signed and not at the
// name, and without one at nothing; prefer never looks, so who names an authority is told.
func TestSource_EncryptedLess(t *testing.T) {
	c := servertest.NewCertificates(t)
	s := servertest.PostgresTLS(t, c, c.Other, false)
	for _, o := range []struct{ mode, ca, says string }{{"require", c.CA, ""}, {"require", "", ""}, {"prefer", "", ""}, {"disable", "", ""}, {"require", c.Stranger, "cannot be trusted"}} {
		env := servertest.Env()
		src := servertest.Make(t, postgres.Info(), env, config(s, func(p *postgres.Config) { p.Channels, p.SSLMode, p.CA = []string{"hall"}, o.mode, o.ca }))
		if o.says != "" {
			if err := src.Run(t.Context(), nil); !servertest.Permanent(err) || !strings.Contains(err.Error(), o.says) {
				t.Errorf("%s, %s: %v", o.mode, o.ca, err)
			}
			continue
		}
		h := servertest.Listen(t, src, env)
		open(t, s).do(`notify hall, '7'`)
		h.Expect("reading value=7")
		h.Stop()
	}
	conf := postgres.Info().Config().(*postgres.Config)
	conf.CA = "ca.crt"
	if _, err := postgres.Info().New(servertest.Env(), conf); err == nil || !strings.Contains(err.Error(), `sslmode = "verify_full"`) {
		t.Errorf("prefer with an authority: %v", err)
	}
}
