package web_test

import (
	"fmt"
	"testing"

	"proscenium/sonify/stream"

	"github.com/chromedp/chromedp"
)

// What a page without the synth could do: an <audio> plays every stream.
func TestPlayer_AudioElementPlaysTheStreams(t *testing.T) {
	_, port := air(t)
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate("http://127.0.0.1:"+port+"/s/court"))
	for _, f := range stream.Formats() {
		value[bool](t, ctx, fmt.Sprintf(`(() => {
			globalThis.radio ??= {};
			radio.%[1]s ??= Object.assign(new Audio("/s/court/stream.%[1]s"), {muted: true, autoplay: true});
			return radio.%[1]s.currentTime > 1.5 && !radio.%[1]s.error;
		})()`, f.Name))
		value[bool](t, ctx, fmt.Sprintf(`(radio.%[1]s.pause(), radio.%[1]s.removeAttribute("src"), radio.%[1]s.load(), true)`, f.Name))
	}
}
