package secure_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/secure"
)

// Every error about a certificate says what to do, and what may be well tomorrow is not
// for good. The real servers are in the tests of the sources.
func TestExplain(t *testing.T) {
	remote := func(text string) error { return &net.OpError{Op: "remote error", Err: errors.New(text)} }
	leaf := &x509.Certificate{DNSNames: []string{"broker.example"}}
	for _, c := range []struct {
		err   error
		says  string
		final bool
	}{
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{Cert: leaf}}, `ca = "FILE"`, true},
		{x509.UnknownAuthorityError{Cert: leaf}, `ca = "FILE"`, true},
		{&tls.CertificateVerificationError{Err: errors.New("the system does not like it")}, `ca = "FILE"`, true},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: leaf, Host: "other.example"}}, "valid for broker.example, not other.example", true},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Cert: leaf, Reason: x509.Expired}}, "out of date", false},
		{remote("tls: certificate required"), "cert and cert_key", true},
		{remote("tls: bad certificate"), "cert and cert_key", true},
		{remote("tls: unknown certificate authority"), "cert and cert_key", true},
		{remote("tls: expired certificate"), "out of date", false},
		{remote("tls: internal error"), "tls: internal error", false},
		{errors.New("connection refused"), "connection refused", false},
		{&sonify.Permanent{Err: x509.UnknownAuthorityError{}}, "unknown authority", true},
	} {
		for _, err := range []error{c.err, fmt.Errorf("while dialing: %w", c.err)} {
			got := secure.Explain(err)
			if p := new(sonify.Permanent); errors.As(got, &p) != c.final || !strings.Contains(got.Error(), c.says) {
				t.Errorf("%v became %v, for good: %v", err, got, !c.final)
			}
		}
	}
	if secure.Explain(nil) != nil {
		t.Error("of no error it makes one")
	}
}
