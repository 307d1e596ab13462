package main

import "testing"

// More than a quarter more than Icecast is a failure, and so is a measurement in which
// somebody did nothing.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		ours, theirs float64
		good         bool
	}{{1.0, 1.0, true}, {0.2, 1.0, true}, {1.25, 1.0, true}, {1.26, 1.0, false}, {0, 1, false}, {1, 0, false}} {
		if err := judge(c.ours, c.theirs); (err == nil) != c.good {
			t.Errorf("%v against %v: %v", c.ours, c.theirs, err)
		}
	}
}
