//go:build unix

package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"proscenium/sonify/journal"
	"proscenium/sonify/station"
)

// serviceManager does for a test what systemd does for a unit of Type=notify: it
// starts the program, hears how it is, and kills it when its watchdog is not fed.
type serviceManager struct {
	*cardOfTest
	socket   string
	told     chan string
	watchdog time.Duration
}

func newServiceManager(t *testing.T, watchdog time.Duration) *serviceManager {
	t.Helper()
	m := &serviceManager{cardOfTest: newCard(t), told: make(chan string, 1000), watchdog: watchdog}
	m.socket = filepath.Join(m.dir, "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		defer close(m.told)
		b := make([]byte, 4096)
		for {
			n, _, err := l.ReadFromUnix(b)
			if err != nil {
				return
			}
			m.told <- string(b[:n])
		}
	}()
	return m
}

// run starts the program as a unit does.
func (m *serviceManager) run(args ...string) *playing {
	m.t.Helper()
	return m.start(append(os.Environ(), "ALSA_CONFIG_PATH="+filepath.Join(m.dir, "asound.conf"), "XDG_RUNTIME_DIR="+m.dir, "PULSE_SERVER=", "HOME="+m.dir,
		"NOTIFY_SOCKET="+m.socket, fmt.Sprint("WATCHDOG_USEC=", m.watchdog.Microseconds()), "STATE_DIRECTORY="+filepath.Join(m.dir, "state")), args...)
}

// hears waits for a message that contains text.
func (m *serviceManager) hears(text string) string {
	m.t.Helper()
	var all []string
	for late := time.After(time.Minute); ; {
		select {
		case s := <-m.told:
			if all = append(all, s); strings.Contains(s, text) {
				return s
			}
		case <-late:
			m.t.Fatalf("it does not tell %q, but %q", text, all)
		}
	}
}

// Started as a unit: it says when it is ready and how it is, feeds the watchdog while
// it plays and no longer when it stands still; started anew it goes on where it was,
// and at the end says that it stops.
func TestServe_UnderAServiceManager(t *testing.T) {
	m := newServiceManager(t, time.Second)
	args := []string{"serve", "../../examples/grand-slam/piece.toml", "--speaker", "--addr", "127.0.0.1:0"}
	p := m.run(args...)
	ready := m.hears("READY=1")
	if !strings.Contains(ready, "STATUS=\"") || !strings.Contains(ready, "on the air") {
		t.Errorf("ready with %q", ready)
	}
	m.hears("; the sound card plays; 0 listeners")
	// Four times as long as the watchdog waits: at least so many barks.
	began := time.Now()
	for range 8 {
		m.hears("WATCHDOG=1")
	}
	if d := time.Since(began); d > 6*time.Second {
		t.Errorf("eight barks in %v", d)
	}

	// It stands still, and so do the barks. Then it is killed, as the manager would.
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	starved := time.NewTimer(m.watchdog)
	for waiting := true; waiting; {
		select {
		case s := <-m.told:
			if strings.Contains(s, "WATCHDOG=1") {
				starved.Reset(m.watchdog)
			}
		case <-starved.C:
			waiting = false
		}
	}
	p.cmd.Process.Kill()
	for range p.said {
	}
	p.cmd.Wait()

	// And it is asked to stop, and started anew: "systemctl restart".
	for range 2 {
		p = m.run(args...)
		p.until("the last run goes on")
		m.hears("READY=1")
		p.cmd.Process.Signal(syscall.SIGTERM)
		m.hears("STOPPING=1")
		for range p.said {
		}
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("asked to stop it ends with %v", err)
		}
	}
}

// Without a sound card it is ready all the same, says why there is no sound, and is
// not killed for it.
func TestPlay_UnderAServiceManagerWithoutACard(t *testing.T) {
	m := newServiceManager(t, 400*time.Millisecond)
	if err := os.WriteFile(filepath.Join(m.dir, "asound.conf"), []byte("pcm.!default { type hw card 7 }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := m.run("play", "../../examples/grand-slam/piece.toml")
	m.hears("READY=1")
	m.hears("no sound by the sound card: there is no PulseAudio or PipeWire server, and there is no sound card that ALSA can open")
	for range 10 {
		m.hears("WATCHDOG=1")
	}
	p.stop()
	m.hears("STOPPING=1")
}

// Quiet hours are silence in the room, no reason for red, and heard nowhere else.
func TestServe_QuietHours(t *testing.T) {
	c := newCard(t)
	p := c.run("serve", "../../examples/grand-slam/piece.toml", "--speaker", "--addr", "127.0.0.1:0", "--quiet-hours", "0:00-24:00")
	p.until("on the air: http")
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(p.all.String())
	c.took(48000)
	status, body := ask(t, base+"/healthz")
	if status != http.StatusOK || !strings.Contains(body, `"hush":"quiet hours without an end"`) {
		t.Errorf("%d, %s", status, body)
	}
	if _, body := ask(t, base+"/metrics"); !strings.Contains(body, `proscenium_speaker_quiet_hours{station="grand-slam"} 1`) {
		t.Errorf("the metrics do not tell the quiet hours:\n%s", body)
	}
	c.took(48000)
	if n := len(c.frames()); n > 0 {
		t.Errorf("in the quiet hours the room heard %d frames of sound", n)
	}
	all := p.stop()
	if !strings.Contains(all, "proscenium: quiet hours without an end\n") {
		t.Errorf("it says\n%s", all)
	}
}

// A volume is a part of the sound, and what a ceiling lets through is below it.
func TestPlay_Volume(t *testing.T) {
	c := newCard(t)
	p := c.run("play", "../../examples/grand-slam/piece.toml", "--volume", "50%", "--max-volume", "-20dB")
	c.took(4 * 48000)
	p.stop()
	peak := int32(0)
	got := c.frames()
	for _, f := range got {
		peak = max(peak, f[0], -f[0], f[1], -f[1])
	}
	if len(got) < 48000 || peak > 1<<23/10 || peak < 1<<23/30 {
		t.Errorf("%d frames, the highest %d", len(got), peak)
	}
	for args, want := range map[string]string{
		"--volume 11":               `--volume 11: expected 0% to 100%, or decibels such as -6dB`,
		"--max-volume 0%":           `--max-volume 0%: that is silence; for hours of silence there is --quiet-hours`,
		"--quiet-hours night":       `--quiet-hours: "night" is no stretch of the day: expected two times, such as 22:00-08:00`,
		"--quiet-hours 22:00-25:00": `--quiet-hours: "22:00-25:00": "25:00" is no time of day: expected 0:00 to 24:00`,
	} {
		p := c.run(append([]string{"play", "../../examples/grand-slam/piece.toml", "--output", "null"}, strings.Fields(args)...)...)
		p.until(want)
		for range p.said {
		}
		if p.cmd.Wait() == nil {
			t.Errorf("%s is taken for right", args)
		}
	}
	p = c.run("serve", "--volume", "50%", "--addr", "127.0.0.1:0")
	p.until("--volume is about the room, which hears nothing without --speaker")
}

// Killed ten times in mid-piece, it is back within two seconds each time, with the
// music where it was; the log is whole, and nothing is left half written.
func TestPlay_KilledTenTimes(t *testing.T) {
	startedAgain(t, 10, func(p *playing) {
		p.cmd.Process.Kill()
		for range p.said {
		}
		p.cmd.Wait()
	})
}

// Stopped as a service manager does it, or as Ctrl-C does, it is back as well.
func TestPlay_StoppedFiveTimes(t *testing.T) {
	n := 0
	startedAgain(t, 5, func(p *playing) {
		if n++; n%2 == 0 {
			p.stop()
			return
		}
		p.cmd.Process.Signal(syscall.SIGTERM)
		for range p.said {
		}
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("asked to stop it ends with %v", err)
		}
	})
}

// startedAgain plays a piece, ends that so many times in its middle, and looks whether
// it goes on each time.
func startedAgain(t *testing.T, times int, end func(*playing)) {
	c := newCard(t)
	theProgram(t) // is built, which is no part of what is measured
	state := filepath.Join(c.dir, "state")
	folder := filepath.Join(state, "grand-slam")
	env := append(os.Environ(), "STATE_DIRECTORY="+state, "HOME="+c.dir)
	take := filepath.Join(c.dir, "take.raw")
	var slowest time.Duration
	slow := 0
	last := int64(-1) // how far the run before it went
	for i := range times + 1 {
		os.Remove(take)
		began := time.Now()
		// What plays is a pipe that tells when there is sound: not only silence.
		p := c.start(env, "play", "../../examples/grand-slam/piece.toml", "--output", "exec:cat > "+take)
		back := time.Duration(0)
		for tick := time.NewTicker(10 * time.Millisecond); back == 0; <-tick.C {
			if b, err := os.ReadFile(take); err == nil && strings.Trim(string(b), "\x00") != "" {
				back = time.Since(began)
			}
			if time.Since(began) > time.Minute {
				t.Fatalf("start %d: no music\n%s", i+1, p.all.String())
			}
		}
		slowest = max(slowest, back)
		if back > 2*time.Second {
			slow++
		}
		if i > 0 {
			p.until("the last run goes on")
		}
		c.out = take
		c.took(24000 + 7000*i)
		if i == times {
			p.stop()
		} else {
			end(p)
		}
		paths, err := journal.LastRun(folder)
		if err != nil || len(paths) != i+1 {
			t.Fatalf("start %d: %d segments of one run, %v", i+1, len(paths), err)
		}
		look, err := station.Look((&written{}).env(false), paths...)
		if err != nil {
			t.Fatalf("start %d: the log cannot be read: %v", i+1, err)
		}
		heard := int64(look.End)
		if heard <= last {
			t.Errorf("start %d: the log goes to frame %d, before to %d", i+1, heard, last)
		}
		last = heard
	}
	t.Logf("music is back after %v at most", slowest.Round(time.Millisecond))
	// The promise is two seconds, each time. Where other work runs beside, some are late.
	if slow > times/2 {
		t.Errorf("%d times of %d music was back after more than two seconds, once after %v", slow, times+1, slowest)
	}
	// The log is one performance, as if nothing had ended: no event is missing and
	// none was heard twice.
	score := func(what ...string) []string {
		out, err := exec.Command(theProgram(t), append([]string{"render", "-q", "-o", "txt:-"}, what...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return slices.DeleteFunc(strings.Split(string(out), "\n"), func(line string) bool { return !strings.HasPrefix(line, "[") })
	}
	got, want := score(folder), score("../../examples/grand-slam/piece.toml")
	if len(got) < 50 || len(got) > len(want) {
		t.Fatalf("%d notes of %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("note %d of %d is %s, uninterrupted %s", i+1, len(got), got[i], want[i])
		}
	}
	files, err := filepath.Glob(filepath.Join(state, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	hidden, _ := filepath.Glob(filepath.Join(state, "*", ".*"))
	for _, f := range append(files, hidden...) {
		if filepath.Ext(f) != ".log" && filepath.Base(f) != ".lock" {
			t.Errorf("%s is left", f)
		}
	}
}

// Where one program writes its log, no other does; a killed one is no hindrance.
func TestLog_OneProgramAFolder(t *testing.T) {
	c := newCard(t)
	log := filepath.Join(c.dir, "log")
	folder := filepath.Join(log, "grand-slam")
	play := []string{"play", "../../examples/grand-slam/piece.toml", "--output", "null", "--log", log}
	serve := []string{"serve", "../../examples/grand-slam/piece.toml", "--addr", "127.0.0.1:0", "--log", log}
	for i, args := range [][]string{play, serve} {
		p := c.run(args...)
		p.until("on the air (title")
		for _, again := range [][]string{play, serve} {
			second := c.run(again...)
			second.until(fmt.Sprintf("proscenium: another proscenium writes here: %s (pid %d): stop it, or name another folder with --log", folder, p.cmd.Process.Pid))
			for line := range second.said {
				t.Errorf("the second says more: %s", line)
			}
			if err := second.cmd.Wait(); err == nil || strings.Contains(second.all.String(), "plays") || strings.Contains(second.all.String(), "on the air") {
				t.Errorf("the second ends with %v and says\n%s", err, second.all.String())
			}
		}
		p.cmd.Process.Kill()
		for range p.said {
		}
		p.cmd.Wait()
		if paths, err := journal.LastRun(folder); err != nil || len(paths) != i+1 {
			t.Errorf("%d segments, %v", len(paths), err)
		}
	}
}
