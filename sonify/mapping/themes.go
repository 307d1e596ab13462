package mapping

import "proscenium/sonify"

// playTheme plays what a pattern made of themes starts between b and reach. At
// the beginning of each phrase it looks at the data and decides how the theme
// is varied this time; the theme itself stays.
func (p *Performance) playTheme(i int, b sonify.Tick) {
	pl, st := &p.piece.patterns[i], &p.patterns[i]
	for t := b; t < p.reach; {
		if t < st.began {
			if st.began >= p.reach {
				return
			}
			t = st.began
		}
		if st.looked != st.began {
			p.beginPhrase(i, st.began)
		}
		th := &pl.themes[st.theme]
		length := th.Length * st.stretch / sonify.PPQ
		end := st.began + length
		if st.on {
			for k := range th.Steps {
				s := &th.Steps[k]
				at := st.began + s.At*st.stretch/sonify.PPQ
				if at >= t && at < p.reach {
					p.themeNote(i, k, at)
				}
			}
		}
		if end >= p.reach {
			return
		}
		st.began = end
		st.cycle++
		t = end
	}
}

// beginPhrase decides how the next phrase is played.
func (p *Performance) beginPhrase(i int, at sonify.Tick) {
	pl, st := &p.piece.patterns[i], &p.patterns[i]
	st.looked = at
	p.look(pl, st)
	n := len(pl.themes)
	if pl.choose != nil {
		st.theme = int(whole(p.or(pl.choose, nil, 0), 0, int64(n-1)))
	} else {
		st.theme = int(st.cycle % uint64(n))
	}
	st.invert = pl.invert != nil && p.holds(pl.invert, nil)
	st.stretch = sonify.PPQ
	if pl.stretch != nil {
		// A stretch that is no simple ratio would fall between the beats.
		switch x := p.or(pl.stretch, nil, 1); {
		case x >= 1.5:
			st.stretch = 2 * sonify.PPQ
		case x <= 0.67:
			st.stretch = sonify.PPQ / 2
		}
	}
}

// themeNote plays the k-th note of the theme, varied.
func (p *Performance) themeNote(i, k int, at sonify.Tick) {
	pl, st := &p.piece.patterns[i], &p.patterns[i]
	th := &pl.themes[st.theme]
	s := &th.Steps[k]
	dice := st.rand.Fork(uint64(at))
	strong := s.At%p.piece.Header.Meter.Beat() == 0
	if st.chance < 1 && !dice.Chance(0, st.chance) {
		return
	}
	idle := p.idle && p.piece.idle.section < 0
	if idle && !strong {
		return
	}
	if st.thin > 0 && k > 0 {
		// Weak notes go first: the shape of the theme stays to the end.
		odds := st.thin
		if strong {
			odds /= 2
		}
		if dice.Chance(6, odds) {
			return
		}
	}
	tone := s.Tone
	if st.invert {
		first := th.Steps[0].Tone
		tone.Degree = 2*first.Degree - tone.Degree
		tone.Octave = 2*first.Octave - tone.Octave
		tone.Alter = 2*first.Alter - tone.Alter
	}
	if st.vary > 0 && k > 0 && dice.Chance(2, st.vary) {
		if dice.Intn(3, 2) == 0 {
			tone.Degree++
		} else {
			tone.Degree--
		}
	}
	length := s.Length * st.stretch / sonify.PPQ
	if st.orn > 0 && length >= sonify.PPQ/2 && dice.Chance(7, st.orn) {
		// A turn: the note, its upper neighbour, the note again.
		third := length / 4
		sound := max(1, sonify.Tick(float64(pl.length*float64(third))+0.5))
		p.patternNote(i, at, sound, tone, s.Accent, 0)
		up := tone
		up.Degree++
		p.postpone(i, at+third, sound, up)
		p.postpone(i, at+2*third, max(1, sonify.Tick(float64(pl.length*float64(length-2*third))+0.5)), tone)
		return
	}
	p.patternTones(i, at, max(1, sonify.Tick(float64(pl.length*float64(length))+0.5)), tone, s.Accent)
}
