package zones_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"proscenium/sources/internal/zones"
)

func load(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := zones.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestInstant_WhenClocksArePut(t *testing.T) {
	for _, c := range []struct{ zone, wall, near, want string }{
		{"Europe/Vienna", "2026-01-15 12:00", "", "2026-01-15T11:00Z"},
		{"Europe/Vienna", "2026-07-15 12:00", "", "2026-07-15T10:00Z"},
		{"Europe/Vienna", "2026-03-29 01:59", "", "2026-03-29T00:59Z"},
		{"Europe/Vienna", "2026-03-29 02:00", "", "2026-03-29T01:00Z"}, // not there: what is 03:00
		{"Europe/Vienna", "2026-03-29 02:30", "", "2026-03-29T01:30Z"},
		{"Europe/Vienna", "2026-03-29 03:00", "", "2026-03-29T01:00Z"},
		{"Europe/Vienna", "2026-10-25 01:59", "", "2026-10-24T23:59Z"},
		{"Europe/Vienna", "2026-10-25 02:30", "", "2026-10-25T00:30Z"},
		{"Europe/Vienna", "2026-10-25 02:00", "2026-10-25T00:59Z", "2026-10-25T01:00Z"}, // the second time
		{"Europe/Vienna", "2026-10-25 02:30", "2026-10-25T00:50Z", "2026-10-25T00:30Z"}, // a late one
		{"Europe/Vienna", "2026-10-25 02:59", "2026-10-25T01:58Z", "2026-10-25T01:59Z"},
		{"Europe/Vienna", "2026-10-25 03:00", "", "2026-10-25T02:00Z"},
		{"America/St_Johns", "2026-07-01 00:00", "", "2026-07-01T02:30Z"},
		{"America/New_York", "2026-03-08 02:30", "", "2026-03-08T07:30Z"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "", "2026-10-03T15:45Z"}, // half an hour is left out
		{"Pacific/Apia", "2011-12-31 00:30", "", "2011-12-30T10:30Z"},        // after a day that was left out
		{"Asia/Kathmandu", "2026-01-01 05:45", "", "2026-01-01T00:00Z"},
	} {
		wall, err := time.Parse("2006-01-02 15:04", c.wall)
		if err != nil {
			t.Fatal(err)
		}
		var near time.Time
		if c.near != "" {
			if near, err = time.Parse("2006-01-02T15:04Z", c.near); err != nil {
				t.Fatal(err)
			}
		}
		if got := zones.Instant(wall, load(t, c.zone), near).UTC().Format("2006-01-02T15:04Z"); got != c.want {
			t.Errorf("%s in %s: %s, not %s", c.wall, c.zone, got, c.want)
		}
	}
}

// Whatever the clocks of a zone show is the instant at which they show it, unless they
// show it twice.
func TestInstant_IsTheInverseOfIn(t *testing.T) {
	for _, name := range zones.Names() {
		l := load(t, name)
		for at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2027; at = at.Add(5*time.Hour + 7*time.Minute) {
			if got := zones.Instant(at.In(l), l, at); !got.Equal(at) {
				t.Fatalf("%s: %v, not %v", name, got.UTC(), at)
			}
		}
	}
}

// The machine's table is not asked: it may be another.
func TestLoad_IsNotTheMachines(t *testing.T) {
	t.Setenv("ZONEINFO", filepath.Join(t.TempDir(), "none"))
	for _, name := range []string{"Europe/Vienna", "CET", "UTC", "Etc/GMT+3"} {
		load(t, name)
	}
	for name, hint := range map[string]string{"Vienna": `"Europe/Vienna"`, "europe/vienna": `"Europe/Vienna"`, "new york": `"America/New_York"`, "Europe/Viena": `"Europe/Vienna"`,
		"Europe/Wien": `"Europe/Vienna"`, "München": `"Europe/Berlin"`, "Asia/Bangalore": `"Asia/Kolkata"`} {
		_, err := zones.Load(name)
		var u *zones.Unknown
		if !errors.As(err, &u) || !strings.Contains(u.Hint(), hint) {
			t.Errorf("%s: %v, %s", name, err, u.Hint())
		}
	}
	for _, name := range []string{"", "Local", "../etc/passwd"} {
		if l, err := zones.Load(name); err == nil {
			t.Errorf("%q is %v", name, l)
		}
	}
}

// Cities that have no zone of their own are sent to one that there is.
func TestPlaces(t *testing.T) {
	for city, zone := range zones.Places {
		load(t, zone)
		if _, err := zones.Load(city); err == nil {
			t.Errorf("%s is a zone", city)
		}
	}
}

// The table is the one of Go that it says it is.
func TestTable_IsGos(t *testing.T) {
	missed := t.Skipf
	if os.Getenv("CI") == "true" {
		missed = t.Fatalf
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		missed("there is no go: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "lib", "time")
	if b, err := os.ReadFile(filepath.Join(dir, "update.bash")); err != nil || !bytes.Contains(b, []byte("\nDATA="+zones.Version+"\n")) {
		missed("this Go has another table than %s: go generate ./sources/internal/zones", zones.Version)
	}
	z, err := zip.OpenReader(filepath.Join(dir, "zoneinfo.zip"))
	if err != nil {
		missed("this Go has no table beside it: %v", err)
	}
	defer z.Close()
	n := 0
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		n++
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(zones.Table()[f.Name], data) {
			t.Fatalf("%s is another: go generate ./sources/internal/zones", f.Name)
		}
	}
	if n != len(zones.Names()) {
		t.Errorf("%d zones, and Go has %d", len(zones.Names()), n)
	}
}
