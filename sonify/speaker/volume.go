package speaker

import (
	"math"

	"proscenium/sonify/pcm"
)

// Volume is how loud a speaker plays what it is given. The zero value changes
// nothing: what the device takes is the sound to the bit.
type Volume struct {
	// Gain returns by how much the next samples are multiplied, 0 to 1; nil: 1. It is
	// asked once a block, from the goroutine that writes, and what lies between two
	// answers is a ramp. 0 is silence, which the device takes like any sound: whether it
	// still does is known all night.
	Gain func() float64
	// Ceiling is the highest sample that leaves, as a part of full scale, whatever the
	// piece does; 0: full scale. Where less would be passed on the sound is turned down
	// for a moment, and comes back: by 20 dB a second. It makes the sound 5 ms late.
	Ceiling float64
}

// volume is a Volume at work.
type volume struct {
	Volume
	gain  float64     // at the end of the last block
	begun bool        // gain is known
	limit float64     // by which the limiter multiplies, at the end of the last part
	held  []pcm.Frame // a part, of which the limiter does not know yet what follows
	out   []pcm.Frame
}

// limitPart is how many frames the limiter looks at, and ahead, at a time: 5 ms.
const limitPart = 240

// recovery is by how much the limiter may let go from one part to the next.
var recovery = math.Pow(10, float64(limitPart)/48000)

// apply returns what is to be played of block. It belongs to v until the next call.
func (v *volume) apply(block []pcm.Frame) []pcm.Frame {
	if v.Gain == nil && v.Ceiling == 0 {
		return block
	}
	v.out = append(v.out[:0], block...)
	if v.Gain != nil {
		v.ramp(v.out)
	}
	if v.Ceiling == 0 {
		return v.out
	}
	all := append(v.held, v.out...)
	v.out = v.out[:0]
	for len(all) >= 2*limitPart {
		v.out = v.turnDown(v.out, all[:limitPart], all[limitPart:2*limitPart])
		all = all[limitPart:]
	}
	v.held = append([]pcm.Frame(nil), all...)
	return v.out
}

// rest returns what apply still holds, at the end of the sound.
func (v *volume) rest() []pcm.Frame {
	out := []pcm.Frame(nil)
	for p := v.held; len(p) > 0; {
		n := min(limitPart, len(p))
		out = v.turnDown(out, p[:n], p[n:min(2*limitPart, len(p))])
		p = p[n:]
	}
	v.held = nil
	return out
}

// ramp multiplies p by the gain, from what it was to what it is now.
func (v *volume) ramp(p []pcm.Frame) {
	to := min(max(v.Gain(), 0), 1)
	from := v.gain
	if !v.begun {
		from, v.begun = to, true
	}
	v.gain = to
	if from == 1 && to == 1 {
		return
	}
	for i := range p {
		g := from + (to-from)*float64(i+1)/float64(len(p))
		for side, s := range p[i] {
			p[i][side] = int32(math.RoundToEven(float64(s) * g))
		}
	}
}

// turnDown appends part, turned down so far that neither it nor what follows goes
// beyond the ceiling.
func (v *volume) turnDown(out, part, next []pcm.Frame) []pcm.Frame {
	top := v.Ceiling * pcm.Full
	if v.limit == 0 {
		v.limit = v.needs(part, top)
	}
	from := v.limit
	// The gain goes in a straight line between two values that both do for this part.
	v.limit = min(v.needs(part, top), v.needs(next, top), from*recovery)
	if from == 1 && v.limit == 1 {
		return append(out, part...)
	}
	for i, f := range part {
		g := from + (v.limit-from)*float64(i+1)/float64(len(part))
		for side, s := range f {
			f[side] = int32(min(max(math.RoundToEven(float64(s)*g), -top), top))
		}
		out = append(out, f)
	}
	return out
}

// needs returns the greatest gain with which p stays within top.
func (v *volume) needs(p []pcm.Frame, top float64) float64 {
	peak := int32(0)
	for _, f := range p {
		peak = max(peak, f[0], -f[0], f[1], -f[1])
	}
	if float64(peak) <= top {
		return 1
	}
	return top / float64(peak)
}
