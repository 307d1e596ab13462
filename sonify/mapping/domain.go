package mapping

import (
	"slices"

	"proscenium/sonify/exact"
)

// domainKind tells where the ends of a domain come from.
type domainKind uint8

const (
	fixedDomain  domainKind = iota // two numbers
	seenDomain                     // the least and the greatest seen so far
	rankDomain                     // two percentiles of what was seen lately
	zscoreDomain                   // so many standard deviations about the mean seen so far
)

// rankMemory is how many values a domain of percentiles remembers.
const rankMemory = 512

// domainPlan is a domain as the piece wrote it.
type domainPlan struct {
	kind   domainKind
	low    float64 // end, percentile in [0, 100], or standard deviations
	high   float64
	warmUp int // values before the domain moves at all; until then Start holds
	freeze int // values after which it never moves again; 0: never
	start  [2]float64
	// hysteresis is how far past an end a value must lie before the end moves, in
	// parts of the domain's width; slew is how much of the way to its new place
	// an end goes with every value, in (0, 1].
	hysteresis float64
	slew       float64
	margin     float64 // room left beyond either end, in parts of the width
	// confirm is how many values that lie more than a width outside, within
	// spikeMemory, it takes before an end moves there.
	confirm int
}

// spikeMemory is for how many values a spike waits for others that confirm it.
const spikeMemory = 64

// spikeAfter is how many values a domain has seen before it doubts any: the first
// ones do not know how wide the world is.
const spikeAfter = 12

// domain is a domain at work: for a fixed one nothing moves.
type domain struct {
	plan      *domainPlan
	low, high float64
	n         int
	mean, m2  float64
	seenLow   float64
	seenHigh  float64
	recent    []float64 // ring of values, for percentiles
	next      int
	sorted    []float64

	spikes int     // values far outside on one side, not believed yet
	spike  float64 // the one of them that lies nearest
	since  int     // values since the first of them
}

func newDomain(p *domainPlan) *domain {
	d := &domain{plan: p}
	switch {
	case p.kind == fixedDomain:
		d.low, d.high = p.low, p.high
	default:
		d.low, d.high = p.start[0], p.start[1]
	}
	return d
}

// see takes one value into account.
func (d *domain) see(v float64) {
	p := d.plan
	if p.kind == fixedDomain || p.freeze > 0 && d.n >= p.freeze {
		return
	}
	v, ok := d.believe(v)
	if !ok {
		return
	}
	d.n++
	if d.n == 1 {
		d.seenLow, d.seenHigh = v, v
	}
	d.seenLow, d.seenHigh = min(d.seenLow, v), max(d.seenHigh, v)
	dv := v - d.mean
	d.mean += dv / float64(d.n)
	d.m2 += float64(dv * (v - d.mean))
	if p.kind == rankDomain {
		if len(d.recent) < rankMemory {
			d.recent = append(d.recent, v)
			i, _ := slices.BinarySearch(d.sorted, v)
			d.sorted = slices.Insert(d.sorted, i, v)
		} else {
			old := d.recent[d.next]
			d.recent[d.next] = v
			d.next = (d.next + 1) % rankMemory
			i, _ := slices.BinarySearch(d.sorted, old)
			d.sorted = slices.Delete(d.sorted, i, i+1)
			i, _ = slices.BinarySearch(d.sorted, v)
			d.sorted = slices.Insert(d.sorted, i, v)
		}
	}
	if d.n < p.warmUp {
		return
	}
	var low, high float64
	switch p.kind {
	case seenDomain:
		low, high = d.seenLow, d.seenHigh
	case rankDomain:
		low, high = d.rank(p.low), d.rank(p.high)
	case zscoreDomain:
		sd := exact.Sqrt(max(0, d.m2/float64(d.n)))
		low, high = d.mean+float64(p.low*sd), d.mean+float64(p.high*sd)
	}
	first := d.n == max(1, p.warmUp)
	d.low = d.move(d.low, low, first)
	d.high = d.move(d.high, high, first)
}

// believe returns what the domain takes for true of a value: one spike, more than a
// width outside, is no reason to squeeze everything else together. Once others lie
// there too, the nearest of them counts.
func (d *domain) believe(v float64) (float64, bool) {
	p := d.plan
	width := d.high - d.low
	if p.kind == rankDomain || p.confirm < 2 || d.n < max(spikeAfter, p.warmUp) || width <= 0 {
		return v, true
	}
	if d.spikes > 0 {
		if d.since++; d.since > spikeMemory {
			d.spikes = 0
		}
	}
	if v <= d.high+width && v >= d.low-width {
		return v, true
	}
	above := v > d.high
	if d.spikes == 0 || above != (d.spike > d.high) {
		d.spikes, d.spike, d.since = 1, v, 0
		return 0, false
	}
	d.spikes++
	if above == (v < d.spike) {
		d.spike = v
	}
	if d.spikes < p.confirm {
		return 0, false
	}
	d.spikes = 0
	return d.spike, true
}

// move takes an end towards where it should be.
func (d *domain) move(is, should float64, first bool) float64 {
	if first {
		return should // the values of the warm-up decide at once
	}
	gap := should - is
	if gap < 0 {
		gap = -gap
	}
	if gap <= d.plan.hysteresis*(d.high-d.low) {
		return is
	}
	return is + float64(d.plan.slew*(should-is))
}

// rank returns the p-th percentile of the values remembered, between the two
// nearest in proportion.
func (d *domain) rank(p float64) float64 {
	n := len(d.sorted)
	x := float64(p / 100 * float64(n-1))
	i := int(x)
	if i >= n-1 {
		return d.sorted[n-1]
	}
	f := x - float64(i)
	return d.sorted[i] + float64(f*(d.sorted[i+1]-d.sorted[i]))
}

// place returns where v lies in the domain: 0 at its low end (or its margin before
// that), 1 at its high end (or its margin past that), clamped. A domain without width puts everything in the middle: a series
// that never changes is neither low nor high.
func (d *domain) place(v float64) float64 {
	if d.high == d.low {
		return 0.5
	}
	x := (v - d.low) / (d.high - d.low)
	if m := d.plan.margin; m > 0 {
		x = (x + m) / (1 + float64(2*m))
	}
	return min(max(x, 0), 1)
}

// curves are the shapes between domain and range.
var curves = []string{"linear", "log", "exp", "sqrt", "square", "smooth", "step"}

// shape bends x in [0, 1] by the named curve. All but step rise strictly, so
// that what is higher stays higher. log bends as a logarithm over the domain
// does when the domain is positive, and over three decades otherwise.
func shape(curve string, x, low, high float64) float64 {
	switch curve {
	case "log":
		ratio := 1000.0
		if low > 0 && high > low {
			ratio = high / low
		}
		// log((1-x)·1 + x·ratio)/log(ratio): 0 at 0, 1 at 1.
		return exact.Log2(1+float64(x*(ratio-1))) / exact.Log2(ratio)
	case "exp":
		// The inverse of log over three decades.
		return (exact.Exp2(float64(x*exact.Log2(1000))) - 1) / 999
	case "sqrt":
		return exact.Sqrt(x)
	case "square":
		return float64(x * x)
	case "smooth":
		return float64(float64(x*x) * (3 - float64(2*x)))
	case "step":
		if x >= 0.5 {
			return 1
		}
		return 0
	}
	return x
}
