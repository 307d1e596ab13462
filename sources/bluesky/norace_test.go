//go:build !race

package bluesky

const raced = false
