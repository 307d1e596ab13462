package web_test

import (
	_ "embed"
	"fmt"
	"slices"
	"testing"
	"time"

	"proscenium/web"
)

//go:embed testdata/onset.js
var onsetModule string

func (p parts) p99() float64 {
	s := slices.Sorted(slices.Values(p))
	return s[min(len(s)*99/100, len(s)-1)]
}

// playing is how a page plays: how much later than others, in milliseconds, how often
// it had nothing to play, and what the output says that it takes.
type playing struct {
	Extra   float64 `json:"extra"`
	Dry     int     `json:"dry"`
	Latency int     `json:"latency"`
}

// From an event's arrival to the first changed sample that leaves the player in a
// browser, and what that is made of.
func TestPlayer_AnEventIsHeardAtOnce(t *testing.T) {
	web.Alone(t)
	for _, k := range settings {
		// What else the machine does makes it later, and nothing makes it sooner than it is:
		// the best of three is what it can do.
		good := false
		for try := 1; try <= 3 && !good; try++ {
			t.Run(fmt.Sprintf("%s/%d", k.name, try), func(t *testing.T) {
				f := newBelfry(t, k.ahead, k.cushion, k.margin, map[string]string{"/test/onset.js": onsetModule})
				page := chromiumTab(t, nil)
				must(t, page, page.open(f.url+"/"))
				until[bool](t, page, `Boolean(globalThis.proscenium?.score.known > 0 && proscenium.sound.node)`)
				run[any](t, page, `void (async () => {
				globalThis.onsets = [];
				await proscenium.sound.context.audioWorklet.addModule("/test/onset.js");
				const node = new AudioWorkletNode(proscenium.sound.context, "onset", { outputChannelCount: [1] });
				node.port.onmessage = ({ data }) => onsets.push(data.ms);
				proscenium.sound.node.connect(node).connect(proscenium.sound.context.destination);
			})()`)
				must(t, page, page.click("#listen"))
				until[bool](t, page, `proscenium.sound.report?.sounding === true`)
				// The output's time needs a while to be known well.
				<-time.After(3 * time.Second)
				received := receive(t, f.url)
				const rings = 100
				f.rings(rings, 250*time.Millisecond)
				<-time.After(500 * time.Millisecond)
				left := run[[]float64](t, page, `globalThis.onsets`)
				state := run[playing](t, page, `({extra: proscenium.sound.late.extra, dry: proscenium.sound.report.dry,
				latency: Math.round(1000 * proscenium.sound.context.outputLatency)})`)
				decision, arrival, due := f.parts(received)
				var came []float64
				for _, in := range f.when.in {
					came = append(came, float64(in.UnixNano())/1e6)
				}
				slices.Sort(came)
				var heard parts
				for _, ms := range came {
					k := slices.IndexFunc(left, func(l float64) bool { return l >= ms-1 })
					if k < 0 {
						break
					}
					heard, left = append(heard, left[k]-ms), left[k+1:]
				}
				t.Logf("ms after the event: decided %v; a listener is told %v; due %v; the first sample leaves the player %v, %d of %d; %+v",
					decision, arrival, due, heard, len(heard), rings, state)
				took := heard.p99()
				if k.half {
					took = heard.median()
				}
				switch {
				case len(heard) < rings*95/100:
					t.Errorf("only %d of %d rings were heard", len(heard), rings)
				case took <= k.goal:
					good = true
				case try == 3 && state.Dry == 0 && took > k.goal+state.Extra:
					// What a listener is moved by when messages are late on their way is told
					// apart: it is as much as they were late, and TestLate says when.
					t.Errorf("an event is heard after %v ms, and is to be within %v and what messages were late, %v", heard, k.goal, state.Extra)
				case try == 3:
					// It plays later since it ran dry, and must, for others have the machine.
					t.Logf("the page was kept waiting: how soon it could be cannot be judged")
				}
				if said := page.complaints(); len(said) > 0 {
					t.Errorf("the page complains: %v", said)
				}
			})
		}
	}
}
