package exact

import "math/bits"

// Stream is a source of random numbers that is asked by counter: the n-th
// number of a stream is always the same, whoever asked for which before. So a
// piece may jump to any bar, or be asked twice, and hear the same dice. It is a
// plain value, safe to copy and to share between goroutines.
type Stream struct{ key uint64 }

// golden is 2⁶⁴ divided by the golden ratio, odd: the increment of SplitMix64
// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
const golden = 0x9e3779b97f4a7c15

// mix is a bijection of 64 bits in which every bit of z moves about half the
// bits of the result: the finaliser that David Stafford published as "Mix13".
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Rand returns the stream of the given name under seed. Streams of different
// names or seeds have nothing to do with each other.
func Rand(seed uint64, stream string) Stream {
	return Stream{mix(seed + golden)}.Sub(stream)
}

// Sub returns a stream of its own for a part of what s is for: for the
// pattern "bass" of a piece, say.
func (s Stream) Sub(name string) Stream {
	h := mix(s.key ^ mix(uint64(len(name))+golden))
	for len(name) > 0 {
		var w uint64
		n := min(8, len(name))
		for i := range n {
			w |= uint64(name[i]) << (8 * i)
		}
		h = mix(h+golden) ^ mix(w^golden)
		name = name[n:]
	}
	return Stream{mix(h + golden)}
}

// Fork returns the n-th stream below s: for the n-th event, say.
func (s Stream) Fork(n uint64) Stream { return Stream{mix(s.At(n) ^ golden)} }

// At returns the n-th number, any of the 2⁶⁴ equally likely. No number of a
// stream comes twice.
func (s Stream) At(n uint64) uint64 { return mix(s.key ^ mix(n+golden)) }

// Float returns the n-th number as a fraction in [0, 1), in steps of 2⁻⁵³.
func (s Stream) Float(n uint64) float64 { return float64(s.At(n)>>11) * 0x1p-53 }

// Intn returns the n-th number as one of 0 to k-1; 0 if k is less than 2. No
// result is likelier than another by more than one in 2⁶⁴/k.
func (s Stream) Intn(n uint64, k int) int {
	if k < 2 {
		return 0
	}
	hi, _ := bits.Mul64(s.At(n), uint64(k))
	return int(hi)
}

// Chance reports whether the n-th throw hits that has probability p. Never if p
// is 0 or less or not a number, always if it is 1 or more.
func (s Stream) Chance(n uint64, p float64) bool { return s.Float(n) < p }
