package station

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify/conductor"
)

// A machine that is too slow all day says so once a minute, and for how long in all; the
// first time is said at once.
func TestStood_IsNotSaidEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder
		s := &Station{opts: Options{Clock: conductor.Wall{}}, log: slog.New(slog.NewTextHandler(&said, nil))}
		s.stood(1500 * time.Millisecond)
		for range 30 {
			time.Sleep(4 * time.Second)
			s.stood(1040 * time.Millisecond)
		}
		text := said.String()
		for _, want := range []string{`"the music stood still for 1.5s"`, `"the music stood still 15 times, for 15.6s in all"`} {
			if !strings.Contains(text, want) {
				t.Errorf("it does not say %s", want)
			}
		}
		if n := strings.Count(text, "stood still"); n != 3 {
			t.Errorf("in two minutes it says\n%s", text)
		}
	})
}
