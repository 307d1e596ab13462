package hook

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// ledger remembers which deliveries were taken: the last so many, and no more. Its
// zero value has room for none.
type ledger struct {
	room  int
	known map[uint64]struct{}
	ring  []uint64 // in the order in which they came, next is the oldest
	next  int
}

// name makes a short name of an id or a signature: half a hash, so that whoever
// writes ids cannot choose which collide. Two of 65,536 do with a chance of
// 1 in 8 thousand million.
func name(kind byte, parts ...[]byte) uint64 {
	h := sha256.New()
	h.Write([]byte{kind})
	for _, p := range parts {
		h.Write(p)
		h.Write([]byte{0})
	}
	var sum [sha256.Size]byte
	return binary.BigEndian.Uint64(h.Sum(sum[:0]))
}

// has reports whether n was taken.
func (l *ledger) has(n uint64) bool {
	_, ok := l.known[n]
	return ok
}

// add remembers n, and forgets the oldest if there is no room.
func (l *ledger) add(n uint64) {
	if l.has(n) || l.room == 0 {
		return
	}
	if l.known == nil {
		l.known = make(map[uint64]struct{})
	}
	if len(l.ring) < l.room {
		l.ring = append(l.ring, n)
	} else {
		delete(l.known, l.ring[l.next])
		l.ring[l.next] = n
		l.next = (l.next + 1) % l.room
	}
	l.known[n] = struct{}{}
}

// kept is how many deliveries a Place names: those that a service repeats because a
// restart ate our answer are the last ones.
const kept = 16

// trail is the names of the last deliveries that became events, as a Place writes
// them. What is in it tells nobody anything.
type trail struct {
	names [kept]uint64
	n     int
}

func (t *trail) add(n uint64) {
	t.names[t.n%kept] = n
	t.n++
}

// place writes the trail down, the newest last.
func (t *trail) place() string {
	var b [kept * 11]byte
	out := b[:0]
	for i := max(0, t.n-kept); i < t.n; i++ {
		var raw [8]byte
		binary.BigEndian.PutUint64(raw[:], t.names[i%kept])
		out = base64.RawURLEncoding.AppendEncode(out, raw[:])
	}
	return string(out)
}

// readPlace gives back what place wrote. What is none gives nothing.
func readPlace(place string, each func(uint64)) {
	for len(place) >= 11 {
		var raw [9]byte
		if n, err := base64.RawURLEncoding.Decode(raw[:], []byte(place[:11])); err != nil || n != 8 || strings.ContainsAny(place[:11], "\r\n") {
			return
		}
		each(binary.BigEndian.Uint64(raw[:8]))
		place = place[11:]
	}
}
