//go:build !race

package pcm

const underRace = false
