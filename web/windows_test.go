package web_test

import (
	"fmt"
	"testing"

	"proscenium/web"
)

// TestPlayer_InEveryWindow: however large the window is, a telephone's on its side too,
// nothing lies over what can be pressed, and nothing is beyond its sides.
func TestPlayer_InEveryWindow(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	for _, b := range opened(t, newSink(t)) {
		for _, size := range [][2]int{{320, 568}, {360, 640}, {390, 664}, {390, 844}, {568, 320}, {844, 390}, {1024, 600}, {1280, 500}, {1920, 1080}} {
			where := fmt.Sprintf("%s, %d by %d", b.name(), size[0], size[1])
			must(t, b, b.resize(size[0], size[1]))
			must(t, b, b.open(a.address("127.0.0.1")))
			// With the board and the words there nothing makes way any more.
			until[bool](t, b, `globalThis.proscenium?.score.known > 0 && document.getElementById("caption").textContent !== "" && !document.getElementById("board").hidden`)
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

// wordy is a piece with a long title, long captions and a board of many columns.
const wordy = `title = "A very long title of a piece about calendars of the collection of rubbish and of Donaudampfschifffahrtsgesellschaften"
about = "All that is long."
[source.court]
type = "sim"
speed = 40
[voice.a_voice_with_a_name_that_goes_on]
wave = "pulse"
volume = [15, 13, 11]
[[rule]]
on = "tennis.point"
voice = "a_voice_with_a_name_that_goes_on"
pitch = { from = "speed_kmh", domain = [120, 225], range = ["A3", "A5"] }
say = "{server_name} serves a truly extraordinary and long-winded ball at {speed_kmh:0} km/h, says the umpire, and everybody stands up to applaud for a while"
[board]
columns = ["the player with a long heading", "speed of the serve", "who", "why", "where", "when"]
rows = [["{server_name} von und zu Hohenzollern-Sigmaringen", "{speed_kmh:0}", "{server_name}", "{server_name}", "{server_name}", "{server_name}"]]
`

// TestStage_NoWordUnderAnother: in no window, and on no wall, text lies over other text or
// over the score, nothing of it is beyond the edges, and the score has room.
func TestStage_NoWordUnderAnother(t *testing.T) {
	b := chromiumTab(t, nil)
	for name, piece := range map[string]string{"a match": busy, "a wordy piece": wordy} {
		a := start(t, piece)
		for _, w := range []struct {
			wide, high int
			way        string
			stage      float64 // the least height of the score
		}{
			{320, 568, "", 220}, {360, 640, "", 220}, {390, 664, "", 220}, {844, 390, "", 220}, {667, 375, "", 220}, {1024, 600, "", 220}, {1280, 800, "", 200},
			{1080, 1920, "?wall", 600}, {768, 1024, "?wall", 300}, {1024, 768, "?wall", 230}, {1280, 720, "?wall", 250}, {1920, 1080, "?wall", 400}, {3840, 2160, "?wall", 800}, {390, 844, "?wall", 200},
		} {
			where := fmt.Sprintf("%s in %d by %d %s", name, w.wide, w.high, w.way)
			must(t, b, b.resize(w.wide, w.high))
			must(t, b, b.open(a.address("127.0.0.1")+w.way))
			until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
			if w.way == "" {
				must(t, b, b.click("#listen"))
			}
			until[bool](t, b, `document.getElementById("caption").textContent !== "" && !document.getElementById("board").hidden`)
			type look struct {
				Wrong []string
				Stage float64
			}
			got := run[look](t, b, `(() => {
				const wrong = [];
				// What moves in is looked at where it comes from, and where it stays.
				const moves = document.getAnimations().filter((a) => Number.isFinite(a.effect.getComputedTiming().endTime));
				for (const a of moves) { a.pause(); a.currentTime = 0; }
				look();
				for (const a of moves) a.finish();
				const boxes = look();
				return { Wrong: [...new Set(wrong)], Stage: boxes["#roll"].bottom - boxes["#roll"].top };
				function look() {
					const boxes = {};
					for (const s of ["#air-text", "#title", "#about", ".board", "#roll", "#before", "#caption", "#why", "#tally", ".voices ul", "#wall-foot", "footer"]) {
						const e = document.querySelector(s);
						if (!e?.checkVisibility({ visibilityProperty: true })) continue;
						const own = e.getBoundingClientRect();
						let r = own;
						if (!e.matches(".board, #roll, .voices ul, footer, #wall-foot")) {
							if (!e.textContent) continue;
							const range = document.createRange();
							range.selectNodeContents(e.querySelector("[aria-hidden]") ?? e); // what is drawn of it
							r = range.getBoundingClientRect();
						}
						// What is cut with an ellipsis ends there.
						const clipped = getComputedStyle(e).overflow === "hidden";
						boxes[s] = clipped ? { left: own.left, right: own.right, top: own.top, bottom: own.bottom } : r;
					}
					const names = Object.keys(boxes);
					names.forEach((p, i) => {
						const a = boxes[p];
						if (a.left < -1 || a.right > innerWidth + 1) wrong.push(p + " goes from " + a.left + " to " + a.right);
						for (const q of names.slice(i + 1)) {
							const b = boxes[q];
							if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) wrong.push(p + " lies over " + q);
						}
					});
					const low = Math.max(...names.map((n) => boxes[n].bottom)) + scrollY;
					if (document.body.classList.contains("wall") ? low > innerHeight + 1 : low > document.documentElement.scrollHeight + 1) wrong.push("something is cut off below");
					for (const e of document.querySelectorAll(innerWidth < 650 || innerHeight < 560 ? ".voices button" : "x")) {
						const r = e.getBoundingClientRect();
						if (e.checkVisibility() && (r.width < 32 || r.height < 36)) wrong.push("a button of the voices is " + r.width + " by " + r.height);
					}
					return boxes;
				}
			})()`)
			for _, wrong := range got.Wrong {
				t.Errorf("%s: %s", where, wrong)
			}
			if got.Stage < w.stage {
				t.Errorf("%s: the score is %.0f high", where, got.Stage)
			}
		}
	}
}
