package mqtt

import (
	"context"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/replay"
)

// Recipe is the source that every recipe for something behind a broker is: an engine,
// its normaliser, and the recording that may be played instead.
type Recipe struct {
	Engine     *Engine
	Normaliser decode.Normaliser
	Path       string // of the recording; ""
}

// Run implements sonify.Source.
func (r *Recipe) Run(ctx context.Context, emit func(sonify.Event)) error {
	if r.Recorded() {
		return r.Engine.Replay(ctx, r.Path, r.Normaliser, emit)
	}
	return r.Engine.Run(ctx, r.Normaliser, emit)
}

// Recorded implements sonify.Recording.
func (r *Recipe) Recorded() bool { return r.Path != "" }

// Probe says what will come, without asking the broker.
func (r *Recipe) Probe(context.Context) (sonify.Prospect, error) {
	if r.Recorded() {
		return replay.Probe(r.Engine.env, r.Path, r.Normaliser)
	}
	return r.Normaliser.Prospect(), nil
}
