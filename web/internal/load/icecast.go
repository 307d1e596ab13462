//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// icecastConfig is an Icecast for many listeners, with what it brings for the rest.
// %[1]d is the port, %[2]d how many may come, %[3]s the folder of its logs.
const icecastConfig = `<icecast>
  <limits><clients>%[2]d</clients><sources>2</sources><queue-size>524288</queue-size><client-timeout>30</client-timeout>
    <header-timeout>15</header-timeout><source-timeout>10</source-timeout><burst-size>65535</burst-size></limits>
  <authentication><source-password>load</source-password><admin-user>admin</admin-user><admin-password>load</admin-password></authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>%[1]d</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><logdir>%[3]s</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
  <security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner></security>
</icecast>
`

// startIcecast starts Debian's Icecast with a source of 128 kbit/s, until stop.
func startIcecast(ctx context.Context, dir string, listeners int) (pid int, addr string, stop func(), err error) {
	program, err := exec.LookPath("icecast2")
	if err != nil {
		return 0, "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, "", nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	addr = l.Addr().String()
	l.Close()
	logs := filepath.Join(dir, "icecast")
	config := filepath.Join(dir, "icecast.xml")
	if err := errors.Join(os.Chmod(dir, 0o755), os.Mkdir(logs, 0o777), os.Chmod(logs, 0o777),
		os.WriteFile(config, fmt.Appendf(nil, icecastConfig, port, listeners+100, logs), 0o644)); err != nil {
		return 0, "", nil, err
	}
	cmd := exec.CommandContext(ctx, program, "-c", config)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := feedIcecast(ctx, addr); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "load: icecast's source:", err)
		}
	}()
	stop = func() {
		cancel()
		<-done
		cmd.Process.Kill()
		cmd.Wait()
	}
	if err := until(ctx, func() bool {
		resp, err := http.Get("http://" + addr + "/load")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}); err != nil {
		stop()
		return 0, "", nil, fmt.Errorf("icecast does not start: %w", err)
	}
	return cmd.Process.Pid, addr, stop, nil
}

// until waits until something holds, ten seconds at most.
func until(ctx context.Context, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for !holds() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// feedIcecast is the source: frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz,
// that say nothing; three at a time, which is about twelve writes a second.
func feedIcecast(ctx context.Context, addr string) error {
	frame := make([]byte, 417) // 144 * 128,000 / 44,100, rounded down: without padding
	copy(frame, []byte{0xff, 0xfb, 0x90, 0x64})
	three := append(append(frame[:417:417], frame...), frame...)
	var conn net.Conn
	if err := until(ctx, func() (ok bool) {
		var err error
		conn, err = net.Dial("tcp", addr)
		return err == nil
	}); err != nil {
		return err
	}
	defer conn.Close()
	// "source:load"
	fmt.Fprint(conn, "SOURCE /load HTTP/1.0\r\nAuthorization: Basic c291cmNlOmxvYWQ=\r\nContent-Type: audio/mpeg\r\n\r\n")
	tick := time.NewTicker(3 * 1152 * time.Second / 44100)
	defer tick.Stop()
	for {
		if _, err := conn.Write(three); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
