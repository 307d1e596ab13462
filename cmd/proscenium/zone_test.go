package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Quiet hours are by the zone that TZ names; one that is not understood is an error with
// the one that may be meant, not Greenwich.
func TestLocalZone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nobody reads TZ there")
	}
	winter, summer := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	for tz, want := range map[string][2]int{
		"": {0, 0}, "UTC": {0, 0}, ":UTC": {0, 0}, "Europe/Vienna": {1, 2}, ":Europe/Vienna": {1, 2}, "America/New_York": {-5, -4},
		"CET": {1, 2}, "EST5EDT": {-5, -4}, "Etc/GMT-14": {14, 14},
	} {
		t.Setenv("TZ", tz)
		zone, err := localZone()
		if err != nil {
			t.Errorf("TZ=%s: %v", tz, err)
			continue
		}
		for i, at := range []time.Time{winter, summer} {
			if _, off := at.In(zone).Zone(); off != want[i]*3600 {
				t.Errorf("TZ=%s: %v is %d s off", tz, at, off)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "zone")
	if err := os.WriteFile(file, []byte("Europe/Vienna\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for tz, want := range map[string]string{
		"Europe/Wien":                `TZ=Europe/Wien: there is no such time zone (did you mean "Europe/Vienna"?)`,
		"europe/vienna":              `(did you mean "Europe/Vienna"?)`,
		"Wonderland":                 `TZ=Wonderland: there is no such time zone (expected one such as "Europe/Vienna" or "America/New_York")`,
		"Local":                      `TZ=Local: there is no such time zone`,
		"../etc/passwd":              `there is no such time zone`,
		"CET-1CEST":                  `TZ=CET-1CEST: a time zone that is written as POSIX does is not understood: expected its name, such as TZ=Europe/Vienna`,
		"CET-1CEST,M3.5.0,M10.5.0/3": `is written as POSIX does`,
		"XXX-14":                     `expected its name, such as TZ=Europe/Vienna, or TZ=Etc/GMT-14, which is 14 hours off all the year`,
		"XYZ3":                       `or TZ=Etc/GMT+3, which is 3 hours off`,
		"<+0530>-5:30":               `is written as POSIX does is not understood: expected its name, such as TZ=Europe/Vienna`,
		file:                         `: that file is no time zone`,
		file + "s":                   `s: no such file or directory`,
	} {
		t.Setenv("TZ", tz)
		if zone, err := localZone(); err == nil {
			t.Errorf("TZ=%s is %v", tz, zone)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("TZ=%s: %v", tz, err)
		}
	}
}
