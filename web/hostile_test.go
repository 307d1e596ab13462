package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// siege is a station with a listener who behaves, while others do not.
type siege struct {
	*air
	good *client
}

func besiege(t *testing.T, o Options) *siege {
	t.Helper()
	// Deferred to the very end: the server stops before.
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	a := begin(t, o, 0)
	s := &siege{a, a.listen("")}
	a.wait(func() bool { return a.channel.listeners() == 1 })
	a.play(4)
	return s
}

// goOn plays n passages, each of which the good listener has before the next.
func (s *siege) goOn(n int) {
	s.t.Helper()
	for range n {
		s.play(1)
		// A message may wait for the passages that follow.
		s.good.until(s.at - 4*passage)
	}
}

// held checks that the good listener heard everything, exactly, and that the server
// is rid of all others.
func (s *siege) held() {
	s.t.Helper()
	s.goOn(20)
	s.wait(func() bool { return s.channel.listeners() == 1 })
	if err := s.channel.Finish(nil); err != nil {
		s.t.Fatal(err)
	}
	s.good.until(s.at)
	s.good.same()
	if s.good.keys != 1 {
		s.t.Errorf("the good listener was sent %d keyframes", s.good.keys)
	}
}

// metric reads a number from /metrics.
func (s *siege) metric(name string) float64 {
	s.t.Helper()
	resp, err := http.Get("http://" + s.addr + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	for line := range strings.Lines(string(text)) {
		for _, labels := range []string{"", `{station="court"}`} {
			if rest, ok := strings.CutPrefix(line, name+labels+" "); ok {
				v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
				if err != nil {
					s.t.Fatal(err)
				}
				return v
			}
		}
	}
	s.t.Fatalf("there is no metric %s", name)
	return 0
}

// raw connects and sends some bytes.
func (s *siege) raw(text string) net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	io.WriteString(conn, text) // who is cut off while it writes will see that when it reads
	return conn
}

const upgrade = "GET /s/court/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// socket is a WebSocket made by hand.
func (s *siege) socket() (net.Conn, *bufio.Reader) {
	s.t.Helper()
	conn := s.raw(upgrade)
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatalf("%v, %v", resp, err)
	}
	return conn, r
}

// masked is a frame as clients send them, with a mask of zeros.
func masked(op byte, n int, payload string) []byte {
	p := []byte{op}
	switch {
	case n < 126:
		p = append(p, 0x80|byte(n))
	case n < 1<<16:
		p = binary.BigEndian.AppendUint16(append(p, 0x80|126), uint16(n))
	default:
		p = binary.BigEndian.AppendUint64(append(p, 0x80|127), uint64(n))
	}
	return append(append(p, 0, 0, 0, 0), payload...)
}

// Whatever a listener sends that is not allowed ends its connection, and is
// counted; nobody else hears anything of it.
func TestHostile_Frames(t *testing.T) {
	many := func(n int, frame []byte) []byte { return bytes.Repeat(frame, n) }
	for name, sent := range map[string][]byte{
		"garbage":              []byte("\xf7garbage garbage garbage"),
		"text":                 []byte("GET / HTTP/1.1\r\n\r\n"),
		"zeros":                make([]byte, 1<<20),
		"not masked":           {opText, 5, 'h', 'e', 'l', 'l', 'o'},
		"huge":                 masked(opBinary, 1<<40, "x"),
		"negative":             append([]byte{opBinary, 0xff}, bytes.Repeat([]byte{0xff}, 12)...),
		"too long":             masked(opText, maxRequest+1, strings.Repeat("x", maxRequest+1)),
		"too long in pieces":   append(masked(0x01, 200, strings.Repeat("x", 200)), masked(0x80, 200, strings.Repeat("x", 200))...),
		"pieces without end":   append(masked(0x01, 0, ""), many(100_000, masked(0x00, 0, ""))...),
		"pieces that are none": many(3, masked(0x00, 1, "x")),
		"pings":                many(1000, masked(opPing, 4, "ping")),
		"pongs":                many(1000, masked(opPong, 4, "pong")),
		"requests":             many(1000, masked(opText, 16, `{"type":"clock"}`)),
		"no request":           masked(opText, 15, `{"type":"stop"}`),
		"no JSON":              masked(opText, 1, `{`),
		"no message":           masked(opBinary, 3, "\x05\xff\xff"),
		"a score":              masked(opBinary, 4, "\x03\x00\x00\x00"),
		"reserved bits":        masked(0x72|0x80, 1, "x"),
		"an unknown opcode":    masked(0x8b, 0, ""),
		"a long ping":          masked(opPing, 200, strings.Repeat("x", 200)),
	} {
		t.Run(name, func(t *testing.T) {
			s := besiege(t, Options{})
			conn, r := s.socket()
			go conn.Write(sent)
			// It is sent what all are, until it is cut off.
			_, err := io.Copy(io.Discard, r)
			if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
				t.Error("it is not cut off")
			}
			s.held()
			if n := s.metric("proscenium_refused_listeners_total"); n != 1 {
				t.Errorf("%g listeners were refused", n)
			}
		})
	}
}

// What is no request that is allowed gets a refusal, or is cut off. Nothing but the
// pages gets out.
func TestHostile_Requests(t *testing.T) {
	s := besiege(t, Options{})
	get := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n" }
	for _, c := range []struct {
		name, sent string
		want       int // status; 0: cut off
		counted    bool
	}{
		{"another origin", strings.Replace(upgrade, "\r\n\r\n", "\r\nOrigin: https://evil.example\r\n\r\n", 1), 403, true},
		{"no origin at all", strings.Replace(upgrade, "\r\n\r\n", "\r\nOrigin: null\r\n\r\n", 1), 403, true},
		{"another origin, events", "GET /s/court/events HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n", 403, true},
		{"another origin, stream", "GET /s/court/stream.wav HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n", 403, true},
		{"rebinding", strings.Replace(upgrade, "Host: localhost", "Host: evil.example\r\nOrigin: http://evil.example", 1), 421, true},
		{"rebinding, status", "GET /api/stations HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, true},
		{"a name that begins like ours", "GET /api/stations HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 421, true},
		{"a body", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", 413, true},
		{"a body without a length", "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413, true},
		{"a huge body", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n", 413, true},
		{"an upgrade with a body", strings.Replace(upgrade, "\r\n\r\n", "\r\nContent-Length: 5\r\n\r\nhello", 1), 413, true},
		{"no upgrade", get("/s/court/ws"), 426, true},
		{"an upgrade of HTTP/1.0", strings.Replace(upgrade, "HTTP/1.1", "HTTP/1.0", 1), 400, true},
		{"another version", strings.Replace(upgrade, "Version: 13", "Version: 7", 1), 400, true},
		{"more than the upgrade", upgrade + "\x81\x85\x00\x00\x00\x00hello", 0, true},
		{"no such station", strings.Replace(upgrade, "court", "nowhere", 1), 404, true},
		{"no such format", strings.Replace(upgrade, "/ws", "/ws?format=xml", 1), 400, true},
		{"no sequence", strings.Replace(upgrade, "/ws", "/ws?run=5&seq=-1", 1), 400, true},
		{"a long line", get("/" + strings.Repeat("x", 100_000)), 431, false},
		{"a long header", "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 100_000) + "\r\n\r\n", 431, false},
		{"many headers", "GET / HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("X: y\r\n", 20_000) + "\r\n", 431, false},
		{"two lengths", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n", 400, false},
		{"two hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400, false},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400, false},
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, false},
		{"a request of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 413, true},
		{"a proxy's", get("http://localhost/etc/passwd"), 404, false},
		{"a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 421, true},
		{"a tunnel to here", "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, false},
		{"another method", "DELETE /s/court HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, false},
		{"up", get("/static/../../go.mod"), 0, false},
		{"up, escaped", get("/static/%2e%2e/%2e%2e/go.mod"), 0, false},
		{"up, escaped wholly", get("/static/%2e%2e%2fserver.go"), 404, false},
		{"up, with backslashes", get(`/static/..\..\go.mod`), 404, false},
		{"up, in the name", get("/s/..%2f..%2fgo.mod"), 404, false},
		{"from the root", get("/static//etc/passwd"), 0, false},
		{"a zero", get("/static/page.js%00.txt"), 404, false},
		{"a bad escape", get("/static/%zz"), 400, false},
		{"what is not served", get("/static/tsconfig.json"), 404, false},
		{"a file of the program", get("/server.go"), 404, false},
	} {
		before := s.server.refused.Load()
		conn := s.raw(c.sent)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		switch {
		case err != nil:
			if c.want != 0 {
				t.Errorf("%s: %v", c.name, err)
			}
		case c.want == 0 && resp.StatusCode < 500:
			// A path that goes up leads to the path that is meant, where there is nothing.
			body, _ := io.ReadAll(resp.Body)
			if to := resp.Header.Get("Location"); resp.StatusCode == 200 || to == "" && resp.StatusCode != 404 || strings.Contains(to, "..") || len(body) > 100 {
				t.Errorf("%s: %s, %q", c.name, resp.Status, body)
			}
		case resp.StatusCode != c.want:
			t.Errorf("%s: %s, %d is right", c.name, resp.Status, c.want)
		}
		if n := s.server.refused.Load() - before; c.counted && n != 1 {
			t.Errorf("%s: it is counted %d times", c.name, n)
		}
		conn.Close()
	}
	if n := s.metric("proscenium_refused_total"); n < 10 {
		t.Errorf("%g were refused", n)
	}
	s.held()
}

// Requests that come one behind the other without waiting are answered in their
// order; so is one of HTTP/1.0, once.
func TestHostile_Pipelines(t *testing.T) {
	s := besiege(t, Options{})
	conn := s.raw(strings.Repeat("GET /api/stations HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 50))
	r := bufio.NewReader(conn)
	for i := range 100 {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		if want := []int{200, 404}[i%2]; resp.StatusCode != want {
			t.Fatalf("answer %d: %s", i, resp.Status)
		}
	}
	old := s.raw("GET /api/stations HTTP/1.0\r\nHost: localhost\r\n\r\nGET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
	text, _ := io.ReadAll(old)
	if n := bytes.Count(text, []byte("HTTP/1.0 200 OK")); n != 1 {
		t.Errorf("HTTP/1.0 gets %d answers", n)
	}
	conn.Close()
	s.held()
}

// Those who open connections and say nothing, or never finish, find the door shut
// when they are too many, and are cut off after a while.
func TestHostile_SlowHeaders(t *testing.T) {
	s := besiege(t, Options{Listeners: 20})
	var slow []net.Conn
	for range 20 + spareForAsk + 40 {
		slow = append(slow, s.raw("GET / HTTP/1.1\r\nHost: local"))
	}
	s.wait(func() bool { return s.server.refused.Load() >= 40 })
	s.goOn(10)
	for _, c := range slow {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			continue // told that it took too long
		} else if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			t.Fatal("one is still there")
		}
	}
	if n := s.metric("proscenium_refused_total"); n < 40 {
		t.Errorf("%g were refused", n)
	}
	s.held()
}

// A thousand who come at once are let in as fast as the house can, and the others
// told to come again.
func TestHostile_AThousandAtOnce(t *testing.T) {
	s := besiege(t, Options{Listeners: 5000, JoinRate: 100})
	var wg sync.WaitGroup
	var mu sync.Mutex
	status := map[int]int{}
	for range 20 {
		wg.Go(func() {
			for range 50 {
				conn, err := net.Dial("tcp", s.addr)
				if err != nil {
					t.Error(err)
					return
				}
				conn.SetDeadline(time.Now().Add(time.Minute))
				io.WriteString(conn, upgrade)
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Error(err)
				} else {
					mu.Lock()
					status[resp.StatusCode]++
					mu.Unlock()
					if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
						t.Error("nobody says when to come again")
					}
				}
				// Without a word, as those go who only want to do harm.
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		})
	}
	for range 50 {
		s.goOn(1)
	}
	wg.Wait()
	if status[101]+status[503] != 1000 || status[101] < 90 || status[503] == 0 {
		t.Errorf("they were told %v", status)
	}
	if n := int(s.metric("proscenium_refused_total")); n != status[503] {
		t.Errorf("%d were refused, %d counted", status[503], n)
	}
	s.held()
}

// Many who ask for the score, for events and for sound and never read: they lose
// what they do not read, and the server keeps little for them.
func TestHostile_ReadNothing(t *testing.T) {
	s := besiege(t, Options{Listeners: 1000})
	for i := range 60 {
		request := []string{upgrade, strings.Replace(upgrade, "/ws", "/ws?format=json", 1),
			"GET /s/court/events HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /s/court/stream.wav HTTP/1.1\r\nHost: localhost\r\n\r\n"}[i%4]
		s.raw(request).(*net.TCPConn).SetReadBuffer(4096)
	}
	s.wait(func() bool { return s.channel.listeners() == 61 })
	for s.metric("proscenium_caught_up_total") < 30 || s.metric("proscenium_dropped_listeners_total") < 15 {
		s.goOn(50)
		// A keyframe more than a backlog, each, and the sound of some seconds.
		if n := s.backlog(); n > 30*(2*maxBacklog)+15*(2<<20) {
			t.Fatalf("%d bytes wait for those who do not read", n)
		}
		if s.n > 100_000 {
			t.Fatal("nobody falls behind")
		}
	}
	if n := s.metric("proscenium_dropped_listeners_total"); n != 15 {
		t.Errorf("%g were let go: those of the events are 15", n)
	}
	if lost := s.metric(`proscenium_stream_lost_pages_total{station="court",format="wav"}`); lost == 0 {
		t.Error("no page of sound was lost")
	}
	s.stop()
}

// elsewhere makes a test's own connections come from an address that is not
// this machine's.
type elsewhere struct {
	net.Listener
	addr string
}

type stranger struct {
	net.Conn
	addr net.Addr
}

func (c stranger) RemoteAddr() net.Addr { return c.addr }

func (l elsewhere) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	port := c.RemoteAddr().(*net.TCPAddr).Port
	return stranger{c, &net.TCPAddr{IP: net.ParseIP(l.addr), Port: port}}, nil
}

// One address has its share of places, and of the door; a proxy of ours has as many
// as those it names.
func TestHostile_OneAddress(t *testing.T) {
	for _, c := range []struct {
		name, from, forwarded string
		behind                bool
		in                    int // of 20, of whom an address may have 5
	}{
		{"this machine", "127.0.0.1", "", false, 20},
		{"one address", "203.0.113.7", "", false, 2}, // in one second
		{"one that lies", "203.0.113.7", "198.51.100.%d", false, 2},
		{"a proxy", "203.0.113.7", "198.51.100.%d", true, 20},
		{"one behind a proxy", "203.0.113.7", "198.51.100.1", true, 2},
		{"one that lies behind a proxy", "203.0.113.7", "198.51.100.%d, 198.51.100.1", true, 2},
		{"behind two proxies", "203.0.113.7", "198.51.100.%d, 203.0.113.9", true, 20},
		{"a household behind a proxy", "203.0.113.7", "2001:db8::%d", true, 2},
		{"households behind a proxy", "203.0.113.7", "2001:db8:0:%d::1", true, 20},
		{"a proxy that names nobody", "203.0.113.7", "unknown", true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{PerAddress: 5}
			if c.behind {
				o.Behind = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
			}
			g := NewServer(o)
			now := time.Unix(1e9, 0)
			in := 0
			for i := range 20 {
				r, err := http.NewRequest("GET", "/", nil)
				if err != nil {
					t.Fatal(err)
				}
				r.RemoteAddr = net.JoinHostPort(c.from, "4711")
				if c.forwarded != "" {
					named := c.forwarded
					if strings.Contains(named, "%d") {
						named = fmt.Sprintf(named, i+1)
					}
					r.Header.Set("X-Forwarded-For", named)
				}
				if _, err := g.gate.enter(g.whose(r), now); err == nil {
					in++
				}
			}
			if in != c.in {
				t.Errorf("%d came in", in)
			}
		})
	}
}

// Connections from one address that ask for nothing leave places for others.
func TestHostile_ConnectionsOfOneAddress(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(Options{Listeners: 500, PerAddress: 2})
	done := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { done <- srv.Serve(ctx, elsewhere{inner, "203.0.113.7"}) }()
	each := 4*2 + spareForEach
	for range each + 10 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	(&air{t: t}).wait(func() bool { return srv.refused.Load() == 10 })
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
