// Crowd measures what ordinary listeners cost: those of proscenium's stream.opus and
// those of an Icecast that is given the same stream, in one run. It fails if a listener of
// ours costs more than a quarter more than one of Icecast's with the same Ogg. What the
// piece, the synth and the encoder take, which is the same for one listener and for a
// thousand and which Icecast leaves to others, is told apart.
//
//	go run ./web/internal/crowd -listeners 1000 -for 30s
//	go run ./web/internal/crowd -soak 10m
//
// With -soak listeners of all formats come and go all the time, some without a word,
// some who read nothing, and every minute it is told what the server's memory and
// files are; in the end nobody is left, and it fails if the memory was not flat.
//
// It needs Debian's icecast2, and Linux, whose /proc tells how long each server was
// at work. Icecast is measured twice: as it carries Ogg, page by page, and as it
// carries MP3, which is the same bytes under the type audio/mpeg.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

func main() {
	n := flag.Int("listeners", 1000, "listeners of each server")
	long := flag.Duration("for", 30*time.Second, "how long each is measured")
	coming := flag.Duration("soak", 0, "let listeners come and go for so long, and look at the memory")
	flag.Parse()
	err := error(nil)
	if *coming > 0 {
		err = soak(*coming)
	} else {
		err = measure(*n, *long)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "crowd:", err)
		os.Exit(1)
	}
}

func measure(n int, long time.Duration) error {
	dir, err := os.MkdirTemp("", "crowd-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil { // Icecast changes its user
		return err
	}
	ours, err := startOurs(dir, n)
	if err != nil {
		return err
	}
	defer ours.stop()
	theirs, err := startIcecast(dir, n)
	if err != nil {
		return err
	}
	defer theirs.stop()
	stream := "http://" + ours.addr + "/s/demo/stream.opus"
	for mount, kind := range map[string]string{"live.ogg": "audio/ogg", "live.mp3": "audio/mpeg"} {
		stop, err := relay(stream, "http://"+theirs.addr+"/"+mount, kind)
		if err != nil {
			return err
		}
		defer stop()
	}
	// The relays are listeners of ours already: the encoder is at work.
	idle, err := ours.work(long)
	if err != nil {
		return err
	}
	fmt.Printf("proscenium, two listeners: %.2f s of CPU a minute (the piece, the synth, the encoder)\n", idle*60/long.Seconds())
	all := map[*server]float64{} // the least that its listeners took, of the measurements with the same bytes
	for _, x := range []struct {
		name string
		s    *server
		url  string
		same bool // it carries the bytes that both are compared by
		less float64
	}{
		{"proscenium", ours, stream, true, idle},
		{"Icecast, Ogg", theirs, "http://" + theirs.addr + "/live.ogg", true, 0},
		{"Icecast, as MP3", theirs, "http://" + theirs.addr + "/live.mp3", false, 0},
		{"proscenium again", ours, stream, true, idle},
		{"Icecast, Ogg again", theirs, "http://" + theirs.addr + "/live.ogg", true, 0},
	} {
		c, err := gather(x.url, n)
		if err != nil {
			return err
		}
		time.Sleep(3 * time.Second) // the burst goes by
		got := c.bytes.Load()
		cpu, err := x.s.work(long)
		if err != nil {
			return err
		}
		rate := float64(c.bytes.Load()-got) * 8 / 1000 / long.Seconds() / float64(n)
		lost := c.lost.Load()
		memory := x.s.memory()
		c.leave()
		scale := 60 / long.Seconds() / float64(n) * 1000
		fmt.Printf("%-18s %d listeners at %.0f kbit/s: %.2f s of CPU per 1,000 and minute", x.name, n, rate, cpu*scale)
		if x.less > 0 {
			fmt.Printf(" (%.2f without the music itself)", (cpu-x.less)*scale)
		}
		fmt.Printf(", %d MiB, %d lost\n", memory>>20, lost)
		if lost > 0 {
			return fmt.Errorf("%s lost %d of %d listeners", x.name, lost, n)
		}
		if least, ok := all[x.s]; x.same && (!ok || cpu-x.less < least) {
			all[x.s] = cpu - x.less
		}
	}
	fmt.Printf("an Icecast that is given the same music by somebody else, with what that takes: %.2f s\n", (all[theirs]+idle)*60/long.Seconds()/float64(n)*1000)
	return judge(all[ours], all[theirs])
}

// most is how many times the CPU of a listener of Icecast's one of ours may take.
const most = 1.25

// judge says how the two compare, by the seconds of CPU that as many listeners of the same
// bytes took of each; the error says that ours took too much.
func judge(ours, theirs float64) error {
	if theirs <= 0 || ours <= 0 {
		return fmt.Errorf("a server took no CPU at all (%.2f s and %.2f s): that was no measurement", ours, theirs)
	}
	ratio := ours / theirs
	fmt.Printf("a listener of proscenium takes %.2f times what one of Icecast takes for the same Ogg; at most %.2f is wanted\n", ratio, most)
	if ratio > most {
		return fmt.Errorf("%.2f times Icecast is more than %.2f", ratio, most)
	}
	return nil
}

// server is a process that is measured.
type server struct {
	cmd  *exec.Cmd
	addr string
}

func (s *server) stop() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// work returns how many seconds of CPU the server uses in a while.
func (s *server) work(long time.Duration) (float64, error) {
	before, err := s.cpu()
	if err != nil {
		return 0, err
	}
	time.Sleep(long)
	after, err := s.cpu()
	return after - before, err
}

// cpu returns the user and system time so far, in seconds.
func (s *server) cpu() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, err := strconv.ParseFloat(f[11], 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseFloat(f[12], 64)
	return (user + system) / 100, err
}

// memory returns the resident bytes.
func (s *server) memory() int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.cmd.Process.Pid))
	if f := strings.Fields(string(b)); len(f) > 1 {
		pages, _ := strconv.ParseInt(f[1], 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0
}

// free returns an address that nobody listens at.
func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// begin starts a server and waits until it answers.
func begin(addr, name string, args ...string) (*server, error) {
	s := &server{cmd: exec.Command(name, args...), addr: addr}
	var said bytes.Buffer
	s.cmd.Stderr = &said
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return s, nil
		}
	}
	s.stop()
	return nil, fmt.Errorf("%s does not answer: %s", name, said.String())
}

func startOurs(dir string, n int) (*server, error) {
	program := filepath.Join(dir, "proscenium")
	if out, err := exec.Command("go", "build", "-o", program, "proscenium/cmd/proscenium").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	addr, err := free()
	if err != nil {
		return nil, err
	}
	return begin(addr, program, "serve", "--addr", addr, "--listeners", strconv.Itoa(n+100))
}

func startIcecast(dir string, n int) (*server, error) {
	addr, err := free()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	conf := filepath.Join(dir, "icecast.xml")
	text := fmt.Sprintf(`<icecast>
<limits><clients>%d</clients><sources>4</sources><queue-size>524288</queue-size><burst-on-connect>1</burst-on-connect><burst-size>65535</burst-size></limits>
<authentication><source-password>crowd</source-password><admin-user>admin</admin-user><admin-password>crowd</admin-password></authentication>
<hostname>localhost</hostname><listen-socket><port>%s</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><basedir>/usr/share/icecast2</basedir><logdir>%s</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>1</loglevel></logging>
<security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner></security>
</icecast>`, n+100, port, dir)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	return begin(addr, "icecast2", "-c", conf)
}

// relay gives a stream to Icecast, as a source client does.
func relay(from, to, kind string) (stop func(), err error) {
	resp, err := http.Get(from)
	if err != nil {
		return nil, err
	}
	// No Content-Length and no chunks: as source clients send.
	addr, path, _ := strings.Cut(strings.TrimPrefix(to, "http://"), "/")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "PUT /%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic c291cmNlOmNyb3dk\r\nContent-Type: %s\r\nIce-Bitrate: 128\r\n\r\n", path, addr, kind)
	answer := make([]byte, 64)
	if k, err := conn.Read(answer); err != nil || !strings.Contains(string(answer[:k]), "200") {
		return nil, fmt.Errorf("icecast says %q, %v", answer[:k], err)
	}
	go io.Copy(conn, resp.Body)
	return func() { conn.Close(); resp.Body.Close() }, nil
}

// crowd is many listeners of one stream.
type crowd struct {
	conns []net.Conn
	bytes atomic.Int64
	lost  atomic.Int64
}

func gather(url string, n int) (*crowd, error) {
	c := &crowd{}
	addr, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	for range n {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(conn, "GET /%s HTTP/1.1\r\nHost: %s\r\n\r\n", path, addr)
		c.conns = append(c.conns, conn)
		go func() {
			p := make([]byte, 8<<10)
			for {
				k, err := conn.Read(p)
				c.bytes.Add(int64(k))
				if err != nil {
					c.lost.Add(1)
					return
				}
			}
		}()
		time.Sleep(3 * time.Millisecond) // servers take so many a second
	}
	return c, nil
}

func (c *crowd) leave() {
	for _, conn := range c.conns {
		conn.Close()
	}
	time.Sleep(2 * time.Second)
}
