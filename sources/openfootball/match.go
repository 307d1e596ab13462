package openfootball

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"proscenium/sources/internal/football"
)

// match is one match as the file has it.
type match struct {
	football.Match
	said bool      // the file numbers it
	off  bool      // the file says that it was not played, or not to its end
	kick time.Time // for the order only; zero if unknown
}

func newMatch(r *rawMatch, line int64) *match {
	m := &match{said: r.Num.known && r.Num.n > 0, Match: football.Match{
		Line: line, Number: r.Num.n,
		Round: string(r.Round), Group: string(r.Group), Date: string(r.Date), Hours: string(r.Time),
		Ground: cmp.Or(string(r.Ground), string(r.Stadium)), Teams: [2]string{string(r.Team1), string(r.Team2)},
	}}
	s := r.scores()
	m.Score = football.Score{FT: football.Pair(s.FT), HT: football.Pair(s.HT), ET: football.Pair(s.ET), P: football.Pair(s.P)}
	for side, list := range [2]goals{r.Goals1, r.Goals2} {
		for i := range list {
			m.Listed[side] = append(m.Listed[side], list[i].scored())
		}
	}
	switch strings.ToLower(string(r.Status)) {
	case "awarded", "walkover", "cancelled", "canceled", "annulled", "abandoned", "postponed", "suspended":
		m.off = true
	}
	if m.Group == "" && strings.HasPrefix(m.Round, "Group ") {
		m.Group = m.Round
	}
	m.kick = kickOff(m.Date, m.Hours)
	return m
}

// settle works out of which matches of a championship somebody has to win: those whose
// round says so, or which went beyond 90 minutes. Where a round says nothing, it depends on
// the championship: those of a cup, and those outside of its groups, are knock-outs; those of
// a league, which has neither, are not.
func settle(name string, ms []*match) {
	cup := isCup(name)
	for _, m := range ms {
		cup = cup || m.Group != ""
	}
	for _, m := range ms {
		m.Cup = name
		switch must, said := football.RoundOf(m.Round); {
		case m.Group != "":
		case said:
			m.Knockout = must
		default:
			m.Knockout = cup || m.Score.ET.Known || m.Score.P.Known
		}
	}
}

// cups are words for a cup, and the ends of compound ones.
var cups = []string{"cup", "cupen", "pokal", "coupe", "copa", "coppa", "taça", "beker", "puchar", "kupa", "kupası", "trophy", "shield", "trophée"}

func isCup(name string) bool {
	for _, w := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) }) {
		for _, c := range cups {
			if strings.HasSuffix(w, c) {
				return true
			}
		}
	}
	return false
}

// scored returns what the file says of a goal.
func (r *rawGoal) scored() football.Scored {
	g := football.Scored{Scorer: string(r.Name), Own: bool(r.OwnGoal), Penalty: bool(r.Penalty)}
	if r.Minute.at.known {
		g.Minute, g.Extra = r.Minute.at.n, r.Minute.extra.n
		if r.Offset.known && !r.Minute.extra.known {
			g.Extra = r.Offset.n
		}
	}
	return g
}

// kickOff returns when a match began: "2014-06-12" and "17:00 UTC-3". Without a
// zone it is taken as UTC, which is good enough for an order; the zero time is
// unknown.
func kickOff(date, hours string) time.Time {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	clock, zone, _ := strings.Cut(hours, " ")
	if t, err := time.Parse("15:04", clock); err == nil {
		day = day.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	}
	if z, ok := strings.CutPrefix(strings.TrimSpace(zone), "UTC"); ok {
		h, m, _ := strings.Cut(strings.Replace(z, "−", "-", 1), ":")
		if n, err := strconv.Atoi(h); err == nil && n >= -12 && n <= 14 {
			off := time.Duration(n) * time.Hour
			if k, err := strconv.Atoi(m); err == nil && k > 0 && k < 60 {
				if n < 0 {
					k = -k
				}
				off += time.Duration(k) * time.Minute
			}
			day = day.Add(-off)
		}
	}
	return day
}

// order puts matches in the order of their kick-offs, those without one last,
// and numbers those that have no number.
func order(ms []*match) {
	slices.SortStableFunc(ms, func(a, b *match) int {
		if z := a.kick.IsZero(); z != b.kick.IsZero() {
			if z {
				return 1
			}
			return -1
		}
		return a.kick.Compare(b.kick)
	})
	for i, m := range ms {
		if !m.said {
			m.Number = i + 1
		}
	}
}
