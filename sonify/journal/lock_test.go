//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows

package journal_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"proscenium/sonify/journal"
)

// A folder has one writer; the second is told who that is, and may write when the first
// has ended.
func TestNew_OneWriterAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	first, err := journal.New(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = journal.New(dir, journal.Options{})
	var busy *journal.Busy
	if !errors.As(err, &busy) || busy.PID != os.Getpid() || busy.Dir != dir {
		t.Errorf("the second writer is told %v", err)
	}
	if want := fmt.Sprintf("another proscenium writes here: %s (pid %d)", dir, os.Getpid()); err == nil || err.Error() != want {
		t.Errorf("the second writer is told %v, not %q", err, want)
	}
	other, err := journal.New(filepath.Join(dir, "other"), journal.Options{})
	if err != nil {
		t.Errorf("another folder: %v", err)
	}
	if err := errors.Join(first.Close(), first.Close(), other.Close()); err != nil {
		t.Fatal(err)
	}
	// What the last writer left is no hindrance, whatever stands in it.
	if err := os.WriteFile(filepath.Join(dir, ".lock"), []byte("no number\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	third, err := journal.New(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	if b, _ := os.ReadFile(filepath.Join(dir, ".lock")); strings.TrimSpace(string(b)) != fmt.Sprint(os.Getpid()) {
		t.Errorf("the lock says %q", b)
	}
}

// Where the folder was taken away and made anew under a writer, it takes the new one
// with the next segment.
func TestBegin_TakesTheFolderAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	w, err := journal.New(dir, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := os.Rename(dir, dir+".old"); err != nil {
		if runtime.GOOS == "windows" {
			t.Skip("an open folder cannot be moved here: ", err)
		}
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := w.Begin(&journal.Header{Run: "20260101T000000.000Z"}); err != nil {
		t.Fatal(err)
	}
	var busy *journal.Busy
	if _, err := journal.New(dir, journal.Options{}); !errors.As(err, &busy) {
		t.Errorf("the second writer is told %v", err)
	}
}
