package web

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// startCaddy runs Caddy with the configuration of PROXY.md, in which nothing is changed
// but addresses, and the certificate: nobody signs one for a name of an example.
func startCaddy(t *testing.T, upstream string) (address string, trust *x509.CertPool) {
	t.Helper()
	path := Need(t, "caddy")
	dir := t.TempDir()
	cert, key, trust := certificate(t, dir, "music.example.org")
	address = free(t)
	site := fmt.Sprintf("https://music.example.org:%d {\n    bind 127.0.0.1\n    tls %s %s", netip.MustParseAddrPort(address).Port(), cert, key)
	conf := configured(t, "caddy", [2]string{"music.example.org {", site}, [2]string{"127.0.0.1:8080", upstream})
	file := filepath.Join(dir, "Caddyfile")
	all := "{\n    admin off\n    auto_https disable_redirects\n    grace_period 1s\n}\n" + conf
	if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, "run", "--config", file, "--adapter", "caddyfile")
	c.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	front(t, c, address, os.DevNull)
	return address, trust
}

// Behind Caddy everything works, and nobody is taken for another because he says so.
func TestCaddy_AsTheNoteHasIt(t *testing.T) {
	a := begin(t, Options{Behind: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, PerAddress: 1}, 0)
	address, trust := startCaddy(t, a.addr)
	sockets := works(t, a, address, trust)
	// All who come from this machine are one to which no limit of addresses holds. Were
	// the name believed, it would be another's, of whom one may come.
	for i := range 2 {
		conn, resp, err := sockets.Dial("wss://music.example.org/s/court/ws", http.Header{"X-Forwarded-For": {"198.51.100.7"}})
		if err != nil {
			t.Fatalf("listener %d: %v, %v", i+1, err, resp)
		}
		defer conn.Close()
	}
}
