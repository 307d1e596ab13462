package redis_test

import (
	"fmt"
	"strconv"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/redis"
)

func TestSource_Encrypted(t *testing.T) {
	servertest.Encrypted(t, func(t *testing.T, c *servertest.Certificates, p servertest.Pair, ask bool) servertest.Open {
		port := servertest.FreePort(t)
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		clients := "no"
		if ask {
			clients = "yes"
		}
		s := servertest.Redis(t, "--tls-port", strconv.Itoa(port), "--tls-cert-file", p.Cert, "--tls-key-file", p.Key, "--tls-ca-cert-file", c.CA, "--tls-auth-clients", clients)
		servertest.Answers(t, addr)
		return servertest.Open{
			Make: func(env sonify.SourceEnv, keys secure.TLS) sonify.Source {
				return servertest.Make(t, redis.Info(), env, func(o *redis.Config) {
					o.Server, o.Channels, o.TLS = "rediss://"+addr, []string{"hall"}, keys
				})
			},
			Send: func() { publish(t, s.Addr, "hall", "7") },
		}
	})
}
