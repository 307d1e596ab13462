package web_test

import (
	"testing"

	"proscenium/sonify/chip"
)

// TestPlayer_LAN: a page that is not from a secure place, as a radio in the house is,
// may not use an AudioWorklet. It plays the same samples, in blocks.
func TestPlayer_LAN(t *testing.T) {
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
	for _, r := range heard {
		if v := r.judge(t, want, fadedBlocks); v.exact < 8*chip.Rate {
			t.Errorf("%s: only %d frames could be compared", r.who, v.exact)
		}
	}
}
