package sensorcommunity

import (
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/sensors"
)

// Whatever the service answers: no panic, and every event has the fields of its kind.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`[{"id":1,"timestamp":"2026-11-28 18:02:10","sensor":{"id":7},"sensordatavalues":[{"value":"8.4","value_type":"P1"}]}]`))
	f.Add([]byte(`{"detail":"Not found."}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		env := sonify.SourceEnv{Tally: new(sonify.Tally)}
		n := &normaliser{tell: sensors.New(env, nil), tally: env.Tally, seen: make(map[int64]bool)}
		n.Normalise(&decode.Message{Body: data}, func(ev sonify.Event) {
			if len(ev.Values) != len(ev.Shape.Fields()) {
				t.Fatalf("%s has %d values", ev.Kind(), len(ev.Values))
			}
		})
	})
}
