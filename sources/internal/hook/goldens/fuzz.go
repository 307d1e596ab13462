package goldens

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/replay"
)

// Fuzz gives a normaliser bodies that nobody would send, beginning with those of
// testdata: it makes events whose values fit their kinds, and never panics.
func Fuzz(f *testing.F, make func(env sonify.SourceEnv) decode.Normaliser) {
	files, _ := filepath.Glob("testdata/*.jsonl")
	for _, file := range files {
		r, err := os.Open(file)
		if err != nil {
			f.Fatal(err)
		}
		replay.Read(context.Background(), r, new(sonify.Tally), func(m *decode.Message) error {
			f.Add(m.Topic, string(m.Body))
			return nil
		})
		r.Close()
	}
	f.Fuzz(func(t *testing.T, topic, body string) {
		env := sonify.SourceEnv{Tally: new(sonify.Tally), Place: new(sonify.Place)}
		n := make(env)
		known := map[*sonify.Shape]bool{}
		p := n.Prospect()
		for _, s := range p.Shapes {
			known[s] = true
		}
		emit := func(ev sonify.Event) {
			if len(ev.Values) != len(ev.Shape.Fields()) || !known[ev.Shape] && !p.Open {
				t.Fatalf("%s: %d values for %d fields", ev.Kind(), len(ev.Values), len(ev.Shape.Fields()))
			}
			if len(ev.Place) > sonify.PlaceLimit {
				t.Fatalf("a place of %d bytes", len(ev.Place))
			}
			for i, v := range ev.Values {
				if f := ev.Shape.Fields()[i]; !v.IsMissing() && f.Type != sonify.Missing && v.Type() != f.Type {
					t.Fatalf("%s.%s is a %v", ev.Kind(), f.Name, v.Type())
				}
				if len(v.String()) > 2000 {
					t.Fatalf("%s has %d bytes", ev.Shape.Fields()[i].Name, len(v.String()))
				}
			}
		}
		for range 2 { // what repeats what was
			m := decode.Message{Topic: topic, Body: []byte(body), At: time.Unix(1795860000, 0), Place: "place"}
			n.Normalise(&m, emit)
		}
		decode.Flush(n, time.Unix(1795860001, 0), emit)
	})
}
