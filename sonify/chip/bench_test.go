package chip

import "testing"

// busy returns the commands of a piece of the given number of voices and seconds:
// a melody, an arpeggio, a bass, drums, and again an octave apart. Its voices are
// what pieces use: decaying volumes, vibrato, an echo on the first.
func busy(voices, seconds int) []byte {
	p := AppendConfig(nil, 0, &Config{A4: 440000, Loudness: -1600, Guard: true, Ceiling: -100})
	for i := range voices {
		v := &Voice{Polyphony: 2, Gain: 900, Pan: int8([]int{-35, 35, 0, 0}[i%4])}
		v.Volume = Macro{Values: []int16{15, 14, 13, 12, 11, 10, 9, 8}, Loop: -1, Release: []int16{5, 3, 1}}
		switch i % 4 {
		case 0:
			v.VibratoDepth, v.VibratoRate, v.VibratoDelay = 20, 550, 12
			if i == 0 {
				v.EchoLevel, v.EchoDelay = 330, 12000
			}
		case 1:
			v.Duty = constant(1)
			v.Arpeggio = Macro{Values: []int16{0, 4, 7}, Loop: 0}
		case 2:
			v.Wave = Triangle
			v.Volume = Macro{}
		case 3:
			v.Wave = Noise
			v.Volume = Macro{Values: []int16{12, 9, 7, 5, 3, 2, 1, 0}, Loop: -1}
		}
		p = AppendVoice(p, 0, uint8(i), v)
	}
	seed := uint32(7)
	next := func(n uint32) uint32 {
		seed = seed*1664525 + 1013904223
		return seed >> 16 % n
	}
	scale := []int32{0, 2, 3, 5, 7, 8, 10}
	delta := int64(0)
	for step := range seconds * 8 {
		for i := range voices {
			play := [4]bool{next(8) < 6, step%2 == 1, step%4 == 0, step%4 == 2 || next(5) == 0}[i%4]
			if !play {
				continue
			}
			key := [4]int32{69, 57, 33, 60}[i%4] + scale[next(7)]
			if i%4 == 3 {
				key = int32([]uint32{48, 60, 84}[next(3)])
			}
			frames := int64([4]int{5500, 2800, 11000, 6000}[i%4])
			p = AppendNote(p, delta, &Note{Voice: uint8(i), Pitch: key << 16, Velocity: uint8(80 + next(40)), Frames: frames})
			delta = 0
		}
		delta += Rate / 8
	}
	return p
}

// feed renders frames frames and pushes p as it is taken.
func feed(c *Chip, p []byte, frames int, block []Frame, sink func([]Frame)) {
	for frames > 0 {
		if len(p) > 0 {
			p = p[c.Push(p):]
		}
		n := min(frames, len(block))
		c.Render(block[:n])
		if sink != nil {
			sink(block[:n])
		}
		frames -= n
	}
}

func benchmarkBusy(b *testing.B, voices int) {
	const seconds = 20
	p := busy(voices, seconds)
	block := make([]Frame, 4800)
	c := New()
	b.ReportAllocs()
	for b.Loop() {
		c.Reset()
		feed(c, p, seconds*Rate, block, nil)
	}
	perFrame := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / (seconds * Rate)
	b.ReportMetric(perFrame, "ns/frame")
	b.ReportMetric(1e9/Rate/perFrame, "x-realtime")
}

func BenchmarkRender4(b *testing.B)  { benchmarkBusy(b, 4) }
func BenchmarkRender16(b *testing.B) { benchmarkBusy(b, 16) }

func benchmarkHold(b *testing.B, voices int, v *Voice, pitch int32) {
	p := []byte{}
	for i := range voices {
		p = AppendVoice(p, 0, uint8(i), v)
		p = AppendNote(p, 0, &Note{Voice: uint8(i), Pitch: pitch, Velocity: 100, Frames: 1 << 40})
	}
	c := New()
	c.Push(p)
	block := make([]Frame, 4800)
	for b.Loop() {
		c.Render(block)
	}
	perFrame := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / 4800
	b.ReportMetric(perFrame, "ns/frame")
	b.ReportMetric(1e9/Rate/perFrame, "x-realtime")
}

func BenchmarkSilence(b *testing.B)        { benchmarkHold(b, 0, nil, 0) }
func BenchmarkPulse(b *testing.B)          { benchmarkHold(b, 1, voiceOf(Pulse), 69<<16) }
func BenchmarkNoise16Fast(b *testing.B)    { benchmarkHold(b, 16, voiceOf(Noise), 15<<16) }
func BenchmarkNoise16Mid(b *testing.B)     { benchmarkHold(b, 16, voiceOf(Noise), 83<<16) }
func BenchmarkNoise16Below(b *testing.B)   { benchmarkHold(b, 16, voiceOf(Noise), 71<<16) }
func BenchmarkTriangle16High(b *testing.B) { benchmarkHold(b, 16, voiceOf(Triangle), 96<<16) }
func BenchmarkTable16High(b *testing.B)    { benchmarkHold(b, 16, voiceOf(Table), 84<<16) }
func BenchmarkTriangle16Border(b *testing.B) {
	benchmarkHold(b, 16, voiceOf(Triangle), keyOf(515))
}
func BenchmarkNoise16Short(b *testing.B) {
	v := voiceOf(Noise)
	v.Mode = constant(1)
	benchmarkHold(b, 16, v, 72<<16)
}
func BenchmarkNoise16ShortHigh(b *testing.B) {
	v := voiceOf(Noise)
	v.Mode = constant(1)
	benchmarkHold(b, 16, v, 84<<16)
}
