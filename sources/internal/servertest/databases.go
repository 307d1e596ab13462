package servertest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Redis starts a server of Redis that keeps what it is told at once. Config are further
// words of its command line.
func Redis(tb testing.TB, config ...string) *Server {
	tb.Helper()
	s := &Server{path: Find(tb, "redis-server"), Dir: tb.TempDir()}
	port := FreePort(tb)
	s.Addr = fmt.Sprintf("127.0.0.1:%d", port)
	s.args = append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", s.Dir, "--appendonly", "yes", "--appendfsync", "always", "--save", ""}, config...)
	s.ready = func(addr string) error {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			return err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(time.Second))
		fmt.Fprint(c, "PING\r\n")
		b := make([]byte, 100)
		n, err := c.Read(b)
		if err == nil && strings.HasPrefix(string(b[:n]), "-LOADING") {
			err = errors.New("it is loading")
		}
		return err
	}
	return start(tb, s)
}

// Postgres starts a server of PostgreSQL whose superuser is "stage", with the given
// way to log in: "trust", or "scram-sha-256" with the password "canary-sesame-1234". It
// does not run as root, so where the test does it becomes the user nobody.
func Postgres(tb testing.TB, auth string) *Server {
	tb.Helper()
	return postgres(tb, auth, nil)
}

// PostgresTLS is [Postgres] with a certificate, for connections that are encrypted. With
// ask those need one of their own, for the user that they log in as.
func PostgresTLS(tb testing.TB, c *Certificates, p Pair, ask bool) *Server {
	tb.Helper()
	return postgres(tb, "trust", func(s *Server, data string) {
		for from, name := range map[string]string{c.CA: "root.crt", p.Cert: "server.crt", p.Key: "server.key"} {
			b, err := os.ReadFile(from)
			if err != nil {
				tb.Fatal(err)
			}
			// The server takes no key that others can read.
			if err := os.WriteFile(filepath.Join(data, name), b, 0o600); err != nil {
				tb.Fatal(err)
			}
			give(tb, filepath.Join(data, name))
		}
		s.args = append(s.args, "-c", "ssl=on", "-c", "ssl_cert_file=server.crt", "-c", "ssl_key_file=server.key", "-c", "ssl_ca_file=root.crt")
		if ask {
			hba := filepath.Join(data, "pg_hba.conf")
			b, err := os.ReadFile(hba)
			if err != nil {
				tb.Fatal(err)
			}
			if err := os.WriteFile(hba, append([]byte("hostssl all all 127.0.0.1/32 cert\n"), b...), 0o600); err != nil {
				tb.Fatal(err)
			}
		}
	})
}

// postgres starts a server. prepare may change what it is about to be.
func postgres(tb testing.TB, auth string, prepare func(s *Server, data string)) *Server {
	tb.Helper()
	var bin string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/postgres", "/usr/local/bin/postgres", "/opt/homebrew/bin/postgres"} {
		if all, _ := filepath.Glob(pattern); len(all) > 0 && bin == "" {
			bin = filepath.Dir(all[len(all)-1])
		}
	}
	if bin == "" {
		bin = filepath.Dir(Find(tb, "postgres"))
	}
	// What it leaves behind when it is killed is gone a moment later.
	s := &Server{path: filepath.Join(bin, "postgres"), tb: tb, patient: true}
	// A socket's name may be 107 bytes long, and all above the folder must let its user
	// in.
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	s.Dir = dir
	s.as = humble(tb, dir)
	data, password := filepath.Join(dir, "data"), write(tb, dir, "password", "canary-sesame-1234\n")
	os.Chmod(password, 0o644)
	s.run(filepath.Join(bin, "initdb"), "-D", data, "-U", "stage", "-A", auth, "--pwfile", password, "-E", "UTF8", "--no-locale", "--no-sync")
	port := FreePort(tb)
	s.Addr = fmt.Sprintf("127.0.0.1:%d", port)
	s.args = []string{"-D", data, "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", dir, "-c", "full_page_writes=off"}
	if prepare != nil {
		prepare(s, data)
	}
	s.ready = func(addr string) error {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			return err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(time.Second))
		// A greeting of protocol 3.0 for user "stage". While it starts the server answers
		// with an error, and then it asks for the password or lets us in.
		body := "\x00\x03\x00\x00user\x00stage\x00database\x00postgres\x00\x00"
		fmt.Fprintf(c, "\x00\x00\x00%c%s", len(body)+4, body)
		var b [1]byte
		if _, err := c.Read(b[:]); err != nil {
			return err
		}
		if b[0] != 'R' {
			return fmt.Errorf("it answers %q", b[0])
		}
		return nil
	}
	return start(tb, s)
}
