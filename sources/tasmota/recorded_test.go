package tasmota_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/tasmota"
)

var update = flag.Bool("update", false, "rewrite the events in testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRecorded(t *testing.T) {
	env := servertest.Env()
	env.Dir = "testdata"
	src := servertest.Make(t, tasmota.Info(), env, func(c *tasmota.Config) { c.Path = "evening.jsonl" })
	servertest.Golden(t, src, env, "testdata/evening.golden", *update)
}
