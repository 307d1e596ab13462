// Package ask gets single things from one service by HTTP: what a delivery only
// hints at, a page of a list. It goes to the host that it was made for and to no
// other, whatever an answer or a delivery says.
package ask

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"

	"github.com/tidwall/gjson"
)

// Service is one host. It may be used by several goroutines.
type Service struct {
	base    *url.URL
	client  *http.Client
	header  http.Header
	secrets []string
}

// New returns the service at base, which is asked with the given headers. secrets
// are what errors must not repeat.
func New(base string, p reach.Policy, header http.Header, secrets ...string) (*Service, error) {
	u, err := reach.Parse(base, "https", "http")
	if err != nil {
		return nil, err
	}
	return &Service{base: u, client: p.Client(u), header: header, secrets: secrets}, nil
}

// Close lets go of idle connections.
func (s *Service) Close() { s.client.CloseIdleConnections() }

const (
	// maxAnswer bounds an answer, in bytes.
	maxAnswer = 8 << 20
	// patience is how long one question may take.
	patience = 30 * time.Second
	// tries is how often a question is asked that the service could not answer just
	// now; between them it says how long to wait, or it is doubled.
	tries    = 4
	longWait = time.Minute
)

// ErrGone says that the service does not have what it was asked for.
var ErrGone = errors.New("the service does not have it")

// Get asks for a path below the base, whose parts the caller has made sure of. The
// answer is valid JSON. An error is a sonify.Permanent if asking again cannot help
// with anything (the token is wrong), ErrGone if it is about this path only.
func (s *Service) Get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	u := s.base.JoinPath(path)
	if strings.HasSuffix(path, "/") && !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	u.RawQuery = query.Encode()
	wait := time.Second
	for try := 1; ; try++ {
		body, err := s.once(ctx, u)
		if err == nil || ctx.Err() != nil {
			return body, err
		}
		err = secret.Scrub(err, s.secrets...)
		var p *sonify.Permanent
		if errors.Is(err, ErrGone) || errors.As(err, &p) || try == tries {
			return nil, err
		}
		pause := time.Duration(float64(wait) * (0.75 + rand.Float64()/2))
		var r *sonify.RetryAfter
		if errors.As(err, &r) {
			if r.Wait > longWait {
				return nil, err
			}
			pause = max(pause, r.Wait)
		}
		wait *= 2
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return nil, context.Cause(ctx)
		}
	}
}

func (s *Service) once(ctx context.Context, u *url.URL) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: a request that cannot be made", reach.Redact(u.String()))
	}
	for k, v := range s.header {
		req.Header[k] = v
	}
	return s.do(req)
}

// Post sends a form, once.
func (s *Service) Post(ctx context.Context, path string, form url.Values) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base.JoinPath(path).String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	body, err := s.do(req)
	return body, secret.Scrub(err, s.secrets...)
}

func (s *Service) do(req *http.Request) ([]byte, error) {
	where := reach.Redact(req.URL.String())
	req.Header.Set("Accept", "application/json")
	r, err := s.client.Do(req)
	if err != nil {
		return nil, reach.Error(err)
	}
	defer r.Body.Close()
	if r.StatusCode == http.StatusNotFound || r.StatusCode == http.StatusGone {
		return nil, fmt.Errorf("%s: %w", where, ErrGone)
	}
	if err := reach.Status(r, time.Now()); err != nil {
		return nil, err
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" && !strings.HasSuffix(t, "+json") {
		return nil, fmt.Errorf("%s answers with %.40q, expected JSON", where, r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("%s: the answer broke off", where)
	}
	if len(body) > maxAnswer {
		return nil, fmt.Errorf("%s answers with more than %d MiB", where, maxAnswer>>20)
	}
	if !gjson.ValidBytes(body) {
		return nil, fmt.Errorf("%s answers with what is no JSON", where)
	}
	return body, nil
}
