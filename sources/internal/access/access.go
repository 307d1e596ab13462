// Package access has the keys by which a piece says how it may enter: tokens, and
// headers and parameters of an address, secret or not.
package access

import (
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
)

// Keys are embedded in the configuration of a transport over HTTP.
type Keys struct {
	Token         string            `toml:"token" doc:"where a token is kept; it goes into the header Authorization: Bearer" default:"" example:"env:FEED_TOKEN"`
	Headers       map[string]string `toml:"headers" doc:"further headers of the request" example:"{ X-Client = \"proscenium\" }"`
	SecretHeaders map[string]string `toml:"secret_headers" doc:"headers, and where what they say is kept" example:"{ X-Api-Key = \"env:FEED_KEY\" }"`
	SecretQuery   map[string]string `toml:"secret_query" doc:"parameters of the address, and where what they say is kept" example:"{ apikey = \"env:FEED_KEY\" }"`
	Private       bool              `toml:"private" doc:"whether a name may lead to an address of the local network" default:"false"`
	secure.TLS
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// ours are headers that the transports see to themselves.
var ours = map[string]bool{"Host": true, "Connection": true, "Upgrade": true, "Content-Length": true, "Transfer-Encoding": true, "Last-Event-Id": true,
	"Sec-Websocket-Key": true, "Sec-Websocket-Version": true, "Sec-Websocket-Extensions": true, "Sec-Websocket-Protocol": true}

// Check adds the mistakes to ps; u is the address, nil if it is wrong.
func (k *Keys) Check(ps *sonify.Problems, u *url.URL) {
	secret.Check(ps, "token", k.Token)
	for _, of := range []struct {
		key    string
		m      map[string]string
		secret bool
	}{{"headers", k.Headers, false}, {"secret_headers", k.SecretHeaders, true}} {
		for _, name := range names(of.m) {
			canonical := http.CanonicalHeaderKey(name)
			switch {
			case !headerName.MatchString(name):
				ps.Add(of.key+"."+name, "", "%q is no name of a header", name)
			case ours[canonical]:
				ps.Add(of.key+"."+name, "", "the header %s is seen to by itself", name)
			case !of.secret && (canonical == "Authorization" || canonical == "Cookie" || canonical == "X-Api-Key"):
				ps.Add(of.key+"."+name, `write secret_headers = { `+name+` = "env:NAME" }`, "what this header says is a secret and does not stand in a piece")
			case of.secret:
				secret.Check(ps, of.key+"."+name, of.m[name])
			case strings.ContainsAny(of.m[name], "\r\n\x00"):
				ps.Add(of.key+"."+name, "", "a header is one line")
			}
		}
	}
	for _, name := range names(k.SecretQuery) {
		secret.Check(ps, "secret_query."+name, k.SecretQuery[name])
	}
	k.TLS.Check(ps, u != nil && (u.Scheme == "https" || u.Scheme == "wss"))
}

func names(m map[string]string) []string {
	all := make([]string, 0, len(m))
	for n := range m {
		all = append(all, n)
	}
	sort.Strings(all)
	return all
}

// Entry is what a request needs.
type Entry struct {
	URL     *url.URL
	Header  http.Header
	Policy  reach.Policy
	Secrets []string // that no error may hold
}

// Read reads the secrets, and returns what a request to u needs. Its errors are
// sonify.Permanent.
func (k *Keys) Read(env sonify.SourceEnv, u *url.URL) (Entry, error) {
	e := Entry{Header: make(http.Header), Policy: reach.Policy{Private: k.Private}}
	read := func(ref string) (string, error) {
		s, err := secret.Read(env, ref)
		if err == nil {
			e.Secrets = append(e.Secrets, s, url.QueryEscape(s))
		}
		return s, err
	}
	for n, v := range k.Headers {
		e.Header.Set(n, v)
	}
	for _, n := range names(k.SecretHeaders) {
		s, err := read(k.SecretHeaders[n])
		if err != nil {
			return e, err
		}
		e.Header.Set(n, s)
	}
	if k.Token != "" {
		s, err := read(k.Token)
		if err != nil {
			return e, err
		}
		e.Header.Set("Authorization", "Bearer "+s)
	}
	at := *u
	if len(k.SecretQuery) > 0 {
		q := at.Query()
		for _, n := range names(k.SecretQuery) {
			s, err := read(k.SecretQuery[n])
			if err != nil {
				return e, err
			}
			q.Set(n, s)
		}
		at.RawQuery = q.Encode()
	}
	e.URL = &at
	var err error
	e.Policy.TLS, err = k.TLS.Config(env)
	return e, err
}

// SampleTOML is the part of a sample that is about these keys.
const SampleTOML = `## Where a token is kept: "env:NAME", "file:PATH" or "cred:NAME". It goes into the
## header Authorization: Bearer.
# token = ""

## Further headers; headers and parameters of the address whose values are kept
## elsewhere: { X-Api-Key = "env:FEED_KEY" }.
# headers = {}
# secret_headers = {}
# secret_query = {}

## Whether a name may lead to an address of the local network; an address itself
## (192.168.1.7) and names such as sensor.local always may.
# private = false

## For servers that made their certificate themselves, or want one from us: files, PEM.
# ca = ""
# cert = ""
# cert_key = ""
`
