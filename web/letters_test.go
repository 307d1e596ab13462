package web_test

import "testing"

// TestStage_Letters: no two letters of the page's face look the same, and dots stand apart
// from what they are over.
func TestStage_Letters(t *testing.T) {
	_, address := staged(t, nil, onTheAir)
	b := chromiumTab(t, nil)
	must(t, b, b.open(address+"/"))
	for _, wrong := range run[[]string](t, b, `(async () => {
		const { glyph } = await import("/static/glyphs.js");
		const wrong = [];
		const islands = ({ width, rows }) => {
			const seen = new Set();
			const on = (x, y) => x >= 0 && x < width && y >= 0 && y < rows.length && rows[y] & (1 << (width - 1 - x));
			let n = 0;
			for (let y = 0; y < rows.length; y++) for (let x = 0; x < width; x++) {
				if (!on(x, y) || seen.has(x + "," + y)) continue;
				n++;
				const todo = [[x, y]];
				while (todo.length) {
					const [i, j] = todo.pop();
					if (!on(i, j) || seen.has(i + "," + j)) continue;
					seen.add(i + "," + j);
					for (const di of [-1, 0, 1]) for (const dj of [-1, 0, 1]) todo.push([i + di, j + dj]);
				}
			}
			return n;
		};
		for (const bold of [false, true]) {
			const known = new Map();
			for (let c = 0xc0; c < 0x250; c++) {
				const letter = String.fromCharCode(c);
				const g = letter !== "×" && letter !== "÷" && glyph(letter, bold);
				if (!g) continue;
				const key = g.width + ":" + g.rows.join();
				if (known.has(key)) wrong.push(letter + " is " + known.get(key));
				known.set(key, letter);
			}
			for (const letter of "ÄËÏÖÜŸäëïöüÿ") {
				const n = islands(glyph(letter, bold));
				if (n !== 3) wrong.push(letter + (bold ? " in bold" : "") + " is of " + n + " parts");
			}
			const dots = islands(glyph("…", bold));
			if (dots !== 3) wrong.push("… has " + dots + " dots");
		}
		return wrong;
	})()`) {
		t.Error(wrong)
	}
}
