package web

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/stream"

	"github.com/mewkiz/flac"
)

// playSlowly plays n passages, none before the encoders have taken the one before.
func (a *air) playSlowly(n int) {
	a.t.Helper()
	for range n {
		a.play(1)
		a.taken()
	}
}

// taken waits until the encoders have taken what was played.
func (a *air) taken() {
	a.t.Helper()
	r := a.channel.radio
	a.wait(func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, f := range r.feeds {
			if len(f.in) > 0 {
				return false
			}
		}
		return true
	})
}

// tunedIn is a listener of a stream.
type tunedIn struct {
	conn   net.Conn
	header http.Header
	body   chan []byte // everything, when it has ended
}

// tuneIn asks for a stream and reads it until it ends.
func (a *air) tuneIn(file string) *tunedIn {
	a.t.Helper()
	conn, err := net.Dial("tcp", a.addr)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET /s/court/%s HTTP/1.1\r\nHost: %s\r\nIcy-MetaData: 1\r\n\r\n", file, a.addr)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		a.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		a.t.Fatalf("%s: %s", file, resp.Status)
	}
	l := &tunedIn{conn, resp.Header, make(chan []byte, 1)}
	go func() {
		b, _ := io.ReadAll(resp.Body)
		l.body <- b
	}()
	return l
}

// samples returns what is in a stream, 16 bits.
func samples(t *testing.T, format string, body []byte) (p []int16) {
	t.Helper()
	switch format {
	case "wav":
		if !bytes.HasPrefix(body, []byte("RIFF")) {
			t.Fatalf("a WAV begins % x", body[:min(len(body), 16)])
		}
		for b := body[44:]; len(b) >= 2; b = b[2:] {
			p = append(p, int16(binary.LittleEndian.Uint16(b)))
		}
	case "flac":
		s, err := flac.New(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for {
			f, err := s.ParseNext()
			if errors.Is(err, io.EOF) {
				return p
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range f.Subframes[0].Samples {
				p = append(p, int16(f.Subframes[0].Samples[i]), int16(f.Subframes[1].Samples[i]))
			}
		}
	}
	return p
}

// wanted returns the station's sound as listeners get it: 16 bits, after the chip's
// latency. What comes before, the rise of the first steps, is taken as heard: files
// begin after it.
func (a *air) wanted(heard []int16) []int16 {
	return stream.From24(slices.Clone(heard[:2*chip.Latency]), a.want.frames)
}

// FLAC and WAV are the station's sound to the bit, for who is there from the
// beginning and for who comes late; that one has the last two seconds at once.
func TestRadio_IsTheSound(t *testing.T) {
	a := begin(t, Options{}, 1<<40)
	formats := []string{"wav", "flac"}
	var all []*tunedIn
	for _, f := range formats {
		all = append(all, a.tuneIn("stream."+f))
	}
	a.wait(func() bool { return a.channel.listeners() == 2 })
	a.playSlowly(100)
	a.change(header("bass", "hat", "lead"))
	for _, f := range formats {
		all = append(all, a.tuneIn("stream."+f))
	}
	a.wait(func() bool { return a.channel.listeners() == 4 })
	a.playSlowly(40)
	a.channel.Finish(nil)
	a.stop()
	var want []int16
	for i, l := range all {
		got := samples(t, formats[i%2], <-l.body)
		if i == 0 {
			want = a.wanted(got)
		}
		at := 0
		if i >= 2 {
			// Where it came in is found by what it hears first.
			for at < len(want) && !slices.Equal(want[at:min(at+9600, len(want))], got[:9600]) {
				at += 2
			}
			if late := (sonify.Frame(at/2) - 100*passage); late > -80000 || late < -120000 {
				t.Errorf("%s: who came after %d frames begins at %d", formats[i%2], 100*passage, at/2)
			}
		}
		n := min(len(got), len(want)-at)
		if len(got) < 140*2*passage-at-2*4096 || !slices.Equal(got[:n], want[at:at+n]) {
			t.Errorf("listener %d of %s: %d samples from %d on are not the station's", i, formats[i%2], len(got), at)
		}
	}
}

// There is one encoder for a format, however many listen, and none when nobody
// does.
func TestRadio_OneEncoder(t *testing.T) {
	a := begin(t, Options{}, 0)
	r := a.channel.radio
	for round := uint64(1); round <= 3; round++ {
		var all []*tunedIn
		for range 25 {
			all = append(all, a.tuneIn("stream.opus"))
		}
		c, n := r.status(stream.Named("opus"))
		if c.started != round || n != 25 {
			t.Fatalf("round %d: %d encoders were begun for %d listeners", round, c.started, n)
		}
		a.playSlowly(20)
		for _, l := range all {
			l.conn.Close()
		}
		a.wait(func() bool { a.playSlowly(2); return a.channel.listeners() == 0 })
		r.mu.Lock()
		if len(r.feeds) != 0 {
			t.Errorf("round %d: %d encoders are left", round, len(r.feeds))
		}
		r.mu.Unlock()
		first := <-all[0].body
		for i, l := range all[1:] {
			if b := <-l.body; !bytes.Equal(b[:min(len(b), len(first))], first[:min(len(b), len(first))]) {
				t.Errorf("round %d: listeners 0 and %d are sent different bytes", round, i+1)
			}
		}
	}
	if c, _ := r.status(stream.Named("flac")); c.started != 0 {
		t.Errorf("%d encoders of FLAC were begun, and nobody asked", c.started)
	}
}

// Who tunes in after the piece has changed finds its title in the tags, though the
// encoder is an old one.
func TestRadio_TheTitleIsTheOneThatIsOn(t *testing.T) {
	for _, file := range []string{"stream.opus", "stream.flac"} {
		a := begin(t, Options{}, 0)
		first := a.tuneIn(file)
		a.wait(func() bool { return a.channel.listeners() == 1 })
		a.playSlowly(30)
		h := header("lead", "bass")
		h.Title = "Another piece"
		a.change(h)
		second := a.tuneIn(file)
		a.wait(func() bool { return a.channel.listeners() == 2 })
		a.playSlowly(30)
		a.stop()
		for i, want := range []string{"TITLE=Test", "TITLE=Another piece"} {
			body := <-[]*tunedIn{first, second}[i].body
			if !bytes.Contains(body[:min(len(body), 1000)], []byte(want)) {
				t.Errorf("%s: listener %d is not told %q", file, i+1, want)
			}
		}
		if c, _ := a.channel.radio.status(stream.Named(strings.TrimPrefix(file, "stream."))); c.started != 1 {
			t.Errorf("%s: %d encoders", file, c.started)
		}
	}
}

// A minute of each format, as it comes from the network, is taken by the tools of the
// formats without a word: ffmpeg, opusdec, flac; FLAC and WAV are the station's samples.
func TestRadio_AMinuteOfEach(t *testing.T) {
	const seconds = 60
	a := begin(t, Options{}, 0)
	var all []*tunedIn
	for _, f := range stream.Formats() {
		all = append(all, a.tuneIn("stream."+f.Name))
	}
	a.wait(func() bool { return a.channel.listeners() == len(all) })
	for a.n < seconds*stream.Rate/passage+1 {
		a.playSlowly(4)
		// No faster than they are read: who is slow loses pages.
		a.wait(func() bool {
			for _, f := range stream.Formats() {
				if s, _ := a.channel.radio.status(f); s.bytes > s.past.written+200_000 {
					return false
				}
			}
			return true
		})
	}
	a.channel.Finish(nil)
	a.stop()
	tools := map[string][][]string{
		"opus": {{"ffmpeg", "-v", "warning", "-i", "-", "-f", "null", "-"}, {"opusdec", "--quiet", "-", "/dev/null"}},
		"flac": {{"ffmpeg", "-v", "warning", "-i", "-", "-f", "null", "-"}, {"flac", "--silent", "--test", "-"}},
		"wav":  {{"ffmpeg", "-v", "error", "-ignore_length", "1", "-i", "-", "-f", "null", "-"}},
	}
	for i, f := range stream.Formats() {
		body := <-all[i].body
		if f.Name != "opus" {
			got := samples(t, f.Name, body)
			want := a.wanted(got)
			if n := min(len(got), len(want)); n < 2*seconds*stream.Rate-2*4096 || !slices.Equal(got[:n], want[:n]) {
				t.Errorf("%s: %d samples, or others than the station's", f.Name, len(got))
			}
		}
		for _, tool := range tools[f.Name] {
			path, err := exec.LookPath(tool[0])
			if err != nil {
				if os.Getenv("CI") == "true" {
					t.Fatal(err)
				}
				t.Log(err)
				continue
			}
			c := exec.Command(path, tool[1:]...)
			c.Stdin = bytes.NewReader(body)
			out, err := c.CombinedOutput()
			// A stream without an end has no sum of all that is in it.
			out = bytes.ReplaceAll(out, []byte("-: WARNING, cannot check MD5 signature since it was unset in the STREAMINFO"), nil)
			if err != nil || len(bytes.TrimSpace(out)) > 0 {
				t.Errorf("%s by %s: %v, it says %s", f.Name, tool[0], err, out)
			}
		}
	}
}

// Who reads nothing loses whole pages, and the others nothing.
func TestRadio_SlowListenersLosePages(t *testing.T) {
	a := begin(t, Options{}, 0)
	conn, err := net.Dial("tcp", a.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprintf(conn, "GET /s/court/stream.flac HTTP/1.0\r\n\r\n")
	quick := a.tuneIn("stream.flac")
	a.wait(func() bool { return a.channel.listeners() == 2 })
	lost := func() uint64 { c, _ := a.channel.radio.status(stream.Named("flac")); return c.past.skipped }
	for lost() < 20 {
		if a.n > 3000 {
			t.Fatal("nothing is lost by who reads nothing")
		}
		a.playSlowly(20)
	}
	slow := make(chan []byte, 1)
	go func() {
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.Proto != "HTTP/1.0" {
			t.Errorf("%v, %v", resp, err)
		}
		b, _ := io.ReadAll(resp.Body)
		slow <- b
	}()
	// It reads in small pieces: what waits for it is to be over before the station is, or
	// it comes to no page after those it lost.
	a.playSlowly(20)
	a.wait(func() bool { return a.backlog() == 0 })
	a.stop()
	got := samples(t, "flac", <-quick.body)
	want := a.wanted(got)
	if n := min(len(got), len(want)); n < a.n*2*passage-3*4096 || !slices.Equal(got[:n], want[:n]) {
		t.Errorf("the quick one has %d samples of %d, or others", len(got), len(want))
	}
	// Every page that the slow one has is one of the station's.
	s, err := flac.New(bytes.NewReader(<-slow))
	if err != nil {
		t.Fatal(err)
	}
	last, missed := int64(-1), int64(0)
	for {
		f, err := s.ParseNext()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break // what it had not taken when the station closed is cut off
		}
		if err != nil {
			t.Fatal(err)
		}
		k := int64(f.Num)
		missed += k - last - 1
		last = k
		for i, v := range f.Subframes[0].Samples {
			if at := int(k)*2*4096 + 2*i; at < len(want) && want[at] != int16(v) {
				t.Fatalf("page %d has another sound", k)
			}
		}
	}
	if missed < 20 {
		t.Errorf("the slow one missed %d pages", missed)
	}
}

// What a kitchen radio and curl -I see.
func TestRadio_Headers(t *testing.T) {
	a := begin(t, Options{}, 0)
	for file, kind := range map[string]string{"stream.opus": "audio/ogg", "stream.flac": "audio/flac", "stream.wav": "audio/wav"} {
		resp, err := http.Head("http://" + a.addr + "/s/court/" + file)
		if err != nil {
			t.Fatal(err)
		}
		l := a.tuneIn(file)
		for _, h := range []http.Header{resp.Header, l.header} {
			if h.Get("Content-Type") != kind || h.Get("Icy-Name") != "Test" || h.Get("Icy-Br") == "" || h.Get("Icy-Pub") != "0" ||
				h.Get("Icy-Metaint") != "" || !strings.HasPrefix(h.Get("Ice-Audio-Info"), "ice-samplerate=48000") || h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v", file, h)
			}
		}
		l.conn.Close()
	}
	if c, _ := a.channel.radio.status(stream.Named("opus")); c.joined != 1 {
		t.Errorf("%d listened, one of two asked for the sound", c.joined)
	}
	for path, want := range map[string]string{
		"/s/court/stream.m3u":      "/s/court/stream.opus\n",
		"/s/court/stream.pls":      "File1=http://" + a.addr + "/s/court/stream.opus\nTitle1=Test\n",
		"/s/court/stream.flac.m3u": "#EXTINF:-1,Test\nhttp://" + a.addr + "/s/court/stream.flac\n",
		"/s/court/stream.wav.pls":  "/s/court/stream.wav\n",
	} {
		resp, err := http.Get("http://" + a.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is %q", path, b)
		}
	}
	// A radio that speaks HTTP/1.0 names nobody, and is led to where it came.
	for path, want := range map[string]string{
		"/s/court/stream.m3u":  "\nhttp://" + a.addr + "/s/court/stream.opus\n",
		"/s/court/stream.pls":  "File1=http://" + a.addr + "/s/court/stream.opus\n",
		"/s/court/stream.opus": "\nicy-url: http://" + a.addr + "/s/court\r\n",
	} {
		conn, err := net.Dial("tcp", a.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		method := "GET"
		if strings.HasSuffix(path, ".opus") {
			method = "HEAD"
		}
		fmt.Fprintf(conn, "%s %s HTTP/1.0\r\n\r\n", method, path)
		b, err := io.ReadAll(conn)
		if err != nil || !strings.Contains(strings.ReplaceAll(string(b), "Icy-Url", "icy-url"), want) {
			t.Errorf("%s: %v, %q is not in\n%s", path, err, want, b)
		}
	}
	for _, path := range []string{"/s/nobody/stream.opus", "/s/nobody/stream.pls", "/s/court/stream.mp3"} {
		for _, ask := range []func(string) (*http.Response, error){http.Get, http.Head} {
			if resp, err := ask("http://" + a.addr + path); err != nil || resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %v, %v", path, resp.Status, err)
			}
		}
	}
}

// A site of others may have the sound in its page, and nothing else of ours; and it may
// read what it plays only if it was named.
func TestRadio_InThePagesOfOthers(t *testing.T) {
	a := begin(t, Options{Origins: []string{"https://friend.example"}}, 0)
	ask := func(path, origin string) http.Header {
		req, err := http.NewRequest(http.MethodGet, "http://"+a.addr+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		resp.Header.Set("status", resp.Status)
		return resp.Header
	}
	for _, f := range stream.Formats() {
		path := "/s/court/stream." + f.Name
		if h := ask(path, ""); h.Get("Cross-Origin-Resource-Policy") != "cross-origin" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", path, h)
		}
		if h := ask(path, "https://friend.example"); h.Get("Cross-Origin-Resource-Policy") != "cross-origin" || h.Get("Access-Control-Allow-Origin") != "https://friend.example" {
			t.Errorf("%s for a friend: %v", path, h)
		}
		if h := ask(path, "https://other.example"); h.Get("status") != "403 Forbidden" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s for another: %v", path, h)
		}
	}
	for _, path := range []string{"/", "/s/court", "/api/stations", "/s/court/legend"} {
		if h := ask(path, ""); h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

// The players of Debian open the lists, or the streams where they know no lists, and play.
func TestRadio_PlayersOpenTheLists(t *testing.T) {
	lists := map[string][]string{"mpv": {"stream.m3u", "stream.flac.pls"}, "cvlc": {"stream.pls", "stream.wav.m3u"},
		"ffplay": {"stream.opus", "stream.flac", "stream.wav"}}
	players := map[string][]string{
		"mpv":    {"--no-config", "--no-video", "--ao=null", "--length=2", "--msg-level=all=warn,ao=info"},
		"cvlc":   {"--intf", "dummy", "--no-video", "--aout", "dummy", "--run-time=2", "--play-and-exit", "vlc://quit"},
		"ffplay": {"-nodisp", "-autoexit", "-nostats", "-hide_banner"},
	}
	for name, args := range players {
		path := Need(t, name)
		a := begin(t, Options{}, 0)
		a.playSlowly(40)
		for _, list := range lists[name] {
			format := stream.Formats()[0]
			if f := stream.Named(strings.Split(list, ".")[1]); f != nil {
				format = f
			}
			c := exec.Command(path, slices.Concat([]string{}, args[:len(args)-1], []string{"http://" + a.addr + "/s/court/" + list}, args[len(args)-1:])...)
			c.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C", "SDL_AUDIODRIVER=dummy")
			if os.Getuid() == 0 && name == "cvlc" {
				// VLC refuses to be run by root.
				c.Args = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", path}, c.Args[1:]...)
				c.Path = Need(t, "setpriv")
				c.Env = append(c.Env, "HOME=/nonexistent")
			}
			var out bytes.Buffer
			c.Stdout, c.Stderr = &out, &out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- c.Wait() }()
			// It plays at its own pace, so the station does too.
			tick := time.NewTicker(sonify.Frame(passage).Duration())
			before, _ := a.channel.radio.status(format)
			var err error
			// ffplay plays what is endless without end, until it is told to stop.
			told := name != "ffplay"
			for begun, stop := false, time.Now().Add(30*time.Second); err == nil; {
				select {
				case <-tick.C:
					a.play(1)
					_, n := a.channel.radio.status(format)
					begun = begun || n > 0
					if begun && !told && time.Until(stop) < 26*time.Second {
						told = true
						c.Process.Signal(os.Interrupt)
					}
					if time.Now().After(stop) {
						c.Process.Kill()
						err = errors.New("it does not end")
					}
					continue
				case err = <-done:
				}
				// So it ends when it is told to.
				if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && name == "ffplay" && told && exit.ExitCode() == 123 {
					err = nil
				}
				if err == nil && !begun {
					err = errors.New("it did not listen")
				}
				break
			}
			tick.Stop()
			after, _ := a.channel.radio.status(format)
			if took := after.past.written - before.past.written; err != nil || took < 16000 {
				t.Errorf("%s %s: %v, %d bytes\n%s", name, list, err, took, out.String())
			}
		}
		a.stop()
	}
}

// An hour of listeners who come and go, some without a word, some who read nothing:
// the memory is what it was, and so are the goroutines.
func TestRadio_AnHourOfComingAndGoing(t *testing.T) {
	a := begin(t, Options{}, 0)
	// A second of sound, again and again: it is the listeners that matter.
	a.playSlowly(8)
	second := make([]chip.Frame, stream.Rate)
	for i := range second {
		second[i] = chip.Frame(a.want.frames[i%len(a.want.frames)])
	}
	pour := func(seconds int) {
		for range seconds {
			for i := 0; i < len(second); i += 20 * chip.Block {
				a.channel.mu.Lock()
				a.channel.pour(second[i:min(i+20*chip.Block, len(second))])
				a.channel.mu.Unlock()
			}
			a.taken()
		}
	}
	dice := rand.New(rand.NewPCG(1, 2))
	var inside []net.Conn
	var brief []net.Conn // of formats whose encoding is work
	measure := func() (heap uint64, routines int) {
		for _, c := range slices.Concat(inside, brief) {
			c.Close()
		}
		inside, brief = nil, nil
		a.wait(func() bool { pour(1); return a.channel.listeners() == 0 })
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc, runtime.NumGoroutine()
	}
	var first uint64
	var routines int
	minutes := 60
	joined := 0
	for minute := range minutes {
		for turn := range 8 {
			for _, c := range brief {
				c.Close()
			}
			brief = nil
			for range dice.IntN(3) {
				conn, err := net.Dial("tcp", a.addr)
				if err != nil {
					t.Fatal(err)
				}
				format := "wav"
				if k := dice.IntN(24); k < 2 {
					format = []string{"opus", "flac"}[k]
				}
				fmt.Fprintf(conn, "GET /s/court/stream.%s HTTP/1.1\r\nHost: localhost\r\n\r\n", format)
				joined++
				if format == "wav" {
					inside = append(inside, conn)
				} else {
					brief = append(brief, conn)
				}
				if dice.IntN(3) > 0 {
					go io.Copy(io.Discard, conn)
				}
			}
			for len(inside) > 0 && (dice.IntN(2) == 0 || len(inside) > 12) {
				k := dice.IntN(len(inside))
				if tcp := inside[k].(*net.TCPConn); dice.IntN(2) == 0 {
					tcp.SetLinger(0)
				}
				inside[k].Close()
				inside = slices.Delete(inside, k, k+1)
			}
			pour(7 + turn%2)
		}
		if minute == 9 {
			first, routines = measure()
		}
	}
	last, now := measure()
	c, _ := a.channel.radio.status(stream.Named("opus"))
	w, _ := a.channel.radio.status(stream.Named("wav"))
	if c.started == 0 || w.started < 2 || w.past.skipped == 0 {
		t.Errorf("%d encoders of Opus, %d of WAV, %d pages lost: that was no hour", c.started, w.started, w.past.skipped)
	}
	t.Logf("%d listeners in an hour, %d encoders of Opus and %d of WAV, %d pages lost; %d KiB after ten minutes, %d after the hour; %d and %d goroutines",
		joined, c.started, w.started, w.past.skipped, first>>10, last>>10, routines, now)
	if last > first+1<<20 || now > routines+20 {
		t.Errorf("%d KiB after ten minutes, %d after the hour; %d and %d goroutines", first>>10, last>>10, routines, now)
	}
}

// A stream through a list that a proxy hands on names the proxy's address.
func TestRadio_AddressBehindAProxy(t *testing.T) {
	a := begin(t, Options{Behind: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, 0)
	req, err := http.NewRequest("GET", "http://"+a.addr+"/s/court/stream.m3u", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "radio.example.org"
	req.Header.Set("X-Forwarded-Proto", "https")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	if !strings.Contains(string(b), "\nhttps://radio.example.org/s/court/stream.opus\n") {
		t.Errorf("%q", b)
	}
}

// What ffmpeg takes from the network is the station, too.
func TestRadio_FFmpegTakesIt(t *testing.T) {
	ffmpeg := Need(t, "ffmpeg")
	for _, f := range stream.Formats() {
		a := begin(t, Options{}, 0)
		out := filepath.Join(t.TempDir(), "out.raw")
		c := exec.Command(ffmpeg, "-v", "error", "-i", "http://"+a.addr+"/s/court/stream."+f.Name, "-t", "20", "-f", "s16le", "-y", out)
		said, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan string, 1)
		go func() {
			b, _ := io.ReadAll(said)
			c.Wait()
			done <- string(b)
		}()
		a.wait(func() bool { return a.channel.listeners() == 1 })
		var complaint string
		for ended := false; !ended; {
			// No faster than ffmpeg reads: it would lose pages, as anybody would.
			s, _ := a.channel.radio.status(f)
			if s.bytes < s.past.written+uint64(f.Kbits*1000/8*3) || s.past.written == 0 {
				a.playSlowly(1)
			}
			select {
			case complaint = <-done:
				ended = true
			default:
				runtime.Gosched()
			}
			if a.n > 2000 {
				c.Process.Kill()
				t.Fatalf("%s: ffmpeg does not come to its end", f.Name)
			}
		}
		if complaint != "" {
			t.Errorf("%s: ffmpeg says %s", f.Name, complaint)
		}
		b, err := os.ReadFile(out)
		if err != nil || len(b) != 20*4*stream.Rate {
			t.Fatalf("%s: %d bytes, %v", f.Name, len(b), err)
		}
		if f.Name != "opus" {
			want := a.wanted(make([]int16, 2*chip.Latency))
			for i := 2 * chip.Latency; i < len(b)/2; i++ {
				if int16(binary.LittleEndian.Uint16(b[2*i:])) != want[i] {
					t.Fatalf("%s: sample %d is another", f.Name, i)
				}
			}
		}
		a.stop()
	}
}

// A station that makes no sound any more is not well, though it says that it plays,
// and so is one whose speaker is silent.
func TestHealth_RedWithoutSound(t *testing.T) {
	a := begin(t, Options{}, 0)
	mute := ""
	o := a.server.station("court")
	info := o.info
	o.info = func() Info { i := info(); i.Mute = mute; return i }
	ask := func() (int, string) {
		t.Helper()
		resp, err := http.Get("http://" + a.addr + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(b)
	}
	a.play(4)
	if status, body := ask(); status != http.StatusOK || strings.Contains(body, "mute") {
		t.Errorf("%d, %s", status, body)
	}
	mute = "there is no sound card"
	if status, body := ask(); status != http.StatusServiceUnavailable || !strings.Contains(body, `"well":false,"mute":"there is no sound card"`) {
		t.Errorf("%d, %s", status, body)
	}
	mute = ""
	a.mu.Lock()
	a.now = a.now.Add(7 * time.Second)
	a.mu.Unlock()
	if status, body := ask(); status != http.StatusServiceUnavailable || !strings.Contains(body, "has made no sound for 7 s") {
		t.Errorf("%d, %s", status, body)
	}
}
