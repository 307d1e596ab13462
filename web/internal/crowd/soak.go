package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	// inside is about how many listen at once, in a soak.
	inside = 60
	// warm is how long a soak takes until its memory is looked at: until then buffers
	// and encoders find their size.
	warm = 2 * time.Minute
	// grown is by how many bytes the memory may differ from then to the end.
	grown = 12 << 20
)

// soak lets listeners come and go.
func soak(long time.Duration) error {
	dir, err := os.MkdirTemp("", "crowd-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ours, err := startOurs(dir, 4*inside)
	if err != nil {
		return err
	}
	defer ours.stop()
	dice := rand.New(rand.NewPCG(1, 2))
	var all []net.Conn
	leave := func(k int) {
		if c, ok := all[k].(*net.TCPConn); ok && dice.IntN(2) == 0 {
			c.SetLinger(0) // without a word
		}
		all[k].Close()
		all = slices.Delete(all, k, k+1)
	}
	joined := 0
	began, told := time.Now(), time.Now()
	var first, last int64
	for time.Since(began) < long {
		for len(all) > 0 && (len(all) > inside || dice.IntN(3) == 0) {
			leave(dice.IntN(len(all)))
		}
		for range dice.IntN(4) {
			c, err := net.Dial("tcp", ours.addr)
			if err != nil {
				return err
			}
			format := []string{"opus", "opus", "opus", "opus", "flac", "wav"}[dice.IntN(6)]
			fmt.Fprintf(c, "GET /s/demo/stream.%s HTTP/1.1\r\nHost: %s\r\n\r\n", format, ours.addr)
			if dice.IntN(10) > 0 { // one in ten reads nothing
				go io.Copy(io.Discard, c)
			}
			all = append(all, c)
			joined++
		}
		if now := time.Now(); now.Sub(told) >= time.Minute {
			told = now
			last = ours.memory()
			if first == 0 && now.Sub(began) >= warm {
				first = last
			}
			fmt.Printf("after %2.0f min: %d have come, %d are there, %s; %d MiB, %d files\n", now.Sub(began).Minutes(), joined, len(all), ours.count("stream_encoders_begun_total", "encoders"), last>>20, ours.files())
		}
		time.Sleep(100 * time.Millisecond)
	}
	for len(all) > 0 {
		leave(0)
	}
	time.Sleep(5 * time.Second)
	fmt.Printf("all have left: %s, %d MiB, %d files\n", ours.count("stream_listeners", "listeners"), ours.memory()>>20, ours.files())
	if left := ours.count("stream_listeners", ""); left != "0" {
		return fmt.Errorf("%s listeners are left", left)
	}
	if first > 0 && last-first > grown {
		return fmt.Errorf("the memory grew by %d MiB", (last-first)>>20)
	}
	return nil
}

// files returns how many files and connections the server has open.
func (s *server) files() int {
	all, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	return len(all)
}

// count sums up a metric of the server over all formats, and says of what.
func (s *server) count(metric, what string) string {
	resp, err := http.Get("http://" + s.addr + "/metrics")
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	sum := 0.0
	for _, m := range regexp.MustCompile(`(?m)^proscenium_`+metric+`\{.*\} (\S+)$`).FindAllSubmatch(b, -1) {
		var v float64
		fmt.Sscan(string(m[1]), &v)
		sum += v
	}
	return strings.TrimSpace(fmt.Sprintf("%.0f %s", sum, what))
}
