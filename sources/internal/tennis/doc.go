// Package tennis turns the points of a tennis match into events.
//
// It is shared by the sources that read matches and the one that invents them,
// so that a piece written for one plays the other. In it are the rules of
// scoring ([Format], [State]), the chance of winning from any score ([Model]),
// the way from a recorded match with all its mistakes to a sequence of points
// that obeys the rules ([Match.Settle]), and the teller of events ([Teller]).
//
// Everything here is pure and single-threaded: no clock, no randomness, no
// input or output. Players (in doubles: pairs) are 1 and 2; 0 is nobody or
// unknown.
package tennis

// Other returns the opponent of player 1 or 2.
func Other(player int) int { return 3 - player }
