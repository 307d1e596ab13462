//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// soundServer is a PulseAudio server of a test's own, with a sound card that is none.
type soundServer struct {
	*cardOfTest
	cmd    *exec.Cmd
	record *exec.Cmd
}

// newSoundServer starts one.
func newSoundServer(t *testing.T) *soundServer {
	t.Helper()
	for _, name := range []string{"pulseaudio", "parec", "pactl"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	s := &soundServer{cardOfTest: newCard(t)}
	// ALSA is to be no way out.
	if err := os.WriteFile(filepath.Join(s.dir, "asound.conf"), []byte("pcm.!default { type hw card 7 }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.begin()
	t.Cleanup(s.end)
	return s
}

func (s *soundServer) env() []string {
	return append(os.Environ(), "XDG_RUNTIME_DIR="+s.dir, "HOME="+s.dir, "PULSE_SERVER=unix:"+filepath.Join(s.dir, "sound"),
		"PULSE_COOKIE="+filepath.Join(s.dir, "cookie"), "ALSA_CONFIG_PATH="+filepath.Join(s.dir, "asound.conf"), "LC_ALL=C")
}

// begin starts the server and waits until it answers.
func (s *soundServer) begin() {
	s.t.Helper()
	os.Remove(filepath.Join(s.dir, "sound"))
	s.cmd = exec.Command("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error",
		"-L", "module-native-protocol-unix auth-anonymous=1 socket="+filepath.Join(s.dir, "sound"),
		"-L", "module-null-sink sink_name=room rate=48000 format=float32le channels=2")
	s.cmd.Env = s.env()
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(time.Minute); ; <-tick.C {
		if s.control("info") == nil {
			break
		}
		if time.Now().After(late) {
			s.t.Fatal("PulseAudio does not answer")
		}
	}
	s.listen()
}

// listen writes down what the sound card takes.
func (s *soundServer) listen() {
	s.t.Helper()
	s.record = exec.Command("parec", "--raw", "--latency-msec=20", "-d", "room.monitor", "--format=float32le", "--rate=48000", "--channels=2")
	s.record.Env = s.env()
	f, err := os.OpenFile(s.out, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	s.record.Stdout = f
	if err := s.record.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.took(4800) // it listens
}

func (s *soundServer) control(args ...string) error {
	c := exec.Command("pactl", args...)
	c.Env = s.env()
	return c.Run()
}

func (s *soundServer) end() {
	for _, c := range []*exec.Cmd{s.record, s.cmd} {
		c.Process.Signal(syscall.SIGCONT)
		c.Process.Kill()
		c.Wait()
	}
}

// play runs the program with the server as its only way to a sound card.
func (s *soundServer) play(args ...string) *playing {
	s.t.Helper()
	return s.start(s.env(), args...)
}

// heard waits until there is sound, not silence, at the end of what was written
// down.
func (s *soundServer) heard() {
	s.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(time.Minute); ; <-tick.C {
		b, _ := os.ReadFile(s.out)
		if n := len(b); n > 96000 && strings.Trim(string(b[n-96000:]), "\x00") != "" {
			return
		}
		if time.Now().After(late) {
			s.t.Fatal("there is no sound")
		}
	}
}

// By PulseAudio, through oto and without, the sound is the render to the bit.
func TestPlay_PulseTakesTheRender(t *testing.T) {
	for _, output := range []string{"auto", "pulse"} {
		takes(t, func() (dry int) {
			s := newSoundServer(t)
			defer s.end()
			log := filepath.Join(s.dir, "log")
			p := s.play("play", "../../examples/grand-slam/piece.toml", "--log", log, "--output", output)
			s.heard()
			s.took(5 * 48000)
			p.stop()
			return s.isRender(p, log, 3*48000)
		})
	}
}

// A server that freezes, dies, appears later, or gets another sound card at another
// rate: each is said once, and there is sound again.
func TestPlay_PulseComesAndGoes(t *testing.T) {
	s := newSoundServer(t)
	p := s.play("play", "../../examples/grand-slam/piece.toml")
	s.heard()
	told := func(what string) {
		t.Helper()
		began := time.Now()
		p.until("no sound by the sound card any more: ")
		lines := strings.Split(strings.TrimSpace(p.all.String()), "\n")
		t.Logf("%s, after %v: %s", what, time.Since(began).Round(10*time.Millisecond), lines[len(lines)-1])
	}
	back := func() {
		t.Helper()
		p.until("sound again by the sound card")
		os.Truncate(s.out, 0)
		s.heard()
	}
	s.cmd.Process.Signal(syscall.SIGSTOP)
	told("frozen")
	s.cmd.Process.Signal(syscall.SIGCONT)
	back()

	s.cmd.Process.Kill()
	s.cmd.Wait()
	s.record.Process.Kill()
	s.record.Wait()
	told("killed")
	s.begin()
	back()

	if err := s.control("unload-module", "module-null-sink"); err != nil {
		t.Fatal(err)
	}
	s.record.Process.Kill()
	s.record.Wait()
	if err := s.control("load-module", "module-null-sink", "sink_name=room", "rate=44100", "format=s16le", "channels=2"); err != nil {
		t.Fatal(err)
	}
	told("another sound card at 44,100 Hz")
	s.listen()
	back()
	all := p.stop()
	if n := strings.Count(all, "no sound by"); n != 3 || strings.Count(all, "sound again") != 3 {
		t.Errorf("it is said %d times that there is no sound:\n%s", n, all)
	}
}

// A sound server that comes after the program is found.
func TestPlay_PulseAppearsLater(t *testing.T) {
	s := newSoundServer(t)
	s.cmd.Process.Kill()
	s.cmd.Wait()
	s.record.Process.Kill()
	s.record.Wait()
	p := s.play("play", "../../examples/grand-slam/piece.toml")
	p.until("no sound by the sound card: there is no PulseAudio or PipeWire server")
	s.begin()
	began := time.Now()
	p.until("sound again by the sound card")
	t.Logf("heard %v after it came", time.Since(began).Round(10*time.Millisecond))
	s.heard()
	p.stop()
}

// A sound server that is frozen before anybody comes is told, once.
func TestPlay_PulseFrozenFromTheStart(t *testing.T) {
	s := newSoundServer(t)
	s.cmd.Process.Signal(syscall.SIGSTOP)
	theProgram(t) // to build it takes a while
	began := time.Now()
	p := s.play("play", "../../examples/grand-slam/piece.toml")
	p.until("no sound by the sound card: the sound server does not answer; it plays as soon as it can be opened")
	t.Logf("told after %v", time.Since(began).Round(10*time.Millisecond))
	s.cmd.Process.Signal(syscall.SIGCONT)
	p.until("sound again by the sound card")
	s.heard()
	if all := p.stop(); strings.Count(all, "no sound by") != 1 {
		t.Errorf("it says\n%s", all)
	}
}
