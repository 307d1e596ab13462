package web

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// startNginx runs nginx with the configuration of PROXY.md, in which nothing is changed
// but addresses and files, and returns its address.
func startNginx(t *testing.T, upstream string) (address string, trust *x509.CertPool) {
	t.Helper()
	path := Need(t, "nginx", "/usr/sbin/nginx")
	dir := t.TempDir()
	cert, key, trust := certificate(t, dir, "music.example.org")
	address = free(t)
	conf := configured(t, "nginx",
		[2]string{"listen      443 ssl;", "listen " + address + " ssl;"}, [2]string{"    listen      [::]:443 ssl;\n", ""},
		[2]string{"/etc/letsencrypt/live/music.example.org/fullchain.pem", cert}, [2]string{"/etc/letsencrypt/live/music.example.org/privkey.pem", key},
		[2]string{"127.0.0.1:8080", upstream})
	file := filepath.Join(dir, "nginx.conf")
	all := fmt.Sprintf("daemon off;\npid %[1]s/pid;\nerror_log %[1]s/error.log;\nevents { worker_connections 256; }\nhttp {\naccess_log off;\n"+
		"client_body_temp_path %[1]s/body;\nproxy_temp_path %[1]s/proxy;\nfastcgi_temp_path %[1]s/f;\nuwsgi_temp_path %[1]s/u;\nscgi_temp_path %[1]s/s;\n%[2]s}\n", dir, conf)
	if os.Getuid() == 0 {
		all = "user root;\n" + all // its folder is ours alone
	}
	if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "error.log")
	front(t, exec.Command(path, "-e", log, "-c", file, "-p", dir), address, log)
	return address, trust
}

// Behind nginx everything works, and limits count who is behind the proxy.
func TestNginx_AsTheNoteHasIt(t *testing.T) {
	a := begin(t, Options{Behind: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, PerAddress: 1}, 0)
	address, trust := startNginx(t, a.addr)
	sockets := works(t, a, address, trust)

	// Who asks is whom the proxies name: the one that is not ours and nearest to us.
	from := func(who string) int {
		t.Helper()
		conn, resp, err := sockets.Dial("wss://music.example.org/s/court/ws", http.Header{"X-Forwarded-For": {who}})
		if err != nil {
			if resp == nil {
				t.Fatal(err)
			}
			return resp.StatusCode
		}
		t.Cleanup(func() { conn.Close() })
		return resp.StatusCode
	}
	got := []int{from("198.51.100.7, 203.0.113.9"), from("198.51.100.8, 203.0.113.9"), from("203.0.113.9, 198.51.100.7")}
	if want := []int{101, 503, 101}; !slices.Equal(got, want) {
		t.Errorf("listeners of two addresses are answered with %v, not %v", got, want)
	}
}
