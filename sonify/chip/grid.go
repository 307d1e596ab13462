package chip

import "math/bits"

// The sizes of the grid. A cell is half a frame.
const (
	cells      = 2 * Block
	gridTaps   = 6 // of a step
	gridPhases = 128
	sieveTaps  = 58 // of the low-pass that takes cells to frames
	// A step weighs 2^15 and the low-pass 2^16, together as much as a step that goes
	// to the frames at once: see levelShift.
	gridBits  = 15
	sieveBits = 16
)

// lane is a side road to one line of frames, for blocks with very many steps. A
// step goes to six cells, five times less work than 32 frames, with a kernel that
// keeps images above the frames' range; once a block the cells' levels pass the
// low-pass that makes frames of them. Kernel and low-pass together are the
// band-limited step, within 0.001 dB, and both sum exactly, so a sound may
// change over at any step.
type lane struct {
	jumps [cells + gridTaps]int64      // differences; jumps[i] is cell i-2 of the block
	level [sieveTaps - 2 + cells]int64 // the levels of the cells, after those before the block
	last  int64                        // the frame before the block
	used  bool                         // anything but zeros in jumps
	awake bool                         // anything but zeros in level
}

// gridShift takes an interpolated weight from the table's 2^22 to 2^gridBits.
const gridShift = 22 + subBits - gridBits

// weight is tap i of a step that lies f/2^9 from row r to row n.
func weight(r, n int32, f int64) int64 {
	return (int64(r)<<subBits + int64(n-r)*f + 1<<(gridShift-1)) >> gridShift
}

// stepGrid is step by way of the grid. The largest weight is what the others leave
// of 2^15, so rounding leaves no offset behind.
func (a *accumulator) stepGrid(at int64, mid, side int64) {
	const subShift = 31 - 7 - subBits
	row := uint32(at>>24) & (gridPhases - 1)
	f := at >> subShift & (1<<subBits - 1)
	r, n := &gridTable[row], &gridTable[row+1]
	i := uint32(at >> 31)
	m := (*[gridTaps]int64)(a.grid[0].jumps[i : i+gridTaps])
	a.grid[0].used = true
	w0, w1, w2 := weight(r[0], n[0], f), weight(r[1], n[1], f), weight(r[2], n[2], f)
	w4, w5 := weight(r[4], n[4], f), weight(r[5], n[5], f)
	w3 := 1<<gridBits - w0 - w1 - w2 - w4 - w5
	m[0] += w0 * mid
	m[1] += w1 * mid
	m[2] += w2 * mid
	m[3] += w3 * mid
	m[4] += w4 * mid
	m[5] += w5 * mid
	if side == 0 {
		return
	}
	s := (*[gridTaps]int64)(a.grid[1].jumps[i : i+gridTaps])
	a.grid[1].used = true
	s[0] += w0 * side
	s[1] += w1 * side
	s[2] += w2 * side
	s[3] += w3 * side
	s[4] += w4 * side
	s[5] += w5 * side
}

// stepGridNear is stepGrid at a place of the table.
func (a *accumulator) stepGridNear(at int64, mid, side int64) {
	r := &gridTable[uint32(at>>24)&(gridPhases-1)]
	const down, half = 22 - gridBits, 1 << (22 - gridBits - 1)
	i := uint32(at >> 31)
	m := (*[gridTaps]int64)(a.grid[0].jumps[i : i+gridTaps])
	a.grid[0].used = true
	w0, w1, w2 := int64((r[0]+half)>>down), int64((r[1]+half)>>down), int64((r[2]+half)>>down)
	w4, w5 := int64((r[4]+half)>>down), int64((r[5]+half)>>down)
	w3 := 1<<gridBits - w0 - w1 - w2 - w4 - w5
	m[0] += w0 * mid
	m[1] += w1 * mid
	m[2] += w2 * mid
	m[3] += w3 * mid
	m[4] += w4 * mid
	m[5] += w5 * mid
	if side == 0 {
		return
	}
	s := (*[gridTaps]int64)(a.grid[1].jumps[i : i+gridTaps])
	a.grid[1].used = true
	s[0] += w0 * side
	s[1] += w1 * side
	s[2] += w2 * side
	s[3] += w3 * side
	s[4] += w4 * side
	s[5] += w5 * side
}

// drain adds the block's cells to d, as differences between frames, and reports
// whether it added anything.
func (l *lane) drain(d *[Block + taps]int64) bool {
	if !l.used && !l.awake {
		return false
	}
	const before = sieveTaps - 2
	sum := l.level[before-1]
	for i, x := range l.jumps[:cells] {
		sum += x
		l.level[before+i] = sum
	}
	last := l.last
	for n := range Block {
		y := sieve((*[sieveTaps]int64)(l.level[2*n : 2*n+sieveTaps]))
		d[n] += y - last
		last = y
	}
	copy(l.jumps[:gridTaps], l.jumps[cells:])
	clear(l.jumps[gridTaps:])
	copy(l.level[:before], l.level[cells:])
	l.last = last
	l.settle()
	return true
}

// settle looks whether the level stands still, and if so makes it the new zero:
// the frames have it already.
func (l *lane) settle() {
	const before = sieveTaps - 2
	l.used, l.awake = false, true
	for _, x := range l.jumps[:gridTaps] {
		if x != 0 {
			l.used = true
			return
		}
	}
	for _, x := range l.level[:before] {
		if x != l.level[0] {
			return
		}
	}
	clear(l.level[:before])
	l.last = 0
	l.awake = false
}

// sieve is the low-pass. It is symmetric.
func sieve(x *[sieveTaps]int64) int64 {
	y := (x[0] + x[57]) * int64(sieveTable[0])
	for i := 1; i < sieveTaps/2; i += 4 {
		t := (*[4]int32)(sieveTable[i : i+4])
		a, b := (*[4]int64)(x[i:i+4]), (*[4]int64)(x[sieveTaps-4-i:sieveTaps-i])
		y += (a[0]+b[3])*int64(t[0]) + (a[1]+b[2])*int64(t[1]) + (a[2]+b[1])*int64(t[2]) + (a[3]+b[0])*int64(t[3])
	}
	return y
}

// crowded is from how many steps a frame on, times 2^16, the grid is less work.
const crowded = 5 << 16 / 4

// crowd estimates how many steps a frame the channels make now, times 2^16.
func (c *Chip) crowd() int64 {
	var n int64
	for b := c.busy; b != 0; b &= b - 1 {
		ch := &c.channels[bits.TrailingZeros64(b)]
		if ch.sub <= 0 || ch.toned {
			continue
		}
		switch ch.wave {
		case Pulse:
			n += 1 << 46 / ch.sub
		case Triangle, Table:
			n += 1 << 48 / ch.sub
		case Noise:
			if ch.short {
				n += 1 << 46 / ch.sub // 93 clocks have 30 steps or so
			} else if ch.sub >= 1<<32 {
				n += 1 << 47 / ch.sub
			}
		}
	}
	return n
}
