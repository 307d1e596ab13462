package chip

// peakTaps is the length of the true-peak detector's filter: four times the frames,
// as ITU-R BS.1770-4 Annex 2 asks for.
const peakTaps = 24

// standardTable holds two phases of the filter in BS.1770-4 Annex 2, times 16384; the
// other two are these backwards. Meters that use it see more than there is of what
// lies above 20 kHz, so the guard looks with their eyes too.
var standardTable = [2][12]int32{
	{28, 180, -322, 544, -974, 2250, 15928, -1676, 780, -436, 244, -136},
	{-478, 480, -848, 1460, -2728, 7620, 12776, -3282, 1664, -954, 542, -310},
}

// full is the level of a full-scale sample.
const full = 1 << 23

// guard keeps the true peak below the ceiling. It looks one block ahead; the gain is
// a straight line across each block, so it never clicks. While the samples stay 3 dB
// below the ceiling it only compares.
type guard struct {
	held    [Block]Frame // the block that leaves next
	bound   int64        // its samples are below this, or twice it
	need    int64        // the gain that held needs, times 2^24
	at      int64        // the gain at the beginning of held
	acted   uint64
	looking bool // the last block came near
}

const unity = 1 << 24

// pass takes a block whose samples are below 2·bound and puts the one before into
// out.
func (g *guard) pass(c *Config, bound int64, block, out *[Block]Frame) {
	if !c.Guard {
		g.limit(out, unity, unity)
		g.hold(bound, block)
		g.at, g.need = unity, unity
		g.looking = false
		return
	}
	// A little below: other detectors have other filters.
	ceiling := int32(decibel(c.Ceiling-15) >> 1)
	floor := ceiling - ceiling>>2 - ceiling>>4 // 3.2 dB below
	peak := int32(0)
	if bound >= int64(floor) {
		for i := range block {
			l, r := block[i][0], block[i][1]
			peak = max(peak, l, -l, r, -r)
		}
	}
	need := int64(unity)
	near := peak > floor
	if near || g.looking {
		// What lies within 12 frames of the border belongs to both blocks.
		p := max(peak, g.truePeak(block, floor))
		if p > ceiling {
			need = int64(ceiling) << 24 / int64(p)
			g.acted++
			if need < g.need {
				g.need = need
			}
		}
	}
	g.looking = near
	to := min(need, g.need, g.at+(unity-g.at)>>5+1)
	g.limit(out, g.at, min(to, unity))
	g.hold(bound, block)
	g.at, g.need = min(to, unity), need
}

func (g *guard) hold(bound int64, block *[Block]Frame) {
	g.held, g.bound = *block, bound
}

// limit puts held into out, with a gain that goes from one value to the other.
func (g *guard) limit(out *[Block]Frame, from, to int64) {
	if from == unity && to == unity {
		*out = g.held
		if g.bound >= full {
			for i := range out {
				out[i][0] = min(max(out[i][0], -full), full-1)
				out[i][1] = min(max(out[i][1], -full), full-1)
			}
		}
		return
	}
	f := from << 8
	d := (to - from) << 8 / Block
	for i := range out {
		f += d
		for ch := range 2 {
			x := (int64(g.held[i][ch])*(f>>8) + 1<<23) >> 24
			out[i][ch] = int32(min(max(x, -full), full-1))
		}
	}
}

// truePeak returns the highest level between the frames of held and block, up to
// twelve frames before the block's end. It looks only where a frame is above floor.
func (g *guard) truePeak(block *[Block]Frame, floor int32) int32 {
	var x [Block + 2*peakTaps]Frame
	copy(x[:], g.held[Block-2*peakTaps:])
	copy(x[2*peakTaps:], block[:])
	top := int64(0)
	for ch := range 2 {
		for i := peakTaps; i+peakTaps <= len(x); i++ {
			w := (*[peakTaps]Frame)(x[i : i+peakTaps])
			// The filter's middle lies between these two.
			a, b := w[peakTaps/2-1][ch], w[peakTaps/2][ch]
			if max(a, -a, b, -b) <= floor {
				continue
			}
			for p := range peakTable {
				t := &peakTable[p]
				var s int64
				for k := range t {
					s += int64(w[k][ch]) * int64(t[k])
				}
				top = max(top, s, -s)
			}
			for p := range standardTable {
				t := &standardTable[p]
				var s, r int64
				for k := range t {
					s += int64(w[k+6][ch]) * int64(t[k])
					r += int64(w[17-k][ch]) * int64(t[k])
				}
				top = max(top, s, -s, r, -r)
			}
		}
	}
	return int32(min(top>>14, 1<<30))
}
