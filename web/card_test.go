package web_test

import "testing"

// TestStage_TheCardStaysByItsNote: what is told of a note lies within the page, not over
// the words beside the notes, and goes with its note.
func TestStage_TheCardStaysByItsNote(t *testing.T) {
	_, address := staged(t, nil, onTheAir)
	b := chromiumTab(t, nil)
	for _, size := range [][2]int{{390, 844}, {1280, 800}} {
		must(t, b, b.resize(size[0], size[1]))
		must(t, b, b.open(address+"/?lang=en"))
		until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
		must(t, b, b.click("#listen"))
		until[bool](t, b, `proscenium.roll.drawn.some((d) => d.note.data && d.note.cause?.step === 0 && d.note.frame < proscenium.sound.frame - 9000)`)
		must(t, b, b.key(keyLeft))
		const box = `(() => { const r = document.getElementById("card").getBoundingClientRect(), s = document.getElementById("stage").getBoundingClientRect();
			return { left: r.left, right: r.right, top: r.top - s.top, bottom: r.bottom - s.top, high: s.height, note: proscenium.roll.drawn.find((d) => d.note === proscenium.roll.chosen)?.x ?? -1 }; })()`
		type place struct{ Left, Right, Top, Bottom, High, Note float64 }
		until[bool](t, b, `!document.getElementById("card").hidden`)
		first := run[place](t, b, box)
		limit := float64(size[0])
		if size[0] > 700 {
			limit *= 0.74 // where the words are
		}
		if first.Left < 0 || first.Right > limit || first.Top < 0 || first.Bottom > first.High {
			t.Errorf("%d by %d: the card is at %+v", size[0], size[1], first)
		}
		run[any](t, b, `new Promise((done) => setTimeout(done, 2500))`)
		if next := run[place](t, b, box); next.Note >= first.Note || next.Left > max(next.Note, 6)+1 {
			t.Errorf("%d by %d: the card stays at %+v while the note moves to %+v", size[0], size[1], first, next)
		}
		until[bool](t, b, `proscenium.roll.chosen === null && document.getElementById("card").hidden`)
	}
}
