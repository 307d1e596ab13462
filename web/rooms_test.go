package web_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"proscenium/sonify/chip"
	"proscenium/web"
)

// hall is a sound card with two pairs of speakers, whose four sides are written down
// by one clock: what two programs play is heard side by side.
type hall struct {
	*sink
	t   *testing.T
	out string // what was heard, four floats a frame
}

func newHall(t *testing.T) *hall {
	t.Helper()
	for _, name := range []string{"pactl", "parec"} {
		need(t, name)
	}
	// Chromium plays at the rate that the server has by default.
	h := &hall{sink: newSink(t, "default-sample-rate = 48000\n"), t: t}
	h.out = filepath.Join(h.dir, "hall.raw")
	h.pactl("load-module", "module-null-sink", "sink_name=hall", "rate=48000", "format=float32le", "channels=4", "channel_map=front-left,front-right,rear-left,rear-right")
	h.pactl("load-module", "module-remap-sink", "sink_name=front", "master=hall", "channels=2", "channel_map=front-left,front-right", "master_channel_map=front-left,front-right", "remix=no")
	h.pactl("load-module", "module-remap-sink", "sink_name=rear", "master=hall", "channels=2", "channel_map=front-left,front-right", "master_channel_map=rear-left,rear-right", "remix=no")
	return h
}

func (h *hall) pactl(args ...string) string {
	h.t.Helper()
	c := exec.Command("pactl", args...)
	c.Env = append(os.Environ(), append(h.environment(""), "HOME="+h.dir, "LC_ALL=C")...)
	out, err := c.CombinedOutput()
	if err != nil {
		h.t.Fatalf("pactl %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// write writes down what is heard until the test ends.
func (h *hall) write() {
	h.t.Helper()
	c := exec.Command("parec", "--raw", "--latency-msec=20", "-d", "hall.monitor", "--format=float32le", "--rate=48000", "--channels=4",
		"--channel-map=front-left,front-right,rear-left,rear-right")
	c.Env = append(os.Environ(), append(h.environment(""), "HOME="+h.dir)...)
	f, err := os.Create(h.out)
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	c.Stdout = f
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Process.Kill(); c.Wait() })
}

// place moves the sound of a program to a pair of speakers: the one that plays and is
// not on the pair already.
func (h *hall) place(pair string) {
	h.t.Helper()
	began := time.Now()
	for {
		var ids []string
		for line := range strings.Lines(h.pactl("list", "short", "sink-inputs")) {
			// The remapped pairs play to the hall themselves, and belong to no client.
			if f := strings.Fields(line); len(f) > 2 && f[2] != "-" && !strings.Contains(line, "module-remap") {
				ids = append(ids, f[0])
			}
		}
		if len(ids) > 0 {
			h.pactl("move-sink-input", ids[len(ids)-1], pair)
			return
		}
		if time.Since(began) > time.Minute {
			h.t.Fatalf("nothing plays:\n%s", h.pactl("list", "short", "sink-inputs"))
		}
		time.Sleep(50 * time.Millisecond) // until somebody plays
	}
}

// sides returns what was heard of the two pairs.
func (h *hall) sides() (front, rear []chip.Frame) {
	h.t.Helper()
	b, err := os.ReadFile(h.out)
	if err != nil {
		h.t.Fatal(err)
	}
	for ; len(b) >= 16; b = b[16:] {
		var v [4]int32
		for i := range v {
			v[i] = int32(math.RoundToEven(float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))) * (1 << 23)))
		}
		front, rear = append(front, chip.Frame{v[0], v[1]}), append(rear, chip.Frame{v[2], v[3]})
	}
	return front, rear
}

// wave is the left side of frames, without what is lower than a tone.
func wave(p []chip.Frame) []float64 {
	out := make([]float64, len(p))
	mean := 0.0
	for i, f := range p {
		mean += (float64(f[0]) - mean) / 2000
		out[i] = float64(f[0]) - mean
	}
	return out
}

// lag finds by how many frames b comes after a around frame at, which should be about
// as many as it is told: where the two are most alike. like says how much, 1 is the
// same.
func lag(a, b []float64, at, about, most int) (by int, like float64) {
	const window = 4800
	if at+about < most || at+about+window+most > len(b) || at+window > len(a) {
		return 0, 0
	}
	x := a[at : at+window]
	ex := 0.0
	for _, v := range x {
		ex += v * v
	}
	try := func(d, every int) float64 {
		y := b[at+d : at+d+window]
		xy, ey := 0.0, 0.0
		for i := 0; i < window; i += every {
			xy += x[i] * y[i]
			ey += y[i] * y[i]
		}
		if ex == 0 || ey == 0 {
			return 0
		}
		return xy / math.Sqrt(ex/float64(every)*ey)
	}
	type tried struct {
		d int
		c float64
	}
	var all []tried
	for d := about - most; d <= about+most; d += 2 {
		all = append(all, tried{d, try(d, 7)})
	}
	slices.SortFunc(all, func(p, q tried) int { return int(math.Copysign(1, q.c-p.c)) })
	for _, c := range all[:12] {
		for d := c.d - 1; d <= c.d+1; d++ {
			if d < about-most || d > about+most {
				continue
			}
			if l := try(d, 1); l > like {
				by, like = d, l
			}
		}
	}
	return by, like
}

// rooms is "proscenium listen" on a pair of speakers.
type rooms struct {
	said   bytes.Buffer
	status atomic.Value // what it tells a service manager
}

// listen starts it.
func (h *hall) listen(a *onAir, pair string) *rooms {
	h.t.Helper()
	bin, err := program()
	if err != nil {
		h.t.Fatal(err)
	}
	r := &rooms{}
	r.status.Store("")
	notify := filepath.Join(h.dir, "notify-"+pair)
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: notify, Net: "unixgram"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { l.Close() })
	go func() {
		for b := make([]byte, 4096); ; {
			n, _, err := l.ReadFromUnix(b)
			if err != nil {
				return
			}
			r.status.Store(string(b[:n]))
		}
	}()
	before := strings.Count(h.pactl("list", "short", "sink-inputs"), "\n")
	c := exec.Command(bin, "listen", "http://127.0.0.1:"+a.port+"/s/court", "--output", "pulse")
	c.Env = append(os.Environ(), append(h.environment(""), "HOME="+h.dir, "NOTIFY_SOCKET="+notify)...)
	c.Stderr = &r.said
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	for began := time.Now(); strings.Count(h.pactl("list", "short", "sink-inputs"), "\n") == before; {
		if time.Since(began) > time.Minute {
			h.t.Fatalf("listen does not play:\n%s", r.said.String())
		}
		time.Sleep(50 * time.Millisecond) // until it plays
	}
	h.place(pair)
	return r
}

var raised = regexp.MustCompile(`, (\d+) ms later than others`)

// later is by how many milliseconds it plays later than it should, as it says.
func (r *rooms) later() float64 {
	if m := raised.FindStringSubmatch(r.status.Load().(string)); m != nil {
		n, _ := strconv.Atoi(m[1])
		return float64(n)
	}
	return 0
}

// apart plays for a while, and returns how far the two pairs are apart, in milliseconds,
// sorted, but for what later says that the front plays later. kept is true if both
// kept step nearly all the time.
func (h *hall) apart(later func() float64) (apart []float64, kept bool) {
	t := h.t
	t.Helper()
	type moment struct {
		frame int
		later float64
	}
	var moments []moment
	h.write()
	frames := (long() + 10) * chip.Rate
	for began := time.Now(); ; time.Sleep(200 * time.Millisecond) { // until enough is written down
		info, err := os.Stat(h.out)
		if err != nil {
			t.Fatal(err)
		}
		moments = append(moments, moment{int(info.Size() / 16), later()})
		if info.Size() >= int64(16*frames) {
			break
		}
		if time.Since(began) > 5*time.Minute {
			t.Fatal("the hall is silent")
		}
	}
	front, rear := h.sides()
	x, y := wave(front), wave(rear)
	unlike, moved := 0, 0
	var raw []float64 // as it is heard
	for at := 5 * chip.Rate; at < len(x)-2*chip.Rate; at += chip.Rate / 4 {
		k, _ := slices.BinarySearchFunc(moments, at, func(m moment, at int) int { return m.frame - at })
		k = min(max(k, 10), len(moments)-10)
		if moments[k-10].later != moments[k+9].later {
			moved++ // within two seconds
			continue
		}
		should := -int(moments[k].later * 48)
		by, like := lag(x, y, at, should, 6000)
		if like < 0.9 {
			unlike++ // one of the two ran dry, or nothing is heard
			continue
		}
		apart = append(apart, math.Abs(float64(by-should))/48)
		raw = append(raw, math.Abs(float64(by))/48)
	}
	if len(apart) < 2*long() || unlike > len(apart) {
		t.Fatalf("only %d places are alike on both sides, %d are not, and near %d somebody was moved", len(apart), unlike, moved)
	}
	slices.Sort(apart)
	slices.Sort(raw)
	p := func(x []float64) string {
		return fmt.Sprintf("%.1f ms at p50, %.1f at p99, %.1f at most", x[len(x)/2], x[len(x)*99/100], x[len(x)-1])
	}
	t.Logf("%d places, four a second, heard from both sides (%d are not alike, near %d somebody was moved): apart %s; but for what each says that it plays later %s; 50 at p99 are wanted",
		len(apart), unlike, moved, p(raw), p(apart))
	return apart, unlike < len(apart)/10
}

// TestPlayer_TwoRooms is the promise of "proscenium listen": of two machines that
// listen to one station the same note is heard within 50 ms, at the 99th percentile of
// two minutes; but for what one says that it plays later, as messages came late.
func TestPlayer_TwoRooms(t *testing.T) {
	web.Alone(t)
	h := newHall(t)
	a := start(t, busy)
	front := h.listen(a, "front")
	rear := h.listen(a, "rear")
	apart, kept := h.apart(func() float64 { return front.later() - rear.later() })
	t.Logf("front: %q, rear: %q", front.status.Load(), rear.status.Load())
	promised(t, apart, kept)
}

// promised fails the test if the two are not as near to each other as is promised: 50 ms
// at the 99th percentile. Where that is not kept on a machine so busy that one of them
// runs dry again and again, the test says that it was skipped, in CI it fails; but nine
// notes in ten are held to it all the same, and 99 in a hundred to twice as much.
func promised(t *testing.T, apart []float64, kept bool) {
	t.Helper()
	half, p90, p99 := apart[len(apart)/2], apart[len(apart)*9/10], apart[len(apart)*99/100]
	if p90 > 50 || p99 > 100 || kept && p99 > 50 {
		t.Errorf("the same note is heard %.1f ms apart at the median, %.1f at the 90th percentile, %.1f at the 99th", half, p90, p99)
	}
	if p99 > 50 && !t.Failed() {
		if os.Getenv("CI") == "true" {
			t.Errorf("the same note is heard %.1f ms apart at the 99th percentile", p99)
			return
		}
		t.Skipf("this machine is too busy to test 50 ms at the 99th percentile; it is %.1f, and %.1f at the 90th", p99, p90)
	}
}

// TestPlayer_AndListen is the same with a browser in one of the rooms.
func TestPlayer_AndListen(t *testing.T) {
	web.Alone(t)
	h := newHall(t)
	a := start(t, busy)
	b := chromiumTab(t, h)
	must(t, b, b.open(a.address("127.0.0.1")))
	until[bool](t, b, `Boolean(globalThis.proscenium?.score.known > 0 && proscenium.sound.node)`)
	must(t, b, b.click("#listen"))
	until[bool](t, b, `proscenium.sound.report?.sounding === true`)
	h.place("front")
	rear := h.listen(a, "rear")
	apart, kept := h.apart(func() float64 {
		return run[float64](t, b, `proscenium.sound.delay - proscenium.sound.cushion`) - rear.later()
	})
	t.Logf("the browser plays %.0f ms late, %.0f ms of them its cushion, with an output that it takes for %.0f ms late; listen: %q", run[float64](t, b, `proscenium.sound.delay`),
		run[float64](t, b, `proscenium.sound.cushion`), run[float64](t, b, `1000 * proscenium.sound.context.outputLatency`), rear.status.Load())
	promised(t, apart, kept)
}
