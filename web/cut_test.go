package web_test

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStage_ADeadLineIsSeen: whoever looks at the stage sees that the line is dead, on the
// wall too: by the words at the lamp, by the curtain, and by curves that end. When it goes
// on all is as before.
func TestStage_ADeadLineIsSeen(t *testing.T) {
	a := start(t, busy)
	b := chromiumTab(t, nil)
	for _, way := range []string{"?lang=en&theme=dark", "?wall&lang=en&theme=dark"} {
		must(t, b, b.resize(1280, 800))
		must(t, b, b.open(a.address("127.0.0.1")+way))
		until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
		if !strings.Contains(way, "wall") {
			must(t, b, b.click("#listen"))
			until[bool](t, b, `document.getElementById("tally").textContent.includes("live")`)
		}
		const lamp = `document.getElementById("air-text").textContent`
		until[bool](t, b, lamp+` === "On the air"`)
		// A machine that is gone says nothing; the proxy lets nobody in for as long.
		a.refuse(12 * time.Second)
		until[bool](t, b, lamp+` === "The line is cut. Trying again …" && !document.getElementById("lamp").classList.contains("lit")`)
		if run[bool](t, b, `document.querySelector("#tally").checkVisibility({ visibilityProperty: true })`) {
			t.Errorf("%s: of the sources something is told while the line is cut", way)
		}
		// The curves end where the last message does, with what they say beside their ends.
		until[bool](t, b, `proscenium.sound.frame - proscenium.score.known > 48000 * 3`)
		if got := run[[]int](t, b, `(async () => {
			const { dark } = await import("/static/palette.js");
			const { roll, score, sound } = proscenium;
			const now = sound.frame - 255;
			roll.draw(sound.frame, dark, 255);
			const scale = roll.canvas.width / roll.canvas.clientWidth;
			const colour = dark.curve.match(/\w\w/g).map((h) => parseInt(h, 16));
			const counted = (from, to) => {
				const d = roll.g.getImageData(from * scale, roll.canvas.height * 0.7, (to - from) * scale, roll.canvas.height * 0.3).data;
				let n = 0;
				for (let i = 0; i < d.length; i += 4) if (colour.every((c, k) => Math.abs(c - d[i + k]) < 3)) n++;
				return n;
			};
			const nowX = Math.round(roll.width * 0.74);
			// At least fifty pixels are a second.
			return [counted(nowX - 45, nowX - 3), counted(0, nowX - 3)];
		})()`); got[0] != 0 || got[1] == 0 {
			t.Errorf("%s: curves have %d pixels after the last message, %d in all", way, got[0], got[1])
		}
		until[bool](t, b, `document.body.classList.contains("darkened") && Number(getComputedStyle(document.getElementById("roll")).opacity) < 0.6`)
		until[bool](t, b, lamp+` === "On the air" && !document.body.classList.contains("darkened") && getComputedStyle(document.getElementById("roll")).opacity === "1"`)
		if got := run[string](t, b, `document.body.className`); strings.Contains(got, "cut") {
			t.Errorf("%s: when it goes on the page is %q", way, got)
		}
	}
}

// TestStage_OffTheAir: a station that is stopped has said goodbye: the line is not cut, and
// the page looks for the station until it is back.
func TestStage_OffTheAir(t *testing.T) {
	a := start(t, busy)
	b := chromiumTab(t, nil)
	must(t, b, b.open(a.address("127.0.0.1")+"?lang=en"))
	until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
	until[bool](t, b, `document.getElementById("air-text").textContent === "On the air"`)
	run[any](t, b, `void (globalThis.said = [], new MutationObserver(() => said.push(document.getElementById("air-text").textContent)).observe(document.getElementById("air-text"), { childList: true }))`)
	var host string
	for line := range strings.Lines(a.words()) {
		if _, address, ok := strings.Cut(line, "is on the air: "); ok {
			host, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(address), "http://"), "/")
		}
	}
	if err := a.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-a.ended
	a.cmd.Wait()
	until[bool](t, b, `document.getElementById("air-text").textContent === "The station has gone off the air. Looking for it again …"`)
	// It is looked for after five to ten seconds, and not found.
	run[any](t, b, `new Promise((done) => setTimeout(done, 11000))`)
	if got := run[[]string](t, b, `[...new Set(said)].filter((s) => s !== "On the air" && !s.startsWith("The station has gone off the air."))`); len(got) > 0 {
		t.Errorf("after a goodbye the page says %q", got)
	}
	again := exec.Command(built.dir+"/proscenium", "serve", a.piece, "--addr", host)
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		again.Process.Kill()
		again.Wait()
	})
	known := run[float64](t, b, `proscenium.score.known`)
	until[bool](t, b, fmt.Sprintf(`document.getElementById("air-text").textContent === "On the air" && proscenium.score.known > 0 && proscenium.score.known !== %f`, known))
}
