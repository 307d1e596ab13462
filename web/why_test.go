package web

import (
	"os/exec"
	"testing"
)

// The line of the cause tells of the note that says most, stays long enough to be read,
// and speaks as people do.
func TestWhy_TheLineSaysWhatIsWorthKnowing(t *testing.T) {
	out, err := exec.Command(Need(t, "node"), "testdata/teller.mjs", "static").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
