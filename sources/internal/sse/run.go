package sse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
)

// Options say where a stream is and how it is read.
type Options struct {
	Name   string   // of the source's kind, for its errors: "mastodon"
	URL    *url.URL // http or https
	Header http.Header
	Policy reach.Policy
	// Secrets are values in URL or Header that no error may hold.
	Secrets []string
	// Silence is how long nothing at all may come, not even a comment, before the
	// connection is taken for dead; 0: for ever.
	Silence time.Duration
	// Limit is how long an event may be, in bytes; 0: DefaultLimit.
	Limit int
	// Resume makes of the place that was kept what goes into Last-Event-ID; nil: as it
	// is.
	Resume func(place string) string
	// Place makes of an id the place to go on from; nil: the id itself.
	Place func(id string) string
	// Comment, if set, is given every comment: some services say in one that they are
	// there.
	Comment func(text []byte)
}

// steady is how long a stream must have lasted for its end to be a usual one; only a
// test changes it.
var steady = 10 * time.Second

// Run reads the stream and gives every event to n, until ctx is done or the
// connection breaks; emit is called in the caller's goroutine. A server that ends
// its answer properly after a while (many do so every quarter of an hour) is asked
// again at once, as the protocol wants it, from the last id on; that is no break.
func Run(ctx context.Context, env sonify.SourceEnv, o Options, n decode.Normaliser, emit func(sonify.Event)) error {
	client := o.Policy.Client(o.URL)
	defer client.CloseIdleConnections()
	if env.Place == nil {
		env.Place = new(sonify.Place)
	}
	for {
		began := time.Now()
		s := &stream{Options: o, env: env, n: n, emit: emit, client: client}
		err := s.run(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == errEnded && time.Since(began) >= steady:
			env.Link.Down("the server ended the stream, as it does from time to time")
			if !sleep(ctx, s.retry) {
				return context.Cause(ctx)
			}
			continue
		}
		err = secret.Scrub(reach.Error(err), o.Secrets...)
		err = fmt.Errorf("%s: %w", o.Name, err)
		var asked *sonify.RetryAfter
		if s.retry > 0 && !errors.As(err, &asked) {
			err = &sonify.RetryAfter{Err: err, Wait: s.retry}
		}
		return err
	}
}

// sleep waits, and reports whether it was left to.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// stream is one connection.
type stream struct {
	Options
	env    sonify.SourceEnv
	n      decode.Normaliser
	emit   func(sonify.Event)
	client *http.Client
	retry  time.Duration
}

// Refused is in the error about a server that answered with a status that is none of
// success.
type Refused struct {
	Status int
	Err    error
}

func (e *Refused) Error() string { return e.Err.Error() }
func (e *Refused) Unwrap() error { return e.Err }

// errEnded: the server ended its answer between two events.
var errEnded = errors.New("the server ended the stream")

func (s *stream) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL.String(), nil)
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	for k, v := range s.Header {
		req.Header[k] = v
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Cache-Control", "no-store")
	id := s.env.Place.Get()
	if s.Resume != nil && id != "" {
		id = s.Resume(id)
	}
	if sendable(id) {
		req.Header.Set("Last-Event-ID", id)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := reach.Status(resp, time.Now()); err != nil {
		return &Refused{resp.StatusCode, err}
	}
	if resp.StatusCode == http.StatusNoContent { // the standard's way to say: do not come back
		return &sonify.Permanent{Err: errors.New("the server says that there is nothing more (204)")}
	}
	if t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || t != "text/event-stream" {
		return fmt.Errorf("%s answers with %s, text/event-stream was expected", reach.Redact(s.URL.String()), kind(resp.Header.Get("Content-Type")))
	}
	s.env.Link.Up()

	body := &alive{r: resp.Body}
	if s.Silence > 0 {
		body.every = s.Silence
		body.timer = time.AfterFunc(s.Silence, func() {
			cancel(fmt.Errorf("silent for %v, taken for dead", s.Silence))
		})
		defer body.timer.Stop()
	}
	r := NewReader(body, s.Limit, id)
	r.Comment = s.Comment
	r.Note = func(what string, line int64) { s.env.Tally.Add(sonify.Skipped, what, line) }
	return decode.Pull(ctx, s.env, s.n, s.emit, func(m *decode.Message) error {
		f, err := r.Next()
		s.retry = r.Retry()
		switch {
		case err == io.EOF && r.Whole():
			return errEnded
		case err == io.EOF:
			s.env.Tally.Add(sonify.Skipped, "stream ended within an event", 0)
			return errors.New("the stream was cut within an event")
		case err != nil && ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		}
		s.env.Link.Count(1, len(f.Data))
		// An id says where the stream stands, and several events may have one: it is no
		// delivery's.
		m.Body, m.Topic, m.Place, m.Line = f.Data, f.Event, f.ID, f.Line
		if s.Place != nil {
			m.Place = s.Place(f.ID)
		}
		return nil
	}, func() { cancel(nil) })
}

// sendable reports whether an id fits into a header.
func sendable(id string) bool {
	return id != "" && !strings.ContainsFunc(id, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// kind is a content type for an error: what a server says is shown, but not at length.
func kind(header string) string {
	if header == "" {
		return "no content type"
	}
	if t, _, err := mime.ParseMediaType(header); err == nil {
		header = t
	}
	if len(header) > 60 || strings.ContainsFunc(header, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "an odd content type"
	}
	return header
}

// alive notes that something came. While the piece takes its time over an event
// nothing is read, and that is no silence of the server's.
type alive struct {
	r     io.Reader
	every time.Duration
	timer *time.Timer
}

func (a *alive) Read(p []byte) (int, error) {
	if a.timer != nil {
		a.timer.Reset(a.every)
	}
	n, err := a.r.Read(p)
	if a.timer != nil {
		a.timer.Stop()
	}
	return n, err
}
