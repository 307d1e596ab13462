package web_test

import (
	"fmt"
	"strings"
	"testing"

	"proscenium/sonify/chip"
	"proscenium/web"
)

// TestPlayer_Edits: a piece that is changed while it plays is heard so from a bar line
// on, without a gap or a click; and one that is broken, ten times over, changes
// nothing.
func TestPlayer_Edits(t *testing.T) {
	web.Alone(t)
	a := start(t, busy)
	b := chromiumTab(t, newSink(t))
	a.listening(t, b, a.address("127.0.0.1"))
	hearing(t, b, 4)
	change := func(old, with string) string { return strings.Replace(busy, old, with, 1) }
	broken := []string{"title = ", "[voice", "x = 1\n" + busy, change(`"tennis"`, `"tenis"`), change(`"sim"`, `"sam"`), change("seed = 7", "seed = -7"),
		change("speed = 60", "speed = 0"), change("of =", "off ="), change(`"sim"`, `"`) + `"`, "\x00"}
	for i, piece := range broken {
		a.write(t, piece)
		// Whoever is at the machine is told what is wrong, and where.
		until[bool](t, b, fmt.Sprintf(`(globalThis.told ??= [], fetch("/api/stations").then((r) => r.json()).then((l) => (told[%d] = (l.stations ?? l)[0].problems?.join())), told[%d] && told[%d] !== told[%d - 1])`, i, i, i, i))
	}
	if n := run[int](t, b, `proscenium.score.pieces.length`); n != 1 {
		t.Errorf("after ten broken edits the page knows of %d pieces", n)
	}
	at := run[int64](t, b, `Math.round(proscenium.sound.frame)`)
	a.write(t, change("seed = 7", "seed = 8\nlevel = \"plain\""))
	from := until[int64](t, b, `proscenium.score.pieces.length === 2 && proscenium.score.pieces[1].from`)
	tick := run[int64](t, b, `proscenium.score.pieces[1].tick`)
	bar := run[int64](t, b, `Math.round(4 * proscenium.score.pieces[1].tempo * 48000 / 1e6)`)
	if tick%(4*960) != 0 || from-at > 2*bar || from < at {
		t.Errorf("an edit at frame %d is heard from frame %d, tick %d, on: no bar line, or not the next", at, from, tick)
	}
	until[bool](t, b, fmt.Sprintf(`proscenium.sound.report.pos > %d + 4 * 48000`, from))
	a.quiet(t, b)
	r := a.recorded(t, b)
	want := a.rendered(t)
	v := r.judge(t, want, fadedExact)
	// Every sample of the tenth of a second about the change was the render's.
	for _, x := range v.breaches {
		if i := len(v.bases) - 1; i >= 0 {
			if f := x.at + v.bases[i].less; f > from-chip.Rate/20 && f < from+chip.Rate/20 && x.loud > 0 {
				t.Errorf("about the change, at frame %d, %d frames are not the station's", f, x.frames)
			}
		}
	}
	// And in these samples there is no step that a note of the piece does not have, and
	// no hole.
	steepest := func(from, to int64) (step int32, hole int) {
		n := 0
		for i := from; i < to; i++ {
			for c := range 2 {
				step = max(step, want[i][c]-want[i-1][c], want[i-1][c]-want[i][c])
			}
			if want[i] == (chip.Frame{}) {
				n++
			} else {
				n = 0
			}
			hole = max(hole, n)
		}
		return step, hole
	}
	before, _ := steepest(from-2*bar+chip.Rate/2, from-bar/2)
	after, _ := steepest(from+bar/2, from+bar)
	about, hole := steepest(from-chip.Rate/20, from+chip.Rate/10)
	t.Logf("steepest step before %d, after %d, about the change %d; the longest hole has %d frames", before, after, about, hole)
	if about > 2*max(before, after) || hole > 480 {
		t.Errorf("the change is heard as a step of %d (%d and %d are usual) or a hole of %d frames", about, before, after, hole)
	}
}
