package web

import (
	"testing"
	"time"
	"unsafe"

	"proscenium/sonify"
)

// A machine without a clock of its own begins with a wrong time, and is told the right
// one when the network is there. Whoever listens hears nothing of it.
func TestClock_IsNotSet(t *testing.T) {
	var set time.Duration
	now := func() time.Time {
		x := time.Now()
		// Another reading of the clock on the wall at the same moment: the seconds stand
		// above thirty bits of nanoseconds (time.Time).
		*(*uint64)(unsafe.Pointer(&x)) += uint64(set/time.Second) << 30
		return x
	}
	h := header("lead")
	c := NewChannel("court", ChannelOptions{Program: "test", Now: now})
	defer c.Close()
	if err := c.Begin(&h); err != nil {
		t.Fatal(err)
	}
	if err := c.Play(sonify.Cue{Passage: &sonify.Passage{End: 4800, Span: sonify.Span{End: 240}}, At: now()}); err != nil {
		t.Fatal(err)
	}
	tell := func() (sounds time.Duration) {
		c.mu.Lock()
		defer c.mu.Unlock()
		k := c.clock(0)
		return time.Duration(k.Now-k.Zero) * time.Microsecond
	}
	before := tell()
	set = 26 * time.Hour
	if d := now().Round(0).Sub(time.Now().Round(0)); d < 25*time.Hour {
		t.Fatalf("the test does not set the clock: %v", d)
	}
	if after := tell(); after < before || after > before+time.Minute {
		t.Errorf("when the clock is set by %v the music is %v old, and was %v", set, after, before)
	}
}
