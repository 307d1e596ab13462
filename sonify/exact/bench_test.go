package exact

import "testing"

func BenchmarkLog2(b *testing.B) {
	x := 1.5
	for b.Loop() {
		x = 1 + Log2(x+1)
	}
}

func BenchmarkPow(b *testing.B) {
	x := 1.5
	for b.Loop() {
		x = 1 + Pow(x, 0.3)
	}
}

func BenchmarkStream(b *testing.B) {
	s, n := Rand(1, "x"), uint64(0)
	for b.Loop() {
		n += s.At(n) >> 60
	}
}
