//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// result is what the audience tells whoever started it.
type result struct {
	Healthy   int // listeners who read
	Unhealthy int
	Bytes     int64 // the healthy read
	Messages  int64
	Lost      int64 // score messages that a healthy listener missed
	Keyframes int64 // that a healthy listener was given after the first
	Ended     int64 // healthy listeners whose line was cut
	Sulked    int64 // of the others
	Refused   int64 // attempts to come that were answered with 503
	Joins     int64 // in all; of a soak, more than there are
	Spread    quantiles
	Late      quantiles // against the frame's due time; negative: before it
	Clock     quantiles // from the server's answer to us
	CPU       float64   // seconds, of the audience itself
	Seconds   float64
}

// quantiles are of times, in milliseconds.
type quantiles struct{ P50, P99, Max float64 }

func quantilesOf(us []int32) quantiles {
	if len(us) == 0 {
		return quantiles{}
	}
	slices.Sort(us)
	at := func(q float64) float64 { return float64(us[min(int(q*float64(len(us))), len(us)-1)]) / 1000 }
	return quantiles{at(0.5), at(0.99), at(1)}
}

// audience is the listeners of one address.
type audience struct {
	addr, path string
	score      bool // it is a score; otherwise sound, of which bytes are counted
	told       told

	measuring atomic.Bool
	over      atomic.Bool
	refused   atomic.Int64
	joins     atomic.Int64
	sulked    atomic.Int64

	mu    sync.Mutex
	conns []net.Conn
}

// attend listens, and tells at the end how it was.
func attend(ctx context.Context, s *settings, addr, path string) error {
	a := &audience{addr: addr, path: path, score: strings.HasSuffix(path, "/ws")}
	unhealthy := int(float64(s.listeners) * s.stuck)
	var wg, there sync.WaitGroup
	listeners := make([]listener, s.listeners-unhealthy)
	slots := make(chan struct{}, 64) // so many come at once
	var failed atomic.Pointer[error]
	come := func(f func(net.Conn, *bufio.Reader), sick bool) {
		slots <- struct{}{}
		there.Add(1)
		wg.Go(func() {
			conn, r, err := a.come(ctx, sick)
			<-slots
			there.Done()
			if err != nil {
				failed.CompareAndSwap(nil, &err)
				return
			}
			f(conn, r)
		})
	}
	for i := range s.listeners {
		if i < unhealthy {
			come(a.sulker(i%2 == 0), true)
		} else {
			come(listeners[i-unhealthy].listen(a), false)
		}
	}
	there.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	if a.score {
		go a.askTheTime(ctx)
	}
	// Whoever started us looks at the server's clock now, and again when we are done.
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return fmt.Errorf("nobody says go: %w", err)
	}
	before, err := used(os.Getpid())
	if err != nil {
		return err
	}
	began := time.Now()
	a.measuring.Store(true)
	end := time.NewTimer(s.length)
	defer end.Stop()
	if s.soak {
		a.comeAndGo(ctx, end.C)
	} else {
		select {
		case <-end.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	a.measuring.Store(false)
	took := time.Since(began)
	after, err := used(os.Getpid())
	if err != nil {
		return err
	}
	a.over.Store(true)
	a.mu.Lock()
	for _, c := range a.conns {
		c.Close()
	}
	a.mu.Unlock()
	wg.Wait()
	r := result{Healthy: len(listeners), Unhealthy: unhealthy, Refused: a.refused.Load(), Joins: a.joins.Load(), Sulked: a.sulked.Load(),
		Seconds: took.Seconds(), CPU: (after.cpu - before.cpu).Seconds()}
	var late, spread []int32
	for i := range listeners {
		l := &listeners[i]
		r.Bytes += l.bytes
		r.Messages += l.messages
		r.Lost += l.lost
		r.Keyframes += l.again
		if l.cut {
			r.Ended++
		}
		late, spread = append(late, l.late...), append(spread, l.spread...)
	}
	r.Late, r.Spread, r.Clock = quantilesOf(late), quantilesOf(spread), quantilesOf(a.told.answers())
	return json.NewEncoder(os.Stdout).Encode(&r)
}

var errTurnedAway = errors.New("turned away")

// come connects, again if the house wants us to come later. A sick listener has
// little room for what it will not read.
func (a *audience) come(ctx context.Context, sick bool) (net.Conn, *bufio.Reader, error) {
	for {
		conn, r, err := a.ask(ctx, sick)
		if err == nil {
			a.joins.Add(1)
			return conn, r, nil
		}
		if !errors.Is(err, errTurnedAway) {
			return nil, nil, err
		}
		a.refused.Add(1)
		select {
		case <-time.After(300 * time.Millisecond):
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
	}
}

// ask connects and sends the request.
func (a *audience) ask(ctx context.Context, sick bool) (net.Conn, *bufio.Reader, error) {
	d := net.Dialer{Timeout: time.Minute}
	if sick {
		d.Control = func(_, _ string, c syscall.RawConn) error {
			var failed error
			err := c.Control(func(fd uintptr) { failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
			return errors.Join(err, failed)
		}
	}
	conn, err := d.DialContext(ctx, "tcp", a.addr)
	if err != nil {
		return nil, nil, err
	}
	conn.SetDeadline(time.Now().Add(time.Minute))
	upgrade := ""
	if a.score {
		// The key is the example of RFC 6455, 1.3.
		upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", a.path, a.addr, upgrade)
	r := bufio.NewReaderSize(conn, 2048)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusSwitchingProtocols:
	case http.StatusServiceUnavailable:
		conn.Close()
		return nil, nil, errTurnedAway
	default:
		conn.Close()
		return nil, nil, fmt.Errorf("GET %s: %s", a.path, resp.Status)
	}
	conn.SetDeadline(time.Time{})
	a.mu.Lock()
	a.conns = append(a.conns, conn)
	a.mu.Unlock()
	return conn, r, nil
}

// sulker returns a listener who does not read, or only a little now and then.
func (a *audience) sulker(stuck bool) func(net.Conn, *bufio.Reader) {
	return func(conn net.Conn, r *bufio.Reader) {
		defer conn.Close()
		if stuck {
			for !a.over.Load() {
				time.Sleep(time.Second)
			}
			return
		}
		for !a.over.Load() {
			time.Sleep(time.Second)
			if _, err := r.Discard(100); err != nil {
				if !a.over.Load() {
					a.sulked.Add(1)
				}
				return
			}
		}
	}
}

// comeAndGo lets more listeners come, stay a while and go, until the end.
func (a *audience) comeAndGo(ctx context.Context, end <-chan time.Time) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var visitors []net.Conn
	for {
		select {
		case <-end:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		conn, _, err := a.ask(ctx, false)
		if err != nil {
			a.refused.Add(1)
			continue
		}
		a.joins.Add(1)
		visitors = append(visitors, conn)
		if len(visitors) > 100 {
			visitors[0].Close()
			visitors = slices.Delete(visitors, 0, 1)
		}
	}
}
