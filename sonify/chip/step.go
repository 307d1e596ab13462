package chip

// The sizes of a band-limited step. A tap is one frame; a phase is where inside
// a frame the step lies.
const (
	taps        = 32
	phases      = 128
	latencyStep = 15 // frames by which a step is late, so that it can ring before itself
	subBits     = 9  // bits between two phases, interpolated
	phaseBits   = 7

	// levelShift takes an integrated level back to the step's own units: the taps
	// sum to 2^22, the two interpolated phases' weights to 2^9.
	levelShift = 22 + subBits
)

// accumulator collects the steps of one block, as differences between
// neighbouring frames: half sum (mid) and half difference (side) of right and
// left. Integrated with 64-bit integers they come back to exactly where they
// began, however long the sound is.
type accumulator struct {
	mid, side       [Block + taps]int64
	midSum, sideSum int64
	sideUsed        bool    // anything but zeros in side
	crowded         bool    // steps of this block go to the grid
	grid            [2]lane // of mid and of side

	// What toned channels play, as differences too, before its low-pass; the first
	// frames are of the block before.
	tones              [2][latencyTone + Block]int64
	toneUsed, toneSide bool // anything but zeros in them
}

// step makes the level jump by mid and side at the time at, in 1/2^32 of a frame
// from the block's beginning. Between the phases of the table it interpolates
// linearly: the nearest of 128 gives an aliasing of -63 dB, the line -100 and
// better. The weights sum exactly, so rounding leaves no offset behind.
func (a *accumulator) step(at int64, mid, side int64) {
	i := uint32(at >> 32)
	if i >= Block {
		return // callers keep to the block; this spares the bounds checks below
	}
	if a.crowded {
		a.stepGrid(at, mid, side)
		return
	}
	p := uint32(at>>(32-phaseBits)) & (phases - 1)
	f := (at >> (32 - phaseBits - subBits)) & (1<<subBits - 1)
	if side == 0 {
		into := (*[taps]int64)(a.mid[i : i+taps])
		if f == 0 {
			spread(into, &stepTable[p], mid<<subBits)
			return
		}
		spreadBetween(into, &stepTable[p], &stepTable[p+1], mid*(1<<subBits-f), mid*f)
		return
	}
	a.sideUsed = true
	spreadBoth((*[taps]int64)(a.mid[i:i+taps]), (*[taps]int64)(a.side[i:i+taps]), &stepTable[p], &stepTable[p+1], f, mid, side)
}

// stepNear is step at the nearest phase, at half the work: for long noise, whose
// spectrum hides the difference.
func (a *accumulator) stepNear(at int64, mid, side int64) {
	if a.crowded {
		a.stepGridNear(at, mid, side)
		return
	}
	at += 1 << (32 - phaseBits - 1)
	i := uint32(at >> 32)
	if i > Block {
		return
	}
	row := &stepTable[uint32(at>>(32-phaseBits))&(phases-1)]
	spread((*[taps]int64)(a.mid[i:i+taps]), row, mid<<subBits)
	if side != 0 {
		a.sideUsed = true
		spread((*[taps]int64)(a.side[i:i+taps]), row, side<<subBits)
	}
}

// The three loops below are most of the chip's work. They are unrolled by hand,
// for the compiler does not, and a step to both sides shares the interpolation.

func spread(into *[taps]int64, row *[taps]int32, w int64) {
	for i := 0; i < taps; i += 8 {
		d, r := (*[8]int64)(into[i:i+8]), (*[8]int32)(row[i:i+8])
		d[0] += int64(r[0]) * w
		d[1] += int64(r[1]) * w
		d[2] += int64(r[2]) * w
		d[3] += int64(r[3]) * w
		d[4] += int64(r[4]) * w
		d[5] += int64(r[5]) * w
		d[6] += int64(r[6]) * w
		d[7] += int64(r[7]) * w
	}
}

func spreadBetween(into *[taps]int64, row, next *[taps]int32, w, v int64) {
	for i := 0; i < taps; i += 8 {
		d, r, n := (*[8]int64)(into[i:i+8]), (*[8]int32)(row[i:i+8]), (*[8]int32)(next[i:i+8])
		d[0] += int64(r[0])*w + int64(n[0])*v
		d[1] += int64(r[1])*w + int64(n[1])*v
		d[2] += int64(r[2])*w + int64(n[2])*v
		d[3] += int64(r[3])*w + int64(n[3])*v
		d[4] += int64(r[4])*w + int64(n[4])*v
		d[5] += int64(r[5])*w + int64(n[5])*v
		d[6] += int64(r[6])*w + int64(n[6])*v
		d[7] += int64(r[7])*w + int64(n[7])*v
	}
}

func spreadBoth(mid, side *[taps]int64, row, next *[taps]int32, f, m, s int64) {
	for i := 0; i < taps; i += 4 {
		d, e := (*[4]int64)(mid[i:i+4]), (*[4]int64)(side[i:i+4])
		r, n := (*[4]int32)(row[i:i+4]), (*[4]int32)(next[i:i+4])
		k := int64(r[0])<<subBits + int64(n[0]-r[0])*f
		l := int64(r[1])<<subBits + int64(n[1]-r[1])*f
		d[0] += k * m
		e[0] += k * s
		d[1] += l * m
		e[1] += l * s
		k = int64(r[2])<<subBits + int64(n[2]-r[2])*f
		l = int64(r[3])<<subBits + int64(n[3]-r[3])*f
		d[2] += k * m
		e[2] += k * s
		d[3] += l * m
		e[3] += l * s
	}
}

// set makes the level jump between two frames without a kernel, for what is
// already sampled at the frames' own rate. at is the frame within the block.
func (a *accumulator) set(at int32, mid, side int64) {
	i := uint32(at) + latencyStep
	if i >= Block+taps {
		return
	}
	a.mid[i] += mid << levelShift
	if side != 0 {
		a.sideUsed = true
		a.side[i] += side << levelShift
	}
}

// drain brings what went to the grid to the frames.
func (a *accumulator) drain() {
	a.grid[0].drain(&a.mid)
	if a.grid[1].drain(&a.side) {
		a.sideUsed = true
	}
	if a.toneUsed {
		a.toneUsed = smooth(&a.tones[0], &a.mid)
	}
	if a.toneSide {
		a.toneSide = smooth(&a.tones[1], &a.side)
		a.sideUsed = true
	}
}

// finish moves what reaches into the next block to its beginning. The caller has
// integrated and cleared the first Block differences.
func (a *accumulator) finish() {
	copy(a.mid[:taps], a.mid[Block:])
	clear(a.mid[Block:])
	if !a.sideUsed {
		return
	}
	copy(a.side[:taps], a.side[Block:])
	clear(a.side[Block:])
	a.sideUsed = a.sideSum != 0
	for _, v := range a.side[:taps] {
		if v != 0 {
			a.sideUsed = true
		}
	}
}

// quiet tells whether the accumulator holds nothing at all: no level, and no
// ringing of a step.
func (a *accumulator) quiet() bool {
	if a.midSum != 0 || a.sideSum != 0 || a.grid[0].used || a.grid[0].awake || a.grid[1].used || a.grid[1].awake || a.toneUsed || a.toneSide {
		return false
	}
	for i := range taps {
		if a.mid[i] != 0 || a.side[i] != 0 {
			return false
		}
	}
	return true
}
