package web_test

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"proscenium/sonify/chip"
)

//go:embed testdata/tap.js
var tapModule string

//go:embed testdata/ear.js
var earScript string

// program builds the command once for all tests of this process.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "proscenium-test-")
	if err != nil {
		return "", err
	}
	built.dir = dir
	path := filepath.Join(dir, "proscenium")
	out, err := exec.Command("go", "build", "-o", path, "proscenium/cmd/proscenium").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return path, nil
})

var built struct{ dir string }

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// onAir is the real command with one piece on the air, and a proxy before it, from
// which a browser gets the ear of the test with the page, and to which it tells
// what it heard.
type onAir struct {
	piece string // its file
	log   string // its log's folder
	port  string // of the proxy
	cmd   *exec.Cmd
	proxy *httptest.Server

	mu     sync.Mutex
	lines  []net.Conn
	closed time.Time        // until when nobody is let in
	heard  map[string]*take // by browser
	csp    []string         // what the policy of the page forbade
	said   []string         // by the command
	spoil  bool             // the synth that pages get is broken
	early  string           // a module that pages run before their own
	ended  chan struct{}
}

// take is what left a player, by the frames of its output.
type take struct {
	at      int64 // of its first frame
	frames  []chip.Frame
	missing int64 // frames that never came
}

// add takes samples from frame at on. They come in order.
func (k *take) add(at int64, frames []chip.Frame) {
	if len(k.frames) == 0 {
		k.at = at
	}
	next := k.at + int64(len(k.frames))
	switch {
	case at > next:
		k.missing += at - next
		k.frames = append(k.frames, make([]chip.Frame, at-next)...)
	case at < next:
		// Blocks of a worker that was begun anew lie over those before.
		if at < k.at {
			return
		}
		k.frames = k.frames[:at-k.at]
	}
	k.frames = append(k.frames, frames...)
}

// start puts a piece on the air.
func start(t *testing.T, piece string, flags ...string) *onAir {
	t.Helper()
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	a := &onAir{piece: filepath.Join(dir, "court.toml"), log: filepath.Join(dir, "log"), heard: map[string]*take{}, ended: make(chan struct{})}
	a.write(t, piece)
	a.cmd = exec.Command(bin, append([]string{"serve", a.piece, "--addr", "127.0.0.1:0", "--log", a.log}, flags...)...)
	out, err := a.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() {
		defer close(a.ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			a.mu.Lock()
			a.said = append(a.said, lines.Text())
			a.mu.Unlock()
			if _, address, ok := strings.Cut(lines.Text(), "is on the air: "); ok {
				select {
				case found <- address:
				default:
				}
			}
		}
	}()
	t.Cleanup(func() { a.stop(t) })
	select {
	case address := <-found:
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		a.before(t, u.Host)
	case <-a.ended:
		t.Fatalf("the station does not start:\n%s", a.words())
	case <-time.After(time.Minute):
		t.Fatalf("the station does not start in a minute:\n%s", a.words())
	}
	return a
}

// before puts the proxy before the command.
func (a *onAir) before(t *testing.T, host string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	_, a.port, _ = net.SplitHostPort(l.Addr().String())
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: host})
			r.Out.Host = r.In.Host
			if !strings.HasPrefix(r.In.URL.Path, "/static/") {
				r.Out.Header.Del("Accept-Encoding") // see insert
			}
		},
		ModifyResponse: func(r *http.Response) error {
			if p := r.Header.Get("Content-Security-Policy"); p != "" {
				r.Header.Set("Content-Security-Policy", p+"; report-uri /test/csp")
			}
			a.mu.Lock()
			early := a.early != ""
			a.mu.Unlock()
			if early && strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
				return insert(r, `<script type="module" src="/test/early.js"></script>`)
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/test/tap.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, tapModule)
	})
	mux.HandleFunc("/test/early.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		a.mu.Lock()
		defer a.mu.Unlock()
		io.WriteString(w, a.early)
	})
	mux.HandleFunc("/test/csp", func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.csp = append(a.csp, string(text))
	})
	mux.HandleFunc("/test/heard", func(_ http.ResponseWriter, r *http.Request) {
		samples, err := io.ReadAll(r.Body)
		at, bad := strconv.ParseInt(r.FormValue("at"), 10, 64)
		if err != nil || bad != nil {
			return
		}
		frames := make([]chip.Frame, len(samples)/8)
		for i := range frames {
			frames[i] = chip.Frame{int32(binary.LittleEndian.Uint32(samples[8*i:])), int32(binary.LittleEndian.Uint32(samples[8*i+4:]))}
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		who := r.FormValue("who")
		if a.heard[who] == nil {
			a.heard[who] = &take{}
		}
		a.heard[who].add(at, frames)
	})
	mux.HandleFunc("/static/chip.wasm", func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		spoil := a.spoil
		a.mu.Unlock()
		if spoil {
			w.Header().Set("Content-Type", "application/wasm")
			io.WriteString(w, "\x00asm, but no module")
			return
		}
		forward.ServeHTTP(w, r)
	})
	mux.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		closed := time.Now().Before(a.closed)
		a.mu.Unlock()
		if closed {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	a.proxy = httptest.NewUnstartedServer(mux)
	a.proxy.Listener.Close()
	a.proxy.Listener = lines{l}
	a.proxy.Config.ConnState = func(c net.Conn, s http.ConnState) {
		if s == http.StateHijacked { // a WebSocket
			a.mu.Lock()
			a.lines = append(a.lines, c)
			a.mu.Unlock()
		}
	}
	a.proxy.Config.ErrorLog = log.New(io.Discard, "", 0) // of lines that were cut
	a.proxy.Start()
	t.Cleanup(func() {
		a.cut()
		a.proxy.CloseClientConnections()
		a.proxy.Close()
	})
}

// insert puts a script before all others of a page.
func insert(r *http.Response, script string) error {
	page, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return err
	}
	page = bytes.Replace(page, []byte("<script"), []byte(script+"\n  <script"), 1)
	r.Body = io.NopCloser(bytes.NewReader(page))
	r.ContentLength = int64(len(page))
	r.Header.Set("Content-Length", strconv.Itoa(len(page)))
	r.Header.Del("ETag")
	return nil
}

// lines takes connections that can be made deaf.
type lines struct{ net.Listener }

func (l lines) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &line{Conn: c}, nil
}

// line is a connection that may be dead while both ends take it for open.
type line struct {
	net.Conn
	dead atomic.Bool
}

func (l *line) Write(p []byte) (int, error) {
	if l.dead.Load() {
		return len(p), nil
	}
	return l.Conn.Write(p)
}

// freeze lets nothing through to the listeners any more, and tells nobody.
func (a *onAir) freeze() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.lines {
		c.(*line).dead.Store(true)
	}
}

// cut cuts every listener's line, as a network does that goes away.
func (a *onAir) cut() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.lines {
		c.Close()
	}
	a.lines = nil
}

// refuse cuts every line, and lets nobody in for a while.
func (a *onAir) refuse(d time.Duration) {
	a.mu.Lock()
	a.closed = time.Now().Add(d)
	a.mu.Unlock()
	a.cut()
}

// write changes the piece, as an editor does: beside it, then in its place.
func (a *onAir) write(t *testing.T, piece string) {
	t.Helper()
	if err := os.WriteFile(a.piece+".new", []byte(piece), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(a.piece+".new", a.piece); err != nil {
		t.Fatal(err)
	}
}

// address is the page under a host's name.
func (a *onAir) address(host string) string { return "http://" + host + ":" + a.port + "/" }

// words are what the command said.
func (a *onAir) words() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.said, "\n")
}

// stop ends the command, once, as Ctrl-C does.
func (a *onAir) stop(t *testing.T) {
	t.Helper()
	if a.cmd.ProcessState != nil {
		return
	}
	a.cmd.Process.Signal(os.Interrupt)
	<-a.ended
	a.cmd.Wait()
	// An interrupted command says so by its status.
	if code := a.cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGINT) && code != 0 {
		t.Errorf("the station ends with status %d:\n%s", code, a.words())
	}
}

// rendered stops the station and gives what "proscenium render" makes of its log.
func (a *onAir) rendered(t *testing.T, flags ...string) []chip.Frame {
	t.Helper()
	a.stop(t)
	path := filepath.Join(filepath.Dir(a.log), "log.wav")
	args := append([]string{"render", filepath.Join(a.log, "court"), "-o", path, "--bits", "24"}, flags...)
	if out, err := exec.Command(built.dir+"/proscenium", args...).CombinedOutput(); err != nil {
		t.Fatalf("proscenium %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return samples24(t, path)
}

// samples24 reads a stereo WAV file of 24 bits.
func samples24(t *testing.T, path string) []chip.Frame {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 12; at+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[at+4:]))
		if string(b[at:at+4]) != "data" {
			at += 8 + size + size&1
			continue
		}
		b = b[at+8 : at+8+size]
		frames := make([]chip.Frame, len(b)/6)
		sample := func(i int) int32 { return int32(uint32(b[i])<<8|uint32(b[i+1])<<16|uint32(b[i+2])<<24) >> 8 }
		for i := range frames {
			frames[i] = chip.Frame{sample(6 * i), sample(6*i + 3)}
		}
		return frames
	}
	t.Fatalf("%s has no samples", path)
	return nil
}

// listening opens the page, puts the ear of the test to it, and clicks, as a
// listener does. It returns how many milliseconds after the click the first sample
// that is not silence left the player.
func (a *onAir) listening(t *testing.T, b tab, address string) float64 {
	t.Helper()
	a.ready(t, b, address)
	must(t, b, b.click("#listen"))
	return until[float64](t, b, `ear.soundAfter()`)
}

// ready opens the page and puts the ear of the test to it.
func (a *onAir) ready(t *testing.T, b tab, address string) {
	t.Helper()
	must(t, b, b.open(address))
	until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0 && (proscenium.sound.node || proscenium.sound.worker))`)
	run[any](t, b, "void "+fmt.Sprintf("(%s)(%q)", strings.TrimSpace(earScript), b.name()))
	until[bool](t, b, `ear.state === "open"`)
}

// quiet fails the test if a page complained, or its policy forbade it something.
func (a *onAir) quiet(t *testing.T, tabs ...tab) {
	t.Helper()
	for _, b := range tabs {
		if said := b.complaints(); len(said) > 0 {
			t.Errorf("%s complains:\n%s", b.name(), strings.Join(said, "\n"))
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.csp) > 0 {
		t.Errorf("the page's policy forbade it something:\n%s", strings.Join(a.csp, "\n"))
	}
}
