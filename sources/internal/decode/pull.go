package decode

import (
	"context"
	"errors"
	"time"

	"proscenium/sonify"
)

// Pull gives n what read gets, message by message, until read fails; its error is
// returned. emit is called in the caller's goroutine. It sees to what every
// transport owes its normaliser: a message that cannot be used is counted and passed
// over, events that wait are flushed when it is time and at the end, and the place
// goes on with messages that make no event, too.
//
// read fills the message, whose body stays good until the next call; it may be called
// in another goroutine, but never twice at once. It returns soon after stop was
// called or ctx was done.
func Pull(ctx context.Context, env sonify.SourceEnv, n Normaliser, emit func(sonify.Event), read func(*Message) error, stop func()) error {
	f, waits := n.(Flusher)
	if !waits {
		var m Message
		for {
			m = Message{}
			if err := read(&m); err != nil {
				return err
			}
			if err := pass(env, n, &m, emit); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
	}
	// A message goes over and its receiver says when the next may be read: at any time
	// one of the two goroutines has it.
	var m Message
	came, taken := make(chan error), make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			m = Message{}
			err := read(&m)
			came <- err
			if err != nil {
				return
			}
			if _, more := <-taken; !more {
				return
			}
		}
	}()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	due := time.Time{}
	schedule := func(next time.Time) {
		due = next
		if !next.IsZero() {
			timer.Reset(max(time.Until(next), 0))
		}
	}
	for {
		select {
		case err := <-came:
			if err == nil {
				err = pass(env, n, &m, emit)
			} else {
				taken = nil // the goroutine is over
			}
			if err == nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err != nil {
				if taken != nil {
					close(taken)
				}
				<-done
				if ctx.Err() == nil {
					f.Flush(time.Time{}, emit)
				}
				return err
			}
			schedule(f.Flush(time.Now(), emit))
			taken <- struct{}{}
		case <-timer.C:
			if !due.IsZero() {
				schedule(f.Flush(time.Now(), emit))
			}
		case <-ctx.Done():
			stop()
			err := <-came
			if err == nil {
				close(taken)
			}
			<-done
			return context.Cause(ctx)
		}
	}
}

// pass gives n one message. Its error ends the stream.
func pass(env sonify.SourceEnv, n Normaliser, m *Message, emit func(sonify.Event)) error {
	if err := n.Normalise(m, emit); err != nil {
		var p *sonify.Permanent
		var later *sonify.RetryAfter
		if errors.As(err, &p) || errors.As(err, &later) {
			return err
		}
		env.Tally.Add(sonify.Skipped, Unusable, m.Line)
	}
	if m.Place != "" {
		env.Place.Set(m.Place)
	}
	return nil
}

// Unusable is what is counted when a whole message could not be used.
const Unusable = "message that could not be read"
