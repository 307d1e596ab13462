package mqtt_test

import (
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/mqtt"
)

func loaded(tb testing.TB) (sonify.Source, sonify.SourceEnv, func(n int)) {
	broker := servertest.Mosquitto(tb)
	env := servertest.Env()
	src := servertest.Make(tb, mqtt.Info(), env, func(c *mqtt.Config) {
		c.Broker, c.Topics = "mqtt://"+broker.Addr, []string{"home/{room}/{sensor}"}
	})
	p := servertest.Publish(tb, broker.Addr)
	return src, env, func(n int) { p.Flood("home/hall/air", servertest.Reading500, n) }
}

// BenchmarkLoad sends messages of 500 bytes through mosquitto as fast as it takes them.
// The broker is a process of its own.
func BenchmarkLoad(b *testing.B) {
	src, env, send := loaded(b)
	servertest.Load(b, src, env, send)
}

func TestLoad_MemoryIsFlat(t *testing.T) {
	src, env, send := loaded(t)
	servertest.Flat(t, src, env, send)
}
