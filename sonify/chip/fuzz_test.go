package chip

import "testing"

// FuzzPush gives the chip any bytes as commands and lets it play them: it must not
// panic, hang, or take more than it was given.
func FuzzPush(f *testing.F) {
	f.Add(everything(1))
	f.Add(busy(4, 1))
	f.Add(AppendOff(AppendAt(nil, 1<<40), 5, 3))
	f.Add(AppendNote(AppendLane(everything(1), 1), 100, &Note{Pitch: 60 << 16, Velocity: 9, Frames: 99}))
	f.Fuzz(func(t *testing.T, p []byte) {
		c := New()
		block := make([]Frame, 4800)
		for range 4 {
			n := c.Push(p)
			if n < 0 {
				if ^n > len(p) {
					t.Fatalf("Push of %d bytes took %d", len(p), ^n)
				}
				p = nil
			} else if n > len(p) {
				t.Fatalf("Push of %d bytes took %d", len(p), n)
			} else {
				p = p[n:]
			}
			c.Render(block)
			for _, x := range block {
				if min(x[0], x[1]) < -full || max(x[0], x[1]) >= full {
					t.Fatalf("a frame is %v", x)
				}
			}
		}
		s := c.Snapshot(nil)
		if err := New().Restore(s); err != nil {
			t.Fatalf("its own snapshot: %v", err)
		}
	})
}

// FuzzRestore gives the chip any bytes as a snapshot, with a checksum that is right,
// and plays on from what it took.
func FuzzRestore(f *testing.F) {
	c := New()
	c.Push(everything(1))
	f.Add(c.Snapshot(nil))
	for range 4 {
		c.Render(make([]Frame, 7001))
		f.Add(c.Snapshot(nil))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > 4 {
			p = append([]byte(nil), p...)
			sum := checksum(p[:len(p)-4])
			for i := range 4 {
				p[len(p)-4+i] = byte(sum >> (8 * i))
			}
		}
		c := New()
		if c.Restore(p) != nil {
			return
		}
		c.Render(make([]Frame, 9600))
		if s := c.Snapshot(nil); New().Restore(s) != nil {
			t.Fatal("what was restored and played on has no good snapshot")
		}
	})
}
