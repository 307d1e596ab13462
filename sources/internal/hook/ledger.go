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
func name[T string | []byte](kind byte, topic string, what T) uint64 {
	var room [1 + maxID + 1 + maxID + 1]byte // what is longer is allocated
	b := append(room[:0], kind)
	if kind == byMark {
		b = append(append(b, topic...), 0)
	}
	b = append(append(b, what...), 0)
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:])
}

// The kinds of names. They and their form are in the places of pieces that run.
const (
	byID   = 'i' // of an id
	byMark = 'm' // of a topic and a signature: services send one body under several topics
)

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

// nameLen is how long a name is in a Place.
const nameLen = 11

// trail is the names of the last deliveries that became events, as a Place writes
// them. What is in it tells nobody anything.
type trail struct {
	text [kept * nameLen]byte // the newest last
	n    int                  // bytes of it
}

func (t *trail) add(n uint64) {
	if t.n == len(t.text) {
		t.n = copy(t.text[:], t.text[nameLen:])
	}
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], n)
	base64.RawURLEncoding.Encode(t.text[t.n:], raw[:])
	t.n += nameLen
}

// place writes the trail down, the newest last.
func (t *trail) place() string { return string(t.text[:t.n]) }

// readPlace gives back what place wrote. What is none gives nothing.
func readPlace(place string, each func(uint64)) {
	for len(place) >= nameLen {
		var raw [9]byte
		if n, err := base64.RawURLEncoding.Decode(raw[:], []byte(place[:nameLen])); err != nil || n != 8 || strings.ContainsAny(place[:nameLen], "\r\n") {
			return
		}
		each(binary.BigEndian.Uint64(raw[:8]))
		place = place[nameLen:]
	}
}
