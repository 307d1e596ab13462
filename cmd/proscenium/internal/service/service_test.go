//go:build unix

package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// manager is a service manager that keeps what it is told.
func manager(t *testing.T, watchdog time.Duration) (*Manager, <-chan string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan string, 100)
	go func() {
		defer close(told)
		b := make([]byte, 4096)
		for {
			n, _, err := l.ReadFromUnix(b)
			if err != nil {
				return
			}
			told <- string(b[:n])
		}
	}()
	t.Cleanup(func() { l.Close() })
	t.Setenv("NOTIFY_SOCKET", name)
	t.Setenv("WATCHDOG_USEC", strconv.FormatInt(watchdog.Microseconds(), 10))
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	return FromEnv(), told
}

func TestManager_IsToldAndForgotten(t *testing.T) {
	m, told := manager(t, 0)
	for _, key := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		if v, ok := os.LookupEnv(key); ok {
			t.Errorf("%s=%s is left for the programs that this one starts", key, v)
		}
	}
	if err := m.Ready("plays\nthree stations"); err != nil {
		t.Fatal(err)
	}
	if err := m.Stopping(); err != nil {
		t.Fatal(err)
	}
	if got := <-told; got != "READY=1\nSTATUS=plays three stations" {
		t.Errorf("told %q", got)
	}
	if got := <-told; got != "STOPPING=1" {
		t.Errorf("told %q", got)
	}
}

func TestWatch_StopsWhenItIsNotWell(t *testing.T) {
	m, told := manager(t, 40*time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	ill := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.Watch(ctx, func() (string, bool) {
			select {
			case <-ill:
				return "no sound leaves:\nthe device is frozen", false
			default:
				return "plays", true
			}
		})
	}()
	for _, want := range []string{"WATCHDOG=1", "STATUS=plays", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := <-told; got != want {
			t.Fatalf("told %q, not %q", got, want)
		}
	}
	close(ill)
	for got := range told {
		if got == "WATCHDOG=1" {
			continue // it was on its way
		}
		if got != "STATUS=no sound leaves: the device is frozen" {
			t.Errorf("told %q", got)
		}
		break
	}
	cancel()
	<-ended
	for len(told) > 0 {
		if got := <-told; strings.HasPrefix(got, "WATCHDOG") {
			t.Error("the watchdog was told that all is well when it was not")
		}
	}
}

func TestNobody_IsToldNothing(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	m := FromEnv()
	m.Watch(t.Context(), func() (string, bool) { t.Error("asked for nobody"); return "", true })
	if err := errors.Join(m.Ready("x"), m.Status("y"), m.Stopping()); err != nil || m.Managed() {
		t.Errorf("told nobody: %v", err)
	}
}

func TestGone_IsAnError(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "nobody"))
	if err := FromEnv().Ready("x"); err == nil || !strings.Contains(err.Error(), "service manager") {
		t.Errorf("said %v", err)
	}
}

// The journal is known by the stream that the manager named, and by that one only.
func TestJournaled(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stream"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	st := info.Sys().(*syscall.Stat_t)
	for stream, want := range map[string]bool{
		fmt.Sprintf("%d:%d", st.Dev, st.Ino):   true,
		fmt.Sprintf("%d:%d", st.Dev, st.Ino+1): false,
		"":                                     false,
	} {
		t.Setenv("JOURNAL_STREAM", stream)
		if got := Journaled(f); got != want {
			t.Errorf("with %q: %v", stream, got)
		}
	}
}
