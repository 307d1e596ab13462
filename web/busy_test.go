package web_test

import (
	"testing"

	"proscenium/sonify/chip"
	"proscenium/web"

	"github.com/chromedp/chromedp"
)

// front opens another tab before a page, so that it is hidden, and returns what closes
// it.
func front(t *testing.T, b tab) {
	t.Helper()
	switch b := b.(type) {
	case *chromium:
		over, cancel := chromedp.NewContext(b.ctx)
		t.Cleanup(cancel)
		if err := chromedp.Do(over, chromedp.Navigate("about:blank")); err != nil {
			t.Fatal(err)
		}
	case *firefox:
		if err := b.command("browsingContext.create", map[string]any{"type": "tab"}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPlayer_BusyAndHidden: a page that does nothing for seconds, and one that nobody
// sees, lose no sample: the line and the synth do not wait for the page. In Firefox the
// WebSocket of a Worker does wait for the page: there what is known is played, and then
// it goes on in step with the others.
func TestPlayer_BusyAndHidden(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	tabs := opened(t, newSink(t))
	for _, b := range tabs {
		a.listening(t, b, a.address("127.0.0.1"))
		hearing(t, b, 3)
	}
	type count struct {
		Dry, Pos int
		Delay    float64
	}
	const now = `({ dry: proscenium.sound.report.dry, pos: proscenium.sound.report.pos, delay: proscenium.sound.delay })`
	for _, b := range tabs {
		before := run[count](t, b, now)
		run[any](t, b, `void (() => { for (const end = performance.now() + 4000; performance.now() < end; );})()`)
		hearing(t, b, run[int](t, b, `Math.ceil(ear.heard / 48000)`)+2)
		after := run[count](t, b, now)
		t.Logf("%s: the page was busy for 4 s: %d frames went on, %d times there was nothing to play", b.name(), after.Pos-before.Pos, after.Dry-before.Dry)
		if after.Dry != before.Dry && b.name() != "firefox" {
			t.Errorf("%s: there was nothing to play", b.name())
		}
		if late := after.Delay - before.Delay; late > 130 {
			t.Errorf("%s: it plays %.0f ms later after that", b.name(), late)
		}
	}
	for _, b := range tabs {
		before := run[count](t, b, now)
		front(t, b)
		hidden := run[string](t, b, `document.visibilityState`)
		hearing(t, b, run[int](t, b, `Math.ceil(ear.heard / 48000)`)+8)
		after := run[count](t, b, now)
		t.Logf("%s: the page is %s: %d frames went on, %d times there was nothing to play", b.name(), hidden, after.Pos-before.Pos, after.Dry-before.Dry)
		if after.Dry != before.Dry {
			t.Errorf("%s: there was nothing to play", b.name())
		}
		// Chromium without a screen takes every tab for seen.
		if hidden != "hidden" && b.name() == "firefox" {
			t.Errorf("%s: the page is %s, it should be hidden", b.name(), hidden)
		}
	}
	a.quiet(t, tabs...)
	var heard []*recording
	for _, b := range tabs {
		heard = append(heard, a.recorded(t, b))
	}
	want := a.rendered(t)
	for _, r := range heard {
		if v := r.judge(t, want, fadedExact); v.exact < 12*chip.Rate {
			t.Errorf("%s: only %d frames could be compared", r.who, v.exact)
		}
	}
}
