package mapping

import "proscenium/sonify/mapping/grammar"

// Ticks are a click in the data's time.
type Ticks struct {
	Pos      grammar.Pos `toml:"-"`
	Every    Window      `toml:"every" doc:"how often: so long in the data's time, so many events, or so many bars or beats of the music; without it there are none" example:"5m"`
	Source   string      `toml:"source" doc:"the source whose time it is; without it, the first of the piece" example:"court"`
	Accent   int         `toml:"accent" doc:"every so many-th is louder and higher; of a time, those that divide it: with every = \"5m\" and 12, the full hours; 0 none is" default:"0" min:"0" max:"10000" example:"12"`
	Voice    string      `toml:"voice" doc:"the voice that clicks; without it, one of its own, a short soft noise" example:"lead"`
	Aside    bool        `toml:"aside" doc:"whether only those listeners of a station hear them who ask for them on its page, each for themselves; a file has them silent" default:"false" example:"true"`
	Velocity float64     `toml:"velocity" doc:"how hard" default:"0.4" min:"0.01" max:"1" example:"0.3"`
	Say      string      `toml:"say" doc:"a caption for each; {time} is the data's time in seconds, {count} how many there were" example:"{time:time}"`
}

// Reference is a soft tone, or several, to compare a rule's notes with.
type Reference struct {
	Pos      grammar.Pos      `toml:"-"`
	Name     string           `toml:"name" doc:"what it is called in causes, and by which a piece overrides it" example:"ends of the serve"`
	Remove   bool             `toml:"remove" doc:"in a piece that starts from a mapping: it is not wanted" default:"false" example:"true"`
	Rule     string           `toml:"rule" doc:"the rule whose pitch they are for" required:"true" example:"serve"`
	At       Points           `toml:"at" doc:"the values that sound: \"low\", \"middle\" and \"high\" of its domain, \"min\", \"mean\" and \"max\" of what it played so far, or numbers, such as a threshold" default:"(low and high)" example:"[\"low\", \"mean\", 200]"`
	Every    grammar.Fraction `toml:"every" doc:"how often they sound, one after the other" default:"4 bars" example:"2 bars"`
	Drone    bool             `toml:"drone" doc:"whether they sound together all the time" default:"false" example:"true"`
	Voice    string           `toml:"voice" doc:"the voice that plays; without it, one of its own, a soft triangle" example:"lead"`
	Length   grammar.Fraction `toml:"length" doc:"how long each lasts" default:"1/4" example:"1/2"`
	Velocity float64          `toml:"velocity" doc:"how hard" default:"0.35" min:"0.01" max:"1" example:"0.2"`
}

// News are short figures that say how the live sources are.
type News struct {
	Pos      grammar.Pos      `toml:"-"`
	Play     bool             `toml:"play" doc:"whether they are heard; what a display says does not depend on it" default:"true" example:"false"`
	Stale    []int            `toml:"stale" doc:"scale steps above the tonic, when a live source has said nothing for long" len:"0..16" min:"-21" max:"21" default:"[4, 1]" example:"[2, 0]"`
	Failed   []int            `toml:"failed" doc:"when it cannot be reached" len:"0..16" min:"-21" max:"21" default:"[4, 2, -1]" example:"[4, 3, 1]"`
	Back     []int            `toml:"back" doc:"when it speaks again" len:"0..16" min:"-21" max:"21" default:"[0, 2, 4]" example:"[0, 4]"`
	Every    grammar.Fraction `toml:"every" doc:"how often they are repeated while something is wrong" default:"8 bars" example:"16 bars"`
	Unit     grammar.Fraction `toml:"unit" doc:"how long a note of them is" default:"1/4" example:"1/8"`
	Voice    string           `toml:"voice" doc:"the voice that plays; without it, one of its own, a soft triangle" example:"lead"`
	Velocity float64          `toml:"velocity" doc:"how hard" default:"0.4" min:"0.01" max:"1" example:"0.3"`
}
