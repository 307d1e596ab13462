package web_test

import (
	"strconv"
	"testing"

	"proscenium/web"
)

// early is what a page finds that a phone's page would: what it asks the system for is
// written down.
const early = `
globalThis.asked = { actions: {}, positions: [], locks: [] };
const { setActionHandler, setPositionState } = MediaSession.prototype;
MediaSession.prototype.setActionHandler = function (name, deed) {
	asked.actions[name] = deed;
	return setActionHandler.call(this, name, deed);
};
MediaSession.prototype.setPositionState = function (state) {
	asked.positions.push(state?.duration ?? null);
	return setPositionState.call(this, state);
};
Object.defineProperty(navigator, "audioSession", { value: { type: "auto" } });
Object.defineProperty(navigator, "wakeLock", { value: { request: async (kind) => {
	const lock = Object.assign(new EventTarget(), { kind, released: false, release: async () => {
		lock.released = true;
		lock.dispatchEvent(new Event("release"));
	} });
	asked.locks.push(lock);
	return lock;
} } });
`

// TestPlayer_LockScreen: the system is told what plays, and can pause it; the screen
// stays on for whoever asks, also when the page was hidden meanwhile.
func TestPlayer_LockScreen(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	a.mu.Lock()
	a.early = early
	a.mu.Unlock()
	b := chromiumTab(t, newSink(t))
	a.listening(t, b, a.address("127.0.0.1"))
	if title := run[string](t, b, `navigator.mediaSession.metadata.title`); title != "A match" {
		t.Errorf("the system is told that %q plays", title)
	}
	if kind := run[string](t, b, `navigator.audioSession.type`); kind != "playback" {
		t.Errorf("the kind of sound is %q", kind)
	}
	until[bool](t, b, `navigator.mediaSession.playbackState === "playing" && asked.positions.at(-1) === Infinity`)
	for _, deed := range []string{"pause", "play", "stop", "play"} {
		want := map[string]string{"pause": "suspended", "stop": "suspended", "play": "running"}[deed]
		run[any](t, b, `void asked.actions.`+deed+`()`)
		until[bool](t, b, `proscenium.sound.context.state === "`+want+`"`)
		until[bool](t, b, `navigator.mediaSession.playbackState === "`+map[string]string{"suspended": "paused", "running": "playing"}[want]+`"`)
	}

	run[any](t, b, `void (document.getElementById("kit").open = true)`)
	must(t, b, b.click("#awake"))
	until[bool](t, b, `asked.locks.length === 1 && asked.locks[0].kind === "screen"`)
	// The browser lets go of it when the page is hidden, and the page asks again.
	run[any](t, b, `void asked.locks[0].release()`)
	run[any](t, b, `void document.dispatchEvent(new Event("visibilitychange"))`)
	until[bool](t, b, `asked.locks.length === 2`)
	must(t, b, b.click("#awake"))
	until[bool](t, b, `asked.locks[1].released`)
	a.quiet(t, b)
}

// TestPlayer_TakenAway: an output that the system took ("interrupted"), or whose time
// stands still although it runs, is replaced; and a line that is dead although it is
// open is noticed.
func TestPlayer_TakenAway(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	b := chromiumTab(t, newSink(t))
	a.listening(t, b, a.address("127.0.0.1"))
	for _, what := range []string{
		`Object.defineProperty(was, "state", { get: () => "interrupted" }); was.resume = async () => {}; was.onstatechange(new Event("statechange"))`,
		`Object.defineProperty(was, "currentTime", { value: was.currentTime })`,
	} {
		run[any](t, b, `void (() => { const was = (globalThis.was = proscenium.sound.context); `+what+`; })()`)
		until[bool](t, b, `proscenium.sound.context !== was && proscenium.sound.context.state === "running" && proscenium.sound.report?.sounding === true`)
		if way := run[string](t, b, `proscenium.sound.way`); way != "exact" {
			t.Errorf("after that it plays %q", way)
		}
		run[any](t, b, `void (proscenium.sound.renewed = -Infinity)`)
	}

	before := run[int](t, b, `(globalThis.frozen = performance.now(), proscenium.score.known)`)
	a.freeze()
	after := until[float64](t, b, `proscenium.score.known > `+strconv.Itoa(before)+` + 240000 && performance.now() - frozen`)
	t.Logf("a line that says nothing is given up, and the score goes on, after %.1f s", after/1000)
	if after > 20000 {
		t.Error("that is too late")
	}
	until[bool](t, b, `proscenium.sound.report?.sounding === true`)
	a.quiet(t, b)
}
