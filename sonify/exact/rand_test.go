package exact

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"testing"
)

// chi returns the chi-squared statistic of counts that should all be equal.
func chi(counts []int) float64 {
	n := 0
	for _, c := range counts {
		n += c
	}
	want := float64(n) / float64(len(counts))
	sum := 0.0
	for _, c := range counts {
		d := float64(c) - want
		sum += float64(d*d) / want
	}
	return sum
}

// chiLimit is a bound that chi of k equally likely counts passes with
// probability below one in a million: mean plus five deviations.
func chiLimit(k int) float64 { return float64(k-1) + 5*math.Sqrt(2*float64(k-1)) }

func TestStream_IsUniform(t *testing.T) {
	for _, seed := range []uint64{0, 1, 2, 2014, math.MaxUint64} {
		for _, name := range []string{"", "a", "b", "bass", "pattern bass vary"} {
			s := Rand(seed, name)
			const n = 200_000
			low, high, pairs := make([]int, 256), make([]int, 256), make([]int, 256)
			var tens [10]int
			sum := 0.0
			for i := range uint64(n) {
				v := s.At(i)
				low[v&255]++
				high[v>>56]++
				pairs[v>>60<<4|s.At(i+1)>>60]++
				tens[s.Intn(i, 10)]++
				f := s.Float(i)
				if f < 0 || f >= 1 {
					t.Fatalf("Float(%d) = %v", i, f)
				}
				sum += f
			}
			for what, c := range map[string][]int{"low byte": low, "high byte": high, "pairs": pairs, "Intn": tens[:]} {
				if x := chi(c); x > chiLimit(len(c)) {
					t.Errorf("seed %d stream %q: %s: chi squared %.1f, at most %.1f expected", seed, name, what, x, chiLimit(len(c)))
				}
			}
			if mean := sum / n; math.Abs(mean-0.5) > 5*math.Sqrt(1.0/12/n) {
				t.Errorf("seed %d stream %q: mean %v", seed, name, mean)
			}
		}
	}
}

// Neighbours of any kind must differ in about half of their 64 bits.
func TestStream_NeighboursHaveNothingInCommon(t *testing.T) {
	kinds := map[string]func(i uint64) (a, b uint64){
		"counter": func(i uint64) (a, b uint64) { s := Rand(7, "x"); return s.At(i), s.At(i + 1) },
		"seed":    func(i uint64) (a, b uint64) { return Rand(i, "x").At(3), Rand(i+1, "x").At(3) },
		"name": func(i uint64) (a, b uint64) {
			return Rand(7, fmt.Sprint(i)).At(0), Rand(7, fmt.Sprint(i+1)).At(0)
		},
		"fork": func(i uint64) (a, b uint64) { s := Rand(7, "x"); return s.Fork(i).At(0), s.Fork(i + 1).At(0) },
		"sub":  func(i uint64) (a, b uint64) { s := Rand(i, "x"); return s.At(0), s.Sub("x").At(0) },
	}
	for what, pair := range kinds {
		const n = 20_000
		total := 0
		for i := range uint64(n) {
			a, b := pair(i)
			total += bits.OnesCount64(a ^ b)
		}
		mean := float64(total) / n
		if math.Abs(mean-32) > 5*4/math.Sqrt(n) { // deviation of one is 4
			t.Errorf("%s: %.3f bits differ on average, 32 expected", what, mean)
		}
	}
}

func TestStream_NoNumberTwice(t *testing.T) {
	s, seen := Rand(1, "x"), make(map[uint64]bool)
	for i := range uint64(100_000) {
		if v := s.At(i); seen[v] {
			t.Fatalf("At(%d) came before", i)
		} else {
			seen[v] = true
		}
	}
}

func TestStream_Bounds(t *testing.T) {
	s := Rand(3, "x")
	for i := range uint64(1000) {
		if s.Intn(i, 0) != 0 || s.Intn(i, -5) != 0 || s.Intn(i, 1) != 0 {
			t.Fatal("Intn below 2 must be 0")
		}
		if s.Chance(i, 0) || s.Chance(i, math.NaN()) || !s.Chance(i, 1) {
			t.Fatal("Chance at the ends")
		}
	}
}

// The numbers are part of what a performance is: they must never change.
func TestStream_Golden(t *testing.T) {
	h := sha256.New()
	for _, name := range []string{"", "a", "seven77", "eight888", "a name of more than eight bytes"} {
		s := Rand(2014, name)
		for i := range uint64(1000) {
			binary.Write(h, binary.LittleEndian, []uint64{s.At(i), math.Float64bits(s.Float(i)), uint64(s.Intn(i, 7)), s.Fork(i).At(1)})
		}
	}
	if got, want := fmt.Sprintf("%x", h.Sum(nil)), "464d5889c314676e7028a4d23b786f6823fc36fdebbe1e6d452970d49b398c93"; got != want {
		t.Errorf("hash of the numbers is %s, want %s", got, want)
	}
}
