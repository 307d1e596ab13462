// Package zones knows the time zones of the IANA by their names, such as
// "Europe/Vienna". It has a table of its own, and never looks at the one of the machine:
// that differs from one machine to the next and with its updates, or is not there, and
// the same data would be heard at other times. For the same reason it is not the one of
// package time/tzdata, which is asked only where the machine has none.
//
// The table is the one that comes with Go, 345 kB compressed to 77.
package zones

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
)

// Version is the release of the IANA's table.
const Version = "2025c"

//go:generate go run repack.go

//go:embed zones.tgz
var packed []byte

// table unpacks what each zone's file holds, by name.
var table = sync.OnceValue(func() map[string][]byte {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	zones := make(map[string][]byte)
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err != nil {
			return zones
		}
		if zones[h.Name], err = io.ReadAll(t); err != nil {
			return zones
		}
	}
})

// Names returns the names of all zones, sorted.
func Names() []string {
	var names []string
	for n := range table() {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Load returns the zone of a name. The error is an [*Unknown] if there is none.
func Load(name string) (*time.Location, error) {
	data, ok := table()[name]
	if !ok {
		return nil, &Unknown{name}
	}
	return time.LoadLocationFromTZData(name, data)
}

// Unknown is the error about a name that no zone has.
type Unknown struct{ Name string }

func (e *Unknown) Error() string {
	return fmt.Sprintf(`zone %q is neither "UTC" nor an offset such as "+02:00" nor the name of a zone such as "Europe/Vienna"`, e.Name)
}

// Hint names the zone that may be meant: of the same city, of the nearest name.
func (e *Unknown) Hint() string {
	names := Names()
	city := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(e.Name)), " ", "_")
	for _, n := range names {
		if l := strings.ToLower(n); l == city || city != "" && strings.HasSuffix(l, "/"+city) {
			return fmt.Sprintf("did you mean %q?", n)
		}
	}
	if zone := places[city[strings.LastIndexByte(city, '/')+1:]]; zone != "" {
		return fmt.Sprintf("did you mean %q?", zone)
	}
	return sonify.DidYouMean(e.Name, names)
}

// places are cities whose zone is called after another one, or by another name: what looks
// most like them is elsewhere.
var places = map[string]string{
	"wien": "Europe/Vienna", "graz": "Europe/Vienna", "linz": "Europe/Vienna", "salzburg": "Europe/Vienna",
	"munich": "Europe/Berlin", "muenchen": "Europe/Berlin", "münchen": "Europe/Berlin", "hamburg": "Europe/Berlin",
	"frankfurt": "Europe/Berlin", "cologne": "Europe/Berlin", "koeln": "Europe/Berlin", "köln": "Europe/Berlin",
	"geneva": "Europe/Zurich", "genf": "Europe/Zurich", "genève": "Europe/Zurich", "basel": "Europe/Zurich", "bern": "Europe/Zurich",
	"milan": "Europe/Rome", "milano": "Europe/Rome", "roma": "Europe/Rome", "rom": "Europe/Rome",
	"lyon": "Europe/Paris", "barcelona": "Europe/Madrid", "lisboa": "Europe/Lisbon", "bruxelles": "Europe/Brussels",
	"praha": "Europe/Prague", "prag": "Europe/Prague", "warszawa": "Europe/Warsaw", "athen": "Europe/Athens",
	"rotterdam": "Europe/Amsterdam", "kobenhavn": "Europe/Copenhagen", "københavn": "Europe/Copenhagen",
	"manchester": "Europe/London", "edinburgh": "Europe/London", "st_petersburg": "Europe/Moscow",
	"beijing": "Asia/Shanghai", "delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "osaka": "Asia/Tokyo",
	"san_francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles", "boston": "America/New_York",
	"washington": "America/New_York", "miami": "America/New_York", "montreal": "America/Toronto",
}

// Instant returns when the clocks of zone showed what wall shows, whatever zone wall
// itself is in. An hour that they left out, in spring, is taken as if they had not been
// put forward yet; of one that came twice, in autumn, near decides: the one nearest to
// it, and the first if near is zero.
func Instant(wall time.Time, zone *time.Location, near time.Time) time.Time {
	w := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), time.UTC)
	at := func(around time.Time) (t time.Time, right bool) {
		_, offset := around.In(zone).Zone()
		t = w.Add(-time.Duration(offset) * time.Second).In(zone)
		_, is := t.Zone()
		return t, is == offset
	}
	before, first := at(w.Add(-24 * time.Hour))
	after, second := at(w.Add(24 * time.Hour))
	switch {
	case !first && second:
		return after
	case first && second && !near.IsZero() && after.Sub(near).Abs() < before.Sub(near).Abs():
		return after
	}
	return before
}
