package clock

import (
	"testing"
	"time"
)

func TestRead_KnowsTheUsualFormats(t *testing.T) {
	day := time.Date(2014, 8, 18, 0, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		format, zone, first, then string
		at                        time.Time // of then
		clock                     time.Duration
	}{
		{"auto", "", "12.5", "13.75", time.Time{}, 13750 * time.Millisecond},
		{"seconds", "", "0", "1e3", time.Time{}, 1000 * time.Second},
		{"ms", "", "0", "1500", time.Time{}, 1500 * time.Millisecond},
		{"us", "", "0", "7", time.Time{}, 7 * time.Microsecond},
		{"minutes", "", "0", "1.5", time.Time{}, 90 * time.Second},
		{"hours", "", "0", "0.25", time.Time{}, 15 * time.Minute},
		{"auto", "", "0:00:28", "27:01:09", time.Time{}, 27*time.Hour + time.Minute + 9*time.Second},
		{"auto", "", "12:15", "12:16", time.Time{}, 12*time.Hour + 16*time.Minute},
		{"m:ss", "", "0:00", "95:30.5", time.Time{}, 95*time.Minute + 30500*time.Millisecond},
		{"iso8601", "", "PT0S", "PT11M32.50S", time.Time{}, 11*time.Minute + 32500*time.Millisecond},
		{"auto", "", "PT12M", "P1DT2H", time.Time{}, 26 * time.Hour},
		{"h:mm", "", "0:00", "1:30", time.Time{}, 90 * time.Minute},
		{"auto", "", "2014-08-18 00:00:00", "2014-08-18 00:30:00", day, 30 * time.Minute},
		{"auto", "+02:00", "2014-08-18 02:00:00", "2014-08-18 02:30:00", day, 30 * time.Minute},
		{"auto", "", "2014-08-18T00:00:00Z", "2014-08-18T02:30:00.5+02:00", day.Add(500 * time.Millisecond), 30*time.Minute + 500*time.Millisecond},
		{"auto", "", "2014-08-18T00:00:00.123456789Z", "2014-08-18T00:30:00Z", day, 30*time.Minute - 123456789},
		{"auto", "", "18.08.2014 00:00", "18.08.2014 00:30", day, 30 * time.Minute},
		{"auto", "", "2014-08-17", "2014-08-18", day.Add(-30 * time.Minute), 24 * time.Hour},
		{"auto", "", "08 Sep 14", "09 Sep 14", time.Date(2014, 9, 9, 0, 0, 0, 0, time.UTC), 24 * time.Hour},
		{"auto", "", "Mon, 18 Aug 2014 00:00:00 GMT", "Mon, 18 Aug 2014 00:30:00 GMT", day, 30 * time.Minute},
		{"auto", "", "1408320000", "1408321800", day, 30 * time.Minute},
		{"auto", "", "1408320000000", "1408321800000", day, 30 * time.Minute},
		{"auto", "", "1408320000000000", "1408321800000000", day, 30 * time.Minute},
		{"unix", "", "1408320000", "1408321800.25", day.Add(250 * time.Millisecond), 30*time.Minute + 250*time.Millisecond},
		{"unix_ns", "", "1408320000000000000", "1408321800000000000", day, 30 * time.Minute},
		{"rfc3339", "", "2014-08-18T00:00:00Z", "2014-08-18T00:30:00Z", day, 30 * time.Minute},
		{"01/02/2006 03:04 PM", "", "08/18/2014 12:00 AM", "08/18/2014 12:30 AM", day, 30 * time.Minute},
		{"auto", "Europe/Vienna", "2014-08-18 02:00:00", "2014-08-18 02:30:00", day, 30 * time.Minute},
		{"auto", "Europe/Vienna", "2014-08-18T00:00:00Z", "2014-08-18T00:30:00Z", day, 30 * time.Minute},
		{"02.01.2006 15:04:05", "Europe/Vienna", "30.03.2014 01:59:59", "30.03.2014 03:00:00", time.Date(2014, 3, 30, 1, 0, 0, 0, time.UTC), time.Second},
		{"auto", "Europe/Vienna", "2014-10-26 02:59:59", "2014-10-26 02:00:00", time.Date(2014, 10, 26, 1, 0, 0, 0, time.UTC), time.Second},
		{"15:04:05", "Europe/Vienna", "10:00:00", "10:00:05", time.Time{}, 10*time.Hour + 5*time.Second},
		{"Mon, 02 Jan 2006 15:04:05 MST", "Europe/Vienna", "Sun, 26 Oct 2014 02:30:00 CEST", "Sun, 26 Oct 2014 02:30:00 CET", time.Date(2014, 10, 26, 1, 30, 0, 0, time.UTC), time.Hour},
		{"15:04:05", "", "10:00:00", "10:00:05", time.Time{}, 10*time.Hour + 5*time.Second},
	} {
		r, err := New(c.format, c.zone)
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		if _, odd, ok := r.Read(c.first); !ok || odd != "" {
			t.Errorf("%s: %q is %q", c.format, c.first, odd)
		}
		s, odd, ok := r.Read(c.then)
		if !ok || odd != "" || s.Clock != c.clock || !s.At.Equal(c.at) {
			t.Errorf("%s: %q is %v, %v (%q), want %v, %v", c.format, c.then, s.Clock, s.At, odd, c.clock, c.at)
		}
	}
}

func TestRead_HoldsWhatItCannotFollow(t *testing.T) {
	r, _ := New("auto", "")
	for _, c := range []struct {
		text  string
		clock time.Duration
		odd   string
		ok    bool
	}{
		{"", 0, Blank, false},
		{"soon", 0, Broken, false},
		{"10", 10 * time.Second, None, true},
		{"8", 10 * time.Second, Backwards, true},
		{"", 10 * time.Second, Blank, true},
		{"later", 10 * time.Second, Broken, true},
		{"nan", 10 * time.Second, Broken, true},
		{"1e300", 10 * time.Second, Broken, true},
		{"99999999999999999999", 10 * time.Second, Broken, true},
		{"10", 10 * time.Second, None, true},
		{"12", 12 * time.Second, None, true},
	} {
		s, odd, ok := r.Read(c.text)
		if s.Clock != c.clock || odd != c.odd || ok != c.ok {
			t.Errorf("%q: %v %q %v, want %v %q %v", c.text, s.Clock, odd, ok, c.clock, c.odd, c.ok)
		}
	}
}

func TestNew_RefusesWhatIsNoFormat(t *testing.T) {
	for _, c := range []struct{ format, zone string }{{"secnods", ""}, {"yyyy-mm-dd", ""}, {"99", ""}, {"", "Paris"}, {"", "Local"}, {"", "+2"}} {
		if _, err := New(c.format, c.zone); err == nil {
			t.Errorf("format %q in zone %q was taken", c.format, c.zone)
		}
	}
	_, err := New("secnods", "")
	if u, ok := err.(*UnknownFormat); !ok || u.Hint() != `did you mean "seconds"?` {
		t.Errorf("%v", err)
	}
}

func TestDecimal_IsExact(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0.1": 100 * time.Millisecond, "1408321800.123456789": 1408321800123456789, "-2.5": -2500 * time.Millisecond,
		"0.0000000019": 1, "9223372036.854775807": 9223372036854775807, ".5": 500 * time.Millisecond, "3.": 3 * time.Second,
	} {
		if got, ok := Decimal(text, int64(time.Second)); !ok || got != want {
			t.Errorf("%s is %d ns (%v), want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", ".", "-", "1.2.3", "1x", "9223372036.854775808", "0x1", "1e99"} {
		if got, ok := Decimal(text, int64(time.Second)); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"1:02:03.5", "2014-08-18 00:00:00", "1e3", "1408320000", "-5", "::"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		r, _ := New("auto", "")
		x, _, started := r.Read(a)
		y, _, ok := r.Read(b)
		if started && (!ok || y.Clock < x.Clock) {
			t.Fatalf("%v after %v", y.Clock, x.Clock)
		}
	})
}
