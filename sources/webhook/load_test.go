package webhook

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/hook"
	"proscenium/sources/internal/servertest"
	"proscenium/web"
)

const size = 500 // bytes of a delivery

// post is many deliveries, each another, signed as Standard Webhooks are. They lie in two
// slices without pointers, so that a million of them is no work for the collector: what
// is measured is the program, not who calls it.
type post struct {
	bodies []byte
	marks  []byte
	mark   int // how long a signature is
	stamp  string
}

func deliveries(n int) *post {
	s, _ := hook.Preset("standard")
	p := &post{bodies: make([]byte, 0, n*size)}
	now := time.Now()
	for i := range n {
		b := fmt.Sprintf(`{"type":"order.paid","timestamp":"2026-11-28T20:00:00Z","data":{"order":%d,"tickets":2,"total":"90.00","currency":"EUR","tier":"balcony","filler":"`, i)
		b += strings.Repeat("x", size-len(b)-3) + `"}}`
		h, err := hook.Sign(s, "c2VjcmV0", "", p.id(i), "", now, []byte(b))
		if err != nil {
			panic(err)
		}
		mark := h.Get("Webhook-Signature")
		p.bodies, p.marks, p.mark = append(p.bodies, b...), append(p.marks, mark...), len(mark)
		p.stamp = h.Get("Webhook-Timestamp")
	}
	return p
}

func (p *post) len() int          { return len(p.bodies) / size }
func (p *post) id(i int) string   { return "msg_" + strconv.Itoa(i) }
func (p *post) body(i int) []byte { return p.bodies[i*size:][:size] }

// write writes the i-th delivery as it goes over a connection.
func (p *post) write(b []byte, i int) []byte {
	b = append(b, "POST /hooks/box HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Shop/1.0\r\nContent-Type: application/json\r\nContent-Length: 500\r\nWebhook-Id: msg_"...)
	b = strconv.AppendInt(b, int64(i), 10)
	b = append(append(b, "\r\nWebhook-Timestamp: "...), p.stamp...)
	b = append(append(b, "\r\nWebhook-Signature: "...), p.marks[i*p.mark:][:p.mark]...)
	return append(append(b, "\r\n\r\n"...), p.body(i)...)
}

// rig is a webhook behind the server's own handler.
type rig struct {
	server *web.Server
	env    sonify.SourceEnv
	stop   func() error
}

// listen has the server listen until the test ends, and returns its address.
func (r *rig) listen(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.server.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func start(t testing.TB, change func(*Config), emit func(sonify.Event)) *rig {
	t.Setenv("BOX_SECRET", "c2VjcmV0")
	r := &rig{server: web.NewServer(web.Options{HookRate: 1 << 30})}
	r.env = sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link), Hooks: r.server.Hooks()}
	src, err := newSource(r.env, config(func(c *Config) {
		c.Preset, c.Secret, c.Event = "standard", "env:BOX_SECRET", "order.paid"
		c.Format, c.Fields = "json", map[string]string{"quantity": "data.tickets", "amount": "data.total", "tier": "data.tier"}
		c.Numbers = []string{"amount"}
		change(c)
	}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- src.Run(ctx, emit) }()
	r.stop = func() error { cancel(); return <-done }
	for r.env.Link.Status().State != sonify.LinkUp {
		runtime.Gosched()
	}
	return r
}

// caller calls the handler as the HTTP server does, and costs little beside it: it is its
// own ResponseWriter, and uses again what the server makes anew.
type caller struct {
	server *web.Server
	post   *post
	req    http.Request
	body   bytes.Reader
	answer http.Header
	code   int
	until  time.Time
}

func (r *rig) caller(p *post) *caller {
	c := &caller{server: r.server, post: p, answer: http.Header{}}
	c.req = http.Request{Method: http.MethodPost, Host: "127.0.0.1", URL: &url.URL{Path: "/hooks/box"}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: "127.0.0.1:9",
		Header: http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Shop/1.0"}, "Webhook-Timestamp": {p.stamp}, "Webhook-Id": {""}, "Webhook-Signature": {""}}, ContentLength: size}
	return c
}

// call delivers the i-th and returns the status.
func (c *caller) call(i int) int {
	c.req.Header["Webhook-Id"][0] = c.post.id(i)
	c.req.Header["Webhook-Signature"][0] = string(c.post.marks[i*c.post.mark:][:c.post.mark])
	c.body.Reset(c.post.body(i))
	c.req.Body = c
	clear(c.answer)
	c.code = http.StatusOK
	c.server.ServeHTTP(c, &c.req)
	return c.code
}

func (c *caller) Header() http.Header                { return c.answer }
func (c *caller) WriteHeader(code int)               { c.code = code }
func (c *caller) Write(b []byte) (int, error)        { return len(b), nil }
func (c *caller) SetReadDeadline(t time.Time) error  { c.until = t; return nil }
func (c *caller) SetWriteDeadline(t time.Time) error { c.until = t; return nil }
func (c *caller) Read(b []byte) (int, error)         { return c.body.Read(b) }
func (c *caller) Close() error                       { return nil }

// BenchmarkDeliveries is the whole way of signed deliveries of 500 bytes: the server's
// handler, the signature, the queue, the decoder, an event with three fields. As with
// the other transports it is told how many come a second of this process's processor
// time. What is turned away because the queue is full is reported, and comes again.
func BenchmarkDeliveries(b *testing.B) {
	all := deliveries(b.N) // each another: what comes twice is passed over
	measure(b, func(r *rig, away *atomic.Int64) (send func()) {
		var given atomic.Int64
		return func() {
			var senders sync.WaitGroup
			for range runtime.GOMAXPROCS(0) {
				senders.Go(func() {
					c := r.caller(all)
					for i := int(given.Add(1)) - 1; i < b.N; i = int(given.Add(1)) - 1 {
						code := c.call(i)
						for ; code == http.StatusServiceUnavailable; code = c.call(i) {
							away.Add(1)
							time.Sleep(time.Millisecond) // as a service comes again
						}
						if code != http.StatusOK {
							b.Error(code)
							return
						}
					}
				})
			}
			senders.Wait()
		}
	})
}

// BenchmarkConnections is the same over real connections, with the work of the HTTP server in
// it. Who sends is a process of its own, as brokers are in the benchmarks of others; it
// sends 100 deliveries at once, and then reads their answers.
func BenchmarkConnections(b *testing.B) {
	measure(b, func(r *rig, away *atomic.Int64) (send func()) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d", senderKey, r.listen(b), runtime.GOMAXPROCS(0), b.N))
		cmd.Stderr = os.Stderr
		in, err := cmd.StdinPipe()
		if err != nil {
			b.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		says := bufio.NewReader(out)
		if line, err := says.ReadString('\n'); line != "ready\n" {
			b.Fatalf("the sender says %q: %v", line, err)
		}
		return func() {
			in.Close() // that is the word to begin
			line, _ := says.ReadString('\n')
			n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
			if err != nil {
				b.Errorf("the sender says %q", line)
			}
			away.Add(n)
			if err := cmd.Wait(); err != nil {
				b.Error(err)
			}
		}
	})
}

// senderKey is the variable by which the test's program is told to be the sender.
const senderKey = "WEBHOOK_TEST_SENDER"

// sender makes deliveries and sends them once its input has ended: an address, by how many
// connections, and how many.
func sender(task string) error {
	var addr string
	var conns, n int
	if _, err := fmt.Sscan(task, &addr, &conns, &n); err != nil {
		return err
	}
	all := deliveries(n)
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	var given, away atomic.Int64
	errs := make(chan error, conns)
	for range conns {
		go func() {
			errs <- all.send(addr, func() (int, bool) { i := int(given.Add(1)) - 1; return i, i < n }, &away)
		}()
	}
	for range conns {
		if err := <-errs; err != nil {
			return err
		}
	}
	fmt.Println(away.Load())
	return nil
}

// send sends what next says over one connection. What is turned away comes again.
func (p *post) send(addr string, next func() (int, bool), away *atomic.Int64) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var batch, again []int
	var out []byte
	for {
		batch, again, out = append(batch[:0], again...), again[:0], out[:0]
		for len(batch) < 100 {
			i, more := next()
			if !more {
				break
			}
			batch = append(batch, i)
		}
		if len(batch) == 0 {
			return nil
		}
		for _, i := range batch {
			out = p.write(out, i)
		}
		if _, err := conn.Write(out); err != nil {
			return err
		}
		for _, i := range batch {
			switch code, err := answer(in); {
			case err != nil:
				return err
			case code == http.StatusServiceUnavailable:
				again = append(again, i)
			case code != http.StatusOK:
				return fmt.Errorf("answered %d", code)
			}
		}
		if len(again) > 0 {
			away.Add(int64(len(again)))
			time.Sleep(time.Millisecond)
		}
	}
}

// answer reads an answer, and returns its status.
func answer(in *bufio.Reader) (code int, err error) {
	length := 0
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if first {
			code, err = strconv.Atoi(string(line[len("HTTP/1.1 "):][:3]))
		} else if n, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, err = strconv.Atoi(string(bytes.TrimSpace(n)))
		} else if len(line) == len("\r\n") {
			_, err = in.Discard(length)
			return code, err
		}
		if err != nil {
			return 0, err
		}
	}
}

// measure runs a sender of b.N deliveries until each is heard. begin makes it.
func measure(b *testing.B, begin func(r *rig, away *atomic.Int64) (send func())) {
	var heard, away atomic.Int64
	r := start(b, func(c *Config) { c.Remember = 0 }, func(sonify.Event) { heard.Add(1) })
	send := begin(r, &away)
	b.SetBytes(size)
	b.ReportAllocs()
	b.ResetTimer()
	cpu := servertest.CPU()
	send()
	for heard.Load() < int64(b.N) && !b.Failed() {
		time.Sleep(100 * time.Microsecond)
	}
	used := servertest.CPU() - cpu
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	if used > 0 {
		b.ReportMetric(float64(b.N)/used.Seconds(), "deliveries/cpu-s")
	}
	b.ReportMetric(float64(away.Load())/float64(b.N), "turned-away/op")
	if err := r.stop(); err != context.Canceled {
		b.Error(err)
	}
}

// A hundred thousand deliveries that come while nobody hears them cost what the queue
// holds and no more; all that was taken is heard in the end, and all that was not is
// counted.
func TestFlood_IsBoundedAndCounted(t *testing.T) {
	release := make(chan struct{})
	var once sync.Once
	var heard atomic.Int64
	r := start(t, func(*Config) {}, func(sonify.Event) {
		once.Do(func() { <-release })
		heard.Add(1)
	})
	all := deliveries(100_000)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	var taken, away atomic.Int64
	var wg sync.WaitGroup
	for part := range 4 {
		wg.Go(func() {
			c := r.caller(all)
			for i := part; i < all.len(); i += 4 {
				switch code := c.call(i); code {
				case http.StatusOK:
					taken.Add(1)
				case http.StatusServiceUnavailable:
					away.Add(1)
				default:
					t.Error(code)
				}
			}
		})
	}
	wg.Wait()
	if grown := int64(heap()) - int64(before); grown > 24<<20 {
		t.Errorf("%d MiB more for %d deliveries of 500 bytes", grown>>20, all.len())
	}
	close(release)
	for late := time.Now().Add(time.Minute); heard.Load() < taken.Load() && time.Now().Before(late); {
		time.Sleep(time.Millisecond)
	}
	if err := r.stop(); err != context.Canceled {
		t.Error(err)
	}
	var counted int64
	for _, c := range r.env.Tally.Counts() {
		if c.Fate == sonify.Dropped {
			counted += c.Count
		}
	}
	if heard.Load() != taken.Load() || away.Load() != counted || taken.Load()+away.Load() != int64(all.len()) || away.Load() == 0 {
		t.Errorf("%d taken, %d heard, %d turned away, %d counted of %d", taken.Load(), heard.Load(), away.Load(), counted, all.len())
	}
}
