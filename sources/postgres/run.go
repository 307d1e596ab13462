package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/relay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
)

const (
	// patience is how long the server may take for an answer that is not a long query.
	patience = 10 * time.Second
	// heartbeat is how often a connection that only listens is asked whether it is there.
	heartbeat = 30 * time.Second
	// slowest is how long a query may take.
	slowest = time.Minute
)

// Run implements sonify.Source.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	password, err := secret.Read(s.env, s.c.Password)
	if err != nil {
		return err
	}
	conn, notices, err := s.connect(ctx, password)
	if err == nil {
		err = s.listen(ctx, conn, notices, emit)
		end, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		conn.Close(end)
		cancel()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return secret.Scrub(final(err), password)
}

// final makes an error one for good if asking again gets the same answer.
func final(err error) error {
	var p *pgconn.PgError
	if !errors.As(err, &p) {
		return secure.Explain(err)
	}
	// Of what the server says only the first line is repeated, and no value of a row.
	err = fmt.Errorf("the server says %s (%s)", strings.ToValidUTF8(p.Message, "\ufffd"), p.Code)
	switch p.Code[:min(2, len(p.Code))] {
	case "28", "3D", "42", "22", "0A", "3F": // not authorised, no such database, mistakes in the query
		return &sonify.Permanent{Err: err}
	}
	return err
}

// connect logs in. What is notified goes into notices.
func (s *source) connect(ctx context.Context, password string) (*pgconn.PgConn, *[]*pgconn.Notification, error) {
	u, err := url.Parse(s.c.Server)
	if err != nil {
		return nil, nil, &sonify.Permanent{Err: errors.New("server is no address")}
	}
	user := s.c.Username
	if secret.Refers(user) {
		if user, err = secret.Read(s.env, user); err != nil {
			return nil, nil, err
		}
	}
	port := u.Port()
	if port == "" {
		port = "5432"
	}
	words := []string{
		"host", u.Hostname(), "port", port, "dbname", strings.Trim(u.Path, "/"), "sslmode", strings.ReplaceAll(s.c.SSLMode, "_", "-"),
		"application_name", "proscenium", "connect_timeout", "10", "target_session_attrs", "any",
	}
	for _, w := range [][2]string{{"user", user}, {"password", password}, {"sslrootcert", s.file(s.c.CA)}, {"sslcert", s.file(s.c.Cert)}, {"sslkey", s.file(s.c.CertKey)}} {
		if w[1] != "" {
			words = append(words, w[0], w[1])
		}
	}
	var dsn strings.Builder
	for i := 0; i < len(words); i += 2 {
		fmt.Fprintf(&dsn, "%s='%s' ", words[i], strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(words[i+1]))
	}
	// The library reads the files itself, but its errors repeat all that it was told.
	if _, err := s.c.TLS.Config(s.env); err != nil {
		return nil, nil, err
	}
	conf, err := pgconn.ParseConfig(dsn.String())
	if err != nil {
		return nil, nil, &sonify.Permanent{Err: secret.Scrub(err, password)}
	}
	// What the server sends leads nowhere, so its address may be private.
	dial := reach.Policy{Private: true}.Dialer(u)
	conf.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) { return dial(ctx, network, addr) }
	notices := new([]*pgconn.Notification)
	conf.OnNotification = func(_ *pgconn.PgConn, n *pgconn.Notification) { *notices = append(*notices, n) }
	conn, err := pgconn.ConnectConfig(ctx, conf)
	return conn, notices, err
}

// file resolves the name of a file.
func (s *source) file(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.env.Dir, path)
}

// name quotes a name.
func name(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// exec has the server do what gives no rows.
func exec(ctx context.Context, conn *pgconn.PgConn, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := conn.Exec(ctx, sql).ReadAll()
	return err
}

// listen hears notices and asks for rows until the connection breaks.
func (s *source) listen(ctx context.Context, conn *pgconn.PgConn, notices *[]*pgconn.Notification, emit func(sonify.Event)) error {
	for _, ch := range append(append([]string(nil), s.c.Channels...), s.c.Wake) {
		if ch == "" {
			continue
		}
		if err := exec(ctx, conn, "listen "+name(ch)); err != nil {
			return err
		}
	}
	if s.c.Query != "" {
		if err := exec(ctx, conn, "set default_transaction_read_only = on"); err != nil {
			return err
		}
		if err := s.rows.begin(ctx, conn, s); err != nil {
			return err
		}
	}
	s.env.Link.Up()
	defer func() { decode.Flush(s.decoder, time.Time{}, emit) }()
	ask := time.Now()
	for {
		if err := s.hear(notices, &ask, emit); err != nil {
			return err
		}
		now := time.Now()
		next := now.Add(heartbeat)
		if s.c.Query != "" {
			if !now.Before(ask) {
				more, err := s.rows.poll(ctx, conn, s, emit)
				if err != nil {
					return err
				}
				ask = time.Now().Add(s.c.Every)
				if more {
					ask = now
				}
			}
			next = ask
		}
		if f := decode.Flush(s.decoder, time.Now(), emit); !f.IsZero() && f.Before(next) {
			next = f
		}
		if !time.Now().Before(next) || len(*notices) > 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			continue
		}
		wait, cancel := context.WithDeadline(ctx, next)
		err := conn.WaitForNotification(wait)
		cancel()
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
		case conn.IsClosed() || !pgconn.Timeout(err):
			return err
		case s.c.Query == "":
			if err := exec(ctx, conn, "-- are you there"); err != nil {
				return err
			}
		}
	}
}

// hear has the notices decoded that have come.
func (s *source) hear(notices *[]*pgconn.Notification, ask *time.Time, emit func(sonify.Event)) error {
	for _, n := range *notices {
		s.env.Link.Count(1, len(n.Payload))
		if s.c.Query != "" && n.Channel == s.c.Wake {
			*ask = time.Now()
		}
		for _, ch := range s.c.Channels {
			if ch == n.Channel {
				m := decode.Message{Body: []byte(n.Payload), Topic: n.Channel, At: time.Now()}
				if err := relay.Normalise(&s.env, s.decoder, &m, emit); err != nil {
					return err
				}
			}
		}
	}
	*notices = (*notices)[:0]
	return nil
}
