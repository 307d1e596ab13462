package football

import "proscenium/sonify"

// deed are the fields of what somebody did.
var deed = []sonify.Field{
	{Name: "side", Type: sonify.Number, Doc: "1 or 2: whose it was"},
	{Name: "team", Type: sonify.Text, Doc: "name of that side"},
	{Name: "player", Type: sonify.Text, Doc: "who did it; missing if unknown"},
}

// What happens besides goals, as far as a source tells it.
var (
	Shot = shape("football.shot", append(deed[:3:3],
		sonify.Field{Name: "xg", Type: sonify.Number, Doc: "0 to 1: the chance that such a shot is a goal, by the source's model; missing if it has none"},
		sonify.Field{Name: "on_target", Type: sonify.Bool, Doc: "whether it was saved or went in"},
		sonify.Field{Name: "outcome", Type: sonify.Text, Doc: "goal, saved, blocked, post, off target, ..., in the source's words and small letters"},
	)...)
	Card = shape("football.card", append(deed[:3:3],
		sonify.Field{Name: "card", Type: sonify.Text, Doc: "yellow, second yellow or red"},
	)...)
	Foul         = shape("football.foul", deed...)
	Substitution = shape("football.substitution", deed...)
	Pass         = shape("football.pass", append(deed[:3:3],
		sonify.Field{Name: "complete", Type: sonify.Bool, Doc: "whether it reached somebody of the own side"},
		sonify.Field{Name: "length_m", Type: sonify.Number, Unit: "m", Doc: "how far it went"},
		sonify.Field{Name: "forward_m", Type: sonify.Number, Unit: "m", Doc: "how much nearer to the other goal; negative if it went back"},
		sonify.Field{Name: "reach", Type: sonify.Number, Doc: "0 to 1: how far up the pitch it ended, 1 at the other goal line"},
	)...)
)

// Doer returns the values of the fields side, team and player; side is 1 or 2, player
// may be empty.
func (m *Match) Doer(side int, player string) []sonify.Value {
	return []sonify.Value{num(side), sonify.Word(m.Teams[side-1]), word(player)}
}

// Add tells something that happened besides, at the moment of r: an event of the given
// shape, which is one of this file's, with the values of its own fields. Of a match
// that was not met, or is over, nothing is told.
func (l *Live) Add(r *Report, shape *sonify.Shape, emit func(sonify.Event), own ...sonify.Value) {
	f := l.known[r.ID]
	if f == nil || !f.begun || f.phase == Over || f.phase == Off {
		return
	}
	l.advance(r)
	f.t.emit = l.stamped(r, emit)
	a := l.at(f, r, f.phase)
	a.unknown = a.minute == 0
	f.t.say(shape, 0, a, own...)
	f.t.emit = nil
}
