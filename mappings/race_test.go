//go:build race

package mappings_test

// The race detector makes the synth twenty times slower: what is measured of the
// sound is then measured on less.
const underRace = true
