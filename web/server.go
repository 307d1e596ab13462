package web

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Options are how a server treats those who come. The zero value of a field is a
// sensible one.
type Options struct {
	Listeners int // at once, on all stations; default 1,000
	// PerAddress is how many at once from one address; default 50. This machine's own are
	// not limited. A page that plays a stream has a line for what is seen besides: two.
	PerAddress int
	JoinRate   int // listeners taken in a second, more are asked to come again; default 1,000
	HookRate   int // calls of sources' hooks taken in a second; default 5,000
	// Origins are those of other sites whose pages may listen: "https://example.org".
	// Pages of the server's own may always.
	Origins []string
	// Behind are the addresses of proxies of ours: whom they name in X-Forwarded-For is
	// who asks, and they may ask under any name. From others that header means nothing.
	Behind []netip.Prefix
	// TLS makes it speak TLS; nil: plain HTTP.
	TLS *tls.Config
	Log *slog.Logger // default: nothing is logged
}

// Info tells how a station is. What it holds is for everybody to read.
type Info struct {
	Title   string   `json:"title"`
	About   string   `json:"about,omitempty"`
	State   string   `json:"state"`
	Well    bool     `json:"well"` // nothing is wrong with it
	Sources []Source `json:"sources"`
	// Heard is how many events there were since the piece began, Sounded how many of
	// them made a note of their own and Gathered how many sounded together, Notes how many
	// notes sounded, and Lost how many events and notes did not that should have.
	Heard    uint64 `json:"heard"`
	Sounded  uint64 `json:"sounded"`
	Gathered uint64 `json:"gathered"`
	Notes    uint64 `json:"notes"`
	Lost     uint64 `json:"lost"`
	// Mute says why no sound leaves where it should; "" if it does.
	Mute string `json:"mute,omitempty"`
	// Hush says that the room is silent on purpose, and until when: its quiet hours.
	Hush string `json:"hush,omitempty"`
	// Problems of the last edit, if it could not be played: only those who are on the
	// server's machine are told.
	Problems []string `json:"problems,omitempty"`
	// Counts are numbers for the metrics, by name; those that end in "_total" count
	// up.
	Counts map[string]float64 `json:"-"`
}

// Source tells how a source of a station is.
type Source struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	State string `json:"state"`
	Live  bool   `json:"live"` // its events come when they happen
	// Heard are its events that were heard, PerMinute those of the last minute, Silent how
	// many seconds of music passed since the last one.
	Heard     uint64  `json:"heard"`
	PerMinute float64 `json:"per_minute"`
	Silent    float64 `json:"silent_s"`
	// What was odd: how often it failed, events that came too late and were heard at once,
	// values put right, values that are missing, messages left out, and events lost for
	// want of room.
	Errors   uint64 `json:"errors"`
	Late     uint64 `json:"late"`
	Repaired uint64 `json:"repaired"`
	Missing  uint64 `json:"missing"`
	Skipped  uint64 `json:"skipped"`
	Dropped  uint64 `json:"dropped"`
	// What the door did: values kept out, values that passed as hashes, events of groups
	// too small to be named.
	KeptOut  uint64 `json:"kept_out"`
	Hashed   uint64 `json:"hashed"`
	Withheld uint64 `json:"withheld"`
	// Link is "up" or "down", "" of what has no connection. Of the rest: how often it came
	// up, what came, and how many seconds ago the last of it did, -1 before the first.
	Link      string  `json:"link,omitempty"`
	Connected uint64  `json:"connected"`
	Messages  uint64  `json:"messages"`
	Bytes     uint64  `json:"bytes"`
	Last      float64 `json:"last_message_s"`
	// Note is what the source says of itself, Why why it failed or is down: only those who
	// are on the server's machine are told why.
	Note string `json:"note,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Server serves stations by HTTP. Its methods may be called from any goroutine.
type Server struct {
	opts    Options
	log     *slog.Logger
	mux     *http.ServeMux
	sockets *websocket.Upgrader
	gate    gate
	refused atomic.Uint64
	inside  atomic.Bool // it serves this machine's own address only
	files   map[string]*file
	hooks   hooks
	// teaching has room for the legends that are being made.
	teaching chan struct{}

	mu       sync.Mutex
	stations []*onAir
}

// onAir is a station that is served.
type onAir struct {
	*Channel
	info func() Info
}

// NewServer returns a server without stations.
func NewServer(o Options) *Server {
	if o.Listeners <= 0 {
		o.Listeners = 1000
	}
	if o.PerAddress <= 0 {
		o.PerAddress = 50
	}
	if o.JoinRate <= 0 {
		o.JoinRate = 1000
	}
	if o.HookRate <= 0 {
		o.HookRate = 5000
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opts: o, log: o.Log, mux: http.NewServeMux(), files: files(), teaching: make(chan struct{}, teachers)}
	s.gate = gate{all: o.Listeners, each: o.PerAddress, rate: o.JoinRate, from: make(map[netip.Addr]*guests)}
	s.hooks.rate = o.HookRate
	s.sockets = s.upgrader()
	s.mux.HandleFunc("GET /{$}", s.front)
	s.mux.HandleFunc("GET /static/{file...}", s.static)
	s.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { s.file(w, r, "icon.svg") })
	s.mux.HandleFunc("GET /s/{name}", s.player)
	s.mux.HandleFunc("GET /s/{name}/{$}", s.slashed)
	s.mux.HandleFunc("GET /s/{name}/ws", s.socket)
	s.mux.HandleFunc("GET /s/{name}/events", s.events)
	s.mux.HandleFunc("GET /s/{name}/legend", s.legend)
	s.streams()
	s.mux.HandleFunc("GET /api/stations", s.list)
	s.mux.HandleFunc("GET /healthz", s.health)
	s.mux.HandleFunc("GET /metrics", s.metrics)
	return s
}

// Add puts a channel on the air, under /s/ and its name. info is called whenever
// somebody asks how it is.
func (s *Server) Add(c *Channel, info func() Info) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Name() == "" || strings.ContainsAny(c.Name(), "/\\?#%") || c.Name() == "." || c.Name() == ".." {
		return fmt.Errorf("%q is no name for a station: it stands in an address", c.Name())
	}
	for _, o := range s.stations {
		if o.Name() == c.Name() {
			return fmt.Errorf("there are two stations named %q", c.Name())
		}
	}
	s.stations = append(s.stations, &onAir{c, info})
	return nil
}

func (s *Server) all() []*onAir {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.stations)
}

func (s *Server) station(name string) *onAir {
	for _, o := range s.all() {
		if o.Name() == name {
			return o
		}
	}
	return nil
}

// Limits of a request. There is none with a body, but those to open hooks.
const (
	maxHeader   = 8 << 10
	headerWait  = 5 * time.Second
	idleWait    = time.Minute
	answerWait  = 30 * time.Second
	spareForAsk = 256 // connections beyond the listeners', for pages and metrics
	// A browser that loads a page has up to six connections, so there are four for each
	// listener that an address may have, and these.
	spareForEach = 32
)

// Serve answers what comes to l until ctx is done. Then it closes the channels,
// which say goodbye to their listeners, and l. The error is nil then.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerWait,
		IdleTimeout:       idleWait,
		MaxHeaderBytes:    maxHeader,
		TLSConfig:         s.opts.TLS,
		// A WebSocket is a connection of HTTP/1.1.
		TLSNextProto: make(map[string]func(*http.Server, *tls.Conn, http.Handler)),
		ErrorLog:     log.New(quiet{s.log}, "", 0),
	}
	s.inside.Store(loopback(l.Addr()))
	l = &limited{Listener: l, room: s.opts.Listeners + spareForAsk, each: 4*s.opts.PerAddress + spareForEach, unlimited: s.behind,
		refused: &s.refused, from: make(map[netip.Addr]int)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
		for _, o := range s.all() {
			o.Close()
		}
		end, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if srv.Shutdown(end) != nil {
			srv.Close()
		}
	}()
	var err error
	if s.opts.TLS != nil {
		err = srv.ServeTLS(l, "", "")
	} else {
		err = srv.Serve(l)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	<-done
	return nil
}

// quiet logs what the HTTP server says of bad clients where it disturbs nobody.
type quiet struct{ log *slog.Logger }

func (q quiet) Write(p []byte) (int, error) {
	q.log.Debug("http", "says", strings.TrimSpace(string(p)))
	return len(p), nil
}

// policy is what a page may do: use what comes from here, and WebAssembly.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// Headers of every answer. The lists are shared by all answers, which may set others in
// their place and change none: that costs a webhook a tenth less than Set does.
var (
	onlyOurs   = []string{policy}
	noSniffing = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	sameOrigin = []string{"same-origin"}
	anyOrigin  = []string{"cross-origin"}
)

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Content-Security-Policy"] = onlyOurs
	h["X-Content-Type-Options"] = noSniffing
	h["Referrer-Policy"] = noReferrer
	if r.TLS != nil || localName(r.Host) {
		// Browsers complain of it where they do not trust the line.
		h["Cross-Origin-Opener-Policy"] = sameOrigin
	}
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	if s.misnamed(r) {
		s.refuse(w, r, http.StatusMisdirectedRequest, "this server answers to its own machine; if a proxy of yours asks for others, it wants --behind with its address")
		return
	}
	if strings.HasPrefix(r.URL.Path, "/hooks/") {
		s.hooked(w, r)
		return
	}
	if r.ContentLength != 0 {
		h.Set("Connection", "close")
		s.refuse(w, r, http.StatusRequestEntityTooLarge, "a request has no body here")
		return
	}
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerWait))
	s.mux.ServeHTTP(w, r)
}

// refuse answers with an error, and counts it.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	s.refused.Add(1)
	s.log.Debug("refused", "from", r.RemoteAddr, "status", status, "why", why)
	http.Error(w, why, status)
}

// sameOrigin reports whether the page that asks is ours, or one that may, or no
// page at all.
func (s *Server) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(s.opts.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// find finds the station that is asked for, for a page that may ask. If o is nil the
// request is answered.
func (s *Server) find(w http.ResponseWriter, r *http.Request) (o *onAir) {
	if o = s.station(r.PathValue("name")); o == nil {
		s.refuse(w, r, http.StatusNotFound, "there is no such station")
		return nil
	}
	if !s.sameOrigin(r) {
		s.refuse(w, r, http.StatusForbidden, "pages of this origin may not listen here")
		return nil
	}
	s.allow(w, r)
	return o
}

// allow lets the page that asks read the answer, if it may.
func (s *Server) allow(w http.ResponseWriter, r *http.Request) {
	if origin := r.Header.Get("Origin"); origin != "" && s.sameOrigin(r) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Vary", "Origin")
	}
}

// enter finds the station that a listener wants and lets it in. leave is to be
// called when it is gone. If o is nil the request is answered.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) (o *onAir, leave func()) {
	if o = s.find(w, r); o == nil {
		return nil, nil
	}
	leave, err := s.gate.enter(s.whose(r), time.Now())
	if err != nil {
		s.closed(w, r, err)
		return nil, nil
	}
	return o, leave
}

// closed says that there is no room, and in a header why, for programs.
func (s *Server) closed(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Retry-After", "5")
	w.Header().Set("Proscenium-Refused", refusals[err])
	s.refuse(w, r, http.StatusServiceUnavailable, err.Error())
}

// socket answers /s/NAME/ws.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if !r.ProtoAtLeast(1, 1) {
		s.refuse(w, r, http.StatusBadRequest, "a WebSocket begins with HTTP/1.1")
		return
	}
	q := r.URL.Query()
	var seq uint64
	run := q.Get("run")
	format := q.Get("format")
	if format != "" && format != "json" && format != "binary" {
		s.refuse(w, r, http.StatusBadRequest, `format is "binary" or "json"`)
		return
	}
	if run != "" {
		var err error
		if seq, err = strconv.ParseUint(q.Get("seq"), 10, 64); err != nil {
			s.refuse(w, r, http.StatusBadRequest, "seq is the number of the next score message")
			return
		}
	}
	if !websocket.IsWebSocketUpgrade(r) {
		// A browser does not tell its page why a WebSocket was refused: who asks like
		// this is told.
		if s.find(w, r) == nil {
			return
		}
		if err := s.gate.room(s.whose(r)); err != nil {
			s.closed(w, r, err)
			return
		}
		w.Header().Set("Upgrade", "websocket")
		s.refuse(w, r, http.StatusUpgradeRequired, "this is the address of a WebSocket")
		return
	}
	o, leave := s.enter(w, r)
	if o == nil {
		return
	}
	conn, err := s.sockets.Upgrade(w, r, nil)
	if err != nil {
		if !errors.As(err, new(websocket.HandshakeError)) { // those were answered, and counted
			s.refused.Add(1)
		}
		leave()
		return
	}
	listens(conn.NetConn())
	if err := o.accept(conn, format == "json", run, seq, leave); err != nil {
		leave()
		conn.Close()
	}
}

// events answers /s/NAME/events with server-sent events: the JSON of every message.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx is to pass it on at once
	s.pipe(w, r, func(p []byte) []byte {
		return append(append([]byte("data: "), p...), "\n\n"...)
	})
}

// pipe sends what a tap gives until the listener goes or the station ends.
func (s *Server) pipe(w http.ResponseWriter, r *http.Request, form func([]byte) []byte) {
	o, leave := s.enter(w, r)
	if o == nil {
		return
	}
	defer leave()
	t, first, err := o.tap()
	if err != nil {
		s.refuse(w, r, http.StatusServiceUnavailable, err.Error())
		return
	}
	defer o.untap(t)
	w.Header().Set("Cache-Control", "no-store")
	rc := http.NewResponseController(w)
	send := func(p []byte) bool {
		rc.SetWriteDeadline(time.Now().Add(maxStuck))
		_, err := w.Write(form(p))
		return err == nil
	}
	for _, p := range first {
		if !send(p) {
			return
		}
	}
	if rc.Flush() != nil {
		return
	}
	for {
		select {
		case p, ok := <-t.c:
			if !ok || !send(p) || rc.Flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

// listed is a station in /api/stations.
type listed struct {
	Name string `json:"name"`
	Info
	Listeners int    `json:"listeners"`
	Path      string `json:"path"`
}

// list answers /api/stations.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	out := []listed{}
	for _, o := range s.all() {
		i := o.info()
		if i.Sources == nil {
			i.Sources = []Source{}
		}
		if !atHome(r) {
			i.Problems = nil
			i.Sources = slices.Clone(i.Sources)
			for k := range i.Sources {
				i.Sources[k].Why = ""
			}
		}
		out = append(out, listed{o.Name(), i, o.listeners(), "/s/" + url.PathEscape(o.Name())})
	}
	s.allow(w, r)
	answer(w, http.StatusOK, out)
}

// atHome reports whether whoever asks sits at the server's machine, and no proxy
// asks for somebody else.
func atHome(r *http.Request) bool {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	return err == nil && a.Addr().Unmap().IsLoopback() && localName(r.Host)
}

// health answers /healthz: 200 if all stations play and their sound leaves, 503
// otherwise. Quiet hours are not otherwise.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	type one struct {
		Name  string `json:"name"`
		State string `json:"state"`
		Well  bool   `json:"well"`
		Mute  string `json:"mute,omitempty"`
		Hush  string `json:"hush,omitempty"`
	}
	status := http.StatusOK
	out := []one{}
	for _, o := range s.all() {
		i := o.info()
		mute := cmp.Or(i.Mute, o.stalled())
		if i.State != "playing" || mute != "" {
			status = http.StatusServiceUnavailable
		}
		out = append(out, one{o.Name(), i.State, i.Well && mute == "", mute, i.Hush})
	}
	answer(w, status, map[string]any{"ok": status == http.StatusOK, "stations": out})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// Listeners returns how many there are, of all stations and kinds.
func (s *Server) Listeners() (n int) {
	for _, o := range s.all() {
		n += o.listeners()
	}
	return n
}

// listeners returns how many there are, of all kinds.
func (c *Channel) listeners() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hub.stats().listeners + len(c.taps) + c.radio.listeners()
}
