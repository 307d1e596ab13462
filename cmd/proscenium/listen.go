package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// firstAddr is where the program listens if nobody says where, and morePorts how many
// ports after it are tried.
const (
	firstAddr = "127.0.0.1:8080"
	morePorts = 20
)

// listenOn listens on addr, or, if that is empty, on the first free port from that of
// firstAddr on.
func (p *program) listenOn(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	if addr != "" {
		l, err := lc.Listen(ctx, "tcp", addr)
		if err != nil {
			return nil, refused(addr, err)
		}
		return l, nil
	}
	for i := range morePorts + 1 {
		at := nextPort(firstAddr, i)
		l, err := lc.Listen(ctx, "tcp", at)
		if taken(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w (--addr names another address)", at, err)
		}
		if i > 0 {
			p.say.linef("another program listens on %s, this one takes %s", firstAddr, at)
		}
		return l, nil
	}
	return nil, fmt.Errorf("%s and the %d ports after it are taken: --addr names another one; with port 0 the system chooses", firstAddr, morePorts)
}

// refused says why the program cannot listen on addr, and what helps.
func refused(addr string, err error) error {
	_, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	switch {
	case taken(err):
		return fmt.Errorf("--addr %s: another program listens there: stop it, or name another port, such as --addr %s", addr, nextPort(addr, 1))
	case errors.Is(err, syscall.EACCES) && n < privileged:
		return fmt.Errorf("--addr %s: a port below %d needs a right that this program has not (CAP_NET_BIND_SERVICE): give it that, or name another port, such as --addr %s", addr, privileged, nextPort(addr, 8000))
	}
	return fmt.Errorf("--addr %s: %w (expected an address and a port, such as 127.0.0.1:8080 or :8080)", addr, err)
}

// privileged is the first port that anybody may listen on.
const privileged = 1024

// nextPort returns addr with its port moved by n.
func nextPort(addr string, n int) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	k, err := strconv.Atoi(port)
	if err != nil || k+n > 65535 {
		return net.JoinHostPort(host, "0")
	}
	return net.JoinHostPort(host, strconv.Itoa(k+n))
}

// taken reports whether err says that another program listens there.
func taken(err error) bool {
	const windows = syscall.Errno(10048) // WSAEADDRINUSE
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windows)
}

// reached returns the address under which a listener on addr is reached from this
// machine, and those, if it listens on all addresses, under which others reach it.
func reached(addr net.Addr) (here string, others []string) {
	a, ok := addr.(*net.TCPAddr)
	if !ok || !a.IP.IsUnspecified() {
		return addr.String(), nil
	}
	port := strconv.Itoa(a.Port)
	known, err := net.InterfaceAddrs()
	if err != nil {
		known = nil
	}
	for _, k := range known {
		n, ok := k.(*net.IPNet)
		if ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			others = append(others, net.JoinHostPort(n.IP.String(), port))
		}
	}
	return net.JoinHostPort("127.0.0.1", port), others
}
