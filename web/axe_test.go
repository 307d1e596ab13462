package web_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"proscenium/web"
)

// fault is one that axe-core finds.
type fault struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Where  []string `json:"where"`
}

// TestPlayer_Accessible: axe-core (https://github.com/dequelabs/axe-core), which
// PROSCENIUM_AXE names, finds no serious fault, dark and light, in both languages, with
// all that can be opened open.
func TestPlayer_Accessible(t *testing.T) {
	web.Alone(t)
	path := os.Getenv("PROSCENIUM_AXE")
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("PROSCENIUM_AXE does not say where axe-core is")
		}
		t.Skip("PROSCENIUM_AXE does not say where axe-core is")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a := start(t, busy)
	b := chromiumTab(t, nil)
	look := func(where string) {
		t.Helper()
		found := run[[]fault](t, b, fmt.Sprintf(`(async () => {
			globalThis.axe ?? (() => { %s })();
			// What fades in is there soon: it is looked at as it will be.
			for (const a of document.getAnimations()) if (a.effect.getComputedTiming().endTime < Infinity) a.finish();
			const r = await axe.run(document, { resultTypes: ["violations"] });
			return r.violations.map((v) => ({ id: v.id, impact: v.impact, help: v.help, where: v.nodes.map((n) => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")) }));
		})()`, axe))
		for _, f := range found {
			if f.Impact == "serious" || f.Impact == "critical" {
				t.Errorf("%s: %s: %s (%s)\n\t%s", where, f.Impact, f.Help, f.ID, strings.Join(f.Where, "\n\t"))
			} else {
				t.Logf("%s: %s: %s (%s)\n\t%s", where, f.Impact, f.Help, f.ID, strings.Join(f.Where, "\n\t"))
			}
		}
	}
	for _, size := range [][2]int{{390, 844}, {1280, 800}} {
		must(t, b, b.resize(size[0], size[1]))
		for _, dress := range []string{"lang=en&theme=dark", "lang=fr&theme=light", "lang=en&theme=light", "lang=fr&theme=dark"} {
			where := fmt.Sprintf("%s, %d wide", dress, size[0])
			must(t, b, b.open(a.address("127.0.0.1")+"?"+dress))
			until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0)`)
			must(t, b, b.click("#listen"))
			run[any](t, b, `void document.querySelectorAll("details").forEach((d) => (d.open = true))`)
			until[bool](t, b, `proscenium.score.notes.some((n) => n.data && n.frame < proscenium.sound.frame)`)
			look(where)
			if run[bool](t, b, `Boolean(document.getElementById("legend-open"))`) {
				must(t, b, b.click("#legend-open"))
				until[bool](t, b, `document.getElementById("legend").open && document.getElementById("legend").textContent.length > 200`)
				look(where + ", with the legend")
			}
		}
	}
}
