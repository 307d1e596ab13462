//go:build race

package mappings_test

// The race detector makes the synth much slower, and finds nothing in it, for it
// has one goroutine: less of the sound is measured then.
const underRace = true
