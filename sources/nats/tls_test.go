package nats_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	client "github.com/nats-io/nats.go"
	"proscenium/sonify"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/nats"
)

func TestSource_Encrypted(t *testing.T) {
	servertest.Encrypted(t, func(t *testing.T, c *servertest.Certificates, p servertest.Pair, ask bool) servertest.Open {
		s := serve(t, servertest.FreePort(t), "", func(o *server.Options) {
			o.TLS, o.TLSVerify, o.TLSConfig, o.TLSTimeout = true, ask, c.Config(t, p, ask), 10
		})
		return servertest.Open{
			Make: func(env sonify.SourceEnv, keys secure.TLS) sonify.Source {
				return servertest.Make(t, nats.Info(), env, func(o *nats.Config) {
					o.Servers, o.Subjects, o.TLS = []string{strings.Replace(s.ClientURL(), "nats://", "tls://", 1)}, []string{"home.hall"}, keys
				})
			},
			Send: func() {
				pair, err := tls.LoadX509KeyPair(c.Client.Cert, c.Client.Key)
				if err != nil {
					t.Fatal(err)
				}
				conn := connect(t, s.ClientURL(), client.Secure(&tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}}))
				publish(t, conn, "home.hall", "7")
				conn.Flush()
			},
		}
	})
}
