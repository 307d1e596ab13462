package chip

import (
	"bytes"
	"testing"
)

// What Scan reads and the Append functions write again is what there was.
func TestScan_ReadsWhatWasWritten(t *testing.T) {
	p := AppendAt(nil, 1000)
	p = AppendNote(p, 5, &Note{Voice: 3, Pitch: 60 << 16, Velocity: 9, Pan: -7, Frames: 99})
	p = AppendNote(p, 0, &Note{Voice: 4, Pitch: 60<<16 + 5, Velocity: 127, Pan: 100, Frames: 1})
	p = AppendControl(p, 70, 2, ParamBend, -30)
	p = AppendOff(p, 1, 255)
	p = AppendLane(p, 1)
	p = AppendNote(p, 12, &Note{Voice: 1, Pitch: 61 << 16, Velocity: 2, Frames: 3})
	again := AppendAt(nil, 1000)
	last := [2]int64{1000, 0}
	lane := uint8(0)
	n := Scan(p, func(c *Command) {
		if c.Lane != lane {
			again = AppendLane(again, c.Lane)
			lane = c.Lane
		}
		d := c.Frame - last[lane]
		last[lane] = c.Frame
		switch c.Kind {
		case CommandNote:
			again = AppendNote(again, d, &c.Note)
		case CommandControl:
			again = AppendControl(again, d, c.Voice, c.Param, c.Value)
		case CommandOff:
			again = AppendOff(again, d, c.Voice)
		}
	})
	if n != len(p) || !bytes.Equal(again, p) {
		t.Errorf("took %d of %d bytes:\n%x\n%x", n, len(p), p, again)
	}
}

// Scan takes and refuses just what Push does.
func FuzzScan(f *testing.F) {
	f.Add(everything(1))
	f.Add(AppendNote(AppendLane(busy(2, 1), 1), 100, &Note{Pitch: 60 << 16, Velocity: 9, Frames: 99}))
	f.Add(AppendSamples(AppendAt(nil, 1<<52), 7, []int16{1, -5, 900}))
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > queueSize/2 {
			return
		}
		want := New().Push(p)
		if got := Scan(p, func(*Command) {}); got != want && !(want < 0 && got >= 0 || want >= 0 && got < 0) {
			t.Fatalf("Scan says %d, Push %d", got, want)
		}
	})
}
