package sensorcommunity_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
	"proscenium/sources/internal/servertest"
	sensorcommunity "proscenium/sources/sensor_community"
)

var update = flag.Bool("update", false, "rewrite the events in testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRecorded(t *testing.T) {
	env := servertest.Env()
	env.Dir = "testdata"
	src := servertest.Make(t, sensorcommunity.Info(), env, func(c *sensorcommunity.Config) { c.Path = "air.jsonl"; c.Query = "sensor/77" })
	servertest.Golden(t, src, env, "testdata/air.golden", *update)
}
