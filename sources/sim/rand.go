package sim

// dice are random numbers that are the same everywhere: SplitMix64, in integers
// only. (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
// 2014.)
type dice struct{ state uint64 }

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// newDice returns the dice of the n-th thing that is made from seed.
func newDice(seed, n uint64) *dice {
	d := &dice{state: seed}
	d.state = d.next() ^ n*0xd1342543de82ef95
	d.next()
	return d
}

// below returns a number from 0 to n-1. The bias of taking the remainder is less
// than one in 2⁴⁰ for the small n here.
func (d *dice) below(n int) int { return int((d.next() >> 1) % uint64(n)) }

// chance is true with probability thousandths/1000.
func (d *dice) chance(thousandths int) bool { return d.below(1000) < thousandths }

// about returns a number around mean with the given standard deviation, bell
// shaped: the sum of twelve even ones, never farther than six deviations.
func (d *dice) about(mean, deviation int) int {
	sum := 0
	for range 12 {
		sum += d.below(1001)
	}
	// Twelve numbers from 0 to 1000 have mean 6000 and deviation 1000.
	return mean + (sum-6000)*deviation/1000
}
