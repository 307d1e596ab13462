package recipetest

import (
	"fmt"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
)

// Played returns what becomes of a recording of football whose messages have no times, a
// line an event: the clock, what it is, the minute, the score, and the time if it has a
// date; behind them what n counted in tally. Minutes that only pass are left out.
func Played(t *testing.T, n decode.Normaliser, tally *sonify.Tally, answers ...string) string {
	t.Helper()
	var b strings.Builder
	for i, a := range answers {
		if err := n.Normalise(&decode.Message{Body: []byte(a), Line: int64(i + 1)}, func(ev sonify.Event) {
			if ev.Kind() == "football.minute" {
				return
			}
			fmt.Fprintf(&b, "%v %s %v %v", ev.Clock, strings.TrimPrefix(ev.Kind(), "football."), ev.Value("minute"), ev.Value("score"))
			if !ev.At.IsZero() {
				b.WriteString(ev.At.Format(" 15:04"))
			}
			b.WriteByte('\n')
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range tally.Counts() {
		fmt.Fprintf(&b, "%v: %.30s: %d\n", c.Fate, c.What, c.Count)
	}
	return b.String()
}
