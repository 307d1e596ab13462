package vocabulary

import "proscenium/sonify"

// contest are the fields of every kind of match.*. The score is the one after the
// event.
var contest = fields{
	{Name: "match", Type: sonify.Text, Doc: "which match: the id at the service"},
	{Name: "sport", Type: sonify.Text, Doc: "soccer, baseball, basketball, tennis, cricket, ..."},
	{Name: "league", Type: sonify.Text, Doc: "in which championship; missing if not said"},
	{Name: "team1", Type: sonify.Text, Doc: "name of side 1, the one at home if there is one"},
	{Name: "team2", Type: sonify.Text, Doc: "name of side 2"},
	{Name: "score1", Type: sonify.Number, Doc: "goals, runs, points, sets of side 1"},
	{Name: "score2", Type: sonify.Number, Doc: "those of side 2"},
	{Name: "score", Type: sonify.Text, Doc: "\"2-1\", side 1 first"},
	{Name: "lead", Type: sonify.Number, Doc: "score1 less score2"},
	{Name: "leader", Type: sonify.Number, Doc: "who is ahead: 1 or 2, 0 if nobody"},
	{Name: "period", Type: sonify.Number, Doc: "half, quarter, inning, set, over, from 1; 0 before the first"},
	{Name: "clock_s", Type: sonify.Number, Unit: "s", Doc: "time played of the match; missing in sports without a clock"},
	{Name: "left_s", Type: sonify.Number, Unit: "s", Doc: "time to be played of the period; missing in sports without a clock, and where it is not known"},
	{Name: "progress", Type: sonify.Number, Doc: "0 to 1: how much of the usual match is over; missing if that cannot be said"},
}

// Kinds of any contest between two sides.
var (
	MatchStarted = shape("match.started", contest)
	// MatchPlay is whatever happens: a shot, a pitch, a pass, a foul.
	MatchPlay = shape("match.play", contest, fields{
		{Name: "side", Type: sonify.Number, Doc: "1 or 2: who did it; missing if nobody in particular"},
		{Name: "play", Type: sonify.Text, Doc: "what, in the words of the service, small with underscores: shot, foul, rebound, strikeout, wicket, ..."},
		{Name: "success", Type: sonify.Bool, Doc: "whether it came off; missing where that makes no sense"},
		{Name: "points", Type: sonify.Number, Doc: "what it was worth; 0 if nothing"},
		{Name: "value", Type: sonify.Number, Doc: "what was measured of it: a speed, a distance, the chance of a goal; missing otherwise"},
		{Name: "unit", Type: sonify.Text, Doc: "of value: km/h, m, probability"},
		{Name: "x", Type: sonify.Number, Doc: "0 to 1: where, from side 1's end to side 2's; missing if not measured"},
		{Name: "y", Type: sonify.Number, Doc: "0 to 1: where, from the left of side 1 to its right; missing if not measured"},
		{Name: "player", Type: sonify.Text, Doc: "who, by name"},
	})
	// MatchScore is a play that changed the score, or a change of it that was seen.
	MatchScore = shape("match.score", contest, fields{
		{Name: "side", Type: sonify.Number, Doc: "1 or 2: for whom it counts"},
		{Name: "points", Type: sonify.Number, Doc: "how much; below 0 if it was taken back"},
		{Name: "play", Type: sonify.Text, Doc: "how: goal, penalty, own_goal, three_pointer, home_run, try, ...; missing if only the score is known"},
		{Name: "equaliser", Type: sonify.Bool, Doc: "whether the score is even after it"},
		{Name: "takes_lead", Type: sonify.Bool, Doc: "whether the lead changed hands, or the score was even before it"},
		{Name: "player", Type: sonify.Text, Doc: "who, by name; missing if not said"},
	})
	MatchPeriod = shape("match.period", contest, fields{
		{Name: "begins", Type: sonify.Bool, Doc: "whether the period begins, and does not end"},
	})
	// MatchPaused and MatchResumed are interruptions that are no end of a period.
	MatchPaused  = shape("match.paused", contest)
	MatchResumed = shape("match.resumed", contest)
	MatchEnded   = shape("match.ended", contest, fields{
		{Name: "winner", Type: sonify.Number, Doc: "1 or 2, 0 for a draw; missing if it was called off"},
		{Name: "winner_name", Type: sonify.Text, Doc: "name of the winner; missing without one"},
		{Name: "result", Type: sonify.Text, Doc: "\"win\", \"draw\", \"overtime\", \"penalties\", \"retired\", \"called_off\", ..."},
	})
)

// MatchShapes returns the kinds of any contest.
func MatchShapes() []*sonify.Shape {
	return []*sonify.Shape{MatchStarted, MatchPlay, MatchScore, MatchPeriod, MatchPaused, MatchResumed, MatchEnded}
}

var edit = fields{
	{Name: "place", Type: sonify.Text, Doc: "of what: the wiki or the repository, \"enwiki\", \"owner/name\""},
	{Name: "page", Type: sonify.Text, Doc: "the page, the branch or the number of the issue"},
	{Name: "size_bytes", Type: sonify.Number, Unit: "bytes", Doc: "how long the page is after it; missing if not said"},
	{Name: "delta_bytes", Type: sonify.Number, Unit: "bytes", Doc: "by how much it became longer; below 0 if shorter; missing if not said"},
	{Name: "commits", Type: sonify.Number, Unit: "commits", Doc: "of a push; missing otherwise"},
	{Name: "bot", Type: sonify.Bool, Doc: "whether a program did it"},
	{Name: "minor", Type: sonify.Bool, Doc: "whether its author calls it minor; missing if that cannot be said"},
	{Name: "new", Type: sonify.Bool, Doc: "whether the page is new"},
	{Name: "lang", Type: sonify.Text, Doc: "language of the place; missing if it has none"},
	{Name: "action", Type: sonify.Text, Doc: "what was done, in the words of the service: opened, closed, starred, block, upload, ..."},
	{Name: "author", Type: sonify.Text, Doc: "who did it", Personal: true},
	{Name: "text", Type: sonify.Text, Doc: "what they said of it", Personal: true},
}

// Kinds of changes of pages and code.
var (
	Edit        = shape("edit", edit)           // a page was changed
	EditCreated = shape("edit.created", edit)   // or written
	EditLog     = shape("edit.log", edit)       // something about it: moved, blocked, uploaded
	EditSorted  = shape("edit.category", edit)  // it was put into a category or taken out
	Push        = shape("edit.push", edit)      // commits came to a branch
	Issue       = shape("edit.issue", edit)     // an issue or pull request was opened, closed, ...
	Comment     = shape("edit.comment", edit)   // somebody said something
	Star        = shape("edit.star", edit)      // somebody likes or follows it
	Fork        = shape("edit.fork", edit)      // somebody made a copy
	Published   = shape("edit.published", edit) // a version came out
	EditOther   = shape("edit.other", edit)     // anything else
)

// EditShapes returns the kinds of changes of pages and code.
func EditShapes() []*sonify.Shape {
	return []*sonify.Shape{Edit, EditCreated, EditLog, EditSorted, Push, Issue, Comment, Star, Fork, Published, EditOther}
}

var chat = fields{
	{Name: "channel", Type: sonify.Text, Doc: "of whom the broadcast is: a public name"},
	{Name: "count", Type: sonify.Number, Doc: "the how many-th of its kind since the source began, from 1"},
}

// Kinds of a live broadcast and its chat; what is said in it is a [Mention].
var (
	ChatSupport = shape("chat.support", chat, fields{
		{Name: "kind", Type: sonify.Text, Doc: "subscription, gift, cheer, donation, ..."},
		{Name: "amount", Type: sonify.Number, Doc: "bits, months, gifts or money, by kind"},
		{Name: "unit", Type: sonify.Text, Doc: "of amount: bits, months, gifts, EUR"},
		{Name: "tier", Type: sonify.Text, Doc: "1000, 2000, 3000 or prime; missing without one"},
		{Name: "author", Type: sonify.Text, Doc: "who", Personal: true},
		{Name: "text", Type: sonify.Text, Doc: "what they said with it", Personal: true},
	})
	ChatRaid = shape("chat.raid", chat, fields{
		{Name: "viewers", Type: sonify.Number, Unit: "people", Doc: "how many came"},
		{Name: "author", Type: sonify.Text, Doc: "from whose broadcast", Personal: true},
	})
	ChatFollow = shape("chat.follow", chat, fields{
		{Name: "author", Type: sonify.Text, Doc: "who", Personal: true},
	})
	ChatCleared = shape("chat.cleared", chat, fields{
		{Name: "seconds", Type: sonify.Number, Unit: "s", Doc: "for how long somebody may not write; missing if for ever, or if only one message went"},
	})
	BroadcastStarted = shape("chat.started", chat)
	BroadcastEnded   = shape("chat.ended", chat)
)

// ChatShapes returns the kinds of a live broadcast.
func ChatShapes() []*sonify.Shape {
	return []*sonify.Shape{ChatSupport, ChatRaid, ChatFollow, ChatCleared, BroadcastStarted, BroadcastEnded}
}
