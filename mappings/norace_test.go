//go:build !race

package mappings_test

const underRace = false
