package zigbee2mqtt_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/zigbee2mqtt"
)

// Whatever a device says: no panic, and every event has the fields of its kind.
func FuzzDecode(f *testing.F) {
	f.Add("zigbee2mqtt/a/b", `{"temperature":21.5,"action":"single","x":{"y":1},"state":"ON","contact":null}`)
	f.Add("zigbee2mqtt/a/b/availability", `{"state":"online"}`)
	f.Add("zigbee2mqtt/a/temperature", `21.5`)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, topic, text string) {
		line, err := json.Marshal(map[string]any{"topic": topic, "text": text})
		if err != nil {
			return
		}
		path := filepath.Join(dir, "x.jsonl")
		if err := os.WriteFile(path, line, 0o644); err != nil {
			t.Fatal(err)
		}
		src := servertest.Make(t, zigbee2mqtt.Info(), servertest.Env(), func(c *zigbee2mqtt.Config) { c.Path, c.Measures = path, nil })
		if err := src.Run(t.Context(), func(ev sonify.Event) {
			if len(ev.Values) != len(ev.Shape.Fields()) {
				t.Fatalf("%s has %d values", ev.Kind(), len(ev.Values))
			}
		}); err != nil {
			t.Fatal(err)
		}
	})
}
