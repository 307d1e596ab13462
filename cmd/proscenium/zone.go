package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"proscenium/sources"
)

// localZone returns the time zone of the place where the program runs: what TZ says, or
// else what the machine is set to. Package time takes UTC, without a word, for a TZ that
// it does not understand, and quiet hours would be those of Greenwich; so that is an
// error. A zone that the machine has no table for (a container with nothing in it) is the
// one of the sources' table.
func localZone() (*time.Location, error) {
	tz, given := os.LookupEnv("TZ")
	if !given || runtime.GOOS == "windows" { // where nobody reads TZ
		return time.Local, nil
	}
	name := strings.TrimPrefix(tz, ":")
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}
	if filepath.IsAbs(name) {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("TZ=%s: %w", tz, bare(err))
		}
		zone, err := time.LoadLocationFromTZData(name, b)
		if err != nil {
			return nil, fmt.Errorf("TZ=%s: that file is no time zone", tz)
		}
		return zone, nil
	}
	if name != "Local" { // which is what is asked for
		if zone, err := time.LoadLocation(name); err == nil {
			return zone, nil
		}
	}
	zone, err := sources.Zone(name)
	if err == nil {
		return zone, nil
	}
	if m := posixZone.FindStringSubmatch(name); m != nil {
		// The zones with a fixed offset count westward, as POSIX does.
		fixed := "Etc/GMT" + m[1] + m[2]
		if m[1] == "" {
			fixed = "Etc/GMT+" + m[2]
		}
		like := "such as TZ=Europe/Vienna"
		if _, err := sources.Zone(fixed); err == nil && m[3] == "" {
			like = fmt.Sprintf("such as TZ=Europe/Vienna, or TZ=%s, which is %s hours off all the year", fixed, m[2])
		}
		return nil, fmt.Errorf("TZ=%s: a time zone that is written as POSIX does is not understood: expected its name, %s", tz, like)
	}
	return nil, fmt.Errorf("TZ=%s: %w", tz, err)
}

// posixZone is a TZ such as "CET-1CEST" or "<+14>-14:30": a sign, the hours, and what
// follows them.
var posixZone = regexp.MustCompile(`^(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)([+-]?)0*([0-9]{1,2})([:A-Za-z<,].*)?$`)
