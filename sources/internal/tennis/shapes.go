package tennis

import "proscenium/sonify"

// common are the fields of every kind. The score in them is the one after the
// point that led to the event.
var common = []sonify.Field{
	{Name: "match_id", Type: sonify.Text, Doc: "which match"},
	{Name: "player1", Type: sonify.Text, Doc: "name of player 1, in doubles of both; \"Player 1\" if unknown"},
	{Name: "player2", Type: sonify.Text, Doc: "name of player 2, in doubles of both; \"Player 2\" if unknown"},
	{Name: "set", Type: sonify.Number, Doc: "number of the set, from 1"},
	{Name: "game", Type: sonify.Number, Doc: "number of the game in its set, from 1"},
	{Name: "point", Type: sonify.Number, Doc: "number of the last point played, in the match, from 1; 0 before the first"},
	{Name: "server", Type: sonify.Number, Doc: "1 or 2, the side that served the point, or that serves the next one for events about the next point; missing if unknown"},
	{Name: "points1", Type: sonify.Number, Unit: "points", Doc: "points of player 1 in the game; 0 after it has ended"},
	{Name: "points2", Type: sonify.Number, Unit: "points", Doc: "points of player 2 in the game; 0 after it has ended"},
	{Name: "games1", Type: sonify.Number, Unit: "games", Doc: "games of player 1 in the set; 0 after it has ended"},
	{Name: "games2", Type: sonify.Number, Unit: "games", Doc: "games of player 2 in the set; 0 after it has ended"},
	{Name: "sets1", Type: sonify.Number, Unit: "sets", Doc: "sets won by player 1"},
	{Name: "sets2", Type: sonify.Number, Unit: "sets", Doc: "sets won by player 2"},
	{Name: "score", Type: sonify.Text, Doc: "score in the game, player 1 first: \"30-40\", \"AD-40\", in a tie-break \"5-3\""},
	{Name: "lead", Type: sonify.Number, Doc: "-1 to 1: twice the chance that player 1 wins the match, less 1, if both serve equally well"},
	{Name: "leader", Type: sonify.Number, Doc: "who is ahead by sets, then by games of the set: 1 or 2, 0 if nobody"},
	{Name: "importance", Type: sonify.Number, Doc: "0 to 1: by how much the next point moves the chance of winning the match"},
	{Name: "tension", Type: sonify.Number, Doc: "0 to 1: importance of the next point, closeness and nearness of the end together; 0 once the match is over"},
	{Name: "to_set", Type: sonify.Number, Unit: "points", Doc: "the fewest points with which somebody can win the set, from the next one on; 0 once the match is over"},
	{Name: "to_match", Type: sonify.Number, Unit: "points", Doc: "the fewest points with which somebody can win the match: 1 at match point; 0 once the match is over"},
	{Name: "brink", Type: sonify.Number, Doc: "0 to 1: how near the end is, whoever leads by how much: 1 at match point, 0.5 eight points before; 0 once the match is over"},
	{Name: "momentum", Type: sonify.Number, Doc: "-1 to 1: who won the points lately (1: player 1), the recent and the important ones counting more"},
}

// winner are the fields of the kinds that somebody has won.
var winner = []sonify.Field{
	{Name: "winner", Type: sonify.Number, Doc: "1 or 2"},
	{Name: "winner_name", Type: sonify.Text, Doc: "name of the winner"},
}

// chance are the fields of the kinds that say what the next point can decide.
var chance = []sonify.Field{
	{Name: "for", Type: sonify.Number, Doc: "1 or 2: who can decide it; 0 if nobody in particular (deuce, tie_break)"},
	{Name: "for_name", Type: sonify.Text, Doc: "name of that player; empty if nobody in particular"},
	{Name: "count", Type: sonify.Number, Doc: "the how many-th of its kind for that player in the match, from 1; of a deuce, in the game"},
}

func shape(kind string, more ...[]sonify.Field) *sonify.Shape {
	fields := append([]sonify.Field(nil), common...)
	for _, m := range more {
		fields = append(fields, m...)
	}
	return sonify.NewShape(kind, fields...)
}

// The kinds of event, in the order in which they come when one point leads to
// all of them.
var (
	MatchStarted = shape("tennis.match_started", []sonify.Field{
		{Name: "number", Type: sonify.Number, Doc: "number of the match in the programme, from 1"},
		{Name: "best_of", Type: sonify.Number, Unit: "sets", Doc: "sets of the match at most"},
		{Name: "category", Type: sonify.Text, Doc: "men, women, men's doubles, women's doubles or mixed doubles; missing if unknown"},
	})
	PointPlayed = shape("tennis.point", winner, []sonify.Field{
		{Name: "server_name", Type: sonify.Text, Doc: "name of the side that served; missing if unknown"},
		{Name: "server_player", Type: sonify.Number, Doc: "who served: 1 or 2, in doubles also 3 and 4, the partners of 1 and 2; missing if unknown"},
		{Name: "speed_kmh", Type: sonify.Number, Unit: "km/h", Doc: "speed of the serve; missing on double faults and where it was not measured"},
		{Name: "rally", Type: sonify.Number, Unit: "strokes", Doc: "length of the rally; missing where it was not counted"},
		{Name: "serve_number", Type: sonify.Number, Doc: "1 for a first serve, 2 for a second; missing if unknown"},
		{Name: "ace", Type: sonify.Bool, Doc: "the serve was not reached"},
		{Name: "double_fault", Type: sonify.Bool, Doc: "both serves failed"},
		{Name: "winner_shot", Type: sonify.Bool, Doc: "won by a stroke that was not reached, aces included; missing if not recorded"},
		{Name: "unforced_error", Type: sonify.Bool, Doc: "lost by a mistake without need; missing if not recorded"},
		{Name: "forced_error", Type: sonify.Bool, Doc: "lost by a mistake under pressure; missing if not recorded"},
		{Name: "net_point", Type: sonify.Bool, Doc: "somebody was at the net; missing if not recorded"},
		{Name: "stake", Type: sonify.Number, Doc: "0 to 1: importance of the point that was played, as it was before it"},
		{Name: "streak", Type: sonify.Number, Unit: "points", Doc: "how many points in a row the winner has won"},
		{Name: "call", Type: sonify.Text, Doc: "what the umpire says: \"15-40\" with the server first, \"Deuce\", \"Advantage NAME\", \"Game, NAME\""},
		{Name: "game_won", Type: sonify.Bool, Doc: "it won a game"},
		{Name: "break", Type: sonify.Bool, Doc: "it won a game against the serve"},
		{Name: "set_won", Type: sonify.Bool, Doc: "it won a set"},
		{Name: "match_won", Type: sonify.Bool, Doc: "it won the match"},
		{Name: "was_tie_break", Type: sonify.Bool, Doc: "it was played in a tie-break"},
		{Name: "was_deuce", Type: sonify.Bool, Doc: "it was played at deuce"},
		{Name: "was_game_point", Type: sonify.Bool, Doc: "the server could win the game with it"},
		{Name: "was_break_point", Type: sonify.Bool, Doc: "the receiver could win the game with it"},
		{Name: "was_set_point", Type: sonify.Bool, Doc: "somebody could win the set with it"},
		{Name: "was_match_point", Type: sonify.Bool, Doc: "somebody could win the match with it"},
		{Name: "tie_break", Type: sonify.Bool, Doc: "the next point is played in a tie-break"},
		{Name: "deuce", Type: sonify.Bool, Doc: "the next point is played at deuce"},
		{Name: "game_point", Type: sonify.Bool, Doc: "the server can win the game with the next point"},
		{Name: "break_point", Type: sonify.Bool, Doc: "the receiver can win the game with the next point"},
		{Name: "set_point", Type: sonify.Bool, Doc: "somebody can win the set with the next point"},
		{Name: "match_point", Type: sonify.Bool, Doc: "somebody can win the match with the next point"},
	})
	GameWon = shape("tennis.game_won", winner, []sonify.Field{
		{Name: "break", Type: sonify.Bool, Doc: "won against the serve"},
		{Name: "tie_break", Type: sonify.Bool, Doc: "it was a tie-break"},
		{Name: "love", Type: sonify.Bool, Doc: "the loser had no point in it"},
	})
	Break = shape("tennis.break", winner, []sonify.Field{
		{Name: "back", Type: sonify.Bool, Doc: "it answers the other's: the last break of the set before it was his"},
	})
	SetWon = shape("tennis.set_won", winner, []sonify.Field{
		{Name: "tie_break", Type: sonify.Bool, Doc: "won in a tie-break"},
		{Name: "result", Type: sonify.Text, Doc: "the set's games, the winner's first, with the tie-break points of the loser: \"7-6(4)\""},
	})
	MatchWon = shape("tennis.match_won", []sonify.Field{
		{Name: "winner", Type: sonify.Number, Doc: "1 or 2; 0 if the record ends before the match and does not say"},
		{Name: "winner_name", Type: sonify.Text, Doc: "name of the winner; empty if unknown"},
		{Name: "retired", Type: sonify.Bool, Doc: "somebody gave up; missing if the match is incomplete and nothing says why"},
		{Name: "result", Type: sonify.Text, Doc: "all sets, the winner's games first: \"6-4 3-6 7-6(4)\"; player 1's first if the winner is unknown"},
		{Name: "points_won1", Type: sonify.Number, Unit: "points", Doc: "points won by player 1 in the match"},
		{Name: "points_won2", Type: sonify.Number, Unit: "points", Doc: "points won by player 2 in the match"},
		{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "from the first to the last point by the match's clock"},
	})
	TieBreak   = shape("tennis.tie_break", chance)
	Deuce      = shape("tennis.deuce", chance)
	GamePoint  = shape("tennis.game_point", chance)
	BreakPoint = shape("tennis.break_point", chance)
	SetPoint   = shape("tennis.set_point", chance)
	MatchPoint = shape("tennis.match_point", chance)
)

// Shapes returns all kinds of event that a [Teller] emits.
func Shapes() []*sonify.Shape {
	return []*sonify.Shape{
		MatchStarted, PointPlayed, GameWon, Break, SetWon, MatchWon,
		TieBreak, Deuce, GamePoint, BreakPoint, SetPoint, MatchPoint,
	}
}
