//go:build nooto

package main

// A container with nothing in it has no time zones either, and quiet hours would be
// those of Greenwich.
import _ "time/tzdata"
