package tasmota_test

import (
	"strings"
	"testing"

	"proscenium/sources/internal/servertest"
	"proscenium/sources/tasmota"
)

// What a real house said makes plausible readings.
func TestRealMessages(t *testing.T) {
	file := servertest.TopicFile(t, "sensors", "tasmota.tsv")
	src := servertest.Make(t, tasmota.Info(), servertest.Env(), func(c *tasmota.Config) { c.Path = file })
	all := servertest.All(t, src)
	if len(all) < 3 {
		t.Errorf("%d events: %q", len(all), all)
	}
	for _, text := range all {
		if !strings.HasPrefix(text, "reading") || !strings.Contains(text, " sensor=") {
			t.Errorf("%s", text)
		}
	}
}
