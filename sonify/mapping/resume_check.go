package mapping

import (
	"errors"
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/score"
)

const (
	farthestTick  = sonify.Tick(1) << 40 // 18 years at 112 quarter notes a minute
	farthestFrame = sonify.Frame(1) << 47
)

var errRange = errors.New("a number is out of range")

// check finds what no performance can have left.
func (s *State) check() error {
	t, f := s.Tick(), sonify.Frame(s.Exact/20000)
	tick := func(t sonify.Tick) bool { return t > -farthestTick && t < farthestTick }
	if s.Base < 0 || s.Now < 0 || !tick(t) || s.Exact < 0 || f > farthestFrame || s.Tempo < sonify.BPM(sonify.MaxBPM) || s.Tempo > sonify.BPM(sonify.MinBPM) ||
		s.Ending < 0 || s.Ending > 2 || s.LastHeard < 0 || s.LastHeard > farthestFrame || !tick(s.Asked) || !tick(s.Form.Began) || !tick(s.Form.ChordAt) || s.Form.Chord < 0 || s.Form.Counted < 0 || s.Form.Mode < -1 ||
		s.Form.Up < -12 || s.Form.Up > 12 || !tick(s.Form.TurnAt) || !tick(s.Form.CadenceFrom) || !tick(s.Form.CadenceUntil) {
		return errRange
	}
	for _, n := range s.Form.Entered {
		if n < 0 {
			return errRange
		}
	}
	for _, k := range []score.Key{s.Form.Sounds, s.Form.Home} {
		sc := k.Scale
		if len(sc.Steps) == 0 || len(sc.Steps) > 1200 || sc.Period <= 0 || sc.Period > sonify.Key(127) || k.Tonic < 0 || k.Tonic > sonify.Key(127) || !slices.IsSorted(sc.Steps) {
			return errors.New("a scale cannot be")
		}
	}
	for _, c := range []*score.Sounding{&s.Form.Sounding, s.Form.Turn} {
		if c != nil && (len(c.Tones) == 0 || len(c.Tones) > 64) {
			return errors.New("a chord cannot be")
		}
	}
	if len(s.Queue) > queueLimit || len(s.Captions) > queueLimit || len(s.Sounding) > soundingLimit {
		return errors.New("more waits than can")
	}
	for _, ns := range [][]noteMemory{s.Queue, s.Sounding} {
		for i := range ns {
			if !ns[i].sane(tick) {
				return errRange
			}
		}
	}
	for i := range s.Patterns {
		if p := &s.Patterns[i]; !tick(p.Looked) || !tick(p.Began) || p.Shift < -100 || p.Shift > 100 || p.Centre < -sonify.Key(400) || p.Centre > sonify.Key(400) {
			return errRange
		}
	}
	for i := range s.Rules {
		r := &s.Rules[i]
		if !tick(r.Ready) || !tick(r.Free) {
			return errRange
		}
		if c := r.Crowd; c != nil && (!tick(c.Until) || c.N < 1 || c.N > 1<<38 || c.Sum < 0 || c.Sum/int64(c.N) > int64(sonify.Key(127)) || c.Low < 0 || c.Low > c.High || c.High > sonify.Key(127) ||
			!(c.Priority >= 0 && c.Priority <= 1) || !c.Note.sane(tick)) {
			return errRange
		}
	}
	for i := range s.Voices {
		if v := &s.Voices[i]; !tick(v.Free) || v.Used < 0 || v.Used > queueLimit || !tick(v.Began) {
			return errRange
		}
	}
	for i := range s.Budgets {
		if b := &s.Budgets[i]; b.Used < 0 || b.Used > queueLimit || !tick(b.Began) {
			return errRange
		}
	}
	for i := range s.Slots {
		if m := &s.Slots[i]; !tick(m.Began) || m.Glide < 0 || !tick(m.Glide) || !sane(m.Sent) || !sane(m.Rest) || !sane(m.Target) || !sane(m.From) {
			return errRange
		}
	}
	for i := range s.Controls {
		if !sane(s.Controls[i].Value) {
			return errRange
		}
	}
	if n := s.News; n != nil && (!tick(n.Next) || len(n.Figure) > 16 || len(n.Word) > 20 || slices.ContainsFunc(n.Figure, func(s int) bool { return s < -21 || s > 21 })) {
		return errRange
	}
	if t := s.Ticks; t != nil && (t.At < 0 || t.At > farthestFrame || t.Last < 0 || t.Last > farthestFrame || t.Events < 0 || t.Count < 0) {
		return errRange
	}
	for i := range s.Queue {
		if s.Queue[i].Tick < s.Now {
			return errors.New("a note waits that should have sounded")
		}
	}
	for i := range s.Captions {
		if c := &s.Captions[i]; c.Tick < s.Now || !tick(c.Tick) {
			return errors.New("a caption waits that should have been said")
		}
	}
	return nil
}

func (m *reducerMemory) restore(r *reducer) error {
	n := len(m.At)
	words := r.ofWords()
	if n > windowLimit || r.win.events > 0 && n > r.win.events || n > 0 && !r.windowed() || words && len(m.Cat) != n || !words && len(m.Num) != n || len(m.Many) > 0 && (len(m.Many) != n || !r.adds()) ||
		len(m.Words) != len(m.Counts) || len(m.Words) > windowLimit || len(m.Free) > len(m.Words) {
		return errors.New("its window holds more or less than it can")
	}
	r.count, r.mean, r.m2, r.sum, r.low, r.top, r.first = m.Count, m.Mean, m.M2, m.Sum, m.Low, m.Top, m.First
	r.ema, r.before, r.gap, r.same, r.mid, r.last, r.lost = m.EMA, m.Before, m.Gap, m.Same, m.Mid, m.Last, m.Lost
	if m.EMAAt != nil {
		r.ring = []observation{{at: *m.EMAAt}}
	} else if r.how == "ema" && r.count > 0 {
		return errors.New("it does not say when its last value came")
	}
	if words && (r.count > 0 || n > 0) {
		r.cats = make(map[string]int32)
	}
	for i, w := range m.Words {
		if m.Counts[i] < 0 {
			return errRange
		}
		if m.Counts[i] > 0 && words {
			r.cats[w] = int32(i)
		}
	}
	r.names, r.counts, r.free = slices.Clone(m.Words), slices.Clone(m.Counts), slices.Clone(m.Free)
	r.newest = m.Newest
	if words && r.count > 0 && (m.Newest < 0 || int(m.Newest) >= len(m.Words)) {
		return errRange
	}
	for _, c := range append(slices.Clone(m.Cat), m.Free...) {
		if c < 0 || int(c) >= len(m.Words) {
			return errRange
		}
	}
	left := slices.Clone(m.Counts)
	for i := range n {
		o := observation{at: m.At[i], many: 1}
		if len(m.Many) > 0 {
			if o.many = m.Many[i]; o.many < 1 {
				return errRange
			}
		}
		if words {
			o.cat = m.Cat[i]
			if left[o.cat]--; left[o.cat] < 0 {
				return errors.New("its window holds words that it did not count")
			}
		} else {
			o.num = m.Num[i]
		}
		r.push(o)
	}
	return nil
}

func (m *domainMemory) restore(d *domain) error {
	if m == nil || d == nil || d.plan.kind == fixedDomain || m.Is != fingerprint(d.plan) {
		return nil
	}
	if m.N < 0 || m.Spikes < 0 || m.Spikes > spikeMemory || m.Since < 0 || m.Since > spikeMemory || len(m.Recent) > rankMemory || m.Next < 0 || m.Next >= rankMemory || d.plan.kind == rankDomain && len(m.Recent) != min(m.N, rankMemory) {
		return errRange
	}
	d.low, d.high, d.n, d.mean, d.m2, d.seenLow, d.seenHigh = m.Low, m.High, m.N, m.Mean, m.M2, m.SeenLow, m.SeenHigh
	d.recent, d.next = slices.Clone(m.Recent), m.Next
	d.spikes, d.spike, d.since = m.Spikes, m.Spike, m.Since
	d.sorted = slices.Sorted(slices.Values(m.Recent))
	return nil
}

// sane reports whether a note can be one.
func (n *noteMemory) sane(tick func(sonify.Tick) bool) bool {
	return tick(n.Tick) && n.Length >= 1 && tick(n.Length) && n.Frame >= 0 && n.Frame <= farthestFrame && n.Frames >= 0 && n.Frames <= farthestFrame &&
		n.Velocity >= 1 && n.Velocity <= sonify.MaxVelocity && n.Pan >= -100 && n.Pan <= 100 && n.Pitch >= 0 && n.Pitch <= sonify.Key(127)
}
