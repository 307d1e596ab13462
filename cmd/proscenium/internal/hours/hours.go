// Package hours knows when it is to be quiet: the hours of the night in which an
// installation plays nothing.
package hours

import (
	"fmt"
	"strings"
	"time"
)

// Fade is how long the music takes to go and to come back.
const Fade = 20 * time.Second

// Quiet are the stretches of the day in which nothing is to be heard. The zero
// value has none. It does not change and may be used by several goroutines.
type Quiet struct{ spans []span }

// span is a stretch of the day, in minutes from midnight; one that ends before it
// begins goes past midnight. days has a bit for each day of the week on which it
// begins, Sunday the lowest.
type span struct {
	from, until int
	days        uint8
}

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Parse reads stretches such as "22:00-08:00", "mon-fri 18:30-9:00" and "sat,sun
// 0:00-24:00", with commas between them. A day is the one on which a stretch begins: that of
// Friday night ends on Saturday. Times are those of the place where the program
// runs, as a clock on its wall shows them: an hour that a change of that clock leaves
// out is not quiet, one that it has twice is so twice.
func Parse(s string) (*Quiet, error) {
	q := &Quiet{}
	// Days that stand before the one with the times, "mon" of "mon,tue 22:00-8:00".
	also, waiting := uint8(0), ""
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		sp := span{days: 1<<7 - 1}
		when := part
		if day, rest, ok := strings.Cut(part, " "); ok {
			days, err := parseDays(strings.ToLower(day))
			if err != nil {
				return nil, fmt.Errorf("%q: %w", part, err)
			}
			sp.days, when = days|also, strings.TrimSpace(rest)
			also = 0
		} else if days, err := parseDays(strings.ToLower(part)); err == nil {
			also, waiting = also|days, part
			continue
		} else if also != 0 {
			break
		}
		from, until, ok := strings.Cut(when, "-")
		if !ok {
			return nil, fmt.Errorf("%q is no stretch of the day: expected two times, such as 22:00-08:00", part)
		}
		var err error
		if sp.from, err = parseTime(from); err == nil {
			sp.until, err = parseTime(until)
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		if sp.from == sp.until || sp.from == 24*60 {
			return nil, fmt.Errorf("%q is no time at all: for a whole day write 0:00-24:00", part)
		}
		q.spans = append(q.spans, sp)
	}
	if also != 0 {
		return nil, fmt.Errorf("%q says no times: expected them behind the day, such as %s 22:00-08:00", waiting, waiting)
	}
	return q, nil
}

func parseDays(s string) (uint8, error) {
	a, b, many := strings.Cut(s, "-")
	from, err := parseDay(a)
	if err != nil {
		return 0, err
	}
	until := from
	if many {
		if until, err = parseDay(b); err != nil {
			return 0, err
		}
	}
	var days uint8
	for d := from; ; d = (d + 1) % 7 {
		days |= 1 << d
		if d == until {
			return days, nil
		}
	}
}

// parseDay reads the name of a day, or its beginning, three letters at least.
func parseDay(s string) (int, error) {
	for i := range dayNames {
		if whole := strings.ToLower(time.Weekday(i).String()); len(s) >= 3 && strings.HasPrefix(whole, s) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q is no day: expected %s", s, strings.Join(dayNames, " "))
}

func parseTime(s string) (int, error) {
	var h, m int
	s = strings.TrimSpace(s)
	if n, err := fmt.Sscanf(s, "%d:%d", &h, &m); n != 2 || err != nil || h < 0 || m < 0 || m > 59 || h*60+m > 24*60 || s != fmt.Sprintf("%d:%02d", h, m) && s != fmt.Sprintf("%02d:%02d", h, m) {
		return 0, fmt.Errorf("%q is no time of day: expected 0:00 to 24:00", s)
	}
	return h*60 + m, nil
}

// At reports whether it is to be quiet at t, by the clock of t's location.
func (q *Quiet) At(t time.Time) bool {
	now := t.Hour()*60 + t.Minute()
	day := int(t.Weekday())
	for _, s := range q.spans {
		today, yesterday := s.days>>day&1 == 1, s.days>>((day+6)%7)&1 == 1
		if s.from < s.until {
			if today && now >= s.from && now < s.until {
				return true
			}
		} else if today && now >= s.from || yesterday && now < s.until {
			return true
		}
	}
	return false
}

// Until returns when the quiet at t ends, to the minute; ok is false if it is not
// quiet at t, or never ends.
func (q *Quiet) Until(t time.Time) (end time.Time, ok bool) {
	if !q.At(t) {
		return time.Time{}, false
	}
	end = t.Truncate(time.Minute)
	for range 8 * 24 * 60 {
		if end = end.Add(time.Minute); !q.At(end) {
			return end, true
		}
	}
	return time.Time{}, false
}

// Gain returns how loud it is at t: 1, or 0 within a stretch, and in between while
// one begins and after it has ended.
func (q *Quiet) Gain(t time.Time) float64 {
	if len(q.spans) == 0 {
		return 1
	}
	quiet := q.At(t)
	// Stretches begin and end on full minutes.
	into := t.Sub(t.Truncate(time.Minute))
	if into >= Fade || q.At(t.Add(-into-time.Minute)) == quiet {
		if quiet {
			return 0
		}
		return 1
	}
	x := float64(into) / float64(Fade)
	if quiet {
		return 1 - x
	}
	return x
}

// String writes q as Parse reads it.
func (q *Quiet) String() string {
	var parts []string
	for _, s := range q.spans {
		p := fmt.Sprintf("%d:%02d-%d:%02d", s.from/60, s.from%60, s.until/60, s.until%60)
		if s.days != 1<<7-1 {
			for d, name := range dayNames {
				if s.days>>d&1 == 1 {
					parts = append(parts, name+" "+p)
				}
			}
			continue
		}
		parts = append(parts, p)
	}
	return strings.Join(parts, ", ")
}
