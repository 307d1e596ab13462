package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
)

// Station is where a station is.
type Station struct {
	Name string
	// Base is the address of the server, without a slash at its end; the station's
	// things are below Base/s/Name. Its scheme is http or https.
	Base url.URL
}

// String returns the address of the station's page, or of its server if the name is
// missing. It has no password in it.
func (s *Station) String() string {
	if s.Name == "" {
		return s.Base.Redacted()
	}
	return s.at("").Redacted()
}

// at returns the address of something of the station's.
func (s *Station) at(what string) *url.URL {
	u := s.Base
	u.Path += "/s/" + s.Name + what
	return &u
}

// ErrUnreachable is what [Find] returns, wrapped, when nobody answers at an address
// that may well be right: a network that is not up yet, a server that is not.
var ErrUnreachable = errors.New("nobody answers")

// maxList bounds what a server may answer when it is asked for its stations.
const maxList = 1 << 20

// Parse reads an address as people have it: of a station's page, of its stream or list,
// of its WebSocket, or of a server, with or without a scheme. The name of the station
// is empty if the address has none.
func Parse(address string) (*Station, error) {
	text := strings.TrimSpace(address)
	if text == "" {
		return nil, errors.New("the address is empty")
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return nil, fmt.Errorf("that is no address: %w", err)
	}
	switch u.Scheme {
	case "http", "https":
	case "ws", "wss":
		u.Scheme = "http" + strings.TrimPrefix(u.Scheme, "ws")
	default:
		return nil, fmt.Errorf("%s:// is not understood, expected http, https, ws or wss", u.Scheme)
	}
	if u.Hostname() == "" {
		return nil, errors.New("the address names no machine")
	}
	if text := u.Port(); text != "" {
		if port, err := strconv.Atoi(text); err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("there is no port %s, expected 1 to 65535", text)
		}
	}
	s := &Station{Base: url.URL{Scheme: u.Scheme, Host: u.Host, User: u.User}}
	path := strings.TrimSuffix(u.Path, "/")
	if before, after, ok := cutLast(path, "/s/"); ok && after != "" {
		s.Base.Path = before
		s.Name, _, _ = strings.Cut(after, "/")
		return s, nil
	}
	s.Base.Path = strings.TrimSuffix(strings.TrimSuffix(path, "/api/stations"), "/s")
	return s, nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Find asks the server at an address that [Parse] reads for the station there. A
// server with one station needs no name. The error says what is there instead.
func Find(ctx context.Context, address string) (*Station, error) {
	s, err := Parse(address)
	if err != nil {
		return nil, err
	}
	return s, s.find(ctx)
}

// find completes s by what its server says.
func (s *Station) find(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	u := s.Base
	u.Path += "/api/stations"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	// One question, and the connection is closed.
	resp, err := (&http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return fmt.Errorf("%w at %s: %w", ErrUnreachable, u.Host, plain(err))
	}
	defer resp.Body.Close()
	const instead = "expected a server of Proscenium, as at http://127.0.0.1:8080, or a station of it, as at http://127.0.0.1:8080/s/demo"
	switch {
	case resp.StatusCode == http.StatusMisdirectedRequest:
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		return fmt.Errorf("%s: %s", u.Host, strings.TrimSpace(string(text)))
	case resp.StatusCode >= 500:
		return fmt.Errorf("%w at %s: the server says %q", ErrUnreachable, u.Host, resp.Status)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("there are no stations at %s (the server says %q); %s", s.Base.Redacted(), resp.Status, instead)
	}
	var list []struct {
		Name string `json:"name"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxList)).Decode(&list); err != nil {
		return fmt.Errorf("there are no stations at %s (the server answers something else); %s", s.Base.Redacted(), instead)
	}
	// It may have led us elsewhere: to https.
	to := resp.Request.URL
	s.Base = url.URL{Scheme: to.Scheme, Host: to.Host, User: s.Base.User, Path: strings.TrimSuffix(to.Path, "/api/stations")}
	var names []string
	for _, x := range list {
		if x.Name == s.Name {
			return nil
		}
		names = append(names, x.Name)
	}
	switch {
	case len(names) == 0:
		return fmt.Errorf("the server at %s has no station on the air", u.Host)
	case s.Name == "" && len(names) == 1:
		s.Name = names[0]
		return nil
	case s.Name == "":
		first := Station{Name: names[0], Base: s.Base}
		return fmt.Errorf("there are the stations %s: name one, as in %s", strings.Join(names, ", "), first.String())
	}
	return fmt.Errorf("there is no station %q at %s%s", s.Name, s.Base.Redacted(), hint(sonify.DidYouMean(s.Name, names)))
}

// hint puts the nearest right thing behind what is wrong.
func hint(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// plain says in short why nobody was reached, without the address.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("there is no machine of that name (%s)", dns.Err)
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("it takes too long")
	case errors.As(err, &op):
		return op.Err
	}
	return err
}
