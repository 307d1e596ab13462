package station_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
	"proscenium/sources"
)

// A piece goes on the air until the program is interrupted. Its log is kept in a
// folder, and edits of its file are taken while it plays.
func Example() {
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		log.Fatal(err)
	}
	env := mapping.Env{Sources: &reg, Library: mappings.Get, Mappings: mappings.Names(), ReadFile: os.ReadFile, Probe: true, Version: "0.1.0"}
	s, err := station.New(station.Options{Name: "court", Env: env, File: "court.toml", Journal: "log/court", Watch: true, Log: slog.Default()})
	if err != nil {
		log.Fatal(err) // the problems, one a line, with their places
	}
	s.Attach(jsonl.NewWriter(os.Stdout))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.Run(ctx); err != nil {
		log.Fatal(err)
	}
}

// The log of a station is played again, faster than life.
func ExampleReplay() {
	paths, err := journal.LastRun("log/court")
	if err != nil {
		log.Fatal(err)
	}
	r, err := station.NewReplay(mapping.Env{}, paths...)
	if err != nil {
		log.Fatal(err)
	}
	sum, err := r.Play(context.Background(), []sonify.Output{jsonl.NewText(os.Stdout)}, conductor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sum.Heard, "events were heard")
}
