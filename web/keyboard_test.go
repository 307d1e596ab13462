package web_test

import (
	"strings"
	"testing"

	"proscenium/web"
)

// TestPlayer_ByKeyboard: everything can be reached and done without a pointer, one sees
// where one is, and what a note means is said.
func TestPlayer_ByKeyboard(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	tabs := opened(t, newSink(t))
	for _, b := range tabs {
		a.ready(t, b, a.address("127.0.0.1")+"?lang=fr&theme=light")
		if lang := run[string](t, b, `document.documentElement.lang`); lang != "fr" {
			t.Errorf("%s: the page is in %q", b.name(), lang)
		}
		a.tour(t, b)
		// The last steps may have led out of the page: that it has the keys again takes a
		// hand.
		must(t, b, b.click("#title"))
		run[any](t, b, `void document.getElementById("listen").focus()`)
		if b.name() == "firefox" { // keys that a driver sends are no wish to hear for it; a press of the mouse is
			must(t, b, b.click("#listen"))
		} else {
			must(t, b, b.key(keyEnter))
		}
		t.Logf("%s sounds %.0f ms after the key", b.name(), until[float64](t, b, `ear.soundAfter()`))
		if said := run[string](t, b, `document.getElementById("play-text").textContent`); said != "Pause" {
			t.Errorf("%s: the button says %q", b.name(), said)
		}
		must(t, b, b.key("1"))
		until[bool](t, b, `document.querySelector("#voices .name").getAttribute("aria-pressed") === "true"`)
		must(t, b, b.key("1"))
		until[bool](t, b, `proscenium.score.notes.some((n) => n.data && n.cause.step === 0 && n.frame < proscenium.sound.frame - 4800)`)
		must(t, b, b.key(keyLeft))
		if why := until[string](t, b, `document.getElementById("card").textContent`); !strings.Contains(why, "→") {
			t.Errorf("%s: the card says %q, and not what became what", b.name(), why)
		}
		must(t, b, b.key(keyUp))
		until[bool](t, b, `proscenium.voices.shift === 12`)
		must(t, b, b.key(keyDown))
		must(t, b, b.key("o"))
		until[bool](t, b, `document.getElementById("kit").open`)
		must(t, b, b.key("m"))
		until[bool](t, b, `ear.silence > 24000`)
		must(t, b, b.key("m"))
		run[any](t, b, `void document.activeElement.blur()`)
		must(t, b, b.key(" "))
		until[bool](t, b, `proscenium.sound.context.state === "suspended"`)
	}
	a.quiet(t, tabs...)
}

// tour goes through the page by Tab alone.
func (a *onAir) tour(t *testing.T, b tab) {
	t.Helper()
	run[any](t, b, `void document.querySelectorAll("details").forEach((d) => (d.open = true))`)
	reached := map[string]bool{}
	want := run[[]string](t, b, `[...document.querySelectorAll("button, input, select, summary, a[href], [tabindex='0']")]
		.filter((e) => e.checkVisibility() && !e.disabled && !e.closest("dialog:not([open])")).map((e) => e.id || e.getAttribute("aria-label") || e.textContent)`)
	for range 2 * len(want) {
		must(t, b, b.key(keyTab))
		type place struct {
			Name string
			Seen bool
		}
		p := run[place](t, b, `(() => {
			const e = document.activeElement, s = getComputedStyle(e);
			return { name: e.id || e.getAttribute("aria-label") || e.textContent, seen: !document.hasFocus() || !e.matches(":focus-visible") || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) };
		})()`)
		if p.Name != "" && !p.Seen && !reached[p.Name] {
			for _, w := range want {
				if w == p.Name {
					t.Errorf("%s: one does not see that one is at %q", b.name(), p.Name)
				}
			}
		}
		reached[p.Name] = true
	}
	for _, w := range want {
		if !reached[w] {
			t.Errorf("%s: %q is not reached by Tab", b.name(), w)
		}
	}
	if len(want) < 20 {
		t.Errorf("%s: the page has %d things to do", b.name(), len(want))
	}
	run[any](t, b, `void document.querySelectorAll("details").forEach((d) => (d.open = false))`)
}
