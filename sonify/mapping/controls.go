package mapping

import (
	"slices"

	"proscenium/sonify"
)

// controlPlan is a control of the piece, compiled.
type controlPlan struct {
	name     string
	maker    int
	voices   []int
	param    sonify.Param
	steps    float64 // of the parameter in one unit of the language
	to       *number
	react    sonify.Tick
	glide    sonify.Tick
	sections []bool // by index in form.sections; nil: all
	when     *formula
	steering []int // the signals it reads, where the cause does not name the one
}

// controlState is what a control wants since it last looked.
type controlState struct {
	active bool
	on     bool
	value  int32
	cause  sonify.Cause
}

// controlSlot is one parameter of one voice. Of several controls that want it,
// the last in the piece has it.
type controlSlot struct {
	voice int
	param sonify.Param
	wants []int // the controls that move it, in the order of the piece
	has   int   // the control that moved it last
	rest  int32 // where the parameter stands when nobody moves it
	home  int32 // what the instrument says in that place, to glide from

	sent   int32
	target int32
	from   int32
	began  sonify.Tick // of the glide to the target
	glide  sonify.Tick
	cause  sonify.Cause
}

// glideStep is how far apart the steps of a glide are: a 32nd note, 62 ms at 120
// quarter notes a minute, which the ear takes for a slide of a timbre.
const glideStep = sonify.PPQ / 8

func (p *Performance) initControls() {
	for i := range p.piece.controls {
		pl := &p.piece.controls[i]
		for _, v := range pl.voices {
			k := slices.IndexFunc(p.slots, func(s controlSlot) bool { return s.voice == v && s.param == pl.param })
			if k < 0 {
				k = len(p.slots)
				s := controlSlot{voice: v, param: pl.param}
				in := &p.piece.Header.Voices[v].Instrument
				switch pl.param {
				case sonify.ParamVolume:
					s.rest, s.home = 1000, 1000
				case sonify.ParamDuty:
					s.rest, s.home = -1, -1
				case sonify.ParamVibrato:
					s.rest, s.home = -1, int32(in.VibratoDepth)
				case sonify.ParamEcho:
					s.rest, s.home = -1, int32(in.EchoLevel)
				}
				s.sent, s.target = s.rest, s.rest
				p.slots = append(p.slots, s)
			}
			p.slots[k].wants = append(p.slots[k].wants, i)
		}
	}
}

// moveControls adds the controls of the stretch that begins at b.
func (p *Performance) moveControls(b sonify.Tick) {
	if len(p.slots) == 0 {
		return
	}
	for i := range p.piece.controls {
		p.lookControl(i, b)
	}
	for i := range p.slots {
		p.moveSlot(&p.slots[i], b)
	}
}

// lookControl reads what control i wants.
func (p *Performance) lookControl(i int, b sonify.Tick) {
	pl, st := &p.piece.controls[i], &p.controls[i]
	f := &p.form
	if pl.sections != nil && !pl.sections[f.section] {
		st.active, st.on = false, false
		return
	}
	if st.active && !f.fresh && (b-f.began)%pl.react != 0 {
		return
	}
	st.active = true
	st.on = p.holds(pl.when, nil)
	if !st.on {
		return
	}
	v, raw, ok := p.number(pl.to, nil)
	if st.on = ok; !ok {
		return
	}
	l := controlParams[pl.param.String()]
	st.value = int32(whole(float64(v*pl.steps), int64(l.low*pl.steps), int64(l.high*pl.steps)))
	st.cause = sonify.Cause{By: pl.maker}
	if !pl.to.fixed {
		st.cause.From, st.cause.Value = pl.to.from.text, raw
	}
	if len(pl.steering) > 0 {
		st.cause.Steered = p.steered(pl.steering)
	}
}

// moveSlot moves one parameter to where the last of the controls that are on
// wants it, and back to where it stands by itself if none is.
func (p *Performance) moveSlot(s *controlSlot, b sonify.Tick) {
	target, by := s.rest, -1
	for _, i := range s.wants {
		if p.controls[i].on {
			target, by = p.controls[i].value, i
		}
	}
	if target != s.target {
		if by >= 0 {
			s.has, s.cause = by, p.controls[by].cause
		} else {
			s.cause = sonify.Cause{By: p.piece.controls[s.has].maker}
		}
		s.from, s.target, s.began, s.glide = s.sent, target, b, p.piece.controls[s.has].glide
		if s.from == s.rest {
			s.from = s.home
		}
	}
	if s.sent == s.target {
		return
	}
	to := s.target
	if to == s.rest {
		to = s.home
	}
	if s.glide == 0 || s.param == sonify.ParamDuty && (s.from < 0 || to < 0) { // there is no way from a macro

		p.sendControl(s, b, s.target)
		return
	}
	for t := b + (glideStep-(b-s.began)%glideStep)%glideStep; t < p.reach; t += glideStep {
		if t-s.began >= s.glide {
			p.sendControl(s, t, s.target)
			return
		}
		p.sendControl(s, t, s.from+int32(sonify.Tick(to-s.from)*(t-s.began)/s.glide))
	}
}

// sendControl sends a value, unless the outputs have it already.
func (p *Performance) sendControl(s *controlSlot, t sonify.Tick, v int32) {
	if v == s.sent {
		return
	}
	s.sent = v
	p.out.Controls = append(p.out.Controls, sonify.Control{Tick: t, Frame: p.tempo.Frame(t), Voice: s.voice, Param: s.param, Value: v, Cause: s.cause})
}

// sortControls puts the controls in the order of their frames, those of one
// frame in the order of the piece.
func (p *Performance) sortControls() {
	slices.SortStableFunc(p.out.Controls, func(a, b sonify.Control) int { return cmpFrame(a.Frame, b.Frame) })
}
