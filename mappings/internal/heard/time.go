package heard

import (
	"sort"

	"gitlab.com/gomidi/midi/v2/smf"
)

// timeline turns ticks into seconds, beats and bars.
type timeline struct {
	ppq    int64
	end    int64
	tempos []tempoPoint
	bars   []int64 // the tick of each bar, to the first at or after the end
}

type tempoPoint struct {
	tick    int64
	seconds float64
	micros  float64 // of a quarter note
}

func newTimeline(all []message, ppq, end int64) *timeline {
	l := &timeline{ppq: ppq, end: end, tempos: []tempoPoint{{micros: 500_000}}}
	next, bar := int64(0), 4*ppq
	barsTo := func(to int64) {
		for ; next < to && len(l.bars) < maxBars; next += bar {
			l.bars = append(l.bars, next)
		}
	}
	for _, m := range all {
		var num, den, clocks, quarter uint8
		switch {
		case m.Is(smf.MetaTempoMsg) && len(m.Bytes()) == 6:
			b := m.Bytes()
			p := tempoPoint{tick: m.tick, seconds: l.seconds(m.tick), micros: float64(int(b[3])<<16 | int(b[4])<<8 | int(b[5]))}
			if l.tempos[len(l.tempos)-1].tick == m.tick {
				l.tempos = l.tempos[:len(l.tempos)-1]
			}
			l.tempos = append(l.tempos, p)
		case m.GetMetaTimeSig(&num, &den, &clocks, &quarter) && num > 0 && den > 0:
			barsTo(m.tick) // a new meter begins a bar
			next, bar = m.tick, max(1, 4*ppq*int64(num)/int64(den))
		}
	}
	barsTo(end)
	l.bars = append(l.bars, max(next, end))
	return l
}

func (l *timeline) seconds(tick int64) float64 {
	i := max(0, sort.Search(len(l.tempos), func(i int) bool { return l.tempos[i].tick > tick })-1)
	p := l.tempos[i]
	return p.seconds + float64(tick-p.tick)*p.micros/float64(l.ppq)/1e6
}

func (l *timeline) beats(tick int64) float64 { return float64(tick) / float64(l.ppq) }

func (l *timeline) bar(tick int64) int {
	return max(0, sort.Search(len(l.bars), func(i int) bool { return l.bars[i] > tick })-1)
}
