package ws

import (
	"context"
	"errors"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
)

// Run connects and gives every message to n, until ctx is done or the connection
// breaks; emit is called in the caller's goroutine. Place, if it is not nil, finds in
// a message the place to go on from after it; it must not keep the message. What of a
// place becomes the next connection's address is the caller's business: it is in
// Options.URL already.
func Run(ctx context.Context, env sonify.SourceEnv, o Options, place func(body []byte) string, n decode.Normaliser, emit func(sonify.Event)) error {
	c, err := Dial(ctx, env, o)
	if err != nil {
		return err
	}
	defer c.Close()
	err = decode.Pull(ctx, env, n, emit, func(m *decode.Message) (err error) {
		if m.Body, err = c.Read(); err != nil {
			return err
		}
		if place != nil {
			m.Place = place(m.Body)
		}
		return nil
	}, c.hangUp)
	var p *sonify.Permanent
	var later *sonify.RetryAfter
	if errors.As(err, &p) || errors.As(err, &later) {
		return o.fail(err) // of the normaliser, which does not know its name
	}
	return err
}
