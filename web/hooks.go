package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"proscenium/sonify"
)

// Limits of calls to /hooks/. They are few and small beside listeners: a shop that
// sells out sends some hundred in a second.
const (
	hooksAtOnce  = 64 // being read and answered
	hookBodyWait = 10 * time.Second
	hooksOpen    = 256
	// One address may have this part of what there is, so that whoever sends slowly or
	// without end does not keep a shop's deliveries out. This machine's own, and so all
	// who come by a proxy that was not named (Options.Behind), may have all.
	hookPart = 4
)

// hooks are the paths below /hooks/ that sources have opened. Without one, nothing below
// it answers.
type hooks struct {
	mu   sync.Mutex
	open map[string]*hook

	inside int // being read and answered
	second time.Time
	taken  int // in that second
	from   map[netip.Addr]*guests
	rate   int // in a second; who comes then is asked to come again

	calls, refused, bytes atomic.Uint64
}

// hook is an open path.
type hook struct {
	mu     sync.RWMutex // held for reading while it answers
	answer func(*sonify.Call) sonify.Reply
}

var hookPath = regexp.MustCompile(`^[a-z0-9_-]+(/[a-z0-9_-]+)*$`)

// Open implements [sonify.Hooks].
func (h *hooks) Open(path string, answer func(*sonify.Call) sonify.Reply) (func(), error) {
	if !hookPath.MatchString(path) || len(path) > 200 {
		return nil, &sonify.Permanent{Err: fmt.Errorf("%q is no path for a hook: small letters, digits, - and _ were expected, / between them", path)}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open[path] != nil {
		return nil, errors.New("another source is called at that path")
	}
	if len(h.open) >= hooksOpen {
		return nil, fmt.Errorf("more than %d hooks are open", hooksOpen)
	}
	k := &hook{answer: answer}
	if h.open == nil {
		h.open = make(map[string]*hook)
	}
	h.open[path] = k
	var once sync.Once
	return func() {
		once.Do(func() {
			h.mu.Lock()
			delete(h.open, path)
			h.mu.Unlock()
			k.mu.Lock() // those who are being answered come first
			k.answer = nil
			k.mu.Unlock()
		})
	}, nil
}

// Hooks returns where sources can be called: below /hooks/ of the server.
func (s *Server) Hooks() sonify.Hooks { return &s.hooks }

// find returns the hook of a request, nil if there is none; path is below /hooks/.
func (h *hooks) find(path string) *hook {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open[path]
}

// admit lets a call in if there is room. leave is to be called when it is answered.
func (h *hooks) admit(w who, now time.Time) (leave func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Sub(h.second) >= time.Second {
		h.second, h.taken = now, 0
		for a, f := range h.from {
			if f.taken = 0; f.inside == 0 {
				delete(h.from, a)
			}
		}
	}
	f := h.from[w.addr]
	if f == nil {
		if f = (&guests{}); h.from == nil {
			h.from = make(map[netip.Addr]*guests)
		}
		h.from[w.addr] = f
	}
	if f.taken++; h.inside >= hooksAtOnce || h.taken >= h.rate || !w.own && (f.inside >= hooksAtOnce/hookPart || f.taken > h.rate/hookPart) {
		return nil, false
	}
	h.taken++
	h.inside++
	f.inside++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.inside--
		f.inside--
	}, true
}

// call has a hook answer. ok is false if it was closed.
func (k *hook) call(c *sonify.Call) (r sonify.Reply, ok bool) {
	k.mu.RLock()
	defer k.mu.RUnlock() // also if it panics: who closes it waits for us
	if k.answer == nil {
		return r, false
	}
	return k.answer(c), true
}

// strange reports whether a page of another site has a browser call. No service does
// that, and a browser on this machine reaches what others cannot.
func (s *Server) strange(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return !s.sameOrigin(r) || r.Header.Get("Origin") == "" && (site == "cross-site" || site == "same-site")
}

// Headers of every answer of a hook; see those of every answer.
var (
	plainText = []string{"text/plain; charset=utf-8"}
	notKept   = []string{"no-store"}
)

// hooked answers a request below /hooks/.
func (s *Server) hooked(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/hooks/")
	k := s.hooks.find(path)
	deny := func(status int, why string) {
		s.hooks.refused.Add(1)
		w.Header().Set("Connection", "close") // its body is not read
		s.refuse(w, r, status, why)
	}
	switch {
	case k == nil:
		deny(http.StatusNotFound, "nobody is called here")
		return
	case r.Method != http.MethodPost && r.Method != http.MethodGet:
		w.Header().Set("Allow", "GET, POST")
		deny(http.StatusMethodNotAllowed, "a hook is called by POST, or by GET")
		return
	case s.strange(r):
		deny(http.StatusForbidden, "pages of this origin may not call here")
		return
	case r.ContentLength > sonify.CallLimit:
		deny(http.StatusRequestEntityTooLarge, "the body is too long")
		return
	}
	peer, now := s.peer(r), time.Now()
	leave, ok := s.hooks.admit(from(peer), now)
	if !ok {
		w.Header().Set("Retry-After", "1")
		deny(http.StatusServiceUnavailable, "too many call at once: try again in a second")
		return
	}
	defer leave()
	rc := http.NewResponseController(w)
	rc.SetReadDeadline(now.Add(hookBodyWait))
	rc.SetWriteDeadline(now.Add(answerWait))
	body, err := whole(w, r)
	if err != nil {
		status, why := http.StatusBadRequest, "the body did not come"
		if errors.As(err, new(*http.MaxBytesError)) {
			status, why = http.StatusRequestEntityTooLarge, "the body is too long"
		}
		deny(status, why)
		return
	}
	s.hooks.calls.Add(1)
	s.hooks.bytes.Add(uint64(len(body)))
	c := &sonify.Call{Method: r.Method, Path: path, Query: r.URL.RawQuery, Host: r.Host, Header: r.Header, Body: body,
		From: peer.String(), Secure: s.secure(r)}
	reply, ok := k.call(c)
	if !ok {
		deny(http.StatusNotFound, "nobody is called here")
		return
	}
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = plainText, notKept
	for name, v := range reply.Header {
		h.Set(name, v)
	}
	status := reply.Status
	switch {
	case status >= 200 && status < 600:
	case reply.Text == "":
		status = http.StatusNoContent
	default:
		status = http.StatusOK
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		io.WriteString(w, reply.Text)
	}
}

// hookRoom is how long a body may be for which room is made before it has come.
const hookRoom = 16 << 10

// whole reads the body of a call, which is no longer than a call may be.
func whole(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if n := r.ContentLength; n >= 0 && n <= hookRoom { // the server gives no more than n
		b := make([]byte, n)
		_, err := io.ReadFull(r.Body, b)
		return b, err
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, sonify.CallLimit))
}

// secure reports whether a request came encrypted, to us or to a proxy of ours.
func (s *Server) secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && s.behind(a.Addr().Unmap()) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}
