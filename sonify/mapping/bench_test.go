package mapping_test

import (
	"context"
	"fmt"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
)

// ready is a feed of events that are decoded already: one every 1/20 s.
type ready struct {
	events []sonify.Event
	n, end int
	every  sonify.Frame
}

func (r *ready) Next(_ context.Context, limit sonify.Frame) (conductor.Arrival, bool, bool, error) {
	if r.n == r.end {
		return conductor.Arrival{}, false, true, nil
	}
	at := sonify.Frame(r.n) * r.every
	if at > limit {
		return conductor.Arrival{}, false, false, nil
	}
	ev := r.events[r.n%len(r.events)]
	r.n++
	return conductor.Arrival{Event: ev, At: at}, true, false, nil
}

type discard struct{ notes int }

func (d *discard) Begin(*sonify.Header) error   { return nil }
func (d *discard) Play(c sonify.Cue) error      { d.notes += len(c.Notes); return nil }
func (d *discard) Finish(*sonify.Summary) error { return nil }
func (d *discard) Close() error                 { return nil }

const simplePiece = `
tempo = 120
grid = "1/16"
[source.s]
type = "script"
[signal.x]
on = "r"
value = "v"
reduce = "ema"
window = "12 events"
domain = [0, 100]
[voice.a]
notes = 16
[[rule]]
on = "r"
when = "w > 5"
voice = "a"
max_delay = "1/4"
pitch = { from = "v", domain = [0, 100], range = ["C3", "C6"] }
velocity = { from = "signal.x", range = [0.4, 1.0] }
`

// BenchmarkEvents measures events from the feed through mapping and conductor
// to an output that throws the notes away; decoding is not in it.
func BenchmarkEvents(b *testing.B) {
	for _, every := range []sonify.Frame{2400, 240, 24} {
		b.Run(fmt.Sprintf("%d_a_second", 48000/every), func(b *testing.B) {
			text := ""
			for i := range 100 {
				text += fmt.Sprintf("%d r v=%d w=%d\n", i, i*37%100, i%10)
			}
			p, ps := mapping.Compile(environment(b, text, nil), "bench.toml", []byte(simplePiece), nil)
			if p == nil {
				b.Fatal(ps)
			}
			s := parseScript(b, text)
			feed := &ready{events: s.events, end: b.N, every: every}
			d := &discard{}
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := conductor.Perform(b.Context(), &p.Header, p.Perform(), feed, []sonify.Output{d}, conductor.Options{}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
