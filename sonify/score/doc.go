// Package score is the theory the engine plays by: scales and keys, chords and
// progressions, rhythms and themes. Everything in it is a pure function of its
// arguments, in integers, so that it says the same on every machine.
package score
