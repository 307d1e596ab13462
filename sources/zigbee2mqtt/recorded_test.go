package zigbee2mqtt_test

import (
	"flag"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/zigbee2mqtt"
)

var update = flag.Bool("update", false, "rewrite the events in testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRecorded(t *testing.T) {
	env := servertest.Env()
	env.Dir = "testdata"
	src := servertest.Make(t, zigbee2mqtt.Info(), env, func(c *zigbee2mqtt.Config) { c.Path = "evening.jsonl" })
	servertest.Golden(t, src, env, "testdata/evening.golden", *update)
}

// A battery says its voltage in thousandths.
func TestVoltage_OfABattery(t *testing.T) {
	env := servertest.Env()
	env.Dir = "testdata"
	src := servertest.Make(t, zigbee2mqtt.Info(), env, func(c *zigbee2mqtt.Config) { c.Path, c.Measures = "evening.jsonl", []string{"voltage"} })
	all := servertest.All(t, src)
	if len(all) == 0 || !strings.Contains(all[0], "measure=voltage") || !strings.Contains(all[0], "unit=V value=2.99") {
		t.Errorf("%q", all)
	}
}
