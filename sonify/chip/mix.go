package chip

// outShift takes an integrated level to a 24-bit step, of which a level is 1/16.
const outShift = levelShift + 4

// centre takes the sound's offset away. No wave has any over its cycle, but a note
// that begins with its higher half and fades does: a thousandth of full scale in
// many a piece. It is a high-pass at 1.9 Hz, on the sum and on the difference of the
// sides.
// It is counted out once a block, and goes in a straight line from one to the next.
type centre struct {
	mid, side       int64 // what was put out, summed: right and left, right less left
	midWas, sideWas int64 // a block ago
	still           uint8 // blocks since a channel was in use, up to stillBlocks
}

const (
	centreShift = 13 // the time constant is half of 2^13 frames, 85 ms
	centreHalf  = 1 << (centreShift - 1)
	// After so many blocks without a channel nothing rings, and the offset that is
	// left is halved with each, so that silence is soon silence.
	stillBlocks = 2
)

// offset returns what is to be taken from the sound, from one of its sums.
func offset(sum int64) int64 { return (sum + centreHalf) >> centreShift }

// advance takes note of a block: the sums of its left and right frames.
func (t *centre) advance(c *Config, left, right int64) {
	t.midWas, t.sideWas = t.mid, t.side
	switch {
	case c.Loudness == 0:
		*t = centre{still: t.still}
	case t.still == stillBlocks:
		t.mid /= 2
		t.side /= 2
	default:
		t.mid += right + left
		t.side += right - left
		if left == right && t.side > -centreHalf && t.side < centreHalf {
			t.side = 0
		}
	}
}

// integrate turns the differences of a block into frames, applies a gain that goes
// from from to to, times 2^32, and clears the differences. It returns a bound of the
// highest sample: less than twice as high.
func (a *accumulator) integrate(c *Config, t *centre, out *[Block]Frame, from, to int64) int64 {
	a.drain()
	ol, or := t.midWas-t.sideWas, t.midWas+t.sideWas
	dl, dr := (t.mid-t.side-ol)/Block, (t.mid+t.side-or)/Block
	var sl, sr int64
	m, s, g := a.midSum, a.sideSum, from
	step := (to - from) / Block
	peak := int64(0)
	d, e := (*[Block]int64)(a.mid[:Block]), (*[Block]int64)(a.side[:Block])
	if a.sideUsed || t.side != 0 || t.sideWas != 0 {
		for i := range out {
			g += step
			m += d[i]
			s += e[i]
			ol += dl
			or += dr
			l := scaled((m-s+1<<(outShift-1))>>outShift, g) - offset(ol)
			r := scaled((m+s+1<<(outShift-1))>>outShift, g) - offset(or)
			sl += l
			sr += r
			peak |= (l ^ l>>63) | (r ^ r>>63)
			out[i][0], out[i][1] = int32(l), int32(r)
		}
		clear(e[:])
	} else {
		for i := range out {
			g += step
			m += d[i]
			ol += dl
			x := scaled((m+1<<(outShift-1))>>outShift, g) - offset(ol)
			sl += x
			peak |= x ^ x>>63
			out[i][0], out[i][1] = int32(x), int32(x)
		}
		sr = sl
	}
	clear(d[:])
	a.midSum, a.sideSum = m, s
	t.advance(c, sl, sr)
	a.finish()
	return peak
}

// scaled is x times g/2^32, rounded.
func scaled(x, g int64) int64 { return (x*g + 1<<31) >> 32 }

// amplify is what integrate does after integrating, for frames that stand already.
func (t *centre) amplify(c *Config, out *[Block]Frame, from, to int64) int64 {
	g := from
	step := (to - from) / Block
	ol, or := t.midWas-t.sideWas, t.midWas+t.sideWas
	dl, dr := (t.mid-t.side-ol)/Block, (t.mid+t.side-or)/Block
	var sl, sr int64
	peak := int64(0)
	for i := range out {
		g += step
		ol += dl
		or += dr
		l, r := scaled(int64(out[i][0]), g)-offset(ol), scaled(int64(out[i][1]), g)-offset(or)
		sl += l
		sr += r
		peak |= (l ^ l>>63) | (r ^ r>>63)
		out[i][0], out[i][1] = int32(l), int32(r)
	}
	t.advance(c, sl, sr)
	return peak
}

// SetStems makes each of the first voices also to be had alone, none if voices is 0.
// It is to be called before the first frame is rendered. A stem takes 32 kB.
func (c *Chip) SetStems(voices uint8) {
	c.stems, c.stemFrames = nil, nil
	if n := min(voices, MaxVoices); n > 0 {
		// One more for the voices behind them, so that they sound too.
		c.stems = make([]accumulator, n+1)
		c.stemFrames = make([][2][Block]Frame, n+1)
	}
}

// RenderStems is Render with stems: dst gets the sound, mix what the voices are
// together before loudness and guard, stems[i] voice i of that. At every frame the
// stems' numbers sum exactly to those of mix, if there is a stem for every voice. All slices are as long as dst; mix
// and each of stems may be nil. All have the same latency.
func (c *Chip) RenderStems(dst, mix []Frame, stems [][]Frame) {
	for at := 0; at < len(dst); {
		n := copy(dst[at:], c.ready())
		if mix != nil {
			copy(mix[at:at+n], c.premaster[1][c.taken:])
		}
		for i, s := range stems {
			if s != nil && i < len(c.stemFrames)-1 {
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
	for v := range c.stems {
		c.stems[v].drain()
	}
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
