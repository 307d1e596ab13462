package chip

import "math"

type toneTables struct {
	lists []toneList
	short [toneHarmonics][2]int32
}

type toneList struct {
	name, doc      string
	derived, table []int32
}

func deriveTones() (v toneTables) {
	list := func(name, doc string, n int, f func(i float64) float64, table []int32) {
		l := toneList{name: name, doc: doc, table: table}
		for i := range n {
			l.derived = append(l.derived, int32(math.Round(f(float64(i)))))
		}
		v.lists = append(v.lists, l)
	}
	list("cosineTable", "cosineTable is a cosine, times 2^22.", toneMax,
		func(i float64) float64 { return math.Cos(2*math.Pi*i/toneMax) * (1 << 22) }, cosineTable[:])
	list("holdTable", "holdTable[i] is what holding a level for 1/32 of a cycle leaves of harmonic i+1, times 2^23/6.", toneHarmonics,
		func(i float64) float64 { return sinc((i+1)/32) * (1 << 23) / 6 }, holdTable[:])
	list("splineTable", "splineTable[i] makes up for what a spline takes from harmonic i+1 of 1024 points, times 2^22.", toneHarmonics,
		func(i float64) float64 { return math.Pow(sinc((i+1)/toneMax), -4) * (1 << 22) }, splineTable[:])
	// The band-limited step's low-pass, frame by frame.
	var h [latencyStep + 1]float64
	sum := 0.0
	for i := range h {
		x := float64(latencyStep - i)
		h[i] = sinc(2*cutoff*x) * kaiser(x, 15.5, kaiserBeta)
		sum += 2 * h[i]
	}
	sum -= h[latencyStep]
	left := int64(1) << levelShift
	list("smoothTable", "smoothTable is half of the low-pass behind toned channels: see [smooth].", latencyStep,
		func(i float64) float64 { return h[int(i)] / sum * (1 << levelShift) }, smoothTable[:])
	l := &v.lists[len(v.lists)-1]
	for _, x := range l.derived {
		left -= 2 * int64(x)
	}
	l.derived = append(l.derived, int32(left))

	var shortSums [toneHarmonics][2]float64
	ch := channel{wave: Noise, lfsr: 1, short: true}
	for j := range shortCycle {
		level := float64(ch.noiseHeight())
		for k := range v.short {
			w := 2 * math.Pi * float64(k+1) / shortCycle * (float64(j) + 0.5)
			f := level * 2 / shortCycle * sinc(float64(k+1)/shortCycle) * (1 << 17) / 6
			shortSums[k][0] += f * math.Cos(w)
			shortSums[k][1] += f * math.Sin(w)
		}
		ch.shift(1)
	}
	for k, s := range shortSums {
		v.short[k] = [2]int32{int32(math.Round(s[0])), int32(math.Round(s[1]))}
	}
	return v
}
