package web_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/web"
)

// Whoever sends slowly, from however many connections, has a part of the room and no
// more: a shop's deliveries come in between.
func TestHooks_OneAddressHasAPart(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, base := hooked(t, web.Options{Behind: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	closes, _ := s.Hooks().Open("a", func(*sonify.Call) sonify.Reply { return sonify.Reply{} })
	defer closes()
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for range 80 {
		c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		fmt.Fprintf(c, "POST /hooks/a HTTP/1.1\r\nHost: music.example\r\nX-Forwarded-For: 203.0.113.9\r\nContent-Length: 10\r\n\r\nab")
	}
	// Once the slow one is turned away its part is full.
	for full := false; !full; {
		switch code, _, h := post(t, base+"/hooks/a", strings.NewReader("x"), "X-Forwarded-For", "203.0.113.9"); code {
		case http.StatusServiceUnavailable:
			full = h.Get("Retry-After") != ""
		case http.StatusNoContent:
		default:
			t.Fatal(code)
		}
	}
	if code, _, _ := post(t, base+"/hooks/a", strings.NewReader("x"), "X-Forwarded-For", "203.0.113.10"); code != http.StatusNoContent {
		t.Errorf("meanwhile another is answered %d", code)
	}
}

// A page of another site that has a browser call is refused: the browser may be on
// this machine, where the hook may be one that nobody has to sign for.
func TestHooks_PagesOfOthersMayNotCall(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, base := hooked(t, web.Options{Origins: []string{"https://friend.example"}})
	var calls atomic.Int32
	closes, _ := s.Hooks().Open("a", func(*sonify.Call) sonify.Reply { calls.Add(1); return sonify.Reply{} })
	defer closes()
	for _, c := range []struct {
		want    int
		headers []string
	}{
		{403, []string{"Origin", "https://evil.example"}},
		{403, []string{"Origin", "null"}},
		{403, []string{"Sec-Fetch-Site", "cross-site"}},
		{204, []string{"Origin", "https://friend.example", "Sec-Fetch-Site", "cross-site"}},
		{204, []string{"Origin", base}},
		{204, nil},
	} {
		if code, _, _ := post(t, base+"/hooks/a", strings.NewReader("{}"), c.headers...); code != c.want {
			t.Errorf("%v is answered %d, expected %d", c.headers, code, c.want)
		}
	}
	if calls.Load() != 3 {
		t.Errorf("called %d times", calls.Load())
	}
}

// What panics while it answers does not keep the hook from being closed.
func TestHooks_SurviveAPanic(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, base := hooked(t, web.Options{})
	closes, _ := s.Hooks().Open("a", func(*sonify.Call) sonify.Reply { panic("oops") })
	req, _ := http.NewRequest("POST", base+"/hooks/a", strings.NewReader("{}"))
	if r, err := http.DefaultTransport.RoundTrip(req); err == nil {
		t.Errorf("it is answered %s", r.Status)
	}
	done := make(chan struct{})
	go func() { closes(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it cannot be closed")
	}
}

// Paths, methods, lengths and encodings that are not meant to be there reach nobody,
// or reach the hook as they are.
func TestHooks_Odd(t *testing.T) {
	s, base := hooked(t, web.Options{})
	var got atomic.Pointer[sonify.Call]
	closes, _ := s.Hooks().Open("a/b", func(c *sonify.Call) sonify.Reply { got.Store(c); return sonify.Reply{} })
	defer closes()
	raw := func(text string) string {
		t.Helper()
		got.Store(nil)
		c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(time.Minute))
		go io.WriteString(c, text)
		line, _ := bufio.NewReader(c).ReadString('\n')
		return strings.TrimSpace(strings.TrimPrefix(line, "HTTP/1.1 "))
	}
	const host = "\r\nHost: 127.0.0.1\r\n"
	for request, want := range map[string]string{
		"POST /hooks/a/../a/b HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":                                          "404",
		"POST /hooks/a//b HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":                                              "404",
		"POST /hooks/A/B HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":                                               "404",
		"POST /hooks/a/b/ HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":                                              "404",
		"POST /hooks/a%00/b HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":                                            "404",
		"POST /hooks/%2e%2e/metrics HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":                                    "404",
		"DELETE /hooks/a/b HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":                                             "405",
		"POST /hooks/a/b HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":                                               "204",
		"POST /hooks/a/b HTTP/1.1" + host + "Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n":                "413",
		"POST /hooks/a/b HTTP/1.1" + host + "Content-Length: -1\r\n\r\n":                                              "400",
		"POST /hooks/a/b HTTP/1.1" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":        "204",
		"POST /hooks/a/b HTTP/1.1" + host + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n":                                "400",
		"POST /hooks/a/b HTTP/1.1" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n":                       "501",
		"POST /hooks/a/b HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: x\r\n\r\n":                                              "400",
		"POST /hooks/a/b HTTP/1.1" + host + "X-A: " + strings.Repeat("x", 64<<10) + "\r\n\r\n":                        "431",
		"POST /hooks/a/b HTTP/1.1" + host + "X-A: a\r\n b\r\nContent-Length: 0\r\n\r\n":                               "204",
		"POST /hooks/a/b?x=" + strings.Repeat("y", 2000) + " HTTP/1.1" + host + "Content-Length: 0\r\n\r\n":           "204",
		"POST /hooks/a/b HTTP/1.1" + host + "Transfer-Encoding: chunked\r\n\r\n" + chunks(2<<20):                      "413",
		"POST http://elsewhere.example/hooks/a/b HTTP/1.1\r\nHost: elsewhere.example\r\nContent-Length: 0\r\n\r\n":    "421",
		"CONNECT /hooks/a/b HTTP/1.1" + host + "\r\n":                                                                 "40",
		"GET /hooks/a/b HTTP/1.1" + host + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n":                        "204",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":                                                                            "",
		"POST /hooks/a/b HTTP/1.1" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello":                     "400",
		"POST /hooks/a/b HTTP/1.1" + host + "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Y: \x00\r\n\r": "400",
	} {
		if code := raw(request); !strings.HasPrefix(code, want) || want == "" && strings.HasPrefix(code, "20") {
			t.Errorf("%.90q is answered %q, expected %s", request, code, want)
		}
	}
	// A compressed body is what it is: nobody blows it up here.
	var zip bytes.Buffer
	z := gzip.NewWriter(&zip)
	z.Write(make([]byte, 50<<20))
	z.Close()
	if code := raw(fmt.Sprintf("POST /hooks/a/b HTTP/1.1%sContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", host, zip.Len(), zip.String())); !strings.HasPrefix(code, "204") {
		t.Errorf("a compressed body is answered %q", code)
	}
	if c := got.Load(); c == nil || len(c.Body) != zip.Len() {
		t.Errorf("the hook got %+v", c)
	}
	// Nobody but a proxy of ours says that it was asked by another, or securely.
	raw("POST /hooks/a/b HTTP/1.1" + host + "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nContent-Length: 0\r\n\r\n")
	if c := got.Load(); c == nil || c.From != "127.0.0.1" || c.Secure {
		t.Errorf("the hook got %+v", c)
	}
}

// chunks is so many bytes in chunks.
func chunks(n int) string {
	var b strings.Builder
	for range n >> 16 {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", 1<<16, strings.Repeat("x", 1<<16))
	}
	return b.String() + "0\r\n\r\n"
}

// A body arrives to the byte, whatever its length, and half of one is none.
func TestHooks_BodiesAreWhole(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	s, base := hooked(t, web.Options{})
	var got []byte
	var calls atomic.Int32
	closes, _ := s.Hooks().Open("a", func(c *sonify.Call) sonify.Reply { calls.Add(1); got = c.Body; return sonify.Reply{} })
	defer closes()
	whole := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	lengths := []int{0, 1, 500, 16<<10 - 1, 16 << 10, 16<<10 + 1, len(whole)}
	for _, n := range lengths {
		for what, body := range map[string]io.Reader{"told": bytes.NewReader(whole[:n]), "not told": io.MultiReader(bytes.NewReader(whole[:n]))} {
			if code, _, _ := post(t, base+"/hooks/a", body); code != 204 || !bytes.Equal(got, whole[:n]) {
				t.Errorf("%d bytes, their number %s: answered %d, and %d came", n, what, code, len(got))
			}
		}
	}
	for _, n := range lengths[1:] {
		c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "POST /hooks/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s", n, whole[:n/2])
		c.(*net.TCPConn).CloseWrite()
		line, _ := bufio.NewReader(c).ReadString('\n')
		c.Close()
		if !strings.Contains(line, " 400 ") {
			t.Errorf("half of %d bytes is answered %q", n, line)
		}
	}
	if n := int(calls.Load()); n != 2*len(lengths) {
		t.Errorf("%d calls", n)
	}
}
