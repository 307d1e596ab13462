// Package polled is what recipes of services that are polled share: they ask, or play a
// recording.
package polled

import (
	"context"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/poll"
	"proscenium/sources/internal/replay"
)

// Source is a recipe at work.
type Source struct {
	Env  sonify.SourceEnv
	Path string // of a recording; "": the service is asked
	// New returns a normaliser. whole: of what is over when it is met everything is to be
	// told, as a recording wants it.
	New func(whole bool) decode.Normaliser
	// Poller returns what asks the service. It is called once, when the source first
	// runs: secrets are read then.
	Poller func() (*poll.Poller, error)
	// Lacks says what the service cannot be asked without, by key: nil if nothing is
	// missing. A recording needs nothing.
	Lacks sonify.Problems

	poller *poll.Poller
	live   decode.Normaliser
}

// Run implements [sonify.Source]. What was told before an error is not told again after
// it.
func (s *Source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if s.Path != "" {
		return replay.Run(ctx, s.Env, s.Path, s.New(true), func(ev sonify.Event) {
			if ev.Source == "" {
				ev.Source = s.Env.Name
			}
			emit(ev)
		})
	}
	if err := s.Lacks.Err(); err != nil {
		return &sonify.Permanent{Err: err}
	}
	if s.poller == nil {
		p, err := s.Poller()
		if err != nil {
			return err
		}
		s.poller, s.live = p, s.New(false)
	}
	return s.poller.Run(ctx, s.Env, s.live, emit)
}

// Probe implements [sonify.Prober]. It looks at the recording if there is one, and
// never asks the service.
func (s *Source) Probe(context.Context) (sonify.Prospect, error) {
	if s.Path != "" {
		return replay.Probe(s.Env, s.Path, s.New(true))
	}
	return s.New(false).Prospect(), s.Lacks.Err()
}

var _ sonify.Prober = (*Source)(nil)
