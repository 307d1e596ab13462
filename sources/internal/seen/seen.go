// Package seen knows what came before, for services that may deliver a thing twice.
// It keeps no ids, only their hashes, under a key that is drawn anew in every
// process: nobody can tell from them who was heard.
package seen

import "hash/maphash"

// DefaultSize is how many things are remembered if nobody says otherwise.
const DefaultSize = 1 << 16

// Set remembers the last things it was told, at least as many as its size and at
// most twice as many. It is used by one goroutine.
type Set struct {
	size     int
	seed     maphash.Seed
	now, old map[uint64]struct{}
}

// New returns a set of the given size, DefaultSize if it is 0.
func New(size int) *Set {
	if size <= 0 {
		size = DefaultSize
	}
	return &Set{size: size, seed: maphash.MakeSeed(), now: make(map[uint64]struct{})}
}

// Again reports whether the same parts came before, and remembers them. Two
// different things are taken for one with a chance of their number in 2^64.
func (s *Set) Again(parts ...string) bool {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, p := range parts {
		h.WriteString(p)
		h.WriteByte(0)
	}
	k := h.Sum64()
	if _, ok := s.now[k]; ok {
		return true
	}
	_, again := s.old[k]
	if len(s.now) >= s.size {
		s.old, s.now = s.now, make(map[uint64]struct{}, s.size)
	}
	s.now[k] = struct{}{}
	return again
}
