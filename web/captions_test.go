package web_test

import (
	"strings"
	"testing"
)

// TestStage_CaptionsCanBeRead: however soon after another something happens, what is told
// of both is in time, is there for long enough to be read, and is said.
func TestStage_CaptionsCanBeRead(t *testing.T) {
	_, address := staged(t, nil, onTheAir)
	b := chromiumTab(t, nil)
	must(t, b, b.open(address+"/?lang=en"))
	until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
	// On the page, among what happens anyway.
	until[bool](t, b, `document.getElementById("caption").textContent !== ""`)
	if ms := run[float64](t, b, `(async () => {
		const { score, sound } = proscenium;
		const frame = Math.floor(sound.frame) + 24000;
		score.mark([{ kind: "caption", frame, tick: 0, text: "Set point, Inez Interlude" }, { kind: "caption", frame: frame + 816, tick: 0, text: "Ace by Lino Lowpass" }]);
		let first = 0, last = 0;
		for (const began = performance.now(); performance.now() - began < 5000; ) {
			await new Promise((done) => requestAnimationFrame(done));
			if (!document.querySelector(".told").textContent.includes("Set point, Inez Interlude")) continue;
			last = performance.now();
			first ||= last;
		}
		return last - first;
	})()`); ms < 1450 {
		t.Errorf("what is told stands for %.0f ms", ms)
	}
	type seen struct {
		Set, Ace, Third float64 // for how long each could be read, in milliseconds
		Newest          string  // what was large when the second came
		Said            []string
	}
	got := run[seen](t, b, `(async () => {
		const { Captions } = await import("/static/captions.js");
		const { Score } = await import("/static/score.js");
		const at = { newest: document.createElement("p"), before: document.createElement("p"), spoken: document.createElement("p") };
		const captions = new Captions(at);
		const score = new Score();
		const out = { Set: 0, Ace: 0, Third: 0, Newest: "", Said: [] };
		new MutationObserver(() => out.Said.push(at.spoken.textContent)).observe(at.spoken, { childList: true });
		const text = { Set: "Set point, Inez Interlude", Ace: "Ace by Lino Lowpass", Third: "Game Lino Lowpass" };
		const began = performance.now();
		const frame = () => 48 * (performance.now() - began);
		captions.draw(score, 0);
		score.mark([{ kind: "caption", frame: 4800, tick: 0, text: text.Set }, { kind: "caption", frame: 5616, tick: 1, text: text.Ace }, { kind: "caption", frame: 40000, tick: 2, text: text.Third }]);
		let before = began;
		while (performance.now() - began < 7000) {
			await new Promise((done) => setTimeout(done, 16));
			captions.draw(score, frame());
			const now = performance.now();
			for (const k of Object.keys(text)) if ((at.before.textContent + at.newest.textContent).includes(text[k])) out[k] += now - before;
			if (!out.Newest && at.newest.textContent === text.Ace) out.Newest = text.Ace;
			before = now;
		}
		return out;
	})()`)
	for what, ms := range map[string]float64{"set point": got.Set, "the ace": got.Ace, "the game": got.Third} {
		if ms < 1450 {
			t.Errorf("%s could be read for %.0f ms", what, ms)
		}
	}
	if got.Newest == "" {
		t.Error("what comes soon after another is never the large one")
	}
	said := strings.Join(got.Said, "|")
	for _, text := range []string{"Set point, Inez Interlude.", "Ace by Lino Lowpass.", "Game Lino Lowpass."} {
		if strings.Count(said, text) != 1 {
			t.Errorf("%q is not said once: %q", text, said)
		}
	}
}
