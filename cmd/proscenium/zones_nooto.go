//go:build nooto

package main

import (
	"os"
	"strings"
	"time"
	_ "time/tzdata" // a container with nothing in it has no time zones
)

// Package time looks for the place's zone once, and may have been asked before the zones
// above were there: then quiet hours would be those of Greenwich.
func init() {
	name := strings.TrimPrefix(os.Getenv("TZ"), ":")
	if name == "" || name[0] == '/' {
		return
	}
	if zone, err := time.LoadLocation(name); err == nil {
		time.Local = zone
	}
}
