package mqtt

import (
	"context"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/replay"
)

// Replay gives n the messages of a recording as Run gives it those of a broker: by
// their topics, without those that nobody listens to.
func (e *Engine) Replay(ctx context.Context, path string, n decode.Normaliser, emit func(sonify.Event)) error {
	r := replayed{Normaliser: n, e: e}
	if f, ok := n.(decode.Flusher); ok {
		return replay.Run(ctx, e.env, path, struct {
			replayed
			decode.Flusher
		}{r, f}, emit)
	}
	return replay.Run(ctx, e.env, path, r, emit)
}

// replayed is a normaliser that sorts messages by their topics first.
type replayed struct {
	decode.Normaliser
	e *Engine
}

func (r replayed) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	switch t := r.e.topic([]byte(m.Topic)); t.kind {
	case availability:
		r.e.present.Heard(t.device, m.Body, false, m.At, emit)
	case heard, told:
		m.Labels = t.labels
		return r.Normaliser.Normalise(m, emit)
	default:
		r.e.env.Tally.Add(sonify.Unwanted, "message of a topic that is not listened to (topics)", m.Line)
	}
	return nil
}
