// Package relay is the loop that the sources of brokers share: one goroutine takes
// what another received, has it decoded, and emits the events.
package relay

import (
	"context"
	"errors"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
)

// Unusable is what is counted for a message of which nothing could be read.
const Unusable = "message that cannot be read"

// Run gives take everything that comes on in, and has n flush what it held back when
// that is due, until in is closed, take fails, or ctx is done. When it returns, n
// has been flushed for the last time. The error is that of take, the cause of ctx, or
// nil if in was closed. Everything happens in the caller's goroutine.
func Run[T any](ctx context.Context, in <-chan T, n decode.Normaliser, emit func(sonify.Event), take func(T) error) error {
	due := time.NewTimer(time.Hour)
	defer due.Stop()
	waits := false
	flush := func(now time.Time) {
		next := decode.Flush(n, now, emit)
		if waits = !next.IsZero(); waits {
			due.Reset(time.Until(next))
		} else {
			due.Stop()
		}
	}
	flush(time.Now())
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-due.C:
			flush(time.Now())
		case v, ok := <-in:
			if !ok {
				decode.Flush(n, time.Time{}, emit)
				return nil
			}
			if err := take(v); err != nil {
				decode.Flush(n, time.Time{}, emit)
				return err
			}
			if _, holds := n.(decode.Flusher); holds {
				flush(time.Now())
			}
		}
	}
}

// Normalise has n read one message. A message that cannot be read is counted and
// left; only an error for good is returned.
func Normalise(env *sonify.SourceEnv, n decode.Normaliser, m *decode.Message, emit func(sonify.Event)) error {
	err := n.Normalise(m, emit)
	if err == nil {
		return nil
	}
	var p *sonify.Permanent
	if errors.As(err, &p) {
		return err
	}
	env.Tally.Add(sonify.Skipped, Unusable, m.Line)
	return nil
}
