package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"proscenium/web"
)

// plays waits until the page's last way sounds, and says after how many milliseconds.
func plays(t *testing.T, a *onAir, b tab) {
	t.Helper()
	must(t, b, b.open(a.address("127.0.0.1")))
	until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
	run[any](t, b, `void (globalThis.clicked = NaN, addEventListener("click", () => (clicked = performance.now()), { capture: true, once: true }))`)
	must(t, b, b.click("#listen"))
	after := until[float64](t, b, `proscenium.sound.radio.sounding && performance.now() - clicked`)
	t.Logf("%s plays the stream %.0f ms after the click", b.name(), after)
	until[bool](t, b, `proscenium.sound.radio.element.currentTime > 3`)
	if way := run[string](t, b, `proscenium.sound.way`); way != "stream" {
		t.Errorf("%s plays %q, it should play the stream", b.name(), way)
	}
	if text := run[string](t, b, `document.getElementById("way").textContent`); text != "as a stream" {
		t.Errorf("%s says %q in the corner", b.name(), text)
	}
	// The score moves with the sound: some two seconds behind those who play it.
	behind := run[float64](t, b, `(proscenium.sound.frameAt(performance.now()) - proscenium.sound.frame) / 48000`)
	if !(behind > 0.3 && behind < 12) {
		t.Errorf("%s shows what sounded %.1f s ago", b.name(), behind)
	}
	// In a stream no voice is apart, but all of it can be silent.
	if !run[bool](t, b, `document.querySelector("#voices .name").disabled`) {
		t.Errorf("%s lets a voice of a stream be silent", b.name())
	}
	must(t, b, b.key("m"))
	until[bool](t, b, `proscenium.sound.radio.element.muted`)
	must(t, b, b.key(" "))
	until[bool](t, b, `proscenium.sound.radio.element === null`)
}

// TestPlayer_WithoutWebAssembly: a browser that has none plays the station's stream, by
// itself.
func TestPlayer_WithoutWebAssembly(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	d := newSink(t)
	tabs := []tab{
		chromiumTab(t, d, chromedp.Flag("js-flags", "--jitless")),
		firefoxTab(t, d, `user_pref("javascript.options.wasm", false);`),
	}
	for _, b := range tabs {
		plays(t, a, b)
	}
	a.quiet(t, tabs...)
}

// TestPlayer_WithABrokenSynth: where the module cannot be run the page plays the
// stream too.
func TestPlayer_WithABrokenSynth(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	a.mu.Lock()
	a.spoil = true
	a.mu.Unlock()
	b := chromiumTab(t, newSink(t))
	plays(t, a, b)
	if len(b.complaints()) == 0 {
		t.Error("the page does not say what is wrong")
	}
}

// TestPlayer_TheProcessorFails: a player that throws while it plays is replaced, and
// after the third time the next way is taken.
func TestPlayer_TheProcessorFails(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	b := chromiumTab(t, newSink(t))
	a.listening(t, b, a.address("127.0.0.1"))
	for _, way := range []string{"exact", "exact", "blocks"} {
		run[any](t, b, `void (globalThis.was = proscenium.sound.node, was.port.postMessage({ type: "keyframe", frame: 0, snapshot: new Uint8Array(3) }))`)
		until[bool](t, b, `proscenium.sound.node !== was && proscenium.sound.report?.sounding === true`)
		if is := run[string](t, b, `proscenium.sound.way`); is != way {
			t.Fatalf("it plays %q, it should play %q", is, way)
		}
	}
}
