package web_test

import (
	"fmt"
	"testing"

	"proscenium/sonify/stream"
	"proscenium/web"
)

// What a page without the synth does: an <audio> plays every stream.
func TestPlayer_AudioElementPlaysTheStreams(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	b := chromiumTab(t, nil)
	must(t, b, b.open(a.address("127.0.0.1")+"s/court"))
	must(t, b, b.click("#title")) // a browser plays to nobody who has not touched the page
	for _, f := range stream.Formats() {
		until[bool](t, b, fmt.Sprintf(`(() => {
			globalThis.radio ??= {};
			radio.%[1]s ??= Object.assign(new Audio("/s/court/stream.%[1]s"), {muted: true});
			radio.%[1]s.paused && void radio.%[1]s.play();
			return radio.%[1]s.currentTime > 1.5 && !radio.%[1]s.error;
		})()`, f.Name))
		run[any](t, b, fmt.Sprintf(`(radio.%[1]s.pause(), radio.%[1]s.removeAttribute("src"), radio.%[1]s.load(), null)`, f.Name))
	}
}
