package web_test

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
	"proscenium/sonify/wire"
	"proscenium/sources"
	"proscenium/web"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/tap.js
var tapModule string

//go:embed testdata/tapped.js
var tapScript string

// match is a station's piece on which something happens.
const match = `title = "A match"
mapping = "tennis"
seed = 7
[source.court]
type = "sim"
of = "tennis"
speed = 60
`

// reference renders what a station plays with a chip of its own.
type reference struct {
	mu     sync.Mutex
	enc    wire.Encoder
	chip   *chip.Chip
	frames []chip.Frame
	err    error
}

func (r *reference) push(p []byte) {
	for len(p) > 0 && r.err == nil {
		n := r.chip.Push(p)
		if n <= 0 {
			r.err = fmt.Errorf("the chip takes %d of %d bytes", n, len(p))
			return
		}
		p = p[n:]
	}
}

func (r *reference) Begin(h *sonify.Header) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.chip = chip.New()
	setup, err := r.enc.Begin(h)
	r.push(setup)
	return err
}

func (r *reference) Play(c sonify.Cue) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.enc.Add(c.Passage)
	message, _ := r.enc.Flush()
	m, err := wire.Read(message)
	if err != nil {
		return err
	}
	s := m.(*wire.Score)
	r.push(s.Commands)
	// What starts in the chip's block after the end is not known yet.
	if n := int64(s.Begin+s.Frames) - chip.Block - r.chip.Pos(); n > 0 {
		at := len(r.frames)
		r.frames = append(r.frames, make([]chip.Frame, n)...)
		r.chip.Render(r.frames[at:])
	}
	return r.err
}

func (r *reference) Finish(*sonify.Summary) error { return nil }
func (r *reference) Close() error                 { return nil }

// sum returns the sum of n frames from frame on, as the page counts it.
func (r *reference) sum(from, n int) (uint32, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if from < 0 || from+n > len(r.frames) {
		return 0, false
	}
	s := uint32(0x811c9dc5)
	for _, f := range r.frames[from : from+n] {
		s = (s ^ uint32(f[0])) * 0x01000193
		s = (s ^ uint32(f[1])) * 0x01000193
	}
	return s, true
}

// air puts the match on the air and returns the port of its server.
func air(t *testing.T) (*reference, string) {
	t.Helper()
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	env := mapping.Env{Sources: &reg, Library: mappings.Get, Mappings: mappings.Names(), Probe: true, Version: "test"}
	st, err := station.New(station.Options{Name: "court", Env: env, File: "match.toml", Read: func() ([]byte, error) { return []byte(match), nil }})
	if err != nil {
		t.Fatal(err)
	}
	ref := &reference{}
	st.Attach(ref)
	ch := web.NewChannel("court", web.ChannelOptions{Program: "test"})
	st.Attach(ch)
	srv := web.NewServer(web.Options{})
	if err := srv.Add(ch, func() web.Info { return web.Info{Title: "A match", State: "playing", Well: true} }); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/test/tap.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, tapModule)
	})
	mux.Handle("/", srv)
	h := httptest.NewServer(mux)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- st.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		ch.Close()
		h.CloseClientConnections()
		h.Close()
	})
	_, port, _ := net.SplitHostPort(h.Listener.Addr().String())
	return ref, port
}

// browser starts Chromium. Its first tab's context is returned.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no chromium to try the page with")
		}
		t.Skip("there is no chromium to try the page with")
	}
	limit, cancelLimit := context.WithTimeout(t.Context(), 2*time.Minute)
	all, cancelAll := chromedp.NewExecAllocator(limit, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("host-resolver-rules", "MAP radio.lan 127.0.0.1"))...)
	ctx, cancel := chromedp.NewContext(all)
	t.Cleanup(func() {
		chromedp.Cancel(ctx)
		cancel()
		cancelAll()
		cancelLimit()
	})
	return ctx
}

// do fails the test if a step does.
func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// value returns what an expression says on the page, once it says something true.
func value[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Poll[T](expression, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(time.Minute)))
	if err != nil {
		state, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify({way: globalThis.proscenium?.sound.way, state: globalThis.proscenium?.sound.context?.state,
			report: globalThis.proscenium?.sound.report, delay: globalThis.proscenium?.sound.delay, failed: globalThis.tapped?.failed, runs: globalThis.tapped?.runs.length})`))
		t.Fatalf("%s: %v; %s", expression, err, state)
	}
	return v
}

// listen opens the page and clicks, as a listener does.
func listen(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate(address))
	value[bool](t, ctx, `Boolean(globalThis.proscenium?.score.known > 0 && (proscenium.sound.node || proscenium.sound.worker))`)
	do(t, ctx, chromedp.Evaluate[chromedp.Void](tapScript), chromedp.Click("#listen"))
	value[bool](t, ctx, `proscenium.sound.report?.sounding === true`)
}

// quiet fails the test if the page complains of anything.
func quiet(t *testing.T, ctx context.Context) (check func()) {
	t.Helper()
	do(t, ctx) // the tab has to be there
	var mu sync.Mutex
	var said []string
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				mu.Lock()
				said = append(said, m.String())
				mu.Unlock()
			}
		}
	}()
	return func() {
		mu.Lock()
		defer mu.Unlock()
		if len(said) > 0 {
			t.Errorf("the page complains:\n%s", strings.Join(said, "\n"))
		}
	}
}

type stretch struct {
	Frame  int    `json:"frame"`
	Frames int    `json:"frames"`
	Sum    uint32 `json:"sum"`
	Loud   int    `json:"loud"`
}

// compare holds every stretch that left the page against the station's own samples.
func compare(t *testing.T, ref *reference, heard []stretch) (frames int) {
	t.Helper()
	loud := 0
	for _, s := range heard {
		want, ok := ref.sum(s.Frame, s.Frames)
		if !ok {
			continue // the reference is not as far yet
		}
		if s.Sum != want {
			t.Errorf("%d samples from frame %d differ from the station's", s.Frames, s.Frame)
		}
		frames += s.Frames
		loud += s.Loud
	}
	if loud == 0 {
		t.Errorf("%d samples were compared, and there was no sound", frames)
	}
	return frames
}

// enough is how much is compared: a second a stretch, and some.
const enough = `tapped.stretches().reduce((n, s) => n + s.frames, 0) > 48000 * `

// TestPlayer_SamplesAreTheStations is the promise of the score on the wire: what
// leaves the page, of somebody who joins late and whose line is cut, is what the
// station's own chip makes.
func TestPlayer_SamplesAreTheStations(t *testing.T) {
	ref, port := air(t)
	ctx := browser(t)
	check := quiet(t, ctx)
	listen(t, ctx, "http://127.0.0.1:"+port+"/")
	if way := value[string](t, ctx, `proscenium.sound.way`); way != "exact" {
		t.Fatalf("the page plays %q, it should play the exact samples", way)
	}
	value[bool](t, ctx, enough+`3`)
	before := value[int](t, ctx, `proscenium.score.known`)
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`proscenium.link.postMessage({type: "cut", wait: 20})`))
	value[bool](t, ctx, fmt.Sprintf(`proscenium.score.known > %d + 96000`, before))
	value[bool](t, ctx, enough+`6`)
	heard := value[[]stretch](t, ctx, `tapped.stretches()`)
	n := compare(t, ref, heard)
	t.Logf("%d frames in %d stretches are the station's", n, len(heard))
	if n < 5*chip.Rate {
		t.Errorf("only %d frames could be compared", n)
	}
	if last := heard[len(heard)-1].Frame; last < before {
		t.Errorf("nothing was heard after the line was cut at frame %d: the last stretch begins at %d", before, last)
	}

	// Silence is silence in the samples, and what was silent comes back.
	do(t, ctx, chromedp.KeyEvent("m"))
	value[bool](t, ctx, `tapped.silence() > 48000`)
	do(t, ctx, chromedp.KeyEvent("m"))
	value[bool](t, ctx, `tapped.silence() === 0`)
	check()
}

// TestPlayer_PlainHTTP: a page that may not use an AudioWorklet plays the same
// samples, in blocks.
func TestPlayer_PlainHTTP(t *testing.T) {
	ref, port := air(t)
	ctx := browser(t)
	check := quiet(t, ctx)
	listen(t, ctx, "http://radio.lan:"+port+"/s/court")
	if way := value[string](t, ctx, `proscenium.sound.way`); way != "blocks" {
		t.Fatalf("the page plays %q, it should play blocks", way)
	}
	value[bool](t, ctx, enough+`3`)
	heard := value[[]stretch](t, ctx, `tapped.stretches()`)
	n := compare(t, ref, heard)
	t.Logf("%d frames in %d stretches are the station's", n, len(heard))
	if n < 2*chip.Rate {
		t.Errorf("only %d frames could be compared", n)
	}
	check()
}

// TestPlayer_ByKeyboard: everything can be done without a pointer, and what a note
// means is said.
func TestPlayer_ByKeyboard(t *testing.T) {
	_, port := air(t)
	ctx := browser(t)
	check := quiet(t, ctx)
	do(t, ctx, chromedp.Navigate("http://127.0.0.1:"+port+"/?lang=fr&theme=light"))
	value[bool](t, ctx, `Boolean(globalThis.proscenium?.score.known > 0 && proscenium.sound.node)`)
	do(t, ctx, chromedp.KeyEvent(" "))
	value[bool](t, ctx, `proscenium.sound.report?.sounding === true`)
	do(t, ctx, chromedp.KeyEvent("1"))
	value[bool](t, ctx, `document.querySelector("#voices .name").getAttribute("aria-pressed") === "true"`)
	value[bool](t, ctx, `proscenium.score.notes.some((n) => n.data && n.cause.step === 0 && n.frame < proscenium.sound.frame - 4800)`)
	do(t, ctx, chromedp.KeyEvent("\u0302")) // the arrow to the left
	if why := value[string](t, ctx, `document.getElementById("card").textContent`); !strings.Contains(why, "→") {
		t.Errorf("the card says %q, and not what became what", why)
	}
	if said := value[string](t, ctx, `document.getElementById("play-text").textContent`); said != "Pause" {
		t.Errorf("the button says %q", said)
	}
	if lang := value[string](t, ctx, `document.documentElement.lang`); lang != "fr" {
		t.Errorf("the page is in %q", lang)
	}
	do(t, ctx, chromedp.KeyEvent(" "))
	value[bool](t, ctx, `proscenium.sound.context.state === "suspended"`)
	check()
}

// TestPlayer_Together: two who listen to one station hear the same moment.
func TestPlayer_Together(t *testing.T) {
	_, port := air(t)
	first := browser(t)
	listen(t, first, "http://127.0.0.1:"+port+"/")
	second, cancel := chromedp.NewContext(first)
	defer cancel()
	listen(t, second, "http://127.0.0.1:"+port+"/")
	// When frame 0 would have been heard, by the player's own count and the output's
	// own time: forty times in two seconds.
	const measure = `new Promise((done) => {
		const out = [];
		const timer = setInterval(() => {
			const { sound } = proscenium, r = sound.report;
			const heard = sound.heard().frame + (r.pos - 128 - r.at);
			out.push(performance.timeOrigin + performance.now() - heard / 48);
			if (out.length === 40) { clearInterval(timer); done(out); }
		}, 50);
	})`
	var when [2][]float64
	var wg sync.WaitGroup
	for i, ctx := range []context.Context{first, second} {
		wg.Go(func() {
			v, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](measure, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Error(err)
			}
			when[i] = v
		})
	}
	wg.Wait()
	worst := 0.0
	for i := range min(len(when[0]), len(when[1])) {
		worst = max(worst, when[0][i]-when[1][i], when[1][i]-when[0][i])
	}
	t.Logf("they are at most %.1f ms apart; 50 are wanted", worst)
	// A machine that is busy measures late; two who do not keep step at all are
	// seconds apart.
	if len(when[0]) < 40 || len(when[1]) < 40 || worst > 500 {
		t.Errorf("the same note is heard %.1f ms apart", worst)
	}
}
