package nofma

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheck compares what is found in testdata with the lines that are marked
// with a comment "want".
func TestCheck(t *testing.T) {
	found, err := Check("testdata/fused")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, f := range found {
		got[fmt.Sprintf("%s:%d", filepath.Base(f.Pos.Filename), f.Pos.Line)] = true
	}
	file, err := os.Open("testdata/fused/fused.go")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	wanted := 0
	s := bufio.NewScanner(file)
	for line := 1; s.Scan(); line++ {
		at := fmt.Sprintf("fused.go:%d", line)
		want := strings.HasSuffix(s.Text(), "// want")
		if want {
			wanted++
		}
		if got[at] != want {
			t.Errorf("%s: found %v, want %v: %s", at, got[at], want, s.Text())
		}
	}
	if wanted < 15 {
		t.Errorf("only %d lines are marked", wanted)
	}
}

func TestCheck_SaysWhatIsWrong(t *testing.T) {
	if _, err := Check("testdata"); err == nil || !strings.Contains(err.Error(), "go list in testdata") {
		t.Errorf("got %v", err)
	}
}
