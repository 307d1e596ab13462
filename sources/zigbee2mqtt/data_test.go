package zigbee2mqtt_test

import (
	"strings"
	"testing"

	"proscenium/sources/internal/servertest"
	"proscenium/sources/zigbee2mqtt"
)

// What a real house said makes plausible readings.
func TestRealMessages(t *testing.T) {
	file := servertest.TopicFile(t, "sensors", "zigbee2mqtt.tsv")
	src := servertest.Make(t, zigbee2mqtt.Info(), servertest.Env(), func(c *zigbee2mqtt.Config) { c.Path = file })
	all := servertest.All(t, src)
	if len(all) < 5 {
		t.Errorf("%d events: %q", len(all), all)
	}
	for _, text := range all {
		if !strings.HasPrefix(text, "reading") || !strings.Contains(text, " sensor=") {
			t.Errorf("%s", text)
		}
	}
}
