package web_test

import (
	"fmt"
	"testing"
)

// TestPlayer_InEveryWindow: however large the window is, a telephone's on its side too,
// nothing lies over what can be pressed, and nothing is beyond its sides.
func TestPlayer_InEveryWindow(t *testing.T) {
	a := start(t, busy)
	for _, b := range opened(t, newSink(t)) {
		for _, size := range [][2]int{{320, 568}, {390, 844}, {568, 320}, {844, 390}, {1024, 600}, {1280, 500}, {1920, 1080}} {
			where := fmt.Sprintf("%s, %d by %d", b.name(), size[0], size[1])
			must(t, b, b.resize(size[0], size[1]))
			must(t, b, b.open(a.address("127.0.0.1")))
			until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
			look := func(when string) {
				t.Helper()
				// Rows that are scrolled along are looked at where they begin.
				for _, wrong := range run[[]string](t, b, `(() => {
					const wrong = [];
					if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page is " + document.documentElement.scrollWidth + " wide: " + [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest(".voices, .stage")).map((e) => e.id || e.className || e.tagName));
					for (const e of document.querySelectorAll("button, input, summary, a, select")) {
						if (!e.checkVisibility() || e.closest(".voices, dialog")) continue;
						e.scrollIntoView({ block: "nearest" });
						const r = e.getBoundingClientRect();
						if (r.width === 0) continue;
						const top = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
						if (!top || !(e.contains(top) || top.contains(e))) wrong.push((e.id || e.textContent) + " is under " + (top?.id || top?.className || top?.tagName));
					}
					scrollTo(0, 0);
					return wrong;
				})()`) {
					t.Errorf("%s, %s: %s", where, when, wrong)
				}
			}
			look("before the first sound")
			must(t, b, b.click("#listen"))
			until[bool](t, b, `proscenium.sound.report?.sounding === true`)
			look("while it plays")
			run[any](t, b, `void document.querySelectorAll("details").forEach((d) => (d.open = true))`)
			look("with all that can be opened open")
		}
	}
}
