package football

import "proscenium/sonify"

// common are the fields of every kind. The score is the one after the event.
var common = []sonify.Field{
	{Name: "match", Type: sonify.Number, Doc: "number of the match, as the file has it, else its place by kick-off, from 1"},
	{Name: "round", Type: sonify.Text, Doc: "as the file says: \"Matchday 1\", \"Final\"; missing if it does not"},
	{Name: "group", Type: sonify.Text, Doc: "\"Group A\"; missing in matches of a knock-out"},
	{Name: "team1", Type: sonify.Text, Doc: "name of side 1; \"Team 1\" if unknown"},
	{Name: "team2", Type: sonify.Text, Doc: "name of side 2; \"Team 2\" if unknown"},
	{Name: "minute", Type: sonify.Number, Unit: "min", Doc: "minute of play, from 1, without stoppage time; 0 at kick-off; missing for a goal whose minute is unknown"},
	{Name: "stoppage", Type: sonify.Number, Unit: "min", Doc: "minute of stoppage time, 0 if it was not in it; missing like minute"},
	{Name: "goals1", Type: sonify.Number, Unit: "goals", Doc: "goals of side 1, without a shoot-out"},
	{Name: "goals2", Type: sonify.Number, Unit: "goals", Doc: "goals of side 2, without a shoot-out"},
	{Name: "score", Type: sonify.Text, Doc: "\"2-1\", side 1 first"},
	{Name: "leader", Type: sonify.Number, Doc: "who is ahead: 1 or 2, 0 if nobody"},
	{Name: "lead", Type: sonify.Number, Doc: "-1 to 1: the chance that side 1 wins less that of side 2, if both score alike from here on"},
	{Name: "importance", Type: sonify.Number, Doc: "0 to 1: by how much one goal more would move the lead"},
	{Name: "tension", Type: sonify.Number, Doc: "0 to 1: importance, closeness near the end and the round together; 0 once the match is over"},
	{Name: "left", Type: sonify.Number, Unit: "min", Doc: "minutes still to be played, as known then: 90 at kick-off, 30 at extra time; the last minute lasts until the whistle; 0 in a shoot-out and at the end"},
	{Name: "stake", Type: sonify.Number, Doc: "0 to 1: what the round is about, 1 in a final"},
}

func shape(kind string, more ...sonify.Field) *sonify.Shape {
	return sonify.NewShape(kind, append(append([]sonify.Field(nil), common...), more...)...)
}

// The kinds of event, in the order of a match.
var (
	KickOff = shape("football.kick_off",
		sonify.Field{Name: "number", Type: sonify.Number, Doc: "number of the match in the programme, from 1"},
		sonify.Field{Name: "championship", Type: sonify.Text, Doc: "name of it, as the file says; missing if it does not"},
		sonify.Field{Name: "date", Type: sonify.Text, Doc: "as the file says; missing if it does not"},
		sonify.Field{Name: "time", Type: sonify.Text, Doc: "of kick-off at the ground, as the file says; missing if it does not"},
		sonify.Field{Name: "ground", Type: sonify.Text, Doc: "where it is played; missing if unknown"},
		sonify.Field{Name: "knockout", Type: sonify.Bool, Doc: "whether somebody has to win"},
	)
	Goal = shape("football.goal",
		sonify.Field{Name: "side", Type: sonify.Number, Doc: "1 or 2: for whom it counts, own goals too"},
		sonify.Field{Name: "team", Type: sonify.Text, Doc: "name of that side"},
		sonify.Field{Name: "scorer", Type: sonify.Text, Doc: "who shot it, into whichever goal; missing if unknown"},
		sonify.Field{Name: "own_goal", Type: sonify.Bool, Doc: "whether a player of the other side shot it; missing if only the score knows of it"},
		sonify.Field{Name: "penalty", Type: sonify.Bool, Doc: "whether it was a penalty; missing if only the score knows of it"},
		sonify.Field{Name: "equaliser", Type: sonify.Bool, Doc: "whether the score is even after it"},
		sonify.Field{Name: "takes_lead", Type: sonify.Bool, Doc: "whether the score was even before it"},
		sonify.Field{Name: "late", Type: sonify.Bool, Doc: "whether it fell after the 85th minute"},
		sonify.Field{Name: "decisive", Type: sonify.Bool, Doc: "whether it put the winner ahead for good; of the whole match, so the future is known; missing while a match is followed"},
		sonify.Field{Name: "count", Type: sonify.Number, Unit: "goals", Doc: "the how many-th of the match, from 1"},
	)
	// Annulled is told by sources that follow a match while it lasts.
	Annulled = shape("football.goal_annulled",
		sonify.Field{Name: "side", Type: sonify.Number, Doc: "1 or 2: whose goal it was; the score is without it"},
		sonify.Field{Name: "team", Type: sonify.Text, Doc: "name of that side"},
	)
	Minute    = shape("football.minute")
	HalfTime  = shape("football.half_time")
	ExtraTime = shape("football.extra_time")
	ShootOut  = shape("football.shoot_out")
	FullTime  = shape("football.full_time",
		sonify.Field{Name: "winner", Type: sonify.Number, Doc: "1 or 2, 0 for a draw; missing if nobody says"},
		sonify.Field{Name: "winner_name", Type: sonify.Text, Doc: "name of the winner, empty for a draw"},
		sonify.Field{Name: "result", Type: sonify.Text, Doc: "\"win\", \"draw\", \"extra time\", \"penalties\" or \"awarded\": how it was decided"},
		sonify.Field{Name: "penalties1", Type: sonify.Number, Unit: "goals", Doc: "goals of side 1 in the shoot-out; missing without one"},
		sonify.Field{Name: "penalties2", Type: sonify.Number, Unit: "goals", Doc: "goals of side 2 in the shoot-out; missing without one"},
		sonify.Field{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "from kick-off to the end, breaks included; missing if the source does not say when it began"},
	)
)

// LiveShapes returns the kinds of event of matches that are followed while they last.
func LiveShapes() []*sonify.Shape { return append(Shapes(), Annulled) }

// Shapes returns the kinds of event of matches that have been played, in the order
// of a match.
func Shapes() []*sonify.Shape {
	return []*sonify.Shape{KickOff, Minute, Goal, HalfTime, ExtraTime, ShootOut, FullTime}
}
