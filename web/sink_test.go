package web_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sink is a sound card that is not there: PulseAudio with nothing behind it. Firefox
// plays nothing on a machine without a device.
type sink struct{ dir string }

// conf is what it is to know, as in daemon.conf.
func newSink(t *testing.T, conf ...string) *sink {
	t.Helper()
	path := need(t, "pulseaudio")
	s := &sink{dir: t.TempDir()}
	folder := filepath.Join(s.dir, ".config", "pulse")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "daemon.conf"), []byte(strings.Join(conf, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes", "--log-level=error",
		"-L", "module-native-protocol-unix auth-anonymous=1 socket="+s.socket(),
		"-L", "module-null-sink sink_name=nowhere rate=48000 format=float32le channels=2")
	cmd.Env = append(os.Environ(), "HOME="+s.dir, "XDG_RUNTIME_DIR="+s.dir)
	said, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		said.Close()
	})
	late := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := net.Dial("unix", s.socket()); err == nil {
			c.Close()
			s.hurry(t)
			return s
		}
		select {
		case <-tick.C:
		case <-late:
			text, _ := os.ReadFile(said.Name())
			t.Fatalf("pulseaudio does not start: %s", text)
		}
	}
}

// hurry keeps the sink near the time. By itself one that nobody plays to works two seconds
// ahead, and who begins to play is put behind that: a card does not.
func (s *sink) hurry(t *testing.T) {
	t.Helper()
	c := exec.Command(need(t, "parec"), "--raw", "--latency-msec=10", "-d", "nowhere.monitor", "--format=float32le", "--rate=48000", "--channels=2")
	c.Env = append(os.Environ(), append(s.environment(""), "HOME="+s.dir)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
}

func (s *sink) socket() string { return filepath.Join(s.dir, "native") }

func (s *sink) environment(string) []string {
	return []string{"PULSE_SERVER=unix:" + s.socket(), "XDG_RUNTIME_DIR=" + s.dir}
}
