package servertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/secure"
)

// Certificates are what encrypted connections are tested with. All are files, PEM, in a
// folder of the test.
type Certificates struct {
	Dir      string
	CA       string // who signed Server, Other and Client
	Stranger string // who signed Unknown, and nothing else
	Server   Pair   // of a server at 127.0.0.1
	Other    Pair   // of a server at elsewhere.example
	Client   Pair   // of "stage"
	Unknown  Pair   // of a "stage" by whom nobody trusts
}

// Pair is a certificate and its key.
type Pair struct{ Cert, Key string }

// NewCertificates makes them anew. They are good for an hour.
func NewCertificates(tb testing.TB) *Certificates {
	tb.Helper()
	c := &Certificates{Dir: tb.TempDir()}
	ours, theirs := newAuthority(tb, c.Dir, "ca"), newAuthority(tb, c.Dir, "stranger")
	c.CA, c.Stranger = ours.file, theirs.file
	c.Server = ours.issue(tb, c.Dir, "server", x509.Certificate{Subject: pkix.Name{CommonName: "server"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	c.Other = ours.issue(tb, c.Dir, "other", x509.Certificate{Subject: pkix.Name{CommonName: "other"}, DNSNames: []string{"elsewhere.example"}})
	c.Client = ours.issue(tb, c.Dir, "client", x509.Certificate{Subject: pkix.Name{CommonName: "stage"}})
	c.Unknown = theirs.issue(tb, c.Dir, "unknown", x509.Certificate{Subject: pkix.Name{CommonName: "stage"}})
	return c
}

// Config is that of a server in this process, which with ask wants a certificate of
// whoever connects.
func (c *Certificates) Config(tb testing.TB, p Pair, ask bool) *tls.Config {
	tb.Helper()
	pair, err := tls.LoadX509KeyPair(p.Cert, p.Key)
	if err != nil {
		tb.Fatal(err)
	}
	conf := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if ask {
		ca, err := os.ReadFile(c.CA)
		if err != nil {
			tb.Fatal(err)
		}
		conf.ClientCAs, conf.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
		conf.ClientCAs.AppendCertsFromPEM(ca)
	}
	return conf
}

type authority struct {
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(tb testing.TB, dir, name string) *authority {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	a := &authority{file: filepath.Join(dir, name+".crt"), key: key}
	a.cert = &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.cert = a.sign(tb, a.file, a.cert, &key.PublicKey)
	return a
}

// sign makes a certificate and writes it.
func (a *authority) sign(tb testing.TB, file string, c *x509.Certificate, key *ecdsa.PublicKey) *x509.Certificate {
	tb.Helper()
	var err error
	if c.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100)); err != nil {
		tb.Fatal(err)
	}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key, a.key)
	if err != nil {
		tb.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	writePEM(tb, file, "CERTIFICATE", der)
	return made
}

// issue makes a certificate that is good for servers and clients, and its key.
func (a *authority) issue(tb testing.TB, dir, name string, c x509.Certificate) Pair {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	p := Pair{filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")}
	writePEM(tb, p.Key, "PRIVATE KEY", der)
	c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	a.sign(tb, p.Cert, &c, &key.PublicKey)
	return p
}

func writePEM(tb testing.TB, file, kind string, der []byte) {
	tb.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// Open is an encrypted server, and how a source hears it.
type Open struct {
	// Make makes a source with the given keys, which hears what Send sends as
	// "reading value=7".
	Make func(env sonify.SourceEnv, keys secure.TLS) sonify.Source
	Send func()
}

// Encrypted checks what every source that connects to a server does with certificates.
// start starts a server with one; with ask it wants one of whoever connects.
func Encrypted(t *testing.T, start func(t *testing.T, c *Certificates, p Pair, ask bool) Open) {
	c := NewCertificates(t)
	hears := func(t *testing.T, o Open, keys secure.TLS) {
		t.Helper()
		env := Env()
		env.Dir = c.Dir
		h := Listen(t, o.Make(env, keys), env)
		o.Send()
		h.Expect("reading value=7")
		h.Stop()
	}
	// refuses checks that a run ends for good, with an error that says all of want.
	refuses := func(t *testing.T, what string, o Open, keys secure.TLS, want ...string) {
		t.Helper()
		env := Env()
		env.Dir = c.Dir
		// With TLS 1.3 the server says why after the handshake, and its word can be lost
		// where we were still writing: then it is tried again, as a station would.
		var err error
		for late := time.Now().Add(20 * time.Second); time.Now().Before(late); {
			err = o.Make(env, keys).Run(t.Context(), func(sonify.Event) { t.Errorf("%s: an event came", what) })
			if Permanent(err) {
				break
			}
		}
		if !Permanent(err) {
			t.Errorf("%s: not for good: %v", what, err)
			return
		}
		t.Logf("%s: %v", what, err)
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q lacks %q", what, err, w)
			}
		}
		if s := env.Link.Status(); s.Connected > 0 {
			t.Errorf("%s: the link was up", what)
		}
	}
	t.Run("trusted", func(t *testing.T) {
		o := start(t, c, c.Server, false)
		hears(t, o, secure.TLS{CA: c.CA})
		hears(t, o, secure.TLS{CA: filepath.Base(c.CA)}) // from the piece's folder on
		refuses(t, "an authority that the system does not know", o, secure.TLS{}, "the server's certificate cannot be trusted", `ca = "FILE"`)
		refuses(t, "another authority", o, secure.TLS{CA: c.Stranger}, "the server's certificate cannot be trusted", `ca = "FILE"`)
		refuses(t, "no file", o, secure.TLS{CA: "nowhere.crt"}, "nowhere.crt")
		refuses(t, "a key in place of a certificate", o, secure.TLS{CA: c.Server.Key}, "holds no certificate")
		refuses(t, "a key of another certificate", o, secure.TLS{CA: c.CA, Cert: c.Client.Cert, CertKey: c.Server.Key}, "do not go together")
	})
	t.Run("another name", func(t *testing.T) {
		refuses(t, "the certificate of another server", start(t, c, c.Other, false), secure.TLS{CA: c.CA}, "one for another name", "is to be called what its certificate says")
	})
	t.Run("client", func(t *testing.T) {
		o := start(t, c, c.Server, true)
		hears(t, o, secure.TLS{CA: c.CA, Cert: c.Client.Cert, CertKey: c.Client.Key})
		refuses(t, "no certificate", o, secure.TLS{CA: c.CA}, "certificate")
		refuses(t, "the certificate of a stranger", o, secure.TLS{CA: c.CA, Cert: c.Unknown.Cert, CertKey: c.Unknown.Key}, "certificate")
	})
}
