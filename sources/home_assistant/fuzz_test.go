package homeassistant_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"proscenium/sonify"
	homeassistant "proscenium/sources/home_assistant"
	"proscenium/sources/internal/servertest"
)

// Whatever a house says: no panic, and every event has the fields of its kind.
func FuzzDecode(f *testing.F) {
	f.Add("homeassistant/sensor/hall_temperature/state", "21.5")
	f.Add("homeassistant/binary_sensor/door/state", "on")
	f.Add("homeassistant/sensor/hall_temperature/unit_of_measurement", `"°C"`)
	f.Add("homeassistant/light/hall/brightness", "128")
	f.Add("homeassistant/sensor/x/state", "unavailable")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, topic, text string) {
		var lines []byte
		for _, body := range []string{text, text + "1"} { // also what differs from the message before
			line, err := json.Marshal(struct {
				Topic string `json:"topic"`
				Text  string `json:"text"`
			}{topic, body})
			if err != nil {
				return
			}
			lines = append(append(lines, line...), '\n')
		}
		path := filepath.Join(dir, "x.jsonl")
		if err := os.WriteFile(path, lines, 0o644); err != nil {
			t.Fatal(err)
		}
		src := servertest.Make(t, homeassistant.Info(), servertest.Env(), func(c *homeassistant.Config) { c.Path = path })
		if err := src.Run(t.Context(), func(ev sonify.Event) {
			if len(ev.Values) != len(ev.Shape.Fields()) {
				t.Fatalf("%s has %d values", ev.Kind(), len(ev.Values))
			}
		}); err != nil {
			t.Fatal(err)
		}
	})
}
