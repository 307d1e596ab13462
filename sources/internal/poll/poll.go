// Package poll asks a service again and again how things stand. It is polite: it
// asks no more often than it is told, or than the service wishes, says what it has
// already so that nothing need be sent twice, and says who asks.
package poll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
)

// Options say what is asked for.
type Options struct {
	// URL is asked for by GET. Every request may go to another one of the same host:
	// see Next.
	URL string
	// Header are further headers; Host, User-Agent and those of conditional requests
	// are seen to.
	Header map[string]string
	// Secrets are parts of URL and headers that no error may hold.
	Secrets []string
	// Every is the time from one answer to the next question; 0: a minute.
	Every time.Duration
	// Least is the shortest time that a hint of the service can bring it down to; 0:
	// Every.
	Least time.Duration
	// Hint returns the service's own pace, from an answer; 0: it says nothing. Of it and
	// the header X-Poll-Interval the longer counts.
	Hint func(h http.Header, body []byte) time.Duration
	// Next returns the address to ask next, from the answer: a page that follows, or the
	// same with what has been seen. "" is URL. It is asked for at once if more is true. It
	// must be of URL's host, else it is left out.
	Next func(h http.Header, body []byte) (address string, more bool)
	// Absent are statuses by which the service says that what is asked for is not there
	// yet, such as the file of a game that has not begun: it is asked for again, with
	// patience, and the link says so meanwhile. Of what was there once 404 always means
	// that.
	Absent []int
	// JSON means that an answer of another type cannot be what is wanted.
	JSON bool
	// MaxBytes bounds an answer; 0: 16 MiB.
	MaxBytes int64
	Policy   reach.Policy
}

// Poller asks one service. It remembers from one Run to the next what it has seen. Its
// Run is for one goroutine.
type Poller struct {
	o      Options
	url    *url.URL
	next   string
	etag   string
	since  string
	pace   time.Duration
	due    time.Time
	had    bool   // there was an answer
	media  string // the type of the last
	client *http.Client
}

const (
	usualPace = time.Minute
	usualMax  = 16 << 20
	longest   = time.Hour       // that a hint can slow it down to
	absent    = time.Minute     // how long what is not there is left alone, at least
	patience  = 2 * time.Minute // for one answer
	mostPages = 50              // that are asked for at once
)

// New returns a poller. The error is about the address, and holds nothing of it that
// is secret.
func New(o Options) (*Poller, error) {
	u, err := reach.Parse(o.URL, "https", "http")
	if err != nil {
		return nil, secret.Scrub(err, o.Secrets...)
	}
	if o.Every <= 0 {
		o.Every = usualPace
	}
	if o.Least <= 0 || o.Least > o.Every {
		o.Least = o.Every
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = usualMax
	}
	return &Poller{o: o, url: u, pace: o.Every}, nil
}

// Run asks until ctx is done or something is wrong, and gives n each answer that is
// new, with the time at which it came. An answer that n cannot use ends it, too: it will
// be no better a minute later. The error says so; a wish of the service to be left alone
// is a sonify.RetryAfter, what asking again cannot mend a sonify.Permanent.
func (p *Poller) Run(ctx context.Context, env sonify.SourceEnv, n decode.Normaliser, emit func(sonify.Event)) error {
	p.client = p.o.Policy.Client(p.url)
	defer p.client.CloseIdleConnections()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c := &checked{Normaliser: n}
	var watched decode.Normaliser = c
	if f, ok := n.(decode.Flusher); ok {
		watched = struct {
			decode.Normaliser
			decode.Flusher
		}{c, f}
	}
	pages := 0
	err := decode.Pull(ctx, env, watched, emit, func(m *decode.Message) error {
		for {
			if err := c.take(); err != nil {
				return err
			}
			if err := wait(ctx, time.Until(p.due)); err != nil {
				return err
			}
			body, more, err := p.ask(ctx, env)
			if err != nil {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				return secret.Scrub(err, p.o.Secrets...)
			}
			if pages++; !more || pages >= mostPages {
				p.due, pages = time.Now().Add(p.pace), 0
			}
			if body != nil {
				m.Body, m.Type, m.At = body, p.media, time.Now()
				return nil
			}
		}
	}, func() { stop(context.Canceled) })
	return err
}

// checked remembers the error of a normaliser, which Pull would only count.
type checked struct {
	decode.Normaliser
	err error
}

func (c *checked) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	c.err = c.Normaliser.Normalise(m, emit)
	return c.err
}

func (c *checked) take() error {
	err := c.err
	c.err = nil
	return err
}

// ask asks once. body is nil if nothing is new.
func (p *Poller) ask(ctx context.Context, env sonify.SourceEnv) (body []byte, more bool, err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	address := p.next
	if address == "" {
		address = p.o.URL
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, false, &sonify.Permanent{Err: errors.New("the address cannot be asked for")}
	}
	for k, v := range p.o.Header {
		req.Header.Set(k, v)
	}
	if p.next == "" {
		if p.etag != "" {
			req.Header.Set("If-None-Match", p.etag)
		}
		if p.since != "" {
			req.Header.Set("If-Modified-Since", p.since)
		}
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, false, reach.Error(err)
	}
	defer func() {
		io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
		resp.Body.Close()
	}()
	if slices.Contains(p.o.Absent, resp.StatusCode) || p.had && resp.StatusCode == http.StatusNotFound {
		env.Link.Down(fmt.Sprintf("the service answers %d: it is not there yet, or no more; it is asked for again every so often", resp.StatusCode))
		p.next = ""
		p.hint(resp.Header, nil)
		p.pace = max(p.pace, absent)
		return nil, false, nil
	}
	if err := reach.Status(resp, time.Now()); err != nil {
		return nil, false, err
	}
	p.had = true
	if resp.StatusCode == http.StatusNotModified {
		env.Link.Up()
		env.Link.Count(1, 0)
		p.hint(resp.Header, nil)
		return nil, false, nil
	}
	if err := p.kind(resp); err != nil {
		return nil, false, err
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, p.o.MaxBytes+1))
	if err != nil {
		return nil, false, fmt.Errorf("%s: the answer broke off: %w", reach.Redact(address), reach.Error(err))
	}
	if int64(len(body)) > p.o.MaxBytes {
		return nil, false, &sonify.Permanent{Err: fmt.Errorf("%s: the answer has more than %d MiB", reach.Redact(address), p.o.MaxBytes>>20)}
	}
	env.Link.Up()
	env.Link.Count(1, len(body))
	if p.next == "" {
		p.etag, p.since = resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
	}
	p.hint(resp.Header, body)
	if p.o.Next != nil {
		more = p.follow(env, resp.Header, body)
	}
	return body, more, nil
}

// kind takes the type of an answer, and refuses what cannot be one: the page of somebody
// who is in between.
func (p *Poller) kind(resp *http.Response) error {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	p.media = kind
	if kind == "text/html" || p.o.JSON && kind != "" && !strings.Contains(kind, "json") && kind != "text/plain" && kind != "text/javascript" && kind != "application/octet-stream" {
		return fmt.Errorf("%s: the answer is %q, which no data of a service is", reach.Redact(resp.Request.URL.String()), kind)
	}
	return nil
}

// hint takes the pace that the service asks for.
func (p *Poller) hint(h http.Header, body []byte) {
	p.pace = p.o.Every
	if p.o.Hint != nil {
		if d := p.o.Hint(h, body); d > 0 {
			p.pace = min(max(d, p.o.Least), longest)
		}
	}
	if d, err := time.ParseDuration(h.Get("X-Poll-Interval") + "s"); err == nil {
		p.pace = min(max(p.pace, d), longest)
	}
	if w, ok := reach.Wait(h, time.Now()); ok {
		p.pace = min(max(p.pace, w), longest)
	}
}

// follow takes the address that the answer leads to, if it is of the same host.
func (p *Poller) follow(env sonify.SourceEnv, h http.Header, body []byte) (more bool) {
	address, more := p.o.Next(h, body)
	p.next = ""
	if address == "" {
		return false
	}
	u, err := p.url.Parse(address)
	if err != nil || !p.o.Policy.Same(p.url, u) {
		env.Tally.Add(sonify.Skipped, "address in an answer that leads to another host", 0)
		return false
	}
	p.next = u.String()
	return more
}

// wait waits, or returns the cause of ctx.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
