// Package contest has what sources of contests between two sides share that have no
// language of their own: basketball, baseball, cricket and the like. It knows the
// kinds of event and a model of who will win, and tells matches from reports that come
// while they last. Tennis and football have kinds of their own.
package contest

import "proscenium/sonify"

// common are the fields of every kind. The score is the one after the event.
var common = []sonify.Field{
	{Name: "match_id", Type: sonify.Text, Doc: "which match, as the source names it"},
	{Name: "sport", Type: sonify.Text, Doc: "basketball, baseball, cricket, ..."},
	{Name: "competition", Type: sonify.Text, Doc: "what it belongs to; missing if the source does not say"},
	{Name: "team1", Type: sonify.Text, Doc: "name of side 1, the hosts; \"Team 1\" if unknown"},
	{Name: "team2", Type: sonify.Text, Doc: "name of side 2, the guests; \"Team 2\" if unknown"},
	{Name: "score1", Type: sonify.Number, Unit: "points", Doc: "points, runs or goals of side 1"},
	{Name: "score2", Type: sonify.Number, Unit: "points", Doc: "points, runs or goals of side 2"},
	{Name: "score", Type: sonify.Text, Doc: "\"88-85\", side 1 first"},
	{Name: "leader", Type: sonify.Number, Doc: "who is ahead: 1 or 2, 0 if nobody"},
	{Name: "margin", Type: sonify.Number, Unit: "points", Doc: "how far side 1 is ahead; negative if it is behind"},
	{Name: "period", Type: sonify.Number, Doc: "number of the quarter, inning or half, from 1; missing if unknown"},
	{Name: "clock_s", Type: sonify.Number, Unit: "s", Doc: "what is left of the period; missing where no clock runs"},
	{Name: "left", Type: sonify.Number, Doc: "0 to 1: the part of the match that is still to be played; missing if nobody can know"},
	{Name: "lead", Type: sonify.Number, Doc: "-1 to 1: the chance that side 1 wins less that of side 2, if both score alike from here on; missing if left is"},
	{Name: "importance", Type: sonify.Number, Doc: "0 to 1: by how much the next score may move the lead; missing if left is"},
	{Name: "tension", Type: sonify.Number, Doc: "0 to 1: importance, and closeness the nearer the end; 0 once the match is over; missing if left is"},
	{Name: "momentum", Type: sonify.Number, Doc: "-1 to 1: whose the last scores were (1: side 1), the recent ones counting more"},
}

// play are the fields of what somebody did.
var play = []sonify.Field{
	{Name: "side", Type: sonify.Number, Doc: "1 or 2: whose it was; missing if unknown"},
	{Name: "team", Type: sonify.Text, Doc: "name of that side; missing if unknown"},
	{Name: "player", Type: sonify.Text, Doc: "who did it; missing if unknown"},
	{Name: "action", Type: sonify.Text, Doc: "what it was, in the source's words and small letters: \"3pt\", \"home run\", \"four\""},
	{Name: "made", Type: sonify.Bool, Doc: "whether it came off; missing where that is no question"},
	{Name: "speed_kmh", Type: sonify.Number, Unit: "km/h", Doc: "speed of the ball, of the hit if there was one; missing where it was not measured"},
}

func shape(kind string, more ...[]sonify.Field) *sonify.Shape {
	fields := append([]sonify.Field(nil), common...)
	for _, m := range more {
		fields = append(fields, m...)
	}
	return sonify.NewShape(kind, fields...)
}

// The kinds of event.
var (
	Started = shape("match.started", []sonify.Field{
		{Name: "number", Type: sonify.Number, Doc: "number of the match in the programme, from 1"},
	})
	Period = shape("match.period", []sonify.Field{
		{Name: "begins", Type: sonify.Bool, Doc: "whether the period begins; otherwise it has ended"},
	})
	Play   = shape("match.play", play)
	Scored = shape("match.score", play, []sonify.Field{
		{Name: "points", Type: sonify.Number, Unit: "points", Doc: "how many it scored; negative if the score was put right downwards"},
		{Name: "equaliser", Type: sonify.Bool, Doc: "whether the score is even after it"},
		{Name: "takes_lead", Type: sonify.Bool, Doc: "whether its side is ahead after it and was not before"},
		{Name: "late", Type: sonify.Bool, Doc: "whether less than a twentieth of the match was left; missing if left is"},
	})
	Ended = shape("match.ended", []sonify.Field{
		{Name: "winner", Type: sonify.Number, Doc: "1 or 2, 0 for a draw"},
		{Name: "winner_name", Type: sonify.Text, Doc: "name of the winner, empty for a draw"},
	})
)

// Shapes returns all kinds of event.
func Shapes() []*sonify.Shape { return []*sonify.Shape{Started, Period, Play, Scored, Ended} }
