package conductor_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
)

// orders is a source of three events, one every half second.
type orders struct{}

var paid = sonify.NewShape("order.paid", sonify.Field{Name: "amount", Type: sonify.Number, Unit: "euro"})

func (orders) Run(ctx context.Context, emit func(sonify.Event)) error {
	for i, amount := range []float64{10, 50, 90} {
		emit(sonify.Event{Shape: paid, Values: []sonify.Value{sonify.Num(amount)},
			Timed: true, Clock: time.Duration(i) * 500 * time.Millisecond})
	}
	return context.Cause(ctx)
}

// From the text of a piece and the events of a source to a score.
func ExamplePerform() {
	var kinds sonify.Registry
	err := kinds.Add(sonify.SourceInfo{Name: "orders", Doc: "three orders",
		Config: func() any { return &struct{}{} },
		New:    func(sonify.SourceEnv, any) (sonify.Source, error) { return orders{}, nil }})
	if err != nil {
		fmt.Println(err)
		return
	}
	piece, problems := mapping.Compile(mapping.Env{Sources: &kinds}, "shop.toml", []byte(`
tempo = 120
key = "C major"
[source.shop]
type = "orders"
[voice.bell]
[[rule]]
name = "order"
on = "order.paid"
voice = "bell"
pitch = { from = "amount", domain = [0, 100], range = ["C4", "C5"] }
`), nil)
	if problems.Err() != nil {
		fmt.Println(problems)
		return
	}
	var in []conductor.Intake
	for _, s := range piece.Sources {
		in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
	}
	feed := conductor.Start(context.Background(), in)
	defer feed.Stop()
	outputs := []sonify.Output{jsonl.NewText(os.Stdout)}
	if _, err := conductor.Perform(context.Background(), &piece.Header, piece.Perform(), feed, outputs, conductor.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// # shop (shop.toml), seed 1, C major, 4/4, 120 bpm
	// = 1:1.0 meter 4/4
	// = 1:1.0 tempo 120 bpm
	// = 1:1.0 key C major
	// = 1:1.0 section piece
	// = 1:1.0 chord I C
	// [ 1:1.0 -> 1:1.5 | bell D4 v=0.80 ] <- shop #1 rule "order" amount=10
	// [ 1:2.0 -> 1:2.5 | bell F4 v=0.80 ] <- shop #2 rule "order" amount=50
	// = 1:3.0 shop ended
	// [ 1:3.0 -> 1:3.5 | bell B4 v=0.80 ] <- shop #3 rule "order" amount=90
	// # ends 2:1.0, 3 notes of 3 events
}
