package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"

	"proscenium/web"
)

// Who comes to a full house is told that it is full, and who comes when there is room
// again is let in.
func TestStage_AFullHouse(t *testing.T) {
	legend, _ := lesson(t)
	_, address := staged(t, legend, web.Info{State: "playing"}, web.Options{Listeners: 1})
	guest, _, err := websocket.DefaultDialer.Dial(strings.Replace(address, "http", "ws", 1)+"/s/court/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(address+"/?lang=en"))
	value[bool](t, ctx, `document.getElementById("air-text").textContent === "The house is full. Trying again …"`)
	do(t, ctx, chromedp.Click("#language"))
	value[bool](t, ctx, `document.getElementById("air-text").textContent === "La salle est pleine. Nouvel essai …"`)
	do(t, ctx, chromedp.KeyEvent("l"))
	value[bool](t, ctx, `document.querySelectorAll("#legend .value").length === 3`)
	do(t, ctx, chromedp.KeyEvent("l"))
	do(t, ctx, chromedp.Navigate(address+"/?lang=en&sound=stream"))
	value[bool](t, ctx, `Boolean(globalThis.proscenium)`)
	do(t, ctx, chromedp.Click("#listen"))
	value[bool](t, ctx, `document.getElementById("status").textContent === "The house is full. Trying again …"`)
	guest.Close()
	do(t, ctx, chromedp.Navigate(address+"/?lang=en"))
	value[bool](t, ctx, `globalThis.proscenium?.score.known > 0 && document.getElementById("air-text").textContent === "On the air"`)
}

// Whoever goes on to another page does not keep a place in the one before, which the
// browser keeps for them; and who comes back to it is let in again.
func TestStage_WhoLeavesGivesThePlaceBack(t *testing.T) {
	for _, c := range []struct {
		way       string
		listeners int
		sounds    string
	}{
		{"exact", 1, `proscenium.sound.report?.sounding === true`},
		{"stream", 2, `proscenium.sound.radio.sounding`}, // and the score
	} {
		t.Run(c.way, func(t *testing.T) {
			legend, _ := lesson(t)
			_, address := staged(t, legend, web.Info{State: "playing"}, web.Options{Listeners: c.listeners})
			ctx := browser(t)
			const in = `globalThis.proscenium?.score.known > 0 && document.getElementById("air-text").textContent === "On the air"`
			do(t, ctx, chromedp.Navigate(address+"/?lang=en&sound="+c.way))
			value[bool](t, ctx, in)
			do(t, ctx, chromedp.Click("#listen"))
			value[bool](t, ctx, c.sounds)
			value[bool](t, ctx, `globalThis.same = true`)
			for range 2 {
				do(t, ctx, chromedp.Navigate(address+"/s/court/?lang=en"))
				value[bool](t, ctx, in)
				value[bool](t, ctx, `Boolean(setTimeout(() => history.back()))`)
				// It is the page that was left, and plays on, or another at the same address.
				back := `location.search.includes("sound") && ` + in + ` && (typeof same === "undefined" || ` + c.sounds + `)`
				look := `new Promise((done) => {
					const began = performance.now();
					const look = () => (` + back + ` ? done(true) : performance.now() - began < 1000 ? setTimeout(look, 50) : done(false));
					look();
				})`
				for tries := 0; ; tries++ { // what is asked on the way is not answered
					if there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](look, chromedp.EvalAwaitPromise)); err == nil && there {
						break
					} else if tries == 60 {
						t.Fatalf("whoever comes back is not let in: %v", err)
					}
				}
			}
		})
	}
}

// Whoever silences everything by a key sees it, in words and on every voice, and
// hears again by the key or by any voice.
func TestStage_AllSilentIsSaid(t *testing.T) {
	legend, _ := lesson(t)
	_, address := staged(t, legend, web.Info{State: "playing"})
	ctx := browser(t)
	check := quiet(t, ctx)
	do(t, ctx, chromedp.Navigate(address+"/?lang=en"))
	value[bool](t, ctx, `Boolean(globalThis.proscenium?.score.known > 0 && proscenium.sound.node)`)
	do(t, ctx, chromedp.Click("#listen"))
	value[bool](t, ctx, `proscenium.sound.report?.sounding === true`)
	const pressed = `[...document.querySelectorAll("#voices .name")].map((b) => b.getAttribute("aria-pressed")).join("")`
	before := value[string](t, ctx, pressed)
	for _, again := range []func(){
		func() { do(t, ctx, chromedp.KeyEvent("m")) },
		func() { do(t, ctx, chromedp.Click("#voices .name")) },
	} {
		do(t, ctx, chromedp.KeyEvent("m"))
		value[bool](t, ctx, `document.getElementById("status").textContent === "All is silent: press m to hear it."`)
		if got := value[string](t, ctx, pressed); strings.Contains(got, "false") {
			t.Errorf("everything is silent, and the voices are pressed: %s", got)
		}
		again()
		value[bool](t, ctx, `document.getElementById("status").textContent === ""`)
		if got := value[string](t, ctx, pressed); got != before {
			t.Errorf("the voices were %s and are %s", before, got)
		}
	}

	// The legend has one thing that scrolls, and it is not the dialog.
	do(t, ctx, chromedp.KeyEvent("l"))
	value[bool](t, ctx, `document.querySelectorAll("#legend .value").length === 3`)
	if !value[bool](t, ctx, `(() => { const d = document.getElementById("legend"); d.scrollTop = 5000; return d.scrollTop === 0 && d.scrollHeight === d.clientHeight; })()`) {
		t.Error("the legend scrolls out of its dialog")
	}
	check()
}

// Figures are grouped as the listener's language does it, where the piece wrote them in
// English; and what a label says beside its note stands in lines, not cut off.
func TestStage_WordsHaveRoom(t *testing.T) {
	legend, _ := lesson(t)
	_, address := staged(t, legend, web.Info{State: "playing"})
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate(address+"/?lang=fr"))
	value[bool](t, ctx, `globalThis.proscenium?.score.known > 0 && document.documentElement.lang === "fr"`)
	for text, want := range map[string]string{"5,906": "5\u202f906", "12,345,678 sold": "12\u202f345\u202f678 sold", "6-4, 3-2": "6-4, 3-2", "1,25": "1,25", "0.83": "0.83",
		"1,2,345": "1,2,345", "15,0001": "15,0001", "40": "40"} {
		if got := awaited[string](t, ctx, fmt.Sprintf(`import("/static/words.js").then((w) => w.figures(%q))`, text)); got != want {
			t.Errorf("%q is written %q, not %q", text, got, want)
		}
	}
	for _, c := range []struct {
		text string
		room int // in letters of five
		want string
	}{{"POINT FOR OLGA OSTINATO", 100, "POINT FOR OLGA OSTINATO"}, {"POINT FOR OLGA OSTINATO", 16, "POINT FOR OLGA|OSTINATO"}, {"A B", 1, "A|B"}, {"ACE", 50, "ACE"}, {"", 9, ""}} {
		got := awaited[string](t, ctx, fmt.Sprintf(`import("/static/pixels.js").then((p) => {
			const g = document.createElement("canvas").getContext("2d");
			return p.lined(g, %q, 1, p.widthOf(g, "N".repeat(%d), 1, true), 3).join("|");
		})`, c.text, c.room))
		if got != c.want {
			t.Errorf("%q with room for %d letters is %q, not %q", c.text, c.room, got, c.want)
		}
	}
	// More than three lines are cut at the end.
	if got := awaited[string](t, ctx, `import("/static/pixels.js").then((p) => {
		const g = document.createElement("canvas").getContext("2d");
		return p.lined(g, "ONE TWO THREE FOUR FIVE SIX", 1, p.widthOf(g, "THREE", 1, true), 3).join("|");
	})`); !strings.HasPrefix(got, "ONE|TWO|") || !strings.HasSuffix(got, "…") || strings.Count(got, "|") != 2 {
		t.Errorf("what has no room is %q", got)
	}
}
