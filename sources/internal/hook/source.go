package hook

import (
	"context"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/replay"
)

// Source is a source with an address of its own, or one that plays a recording of
// what came there. It implements sonify.Source, Prober and Recording.
type Source struct {
	Env     sonify.SourceEnv
	Options Options
	Path    string // of a recording; "": it listens
	// New makes the normaliser of one run.
	New func(env sonify.SourceEnv) (decode.Normaliser, error)
}

// Recorded implements sonify.Recording.
func (s *Source) Recorded() bool { return s.Path != "" }

// Run implements sonify.Source.
func (s *Source) Run(ctx context.Context, emit func(sonify.Event)) error {
	env := s.Env
	if s.Recorded() {
		env.Place = nil // every run is the whole recording
	}
	n, err := s.New(env)
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	if s.Recorded() {
		return replay.Run(ctx, env, s.Path, n, emit)
	}
	return Run(ctx, env, s.Options, n, emit)
}

// Probe implements sonify.Prober.
func (s *Source) Probe(context.Context) (sonify.Prospect, error) {
	env := s.Env
	env.Place, env.Tally = nil, new(sonify.Tally)
	n, err := s.New(env)
	if err != nil {
		return sonify.Prospect{}, err
	}
	if s.Recorded() {
		return replay.Probe(env, s.Path, n)
	}
	if !s.Options.Scheme.Open() && s.Options.Secret == "" {
		return sonify.Prospect{}, &sonify.Problem{Key: "secret", Hint: `such as secret = "env:HOOK_SECRET"`, Msg: "without it nobody knows who sent a delivery"}
	}
	return n.Prospect(), nil
}
