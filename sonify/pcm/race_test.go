//go:build race

package pcm

// The race detector makes the writers much slower, and finds nothing in them, for they
// have one goroutine: less is written then.
const underRace = true
