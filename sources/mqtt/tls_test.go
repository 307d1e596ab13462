package mqtt_test

import (
	"fmt"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/mqtt"
)

func TestSource_Encrypted(t *testing.T) {
	for _, way := range []struct{ scheme, version, protocol string }{
		{"mqtts", "auto", "mqtt"}, {"mqtts", "5", "mqtt"}, {"mqtts", "3.1.1", "mqtt"}, {"wss", "auto", "websockets"},
	} {
		t.Run(way.scheme+" "+way.version, func(t *testing.T) {
			servertest.Encrypted(t, func(t *testing.T, c *servertest.Certificates, p servertest.Pair, ask bool) servertest.Open {
				port := servertest.FreePort(t)
				addr := fmt.Sprintf("127.0.0.1:%d", port)
				s := servertest.Mosquitto(t, fmt.Sprintf("listener %d 127.0.0.1", port), "protocol "+way.protocol,
					"cafile "+c.CA, "certfile "+p.Cert, "keyfile "+p.Key, fmt.Sprintf("require_certificate %t", ask))
				servertest.Answers(t, addr)
				return servertest.Open{
					Make: func(env sonify.SourceEnv, keys secure.TLS) sonify.Source {
						return servertest.Make(t, mqtt.Info(), env, func(o *mqtt.Config) {
							o.Broker, o.Topics, o.Version, o.TLS = way.scheme+"://"+addr, []string{"home/hall"}, way.version, keys
						})
					},
					Send: func() { servertest.Publish(t, s.Addr).Send("home/hall", "7", 1, false) },
				}
			})
		})
	}
}
