package web_test

import (
	"testing"

	"proscenium/web"

	"github.com/chromedp/chromedp"
)

// Who is moved later, when, and how they come back: by a clock of the test's, so that
// no machine is too busy for it.
func TestLate(t *testing.T) {
	legend, _ := lesson(t)
	_, address := staged(t, legend, web.Info{State: "playing"})
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(address))
	for _, c := range []struct{ what, script, want string }{
		{"a line that is cut, again and again, moves nobody", `
			for (let at = 0; at < 60000; at += 6000) {
				l.cut = true;
				l.dry(at);
				l.takes(-20, at);
				l.cut = false;
				look(at);
			}`, "0 0 0 0 0 0 0 0 0 0"},
		{"what runs dry once, or twice, stays where it is", `
			for (const at of [0, 500, 1000, 10000, 70000, 80000]) { l.dry(at); look(at); }`, "0 0 0 0 0 0"},
		{"what runs dry again and again is moved, a step for every third time", `
			for (let at = 0; at < 30000; at += 5000) { l.dry(at); look(at); }`, "0 0 60 60 60 120"},
		{"what is needed is given at once, in steps that two have alike", `
			for (const need of [-30, 1, 59, 61, 130]) { l.takes(need, 0); look(); }`, "0 60 60 120 180"},
		{"it comes back at once, to what was needed at most of late", `
			l.takes(170, 0); look();
			for (let at = 250; at <= 12000; at += 250) { l.takes(at === 6000 ? 50 : -20, at); if (at % 6000 === 0) look(); }
			for (let at = 12250; at <= 24250; at += 250) l.takes(-1, at);
			look();`, "180 180 60 0"},
		{"while it is cut nothing is known", `
			l.takes(170, 0); l.cut = true;
			for (let at = 250; at <= 60000; at += 250) l.takes(-20, at);
			look(); l.cut = false;
			for (let at = 60250; at <= 72250; at += 250) l.takes(-20, at);
			look();`, "180 0"},
		{"who has to be moved again soon waits longer the next time, and in the end as at first", `
			l.takes(100, 0); let at = 0;
			const calm = () => { const from = at; while (l.extra > 0) l.takes(-20, (at += 250)); return (at - from) / 1000; };
			for (const rest of [1000, 1000, 1000, 3600000]) { got.push(calm()); at += rest; l.takes(100, at); }
			got.push(calm());`, "12 24 48 96 12"},
		{"a station in a hurry has small steps", `
			l.cushion = 32; l.takes(6, 0); look();`, "10"},
		{"nobody is moved without end", `
			l.takes(100000, 0); look();`, "5000"},
	} {
		got := value[string](t, ctx, `(async () => {
			const { Late } = await import("/static/late.js");
			const l = new Late(), got = [], look = () => got.push(l.extra);
			`+c.script+`
			return got.join(" ");
		})()`)
		if got != c.want {
			t.Errorf("%s: %s, expected %s", c.what, got, c.want)
		}
	}
}
