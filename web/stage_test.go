package web_test

import (
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/mapping"
	"proscenium/sonify/sound"
	"proscenium/sonify/station"
	"proscenium/sonify/wire"
	"proscenium/sources"
	"proscenium/web"

	"github.com/chromedp/chromedp"
)

// onTheAir is a station of which all is well.
var onTheAir = web.Info{Title: "A match", State: "playing", Well: true, Heard: 9000, Sounded: 1200, Sources: []web.Source{{Name: "court", Kind: "sim", State: "live"}}}

// boards is an output that remembers what was written on the board, and when.
type boards struct {
	mu     sync.Mutex
	header *sonify.Header
	marks  []sonify.Mark
}

func (b *boards) Begin(h *sonify.Header) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.header = h
	return nil
}

func (b *boards) Play(c sonify.Cue) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range c.Marks {
		if m.Kind == sonify.MarkBoard {
			b.marks = append(b.marks, m)
		}
	}
	return nil
}

func (*boards) Finish(*sonify.Summary) error { return nil }
func (*boards) Close() error                 { return nil }

// at returns what stands on the board at a frame, row by row.
func (b *boards) at(frame sonify.Frame) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]string, b.header.Board.Places())
	for _, m := range b.marks {
		if m.Frame <= frame {
			out[m.Index] = m.Text
		}
	}
	return out
}

// staged puts the match on the air with a legend and an info, and returns its board
// and its address. The options are those of the server.
func staged(t *testing.T, legend *wire.Legend, info web.Info, options ...web.Options) (*boards, string) {
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
	b := &boards{}
	st.Attach(b)
	ch := web.NewChannel("court", web.ChannelOptions{Program: "test", Legend: func() (*wire.Legend, error) { return legend, nil }})
	st.Attach(ch)
	srv := web.NewServer(append(options, web.Options{})[0])
	if err := srv.Add(ch, func() web.Info { return info }); err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(srv)
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
	return b, "http://127.0.0.1:" + port
}

// awaited returns what a promise of the page comes to.
func awaited[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// lesson is a legend of one rule, and the samples of its middle value.
func lesson(t *testing.T) (*wire.Legend, []chip.Frame) {
	t.Helper()
	h := &sonify.Header{Meter: sonify.Meter{Beats: 4, Unit: 4}, Tempo: sonify.BPM(120), Mix: sonify.Mix{A4: 440}, Voices: []sonify.Voice{
		{Name: "bell", Gain: 1000, Polyphony: 1, Pitched: true, Instrument: sonify.Instrument{Wave: sonify.Pulse, Volume: sonify.Macro{Values: []int{15, 9, 0}, Loop: -1}}}}}
	var c sound.Coder
	setup, err := c.Begin(nil, h)
	if err != nil {
		t.Fatal(err)
	}
	e := wire.LegendEntry{Kind: "rule", Name: "serve", Words: "speed_kmh becomes pitch of bell", Domain: "120 to 225 km/h", Carrier: "pitch", Polarity: "up", Voices: []string{"bell"}}
	const frames = 24000
	var typical []byte
	for i, which := range []string{"low", "typical", "high"} {
		p := chip.AppendNote(chip.AppendAt(nil, 0), 0, &chip.Note{Pitch: int32(60+7*i) << 16, Velocity: 100, Frames: 12000})
		e.Values = append(e.Values, wire.LegendValue{Which: which, Say: "serve: " + which, Commands: p, Frames: frames})
		if i == 1 {
			typical = p
		}
	}
	ref := chip.New()
	for _, p := range [][]byte{setup, typical} {
		if n := ref.Push(p); n != len(p) {
			t.Fatalf("the chip takes %d of %d bytes", n, len(p))
		}
	}
	out := make([]chip.Frame, frames)
	ref.Render(out)
	return &wire.Legend{Title: "A match", Setup: setup, Entries: []wire.LegendEntry{e}}, out
}

// TestStage_WhatIsSeen: the board is the station's at every moment, the legend plays
// the chip's samples and softens the station for as long, and the words about the
// station are there.
func TestStage_WhatIsSeen(t *testing.T) {
	legend, want := lesson(t)
	board, address := staged(t, legend, web.Info{Title: "A match", State: "playing", Well: true, Heard: 9000, Sounded: 1200, Gathered: 40,
		Sources: []web.Source{
			{Name: "court", Kind: "sim", State: "stale"},
			{Name: "shop_door", Kind: "webhook", State: "live", Heard: 8000, PerMinute: 480, Silent: 125, Errors: 2, Late: 3, Repaired: 4, Missing: 5, Skipped: 6,
				Dropped: 7, KeptOut: 8, Hashed: 9, Withheld: 10, Link: "up", Connected: 3, Messages: 9100, Last: 0.5, Note: "four topics", Why: "<b>the answer broke off</b>"},
		}, Problems: []string{"match.toml:3:1: tempoo: unknown key"}})
	ctx := browser(t)
	check := quiet(t, ctx)
	do(t, ctx, chromedp.Navigate(address+"/?lang=en"))
	value[bool](t, ctx, `Boolean(globalThis.proscenium?.score.known > 0 && proscenium.sound.node)`)
	do(t, ctx, chromedp.Click("#listen"))
	value[bool](t, ctx, `proscenium.sound.report?.sounding === true`)

	// The board.
	type seen struct {
		Frame sonify.Frame `json:"frame"`
		Texts []string     `json:"texts"`
	}
	const look = `(() => {
		const frame = Math.floor(proscenium.sound.frame) - 255;
		proscenium.board.draw(proscenium.score, frame);
		const texts = [...document.querySelectorAll("#board td")].map((td) => td.querySelector(".unseen")?.textContent ?? td.textContent);
		return texts.length > 0 && !document.getElementById("board").hidden ? { frame, texts } : null;
	})()`
	changed := map[string]bool{}
	for len(changed) < 4 {
		s := value[seen](t, ctx, look)
		shown := strings.Join(s.Texts, "|")
		if real := strings.ToUpper(strings.Join(board.at(s.Frame), "|")); shown != real {
			t.Fatalf("at frame %d the page's board is %q, the station's %q", s.Frame, shown, real)
		}
		changed[shown] = true
		value[bool](t, ctx, fmt.Sprintf(`proscenium.sound.frame > %d + 12000`, s.Frame))
	}

	// The words.
	if got := value[string](t, ctx, `document.getElementById("tally").textContent`); !strings.HasPrefix(got, "1,200 of 9,000 events sounded, 40 more together") {
		t.Errorf("of the events the page says %q", got)
	}
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`document.getElementById("tally").focus()`), chromedp.KeyEvent("\r"))
	value[bool](t, ctx, `document.querySelectorAll("#sources li").length === 2`)
	for i, want := range []string{
		"court (sim): 0 events · 0 in a minute · none yet · 0 failures · 0 lost",
		"shop door (webhook): 8,000 events · 480 in a minute · the last 2 min ago · connected · 3 times in all · 9,100 messages · the last 0 s ago · 2 failures · 7 lost · " +
			"3 late · 4 values put right · 5 values missing · 6 left out · 8 values kept out · 9 values hashed · 10 withheld, of groups too small" +
			"four topics<b>the answer broke off</b>",
	} {
		if got := value[string](t, ctx, fmt.Sprintf(`document.querySelectorAll("#sources li")[%d].textContent`, i)); got != want {
			t.Errorf("of a source the page says %q, not %q", got, want)
		}
	}
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`document.getElementById("tally").focus()`), chromedp.KeyEvent("\r"))
	if got := value[string](t, ctx, `!document.getElementById("problems").hidden && document.getElementById("problems").textContent`); !strings.Contains(got, "match.toml:3:1: tempoo: unknown key") {
		t.Errorf("of the broken edit the page says %q", got)
	}

	// The legend, by the keyboard alone.
	do(t, ctx, chromedp.KeyEvent("l"))
	value[bool](t, ctx, `document.getElementById("legend").open && document.querySelectorAll("#legend .value").length === 3`)
	if got := value[string](t, ctx, `document.querySelector("#legend .entry").textContent`); !strings.Contains(got, "the more, the higher") || !strings.Contains(got, "120 to 225 km/h") {
		t.Errorf("the legend says %q", got)
	}
	before := value[float64](t, ctx, `proscenium.sound.gain.gain.value`)
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("#legend .typical").focus()`), chromedp.KeyEvent("\r"))
	value[bool](t, ctx, fmt.Sprintf(`proscenium.legend.begun === 1 && proscenium.sound.gain.gain.value < %f / 4`, before))
	value[bool](t, ctx, fmt.Sprintf(`proscenium.legend.source === null && Math.abs(proscenium.sound.gain.gain.value - %f) < 0.001 && proscenium.sound.report.sounding`, before))
	got := awaited[[]int](t, ctx, fmt.Sprintf(`(async () => {
		const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
		const told = proscenium.legend.told;
		const s = await proscenium.legend.ask({ type: "play", id: -1, setup: bytes(told.setup), commands: bytes(told.entries[0].values[1].commands), frames: told.entries[0].values[1].frames });
		return [...s.left.slice(0, %d)].map((x) => Math.round(x * 8388608));
	})()`, len(want)))
	loud := 0
	for i, f := range want {
		if i >= len(got) || got[i] != int(f[0]) {
			t.Fatalf("sample %d of the legend is not the chip's", i)
		}
		if f[0] != 0 {
			loud++
		}
	}
	if loud < 1000 {
		t.Errorf("only %d samples of the legend are heard", loud)
	}
	do(t, ctx, chromedp.KeyEvent("\u001b"))
	value[bool](t, ctx, `!document.getElementById("legend").open`)

	// Without motion the picture turns pages, by the beat.
	if got := awaited[string](t, ctx, `(async () => {
		const { dark } = await import("/static/palette.js");
		const { roll, score } = proscenium;
		roll.still = true;
		roll.draw = Object.getPrototypeOf(roll).draw;
		const picture = (frame) => { roll.draw(frame, dark, 0); return roll.canvas.toDataURL(); };
		const beat = roll.beatAt(Math.floor(proscenium.sound.frame) - 96000);
		const [a, b, c] = [beat + 100, beat + 9000, beat + 60000].map(picture);
		roll.still = false;
		return a !== b ? "it moves within a beat" : a === c ? "it does not go on" : "";
	})()`); got != "" {
		t.Errorf("without motion: %s", got)
	}
	check()
}

// TestStage_Wall: the view for a wall has no controls, says where one listens, and
// hides the pointer that rests.
func TestStage_Wall(t *testing.T) {
	_, address := staged(t, nil, web.Info{Title: "A match", State: "playing", Well: true})
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(address+"/s/court?wall&lang=fr"))
	value[bool](t, ctx, `Boolean(globalThis.proscenium?.score.known > 0) && document.body.classList.contains("wall")`)
	if got := value[string](t, ctx, `document.getElementById("wall-foot").textContent`); !strings.Contains(got, strings.TrimPrefix(address, "http://")+"/s/court") || !strings.Contains(got, "Pour écouter") {
		t.Errorf("the wall says %q", got)
	}
	value[bool](t, ctx, `["footer", ".tools", ".voices", "#listen"].every((s) => getComputedStyle(document.querySelector(s)).display === "none")`)
	value[bool](t, ctx, `getComputedStyle(document.body).cursor === "none"`)
	do(t, ctx, chromedp.KeyEvent("w"))
	value[bool](t, ctx, `getComputedStyle(document.querySelector("footer")).display !== "none"`)

	// The letters of both languages can be drawn.
	if got := awaited[string](t, ctx, `(async () => {
		const { glyph } = await import("/static/glyphs.js");
		const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;!?'’\"()[]<>+-*/=%&@#_" + "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÑÅØÆŒàâäçéèêëîïôöùûüÿñåøæœ«»–—…°€→←↑↓●♪′";
		return [...all].filter((c) => !glyph(c, true) || !glyph(c, false)).join("");
	})()`); got != "" {
		t.Errorf("there are no letters for %q", got)
	}

	// A reader of the trade reads the codes.
	zbar := need(t, "zbarimg")
	long := "http://radio.festival.example:8080/s/" + strings.Repeat("centre-court-", 6)
	for _, n := range []int{1, 14, 15, 26, 27, 42, 43, 62, 63, 84, 85, 106} {
		text := long[:n]
		code := awaited[[]string](t, ctx, fmt.Sprintf(`(async () => (await import("/static/qr.js")).qr(%q).map((row) => row.map(Number).join("")))()`, text))
		const scale, quiet = 6, 4
		size := (len(code) + 2*quiet) * scale
		var p strings.Builder
		fmt.Fprintf(&p, "P1\n%d %d\n", size, size)
		for y := range size {
			for x := range size {
				r, c := y/scale-quiet, x/scale-quiet
				if r >= 0 && r < len(code) && c >= 0 && c < len(code) && code[r][c] == '1' {
					p.WriteString("1 ")
				} else {
					p.WriteString("0 ")
				}
			}
			p.WriteByte('\n')
		}
		file := filepath.Join(t.TempDir(), "code.pbm")
		if err := os.WriteFile(file, []byte(p.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), zbar, "-q", "--raw", file).Output()
		if err != nil || strings.TrimSuffix(string(out), "\n") != text {
			t.Errorf("the code of %q is read as %q (%v)", text, out, err)
		}
	}
}
