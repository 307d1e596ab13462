//go:build linux

package installation_test

import (
	"bufio"
	"bytes"
	"debug/elf"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// need returns the path of a program that a test wants.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// build builds the program, for a processor and with tags.
func build(t *testing.T, arch, tags string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "proscenium")
	c := exec.Command("go", "build", "-trimpath", "-tags", tags, "-o", path, "proscenium/cmd/proscenium")
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// run starts a program and returns it with the lines that it says.
func run(t *testing.T, c *exec.Cmd) (said chan string) {
	t.Helper()
	errs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	said = make(chan string, 100)
	go func() {
		defer close(said)
		for s := bufio.NewScanner(errs); s.Scan(); {
			said <- s.Text()
		}
	}()
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	return said
}

// until waits for a line with a text.
func until(t *testing.T, said chan string, text string) string {
	t.Helper()
	var all []string
	for late := time.After(time.Minute); ; {
		select {
		case line, ok := <-said:
			if all = append(all, line); strings.Contains(line, text) {
				return line
			}
			if !ok {
				t.Fatalf("it ended without saying %q:\n%s", text, strings.Join(all, "\n"))
			}
		case <-late:
			t.Fatalf("it does not say %q:\n%s", text, strings.Join(all, "\n"))
		}
	}
}

// stop ends a program as a service manager does, and returns what else it said.
func stop(t *testing.T, c *exec.Cmd, said chan string) (rest string) {
	t.Helper()
	c.Process.Signal(syscall.SIGTERM)
	for line := range said {
		rest += line + "\n"
	}
	if err := c.Wait(); err != nil {
		t.Errorf("asked to stop it ends with %v", err)
	}
	return rest
}

// healthy waits until a station that is on the air is well, as its sound leaves, and
// returns how it is.
func healthy(t *testing.T, line string) string {
	t.Helper()
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(time.Minute); ; <-tick.C {
		resp, err := http.Get(base + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return string(b)
		}
		if time.Now().After(late) {
			t.Fatalf("/healthz: %s, %s", resp.Status, b)
		}
	}
}

var units = []string{"proscenium.service", "proscenium-listen.service"}

// value returns the last value of a key of a unit.
func value(t *testing.T, unit, key string) string {
	t.Helper()
	b, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	v := ""
	for line := range strings.Lines(string(b)) {
		if x, ok := strings.CutPrefix(strings.TrimSpace(line), key+"="); ok {
			v = x
		}
	}
	return v
}

// systemd finds nothing wrong with the units, and little that they lay open.
func TestUnits_SystemdTakesThem(t *testing.T) {
	analyze := need(t, "systemd-analyze")
	self, err := os.Executable() // a program that is there
	if err != nil {
		t.Fatal(err)
	}
	for _, unit := range units {
		b, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), unit)
		if err := os.WriteFile(path, bytes.ReplaceAll(b, []byte("/usr/local/bin/proscenium"), []byte(self)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(analyze, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", unit, err, out)
		}
		// 0 is nothing, 10 everything; in tenths.
		if out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", path).CombinedOutput(); err != nil {
			t.Errorf("%s lays open too much: %v\n%s", unit, err, out)
		}
	}
}

// A card whose driver is loaded after the unit has started is not locked out: the kernel
// knows what sound is before (systemd.resource-control(5), DeviceAllow). And nothing else
// is waited for.
func TestUnits_WaitForNothingButTheKernel(t *testing.T) {
	for _, unit := range units {
		if device := value(t, unit, "DeviceAllow"); device != "char-alsa rw" {
			t.Errorf("%s: DeviceAllow=%s", unit, device)
		}
		for _, key := range []string{"Wants", "After"} {
			if v := value(t, unit, key); v != "modprobe@snd.service" {
				t.Errorf("%s: %s=%s", unit, key, v)
			}
		}
		for _, key := range []string{"Requires", "BindsTo", "Requisite"} {
			if v := value(t, unit, key); v != "" {
				t.Errorf("%s: %s=%s", unit, key, v)
			}
		}
	}
}

// The families of addresses that the programs open sockets of are those that the units
// allow: of these the program is watched by strace as it starts, plays and stops.
func TestUnits_AllowTheAddressesThatAreUsed(t *testing.T) {
	strace := need(t, "strace")
	program := build(t, runtime.GOARCH, "")
	for _, unit := range units {
		trace := filepath.Join(t.TempDir(), "trace")
		args := append([]string{"-f", "-qq", "-e", "trace=socket", "-o", trace, program}, words(value(t, unit, "ExecStart"))[1:]...)
		for i := range args {
			switch args[i] {
			case "/etc/proscenium/piece.toml":
				args[i] = "piece.toml"
			case ":8080":
				args[i] = ":0" // on all addresses, which are told
			case "http://hall.local:8080":
				args[i] = "http://localhost:9"
			}
		}
		c := exec.Command(strace, args...)
		c.Env = []string{"PATH=/usr/bin:/bin", "STATE_DIRECTORY=" + t.TempDir()}
		said := run(t, c)
		until(t, said, map[string]string{"proscenium.service": "no sound by the sound card", "proscenium-listen.service": "no station: "}[unit])
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", c.Process.Pid, c.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range strings.Fields(string(children)) {
			n, err := strconv.Atoi(pid)
			if err != nil {
				t.Fatal(err)
			}
			syscall.Kill(n, syscall.SIGTERM)
		}
		until(t, said, "proscenium: stopped")
		for range said {
		}
		c.Wait()
		b, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		used := regexp.MustCompile(`socket\((AF_\w+)`).FindAllStringSubmatch(string(b), -1)
		if len(used) == 0 {
			t.Errorf("%s: no socket is seen", unit)
		}
		allowed := strings.Fields(value(t, unit, "RestrictAddressFamilies"))
		for _, m := range used {
			if !slices.Contains(allowed, m[1]) {
				t.Errorf("%s uses %s and allows %v", unit, m[1], allowed)
			}
		}
	}
}

// words splits a command line of a unit.
func words(line string) (w []string) {
	for _, part := range regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(line, -1) {
		w = append(w, strings.Trim(part, `"`))
	}
	return w
}

// The command of the unit is ready, feeds its watchdog and stops, with the environment
// that the unit gives it, on a machine without sound card and network.
func TestUnits_TheCommandsRun(t *testing.T) {
	program := build(t, runtime.GOARCH, "")
	for _, unit := range units {
		if typ, dog := value(t, unit, "Type"), value(t, unit, "WatchdogSec"); typ != "notify" || dog != "20" {
			t.Errorf("%s: Type=%s, WatchdogSec=%s", unit, typ, dog)
		}
		dir := t.TempDir()
		socket := filepath.Join(dir, "notify")
		l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		told := make(chan string, 1000)
		go func() {
			b := make([]byte, 4096)
			for {
				n, _, err := l.ReadFromUnix(b)
				if err != nil {
					close(told)
					return
				}
				told <- string(b[:n])
			}
		}()
		args := words(value(t, unit, "ExecStart"))[1:]
		for i := range args {
			switch args[i] {
			case "/etc/proscenium/piece.toml":
				args[i] = "piece.toml"
			case ":8080":
				args[i] = "127.0.0.1:0"
			case "http://hall.local:8080":
				args[i] = "http://127.0.0.1:9" // where nobody listens
			}
		}
		c := exec.Command(program, args...)
		c.Env = []string{"PATH=/usr/bin:/bin", "NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=200000", "ALSA_CONFIG_PATH=/dev/null"}
		state := filepath.Join(dir, "state")
		if value(t, unit, "StateDirectory") != "" {
			c.Env = append(c.Env, "STATE_DIRECTORY="+state)
		}
		said := run(t, c)
		until(t, told, "READY=1")
		until(t, told, "WATCHDOG=1")
		until(t, told, "no sound by the sound card: ")
		until(t, told, "WATCHDOG=1")
		if all := stop(t, c, said); strings.Contains(all, "Ctrl-C") {
			t.Errorf("%s: where nobody sits it says\n%s", unit, all)
		}
		until(t, told, "STOPPING=1")
		l.Close()
		if logs, _ := filepath.Glob(filepath.Join(state, "*", "*.log")); len(logs) != 1 && value(t, unit, "StateDirectory") != "" {
			t.Errorf("%s: %d logs in the folder for its state", unit, len(logs))
		}
	}
}

// What the container recipe copies into an empty image is enough: the program is static
// and runs with nothing else, as somebody without rights, and knows the time zones.
func TestContainer_TheProgramNeedsNothingElse(t *testing.T) {
	b, err := os.ReadFile("Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	recipe := string(b)
	image := recipe[strings.Index(recipe, "FROM scratch"):]
	for _, line := range []string{
		"RUN CGO_ENABLED=0 go build -trimpath -tags nooto -o /out/proscenium ./cmd/proscenium\n",
		"RUN mkdir -p /out/etc/ssl/certs /out/state && chmod 1777 /out/state && \\\n    cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/\n",
		"FROM scratch\nCOPY --from=build /out/ /\nCOPY examples/installation/piece.toml /foyer/piece.toml\nENV ",
	} {
		if !strings.Contains(recipe, line) {
			t.Fatalf("the recipe has another image than this test, which does what this says:\n%s", line)
		}
	}
	program := build(t, runtime.GOARCH, "nooto")
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil || len(libraries) > 0 || f.Section(".interp") != nil {
		t.Fatalf("the program wants %v, %v", libraries, err)
	}

	root := t.TempDir()
	for _, dir := range []string{"state", "foyer", "etc/ssl/certs"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{program: "proscenium", "piece.toml": "foyer/piece.toml"} {
		b, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, to), b, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	os.Chmod(root, 0o755)
	var cmd []string
	if err := json.Unmarshal([]byte(regexp.MustCompile(`(?m)^CMD (.*)$`).FindStringSubmatch(image)[1]), &cmd); err != nil {
		t.Fatal(err)
	}
	for i := range cmd {
		if cmd[i] == ":8080" {
			cmd[i] = "127.0.0.1:0"
		}
	}
	env := strings.Fields(regexp.MustCompile(`(?m)^ENV (.*)$`).FindStringSubmatch(image)[1])
	// As the recipe has it, and as the user of a sound server, in another time zone: /state
	// is a new volume each time, which is as the image has it. With neither tzdata nor
	// /etc/localtime, an hour ago and in an hour are where TZ says.
	for _, as := range []struct {
		user uint32
		zone string
		env  []string
	}{{65534, "UTC", env}, {1000, "America/New_York", append(slices.Clone(env), "TZ=America/New_York")}} {
		state := filepath.Join(root, "state")
		if err := os.RemoveAll(state); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(state, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(state, 0o777|os.ModeSticky); err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(as.zone)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now().In(zone)
		hours := now.Add(-time.Hour).Format("15:04") + "-" + now.Add(time.Hour).Format("15:04")
		c := exec.Command("/proscenium", append(cmd, "--speaker", "--output", "null", "--quiet-hours", hours)...)
		c.Dir, c.Env = "/", as.env
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		if os.Getuid() == 0 {
			c.SysProcAttr.Credential = &syscall.Credential{Uid: as.user, Gid: as.user}
		} else {
			c.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		}
		said := run(t, c)
		line := until(t, said, "is on the air: http")
		if how, want := healthy(t, line), now.Add(time.Hour).Format("until 15:04"); !strings.Contains(how, want) {
			t.Errorf("in %s its quiet hours are not %s: %s", as.zone, hours, how)
		}
		stop(t, c, said)
		if logs, _ := filepath.Glob(filepath.Join(state, "foyer", "*.log")); len(logs) != 1 {
			all, _ := filepath.Glob(filepath.Join(state, "*", "*"))
			t.Errorf("as user %d: the log is not in the volume: %v", as.user, all)
		}
	}

	// A sound server that is not there is told in plain words, without /proc too.
	c := exec.Command("/proscenium", "play", "/foyer/piece.toml")
	c.Dir, c.Env = "/", []string{"PULSE_SERVER=unix:/pulse"}
	c.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
	}
	said := run(t, c)
	until(t, said, "no sound by the sound card: there is no PulseAudio or PipeWire server; it plays as soon as it can be opened")
	stop(t, c, said)
}

// The build that the page names for a Raspberry Pi renders the same bytes, serves, and
// says why it is silent where there is no ALSA, on its processor as qemu has it. It is
// linked with the C library, which the system on a Raspberry Pi has.
func TestRaspberryPi(t *testing.T) {
	qemu := need(t, "qemu-aarch64-static")
	const libc = "/usr/aarch64-linux-gnu" // Debian's package libc6-arm64-cross
	if _, err := os.Stat(libc + "/lib/ld-linux-aarch64.so.1"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if named := "GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -trimpath ./cmd/proscenium\n"; !strings.Contains(string(page), named) {
		t.Fatalf("the page does not name the build that is tested, %s", named)
	}
	if !strings.Contains(string(page), "apt-get install -y alsa-utils") {
		t.Error("the page uses aplay and speaker-test, and does not say what brings them")
	}
	pi, here := build(t, "arm64", ""), build(t, runtime.GOARCH, "")
	on := []string{qemu, "-L", libc, pi}
	var wavs [2][]byte
	for i, argv := range [][]string{on, {here}} {
		out := filepath.Join(t.TempDir(), "out.wav")
		c := exec.Command(argv[0], slices.Concat(argv[1:], []string{"render", "piece.toml", "--to", "20s", "-q", "-o", out})...)
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		wavs[i] = b
	}
	if len(wavs[0]) < 20*48000*4 || !bytes.Equal(wavs[0], wavs[1]) {
		t.Errorf("a Raspberry Pi renders %d bytes, this machine %d, or others", len(wavs[0]), len(wavs[1]))
	}

	// The process that holds the card, which the program starts, says one line.
	c := exec.Command(on[0], append(on[1:], "sound-card", "oto", "100ms")...)
	c.Env = []string{"HOME=" + t.TempDir()}
	out, err := c.CombinedOutput()
	const why = "there is no PulseAudio or PipeWire server, and ALSA is not installed (libasound.so.2; on Debian alsa-utils brings it)\n"
	if err == nil || !strings.HasSuffix(string(out), why) || strings.Count(string(out), "\n") != 1 {
		t.Errorf("without ALSA the sound card's process ends with %v and says\n%s", err, out)
	}

	// And the station goes on without.
	c = exec.Command(on[0], append(on[1:], "serve", "piece.toml", "--addr", "127.0.0.1:0", "--speaker", "--output", "oto")...)
	said := run(t, c)
	until(t, said, "no sound by the sound card: ")
	stop(t, c, said)

	c = exec.Command(on[0], append(on[1:], "serve", "piece.toml", "--addr", "127.0.0.1:0", "--speaker", "--output", "null")...)
	said = run(t, c)
	line := until(t, said, "is on the air: http")
	until(t, said, "on the air (title")
	healthy(t, line)
	stop(t, c, said)
}
