package chip

// outShift takes an integrated level to a 24-bit step, of which a level is 1/16.
const outShift = levelShift + 4

// integrate turns the differences of a block into frames and clears them.
func (a *accumulator) integrate(out *[Block]Frame) {
	m := a.midSum
	d := a.mid[:Block]
	if !a.sideUsed {
		for i := range out {
			m += d[i]
			d[i] = 0
			x := int32((m + 1<<(outShift-1)) >> outShift)
			out[i][0], out[i][1] = x, x
		}
	} else {
		s := a.sideSum
		e := a.side[:Block]
		for i := range out {
			m += d[i]
			s += e[i]
			d[i], e[i] = 0, 0
			out[i][0] = int32((m - s + 1<<(outShift-1)) >> outShift)
			out[i][1] = int32((m + s + 1<<(outShift-1)) >> outShift)
		}
		a.sideSum = s
	}
	a.midSum = m
	a.finish()
}

// SetStems says whether every voice is also to be had alone. It is to be called
// before the first frame is rendered. The stems need 20 kB a voice.
func (c *Chip) SetStems(on bool) {
	c.stems, c.stemFrames = nil, nil
	if on {
		c.stems = make([]accumulator, MaxVoices)
		c.stemFrames = make([][2][Block]Frame, MaxVoices)
	}
}

// RenderStems is Render with stems: dst gets the sound, mix what the voices are
// together before loudness and guard, stems[i] voice i of that. At every frame the
// stems' numbers sum exactly to those of mix. All slices are as long as dst; mix
// and each of stems may be nil. All have the same latency.
func (c *Chip) RenderStems(dst, mix []Frame, stems [][]Frame) {
	for at := 0; at < len(dst); {
		if c.taken == Block {
			c.block()
			c.taken = 0
		}
		n := copy(dst[at:], c.out[c.taken:])
		if mix != nil {
			copy(mix[at:at+n], c.premaster[1][c.taken:])
		}
		for i, s := range stems {
			if s != nil && i < len(c.stemFrames) {
				copy(s[at:at+n], c.stemFrames[i][1][c.taken:])
			}
		}
		at += n
		c.taken += uint32(n)
	}
}

// mixStems integrates every voice alone and all together. A voice's frame is what
// it adds to the rounded sum of the voices before it, so the sums are exact.
func (c *Chip) mixStems() {
	for v := range c.stemFrames {
		c.stemFrames[v][1] = c.stemFrames[v][0]
	}
	c.premaster[1] = c.premaster[0]
	for i := range Block {
		var l, r int64
		var pl, pr int32
		for v := range c.stems {
			a := &c.stems[v]
			a.midSum += a.mid[i]
			a.sideSum += a.side[i]
			a.mid[i], a.side[i] = 0, 0
			l += a.midSum - a.sideSum
			r += a.midSum + a.sideSum
			nl := int32((l + 1<<(outShift-1)) >> outShift)
			nr := int32((r + 1<<(outShift-1)) >> outShift)
			c.stemFrames[v][0][i] = Frame{nl - pl, nr - pr}
			pl, pr = nl, nr
		}
		c.mix[i] = Frame{pl, pr}
	}
	c.premaster[0] = c.mix
	for v := range c.stems {
		c.stems[v].finish()
	}
}
