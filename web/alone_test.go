package web

import (
	"flag"
	"os"
	"testing"
)

// Alone is for tests of what is heard in time. A browser that plays wants the machine to
// itself, and go test ./... has other packages at work beside it, so they run where they
// are asked for: in CI, which runs them by themselves, and by -run.
func Alone(t *testing.T) {
	t.Helper()
	if os.Getenv("CI") != "true" && flag.Lookup("test.run").Value.String() == "" {
		t.Skip("it plays in real time and wants the machine to itself: go test ./web -timeout 30m -run Player")
	}
}
