package sim

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// Config is what a piece says about a simulation. The tag of names the simulations
// that a key is for; the others do not know it.
type Config struct {
	Of   string `toml:"of" doc:"what is simulated" default:"tennis" enum:"tennis|tickets|mentions|sensor|plays"`
	Seed int64  `toml:"seed" doc:"another seed, another invention; 0 takes the piece's seed" default:"0" min:"0"`

	Matches   int      `toml:"matches" of:"tennis" doc:"how many matches, one after the other" default:"1" min:"1" max:"10000"`
	First     int      `toml:"first" of:"tennis" doc:"the number of the first match, so that one out of a programme can be had" default:"1" min:"1" max:"10000"`
	BestOf    int      `toml:"best_of" of:"tennis" doc:"sets of a match at most; 0: 5 and 3 in turn, as men and women play" unit:"sets" default:"5" enum:"0|1|3|5"`
	Players   []string `toml:"players" of:"tennis" doc:"names of the players: of two they are the match, of more pairs are drawn; without it invented ones" example:"[\"Ada Arpeggio\", \"Bruno Bitcrush\"]"`
	Strengths []int    `toml:"strengths" of:"tennis" doc:"how many of 1000 points each player wins on the own serve against an even one; without it drawn" unit:"points" min:"400" max:"800" example:"[660, 630]"`
	Pause     int      `toml:"pause_s" of:"tennis" doc:"time between one match and the next, on the programme's clock" unit:"s" default:"60" min:"0" max:"86400"`

	Days int `toml:"days" of:"tickets mentions sensor plays" doc:"how many days are simulated; all but tennis" unit:"days" default:"7" min:"1" max:"120"`

	Capacity int           `toml:"capacity" of:"tickets" doc:"tickets: how many there are" unit:"tickets" default:"2000" min:"1" max:"100000"`
	Demand   int           `toml:"demand_percent" of:"tickets" doc:"tickets: how many are wanted, of those that there are; over 100 it may be sold out" unit:"%" default:"110" min:"1" max:"1000"`
	Price    float64       `toml:"price" of:"tickets" doc:"tickets: what one costs at first; a quarter more from 20 % of them on, half as much again from 85 %" default:"40" min:"0.01" max:"100000"`
	Currency string        `toml:"currency" of:"tickets" doc:"tickets: of the price, three letters" default:"EUR"`
	Lag      time.Duration `toml:"lag" of:"tickets" doc:"tickets: how long after the talk of mentions with the same seed the sales follow; 0 to 7 days" default:"6h"`
	Unmoved  int           `toml:"unmoved_percent" of:"tickets" doc:"tickets: of those who would follow the talk, how many buy at any time instead; 100: talk sells nothing" unit:"%" default:"0" min:"0" max:"100"`

	Variety []int `toml:"variety_percent" of:"plays" doc:"plays: how varied the programme is, 100 as usual: fewer genres and artists below, more artists above; one number, or one for each day, from the first again when they run out" unit:"%" default:"[100]" min:"1" max:"800" example:"[100, 40, 10]"`

	PerDay int `toml:"per_day" of:"mentions" doc:"mentions: how many a day, in the mean" unit:"mentions" default:"800" min:"1" max:"200000"`

	Measures string        `toml:"measures" of:"sensor" doc:"sensor: what is measured" default:"temperature" enum:"temperature|co2"`
	Sensors  int           `toml:"sensors" of:"sensor" doc:"sensor: how many there are" default:"1" min:"1" max:"64"`
	Every    time.Duration `toml:"every" of:"sensor" doc:"sensor: time from one reading to the next; 1 second to 1 day" default:"5m"`
	Faults   int           `toml:"faults" of:"sensor" doc:"sensor: how many of 1000 readings are missing, left out, stuck or far off" default:"20" min:"0" max:"500"`
}

func defaults() *Config {
	return &Config{
		Of: "tennis", Matches: 1, First: 1, BestOf: 5, Pause: 60, Days: 7,
		Capacity: 2000, Demand: 110, Price: 40, Currency: "EUR", Lag: 6 * time.Hour,
		Variety: []int{100}, PerDay: 800, Measures: "temperature", Sensors: 1, Every: 5 * time.Minute, Faults: 20,
	}
}

// fill puts the defaults where a Config that was made in Go has nothing.
func (c *Config) fill() {
	d := defaults()
	c.Days = cmp.Or(c.Days, d.Days)
	c.Capacity = cmp.Or(c.Capacity, d.Capacity)
	c.Demand = cmp.Or(c.Demand, d.Demand)
	c.Price = cmp.Or(c.Price, d.Price)
	c.Currency = cmp.Or(c.Currency, d.Currency)
	if len(c.Variety) == 0 {
		c.Variety = d.Variety
	}
	c.PerDay = cmp.Or(c.PerDay, d.PerDay)
	c.Measures = cmp.Or(c.Measures, d.Measures)
	c.Sensors = cmp.Or(c.Sensors, d.Sensors)
	c.Every = cmp.Or(c.Every, d.Every)
}

// check tells what is wrong with the values of a filled c, but for those of
// tennis.
func (c *Config) check(ps *sonify.Problems) {
	within := func(key string, n, low, high int) {
		if n < low || n > high {
			ps.Add(key, "", "%d is out of range: %d to %d was expected", n, low, high)
		}
	}
	within("days", c.Days, 1, 120)
	within("capacity", c.Capacity, 1, 100_000)
	within("demand_percent", c.Demand, 1, 1000)
	within("unmoved_percent", c.Unmoved, 0, 100)
	for _, v := range c.Variety {
		within("variety_percent", v, 1, 800)
	}
	within("per_day", c.PerDay, 1, 200_000)
	within("sensors", c.Sensors, 1, 64)
	within("faults", c.Faults, 0, 500)
	if !(c.Price >= 0.01 && c.Price <= 100_000) {
		ps.Add("price", "", "%v is out of range: 0.01 to 100000 was expected", c.Price)
	}
	if len(c.Currency) != 3 || strings.Trim(c.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		ps.Add("currency", `currency = "EUR"`, "%q is no currency: three capital letters were expected", c.Currency)
	}
	if c.Lag < 0 || c.Lag > 7*24*time.Hour {
		ps.Add("lag", `lag = "6h"`, "%v is out of range: 0 to 7 days was expected", c.Lag)
	}
	if c.Every < time.Second || c.Every > 24*time.Hour {
		ps.Add("every", `every = "5m"`, "%v is out of range: 1 second to 1 day was expected", c.Every)
	}
	if known := []string{"temperature", "co2"}; !slices.Contains(known, c.Measures) {
		ps.Add("measures", sonify.DidYouMean(c.Measures, known), "%q cannot be measured", c.Measures)
	}
}

// checkKeys tells of keys that were given and belong to another simulation. One
// that was given its default is not seen, and does no harm.
func checkKeys(c *Config, known bool, ps *sonify.Problems) {
	if !known {
		return
	}
	is, def := reflect.ValueOf(c).Elem(), reflect.ValueOf(defaults()).Elem()
	var ours []string
	for i := range is.NumField() {
		tag := is.Type().Field(i).Tag
		if of := tag.Get("of"); of == "" || slices.Contains(strings.Fields(of), c.Of) {
			ours = append(ours, tag.Get("toml"))
		}
	}
	for i := range is.NumField() {
		tag := is.Type().Field(i).Tag
		key := tag.Get("toml")
		if slices.Contains(ours, key) || is.Field(i).IsZero() || reflect.DeepEqual(is.Field(i).Interface(), def.Field(i).Interface()) {
			continue
		}
		if f := is.Field(i); f.Kind() == reflect.Slice && f.Len() == 0 {
			continue
		}
		theirs := `"` + strings.ReplaceAll(tag.Get("of"), " ", `", "`) + `"`
		ps.Add(key, "its keys are "+strings.Join(ours, ", "), "this key is for of = %s, and this source is of = %q", theirs, c.Of)
	}
}

// cents returns a price in the smallest unit of its currency, taken as a
// hundredth.
func cents(price float64) int { return int(exact.Round(price * 100)) }
