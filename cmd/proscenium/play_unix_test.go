//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
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

	"proscenium/sonify/pcm"

	"github.com/go-audio/wav"
)

// cardOfTest is ALSA's file device with a pacer behind it.
type cardOfTest struct {
	t        *testing.T
	dir      string
	out, pid string
}

func newCard(t *testing.T) *cardOfTest {
	t.Helper()
	if _, err := os.Stat("/usr/share/alsa"); err != nil && runtime.GOOS == "linux" || runtime.GOOS != "linux" {
		if os.Getenv("CI") == "true" {
			t.Fatal("ALSA is not there: ", err)
		}
		t.Skip("ALSA is not there: ", err)
	}
	c := &cardOfTest{t: t, dir: t.TempDir()}
	c.out, c.pid = filepath.Join(c.dir, "out.raw"), filepath.Join(c.dir, "pid")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(c.dir, "pacer")); err != nil {
		t.Fatal(err)
	}
	conf := fmt.Sprintf("pcm.!default { type file; slave.pcm { type null }; file \"|%s %s %s\"; format \"raw\" }\nctl.!default { type hw card 0 }\n",
		filepath.Join(c.dir, "pacer"), c.out, c.pid)
	if err := os.WriteFile(filepath.Join(c.dir, "asound.conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// playing is a run of the program.
type playing struct {
	t    *testing.T
	cmd  *exec.Cmd
	said chan string // its lines
	all  bytes.Buffer
}

// theProgram returns the path of the program as people have it.
func theProgram(t *testing.T) string {
	t.Helper()
	built.Store(true)
	path, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run starts the program, as people have it, with the card as the only one.
func (c *cardOfTest) run(args ...string) *playing {
	c.t.Helper()
	return c.start(append(os.Environ(), "ALSA_CONFIG_PATH="+filepath.Join(c.dir, "asound.conf"), "XDG_RUNTIME_DIR="+c.dir, "PULSE_SERVER=", "HOME="+c.dir), args...)
}

func (c *cardOfTest) start(env []string, args ...string) *playing {
	c.t.Helper()
	p := &playing{t: c.t, cmd: exec.Command(theProgram(c.t), args...), said: make(chan string, 100)}
	p.cmd.Env = env
	errs, err := p.cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		defer close(p.said)
		for s := bufio.NewScanner(errs); s.Scan(); {
			p.said <- s.Text()
		}
	}()
	c.t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	return p
}

// until waits for a line that contains text.
func (p *playing) until(text string) {
	p.t.Helper()
	for late := time.After(time.Minute); ; {
		select {
		case line, ok := <-p.said:
			fmt.Fprintln(&p.all, line)
			if strings.Contains(line, text) {
				return
			}
			if !ok {
				p.t.Fatalf("it ended without saying %q:\n%s", text, p.all.String())
			}
		case <-late:
			p.t.Fatalf("it does not say %q:\n%s", text, p.all.String())
		}
	}
}

// stop ends it as Ctrl-C does and returns what it said.
func (p *playing) stop() string {
	p.t.Helper()
	p.cmd.Process.Signal(os.Interrupt)
	for line := range p.said {
		fmt.Fprintln(&p.all, line)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("%v\n%s", err, p.all.String())
	}
	return p.all.String()
}

// frames returns what the card took, without the silence around it.
func (c *cardOfTest) frames() (got []pcm.Frame) {
	c.t.Helper()
	b, err := os.ReadFile(c.out)
	if err != nil && !os.IsNotExist(err) {
		c.t.Fatal(err)
	}
	for ; len(b) >= 8; b = b[8:] {
		var f pcm.Frame
		for i := range f {
			f[i] = int32(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])) * pcm.Full)
		}
		if f != (pcm.Frame{}) || len(got) > 0 {
			got = append(got, f)
		}
	}
	for len(got) > 0 && got[len(got)-1] == (pcm.Frame{}) {
		got = got[:len(got)-1]
	}
	return got
}

// took waits until the card has taken n frames of sound more than it has.
func (c *cardOfTest) took(n int) {
	c.t.Helper()
	info, _ := os.Stat(c.out)
	from := int64(0)
	if info != nil {
		from = info.Size()
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(time.Minute); ; <-tick.C {
		if info, err := os.Stat(c.out); err == nil && info.Size() >= from+int64(8*n) {
			return
		}
		if time.Now().After(late) {
			c.t.Fatal("the card takes nothing")
		}
	}
}

// signal sends the card itself a signal.
func (c *cardOfTest) signal(s syscall.Signal) {
	c.t.Helper()
	b, err := os.ReadFile(c.pid)
	if err != nil {
		c.t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(b))
	if err != nil {
		c.t.Fatal(err)
	}
	if err := syscall.Kill(pid, s); err != nil {
		c.t.Fatal(err)
	}
}

// What the sound card takes is what a render of the station's log is, to the bit.
func TestPlay_TheCardTakesTheRender(t *testing.T) {
	takes(t, func() (dry int) {
		c := newCard(t)
		log := filepath.Join(c.dir, "log")
		p := c.run("play", "../../examples/grand-slam/piece.toml", "--log", log)
		c.took(5 * 48000)
		p.stop()
		return c.isRender(p, log, 3*48000)
	})
}

// takes takes until a card never ran dry, five times at most. Every take is held to the
// render frame by frame; what a busy machine may do to one is to put silence in between,
// which is counted.
func takes(t *testing.T, take func() (dry int)) {
	t.Helper()
	for range 5 {
		dry := take()
		if dry == 0 {
			return
		}
		t.Logf("a take in which the card ran dry: %d frames of silence stand between those of the render", dry)
	}
	t.Error("the card ran dry in each of five takes: this machine is too busy")
}

// rendered renders a log of grand-slam with the program of p.
func (c *cardOfTest) rendered(p *playing, log string) []pcm.Frame {
	t := c.t
	t.Helper()
	want := filepath.Join(c.dir, "want.wav")
	render := exec.Command(p.cmd.Path, "render", filepath.Join(log, "grand-slam"), "--bits", "24", "-o", want)
	if out, err := render.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(want)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	samples, err := wav.NewDecoder(f).FullPCMBuffer()
	if err != nil {
		t.Fatal(err)
	}
	frames := make([]pcm.Frame, len(samples.Data)/2)
	for i := range frames {
		frames[i] = pcm.Frame{int32(samples.Data[2*i]), int32(samples.Data[2*i+1])}
	}
	return frames
}

// isRender fails the test if what the card took is not the render of the log, of which it
// has to have at least so many frames: from where it took the first to the last tenth of
// a second, which is the fade of the end, every frame is the render's, and after it comes
// the next. dry is how many frames of silence stand in between: a device that is given
// nothing, because the machine stood still for longer than the cushion, plays those.
func (c *cardOfTest) isRender(p *playing, log string, least int) (dry int) {
	t := c.t
	t.Helper()
	got, want := c.frames(), c.rendered(p, log)
	if len(got) < least+4800 {
		t.Fatalf("the card took %d frames of sound", len(got))
	}
	got = got[:len(got)-4800]
	// A card that is open late begins in the middle.
	const sure = 480
	k := 0
	for ; k+sure <= len(want) && !slices.Equal(got[:sure], want[k:k+sure]); k++ {
	}
	if k+sure > len(want) {
		t.Fatalf("the first %d frames that the card took are nowhere in the render", sure)
	}
	for i, f := range got {
		switch {
		case k < len(want) && f == want[k]:
			k++
		case f == pcm.Frame{}:
			dry++
		default:
			t.Fatalf("frame %d of %d that the card took, after %d of silence, is %v; the render has %d frames, and there %v", i, len(got), dry, f, len(want), want[min(k, len(want)-1)])
		}
	}
	t.Logf("%d frames are the render's", len(got)-dry)
	return dry
}

// A card that freezes, or dies, is opened again; each is said once.
func TestPlay_TheCardFreezesAndDies(t *testing.T) {
	c := newCard(t)
	p := c.run("play", "../../examples/grand-slam/piece.toml")
	c.took(48000)
	c.signal(syscall.SIGSTOP)
	began := time.Now()
	p.until("no sound by the sound card any more: it takes nothing although there is sound; it is opened again")
	t.Logf("that it is frozen is said after %v", time.Since(began).Round(10*time.Millisecond))
	p.until("sound again by the sound card, after")
	t.Logf("there is sound again %v after it froze", time.Since(began).Round(10*time.Millisecond))
	c.took(48000)
	c.signal(syscall.SIGKILL)
	began = time.Now()
	p.until("no sound by the sound card any more: ")
	t.Logf("that it died is said after %v", time.Since(began).Round(10*time.Millisecond))
	p.until("sound again by the sound card, after")
	c.took(48000)
	all := p.stop()
	if n := strings.Count(all, "no sound by"); n != 2 || strings.Count(all, "sound again") != 2 {
		t.Errorf("it is said %d times that there is no sound:\n%s", n, all)
	}
}

// Without a sound card one line says so, and the station goes on.
func TestPlay_NoCard(t *testing.T) {
	c := newCard(t)
	if err := os.WriteFile(filepath.Join(c.dir, "asound.conf"), []byte("pcm.!default { type hw card 7 }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := c.run("play", "../../examples/grand-slam/piece.toml")
	p.until("no sound by the sound card: there is no PulseAudio or PipeWire server, and there is no sound card that ALSA can open; it plays as soon as it can be opened")
	all := p.stop()
	if strings.Count(all, "no sound by") != 1 || !strings.Contains(all, "stopped") || strings.Contains(all, "ALSA lib") {
		t.Errorf("it says\n%s", all)
	}
}

// ask returns what a server answers.
func ask(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// serve --speaker is heard in the room; /healthz is red when no sound leaves there
// although the station plays, and the metrics count what the device took.
func TestServe_Speaker(t *testing.T) {
	c := newCard(t)
	p := c.run("serve", "../../examples/grand-slam/piece.toml", "--speaker", "--addr", "127.0.0.1:0")
	p.until("on the air: http")
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(p.all.String())
	c.took(2 * 48000)
	if status, body := ask(t, base+"/healthz"); status != http.StatusOK {
		t.Errorf("while it plays: %d, %s", status, body)
	}
	if _, body := ask(t, base+"/metrics"); !regexp.MustCompile(`proscenium_speaker_taken_frames_total\{station="grand-slam"\} ([1-9]\d{4,}|\d\.\d+e\+0[5-9])\n`).MatchString(body) {
		t.Errorf("the metrics do not tell what the device took:\n%s", body)
	}
	c.signal(syscall.SIGSTOP)
	p.until("no sound by the sound card any more")
	if status, body := ask(t, base+"/healthz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "takes nothing although there is sound") {
		t.Errorf("while the card is frozen: %d, %s", status, body)
	}
	p.until("sound again")
	if status, body := ask(t, base+"/healthz"); status != http.StatusOK {
		t.Errorf("afterwards: %d, %s", status, body)
	}
	p.stop()
}

// Programs, files and pipes take the same sound.
func TestPlay_Outputs(t *testing.T) {
	c := newCard(t)
	piece := "../../examples/grand-slam/piece.toml"
	fifo := filepath.Join(c.dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	head := func(r io.Reader) []byte {
		t.Helper()
		b := make([]byte, 2*48000*4)
		if _, err := io.ReadFull(r, b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	outputs := map[string]func(p *playing) []byte{
		"file:" + fifo: func(p *playing) []byte {
			f, err := os.Open(fifo)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			return head(f)
		},
		"exec:cat > " + filepath.Join(c.dir, "cat"): func(p *playing) []byte {
			c.out = filepath.Join(c.dir, "cat")
			c.took(48000 + 9600) // of twice the size
			p.stop()
			f, err := os.Open(c.out)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			return head(f)
		},
		"file:" + filepath.Join(c.dir, "take.wav"): func(p *playing) []byte {
			p.until("on the air")
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for {
				part, _ := filepath.Glob(filepath.Join(c.dir, ".take.wav.*"))
				if len(part) == 1 {
					if info, err := os.Stat(part[0]); err == nil && info.Size() > 48000*6*5/2 {
						break
					}
				}
				<-tick.C
			}
			p.stop()
			f, err := os.Open(filepath.Join(c.dir, "take.wav"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			got, err := wav.NewDecoder(f).FullPCMBuffer()
			if err != nil {
				t.Fatal(err)
			}
			var b []byte
			for _, v := range got.Data[:2*2*48000] {
				b = binary.LittleEndian.AppendUint16(b, uint16(min(max((v+128)>>8, -1<<15), 1<<15-1)))
			}
			return b
		},
	}
	var first []byte
	for output, take := range outputs {
		p := c.run("play", piece, "--output", output)
		b := take(p)
		if p.cmd.ProcessState == nil {
			p.stop()
		}
		if first == nil {
			first = b
		} else if !bytes.Equal(first, b) {
			t.Errorf("%s has another sound", output)
		}
	}
	for _, wrong := range []string{"exec:", "loudly", "file:" + filepath.Join(c.dir, "none", "x.wav")} {
		p := c.run("play", piece, "--output", wrong)
		p.until("proscenium: ")
		for range p.said {
		}
		if err := p.cmd.Wait(); err == nil {
			t.Errorf("--output %s is taken for right", wrong)
		}
	}
	p := c.run("play", piece, "--output", "exec:echo the amplifier is off >&2; exit 3")
	p.until("no sound by the program of --output: the amplifier is off; it plays as soon as it can be opened")
	p.stop()
}
