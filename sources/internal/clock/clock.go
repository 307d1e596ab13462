// Package clock reads the times that files hold beside their data.
package clock

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/zones"
)

// Formats are the names of the formats that [New] knows, beside Go's layouts.
var Formats = []string{"auto", "seconds", "ms", "us", "minutes", "hours", "h:mm:ss", "h:mm", "m:ss", "iso8601", "rfc3339", "date", "unix", "unix_ms", "unix_us", "unix_ns"}

// Reader reads times of one format, one after the other, into a clock that never
// runs backwards. It is used by one goroutine.
type Reader struct {
	format string // one of Formats, or "layout"
	auto   bool   // format was found out from the first time
	layout string
	zone   *time.Location
	civil  bool      // zone has clocks that are put forward and back
	near   time.Time // the date that was last read, to tell two hours of one name apart

	first   time.Time
	started bool
	last    time.Duration
	lastAt  time.Time
}

// New returns a reader of the given format: one of Formats, or a layout of Go's
// package time ("02.01.2006 15:04"). Times of the calendar that do not name
// their zone are in zone: "UTC", an offset such as "+02:00", or a name such as
// "Europe/Vienna". Of an hour that clocks there show twice the one is meant that is
// nearer to the time read before it; one that they leave out is counted on from the
// hour before.
func New(format, zone string) (*Reader, error) {
	r := &Reader{format: format, zone: time.UTC}
	if format == "" || format == "auto" {
		r.format, r.auto = "auto", true
	}
	if zone != "" && zone != "UTC" && zone != "Z" {
		if t, err := time.Parse("-07:00", zone); err == nil {
			_, offset := t.Zone()
			r.zone = time.FixedZone(zone, offset)
		} else if r.zone, err = zones.Load(zone); err != nil {
			return nil, err
		} else {
			r.civil = true
		}
	}
	for _, f := range Formats {
		if r.format == f {
			return r, nil
		}
	}
	if !strings.ContainsAny(format, "0123456789") {
		return nil, &UnknownFormat{format}
	}
	// A layout is one if a time written in it reads back.
	probe := time.Date(2014, 9, 8, 21, 34, 56, 0, time.UTC)
	text := probe.Format(format)
	t, err := time.Parse(format, text)
	if err != nil || !(t.Month() == 9 && t.Day() == 8 || t.Minute() == 34) {
		return nil, &UnknownFormat{format} // it shows neither a day nor a minute
	}
	r.format, r.layout = "layout", format
	return r, nil
}

// UnknownFormat is the error of New about a format that it does not know.
type UnknownFormat struct{ Format string }

func (e *UnknownFormat) Error() string {
	return fmt.Sprintf(`%q is no format of times; expected one of %s, or a layout that shows 2006-01-02 15:04:05 in the file's way`,
		e.Format, strings.Join(Formats, ", "))
}

// Hint names the nearest format.
func (e *UnknownFormat) Hint() string { return sonify.DidYouMean(e.Format, Formats) }

// Hint names what may be meant where New does not know a format or a zone.
func Hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

// Stamp is a time as an event carries it.
type Stamp struct {
	At    time.Time // zero if the format is no calendar
	Clock time.Duration
}

// Oddities that Read reports.
const (
	None      = ""
	Backwards = "clock ran backwards, held"
	Blank     = "no time in its row, held"
	Broken    = "time not readable, held"
)

// Read returns the time that text says. The clock of a calendar's times counts
// from the first of them; the others count as the file does. A time that is
// missing, unreadable or before the last one becomes the last one, and odd says
// which. ok is false if there is no time before it to hold to.
func (r *Reader) Read(text string) (s Stamp, odd string, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Stamp{r.lastAt, r.last}, Blank, r.started
	}
	at, clock, ok := r.parse(text)
	if !ok {
		return Stamp{r.lastAt, r.last}, Broken, r.started
	}
	if !at.IsZero() {
		if !r.started {
			r.first = at
		}
		clock = at.Sub(r.first)
	}
	if r.started && clock < r.last {
		return Stamp{r.lastAt, r.last}, Backwards, true
	}
	r.started, r.last, r.lastAt = true, clock, at
	return Stamp{at, clock}, None, true
}

// Parse reads one time as it stands, without a clock that must not run back: at is
// zero if the format is no calendar, and then clock is what it says.
func (r *Reader) Parse(text string) (at time.Time, clock time.Duration, ok bool) {
	if text = strings.TrimSpace(text); text == "" {
		return at, 0, false
	}
	return r.parse(text)
}

// Started reports whether any time has been read.
func (r *Reader) Started() bool { return r.started }

// parse reads one time: of the calendar (at), or of a clock.
func (r *Reader) parse(text string) (at time.Time, clock time.Duration, ok bool) {
	switch r.format {
	case "auto":
		return r.guess(text)
	case "seconds":
		clock, ok = Decimal(text, int64(time.Second))
	case "ms":
		clock, ok = Decimal(text, int64(time.Millisecond))
	case "us":
		clock, ok = Decimal(text, int64(time.Microsecond))
	case "minutes":
		clock, ok = Decimal(text, int64(time.Minute))
	case "hours":
		clock, ok = Decimal(text, int64(time.Hour))
	case "h:mm:ss":
		clock, ok = Colons(text, time.Hour)
	case "h:mm":
		clock, ok = Colons(text, time.Hour)
		ok = ok && strings.Count(text, ":") == 1
	case "m:ss":
		clock, ok = Colons(text, time.Minute)
	case "iso8601":
		clock, ok = ISO(text)
	case "unix", "unix_ms", "unix_us", "unix_ns":
		unit := map[string]int64{"unix": 1e9, "unix_ms": 1e6, "unix_us": 1e3, "unix_ns": 1}[r.format]
		clock, ok = Decimal(text, unit)
		return time.Unix(0, int64(clock)).UTC(), 0, ok
	case "rfc3339":
		t, err := time.Parse(time.RFC3339Nano, text)
		return t, 0, err == nil && sane(t)
	case "date":
		return r.date(text)
	case "layout":
		t, err := r.dated(r.layout, text)
		if err == nil && t.Year() == 0 && sane(t.AddDate(2000, 0, 0)) {
			// The layout has no year: a time of the day.
			return time.Time{}, t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, t.Location())), true
		}
		return t, 0, err == nil && sane(t)
	}
	return at, clock, ok
}

// sane reports whether t can be reckoned with: Durations last 292 years.
func sane(t time.Time) bool { return t.Year() > 1700 && t.Year() < 2200 }

// guess finds out the format from the first time, and keeps it.
func (r *Reader) guess(text string) (at time.Time, clock time.Duration, ok bool) {
	format := ""
	switch _, isNumber := Decimal(text, 1); {
	case isNumber:
		whole, _, _ := strings.Cut(strings.TrimLeft(text, "+-"), ".")
		whole, _, exp := strings.Cut(strings.ToLower(whole), "e")
		switch n := len(whole); { // by size: 10⁸ s are three years, and unix time 10⁸ is 1973
		case exp || n < 9:
			format = "seconds"
		case n <= 10:
			format = "unix"
		case n <= 13:
			format = "unix_ms"
		case n <= 16:
			format = "unix_us"
		default:
			format = "unix_ns"
		}
	case strings.Count(text, ":") > 0 && strings.IndexFunc(text, func(c rune) bool { return (c < '0' || c > '9') && c != ':' && c != '.' }) < 0:
		format = "h:mm:ss"
	case text[0] == 'P':
		format = "iso8601"
	default:
		if _, _, ok := r.date(text); !ok {
			return at, 0, false
		}
		format = "date"
	}
	r.format = format
	if at, clock, ok = r.parse(text); !ok {
		r.format = "auto"
	}
	return at, clock, ok
}

// layouts are the dates that need no explanation. 01/02/2014 is not among them:
// it is a different day on each side of an ocean.
var layouts = []string{
	"2006-01-02 15:04:05",
	time.RFC3339Nano,
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 Z07:00",
	"2006-01-02 15:04:05 -0700 MST",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04",
	"2006-01-02",
	"2006/01/02 15:04:05",
	"2006/01/02 15:04",
	"2006/01/02",
	"02.01.2006 15:04:05",
	"02.01.2006 15:04",
	"02.01.2006",
	"2.1.2006 15:04",
	"2.1.2006",
	"20060102T150405Z0700",
	"20060102T150405",
	time.RFC1123Z,
	time.RFC1123,
	time.ANSIC,
	time.UnixDate,
	time.RubyDate,
	"2 Jan 2006 15:04:05",
	"2 Jan 2006 15:04",
	"2 Jan 2006",
	"2 Jan 06",
	"Jan 2, 2006 15:04:05",
	"Jan 2, 2006",
	"January 2, 2006",
	"2 January 2006",
}

// date reads a date in one of the layouts, the one that fitted last first.
func (r *Reader) date(text string) (time.Time, time.Duration, bool) {
	if r.layout != "" {
		if t, err := r.dated(r.layout, text); err == nil && sane(t) {
			return t, 0, true
		}
	}
	if len(text) > 64 {
		return time.Time{}, 0, false
	}
	for _, l := range layouts {
		if t, err := r.dated(l, text); err == nil && sane(t) {
			r.layout = l
			return t, 0, true
		}
	}
	return time.Time{}, 0, false
}

// dated reads text in a layout, in the reader's zone unless it names another. Of zones
// whose clocks are put forward and back package time does not say which hour it takes.
func (r *Reader) dated(layout, text string) (time.Time, error) {
	if !r.civil || strings.Contains(layout, "-07") || strings.Contains(layout, "Z07") || strings.Contains(layout, "MST") {
		return time.ParseInLocation(layout, text, r.zone)
	}
	t, err := time.Parse(layout, text)
	if err != nil || t.Year() == 0 || !sane(t) {
		return t, err
	}
	r.near = zones.Instant(t, r.zone, r.near)
	return r.near, nil
}

// Decimal reads a decimal number of units of so many nanoseconds, exactly, cut
// off below a nanosecond. ok is false if it is no number or too large for a
// Duration.
func Decimal(text string, unit int64) (time.Duration, bool) {
	neg := false
	t := text
	if t != "" && (t[0] == '-' || t[0] == '+') {
		neg, t = t[0] == '-', t[1:]
	}
	if e := strings.IndexAny(t, "eE"); e >= 0 {
		return scientific(t, unit, neg)
	}
	whole, frac, _ := strings.Cut(t, ".")
	if whole == "" && frac == "" {
		return 0, false
	}
	var n int64
	for i := range len(whole) {
		c := whole[i] - '0'
		if c > 9 || n > (math.MaxInt64-9)/10 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if n > math.MaxInt64/unit {
		return 0, false
	}
	n *= unit
	rest := unit
	var part int64
	for i := range len(frac) {
		c := frac[i] - '0'
		if c > 9 {
			return 0, false
		}
		// Digit by digit: exact as long as the unit has factors of ten, and
		// rounded down after that.
		part += rest / 10 * int64(c)
		if rest%10 != 0 {
			part += rest % 10 * int64(c) / 10
		}
		rest /= 10
	}
	if n > math.MaxInt64-part {
		return 0, false
	}
	n += part
	if neg {
		n = -n
	}
	return time.Duration(n), true
}

// scientific reads 1.5e3.
func scientific(t string, unit int64, neg bool) (time.Duration, bool) {
	f, ok := sonify.Word(t).Float()
	if !ok {
		return 0, false
	}
	f *= float64(unit)
	if !(f < 9e18) || f < 0 {
		return 0, false
	}
	if neg {
		f = -f
	}
	return time.Duration(f), true
}

// Colons reads H:MM:SS, MM:SS or H:MM with up to nine decimals after the last
// part; two parts are of units of first and a sixtieth of it. Hours, or whatever
// stands first, may be as many as they like, the others are below 60.
func Colons(text string, first time.Duration) (time.Duration, bool) {
	parts := strings.Split(text, ":")
	switch len(parts) {
	case 3:
		first = time.Hour
	case 2:
	default:
		return 0, false
	}
	var sum time.Duration
	unit := first
	for i, p := range parts {
		if p == "" || p[0] == '-' || p[0] == '+' || strings.ContainsAny(p, "eE") || i+1 < len(parts) && strings.Contains(p, ".") {
			return 0, false
		}
		d, ok := Decimal(p, int64(unit))
		if !ok || i > 0 && (len(p) < 2 || d >= 60*unit) || sum > math.MaxInt64-d {
			return 0, false
		}
		sum += d
		unit /= 60
	}
	return sum, true
}

// ISO reads a stretch of time as ISO 8601 writes it, "PT11M32.00S" or "P1DT2H", with
// weeks, days, hours, minutes and seconds. Months and years have no one length and are
// not read.
func ISO(text string) (time.Duration, bool) {
	t, neg := strings.CutPrefix(text, "-")
	t, ok := strings.CutPrefix(t, "P")
	if !ok || len(t) > 64 {
		return 0, false
	}
	var sum time.Duration
	dated, parts := true, 0
	last := int64(math.MaxInt64)
	for t != "" {
		if t[0] == 'T' && dated {
			dated, t = false, t[1:]
			if t == "" {
				return 0, false
			}
			continue
		}
		i := strings.IndexFunc(t, func(c rune) bool { return (c < '0' || c > '9') && c != '.' && c != ',' })
		if i < 1 {
			return 0, false
		}
		unit := int64(0)
		switch {
		case dated && t[i] == 'W':
			unit = 7 * 24 * int64(time.Hour)
		case dated && t[i] == 'D':
			unit = 24 * int64(time.Hour)
		case !dated && t[i] == 'H':
			unit = int64(time.Hour)
		case !dated && t[i] == 'M':
			unit = int64(time.Minute)
		case !dated && t[i] == 'S':
			unit = int64(time.Second)
		}
		if unit == 0 || unit >= last {
			return 0, false
		}
		d, ok := Decimal(strings.Replace(t[:i], ",", ".", 1), unit)
		if !ok || sum > math.MaxInt64-d {
			return 0, false
		}
		sum, last, t = sum+d, unit, t[i+1:]
		parts++
	}
	if neg {
		sum = -sum
	}
	return sum, parts > 0
}
