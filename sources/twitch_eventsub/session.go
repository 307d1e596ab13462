package twitcheventsub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/object"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/ws"
)

const (
	// keepalive is how often the service is asked to say that it is there.
	keepalive = 20 * time.Second
	// patience is for how many times as long nothing may come.
	patience = 2
	// drain is how long an old connection is heard after a new one is there.
	drain = 250 * time.Millisecond
)

// session is one stay with the service, over one connection or, where it asks for
// that, several.
type session struct {
	*source
	id, token string
	client    *http.Client
	conn      *ws.Conn
	left      [][]byte        // messages that came over a connection before this one
	alive     map[string]bool // subscriptions that are, by type
}

func (s *session) options(u *url.URL) ws.Options {
	return ws.Options{Name: name, URL: u, Silence: patience * keepalive, NoPings: true, Secrets: []string{s.id, s.token}, Limit: 1 << 20}
}

// run connects, subscribes and hears notifications.
func (s *session) run(ctx context.Context, emit func(sonify.Event)) (err error) {
	u := *s.url
	q := u.Query()
	q.Set("keepalive_timeout_seconds", strconv.Itoa(int(keepalive.Seconds())))
	u.RawQuery = q.Encode()
	if s.conn, err = ws.Dial(ctx, s.env, s.options(&u)); err != nil {
		return err
	}
	defer func() { s.conn.Close() }() // whichever it is then
	welcome, err := s.welcome(s.conn)
	if err != nil {
		return err
	}
	if err := s.subscribe(ctx, welcome.Get("payload.session.id").Str); err != nil {
		return err
	}
	return decode.Pull(ctx, s.env, s.n, emit, func(m *decode.Message) error { return s.next(ctx, m) }, func() {})
}

// welcome reads the first message, which says what the session is called and how
// often something will come.
func (s *session) welcome(c *ws.Conn) (gjson.Result, error) {
	body, err := c.Read()
	if err != nil {
		return gjson.Result{}, err
	}
	root, err := object.Parse(body)
	if err != nil || root.Get("metadata.message_type").Str != "session_welcome" || root.Get("payload.session.id").Str == "" {
		return gjson.Result{}, errors.New("the service does not welcome us as it should")
	}
	if every := root.Get("payload.session.keepalive_timeout_seconds").Num; every > 0 && every <= 600 {
		c.SetSilence(patience * time.Duration(every) * time.Second)
	}
	return root, nil
}

// next reads messages until there is a notification. What is about the session it
// sees to itself.
func (s *session) next(ctx context.Context, m *decode.Message) error {
	for {
		body, err := s.read()
		if err != nil {
			return err
		}
		if !gjson.ValidBytes(body) {
			m.Body = body // that it is unusable the normaliser says
			return nil
		}
		switch gjson.GetBytes(body, "metadata.message_type").Str {
		case "notification":
			m.Body = body
			return nil
		case "session_keepalive":
		case "session_reconnect":
			if err := s.move(ctx, gjson.GetBytes(body, "payload.session.reconnect_url").Str); err != nil {
				return err
			}
		case "revocation":
			kind, why := gjson.GetBytes(body, "payload.subscription.type").Str, gjson.GetBytes(body, "payload.subscription.status").Str
			delete(s.alive, kind)
			s.env.Tally.Add(sonify.Skipped, "subscription that the service took back", 0)
			if len(s.alive) == 0 {
				return &sonify.Permanent{Err: fmt.Errorf("the service took back the last subscription, %.60q: %.60q", kind, why)}
			}
		default:
			s.env.Tally.Add(sonify.Skipped, "message of an unknown type", 0)
		}
	}
}

// move goes on over another connection, whose address the service says. Only the host
// that the piece named is believed, and hosts below it, as the service has one for each of
// its cells: everything goes on there by itself, so whoever could name another one would
// hear it. The old connection holds until the new one is there.
func (s *session) move(ctx context.Context, to string) error {
	u, err := url.Parse(to)
	if err != nil || !its(s.url, u) {
		return errors.New("the service sends us to an address that is not its own")
	}
	c, err := ws.Dial(ctx, s.env, s.options(u))
	if err != nil {
		return err
	}
	if _, err := s.welcome(c); err != nil {
		c.Close()
		return err
	}
	old := s.conn
	s.conn = c
	old.SetSilence(drain)
	for len(s.left) < 1000 {
		body, err := old.Read()
		if err != nil {
			break // it is closed, or nothing more came
		}
		if gjson.GetBytes(body, "metadata.message_type").Str == "notification" {
			s.left = append(s.left, bytes.Clone(body))
		}
	}
	old.Close()
	return nil
}

// its reports whether to is an address of the service that is known at from: the same host,
// or one below it, reached in the same way.
func its(from, to *url.URL) bool {
	if to.Scheme != from.Scheme || to.User != nil {
		return false
	}
	if (reach.Policy{}).Same(from, to) {
		return true
	}
	return to.Port() == from.Port() && strings.HasSuffix(strings.ToLower(to.Hostname()), "."+strings.ToLower(from.Hostname()))
}

// read returns the next message, first those that came over the connection before.
func (s *session) read() ([]byte, error) {
	if len(s.left) > 0 {
		body := s.left[0]
		s.left = s.left[1:]
		return body, nil
	}
	return s.conn.Read()
}

// subscription is what the service is asked to tell, and by which connection.
type subscription struct {
	Condition map[string]string `json:"condition"`
	Transport transport         `json:"transport"`
	Type      string            `json:"type"`
	Version   string            `json:"version"`
}

type transport struct {
	Method  string `json:"method"`
	Session string `json:"session_id"`
}

// api asks the service's API, and returns what it says.
func (s *session) api(ctx context.Context, method, path string, query url.Values, body any) (gjson.Result, int, error) {
	at := s.apiURL.JoinPath(path)
	at.RawQuery = query.Encode()
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			return gjson.Result{}, 0, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader(b))
	if err != nil {
		return gjson.Result{}, 0, &sonify.Permanent{Err: err}
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Client-Id", s.id)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return gjson.Result{}, 0, err
	}
	defer resp.Body.Close()
	if err := reach.Status(resp, time.Now()); err != nil {
		return gjson.Result{}, resp.StatusCode, err
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return gjson.Result{}, resp.StatusCode, err
	}
	root, err := object.Parse(text)
	return root, resp.StatusCode, err
}

// user returns the number of an account, of the token's own if login is "".
func (s *session) user(ctx context.Context, login string) (string, error) {
	q := url.Values{}
	if login != "" {
		q.Set("login", login)
	}
	root, _, err := s.api(ctx, http.MethodGet, "users", q, nil)
	if err != nil {
		return "", err
	}
	id := root.Get("data.0.id").Str
	if id == "" {
		return "", &sonify.Permanent{Err: fmt.Errorf("there is no channel %q", login)}
	}
	return id, nil
}

// subscribe asks for the notifications. Those that the token has no right to are
// counted; if it has none, that is an error.
func (s *session) subscribe(ctx context.Context, session string) error {
	whose, err := s.user(ctx, s.c.Channel)
	if err != nil {
		return err
	}
	me, err := s.user(ctx, "")
	if err != nil {
		return err
	}
	s.alive = make(map[string]bool)
	var refused error
	for _, kind := range s.c.Events {
		about := kinds[kind]
		condition := map[string]string{about.whose: whose}
		if about.me != "" {
			condition[about.me] = me
		}
		wanted := subscription{condition, transport{"websocket", session}, kind, about.version}
		_, code, err := s.api(ctx, http.MethodPost, "eventsub/subscriptions", nil, wanted)
		switch {
		case err == nil || code == http.StatusConflict: // it is there already
			s.alive[kind] = true
		case code == http.StatusForbidden || code == http.StatusBadRequest:
			refused = fmt.Errorf("%s: %w", kind, err)
			s.env.Tally.Add(sonify.Absent, "right of the token: "+kind, 0)
		default:
			return err
		}
	}
	if len(s.alive) == 0 {
		return refused
	}
	for _, kind := range s.c.Events { // what is refused the chat has to tell
		s.n.direct[kind] = s.alive[kind]
	}
	return nil
}

// fail names the source in an error, and takes what is secret out of it.
func (s *session) fail(err error) error {
	if strings.HasPrefix(err.Error(), name+": ") { // of the connection, which did so itself
		return err
	}
	return fmt.Errorf("%s: %w", name, secret.Scrub(reach.Error(err), s.id, s.token))
}
