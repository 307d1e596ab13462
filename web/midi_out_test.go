package web_test

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"proscenium/web"
)

//go:embed testdata/ports.js
var portsScript string

// message is what a fake MIDI port was sent.
type message struct {
	Port  string  `json:"port"`
	At    float64 `json:"at"`   // when it is to be played, in ms of performance.now()
	Sent  float64 `json:"sent"` // when it was sent
	Bytes []int   `json:"bytes"`
}

// ended fails the test if a note was begun that is not ended: by its own end, or by
// "all sound off" on its channel.
func ended(t *testing.T, when string, sent []message) (notes int) {
	t.Helper()
	// A port plays by time; at one time in the order of sending.
	type key struct {
		port    string
		ch, key int
	}
	on := map[key]float64{}
	for _, m := range byTime(sent) {
		ch := m.Bytes[0] & 15
		switch m.Bytes[0] & 0xf0 {
		case 0x90:
			notes++
			on[key{m.Port, ch, m.Bytes[1]}] = m.At
		case 0x80:
			delete(on, key{m.Port, ch, m.Bytes[1]})
		}
	}
	for k, at := range on {
		t.Errorf("%s: the note %d on channel %d of %s, begun at %.0f, does not end", when, k.key, k.ch+1, k.port, at)
	}
	return notes
}

func byTime(sent []message) []message {
	out := append([]message(nil), sent...)
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && out[j].At < out[j-1].At; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// silenced fails the test unless the last that a port was told is that all is off.
func silenced(t *testing.T, when, port string, sent []message) {
	t.Helper()
	last := map[int]string{} // by channel
	for _, m := range byTime(sent) {
		if m.Port != port {
			continue
		}
		ch := m.Bytes[0] & 15
		switch {
		case m.Bytes[0]&0xf0 == 0x90:
			last[ch] = "a note"
		case m.Bytes[0]&0xf0 == 0xb0 && m.Bytes[1] == 123:
			last[ch] = "off"
		}
	}
	if len(last) == 0 {
		t.Errorf("%s: nothing was sent to %s", when, port)
	}
	for ch, what := range last {
		if what != "off" {
			t.Errorf("%s: the last on channel %d of %s is %s, not all notes off", when, ch+1, port, what)
		}
	}
}

// TestPlayer_MIDI: the score goes to an instrument in step with the sound, on the
// piece's channels and programs, and whatever happens no note is left hanging.
func TestPlayer_MIDI(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	b := chromiumTab(t, newSink(t))
	must(t, b, b.open(a.address("127.0.0.1")))
	until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
	run[any](t, b, "void "+strings.TrimSpace(portsScript))
	must(t, b, b.click("#kit > summary"))
	until[bool](t, b, `document.getElementById("midi-ask").checkVisibility()`)
	run[any](t, b, `void document.getElementById("midi-ask").click()`)
	until[bool](t, b, `document.getElementById("midi-port").options.length === 3`)
	run[any](t, b, `void (document.getElementById("kit").open = false)`) // it may lie over the rest
	must(t, b, b.click("#listen"))
	until[bool](t, b, `proscenium.sound.report?.sounding === true`)

	choose := func(id string) {
		t.Helper()
		run[any](t, b, fmt.Sprintf(`void (() => { const s = document.getElementById("midi-port"); s.value = %q; s.dispatchEvent(new Event("change")); })()`, id))
	}
	sent := func() []message { return run[[]message](t, b, `ports.sent`) }
	playing := func(port string, n int) {
		t.Helper()
		until[bool](t, b, fmt.Sprintf(`ports.sent.filter((m) => m.port === %q && (m.bytes[0] & 0xf0) === 0x90).length > (ports.mark ?? 0) + %d`, port, n))
	}
	// silent waits until nothing more is sent that begins a note, and for the ends of
	// those that were sent ahead.
	mark := func() {
		t.Helper()
		run[any](t, b, `void (ports.mark = ports.sent.filter((m) => (m.bytes[0] & 0xf0) === 0x90).length)`)
	}

	choose("one")
	playing("one", 40)
	// In step: each note is played when the page hears it.
	apart := run[float64](t, b, `Math.max(...ports.errors())`)
	t.Logf("notes on the port are at most %.1f ms from when they are heard", apart)
	if n := run[int](t, b, `ports.errors().length`); n < 20 || apart > 60 {
		t.Errorf("%d notes are up to %.1f ms from when they are heard", n, apart)
	}
	early := 0
	for _, m := range sent() {
		if m.Bytes[0]&0xf0 == 0x90 && m.At > m.Sent {
			early++
		}
	}
	if early < 20 {
		t.Errorf("only %d notes were sent before their time", early)
	}
	// What the piece says of channels and programs stands before the notes.
	want := run[[][2]int](t, b, `proscenium.voices.piece.voices.filter((v) => v.midi_channel !== 10 && v.midi_program).map((v) => [v.midi_channel, v.midi_program])`)
	programs := map[[2]int]bool{}
	for _, m := range sent() {
		if m.Bytes[0]&0xf0 == 0xc0 {
			programs[[2]int{m.Bytes[0]&15 + 1, m.Bytes[1] + 1}] = true
		}
	}
	for _, w := range want {
		if !programs[w] {
			t.Errorf("channel %d was not told program %d", w[0], w[1])
		}
	}
	if len(want) < 3 {
		t.Errorf("the piece has %d voices with programs", len(want))
	}

	// Another port: the first is silent.
	choose("two")
	silenced(t, "another port", "one", sent())
	mark()
	playing("two", 10)

	// A voice that is silent plays nothing any more.
	voice := run[int](t, b, `(() => { const n = proscenium.score.notes.at(-1); return n.voice; })()`)
	run[any](t, b, fmt.Sprintf(`void (proscenium.voices.press(%d, false), ports.muted = performance.now())`, voice))
	mark()
	playing("two", 20)
	if bad := run[int](t, b, fmt.Sprintf(`(() => {
		const part = proscenium.midi.parts.get(proscenium.voices.piece.voices[%d].slot);
		return part.channel.voices > 1 ? 0 : ports.sent.filter((m) => m.sent > ports.muted && m.bytes[0] === (0x90 | part.channel.n)).length;
	})()`, voice)); bad > 0 {
		t.Errorf("%d notes of a voice that is silent were sent", bad)
	}
	run[any](t, b, fmt.Sprintf(`void proscenium.voices.press(%d, false)`, voice))

	// Pause, and on.
	must(t, b, b.key(" "))
	until[bool](t, b, `!proscenium.midi.playing`)
	silenced(t, "pause", "two", sent())
	ended(t, "pause", sent())
	mark()
	must(t, b, b.key(" "))
	playing("two", 10)

	// The output's time jumps.
	run[any](t, b, `void ((s) => { const was = s.late.extra; s.late.to(was + 300, performance.now()); s.shift(was); })(proscenium.sound)`)
	mark()
	playing("two", 10)

	// The instrument is unplugged, and comes back.
	run[any](t, b, `void ports.plug("two", false)`)
	until[bool](t, b, `proscenium.midi.port === null`)
	run[any](t, b, `void ports.plug("two", true)`)
	mark()
	playing("two", 10)

	// The line is cut: what began ends.
	a.cut()
	mark()
	playing("two", 10)

	// The page goes.
	run[any](t, b, `void dispatchEvent(new PageTransitionEvent("pagehide"))`)
	silenced(t, "the page goes", "two", sent())
	choose("")
	n := ended(t, "the end", sent())
	t.Logf("%d notes, all ended", n)
	a.quiet(t, b)
}
