package hours

import (
	"strings"
	"testing"
	"time"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("Mon 2 Jan 2006 15:04:05", s, time.UTC)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAt(t *testing.T) {
	for _, c := range []struct {
		hours, now string
		quiet      bool
	}{
		{"", "Tue 24 Nov 2026 03:00:00", false},
		{"22:00-08:00", "Tue 24 Nov 2026 21:59:59", false},
		{"22:00-08:00", "Tue 24 Nov 2026 22:00:00", true},
		{"22:00-08:00", "Wed 25 Nov 2026 07:59:59", true},
		{"22:00-08:00", "Wed 25 Nov 2026 08:00:00", false},
		{"12:30-14:00", "Wed 25 Nov 2026 13:00:00", true},
		{"sun 0:00-24:00", "Sun 29 Nov 2026 23:59:59", true},
		{"sun 0:00-24:00", "Mon 30 Nov 2026 00:00:00", false},
		{"fri-mon 20:00-6:00", "Tue 24 Nov 2026 05:00:00", true},
		{"fri-mon 20:00-6:00", "Tue 24 Nov 2026 21:00:00", false},
		{"fri-mon 20:00-6:00", "Sat 28 Nov 2026 21:00:00", true},
		{"mon 12:00-13:00, 22:00-6:00", "Mon 30 Nov 2026 12:10:00", true},
		{"mon,tue 22:00-8:00", "Mon 30 Nov 2026 23:00:00", true},
		{"mon, tue 22:00-8:00", "Wed 25 Nov 2026 07:00:00", true},
		{"mon, tue 22:00-8:00", "Wed 25 Nov 2026 22:00:00", false},
		{"mon-wed,sat 12:00-13:00, fri 8:00-9:00", "Sat 28 Nov 2026 12:00:00", true},
		{"mon-wed,sat 12:00-13:00, fri 8:00-9:00", "Fri 27 Nov 2026 12:00:00", false},
		{"Sunday 0:00-24:00, Tues 1:00-2:00", "Tue 24 Nov 2026 01:30:00", true},
	} {
		q, err := Parse(c.hours)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.At(at(c.now)); got != c.quiet {
			t.Errorf("%q at %s: quiet is %v", c.hours, c.now, got)
		}
		again, err := Parse(q.String())
		if err != nil || again.At(at(c.now)) != c.quiet {
			t.Errorf("%q writes itself as %q, which is another (%v)", c.hours, q, err)
		}
	}
}

// When the quiet ends is told across midnight and across stretches that touch.
func TestUntil(t *testing.T) {
	on := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct{ hours, at, until string }{
		{"22:00-08:00", "2026-11-27 23:10", "2026-11-28 08:00"},
		{"22:00-08:00", "2026-11-27 08:00", ""},
		{"22:00-0:00, 0:00-9:30", "2026-11-27 22:00", "2026-11-28 09:30"},
		{"sat 0:00-24:00, sun 0:00-24:00, mon-fri 18:00-9:00", "2026-11-27 18:00", "2026-11-30 00:00"},
		{"0:00-24:00", "2026-11-27 12:00", ""},
	} {
		q, err := Parse(c.hours)
		if err != nil {
			t.Fatal(err)
		}
		end, ok := q.Until(on(c.at))
		if ok != (c.until != "") || ok && end.Format("2006-01-02 15:04") != c.until {
			t.Errorf("%s at %s: until %v, %v, want %q", c.hours, c.at, end, ok, c.until)
		}
	}
}

// The music goes and comes in steps too small to hear, and is gone and back within
// the fade.
func TestGain_Fades(t *testing.T) {
	q, _ := Parse("22:00-22:10")
	last := 1.0
	down, up := 0, 0
	for ts := at("Tue 24 Nov 2026 21:59:00"); ts.Before(at("Tue 24 Nov 2026 22:12:00")); ts = ts.Add(10 * time.Millisecond) {
		g := q.Gain(ts)
		if d := g - last; d > 0.001 || d < -0.001 {
			t.Fatalf("at %s the gain jumps from %v to %v", ts, last, g)
		} else if d > 0 {
			up++
		} else if d < 0 {
			down++
		}
		last = g
	}
	if n := int(Fade / (10 * time.Millisecond)); down != n || up != n {
		t.Errorf("%d steps down and %d up, expected %d", down, up, n)
	}
	if q.Gain(at("Tue 24 Nov 2026 22:05:00")) != 0 || q.Gain(at("Tue 24 Nov 2026 22:11:00")) != 1 {
		t.Error("it is not silent within, or not whole outside")
	}
}

// Where the clocks are changed in the night the quiet is by the clock on the wall: it
// begins and ends at its times, and lasts an hour less or more.
func TestUntil_WhenTheClocksAreChanged(t *testing.T) {
	for _, c := range []struct {
		zone, hours, at, until string
		lasts                  time.Duration // from at on; 0: it is not quiet
	}{
		// Spring: 2:00 becomes 3:00.
		{"Europe/Vienna", "22:00-8:00", "2026-03-28T22:00:00+01:00", "2026-03-29T08:00:00+02:00", 9 * time.Hour},
		{"America/New_York", "22:00-8:00", "2026-03-07T22:00:00-05:00", "2026-03-08T08:00:00-04:00", 9 * time.Hour},
		{"Europe/Vienna", "2:30-3:30", "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00", 30 * time.Minute},
		{"Europe/Vienna", "1:00-2:30", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00", time.Hour},
		{"America/New_York", "2:00-3:00", "2026-03-08T03:00:00-04:00", "", 0}, // the hour is left out
		{"Europe/Vienna", "sun 0:00-24:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23 * time.Hour},
		// Autumn: 3:00 becomes 2:00, in New York 2:00 becomes 1:00.
		{"Europe/Vienna", "22:00-8:00", "2026-10-24T22:00:00+02:00", "2026-10-25T08:00:00+01:00", 11 * time.Hour},
		{"America/New_York", "22:00-8:00", "2026-10-31T22:00:00-04:00", "2026-11-01T08:00:00-05:00", 11 * time.Hour},
		{"Europe/Vienna", "1:00-2:30", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00", 90 * time.Minute},
		{"Europe/Vienna", "1:00-2:30", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00", 30 * time.Minute}, // once more
		{"America/New_York", "1:30-1:45", "2026-11-01T01:30:00-05:00", "2026-11-01T01:45:00-05:00", 15 * time.Minute},
		{"America/New_York", "sun 0:00-24:00", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", 25 * time.Hour},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		q, err := Parse(c.hours)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		at = at.In(zone)
		end, ok := q.Until(at)
		if ok != (c.until != "") || ok && (end.Format(time.RFC3339) != c.until || end.Sub(at) != c.lasts) {
			t.Errorf("%s in %s at %s: until %v (%v), %v; want %q", c.hours, c.zone, at, end, end.Sub(at), ok, c.until)
			continue
		}
		// And so it is heard: silence within, but for the fade, music after it.
		for x := at; ok && x.Before(end.Add(time.Hour)); x = x.Add(20 * time.Second) {
			quiet := q.At(x)
			switch g := q.Gain(x); {
			case x.Before(end) != quiet && (x.Before(end) || c.until != "2026-10-25T02:30:00+02:00"):
				t.Fatalf("%s in %s at %s: quiet is %v", c.hours, c.zone, x, quiet)
			case quiet && x.Sub(at) >= Fade && x.Sub(x.Truncate(time.Minute)) >= Fade && g != 0, !quiet && x.Sub(end) >= Fade && x.Sub(x.Truncate(time.Minute)) >= Fade && g != 1:
				t.Fatalf("%s in %s at %s: the gain is %v", c.hours, c.zone, x, g)
			}
		}
	}
}

func TestParse_SaysWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		"22:00":            "expected two times",
		"22-8":             `"22" is no time of day`,
		"25:00-8:00":       `"25:00" is no time of day`,
		"8:60-9:00":        `"8:60" is no time of day`,
		"8:00-8:00":        "no time at all",
		"someday 8:00-9:0": `"someday" is no day`,
		"mo 8:00-9:00":     `"mo" is no day: expected sun mon`,

		"sunflower 22:00-8:00":      `"sunflower" is no day: expected sun mon`,
		"mon-friday-sat 22:00-8:00": `"friday-sat" is no day`,
		"mon,tue":                   `"tue" says no times: expected them behind the day, such as tue 22:00-08:00`,
		"mon, 22:00-8:00":           `"mon" says no times`,
		"night":                     `"night" is no stretch of the day`,
		"mon;tue 22:00-8:00":        `"mon;tue" is no day`,
		"22:00-8:00 mon":            `"22:00" is no day`,
	} {
		if _, err := Parse(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, expected %q", in, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("mon-fri 22:00-8:00, sun 0:00-24:00")
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(q.String())
		if err != nil || again.String() != q.String() {
			t.Errorf("%q becomes %q: %v", s, q, err)
		}
	})
}
