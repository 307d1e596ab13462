package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// who asks: for one listener or another, and from where.
type who struct {
	addr netip.Addr // whose limits count; of IPv6 the network of a household
	own  bool       // this machine's own, which no limit of addresses holds for
}

// whose returns who asks with a request: the other end of the connection or, if that
// is a proxy of ours, whom it names.
func (s *Server) whose(r *http.Request) who { return from(s.peer(r)) }

// peer returns the address of whose.
func (s *Server) peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	addr := ap.Addr().Unmap()
	if err == nil && s.behind(addr) {
		// Every proxy appends whom it was asked by: what stands before the last one that
		// is not ours anybody can have written.
		named := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, text := range slices.Backward(named) {
			a, bad := netip.ParseAddr(strings.TrimSpace(text))
			if bad != nil {
				break
			}
			if addr = a.Unmap(); !s.behind(addr) {
				break
			}
		}
	}
	return addr
}

// from returns who is at an address.
func from(addr netip.Addr) who {
	addr = addr.Unmap().WithZone("")
	w := who{addr, addr.IsLoopback()}
	if addr.Is6() {
		p, _ := addr.Prefix(64)
		w.addr = p.Addr()
	}
	return w
}

// behind reports whether a proxy of ours is at an address.
func (s *Server) behind(a netip.Addr) bool {
	return slices.ContainsFunc(s.opts.Behind, func(p netip.Prefix) bool { return p.Contains(a) })
}

// misnamed reports whether a request came to this machine's own address under the
// name of another one. A page from anywhere can make a browser do that, by giving
// its name our address once it is loaded (DNS rebinding), and would be taken for
// one of ours.
func (s *Server) misnamed(r *http.Request) bool {
	if r.Host == "" || localName(r.Host) { // browsers always name a host; some radios do not
		return false
	}
	here, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok || !s.inside.Load() || !loopback(here) {
		return false
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err != nil || !s.behind(peer.Addr().Unmap())
}

// loopback reports whether an address is this machine's own.
func loopback(a net.Addr) bool {
	ap, err := netip.ParseAddrPort(a.String())
	return err == nil && ap.Addr().Unmap().IsLoopback()
}

// localName reports whether browsers take a host for the machine they run on.
func localName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
