package hook

import (
	"context"
	"errors"
	"net/http"

	"proscenium/sonify"
	"proscenium/sources/internal/ask"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
)

// Asking is a Source of a service that signs nothing: what is delivered only says
// that something happened, and Fetch asks the service what, with a token of ours.
type Asking struct {
	Source
	Server string // where the service is asked
	Token  string // where the token is kept
	Scheme string // before the token in the header Authorization: "Bearer "
	Policy reach.Policy
	// Fetch returns what asks about deliveries.
	Fetch func(*ask.Service) func(ctx context.Context, m *decode.Message) error
}

// Run implements sonify.Source.
func (a *Asking) Run(ctx context.Context, emit func(sonify.Event)) error {
	if a.Recorded() {
		return a.Source.Run(ctx, emit)
	}
	token, err := secret.Read(a.Env, a.Token)
	if err != nil {
		return err
	}
	if token == "" {
		return &sonify.Permanent{Err: errors.New("there is no token to ask the service with")}
	}
	service, err := ask.New(a.Server, a.Policy, http.Header{"Authorization": {a.Scheme + token}}, token)
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	defer service.Close()
	run := a.Source
	run.Options.Fetch = a.Fetch(service)
	return run.Run(ctx, emit)
}

// Probe implements sonify.Prober.
func (a *Asking) Probe(ctx context.Context) (sonify.Prospect, error) {
	if !a.Recorded() && a.Token == "" {
		return sonify.Prospect{}, &sonify.Problem{Key: "token", Hint: `such as token = "env:TICKET_TOKEN"`, Msg: "deliveries say only that something happened: the service is asked what, with a token"}
	}
	return a.Source.Probe(ctx)
}
