package homeassistant_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
	homeassistant "proscenium/sources/home_assistant"
	"proscenium/sources/internal/servertest"
)

var update = flag.Bool("update", false, "rewrite the events in testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRecorded(t *testing.T) {
	env := servertest.Env()
	env.Dir = "testdata"
	src := servertest.Make(t, homeassistant.Info(), env, func(c *homeassistant.Config) { c.Path = "evening.jsonl" })
	servertest.Golden(t, src, env, "testdata/evening.golden", *update)
}
