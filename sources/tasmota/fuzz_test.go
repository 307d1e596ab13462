package tasmota_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/tasmota"
)

// Whatever a device says: no panic, and every event has the fields of its kind.
func FuzzDecode(f *testing.F) {
	f.Add("tele/a/SENSOR", `{"Time":"2026-11-28T18:00:00","DS18B20":{"Temperature":[1,2]},"Switch1":"ON","TempUnit":"F"}`)
	f.Add("tele/a/LWT", `{"state":"online"}`)
	f.Add("stat/a/POWER2", `21.5`)
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
		src := servertest.Make(t, tasmota.Info(), servertest.Env(), func(c *tasmota.Config) { c.Path, c.Measures = path, nil })
		if err := src.Run(t.Context(), func(ev sonify.Event) {
			if len(ev.Values) != len(ev.Shape.Fields()) {
				t.Fatalf("%s has %d values", ev.Kind(), len(ev.Values))
			}
		}); err != nil {
			t.Fatal(err)
		}
	})
}
