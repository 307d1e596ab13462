package web_test

import "testing"

// TestStage_SectionsAreWhole: a section's name stops before the next one begins, and the
// line where the music is does not go through it.
func TestStage_SectionsAreWhole(t *testing.T) {
	_, address := staged(t, nil, onTheAir)
	b := chromiumTab(t, nil)
	must(t, b, b.resize(1280, 800))
	must(t, b, b.open(address+"/"))
	for _, wrong := range run[[]string](t, b, `(async () => {
		const { Roll } = await import("/static/roll.js");
		const { Score } = await import("/static/score.js");
		const { dark } = await import("/static/palette.js");
		const wrong = [];
		const canvas = document.createElement("canvas");
		canvas.style.cssText = "position:fixed;left:0;top:0;width:1280px;height:400px";
		document.body.append(canvas);
		const score = new Score();
		const now = 20 * 48000;
		score.begin({ title: "A", from: 0, tick: 0, tempo: 500000, meter: "4/4", voices: [], makers: [], signals: [] });
		for (const [back, name] of [[400, "set_point"], [340, "hold"], [310, "set_point"], [120, "change_of_ends"]]) score.mark([{ kind: "section", frame: now - (back / 110) * 48000, tick: 0, name }]);
		const roll = new Roll(canvas, score);
		roll.draw(now, dark, 0);
		const nowX = Math.round(1280 * 0.74);
		const ink = dark.ink.match(/\w\w/g).map((h) => parseInt(h, 16));
		const line = dark.now.match(/\w\w/g).map((h) => parseInt(h, 16));
		const top = Math.round(5 * Math.max(4, Math.round(400 / 90)));
		const count = (x, w, colour) => {
			const d = roll.g.getImageData(Math.round(x), top + 2, w, 22).data;
			let n = 0;
			for (let i = 0; i < d.length; i += 4) if (colour.every((c, k) => Math.abs(c - d[i + k]) < 4)) n++;
			return n;
		};
		for (const back of [340, 310, 120]) if (count(nowX - back - 4, 4, ink)) wrong.push("a name is cut by the one " + back + " pixels before now");
		if (!count(nowX - 120, 100, ink)) wrong.push("the last name is not there");
		if (count(nowX - 1, 2, line)) wrong.push("the line goes through the names");
		canvas.remove();
		return wrong;
	})()`) {
		t.Error(wrong)
	}
}
