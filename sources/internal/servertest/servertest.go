// Package servertest starts the real servers that tests of sources talk to, each on a
// free port of this machine with everything it writes in a folder of the test, and
// kills and starts them again. Where a server is not installed the test is skipped,
// and fails where CI=true.
package servertest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a server that a test has started.
type Server struct {
	Addr string // "127.0.0.1:PORT"
	Dir  string // what it keeps

	tb    testing.TB
	path  string
	args  []string
	ready func(addr string) error
	log   string
	as    *syscall.SysProcAttr
	// patient means that a start that fails is tried again.
	patient bool

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{}
}

// startWait is how long a server may take to answer, on a machine that does much
// else.
const startWait = 60 * time.Second

// Find returns the path of a program, or ends the test without one.
func Find(tb testing.TB, name string, more ...string) string {
	tb.Helper()
	for _, n := range append([]string{name}, more...) {
		if path, err := exec.LookPath(n); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		tb.Fatalf("%s is not installed", name)
	}
	tb.Skipf("%s is not installed", name)
	return ""
}

// FreePort returns a port that nobody listens to at the moment.
func FreePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start runs a server until the test ends, and returns when it is ready.
func start(tb testing.TB, s *Server) *Server {
	tb.Helper()
	s.tb = tb
	s.log = filepath.Join(tb.TempDir(), "log")
	tb.Cleanup(func() { s.Kill() })
	s.Start()
	return s
}

// Start starts the server again after Kill, on the same port and with what it kept.
func (s *Server) Start() {
	s.tb.Helper()
	end := time.Now().Add(startWait)
	for !s.try() {
		if !s.patient || time.Now().After(end) {
			s.tb.Fatalf("%s ended: %s", s.path, s.Log())
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// try starts the server once, and reports whether it is ready; it has ended otherwise.
func (s *Server) try() bool {
	s.tb.Helper()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(s.path, s.args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Dir, cmd.SysProcAttr = s.Dir, s.as
	if err := cmd.Start(); err != nil {
		s.tb.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait()
		close(done)
	}()
	s.mu.Lock()
	s.cmd, s.done = cmd, done
	s.mu.Unlock()
	ready := s.ready
	if ready == nil {
		ready = answers
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	for {
		if err = ready(s.Addr); err == nil {
			return true
		}
		select {
		case <-done:
			return false
		case <-ctx.Done():
			s.tb.Fatalf("%s does not answer: %v: %s", s.path, err, s.Log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Answers returns when somebody listens at addr: at a second port of a server, which
// opens a moment after the first.
func Answers(tb testing.TB, addr string) {
	tb.Helper()
	Wait(tb, addr+" answers", func() bool { return answers(addr) == nil })
}

func answers(addr string) error {
	c, err := net.DialTimeout("tcp", addr, time.Second)
	if err == nil {
		c.Close()
	}
	return err
}

// Kill ends the server as a power cut would, and waits until it is gone. It does
// nothing if it has ended.
func (s *Server) Kill() {
	s.mu.Lock()
	cmd, done := s.cmd, s.done
	s.cmd = nil
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	cmd.Process.Kill()
	<-done
}

// Log returns what the server wrote.
func (s *Server) Log() string {
	b, _ := os.ReadFile(s.log)
	return string(b)
}

// write makes a file in the server's folder.
func write(tb testing.TB, dir, name, text string) string {
	tb.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	return path
}

// Mosquitto starts a broker of MQTT. Config are further lines of its configuration;
// a line that begins with "listener" opens another port.
func Mosquitto(tb testing.TB, config ...string) *Server {
	tb.Helper()
	s := &Server{path: Find(tb, "mosquitto", "/usr/sbin/mosquitto"), Dir: tb.TempDir()}
	port := FreePort(tb)
	s.Addr = fmt.Sprintf("127.0.0.1:%d", port)
	text := "user root\nallow_anonymous true\npersistence true\npersistence_location " + s.Dir + "/\nautosave_on_changes true\nautosave_interval 1\nmax_queued_messages 0\n"
	text += fmt.Sprintf("listener %d 127.0.0.1\n", port)
	for _, line := range config {
		text += line + "\n"
	}
	s.args = []string{"-c", write(tb, s.Dir, "mosquitto.conf", text)}
	return start(tb, s)
}

// run runs a program to its end as the server's user.
func (s *Server) run(path string, args ...string) {
	s.tb.Helper()
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.SysProcAttr = s.Dir, s.as
	if out, err := cmd.CombinedOutput(); err != nil {
		s.tb.Fatalf("%s: %v: %s", path, err, out)
	}
}

// Run runs a program to its end.
func Run(tb testing.TB, path string, args ...string) string {
	tb.Helper()
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		tb.Fatalf("%s: %v: %s", path, err, out)
	}
	return string(out)
}
