package ask

import (
	"context"
	"errors"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
)

// Poll asks again and again, every so often, and gives n the answers until ctx is
// done or asking fails. A service that answers slowly is asked that much later.
func Poll(ctx context.Context, env sonify.SourceEnv, every time.Duration, fetch func(context.Context) ([]byte, error), n decode.Normaliser, emit func(sonify.Event)) error {
	for {
		body, err := fetch(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		env.Link.Up()
		env.Link.Count(1, len(body))
		now := time.Now()
		if err := n.Normalise(&decode.Message{Body: body, At: now}, emit); err != nil {
			var p *sonify.Permanent
			if errors.As(err, &p) {
				return err
			}
			env.Tally.Add(sonify.Skipped, "answer that tells nothing readable", 0)
		}
		for again := now.Add(every); ; {
			wake := again
			if due := decode.Flush(n, time.Now(), emit); !due.IsZero() && due.Before(wake) {
				wake = due
			}
			t := time.NewTimer(time.Until(wake))
			select {
			case <-ctx.Done():
				t.Stop()
				return context.Cause(ctx)
			case <-t.C:
			}
			if !time.Now().Before(again) {
				break
			}
		}
	}
}
