// Package nats is the source that listens to a server of NATS, to what is sent now or,
// with JetStream, to what a stream keeps. README.md tells what becomes of what.
package nats

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/relay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/topic"
)

//go:embed sample.toml
var sample string

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "nats",
		Doc:    "messages of a NATS server, as they are sent or from a stream of JetStream",
		Group:  "transports",
		Sample: sample + secure.SampleTOML() + "\n" + decode.SampleTOML(),
		Live:   true,
		Config: func() any {
			return &Config{Servers: []string{"nats://localhost"}, Begin: "new", Config: decode.Defaults()}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("nats: configuration is a %T, a *nats.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env      sonify.SourceEnv
	c        Config
	subjects []*topic.Pattern
	decoder  *decode.Decoder
	parts    []string
	labels   map[string]*known
	asked    place           // of a stream: where the next run begins if no event has said so
	heard    map[uint64]bool // of a durable consumer: the last messages that were taken over
}

// known is what the source knows of a subject.
type known struct {
	pattern int // the first that matches, -1 if none does
	labels  []decode.Label
}

// maxKnown bounds how many subjects are remembered.
const maxKnown = 10000

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	subjects := c.check(&ps)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	d, err := decode.New(env, c.Config)
	if err != nil {
		return nil, err
	}
	s := &source{env: env, c: c, subjects: subjects, decoder: d, labels: make(map[string]*known), heard: make(map[uint64]bool)}
	for _, p := range subjects {
		d.Foresee(p.Names()...)
		s.parts = append(s.parts, p.Names()...)
	}
	return s, nil
}

// Probe says what will come, without asking the server.
func (s *source) Probe(context.Context) (sonify.Prospect, error) { return s.decoder.Prospect(), nil }

// Run implements sonify.Source.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	nc, secrets, err := s.connect(ctx, cancel)
	if err == nil {
		defer nc.Close()
		if s.c.Stream != "" {
			err = s.stream(ctx, nc, emit)
		} else {
			err = s.listen(ctx, nc, emit)
		}
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return secret.Scrub(final(err), secrets...)
}

// final makes an error one for good if asking again gets the same answer.
func final(err error) error {
	err = secure.Explain(err)
	for _, f := range []error{
		nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired, nats.ErrPermissionViolation,
		nats.ErrBadSubject, nats.ErrNkeysNotSupported, nats.ErrSecureConnWanted,
	} {
		if errors.Is(err, f) {
			return &sonify.Permanent{Err: err}
		}
	}
	return err
}

// gone is why a connection ended.
func gone(err error) error {
	if err == nil {
		err = errors.New("the server closed the connection")
	}
	return err
}

// connect dials one of the servers. When the connection breaks it calls cancel.
func (s *source) connect(ctx context.Context, cancel context.CancelCauseFunc) (nc *nats.Conn, secrets []string, err error) {
	opts := []nats.Option{
		nats.Name("proscenium"), nats.NoReconnect(), nats.Timeout(10 * time.Second), nats.DontRandomize(),
		nats.PingInterval(20 * time.Second), nats.MaxPingsOutstanding(2),
		nats.SetCustomDialer(dialer{ctx}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { cancel(gone(err)) }),
		nats.ClosedHandler(func(nc *nats.Conn) { cancel(gone(nc.LastError())) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			// What is lost for want of room is counted by the subscription.
			if !errors.Is(err, nats.ErrSlowConsumer) {
				cancel(err)
			}
		}),
	}
	login, secrets, err := s.login()
	if err != nil {
		return nil, secrets, err
	}
	if s.encrypted() {
		conf, err := s.c.TLS.Config(s.env)
		if err != nil {
			return nil, secrets, err
		}
		opts = append(opts, nats.Secure(conf))
	}
	nc, err = nats.Connect(strings.Join(s.c.Servers, ","), append(opts, login...)...)
	if err != nil {
		return nil, secrets, fmt.Errorf("%s: %w", reach.Redact(s.c.Servers[0]), err)
	}
	return nc, secrets, nil
}

func (s *source) encrypted() bool {
	for _, text := range s.c.Servers {
		if u, err := url.Parse(text); err == nil && (u.Scheme == "tls" || u.Scheme == "wss") {
			return true
		}
	}
	return false
}

// dialer dials where the piece says: what servers tell of others is not followed.
type dialer struct{ ctx context.Context }

func (d dialer) Dial(network, addr string) (net.Conn, error) {
	return reach.Policy{Private: true}.Dialer(&url.URL{Scheme: "nats", Host: addr})(d.ctx, network, addr)
}

// login reads what to log in with.
func (s *source) login() (opts []nats.Option, secrets []string, err error) {
	read := func(ref string) (text string) {
		if err == nil && ref != "" {
			text, err = secret.Read(s.env, ref)
			secrets = append(secrets, text)
		}
		return text
	}
	user := s.c.Username
	if secret.Refers(user) {
		user = read(user)
	}
	password, token, seed, creds := read(s.c.Password), read(s.c.Token), read(s.c.NKey), read(s.c.Creds)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case user != "":
		opts = append(opts, nats.UserInfo(user, password))
	case token != "":
		opts = append(opts, nats.Token(token))
	case creds != "":
		opts = append(opts, nats.UserCredentialBytes([]byte(creds)))
	case seed != "":
		pair, bad := nkeys.FromSeed([]byte(seed))
		if bad != nil {
			return nil, secrets, &sonify.Permanent{Err: errors.New("nkey: what is kept there is no seed of an NKey")}
		}
		public, bad := pair.PublicKey()
		if bad != nil {
			return nil, secrets, &sonify.Permanent{Err: errors.New("nkey: the seed makes no key")}
		}
		opts = append(opts, nats.Nkey(public, pair.Sign))
	}
	return opts, secrets, nil
}

const (
	// queued is how many messages may be on their way to the decoder.
	queued = 512
	// pendingMessages and pendingBytes bound what waits of each subject while the music
	// is slower than the feed; what is beyond is lost, and counted.
	pendingMessages = 64 << 10
	pendingBytes    = 32 << 20
)

// listen hears what is sent now.
func (s *source) listen(ctx context.Context, nc *nats.Conn, emit func(sonify.Event)) error {
	in := make(chan *nats.Msg, queued)
	var subs []*nats.Subscription
	var lost []int
	take := func(m *nats.Msg) {
		select {
		case in <- m:
		case <-ctx.Done():
		}
	}
	for _, f := range topic.NATS.Filters(s.subjects...) {
		var sub *nats.Subscription
		var err error
		if s.c.Queue != "" {
			sub, err = nc.QueueSubscribe(f, s.c.Queue, take)
		} else {
			sub, err = nc.Subscribe(f, take)
		}
		if err != nil {
			return fmt.Errorf("subject %q: %w", f, err)
		}
		if err := sub.SetPendingLimits(pendingMessages, pendingBytes); err != nil {
			return err
		}
		subs, lost = append(subs, sub), append(lost, 0)
	}
	// A server tells of a subject that is not allowed before it answers this.
	if err := nc.FlushTimeout(10 * time.Second); err != nil {
		return err
	}
	s.env.Link.Up() // what comes from now on is heard
	n := 0
	return relay.Run(ctx, in, s.decoder, emit, func(m *nats.Msg) error {
		s.env.Link.Count(1, len(m.Data))
		if n++; n%256 == 0 || len(in) == 0 {
			for i, sub := range subs {
				d, _ := sub.Dropped()
				for ; lost[i] < d; lost[i]++ {
					s.env.Tally.Add(sonify.Dropped, Lost, 0)
				}
			}
		}
		return s.give(m.Subject, &decode.Message{Body: m.Data, ID: m.Header.Get(nats.MsgIdHdr), At: time.Now()}, emit)
	})
}

// Lost is what is counted for messages that came faster than they could be heard.
const Lost = "messages that came faster than they could be taken"

// give has a message decoded with the labels of its subject.
func (s *source) give(subject string, m *decode.Message, emit func(sonify.Event)) error {
	m.Topic = subject
	k := s.labels[subject]
	if k == nil {
		k = &known{pattern: -1}
		for i, p := range s.subjects {
			if p.Match(subject, s.parts) {
				k.pattern = i
				for j, name := range p.Names() {
					k.labels = append(k.labels, decode.Label{Name: name, Value: sonify.Word(strings.Clone(s.parts[j]))})
				}
				break
			}
		}
		if len(s.labels) < maxKnown {
			s.labels[strings.Clone(subject)] = k
		}
	}
	if k.pattern < 0 {
		return nil
	}
	m.Labels = k.labels
	return relay.Normalise(&s.env, s.decoder, m, emit)
}
