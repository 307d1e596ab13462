package nats_test

import (
	"testing"

	client "github.com/nats-io/nats.go"
	"proscenium/sonify"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/nats"
)

func loaded(tb testing.TB) (sonify.Source, sonify.SourceEnv, func(n int)) {
	s := serve(tb, servertest.FreePort(tb), "", nil)
	env := servertest.Env()
	src := servertest.Make(tb, nats.Info(), env, func(c *nats.Config) {
		c.Servers, c.Subjects = []string{s.ClientURL()}, []string{"home.{room}.{sensor}"}
	})
	c := connect(tb, s.ClientURL(), client.Name("publisher"))
	body := []byte(servertest.Reading500)
	return src, env, func(n int) {
		for i := range n {
			if err := c.Publish("home.hall.air", body); err != nil {
				tb.Error(err)
				return
			}
			if i%1000 == 999 {
				c.Flush() // no further ahead than the server
			}
		}
		c.Flush()
	}
}

// BenchmarkLoad sends messages of 500 bytes as fast as the server takes them. Server and
// sender are in this process, and their work in its processor time.
func BenchmarkLoad(b *testing.B) {
	src, env, send := loaded(b)
	servertest.Load(b, src, env, send)
}

func TestLoad_MemoryIsFlat(t *testing.T) {
	src, env, send := loaded(t)
	servertest.Flat(t, src, env, send)
}
