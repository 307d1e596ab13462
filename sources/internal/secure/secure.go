// Package secure has the keys about encryption that the sources of brokers and
// databases share.
package secure

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"proscenium/sonify"
)

//go:embed sample.toml
var sample string

// SampleTOML returns the commented keys of [TLS], as they stand in the samples of the
// sources that embed it.
func SampleTOML() string { return sample }

// TLS says whom to trust and who one is. It is embedded in the source's own
// configuration. The files are read when the source runs, each time anew, so
// certificates may be renewed meanwhile.
type TLS struct {
	CA      string `toml:"ca" doc:"a file of certificates, PEM, to trust in place of the system's: for a server that made its own" default:"" example:"ca.crt"`
	Cert    string `toml:"cert" doc:"a file with the certificate to log in with, PEM" default:"" example:"client.crt"`
	CertKey string `toml:"cert_key" doc:"the file with its private key, PEM" default:"" example:"client.key"`
}

// Check adds the mistakes to ps. On says whether the connection is encrypted.
func (t *TLS) Check(ps *sonify.Problems, on bool) {
	if !on {
		for _, k := range []struct{ key, value string }{{"ca", t.CA}, {"cert", t.Cert}, {"cert_key", t.CertKey}} {
			if k.value != "" {
				ps.Add(k.key, "", "the connection is not encrypted, so there is no certificate to look at")
			}
		}
		return
	}
	switch {
	case t.Cert != "" && t.CertKey == "":
		ps.Add("cert_key", `cert_key = "client.key"`, "a certificate needs its private key")
	case t.Cert == "" && t.CertKey != "":
		ps.Add("cert", `cert = "client.crt"`, "a private key needs its certificate")
	}
}

// Config reads the files. Its errors are sonify.Permanent; nothing of a key is in them.
func (t *TLS) Config(env sonify.SourceEnv) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		pem, err := read(env, t.CA)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &sonify.Permanent{Err: fmt.Errorf("ca: %s holds no certificate in PEM", t.CA)}
		}
	}
	if t.Cert != "" {
		cert, err := read(env, t.Cert)
		if err != nil {
			return nil, err
		}
		key, err := read(env, t.CertKey)
		if err != nil {
			return nil, err
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, &sonify.Permanent{Err: fmt.Errorf("cert: %s and %s do not go together: %w", t.Cert, t.CertKey, err)}
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// limit bounds a file of certificates: all that a system trusts is about 200 KiB.
const limit = 4 << 20

func read(env sonify.SourceEnv, path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	f, err := os.Open(path)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, &sonify.Permanent{Err: fmt.Errorf("%s: %w", path, err)}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, &sonify.Permanent{Err: fmt.Errorf("%s cannot be read", path)}
	}
	if len(b) > limit {
		return nil, &sonify.Permanent{Err: fmt.Errorf("%s is too large for certificates", path)}
	}
	return b, nil
}

const (
	// patience is how long a handshake may take.
	patience = 10 * time.Second
	// lastWords is how long it may take to hear why a server hung up: that has come
	// already, if it comes.
	lastWords = 100 * time.Millisecond
)

// Client makes a connection to host an encrypted one, and closes it if that fails. Its
// errors, and those of reading from and writing to it, are explained by [Explain].
func Client(ctx context.Context, conn net.Conn, conf *tls.Config, host string) (net.Conn, error) {
	c := conf.Clone()
	if c.ServerName == "" {
		c.ServerName = host
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	secure := tls.Client(conn, c)
	err := secure.HandshakeContext(ctx)
	if err == nil {
		return &explained{secure}, nil
	}
	conn.Close()
	return nil, Explain(err)
}

// explained is a connection whose errors say what to do. Of TLS 1.3 a client learns only
// after the handshake that its certificate is not taken.
type explained struct{ net.Conn }

// Write implements [net.Conn]. A server that hangs up has said why before.
func (c *explained) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if err != nil {
		c.SetReadDeadline(time.Now().Add(lastWords))
		var one [1]byte
		if _, said := c.Read(one[:]); said != nil {
			if p := new(sonify.Permanent); errors.As(said, &p) {
				err = said
			}
		}
	}
	return n, err
}

// Read implements [net.Conn].
func (c *explained) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err != nil && err != io.EOF {
		err = Explain(err)
	}
	return n, err
}

// Explain makes of an error about a certificate one that says what to do about it, in
// the words of [TLS]. It is a sonify.Permanent unless a certificate has only run out: a
// new one may come. All other errors are returned as they are.
func Explain(err error) error {
	if p := new(sonify.Permanent); err == nil || errors.As(err, &p) {
		return err
	}
	var (
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		authority x509.UnknownAuthorityError
		unknown   *tls.CertificateVerificationError
		remote    *net.OpError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("the server's certificate is out of date, or a clock is wrong: %w", invalid)
	case errors.As(err, &name):
		return &sonify.Permanent{Err: fmt.Errorf("the server's certificate is one for another name: %w (the server is to be called what its certificate says)", name)}
	case errors.As(err, &authority):
		return &sonify.Permanent{Err: fmt.Errorf("the server's certificate cannot be trusted: %w (ca = \"FILE\" names one that can)", authority)}
	case errors.As(err, &unknown):
		return &sonify.Permanent{Err: fmt.Errorf("the server's certificate cannot be trusted: %w (ca = \"FILE\" names one that can)", unknown.Err)}
	case errors.As(err, &remote) && remote.Op == "remote error":
		// What the server says of ours. The package has no names for it. One of an authority
		// that the server does not name is not even sent.
		switch says := remote.Err.Error(); says {
		case "tls: certificate required":
			return &sonify.Permanent{Err: errors.New("the server wants a certificate by an authority that it trusts (cert and cert_key name its files)")}
		case "tls: bad certificate", "tls: unsupported certificate", "tls: revoked certificate", "tls: unknown certificate", "tls: unknown certificate authority":
			return &sonify.Permanent{Err: fmt.Errorf("the server does not take the certificate that we log in with, or wants one: %s (cert and cert_key name its files)", says)}
		case "tls: expired certificate":
			return errors.New("the server says that the certificate that we log in with is out of date")
		}
	}
	return err
}
