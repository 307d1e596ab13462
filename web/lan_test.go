package web_test

import (
	"testing"

	"proscenium/sonify/chip"
	"proscenium/web"
)

// TestPlayer_LAN: a page that is not from a secure place, as a radio in the house is,
// may not use an AudioWorklet. It plays the same samples, in blocks.
func TestPlayer_LAN(t *testing.T) {
	web.Alone(t)
	a := start(t, busy, "--behind", "127.0.0.1")
	tabs := opened(t, newSink(t))
	var heard []*recording
	for _, b := range tabs {
		t.Logf("%s sounds %.0f ms after the click", b.name(), a.listening(t, b, a.address("radio.lan")))
		if run[bool](t, b, `isSecureContext`) {
			t.Errorf("%s takes the page for secure", b.name())
		}
		if way := run[string](t, b, `proscenium.sound.way`); way != "blocks" {
			t.Errorf("%s plays %q, it should play blocks", b.name(), way)
		}
	}
	for _, b := range tabs {
		hearing(t, b, 15)
	}
	a.quiet(t, tabs...)
	for _, b := range tabs {
		heard = append(heard, a.recorded(t, b))
	}
	want := a.rendered(t)
	var verdicts []*verdict
	for _, r := range heard {
		v := r.judge(t, want, fadedBlocks)
		if v.exact < 8*chip.Rate {
			t.Errorf("%s: only %d frames could be compared", r.who, v.exact)
		}
		verdicts = append(verdicts, v)
	}
	together(t, a.score(t), heard, verdicts)
}

// TestPlayer_House: a page that may have an AudioWorklet and one on plain http hear the
// same at once, where the station is as late as the latter needs.
func TestPlayer_House(t *testing.T) {
	web.Alone(t)
	a := start(t, busy, "--behind", "127.0.0.1", "--latency", "house")
	tabs := opened(t, newSink(t))
	for i, host := range []string{"127.0.0.1", "radio.lan"} {
		a.listening(t, tabs[i], a.address(host))
		if way, want := run[string](t, tabs[i], `proscenium.sound.way`), []string{"exact", "blocks"}[i]; way != want {
			t.Errorf("%s at %s plays %q, it should play %q", tabs[i].name(), host, way, want)
		}
	}
	for _, b := range tabs {
		hearing(t, b, 30)
	}
	a.quiet(t, tabs...)
	want := a.rendered(t)
	var heard []*recording
	var verdicts []*verdict
	for i, b := range tabs {
		r := a.recorded(t, b)
		heard = append(heard, r)
		verdicts = append(verdicts, r.judge(t, want, []int{fadedExact, fadedBlocks}[i]))
	}
	together(t, a.score(t), heard, verdicts)
}
