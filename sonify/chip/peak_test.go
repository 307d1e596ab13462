package chip

import (
	"fmt"
	"testing"

	"proscenium/sonify/pcm"
)

// TestGuard_HoldsForTheMeter measures loud sound with the meter that reports it,
// in 16 bits, as a file has it.
func TestGuard_HoldsForTheMeter(t *testing.T) {
	high := func(w Wave, pan int8) []byte {
		var p []byte
		for i := range uint8(6) {
			v := voiceOf(w)
			v.Pan = pan
			p = AppendVoice(p, 0, i, v)
			for n := range 40 {
				p = AppendNote(p, 3000, &Note{Voice: i, Pitch: int32(60+(n*7+int(i)*5)%48) << 16, Velocity: 127, Frames: 9000})
			}
			p = AppendAt(p, 0)
		}
		return p
	}
	s := scene{"", 12, func(float64) float64 { return 1.5 }, func(float64) int { return 15 }}
	for name, p := range map[string][]byte{
		"band": s.commands(), "everything": everything(12), "pulses": high(Pulse, 0), "tables": high(Table, 80), "noise": high(Noise, -100),
	} {
		for _, cfg := range []Config{
			{Loudness: -1600}, {Loudness: -900}, {Loudness: -500}, {Gain: 1200}, {Gain: 2400}, {Loudness: -1600, Gain: 1200},
		} {
			cfg.A4, cfg.Guard, cfg.Ceiling = 440000, true, -100
			t.Run(fmt.Sprint(name, cfg.Loudness, cfg.Gain), func(t *testing.T) {
				t.Parallel()
				m := pcm.NewMeter()
				c := New()
				block := make([]Frame, 2400)
				out := make([]pcm.Frame, len(block))
				p := p
				for range 12 * 20 {
					p = p[max(c.Push(p), 0):]
					c.config = cfg
					c.Render(block)
					for i, f := range block {
						out[i] = pcm.Frame{(f[0] + 128) &^ 255, (f[1] + 128) &^ 255}
					}
					if err := m.Write(out); err != nil {
						t.Fatal(err)
					}
				}
				if got := m.Loudness().TruePeak; got > -1.0 {
					t.Errorf("the true peak is %.2f dBTP, want -1 at most", got)
				}
			})
		}
	}
}
