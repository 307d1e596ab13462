package chip

import (
	"math"
	"testing"
)

func TestTuning_Exact(t *testing.T) {
	worst := 0.0
	for _, a4 := range []uint32{440000, 415300, 442000} {
		for p := int32(0); p <= 127<<16; p += 6007 {
			f := Rate * float64(1<<32) / float64(cycle(p, a4))
			want := float64(a4) / 1000 * math.Exp2((float64(p)/65536-69)/12)
			worst = max(worst, math.Abs(1200*math.Log2(f/want)))
		}
	}
	if worst > 0.01 {
		t.Errorf("a pitch is off by %.5f cent", worst)
	}
	t.Logf("worst %.6f cent", worst)
}

// TestTuning_Heard measures the pitch of the sound itself.
func TestTuning_Heard(t *testing.T) {
	for _, key := range []int{36, 60, 69, 81, 96, 108} {
		for _, w := range []Wave{Pulse, Triangle, Table} {
			x := left(play(t, nil, voiceOf(w), int32(key)<<16, 4000, 1<<16))
			s := spectrum(x)
			bin := Rate / float64(len(x))
			f := keyFrequency(float64(key))
			b := int(math.Round(f / bin))
			for i := b - 3; i <= b+3; i++ {
				if s[i] > s[b] {
					b = i
				}
			}
			l, m, r := math.Log(s[b-1]), math.Log(s[b]), math.Log(s[b+1])
			got := (float64(b) + (l-r)/(2*(l-2*m+r))) * bin
			if c := 1200 * math.Log2(got/f); math.Abs(c) > 0.5 {
				t.Errorf("wave %d, key %d: %.4f Hz, off by %.3f cent", w, key, got, c)
			}
		}
	}
}

// TestTuning_Authentic holds some keys against what was computed from the chips'
// periods: C4 -1.78 cent on the pulse and so on.
func TestTuning_Authentic(t *testing.T) {
	for _, tt := range []struct {
		w     Wave
		key   int32
		cents float64
	}{
		{Pulse, 60, -1.78}, {Pulse, 69, 1.56}, {Pulse, 93, -12.02}, {Pulse, 96, 14.48}, {Pulse, 108, -17.88},
		{Triangle, 81, -12.02}, {Triangle, 84, 14.48}, {Triangle, 108, 47.45},
	} {
		p := authentic(tt.w, cycle(tt.key<<16, 440000))
		got := 1200 * math.Log2(Rate*float64(1<<32)/float64(p)/keyFrequency(float64(tt.key)))
		if math.Abs(got-tt.cents) > 0.01 {
			t.Errorf("wave %d, key %d is off by %.3f cent, want %.2f", tt.w, tt.key, got, tt.cents)
		}
	}
}

func TestShortNoise_Cycle(t *testing.T) {
	ch := channel{short: true, lfsr: 1}
	high := 0
	for i := range shortCycle {
		if ch.lfsr&1 == 0 {
			high++
		}
		ch.shift(1)
		if ch.lfsr == 1 && i != shortCycle-1 {
			t.Fatalf("it repeats after %d steps", i+1)
		}
	}
	if ch.lfsr != 1 || high != highShort {
		t.Errorf("after %d steps the register is %d, %d of them were high; want 1 and %d", shortCycle, ch.lfsr, high, highShort)
	}
	long := channel{lfsr: 1}
	steps := 0
	for {
		long.shift(1)
		steps++
		if long.lfsr == 1 || steps > 40000 {
			break
		}
	}
	if steps != 32767 {
		t.Errorf("long noise repeats after %d steps, want 32767", steps)
	}
	// Many steps at once are as many single ones.
	for _, short := range []bool{false, true} {
		a, b := channel{short: short, lfsr: 0x5a5a & 0x7fff}, channel{short: short, lfsr: 0x5a5a & 0x7fff}
		n := uint32(14)
		if short {
			n = 9
		}
		a.shift(n)
		for range n {
			b.shift(1)
		}
		if a.lfsr != b.lfsr {
			t.Errorf("short %v: %d steps at once give %#x, one by one %#x", short, n, a.lfsr, b.lfsr)
		}
	}
}
