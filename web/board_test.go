package web_test

import (
	"strings"
	"testing"
)

// TestStage_TheBoardIsLit: a board on which something changes all the time can be read at
// every moment: what has changed is brighter for a moment, and seldom.
func TestStage_TheBoardIsLit(t *testing.T) {
	a := start(t, busy)
	for _, b := range opened(t, nil) {
		must(t, b, b.resize(1280, 800))
		must(t, b, b.open(a.address("127.0.0.1")))
		until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
		type looks struct {
			Looks   int
			Dark    []string
			Flashes int
			Most    int
		}
		got := run[looks](t, b, `(async () => {
			const { board, score } = proscenium;
			const { rows, columns } = board.layout;
			const began = performance.now();
			// As busy as a sale: all of it changes four times a second.
			score.boardAt = () => Array.from({ length: rows }, (_, r) => columns.map((_, c) => String((Math.floor((performance.now() - began) / 250) * 7 + r * 3 + c) % 89 + 10)));
			const out = { Looks: 0, Dark: [], Flashes: 0, Most: 0 };
			const begun = new Map();
			document.addEventListener("animationstart", (e) => {
				const td = e.target.closest?.("#board td");
				if (!td) return;
				out.Flashes++;
				begun.set(td, [...(begun.get(td) ?? []), performance.now()]);
			});
			const light = (text) => {
				const [r, g, b] = text.match(/[\d.]+/g).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
				return 0.2126 * r + 0.7152 * g + 0.0722 * b;
			};
			const ground = light("rgb(11, 10, 18)");
			while (performance.now() - began < 4000) {
				await new Promise((done) => setTimeout(done, 40));
				out.Looks++;
				for (const face of document.querySelectorAll("#board td .face")) {
					for (let e = face; e; e = e.parentElement) if (getComputedStyle(e).opacity !== "1") out.Dark.push("opacity " + getComputedStyle(e).opacity);
					const contrast = (light(getComputedStyle(face).fill) + 0.05) / (ground + 0.05);
					if (contrast < 7) out.Dark.push("contrast " + contrast);
				}
			}
			out.Dark.splice(5);
			for (const times of begun.values()) out.Most = Math.max(out.Most, times.length);
			return out;
		})()`)
		if got.Looks < 20 {
			t.Errorf("%s: only %d looks", b.name(), got.Looks)
		}
		if len(got.Dark) > 0 {
			t.Errorf("%s: what cannot be read: %s", b.name(), strings.Join(got.Dark, ", "))
		}
		if got.Flashes == 0 {
			t.Errorf("%s: nothing tells what has changed", b.name())
		}
		if got.Most > 3 {
			t.Errorf("%s: a place flashes %d times in 4 s", b.name(), got.Most)
		}
	}
}
