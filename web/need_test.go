package web

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Need returns where one of the programs is. Without any the test ends, and in CI fails.
// The tests from outside of the package have it too.
func Need(t *testing.T, names ...string) string {
	t.Helper()
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("there is no %s", strings.Join(names, " or "))
	}
	t.Skipf("there is no %s", strings.Join(names, " or "))
	return ""
}
