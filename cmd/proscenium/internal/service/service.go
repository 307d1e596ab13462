// Package service tells the service manager that started the program how it is, by
// systemd's notify protocol (sd_notify(3), sd_watchdog_enabled(3)): a datagram of
// lines to the socket that the environment names. Without one it does nothing, so
// callers need not know who started them.
package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// A Manager is whoever started the program; the zero value is nobody.
type Manager struct {
	socket string
	every  time.Duration
}

// FromEnv returns the manager that the environment names, and takes it out of the
// environment: it is not for the programs that this one starts. It is called once,
// before anything else runs.
func FromEnv() *Manager {
	m := &Manager{socket: os.Getenv("NOTIFY_SOCKET")}
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	pid := os.Getenv("WATCHDOG_PID")
	if err == nil && usec > 0 && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		m.every = time.Duration(usec) * time.Microsecond
	}
	for _, key := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		os.Unsetenv(key)
	}
	return m
}

// Managed reports whether there is anybody to tell.
func (m *Manager) Managed() bool { return m.socket != "" }

// Ready says that the program does its work now. Status is what it does, one line
// for people.
func (m *Manager) Ready(status string) error {
	return m.send("READY=1\nSTATUS=" + line(status))
}

// Status says what the program does now.
func (m *Manager) Status(status string) error { return m.send("STATUS=" + line(status)) }

// Stopping says that the program is about to end.
func (m *Manager) Stopping() error { return m.send("STOPPING=1") }

// Watch tells the manager how the program is until ctx is done: its status whenever
// that is another one, and, if the manager has a watchdog, that it lives, twice as
// often as the watchdog asks for. how is asked for both; where it says that the
// program is not well, the watchdog is told nothing: the manager waits in vain then,
// and starts the program anew. It returns at once if there is no manager.
func (m *Manager) Watch(ctx context.Context, how func() (status string, well bool)) {
	if !m.Managed() {
		return
	}
	period := statusEvery
	if m.every > 0 {
		period = min(max(m.every/2, 10*time.Millisecond), statusEvery)
	}
	t := time.NewTicker(period)
	defer t.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		status, well := how()
		// A manager that is gone cannot be told that it is.
		if well && m.every > 0 {
			m.send("WATCHDOG=1")
		}
		if status = line(status); status != said {
			said = status
			m.Status(status)
		}
	}
}

// statusEvery is how often it is seen whether the status is another one.
const statusEvery = 5 * time.Second

// Journaled reports whether what is written to f goes to systemd's journal, which
// takes a level before each line (sd-daemon(3)): "<4>" for a warning.
func Journaled(f *os.File) bool { return journaled(f, os.Getenv("JOURNAL_STREAM")) }

// line makes one line of s.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// send sends a datagram. A name that begins with @ is in the abstract namespace.
func (m *Manager) send(state string) error {
	if !m.Managed() {
		return nil
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: m.socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("the service manager cannot be told: %w", err)
	}
	_, err = c.Write([]byte(state))
	if err = errors.Join(err, c.Close()); err != nil {
		return fmt.Errorf("the service manager cannot be told: %w", err)
	}
	return nil
}
