//go:build race

package bluesky

const raced = true
