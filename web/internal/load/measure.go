//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// figures are what one server did for one audience.
type figures struct {
	result
	cpu         time.Duration // of the server, while it was measured
	empty, full int64         // bytes of memory, without and with listeners
}

// measure runs a server and its audience, and then the other.
func measure(ctx context.Context, s *settings, out io.Writer) error {
	dir, err := os.MkdirTemp("", "load")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if s.program == "" {
		s.program = filepath.Join(dir, "proscenium")
		build := exec.CommandContext(ctx, "go", "build", "-o", s.program, "proscenium/cmd/proscenium")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("go build: %w", err)
		}
	}
	pid, addr, stop, err := startServer(ctx, s)
	if err != nil {
		return err
	}
	f, err := observe(ctx, s, pid, addr, "/s/demo/ws")
	if err == nil {
		err = keepCounts(addr, out)
	}
	stop()
	if err != nil {
		return err
	}
	f.tell(out, "proscenium", s)
	if !s.icecast || s.soak {
		return nil
	}
	pid, addr, stop, err = startIcecast(ctx, dir, s.listeners)
	if err != nil {
		return err
	}
	i, err := observe(ctx, s, pid, addr, "/load")
	stop()
	if err != nil {
		return fmt.Errorf("icecast: %w", err)
	}
	i.tell(out, "icecast, 128 kbit/s", s)
	fmt.Fprintf(out, "proscenium to icecast: %.3f of the bytes, %.2f of the CPU\n", f.rate()/i.rate(), f.cpu.Seconds()/i.cpu.Seconds())
	return nil
}

// startServer puts the demonstration on the air.
func startServer(ctx context.Context, s *settings) (pid int, addr string, stop func(), err error) {
	args := append([]string{"serve", "--addr", "127.0.0.1:0", "--listeners", strconv.Itoa(s.listeners + 200)}, s.serve...)
	cmd := exec.CommandContext(ctx, s.program, args...)
	said, err := cmd.StderrPipe()
	if err != nil {
		return 0, "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return 0, "", nil, err
	}
	stop = func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	}
	onAir := regexp.MustCompile(`http://(\S+)/s/demo`)
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if m := onAir.FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(os.Stderr, said)
			addr = m[1]
			break
		}
		fmt.Fprintln(os.Stderr, lines.Text())
	}
	if addr == "" {
		stop()
		return 0, "", nil, errors.New("proscenium serve does not go on the air")
	}
	if err := until(ctx, func() bool {
		resp, err := http.Get("http://" + addr + "/healthz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}); err != nil {
		stop()
		return 0, "", nil, fmt.Errorf("proscenium serve is not well: %w", err)
	}
	return cmd.Process.Pid, addr, stop, nil
}

// observe lets an audience come to the server with this id, and looks at both.
func observe(ctx context.Context, s *settings, pid int, addr, path string) (*figures, error) {
	empty, err := used(pid)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"-audience", addr, "-path", path, "-listeners", strconv.Itoa(s.listeners),
		"-stuck", strconv.FormatFloat(s.stuck, 'g', -1, 64), "-seconds", strconv.Itoa(int(s.length.Seconds()))}
	if s.soak {
		args = append(args, "-soak")
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	answers, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	came := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	r := bufio.NewReader(answers)
	if line, err := r.ReadString('\n'); err != nil || line != "ready\n" {
		return nil, fmt.Errorf("the audience does not come: %q, %w", line, err)
	}
	before, err := used(pid)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "%d came in %.1f s, which took %.2f s of CPU\n", s.listeners, time.Since(came).Seconds(), (before.cpu - empty.cpu).Seconds())
	io.WriteString(in, "go\n")
	f := &figures{empty: empty.rss}
	done := make(chan error, 1)
	go func() { done <- json.NewDecoder(r).Decode(&f.result) }()
	end := time.NewTimer(s.length)
	defer end.Stop()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	var after usage
	for n := 1; ; n++ {
		select {
		case <-minute.C:
			u, err := used(pid)
			if err != nil {
				return nil, err
			}
			if s.soak {
				fmt.Fprintf(os.Stderr, "minute %d: %.1f MiB, %.1f s of CPU\n", n, float64(u.rss)/(1<<20), (u.cpu - before.cpu).Seconds())
			}
			continue
		case <-end.C:
			if after, err = used(pid); err != nil {
				return nil, err
			}
			f.cpu, f.full = after.cpu-before.cpu, after.rss
			continue
		case err := <-done:
			if err != nil {
				return nil, fmt.Errorf("the audience: %w", err)
			}
			if after.cpu == 0 {
				// A small one is done before our own timer, which began later, is.
				if f.Seconds < s.length.Seconds() {
					return nil, errors.New("the audience left early")
				}
				if after, err = used(pid); err != nil {
					return nil, err
				}
				f.cpu, f.full = after.cpu-before.cpu, after.rss
			}
			return f, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// rate returns bytes a second for each healthy listener.
func (f *figures) rate() float64 { return float64(f.Bytes) / f.Seconds / float64(f.Healthy) }

// tell writes what was seen.
func (f *figures) tell(out io.Writer, name string, s *settings) {
	n := float64(s.listeners)
	fmt.Fprintf(out, "%s: %d listeners for %.0f s, %d of them slow or stuck (%d let go)\n", name, s.listeners, f.Seconds, f.Unhealthy, f.Sulked)
	fmt.Fprintf(out, "  server      %.2f s of CPU for 1,000 listeners and minute (%.2f s in all; the audience: %.2f s)\n",
		f.cpu.Seconds()/n*1000*60/f.Seconds, f.cpu.Seconds(), f.CPU)
	fmt.Fprintf(out, "  memory      %.1f KiB a listener (%.1f MiB before, %.1f MiB after)\n",
		float64(f.full-f.empty)/1024/n, float64(f.empty)/(1<<20), float64(f.full)/(1<<20))
	fmt.Fprintf(out, "  each reads  %.0f bytes a second in %.2f reads or messages\n", f.rate(), float64(f.Messages)/f.Seconds/float64(f.Healthy))
	fmt.Fprintf(out, "  came        %d, %d times turned away; healthy ones that were cut off: %d\n", f.Joins, f.Refused, f.Ended)
	if f.Late == (quantiles{}) {
		return
	}
	fmt.Fprintf(out, "  lost        %d messages; %d times caught up by a keyframe\n", f.Lost, f.Keyframes)
	show := func(what string, q quantiles) {
		fmt.Fprintf(out, "  %-11s p50 %.1f ms, p99 %.1f ms, most %.1f ms\n", what, q.P50, q.P99, q.Max)
	}
	show("spread", f.Spread)
	show("clock", f.Clock)
	show("after due", f.Late)
}

// keepCounts tells what the server counted of the audience.
func keepCounts(addr string, out io.Writer) error {
	resp, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	counted := regexp.MustCompile(`^proscenium_(caught_up|dropped_listeners|refused|late_messages|messages|sent_bytes|longest_sweep|lost)_?\S* `)
	for lines.Scan() {
		if counted.MatchString(lines.Text()) {
			fmt.Fprintln(out, " ", lines.Text())
		}
	}
	return lines.Err()
}
