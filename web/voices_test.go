package web_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"proscenium/sonify/chip"
	"proscenium/web"
)

// tone is one note that never ends, of 440 Hz.
const tone = `title = "A tone"
key = "A minor"
tempo = 120
seed = 1
[source.court]
type = "sim"
of = "tennis"
speed = 60
[mix]
loudness = "off"
[voice.pipe]
wave = "triangle"
[[pattern]]
voice = "pipe"
level = "plain"
rhythm = "x"
step = "1/1"
notes = "0"
centre = "A4"
length = 1
`

// TestPlayer_Voices: who makes a voice silent has silence in the samples, and what was
// silent comes back; alone is alone; and volume is after all that.
func TestPlayer_Voices(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	b := chromiumTab(t, newSink(t))
	must(t, b, b.resize(1280, 1000))
	a.listening(t, b, a.address("127.0.0.1"))
	hearing(t, b, 2)
	n := run[int](t, b, `proscenium.voices.rows.length`)
	press := func(i int, alone bool) {
		t.Helper()
		which := ".name"
		if alone {
			which = ".solo"
		}
		must(t, b, b.click(fmt.Sprintf("#voices li:nth-child(%d) %s", i+1, which)))
	}
	const silence, sound = `ear.silence > 48000`, `ear.silence === 0`
	for i := range n {
		press(i, false)
	}
	until[bool](t, b, silence)
	// The voice that plays most comes back alone.
	most := run[int](t, b, `(() => {
		const count = proscenium.voices.rows.map((_, i) => proscenium.score.notes.filter((n) => n.voice === i).length);
		return count.indexOf(Math.max(...count));
	})()`)
	press(most, false)
	until[bool](t, b, sound)
	press(most, false)
	until[bool](t, b, silence)
	for i := range n {
		press(i, false)
	}
	until[bool](t, b, sound)
	// Alone, and then silent: nothing is left.
	press(most, true)
	press(most, false)
	until[bool](t, b, silence)
	press(most, false)
	until[bool](t, b, sound)
	if alone := run[[]string](t, b, `[...proscenium.voices.silent()].map((i) => proscenium.voices.piece.voices[i].name)`); len(alone) != n-1 {
		t.Errorf("%d voices are silent beside one of %d that is alone", len(alone), n)
	}
	press(most, true)
	must(t, b, b.key("m"))
	until[bool](t, b, silence)
	must(t, b, b.key("m"))
	until[bool](t, b, sound)

	for range 4 {
		must(t, b, b.key("-"))
	}
	until[bool](t, b, `document.getElementById("volume").value === "60" && Math.abs(proscenium.sound.gain.gain.value - 0.36) < 1e-3`)
	a.quiet(t, b)
}

// TestPlayer_TickMarks: ticks that stand aside are silent, and heard by whoever asks.
func TestPlayer_TickMarks(t *testing.T) {
	web.Alone(t)
	a := start(t, strings.Replace(tone, `rhythm = "x"`, `rhythm = "."`, 1)+"[ticks]\nevery = \"1 beat\"\naside = true\n")
	b := chromiumTab(t, newSink(t))
	a.ready(t, b, a.address("127.0.0.1"))
	must(t, b, b.click("#listen"))
	until[bool](t, b, `proscenium.sound.report?.sounding && proscenium.score.notes.length > 4 && ear.silence > 96000`)
	must(t, b, b.key("t"))
	until[bool](t, b, `ear.heard > 48000 && document.getElementById("ticks").checked`)
	must(t, b, b.key("t"))
	until[bool](t, b, `ear.silence > 96000`)
	// It is remembered.
	must(t, b, b.key("t"))
	a.ready(t, b, a.address("127.0.0.1"))
	must(t, b, b.click("#listen"))
	until[bool](t, b, `ear.heard > 48000`)
	a.quiet(t, b)
}

// TestPlayer_PitchMoved: the pitch lies where the listener wants it, for this listener.
func TestPlayer_PitchMoved(t *testing.T) {
	web.Alone(t)
	a := start(t, tone)
	b := chromiumTab(t, newSink(t))
	a.listening(t, b, a.address("127.0.0.1"))
	// frequency of the last half second, by where the wave goes up through zero.
	frequency := func() float64 {
		t.Helper()
		run[any](t, b, `ear.sent()`)
		a.mu.Lock()
		defer a.mu.Unlock()
		k := a.heard[b.name()].frames
		k = k[max(0, len(k)-chip.Rate/2):]
		first, last, n := 0, 0, 0
		for i := 1; i < len(k); i++ {
			if k[i-1][0] <= 0 && k[i][0] > 0 {
				if n == 0 {
					first = i
				}
				last = i
				n++
			}
		}
		if n < 2 {
			return 0
		}
		return float64(n-1) * chip.Rate / float64(last-first)
	}
	for _, c := range []struct {
		key  string
		want float64
	}{{"", 440}, {keyUp, 880}, {keyDown, 440}, {keyDown, 220}} {
		if c.key != "" {
			must(t, b, b.key(c.key))
		}
		// The note that sounds is two seconds long.
		was := run[int](t, b, `ear.heard`)
		until[bool](t, b, fmt.Sprintf(`ear.heard > %d + 3 * 48000`, was))
		if f := frequency(); math.Abs(f-c.want) > 2 {
			t.Errorf("after %q it sounds at %.1f Hz, it should be %.0f", c.key, f, c.want)
		}
	}
	a.quiet(t, b)
}
