package kafka_test

import (
	"crypto/tls"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"proscenium/sonify"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/kafka"
)

func TestSource_Encrypted(t *testing.T) {
	servertest.Encrypted(t, func(t *testing.T, c *servertest.Certificates, p servertest.Pair, ask bool) servertest.Open {
		s := serve(t, kfake.TLS(c.Config(t, p, ask)))
		return servertest.Open{
			Make: func(env sonify.SourceEnv, keys secure.TLS) sonify.Source {
				return servertest.Make(t, kafka.Info(), env, func(o *kafka.Config) {
					o.Brokers, o.Topics, o.Encrypted, o.TLS = s.ListenAddrs(), []string{"refunds"}, true, keys
				})
			},
			Send: func() {
				pair, err := tls.LoadX509KeyPair(c.Client.Cert, c.Client.Key)
				if err != nil {
					t.Fatal(err)
				}
				sendBy(t, s, "refunds", 0, []kgo.Opt{kgo.DialTLSConfig(&tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}})}, "7")
			},
		}
	})
}
