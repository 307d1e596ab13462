// Package fault stands in for a service in tests, and breaks it in every way the
// net does: cut in mid-frame, slow, reset, silent, redirected, too much. It listens
// on 127.0.0.1 only.
//
// A fake HTTP service is a list of [Answer]s, one for each request:
//
//	s := fault.Serve(t,
//		fault.Status(429, "Retry-After", "7"),
//		fault.Cut("text/event-stream", "data: 1\n\ndata: 2", 14),
//		fault.Say("text/event-stream", "data: 3\n\n"))
//
// Servers of other protocols are put behind a [Proxy], which breaks them.
package fault

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Answer is what a fake service does with a request. It runs in the goroutine of
// the request, which ends with it; [Server.Close] ends those that wait.
type Answer func(s *Server, w http.ResponseWriter, r *http.Request)

// Server is a fake service. Its methods may be used by several goroutines.
type Server struct {
	// URL is http://127.0.0.1:PORT, without a slash at its end.
	URL string

	t       testing.TB
	http    *httptest.Server
	done    chan struct{}
	once    sync.Once
	mu      sync.Mutex
	answers []Answer
	seen    []*http.Request
	came    chan struct{} // closed and replaced when a request comes
}

// Serve starts a service that gives the answers in turn, the last one to every
// request after. It is closed when the test ends.
func Serve(t testing.TB, answers ...Answer) *Server {
	t.Helper()
	if len(answers) == 0 {
		t.Fatal("fault: a service without an answer")
	}
	s := &Server{t: t, done: make(chan struct{}), answers: answers, came: make(chan struct{})}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL
	t.Cleanup(s.Close)
	return s
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := len(s.seen)
	s.seen = append(s.seen, r.Clone(r.Context()))
	a := s.answers[min(n, len(s.answers)-1)]
	close(s.came)
	s.came = make(chan struct{})
	s.mu.Unlock()
	a(s, w, r)
}

// Close ends all answers and waits for them.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.done)
		s.http.CloseClientConnections()
		s.http.Close()
	})
}

// Done is closed when the server is: an answer that waits ends then.
func (s *Server) Done() <-chan struct{} { return s.done }

// Requests returns the requests so far, without their bodies.
func (s *Server) Requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request(nil), s.seen...)
}

// Wait returns once n requests have come. It fails the test after ten seconds.
func (s *Server) Wait(n int) {
	s.t.Helper()
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	for {
		s.mu.Lock()
		have, came := len(s.seen), s.came
		s.mu.Unlock()
		if have >= n {
			return
		}
		select {
		case <-came:
		case <-late.C:
			s.t.Fatalf("fault: %d requests came, %d were expected", have, n)
		}
	}
}

// Then gives several answers to one request, one after the other: what was said,
// and then how it breaks. All but the last must leave the connection as it is.
func Then(answers ...Answer) Answer {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		for _, a := range answers {
			a(s, w, r)
		}
	}
}

// Say answers with the whole text, sends it, and ends properly.
func Say(contentType, text string) Answer {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		write(w, text)
	}
}

func write(w http.ResponseWriter, text string) {
	_, _ = w.Write([]byte(text)) // the client may be gone, which is its right
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

// Status answers with a code and headers, given as names and values in turn.
func Status(code int, header ...string) Answer {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		write(w, fmt.Sprintf("%d, as the test wants it\n", code))
	}
}

// Redirect sends the client elsewhere.
func Redirect(to string) Answer { return Status(http.StatusFound, "Location", to) }

// Silence says no more until the server is closed or the client goes away.
func Silence() Answer {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		select {
		case <-s.done:
		case <-r.Context().Done():
		}
	}
}

// Drip says the text in pieces of so many bytes with a pause after each.
func Drip(contentType, text string, size int, pause time.Duration) Answer {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for left := text; len(left) > 0; {
			n := min(size, len(left))
			write(w, left[:n])
			left = left[n:]
			select {
			case <-time.After(pause):
			case <-s.done:
				return
			case <-r.Context().Done():
				return
			}
		}
	}
}

// Cut says the first n bytes of text and closes the connection in the middle of
// what it had promised.
func Cut(contentType, text string, n int) Answer {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		conn, buf := hijack(w)
		if conn == nil {
			return
		}
		defer conn.Close()
		fmt.Fprintf(buf, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", contentType, len(text), text[:n])
		_ = buf.Flush()
	}
}

// Reset says the first n bytes of text, with headers unless n is negative, and then
// resets the connection.
func Reset(contentType, text string, n int) Answer {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request) {
		conn, buf := hijack(w)
		if conn == nil {
			return
		}
		defer conn.Close()
		if n >= 0 {
			fmt.Fprintf(buf, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n%s", contentType, text[:n])
			_ = buf.Flush()
		}
		if c, ok := conn.(*net.TCPConn); ok {
			_ = c.SetLinger(0)
		}
	}
}

func hijack(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return nil, nil
	}
	conn, buf, err := h.Hijack()
	if err != nil {
		return nil, nil
	}
	return conn, buf
}

// Long is a line of n bytes between two texts: what no buffer should try to hold.
func Long(before string, n int, after string) string {
	return before + strings.Repeat("x", n) + after
}
