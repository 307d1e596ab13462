package espn

import (
	"strings"
	"time"
)

// playing is how a match of a league is divided.
type playing struct {
	periods  int           // of the usual match; 0: not known
	length   time.Duration // of one; 0: it has no clock, or how long it is is not known
	overtime time.Duration // of one period beyond those; 0: likewise
	shoot    int           // the period that is a shoot-out; 0: none is
}

// leagues are divisions by the names that the service has for leagues. A league that is not
// here is taken for what its sport says.
var leagues = map[string]playing{
	// NBA official rules, rule 5 (scoring and timing): twelve minutes, overtime five.
	"basketball/nba": {4, 12 * time.Minute, 5 * time.Minute, 0},
	// NBA G League: quarters as in the NBA; overtime has been played in several ways, two
	// minutes and to a target among them.
	"basketball/nba-development": {4, 12 * time.Minute, 0, 0},
	// WNBA official rules, rule 5 (scoring and timing): ten minutes, overtime five.
	"basketball/wnba": {4, 10 * time.Minute, 5 * time.Minute, 0},
	// NCAA men's basketball rules, rule 5: halves of twenty minutes, extra periods of five.
	"basketball/mens-college-basketball": {2, 20 * time.Minute, 5 * time.Minute, 0},
	// NCAA women's basketball rules, rule 5, since 2015-16: quarters of ten minutes, extra
	// periods of five.
	"basketball/womens-college-basketball": {4, 10 * time.Minute, 5 * time.Minute, 0},
	// FIBA official rules, article 8: quarters of ten minutes, overtime five. The Olympic
	// tournaments and the Australian league play by them.
	"basketball/fiba":                       {4, 10 * time.Minute, 5 * time.Minute, 0},
	"basketball/nbl":                        {4, 10 * time.Minute, 5 * time.Minute, 0},
	"basketball/mens-olympics-basketball":   {4, 10 * time.Minute, 5 * time.Minute, 0},
	"basketball/womens-olympics-basketball": {4, 10 * time.Minute, 5 * time.Minute, 0},
	// NFL official playing rules, rules 4 and 16: quarters of fifteen minutes,
	// overtime of ten, in the play-offs of fifteen (see division).
	"football/nfl": {4, 15 * time.Minute, 10 * time.Minute, 0},
	// NCAA football rules, rule 3: quarters of fifteen minutes; extra periods have no clock.
	"football/college-football": {4, 15 * time.Minute, 0, 0},
	// NHL official rules, rules 77 and 84: periods of twenty minutes, overtime of five, in
	// the play-offs of twenty (see division).
	"hockey/nhl": {3, 20 * time.Minute, 5 * time.Minute, 0},
	// NCAA ice hockey rules: periods of twenty minutes, overtime of five.
	"hockey/mens-college-hockey":   {3, 20 * time.Minute, 5 * time.Minute, 0},
	"hockey/womens-college-hockey": {3, 20 * time.Minute, 5 * time.Minute, 0},
	// NCAA softball rules: seven innings. Little League rules, 4.10: six.
	"baseball/college-softball": {7, 0, 0, 0},
	"baseball/llb":              {6, 0, 0, 0},
	"baseball/lls":              {6, 0, 0, 0},
}

// sports are divisions where nothing more is known of the league than its sport. How long a
// quarter of basketball is differs too much to be guessed.
var sports = map[string]playing{
	"basketball": {4, 0, 0, 0},
	// Canadian and other leagues play four quarters of fifteen minutes as well (the CFL's rule
	// book); overtime is without a clock there.
	"football": {4, 15 * time.Minute, 0, 0},
	// IIHF official rule book, rule 77: three periods of twenty minutes. Overtime depends on
	// the round.
	"hockey": {3, 20 * time.Minute, 0, 0},
	// World Rugby, law 5: two halves of forty minutes; extra time is two of ten.
	"rugby":    {2, 40 * time.Minute, 10 * time.Minute, 0},
	"baseball": {9, 0, 0, 0},
	"tennis":   {3, 0, 0, 0},
}

// division returns how a match is divided: as the service says of the match itself
// (format), which is not always there, else by league and sport.
func division(sport, league string, c *competition) playing {
	p, ok := leagues[sport+"/"+league]
	if !ok {
		p = sports[sport]
	}
	if sport == "hockey" && !c.playoff { // after one overtime: NHL and IIHF, rule 84
		p.shoot = p.periods + 2
	}
	if c.playoff {
		switch sport + "/" + league {
		case "football/nfl": // rule 16
			p.overtime = 15 * time.Minute
		case "hockey/nhl": // rule 84
			p.overtime = 20 * time.Minute
		}
	}
	if f := c.json.Get("format.regulation"); f.IsObject() {
		if n := f.Get("periods").Int(); n >= 1 && n <= 20 {
			p.periods = int(n)
		}
		if s := f.Get("clock").Float(); s >= 60 && s <= 7200 {
			p.length = time.Duration(s) * time.Second
		}
	}
	if s := c.json.Get("format.overtime.clock").Float(); s >= 60 && s <= 7200 {
		p.overtime = time.Duration(s) * time.Second
	}
	return p
}

// of returns how long a period is, and how much of a match is played before it; 0 and
// false if that is not known.
func (p playing) of(period int) (length, before time.Duration, ok bool) {
	if p.length == 0 || p.periods == 0 || period < 1 || p.shoot > 0 && period >= p.shoot {
		return 0, 0, false
	}
	if period <= p.periods {
		return p.length, time.Duration(period-1) * p.length, true
	}
	if p.overtime == 0 {
		return 0, 0, false
	}
	return p.overtime, time.Duration(p.periods)*p.length + time.Duration(period-p.periods-1)*p.overtime, true
}

// counts reports whether the clock of a sport shows what is left of the period. That of
// rugby shows what was played of the match.
func counts(sport string) bool {
	return sport == "basketball" || sport == "football" || sport == "hockey"
}

// breaks reports whether the state of that name is one between two periods.
func breaks(name string) bool {
	return strings.Contains(name, "HALFTIME") || strings.Contains(name, "END_PERIOD") || strings.Contains(name, "END_OF_")
}
