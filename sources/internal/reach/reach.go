// Package reach is how sources reach out: HTTP clients and dialers that go where
// the piece says and nowhere else. A server's answer cannot send them on to another
// host, a name cannot lead them into the private network, and what is said of a
// connection never holds the query, the user or the password of its address.
package reach

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"proscenium/sonify"
)

// Policy says where a source may go. The zero value is the usual one.
type Policy struct {
	// Private lets names lead to private addresses (this machine, the local network).
	// Without it they may only if the configured URL itself says so: by a literal
	// address, or as "localhost" or a name under ".local", ".home.arpa", ".internal"
	// or ".lan", or without any dot, which no public name is.
	Private bool
	// Hosts are further hosts to which the configured one may redirect:
	// "raw.example.org", without a port.
	Hosts []string
	// Agent is the User-Agent; Agent() if it is empty.
	Agent string
	// TLS is for tests and for servers with a certificate of their own; nil: the
	// system's roots.
	TLS *tls.Config
	// Dial is how long a connection may take to come about; default 10 s.
	Dial time.Duration
	// Header is how long the answer's header may take; default 30 s. There is no
	// limit for the body: streams have none. The context is there for it.
	Header time.Duration
}

// Agent is what the program calls itself when it asks politely.
const Agent = "proscenium (music from live data)"

// ErrPrivate is in the error about an address that must not be dialled.
var ErrPrivate = errors.New("a private address, which must be asked for: private = true")

// maxRedirects is how often an answer may send us on.
const maxRedirects = 5

// Client returns an HTTP client for the configured URL. It follows redirects only
// to the same host (or Hosts) and never from https to http, sends credentials to no
// other, uses the environment's proxy if there is one, and keeps few connections.
// Close its idle connections when the source ends.
func (p Policy) Client(configured *url.URL) *http.Client {
	dial := p.Dialer(configured)
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial,
		TLSClientConfig:        p.TLS.Clone(),
		TLSHandshakeTimeout:    p.dialTime(),
		ResponseHeaderTimeout:  p.headerTime(),
		MaxResponseHeaderBytes: 256 << 10,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	agent := p.Agent
	if agent == "" {
		agent = Agent
	}
	return &http.Client{
		Transport: &polite{t, agent},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return &sonify.Permanent{Err: fmt.Errorf("more than %d redirects", maxRedirects)}
			}
			return p.redirect(configured, req.URL)
		},
	}
}

// polite says who asks.
type polite struct {
	*http.Transport
	agent string
}

func (p *polite) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("User-Agent") == "" {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", p.agent)
	}
	return p.Transport.RoundTrip(req)
}

// redirect reports why the way to a URL is not followed.
func (p Policy) redirect(from, to *url.URL) error {
	if from.Scheme == "https" && to.Scheme != "https" || to.Scheme != "http" && to.Scheme != "https" {
		return &sonify.Permanent{Err: fmt.Errorf("%s redirects to %s: from https only https is followed", Redact(from.String()), Redact(to.String()))}
	}
	if !p.Same(from, to) {
		return &sonify.Permanent{Err: fmt.Errorf("%s redirects to another host, %s: if that is right, write its address into the piece", Redact(from.String()), to.Hostname())}
	}
	return nil
}

// Same reports whether to may be asked by a source that is configured for from: the
// same host and port, or one of Hosts. It is for addresses that come in answers.
func (p Policy) Same(from, to *url.URL) bool {
	if to.User != nil {
		return false
	}
	host := strings.ToLower(to.Hostname())
	if host == strings.ToLower(from.Hostname()) && (port(to) == port(from) || secureOf(from, to)) {
		return true
	}
	for _, h := range p.Hosts {
		if host == strings.ToLower(h) && port(to) == port(&url.URL{Scheme: to.Scheme}) {
			return true
		}
	}
	return false
}

// secureOf reports whether to is from's host by https, each on its usual port.
func secureOf(from, to *url.URL) bool {
	return from.Scheme == "http" && to.Scheme == "https" && port(from) == "80" && port(to) == "443"
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	switch u.Scheme {
	case "https", "wss":
		return "443"
	case "http", "ws":
		return "80"
	}
	return ""
}

// Dialer returns a dialer for the configured URL, for protocols other than HTTP. It
// looks at each address after the name was looked up, at the moment at which it is
// dialled, so a name that changes in between leads nowhere else.
func (p Policy) Dialer(configured *url.URL) func(ctx context.Context, network, addr string) (net.Conn, error) {
	private := p.Private || Private(configured.Hostname())
	d := &net.Dialer{
		Timeout:   p.dialTime(),
		KeepAlive: 30 * time.Second,
	}
	if !private {
		d.ControlContext = func(_ context.Context, network, address string, _ syscall.RawConn) error {
			if !strings.HasPrefix(network, "tcp") && !strings.HasPrefix(network, "udp") {
				return &sonify.Permanent{Err: fmt.Errorf("a %s address: %w", network, ErrPrivate)}
			}
			a, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("address %q cannot be read", address)
			}
			if !Public(a.Addr()) {
				return &sonify.Permanent{Err: fmt.Errorf("%s leads to %s: %w", configured.Hostname(), a.Addr(), ErrPrivate)}
			}
			return nil
		}
	}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if private || proxied(configured) {
			return (&net.Dialer{Timeout: d.Timeout, KeepAlive: d.KeepAlive}).DialContext(ctx, network, addr)
		}
		return d.DialContext(ctx, network, addr)
	}
}

// proxied reports whether the environment sends requests to u through a proxy, whose
// own address may well be private; it then decides where they go.
func proxied(u *url.URL) bool {
	if u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	p, err := http.ProxyFromEnvironment(&http.Request{URL: u})
	return err == nil && p != nil
}

func (p Policy) dialTime() time.Duration {
	if p.Dial > 0 {
		return p.Dial
	}
	return 10 * time.Second
}

func (p Policy) headerTime() time.Duration {
	if p.Header > 0 {
		return p.Header
	}
	return 30 * time.Second
}

// Private reports whether a host, as a person wrote it, asks for a private address
// in so many words.
func Private(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return !Public(a)
	}
	if host == "" || !strings.Contains(host, ".") {
		return host != ""
	}
	for _, s := range []string{".localhost", ".local", ".home.arpa", ".internal", ".lan"} {
		if strings.HasSuffix(host, s) {
			return true
		}
	}
	return false
}

// special are the networks that are not the public one, beside those that package
// netip knows: RFC 6890 and its successors, by the registries of IANA.
var special = func() []netip.Prefix {
	var all []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

// Public reports whether a is an address of the public network.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// Parse reads an address that a piece says. Schemes are those that the source
// understands. What is wrong is said without repeating a user, password or query.
func Parse(text string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, errors.New("this is no address")
	}
	known := false
	for _, s := range schemes {
		known = known || u.Scheme == s
	}
	switch {
	case !known:
		return nil, fmt.Errorf("the address begins with %q, expected %s", u.Scheme+"://", strings.Join(schemes, ":// or ")+"://")
	case u.Hostname() == "":
		return nil, errors.New("the address names no host")
	}
	if _, set := u.User.Password(); set {
		return nil, errors.New("the address holds a password: name where it is kept instead")
	}
	return u, nil
}

// Redact returns an address as it may be shown: scheme, host and path, without
// user, password, query and fragment. Of what is no address nothing is shown.
func Redact(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" {
		return "[address]"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// Error returns err without the address that package net/http puts into its errors,
// and with nothing of its query. What err is it stays.
func Error(err error) error {
	var u *url.Error
	if !errors.As(err, &u) {
		return err
	}
	return fmt.Errorf("%s: %w", Redact(u.URL), u.Err)
}

// longestWait bounds what a service may ask for.
const longestWait = 24 * time.Hour

// Wait returns how long a service wants not to be asked, by Retry-After (seconds or
// a date) or one of the headers that say when a limit is lifted (RateLimit-Reset,
// X-RateLimit-Reset, Rate-Limit-Reset; the latter three only once nothing remains).
// ok is false if it says nothing. It is a day at most.
func Wait(h http.Header, now time.Time) (d time.Duration, ok bool) {
	if d, ok := moment(h.Get("Retry-After"), now, false); ok {
		return d, true
	}
	for _, p := range []struct{ left, reset string }{
		{"RateLimit-Remaining", "RateLimit-Reset"},
		{"X-RateLimit-Remaining", "X-RateLimit-Reset"},
		{"Rate-Limit-Available", "Rate-Limit-Reset"},
	} {
		if h.Get(p.left) == "0" {
			if d, ok := moment(h.Get(p.reset), now, true); ok {
				return d, true
			}
		}
	}
	return 0, false
}

// moment reads seconds, a date of HTTP, or, if reset, a Unix time in seconds or
// milliseconds.
func moment(text string, now time.Time, reset bool) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, false
	}
	var d time.Duration
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		switch {
		case n != n || n < 0:
			return 0, false
		case reset && n > 1e11:
			d = time.UnixMilli(int64(min(n, 1e15))).Sub(now)
		case reset && n > 1e8:
			d = time.Unix(int64(n), 0).Sub(now)
		default:
			d = time.Duration(min(n, longestWait.Seconds()) * float64(time.Second))
		}
	} else if t, err := http.ParseTime(text); err == nil {
		d = t.Sub(now)
	} else {
		return 0, false
	}
	return min(max(d, 0), longestWait), true
}

// Status returns the error that an answer's status means, nil for 2xx and 304: a
// sonify.Permanent for what asking again cannot mend, a sonify.RetryAfter where the
// service says how long to wait. Of the answer only the status is repeated.
func Status(r *http.Response, now time.Time) error {
	if r.StatusCode >= 200 && r.StatusCode < 300 || r.StatusCode == http.StatusNotModified {
		return nil
	}
	what := ""
	if r.Request != nil && r.Request.URL != nil {
		what = Redact(r.Request.URL.String()) + " "
	}
	err := fmt.Errorf("%sanswers %d %s", what, r.StatusCode, http.StatusText(r.StatusCode))
	d, said := Wait(r.Header, now)
	switch {
	case said && (r.StatusCode == http.StatusTooManyRequests || r.StatusCode == http.StatusForbidden || r.StatusCode >= 500):
		return &sonify.RetryAfter{Err: err, Wait: d}
	case r.StatusCode == http.StatusTooManyRequests:
		return &sonify.RetryAfter{Err: err, Wait: time.Minute}
	case r.StatusCode == http.StatusRequestTimeout || r.StatusCode == http.StatusTooEarly || r.StatusCode == http.StatusConflict || r.StatusCode >= 500:
		return err
	}
	return &sonify.Permanent{Err: err}
}
